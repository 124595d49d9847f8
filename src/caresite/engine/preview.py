"""Preview: one page with every component of a theme in every state, in both modes, and its contrast measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Image, Output, Route
from caresite.engine.build import markdown_options
from caresite.engine.sample_pages import PHOTO, Specimen, sample_pages
from caresite.engine.samples import filter_groups, sample_plan, sample_site, text_pages
from caresite.pipeline.assets import asset_outputs, collect_assets, palette_for
from caresite.pipeline.contexts import Listing, NumberedPage
from caresite.pipeline.palette import PAIRS, Palette, contrast
from caresite.pipeline.reader import FilterGroup
from caresite.pipeline.render import Renderer
from caresite.pipeline.themes import Theme

__all__ = ["PairRow", "Preview", "Swatch", "preview"]

_NAME = "index.html"
_LIST_PAGES = 18
# those of plugins, whose files are not here
_SCRIPT = re.compile(rb'<script(?: type="module")? src="[^"]*"(?: defer| data-wasm)?></script>')
_ID = re.compile(r'\sid="([^"]+)"')
_LANDMARK = re.compile(r'(<(?:nav|section|aside)\b[^>]*?\saria-label)(?:ledby)?="[^"]*"')
_USE = re.compile(r'(\s(?:id|for|aria-labelledby|aria-describedby|href)=")(#?)([^"]+)"')


class Swatch(NamedTuple):
    """A colour of the palette, in both modes, as hex."""

    name: str
    light: str
    dark: str


class PairRow(NamedTuple):
    """Two colours that stand on each other: in each mode front, back and their contrast, and what they need."""

    front: str
    back: str
    least: float
    light: tuple[str, str, float]
    dark: tuple[str, str, float]


class Preview(Struct, frozen=True):
    """What the template `preview.html` is given, as `preview`."""

    options: Mapping[str, Any]
    swatches: tuple[Swatch, ...]
    pairs: tuple[PairRow, ...]
    samples: Mapping[str, tuple[Specimen, ...]]
    texts: tuple[Specimen, ...]
    photo: Image
    filters: tuple[FilterGroup, ...]
    lists: Mapping[str, Listing]
    _theme: Any

    def theme(self, **options: Any) -> Any:
        """Return the theme's options with some of them changed."""
        return replace(self._theme, **options)

    def apart(self, html: Markup, suffix: str) -> Markup:
        """Return `html` with its ids, what points to them, and the names of its landmarks made its own by `suffix`.

        What stands on the page several times would else be one thing for whoever hears or jumps through it.
        """
        ids = frozenset(_ID.findall(html))

        def renamed(match: re.Match[str]) -> str:
            start, hash_, names = match.groups()
            if start.endswith('href="') and not hash_:
                return match[0]
            return f'{start}{hash_}{" ".join(f"{n}-{suffix}" if n in ids else n for n in names.split())}"'

        numbers = count(1)
        named = _LANDMARK.sub(lambda match: f'{match[1]}="{suffix} {next(numbers)}"', _USE.sub(renamed, html))
        return Markup(named)


def preview(settings: Settings, theme: Theme, clock: datetime) -> tuple[tuple[Output, ...], tuple[Diagnostic, ...]]:
    """Return the preview of `theme`, `index.html` and the assets it needs beside it, and what is wrong with it.

    The page is the template `preview.html`, rendered as every page is, over a site of samples; its links to assets
    are relative, so that it can be opened from a disk.
    """
    assets, found = collect_assets(theme, settings.config.title)
    options = markdown_options(settings)
    site = sample_site(settings, options, clock)
    renderer = Renderer(site, sample_plan(), theme, assets, options)
    renderer.env.globals["preview"] = _preview(theme)
    title = f"{settings.config.title}: {theme.name}"
    page = renderer.render(
        Route(output=_NAME, url="./", kind="preview", title=title, template="preview.html", noindex=True)
    )
    bare = replace(page, content=_SCRIPT.sub(b"", page.data))
    return (bare, *asset_outputs(assets, page.assets)), (*found, *page.diagnostics)


def _preview(theme: Theme) -> Preview:
    palette = palette_for(theme)
    options = {name: getattr(theme.options, name) for name in theme.options.__struct_fields__}
    return Preview(
        options=options,
        swatches=tuple(_swatches(palette)) if palette else (),
        pairs=tuple(_pairs(palette)) if palette else (),
        samples=sample_pages(),
        texts=text_pages(),
        photo=PHOTO,
        filters=filter_groups(),
        lists={"first": _listing(1), "middle": _listing(_LIST_PAGES // 2), "last": _listing(_LIST_PAGES)},
        _theme=theme.options,
    )


def _swatches(palette: Palette) -> Iterable[Swatch]:
    return (Swatch(name, palette.light[name], palette.dark[name]) for name in palette.light)


def _pairs(palette: Palette) -> Iterable[PairRow]:
    for front, back, least in PAIRS:
        light, dark = (
            (mode[front], mode[back], contrast(mode[front], mode[back])) for mode in (palette.light, palette.dark)
        )
        yield PairRow(front, back, least, light, dark)


def _listing(number: int) -> Listing:
    """Return page `number` of a list that fills `_LIST_PAGES`."""
    return Listing(
        items=(),
        number=number,
        count=_LIST_PAGES,
        total=_LIST_PAGES * 10,
        first_url="#",
        prev_url="#" if number > 1 else "",
        next_url="#" if number < _LIST_PAGES else "",
        pages=tuple(NumberedPage(n, "#", n == number) for n in range(1, _LIST_PAGES + 1)),
    )
