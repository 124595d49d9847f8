"""Assets: files of the theme and the site under names that change when they do; a theme's only where one is used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path, PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.files import decode_text, lies_within, may_be_read
from caresite.core.model import Output
from caresite.core.numbers import whole_number
from caresite.core.suggest import nearest
from caresite.core.urls import decoded_path, encode_file, split_address
from caresite.core.walk import diagnostic_of, files_below
from caresite.pipeline.icon import icon_svg, kept_touch_icon
from caresite.pipeline.palette import ACCENTS, Palette, failing_pairs, palette_css, palette_of
from caresite.pipeline.themes import Theme

__all__ = ["Asset", "asset_outputs", "collect_assets", "palette_for"]

_ELSEWHERE = r"(?!data:|https?:|//|#)"
_CSS_URL = re.compile(
    rf"url\(\s*(?:\"{_ELSEWHERE}(?P<double>[^\"]+)\"|'{_ELSEWHERE}(?P<single>[^']+)'|{_ELSEWHERE}(?P<bare>[^)\"'\s]+))\s*\)"
)
_DIGEST_LENGTH = 10
PALETTE = "palette.css"
ICON = "icon.svg"
TOUCH_ICON = "touch-icon.png"
_LETTERS = ("fonts/figtree-latin.woff2", "fonts/figtree-latin-ext.woff2")
FONTS = "own-fonts.css"


class Asset(Struct, frozen=True):
    """An asset: its name in `assets/`, where it is written, its bytes.

    `links` are the names of the assets that its `url(…)` lead to; `own` says that it is the site's, not a theme's.
    """

    name: str
    output: str
    data: bytes
    links: tuple[str, ...] = ()
    own: bool = False


def collect_assets(
    theme: Theme, title: str, kept: MutableMapping[str, bytes] | None = None
) -> tuple[dict[str, Asset], tuple[Diagnostic, ...]]:
    """Return all assets by name: the site's `assets/` over the theme's over its parents'; and links not followed.

    A theme with the options `brand` and `accent` gets its `palette.css` made from them, and an `icon.svg` and a
    `touch-icon.png` with its logo or the first letter of the site's `title` unless it has one; fonts of the owner's, an
    `own-fonts.css`.

    A file `x.css` is written as `assets/x.<digest>.css`; `url(…)` inside stylesheets follows. What takes its time to
    draw is found again in `kept`, and left there.
    """
    files, found = _layered(theme)
    kept = {} if kept is None else kept
    site = theme.layers[0].folder / "assets"
    assets: dict[str, Asset] = {}
    for name in sorted(files, key=lambda name: (name.endswith(".css"), name)):
        data = files[name].read_bytes()
        links: tuple[str, ...] = ()
        if name.endswith(".css"):
            data, links = _rewritten(name, decode_text(data, f"assets/{name}")[0], assets)
        assets[name] = replace(_asset(name, data), links=links, own=files[name].is_relative_to(site))
    if palette := palette_for(theme):
        assets[PALETTE] = _asset(PALETTE, palette_css(palette).encode())
        icon = icon_svg(title, palette, getattr(theme.options, "mode", "auto"))
        assets = {ICON: _asset(ICON, icon.encode())} | assets
        if TOUCH_ICON not in assets:
            fonts = tuple(assets[name].data for name in _LETTERS if name in assets)
            mode = getattr(theme.options, "mode", "auto")
            logo = _drawn_logo(theme, assets)
            assets[TOUCH_ICON] = _asset(TOUCH_ICON, kept_touch_icon(kept, title, palette, mode, fonts, logo))
    if faces := _own_faces(theme, assets):
        data, links = _rewritten(FONTS, faces, assets)
        assets[FONTS] = replace(_asset(FONTS, data), links=links)
    return assets, found


def _drawn_logo(theme: Theme, assets: Mapping[str, Asset]) -> bytes:
    """Return the owner's logo when it is an SVG drawing in `assets/` or `static/`, as home screens want pixels."""
    name = str(getattr(theme.options, "logo", ""))
    if not name.endswith(".svg") or "//" in name:
        return b""
    if name in assets:
        return assets[name].data
    site = theme.layers[0].folder
    file = site / "static" / name.lstrip("/")
    is_there = name.startswith("/") and may_be_read(file, site) and lies_within(file, site / "static")
    return file.read_bytes() if is_there else b""


