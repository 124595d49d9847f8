"""axe-core finds nothing: WCAG 2.0, 2.1 and 2.2 at A and AA, and its best practices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.chromium import Visit
from browser.sites import LOOKS, Site

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SCHEMES = ("light", "dark")
_WIDTHS_PX = (320, 360, 1280)
_RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], iframes: false, preload: false})"


@pytest.mark.parametrize(("name", "kind"), LOOKS)
def test_axe_finds_nothing(
    name: str, kind: str, sites: Mapping[str, Site], origins: Mapping[str, str], visit: Visit, axe_source: str
) -> None:
    site = sites[name]
    page = visit.go(origins[name], site.seen_at(site.typical(kind)))
    page.evaluate(axe_source)
    found = []
    for width, scheme in product(_WIDTHS_PX, _SCHEMES):
        visit.look(width, color_scheme=scheme, reduced_motion="reduce")
        _unfold(page, width == min(_WIDTHS_PX))
        violations = page.evaluate(_RUN, _TAGS)["violations"]
        found += [f"{width} px, {scheme}: {line}" for violation in violations for line in _lines(violation)]
    assert not found, f"{page.url}\n" + "\n".join(found)


def _unfold(page: Page, everything: bool) -> None:
    """Open or close all that unfolds, so that the menu and the filters are looked at too."""
    page.evaluate("open => document.querySelectorAll('details').forEach(d => { d.open = open })", everything)


def _lines(violation: Mapping[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        why = " ".join(node["failureSummary"].split())
        yield f"{violation['id']} ({violation['impact']}): {' '.join(map(str, node['target']))}\n    {why}"
