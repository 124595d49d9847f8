"""Nothing moves while a page comes, also where its fonts come late (Core Web Vitals, cumulative layout shift)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Route

from browser.chromium import Visit
from browser.sites import LOOKS, NOW, Site

_GOOD = 0.1  # below this, a page is called good: https://web.dev/articles/cls
_LATE_SECONDS = 0.25
_OF_HEARTH = [look for look in LOOKS if look[0] == "sample"]
# what ledger sets in its own way; its other pages have the parts of these
_TYPESET = ("home", "post", "quote", "search", "story", "wall")
_COUNT_SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => { window.shifted += entry.value; }))
    .observe({type: 'layout-shift', buffered: true});"""


_HAS_STAND_INS = """() => Promise.all(['"Arial"', '"Liberation Sans"', '"Times New Roman"', '"Liberation Serif"'].map(
    name => new FontFace("x", `local(${name})`).load().then(() => 1, () => 0))).then(
    ([arial, sans, times, serif]) => Boolean((arial || sans) && (times || serif)))"""


@pytest.fixture(scope="module", params=[360, 1280])
def newcomer(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visit]:
    """Return a visitor who keeps nothing from page to page and counts how far things shift."""
    with Visit(browser, viewport={"width": request.param, "height": 800}) as visit:
        if not visit.page.evaluate(_HAS_STAND_INS):
            pytest.skip("no font here stands in for the themes' own: apt-get install fonts-liberation")
        visit.page.clock.set_fixed_time(NOW)  # on another day, the quote of the day is another
        visit.page.add_init_script(_COUNT_SHIFTS)
        visit.page.context.new_cdp_session(visit.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        yield visit


def _shift(visit: Visit, origin: str, url: str) -> float:
    page = visit.go(origin, url)
    page.evaluate("() => document.fonts.ready.then(() => new Promise(done => setTimeout(done, 50)))")
    return float(page.evaluate("() => window.shifted"))


@pytest.mark.parametrize(("name", "kind"), [*_OF_HEARTH, *(("ledger", kind) for kind in _TYPESET)])
def test_nothing_shifts(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], newcomer: Visit
) -> None:
    url = sites[name].seen_at(sites[name].typical(kind))
    assert round(_shift(newcomer, origins[name], url), 2) == 0

    newcomer.page.route("**/*.woff2", _late)
    assert _shift(newcomer, origins[name], url) < _GOOD
    newcomer.page.unroute("**/*.woff2")


def _late(route: Route) -> None:
    time.sleep(_LATE_SECONDS)
    route.continue_()