def _own_faces(theme: Theme, assets: Mapping[str, Asset]) -> str:
    """Return the stylesheet for the fonts that the owner put into `assets/`, for themes that have such options.

    Raises Problem when there is no such file, or it is not a WOFF2 (W3C WOFF File Format 2.0, section 4.1).
    """
    rules = []
    for voice in ("sans", "serif"):
        name = str(getattr(theme.options, f"font_{voice}", ""))
        if not name:
            continue
        place = place_in(theme.places, Span("caresite.yaml"), f"theme.font_{voice}")
        if name not in assets:
            near = nearest(name, (n for n in assets if n.endswith(".woff2")))
            hint = f"did you mean `{near}`?" if near else f"put it there: `assets/{name}`"
            raise Problem(fault(codes.ASSET_MISSING, place, f"there is no font `{name}` in `assets/`", hint=hint))
        if not assets[name].data.startswith(b"wOF2"):
            hint = "convert it to WOFF2, which every browser reads and which is the smallest"
            raise Problem(fault(codes.NOT_A_CHOICE, place, f"`{name}` is not a WOFF2 font", hint=hint))
        rules.append(
            f'@font-face {{ font-family: "Own {voice}"; src: url("{name}") format("woff2"); font-weight: 100 900; '
            f'font-display: swap; }}\n@layer tokens {{ :root {{ --{voice}: "Own {voice}", '
            f"{'ui-sans-serif, system-ui, sans-serif' if voice == 'sans' else 'Georgia, serif'}; }} }}\n"
        )
    return "".join(rules)


def _layered(theme: Theme) -> tuple[dict[str, Path], tuple[Diagnostic, ...]]:
    files: dict[str, Path] = {}
    found: list[Diagnostic] = []
    for layer in reversed(theme.layers):
        folder = layer.folder / "assets"
        paths, left_out = files_below(folder, layer.folder)
        files |= {p.relative_to(folder).as_posix(): p for p in paths if not p.name.startswith((".", "_"))}
        found.extend(
            diagnostic_of(entry, f"assets{entry.path.removeprefix(str(folder.absolute()))}") for entry in left_out
        )
    return files, tuple(found)


def palette_for(theme: Theme) -> Palette | None:
    """Return the colours that the theme's options make; None for a theme without a brand colour.

    Raises Problem when a pair of them cannot be read, which has not been seen yet.
    """
    brand = getattr(theme.options, "brand", "")
    if not brand:
        return None
    made = palette_of(brand, _accent_hue(theme))
    own = theme.colors
    palette = Palette({**made.light, **own.get("light", {})}, {**made.dark, **own.get("dark", {})})
    for mode, name in zip(palette, ("light", "dark"), strict=True):
        for pair, ratio in failing_pairs(mode):
            message = (
                f"the brand {brand} cannot be used: `{pair.front}` on `{pair.back}` in {name} mode has a contrast of "
                f"{ratio:.2f} and needs {pair.least:g}"
            )
            place = place_in(theme.places, Span("caresite.yaml"), "theme.brand")
            raise Problem(fault(codes.NOT_A_CHOICE, place, message, hint="take a colour a little lighter or darker"))
    return palette


def _accent_hue(theme: Theme) -> float:
    accent = str(getattr(theme.options, "accent", "marigold"))
    if accent in ACCENTS:
        return ACCENTS[accent]
    hue = whole_number(accent)
    if hue is not None and hue < 360:
        return float(hue)
    message = f"`accent` must be one of {', '.join(ACCENTS)}, or a hue from 0 to 359, not “{accent}”"
    raise Problem(fault(codes.NOT_A_CHOICE, place_in(theme.places, Span("caresite.yaml"), "theme.accent"), message))


def _asset(name: str, data: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = hashlib.sha256(data).hexdigest()[:_DIGEST_LENGTH]
    return Asset(name, f"assets/{path.with_name(f'{path.stem}.{digest}{path.suffix}')}", data)


_IN_BRACKETS = str.maketrans({"(": "%28", ")": "%29", "'": "%27"})  # these end a `url(…)` without quotation marks


def _rewritten(name: str, css: str, assets: Mapping[str, Asset]) -> tuple[bytes, tuple[str, ...]]:
    """Return the stylesheet with its `url(…)` leading to where assets are written, and the names of those assets."""
    links: set[str] = set()

    def follow(match: re.Match[str]) -> str:
        address = split_address(match["double"] or match["single"] or match["bare"])
        target = _joined(PurePosixPath(name).parent, decoded_path(address.path))
        asset = assets.get(target)
        if asset is None:
            return match[0]
        links.add(target)
        up = "../" * (len(PurePosixPath(name).parts) - 1)
        path = encode_file(asset.output.removeprefix("assets/")).translate(_IN_BRACKETS)
        return f"url({up}{path}{address.fragment})"

    return _CSS_URL.sub(follow, css).encode(), tuple(sorted(links))


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for part in (folder / target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def asset_outputs(assets: Mapping[str, Asset], asked: Iterable[str]) -> tuple[Output, ...]:
    """Return the assets that are written: the site's own, those that pages `asked` for, and what these link to.

    So a theme may hold files for every one of its options, and a site carries those of the options it chose.
    """
    following = {*asked, *(asset.name for asset in assets.values() if asset.own)}
    written: set[str] = set()
    while following:
        written |= following
        following = {link for name in following for link in assets[name].links} - written
    return tuple(
        Output(path=assets[name].output, content=assets[name].data, kind="asset", source=f"assets/{name}")
        for name in sorted(written)
    )
