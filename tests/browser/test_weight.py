"""How much the first view of a page weighs on its way, as a host sends it: text compressed, fonts as they are."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import pytest
from playwright.sync_api import Browser, Request

from browser.chromium import Visit
from browser.sites import KINDS, Site

_FIRST_VIEW_BYTES = {"sample": 60_000, "ledger": 70_000}  # a theme on another has the styles of both
_STYLES_BYTES = {"sample": 15_000, "ledger": 20_000}
_SHOWN_FAMILIES = """() => [...document.body.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().top < innerHeight)
    .filter(e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.textContent.trim()))
    .map(e => getComputedStyle(e).fontFamily.split(',')[0].toLowerCase())"""
_ALREADY_SMALL = (".woff2", ".png", ".jpg", ".webp", ".avif", ".gif")


def _sent(site: Site, path: str) -> int:
    data = site.files[path]
    return len(data) if path.endswith(_ALREADY_SMALL) else len(gzip.compress(data, 9, mtime=0))


def _asked(visit: Visit, origin: str, site: Site, url: str) -> list[str]:
    """Return the output paths of everything that the first view of the page at `url` asks for."""
    urls: list[str] = []

    def note(request: Request) -> None:
        urls.append(request.url.removeprefix(origin))

    visit.page.on("request", note)
    visit.go(origin, site.seen_at(url))
    visit.page.evaluate("() => document.fonts.ready")
    visit.page.remove_listener("request", note)
    return sorted({site.path(url) for url in urls if url.startswith("/")})


@pytest.mark.parametrize("width_px", [360, 1280])
@pytest.mark.parametrize("name", _STYLES_BYTES)
def test_the_first_view_of_the_home_page_is_light(
    name: str, width_px: int, sites: Mapping[str, Site], origins: Mapping[str, str], browser: Browser
) -> None:
    site = sites[name]
    with Visit(browser) as newcomer:  # a browser that has seen other pages asks early for what those needed
        newcomer.look(width_px)
        asked = _asked(newcomer, origins[name], site, site.typical("home"))
    sizes = {path: _sent(site, path) for path in asked}
    assert {path.rpartition(".")[2] for path in asked} >= {"html", "css", "woff2"}
    assert sum(sizes.values()) < _FIRST_VIEW_BYTES[name], sizes
    assert sum(size for path, size in sizes.items() if path.endswith(".css")) < _STYLES_BYTES[name], sizes


@pytest.mark.parametrize("kind", KINDS["sample"])
def test_what_is_fetched_early_is_used_at_once(
    kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    site = sites["sample"]
    page = visit.go(origins["sample"], site.seen_at(site.typical(kind)))
    page.evaluate("() => document.fonts.ready")
    early = page.evaluate("() => [...document.querySelectorAll('link[rel=preload]')].map(link => link.href)")
    shown = page.evaluate(_SHOWN_FAMILIES)
    assert early
    assert {url.rpartition("/")[2].partition("-")[0] for url in early} <= set(shown)
