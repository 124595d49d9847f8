"""Icon: the site's initial on its brand colour, which browsers show in tabs and lists of bookmarks."""

from __future__ import annotations

from html import escape

from caresite.pipeline.palette import Palette

__all__ = ["icon_svg", "initial_of"]

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


def initial_of(title: str) -> str:
    """Return the first letter or digit of a title as a capital; a title without either gives its first sign."""
    return next((sign for sign in title if sign.isalnum()), title[:1]).upper()[:1]
