"""Icon: the site's initial on its brand colour, which browsers show in tabs and lists of bookmarks."""

from __future__ import annotations

import hashlib
import io
from collections.abc import MutableMapping
from functools import lru_cache
from html import escape

from caresite.pipeline.card_drawing import logo_picture
from caresite.pipeline.palette import Palette

__all__ = ["icon_svg", "initial_of", "kept_touch_icon", "touch_icon"]

_KEPT = "touch icon"
_MARGIN_PX = 18
TOUCH_ICON_PX = 180  # what iOS and iPadOS ask for; they round its corners themselves

# The colours stand in attributes too: where a policy for the site forbids the style, the light ones are shown.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{style}'
    '<rect class="tile" width="32" height="32" rx="9" fill="{tile}"/>'
    '<text class="letter" x="16" y="23" fill="{letter}" text-anchor="middle" font-size="20" font-weight="800"'
    ' font-family="Figtree, ui-sans-serif, system-ui, sans-serif">{initial}</text></svg>\n'
)
_DARK = "<style>@media (prefers-color-scheme: dark) {{ .tile {{ fill: {tile} }} .letter {{ fill: {letter} }} }}</style>"


def icon_svg(title: str, palette: Palette, mode: str = "auto") -> str:
    """Return the icon as SVG. `mode` is `light`, `dark`, or `auto`, which follows the reader's device."""
    first = palette.dark if mode == "dark" else palette.light
    dark = palette.dark
    style = _DARK.format(tile=dark["brand"], letter=dark["on-brand"]) if mode == "auto" else ""
    return _ICON.format(style=style, tile=first["brand"], letter=first["on-brand"], initial=escape(initial_of(title)))


def touch_icon(title: str, palette: Palette, mode: str, fonts: tuple[bytes, ...], logo: bytes = b"") -> bytes:
    """Return the icon for home screens as PNG, 180 by 180 pixels: the firm's `logo`, unless it is far from square.

    Else it is the first letter of the title, in the first of `fonts` (WOFF2) that has it; without one a disc.
    """
    colors = palette.dark if mode == "dark" else palette.light
    if logo and (icon := _logo_icon(logo, colors["surface"])):
        return icon
    return _drawn(initial_of(title), colors["brand"], colors["on-brand"], fonts)


def kept_touch_icon(
    kept: MutableMapping[str, bytes],
    title: str,
    palette: Palette,
    mode: str,
    fonts: tuple[bytes, ...],
    logo: bytes = b"",
) -> bytes:
    """Return the icon that `touch_icon` draws, from `kept` if it was drawn from the same and by the same code."""
    digest = hashlib.blake2b(kept.get("code", b""), digest_size=16)
    for part in (repr((initial_of(title), palette, mode)).encode(), *fonts, logo):
        digest.update(len(part).to_bytes(8) + part)
    key, known = digest.digest(), kept.get(_KEPT, b"")
    if known[: len(key)] != key:
        known = kept[_KEPT] = key + touch_icon(title, palette, mode, fonts, logo)
    return known[len(key) :]


@lru_cache(maxsize=8)
def _drawn(initial: str, tile: str, letter: str, fonts: tuple[bytes, ...]) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (TOUCH_ICON_PX, TOUCH_ICON_PX), tile)
    pen, middle = ImageDraw.Draw(picture), TOUCH_ICON_PX / 2
    for font in fonts:
        face = ImageFont.truetype(io.BytesIO(font), 116)
        if bytes(face.getmask(initial)) != bytes(face.getmask("\uffff")):  # which no font has, so its box is drawn
            face.set_variation_by_axes([800])
            pen.text((middle, middle + 42), initial, fill=letter, font=face, anchor="ms")
            break
    else:
        pen.ellipse((middle - 40, middle - 40, middle + 40, middle + 40), fill=letter)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=8)
def _logo_icon(logo: bytes, ground: str) -> bytes:
    """Return the icon with a logo on it; nothing when it is too wide or too high to be made out, or is no picture."""
    from PIL import Image

    side = TOUCH_ICON_PX - 2 * _MARGIN_PX
    drawn = logo_picture(logo, side, side)
    if drawn is None or not 0.5 <= drawn.width / drawn.height <= 2:
        return b""
    icon = Image.new("RGB", (TOUCH_ICON_PX, TOUCH_ICON_PX), ground)
    icon.paste(drawn, ((TOUCH_ICON_PX - drawn.width) // 2, (TOUCH_ICON_PX - drawn.height) // 2), drawn)
    file = io.BytesIO()
    icon.save(file, "PNG", optimize=True)
    return file.getvalue()


def initial_of(title: str) -> str:
    """Return the first letter or digit of a title as a capital; a title without either gives its first sign."""
    return next((sign for sign in title if sign.isalnum()), title[:1]).upper()[:1]
