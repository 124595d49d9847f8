"""Pages in a real Chromium under the policy the host sends: quiet, never too wide, usable by key, without scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page

from browser.chromium import Visit
from browser.host import answer
from browser.sites import KINDS, LOOKS, RICH_LOOKS, SITES, Site

_NARROW_PX = 320
_STOPS = 20
_TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.body.querySelectorAll(':not(svg *)')]
        .filter(e => e.getBoundingClientRect().right > room + 0.5)
        .map(e => `${e.outerHTML.slice(0, 80)} ends at ${e.getBoundingClientRect().right} px of ${room}`);
}"""
_STICKING_OUT = """() => [...document.body.querySelectorAll(':not(svg *)')]
    .filter(e => e.clientWidth && !e.closest('.visually-hidden, .skip-link'))
    .filter(e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.textContent.trim()))
    .filter(e => e.getBoundingClientRect().left < -0.5
        || (e.scrollWidth > e.clientWidth + 3 && getComputedStyle(e).overflowX === 'visible'))
    .map(e => `${e.outerHTML.slice(0, 120)} begins at ${e.getBoundingClientRect().left}, `
        + `is ${e.scrollWidth} px wide in ${e.clientWidth}`)"""
_HOLLOW = """() => [...document.querySelectorAll('nav, ul, ol, dl, section, header, footer, figure, p')]
    .filter(e => !e.textContent.trim() && !e.querySelector('img, svg, video, input'))
    .map(e => `${e.outerHTML.slice(0, 120)} has nothing in it`)"""
_REORDERED = """() => [...document.body.querySelectorAll('*')].map(e => [e, getComputedStyle(e)])
    .filter(([e, style]) => e.tabIndex > 0 || style.order !== '0' || style.gridAutoFlow.includes('dense')
        || (style.display.includes('flex') && `${style.flexDirection} ${style.flexWrap}`.includes('reverse')
            && e.querySelector('a, button, input, summary')))
    .map(([e]) => e.outerHTML.slice(0, 120))"""
_FOCUSED = """() => {
    const element = document.activeElement, box = element.getBoundingClientRect();
    const outlines = [null, '::before', '::after'].map(part => getComputedStyle(element, part))
        .map(style => style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth));
    return {
        name: `${element.tagName.toLowerCase()}.${element.className} “${element.textContent.trim().slice(0, 40)}”`,
        isBody: element === document.body,
        outline: Math.max(...outlines),
        inSight: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    };
}"""
_UNMARKED_BUTTONS = """() => [...document.querySelectorAll('button, .button, input:not([type=checkbox], [type=radio])')]
    .filter(e => e.offsetParent !== null)
    .filter(e => getComputedStyle(e).borderTopStyle === 'none' || !parseFloat(getComputedStyle(e).borderTopWidth))
    .map(e => e.outerHTML.slice(0, 120))"""
_MOVING = """() => [...document.querySelectorAll('*')].flatMap(e => ['', '::before', '::after'].map(part => [e, part]))
    .map(([e, part]) => [e, part, getComputedStyle(e, part || null)])
    .filter(([, , style]) => style.transitionDuration.split(', ').some(t => parseFloat(t) > 0.01)
        || (style.animationName !== 'none' && parseFloat(style.animationDuration) > 0.01)
        || style.scrollBehavior === 'smooth')
    .map(([e, part]) => `${e.tagName.toLowerCase()}.${e.className}${part}`)"""


def test_every_type_of_page_is_looked_at(sites: Mapping[str, Site]) -> None:
    found = {name: set(site.pages) for name, site in sites.items()}
    assert found == {name: set(kinds) for name, kinds in KINDS.items()}


@pytest.mark.parametrize(("name", "kind"), LOOKS)
def test_every_page_is_quiet_and_no_wider_than_a_phone(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    visit.look(_NARROW_PX)
    for url in sites[name].pages[kind]:
        page = visit.go(origins[name], sites[name].seen_at(url))
        visit.faults += [f"{url}: too wide: {element}" for element in page.evaluate(_TOO_WIDE)]
        visit.faults += [f"{url}: {element}" for element in page.evaluate(_HOLLOW)]
    assert not visit.faults, "\n".join(visit.faults)


@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_zoomed_to_400_percent_nothing_scrolls_sideways(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit_zoomed: Visit
) -> None:
    page = visit_zoomed.go(origins[name], sites[name].seen_at(sites[name].typical(kind)))
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true })")
    found = page.evaluate(_TOO_WIDE)
    assert not found, "\n".join([page.url, *found])


