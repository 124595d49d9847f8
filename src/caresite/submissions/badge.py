"""The badge of a year's best story: a picture for the winner's own site, in the colours of this one.

It is a drawing of its own without a script, a style or a font file, so it is the same wherever it is put. It comes in
two: one for light pages and one for dark ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from markupsafe import Markup

from caresite.core.model import Route
from caresite.core.numbers import whole_number
from caresite.core.urls import output_path
from caresite.pipeline.catalog import Site
from caresite.pipeline.contexts import Here
from caresite.pipeline.palette import ACCENTS, palette_of
from caresite.pipeline.reader import Plan, Reader
from caresite.pipeline.render import SiteReader

__all__ = ["BADGE", "badge", "badge_routes", "badge_svg"]

BADGE = "badge"
_MODES = ("light", "dark")
_BRAND = "#444444"
_WIDTH = 300  # of the widest line, in units of the drawing
_LETTER = 0.56  # how wide a letter is on average, in its size

_DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img"
 aria-labelledby="badge-title">
<title id="badge-title">{label}</title>
<circle cx="200" cy="200" r="196" fill="{ground}"/>
<circle cx="200" cy="200" r="182" fill="none" stroke="{ring}" stroke-width="7" stroke-linecap="round"
 stroke-dasharray="0 14.29"/>
<circle cx="200" cy="200" r="164" fill="none" stroke="{ring}" stroke-width="3"/>
<path d="M200 62c-26 0-47 18-47 40 0 13 7 24 18 32l-7 22 27-14c3 .5 6 .7 9 .7
 26 0 47-18 47-40S226 62 200 62z" fill="{ring}"/>
<path d="m200 79 7 15 16 2-12 11 3 16-14-8-14 8 3-16-12-11 16-2z" fill="{ground}"/>
<g fill="{ink}" text-anchor="middle" font-family="Georgia, 'Times New Roman', serif">
<text x="200" y="206" font-size="{title_size}">{title}</text>
<text x="200" y="274" font-size="66" font-weight="bold" fill="{ring}">{year}</text>
<text x="200" y="318" font-size="{name_size}" font-family="Helvetica, Arial, sans-serif">{name}</text>
</g>
</svg>
"""


def badge_routes(site: Site) -> Iterator[Route]:
    """Yield the two badges of each year whose first place is taken."""
    reader = Reader(site, Plan())
    for name, collection in site.settings.collections.items():
        if collection.kind != "story" or not collection.index:
            continue
        years = {page.date.year for page in reader.pages(("story",), collection=name) if page.date}
        for year in sorted(years):
            if any(entry.place == 1 for entry in reader.best(name, year).placed):
                yield from _badges(site, collection.index, year)


def _badges(site: Site, index: str, year: int) -> Iterator[Route]:
    for mode in _MODES:
        path = f"{index.strip('/')}/best/{year}/badge-{mode}.svg"
        yield Route(
            output=output_path(f"/{path}"),
            url=f"{site.settings.base_path}{path}",
            kind=BADGE,
            template="best-badge.svg",
            in_sitemap=False,
            params={"year": year, "mode": mode},
        )


def badge(here: Here, theme: Any, site: SiteReader) -> Markup:
    """Return the badge that stands at the address of `here`: its year and mode are in there."""
    *_, year, file = here.url.split("/")
    mode = file.removeprefix("badge-").removesuffix(".svg")
    label = site.say("best_badge_alt", year=year, site=site.title)
    colors = _colors(getattr(theme, "brand", ""), str(getattr(theme, "accent", "")), mode)
    return Markup(badge_svg(site.say("best_badge_title"), label, (year, site.title), colors))


def badge_svg(title: str, label: str, lines: tuple[str, str], colors: dict[str, str]) -> str:
    """Return the drawing: what was won, when and where, and what those are told who do not see it."""
    year, name = lines
    return _DRAWING.format(
        label=escape(label),
        title=escape(title),
        year=escape(year),
        name=escape(name),
        title_size=_size(title, 40),
        name_size=_size(name, 24),
        **colors,
    )


def _colors(brand: str, accent: str, mode: str) -> dict[str, str]:
    """Return the colours of a badge: dark on light pages, and light on dark ones, so that it stands out on both."""
    number = whole_number(accent)
    hue = ACCENTS.get(accent, ACCENTS["marigold"]) if number is None else float(number)
    tokens = palette_of(brand or _BRAND, hue).light
    ground, ink, ring = ("paper", "ink", "brand") if mode == "dark" else ("band", "on-band", "spark")
    return {"ground": tokens[ground], "ink": tokens[ink], "ring": tokens[ring]}


def _size(text: str, largest: int) -> int:
    """Return the size at which a line fits into the ring."""
    return max(9, min(largest, int(_WIDTH / (_LETTER * max(1, len(text))))))
