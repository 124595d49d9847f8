"""What comes from elsewhere, and what goes there: films and maps on request, our pages in frames of other sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import Visit
from browser.host import serving
from caresite.testing import build_site

SITE = """
-- caresite.yaml --
title: Lamps & Co
base_url: https://lamps.example/
timezone: UTC
embeds: [ORIGIN]
-- content/testimonials/words.yaml --
- id: ida
  text: They came.
  author: {name: Ida Roe, display: full}
  consent: {at: 2026-01-05, scopes: [publish_text, publish_name], how: letter}
-- content/pages/way.md --
---
title: The way to us
---
::: map "12 Ropewalk" at="52.0567,-2.7160"
:::

::: video https://youtu.be/dQw4w9WgXcQ title="A tour"
:::
"""
SHOP = '<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><iframe src="{}" title="Words"></iframe></html>'


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Visit]:
    with Visit(browser) as visit:
        yield visit


def framed(visit: Visit, lamps: str, shop_files: dict[str, bytes], path: str) -> Page:
    """Show the page at `path` of the lamps in a frame of the shop."""
    shop_files["index.html"] = SHOP.format(lamps + path).encode()
    visit.begin()
    return visit.page


def test_our_pages_are_shown_by_the_sites_that_may_and_by_no_other(visitor: Visit) -> None:
    shop: dict[str, bytes] = {}
    other: dict[str, bytes] = {}
    with serving(shop, "/") as shop_origin, serving(other, "/") as other_origin:
        site = build_site(SITE.replace("ORIGIN", shop_origin))
        assert site.ok, site.report
        with serving(site.outputs, "/") as lamps:
            page = framed(visitor, lamps, shop, "/embed/testimonials/ida/")
            page.goto(f"{shop_origin}/")
            expect(page.frame_locator("iframe").get_by_text("They came.")).to_be_visible()
            page = framed(visitor, lamps, shop, "/testimonials/")
            page.goto(f"{shop_origin}/")
            assert "They came." not in page.frames[1].content()
            page = framed(visitor, lamps, other, "/embed/testimonials/ida/")
            page.goto(f"{other_origin}/")
            assert "They came." not in page.frames[1].content()


@pytest.mark.parametrize(
    ("name", "host"), [("12 Ropewalk", "www.openstreetmap.org"), ("A tour", "www.youtube-nocookie.com")]
)
def test_a_map_or_a_film_is_asked_for_when_the_reader_asks(visitor: Visit, name: str, host: str) -> None:
    site = build_site(SITE.replace("ORIGIN", "https://shop.example"))
    assert site.codes == (), site.report
    with serving(site.outputs, "/") as origin:
        visitor.begin()
        page = visitor.go(origin, "/way/")
        page.wait_for_load_state("networkidle")
        assert visitor.faults == []
        page.get_by_role("link", name=name).click()
        frame = page.locator("iframe.embed-frame")
        expect(frame).to_be_focused()
        assert str(frame.get_attribute("src")).startswith(f"https://{host}/")
        assert not [fault for fault in visitor.faults if "Content Security Policy" in fault]
        assert all(host in fault for fault in visitor.faults if "another host" in fault)
