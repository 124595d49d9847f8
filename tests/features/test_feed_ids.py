"""Feed ids: for feed readers, an entry stays the same one after a rename (RFC 4287, 4.2.6), and is never another's."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from caresite.testing import BuiltSite, build_site

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser

SITE = "-- caresite.yaml --\ntitle: Lab\nbase_url: https://www.example.com/\ntimezone: Europe/London\n"
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text, publish_name, publish_company], how: letter}"
HOST = "https://www.example.com"


def text(path: str, *lines: str) -> str:
    return (
        f"-- content/{path} --\n---\ntitle: A\ndate: 2026-01-02\n" + "".join(f"{x}\n" for x in lines) + "---\n\nText.\n"
    )


def built(*parts: str, config: str = "") -> BuiltSite:
    site = build_site(SITE + config + "".join(parts))
    assert [d for d in site.diagnostics if d.severity == "error"] == [], site.report
    return site


def read(site: BuiltSite, path: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return feedparser.parse(site.data(path))


def ids(site: BuiltSite, folder: str = "/blog/") -> list[str]:
    """Return the ids in the feeds of a list, which all formats have to agree on."""
    found = [entry.id.removeprefix(HOST) for entry in read(site, f"{folder}feed.xml").entries]
    assert [entry.id.removeprefix(HOST) for entry in read(site, f"{folder}rss.xml").entries] == found
    items = json.loads(site.data(f"{folder}feed.json"))["items"]
    assert [item["id"].removeprefix(HOST) for item in items] == found
    assert len(set(found)) == len(found)
    return found


RENAMED = [
    (["aliases: [/blog/a/]"], "/blog/a/"),
    (["aliases: [blog/a]"], "/blog/a/"),
    (["aliases: ['https://www.example.com/blog/a/']"], "/blog/a/"),
    (["redirect_from: /blog/a/"], "/blog/a/"),
    (["aliases: [/blog/a/, /blog/between/]"], "/blog/a/"),
    (["aliases: [/2019/05/a.html, /blog/a/]"], "/blog/a/"),
    (["aliases: [/blog/ä/]"], "/blog/%C3%A4/"),
    (["permalink: /welcome/", "aliases: [/blog/a/]"], "/blog/a/"),
    # what comes from another tool was known to its readers by another id: nothing changes
    (["aliases: [/2019/05/a/]"], "/blog/b/"),
    (["aliases: [/a.html, /feed/a/]"], "/blog/b/"),
    (["guid: 'https://old.example/?p=1'"], "/blog/b/"),
    (["feed_id: 'https://old.example/?p=1'"], "https://old.example/?p=1"),
    (["feed_id: 'tag:example.com,2019:a'", "aliases: [/blog/a/]"], "tag:example.com,2019:a"),
]


@pytest.mark.parametrize(("lines", "known"), RENAMED)
def test_a_renamed_post_keeps_its_id(lines: list[str], known: str) -> None:
    site = built(text("blog/b.md", *lines))
    assert ids(site) == [known]
    entry = read(site, "/blog/feed.xml").entries[0]
    assert entry.link.startswith(HOST)
    assert entry.link != entry.id or known == "/blog/b/"
    assert entry.updated == "2026-01-02T00:00:00+00:00"
    guid = f'isPermaLink="{"true" if known == "/blog/b/" else "false"}"'
    assert guid in site.text("/blog/rss.xml")


def test_every_feed_knows_it_by_the_same_id() -> None:
    site = built(text("blog/b.md", "aliases: [/blog/a/]", "tags: [care]"))
    feeds = [output.path for output in site.built.outputs if output.kind == "feed" and output.path.endswith(".xml")]
    assert len(feeds) >= 5
    assert {entry.id for path in feeds for entry in read(site, path).entries} == {f"{HOST}/blog/a/"}


def test_a_site_below_a_path() -> None:
    site = build_site(SITE.replace("com/", "com/shop/") + text("blog/b.md", "aliases: [/blog/a/]"))
    assert ids(site) == ["/shop/blog/a/"]


def test_stories_and_quotes_keep_theirs() -> None:
    quotes = "title: Care\naliases: [/quotes/care/]\nquotes:\n  - {id: listen, text: Listen., status: anonymous}\n"
    quotes += "  - {id: look, text: Look., status: anonymous, aliases: [/quotes/care/see/]}\n"
    site = built(
        text("stories/b.md", "aliases: [/stories/a/]", CONSENT, "customer: {name: Roe}"),
        f"-- content/quotes/kindness.yaml --\n{quotes}",
    )
    assert ids(site, "/stories/") == ["/stories/a/"]
    assert sorted(ids(site, "/quotes/")) == ["/quotes/care/listen/", "/quotes/care/see/"]


def test_a_testimonial_keeps_its_id_when_newer_ones_push_it_to_the_next_page() -> None:
    def praise(number: int) -> str:
        return f"-- content/testimonials/t{number}.md --\n---\ndate: 2026-01-{number + 1:02}\n{CONSENT}\n---\nGood.\n"

    config = "collections: {testimonials: {per_page: 2}}\n"
    before = ids(built(praise(1), praise(2), config=config), "/testimonials/")
    after = ids(built(*map(praise, (1, 2, 3, 4)), config=config), "/testimonials/")
    assert after[2:] == before == ["/testimonials/#t2", "/testimonials/#t1"]


PATTERN = "permalinks: {blog: '/news/:year/:slug/'}\n"
FORMER = "collections: {blog: {permalink: '/news/:slug/', first_permalink: '/:year/:slug/'}}\n"


@pytest.mark.parametrize(
    ("config", "lines", "known"),
    [
        (PATTERN, [], "/news/2026/b/"),
        (PATTERN, ["aliases: [/blog/b/]"], "/blog/b/"),
        (PATTERN, ["aliases: [/news/2026/a/]"], "/news/2026/a/"),
        (PATTERN, ["aliases: [/news/old/a/]"], "/news/2026/b/"),
        (FORMER, [], "/2026/b/"),
        (FORMER, ["aliases: [/2026/a/]"], "/2026/a/"),
        (FORMER, ["permalink: /hello/"], "/hello/"),
    ],
)
def test_another_address_pattern(config: str, lines: list[str], known: str) -> None:
    assert ids(built(text("blog/b.md", *lines), config=config)) == [known]


def test_another_domain() -> None:
    config = "feeds: {first_base_url: 'https://old.example'}\n"
    site = built(text("blog/b.md"), config=config)
    assert ids(site) == ["https://old.example/blog/b/"]
    assert read(site, "/blog/feed.xml").feed.id == "https://old.example/blog/feed.xml"
    assert read(site, "/blog/feed.xml").entries[0].link == f"{HOST}/blog/b/"


def test_an_address_that_another_page_has_now_is_that_page_s_id() -> None:
    config = "collections: {blog: {permalink: '/news/:slug/', first_permalink: '/blog/:slug/'}}\n"
    site = built(text("blog/a.md"), text("blog/b.md", "permalink: /blog/a/"), config=config)
    assert sorted(ids(site, "/")) == ["/blog/a/", "/news/a/"]
    taken = build_site(SITE + text("blog/a.md") + text("blog/b.md", "aliases: [/blog/a/]"))
    assert "U103" in taken.codes


def test_two_pages_with_one_given_id_are_reported_and_get_two() -> None:
    site = built(text("blog/a.md", "feed_id: 'urn:x:1'"), text("blog/b.md", "feed_id: 'urn:x:1'"))
    assert site.codes == ("U110",)
    assert sorted(ids(site)) == ["/blog/b/", "urn:x:1"]


def test_an_id_that_is_none_is_an_error() -> None:
    site = build_site(SITE + text("blog/a.md", "feed_id: 17"))
    assert [(d.code, d.span.line) for d in site.diagnostics if d.severity == "error"] == [("U102", 4)]