@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_no_words_stick_out_of_their_box_or_the_window(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    page = visit.go(origins[name], sites[name].seen_at(sites[name].typical(kind)))
    found = []
    for width in (_NARROW_PX, 768, 1280):
        visit.look(width)
        found += [f"{width} px: {element}" for element in page.evaluate(_STICKING_OUT)]
    assert not found, "\n".join([page.url, *found])


@pytest.mark.parametrize("name", SITES)
def test_every_page_is_sent_with_a_policy_that_allows_nothing_inline(name: str, sites: Mapping[str, Site]) -> None:
    site = sites[name]
    for url in site.urls:
        headers = answer(site.files, site.base_path, site.seen_at(url)).headers
        policies = [value for header, value in headers if header == "Content-Security-Policy"]
        assert policies, url
        assert not any("'unsafe-inline'" in policy or "*" in policy for policy in policies), url


class _Inline(HTMLParser):
    """Collects what a strict policy forbids: styles, scripts and handlers in the page itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        code = tag == "script" and "src" not in given and not re.search("json", given.get("type") or "")
        handlers = [name for name in given if name == "style" or name.startswith("on")]
        script_urls = [name for name, value in attrs if (value or "").strip().lower().startswith("javascript:")]
        if tag == "style" or code or handlers or script_urls:
            self.found.append(f"line {self.getpos()[0]}: {self.get_starttag_text()}")


@pytest.mark.parametrize("name", SITES)
def test_no_page_has_a_style_or_a_script_in_it(name: str, sites: Mapping[str, Site]) -> None:
    site = sites[name]
    found = {url: inline for url in site.urls if (inline := _Inline(site.files[site.path(url)].decode()).found)}
    assert not found


@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_what_is_seen_and_reached_by_key_stands_in_the_order_of_the_source(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    page = visit.go(origins[name], sites[name].seen_at(sites[name].typical(kind)))
    for width in (_NARROW_PX, 1280):
        visit.look(width)
        reordered = page.evaluate(_REORDERED)
        assert not reordered, "\n".join([f"{page.url} at {width} px", *reordered])


@pytest.mark.parametrize("width_px", [_NARROW_PX, 1280])
@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_the_tab_key_leads_through_the_page_in_sight(
    name: str, kind: str, width_px: int, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    visit.look(width_px)
    page = visit.go(origins[name], sites[name].seen_at(sites[name].typical(kind)))
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == "#main"
    unseen = _unseen_stops(page)
    assert not unseen, "\n".join([page.url, *unseen])


def _unseen_stops(page: Page) -> list[str]:
    """Return what has the focus without showing it, among the first stops."""
    unseen = []
    for _ in range(_STOPS):
        stop = page.evaluate(_FOCUSED)
        if stop["isBody"]:
            break
        if not stop["outline"] > 0 or not stop["inSight"]:
            unseen.append(str(stop))
        page.keyboard.press("Tab")
    return unseen


@pytest.mark.parametrize("name", SITES)
def test_the_skip_link_leads_to_the_content(
    name: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    page = visit.go(origins[name], sites[name].typical("home"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_buttons_keep_a_border_in_forced_colours(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    visit.look(1280, forced_colors="active")
    page = visit.go(origins[name], sites[name].seen_at(sites[name].typical(kind)))
    assert page.evaluate("() => matchMedia('(forced-colors: active)').matches")
    unmarked = page.evaluate(_UNMARKED_BUTTONS)
    assert not unmarked, "\n".join([page.url, *unmarked])


@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_nothing_moves_for_those_who_asked_for_less_motion(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit
) -> None:
    visit.look(1280, reduced_motion="reduce")
    page = visit.go(origins[name], sites[name].seen_at(sites[name].typical(kind)))
    moving = page.evaluate(_MOVING)
    assert not moving, "\n".join([page.url, *moving])


@pytest.mark.parametrize(("name", "kind"), RICH_LOOKS)
def test_the_content_needs_no_script(
    name: str,
    kind: str,
    sites: Mapping[str, Site],
    origins: Mapping[str, str],
    visit: Visit,
    visit_without_scripts: Visit,
) -> None:
    url = sites[name].seen_at(sites[name].typical(kind))
    bare = visit_without_scripts.go(origins[name], url)
    heading, words = bare.inner_text("h1"), bare.inner_text("main").split()
    assert heading
    assert len(words) > len(heading.split())
    if kind == "404":  # its script brings a field to search with
        shown = iter(visit.go(origins[name], url).inner_text("main").split())
        assert all(word in shown for word in words)
    elif kind == "search":  # its script brings the field, and the index stays
        assert visit.go(origins[name], url).inner_text("main").split()[-len(words) // 2 :] == words[-len(words) // 2 :]
    elif kind != "quote-of-the-day":  # its script puts the visitor's day in place of the build's
        assert visit.go(origins[name], url).inner_text("main").split() == words
