"""The sitemap and robots.txt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from caresite.features.sitemap import Location, sitemap_files

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def urls(data: bytes) -> list[str]:
    return [str(loc.text) for loc in ElementTree.fromstring(data).iter(f"{NAMESPACE}loc")]


def test_sitemap_lists_what_may_be_found(sample: Any) -> None:
    site = sample.build("pagination: {per_page: 2}\n")
    found = urls(site.data("/sitemap.xml"))
    assert "https://example.com/blog/first/" in found
    assert "https://example.com/blog/" in found
    assert "https://example.com/blog/page/2/" not in found
    assert not [url for url in found if not url.endswith("/")]
    assert site.data("/blog/page/2/")


def test_noindex_pages_and_old_addresses_stay_out(sample: Any) -> None:
    site = sample.with_page("noindex: true\naliases: [/old/]")
    assert urls(site.data("/sitemap.xml")) == ["https://example.com/"]


def test_last_change_comes_from_the_page(sample: Any) -> None:
    text = sample.build().text("/sitemap.xml")
    assert "<loc>https://example.com/blog/first/</loc><lastmod>2026-02-10T00:00:00+00:00</lastmod>" in text


def test_sub_path_and_robots(sample: Any) -> None:
    site = sample.build("sitemap: {disallow: [/offers/]}\n", base_url="https://example.com/shop/")
    assert "https://example.com/shop/blog/first/" in urls(site.data("sitemap.xml"))
    assert site.text("robots.txt") == (
        "User-agent: *\nDisallow: /shop/offers/\n\nSitemap: https://example.com/shop/sitemap.xml\n"
    )


def test_a_site_not_to_be_found_has_no_sitemap_and_turns_robots_away(sample: Any) -> None:
    site = sample.build("seo: {noindex: true}\n")
    assert "sitemap.xml" not in site.outputs
    assert site.text("robots.txt") == "User-agent: *\nDisallow: /\n"


def test_the_owners_files_are_kept(sample: Any) -> None:
    site = sample.with_page("", extra="-- static/robots.txt --\nmine\n-- static/sitemap.xml --\n<mine/>\n")
    assert site.text("robots.txt") == "mine\n"
    assert site.text("sitemap.xml").strip() == "<mine/>"
    assert site.codes == ("U101",)
    assert site.ok


def test_a_long_sitemap_is_split_under_an_index() -> None:
    locations = [Location(f"https://example.com/{n}/?a&b", datetime(2026, 1, n + 1, tzinfo=UTC)) for n in range(5)]
    files = sitemap_files(locations, "https://example.com/", limit=2)
    assert sorted(files) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
    assert urls(files["sitemap.xml"]) == [f"https://example.com/sitemap-{n}.xml" for n in (1, 2, 3)]
    assert [u for n in (1, 2, 3) for u in urls(files[f"sitemap-{n}.xml"])] == [loc.url for loc in locations]
    assert b"<lastmod>2026-01-02T00:00:00+00:00</lastmod>" in files["sitemap.xml"]
    assert sorted(sitemap_files(locations, "https://example.com/", limit=5)) == ["sitemap.xml"]
