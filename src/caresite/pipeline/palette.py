"""Palette: one brand colour becomes every colour of the theme, in both modes, with its contrast proved.

Colours are worked out in OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020) and written as
sRGB hex. Contrast is WCAG 2.2's: (L1 + .05) / (L2 + .05) of relative luminances.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

__all__ = [
    "ACCENTS",
    "PAIRS",
    "Mode",
    "Pair",
    "Palette",
    "contrast",
    "failing_pairs",
    "palette_css",
    "palette_of",
    "to_oklch",
]

Mode = Mapping[str, str]

ACCENTS = {"marigold": 82, "coral": 32, "mint": 160, "sky": 235}
_TONE_HUES = (48, 82, 150, 205, 262)
_SWAP_WITHIN = 25
_GREY_BELOW = 0.02
_CLIP_STEPS = 24


class Palette(NamedTuple):
    """The tokens of the light and the dark mode, name to hex."""

    light: Mode
    dark: Mode


class Pair(NamedTuple):
    """Two colours that stand on each other and the contrast they need."""

    front: str
    back: str
    least: float


PAIRS = (
    *(Pair(front, back, 4.5) for front in ("ink", "ink-2", "brand") for back in ("paper", "surface", "sunken")),
    Pair("brand", "brand-soft", 4.5),
    Pair("on-brand", "brand", 4.5),
    Pair("on-brand", "brand-hi", 4.5),
    Pair("edge", "surface", 3),
    Pair("edge", "paper", 3),
    Pair("ink", "mark", 4.5),
    Pair("star", "surface", 3),
    Pair("on-band", "band", 4.5),
    Pair("on-band-2", "band", 4.5),
    Pair("spark", "band", 4.5),
    Pair("on-spark", "spark", 4.5),
    *(Pair(f"t{n}d", f"t{n}", 4.5) for n in range(1, 7)),
    *(Pair(front, f"t{n}", 4.5) for n in range(1, 7) for front in ("ink", "ink-2")),
    Pair("ok", "surface", 4.5),
    Pair("bad", "surface", 4.5),
)


def palette_of(brand: str, accent_hue: float = ACCENTS["marigold"]) -> Palette:
    """Return the palette of a brand colour (`#rrggbb` or `#rgb`) with the warm accent at `accent_hue` degrees.

    Any brand and any accent pass: contrast is a matter of lightness, and each lightness is set here or solved for.
    The nearest that a pair comes to its least is .27 above it: `brand` on `brand-soft` for #d555aa. Hence nobody is
    told of a nearest colour that would do.
    """
    lightness, chroma, hue = to_oklch(brand)
    is_grey = chroma < _GREY_BELOW
    base = _Base(lightness, 0.0 if is_grey else min(chroma, 0.2), hue, 0.0 if is_grey else 1.0, accent_hue)
    return Palette(_light(base), _dark(base))


def failing_pairs(mode: Mode) -> list[tuple[Pair, float]]:
    """Return the pairs of `mode` whose contrast is too low, with the contrast they have."""
    return [(pair, ratio) for pair in PAIRS if (ratio := contrast(mode[pair.front], mode[pair.back])) < pair.least]


def palette_css(palette: Palette) -> str:
    """Return the stylesheet of the palette: light, dark by the reader's choice or the theme's, and print.

    `data-mode="dark"` also makes a part of a light page dark.
    """
    light, dark = palette
    shadow = f"0 1px 2px {light['ink']}0d, 0 14px 34px -18px {light['ink']}38"
    in_dark = _rules({**dark, "lift": f"0 0 0 1px {dark['line']}"})
    parts = [
        f":root {{ color-scheme: light dark; {_rules({**light, 'lift': shadow})} }}",
        ':root[data-mode="light"] { color-scheme: light; }',
        f'@media screen and (prefers-color-scheme: dark) {{ :root:not([data-mode="light"]) {{ {in_dark} }} }}',
        f'@media screen {{ [data-mode="dark"] {{ color-scheme: dark; {in_dark} }} }}',
        f"@media print {{ :root {{ {_rules(_printed(light))} }} }}",
    ]
    return "\n".join(parts) + "\n"


def _rules(tokens: Mode) -> str:
    return " ".join(f"--{name}: {value};" for name, value in tokens.items())


def _printed(light: Mode) -> dict[str, str]:
    """Return black on white: paper and ink cost nothing, grounds do."""
    white = ("paper", "surface", "sunken", "brand-soft", "on-brand", "band", "mark", *(f"t{n}" for n in range(1, 7)))
    greys = {"line": "#cccccc", "edge": "#999999", "ink-2": "#333333", "on-band-2": "#333333"}
    return {name: greys.get(name, "#ffffff" if name in white else "#000000") for name in light} | {"lift": "none"}


class _Base(NamedTuple):
    """The brand taken apart; `tint` is 0 for greys, whose neutrals stay grey."""

    lightness: float
    chroma: float
    hue: float
    tint: float
    accent: float

    def neutral(self, lightness: float, chroma: float) -> str:
        return _hex(lightness, chroma * self.tint, self.hue)

    @property
    def tones(self) -> tuple[float, ...]:
        return (self.hue, *((h + 180) % 360 if _apart(h, self.hue) < _SWAP_WITHIN else h for h in _TONE_HUES))


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


def _light(base: _Base) -> dict[str, str]:
    neutral, accent = base.neutral, base.accent
    mode = {
        "paper": neutral(0.985, 0.004),
        "surface": "#ffffff",
        "sunken": neutral(0.958, 0.011),
        "line": neutral(0.9, 0.013),
        "edge": neutral(0.6, 0.025),
        "ink": neutral(0.235, 0.03),
        "ink-2": neutral(0.43, 0.03),
        "on-brand": "#ffffff",
        "brand-soft": _hex(0.945, min(base.chroma, 0.03) * base.tint, base.hue),
        "band": _hex(0.27, min(base.chroma, 0.085), base.hue),
        "on-band": "#ffffff",
        "on-band-2": neutral(0.86, 0.03),
        "mark": _hex(0.895, 0.135, accent + 8),
        "star": _hex(0.62, 0.14, accent - 12),
        "spark": _hex(0.84, 0.155, accent),
        "ok": _hex(0.45, 0.11, 150),
        "bad": _hex(0.48, 0.18, 27),
    }
    mode["on-spark"] = mode["ink"]
    mode["brand"] = _solve(
        base.lightness,
        base.chroma,
        base.hue,
        -0.005,
        lambda c: contrast(c, mode["sunken"]) >= 5 and contrast(c, "#ffffff") >= 5,
    )
    lightness, chroma, hue = to_oklch(mode["brand"])
    mode["brand-hi"] = _hex(max(0.0, lightness - 0.07), chroma * base.tint, hue)
    for number, hue in enumerate(base.tones, start=1):
        tone = _TONES[number - 1]
        tint = base.tint if number == 1 else 1.0
        ground = mode[f"t{number}"] = _hex(tone.ground[0], tone.ground[1] * tint, hue)
        mode[f"t{number}d"] = _solve(0.46, 0.12 * tint, hue, -0.005, lambda c, g=ground: contrast(c, g) >= 5.2)  # type: ignore[misc]
        mode[f"t{number}a"] = _hex(tone.drawn[0], tone.drawn[1] * tint, hue)
    return mode


def _dark(base: _Base) -> dict[str, str]:
    neutral, accent = base.neutral, base.accent
    mode = {
        "paper": neutral(0.175, 0.016),
        "surface": neutral(0.222, 0.02),
        "sunken": neutral(0.198, 0.019),
        "line": neutral(0.33, 0.024),
        "edge": neutral(0.6, 0.03),
        "ink": neutral(0.95, 0.008),
        "ink-2": neutral(0.78, 0.016),
        "on-brand": neutral(0.175, 0.03),
        "brand-soft": _hex(0.29, min(base.chroma, 0.055) * base.tint, base.hue),
        "band": _hex(0.262, min(base.chroma, 0.06), base.hue),
        "on-band": "#ffffff",
        "on-band-2": neutral(0.86, 0.03),
        "mark": _hex(0.46, 0.095, accent),
        "star": _hex(0.82, 0.15, accent),
        "spark": _hex(0.84, 0.155, accent),
        "on-spark": neutral(0.235, 0.03),
        "ok": _hex(0.82, 0.13, 150),
        "bad": _hex(0.78, 0.13, 25),
    }
    mode["brand"] = _solve(
        max(base.lightness, 0.74), min(base.chroma, 0.13), base.hue, 0.005, lambda c: contrast(c, mode["surface"]) >= 7
    )
    lightness, chroma, hue = to_oklch(mode["brand"])
    mode["brand-hi"] = _hex(min(0.93, lightness + 0.06), chroma * 0.8 * base.tint, hue)
    for number, hue in enumerate(base.tones, start=1):
        tint = base.tint if number == 1 else 1.0
        ground = mode[f"t{number}"] = _hex(0.275, 0.042 * tint, hue)
        mode[f"t{number}d"] = _solve(0.8, 0.1 * tint, hue, 0.005, lambda c, g=ground: contrast(c, g) >= 7)  # type: ignore[misc]
        drawn = _TONES[number - 1].drawn_dark
        mode[f"t{number}a"] = _hex(drawn[0], drawn[1] * tint, hue)
    return mode


class _Tone(NamedTuple):
    """Lightness and chroma of a tone's soft ground, of drawings on it, and of drawings in the dark."""

    ground: tuple[float, float]
    drawn: tuple[float, float]
    drawn_dark: tuple[float, float]


_TONES = (
    _Tone((0.94, 0.036), (0.52, 0.17), (0.62, 0.14)),
    _Tone((0.94, 0.036), (0.62, 0.15), (0.68, 0.13)),
    _Tone((0.945, 0.042), (0.70, 0.14), (0.74, 0.13)),
    _Tone((0.945, 0.034), (0.54, 0.12), (0.64, 0.11)),
    _Tone((0.945, 0.026), (0.55, 0.10), (0.64, 0.09)),
    _Tone((0.945, 0.03), (0.52, 0.15), (0.62, 0.13)),
)


def _solve(lightness: float, chroma: float, hue: float, step: float, good: Callable[[str], bool]) -> str:
    """Return the first colour, going from `lightness` in steps, that is good."""
    for _ in range(400):
        color = _hex(lightness, chroma, hue)
        if good(color) or not 0 < lightness < 1:
            return color
        lightness = min(1.0, max(0.0, lightness + step))
    return color


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two hex colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(color: str) -> tuple[float, float, float]:
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return _decode(red), _decode(green), _decode(blue)


def _decode(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def to_oklch(color: str) -> tuple[float, float, float]:
    """Return lightness (0 to 1), chroma and hue (degrees) of a hex colour."""
    red, green, blue = _linear(color)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _from_oklch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Return the sRGB hex; a colour outside the gamut loses chroma, never lightness or hue."""
    channels = _from_oklch(lightness, chroma, hue)
    if not _in_gamut(channels):
        low, high = 0.0, chroma
        for _ in range(_CLIP_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if _in_gamut(_from_oklch(lightness, middle, hue)) else (low, middle)
        channels = _from_oklch(lightness, low, hue)
    return "#" + "".join(f"{round(255 * _encode(min(1.0, max(0.0, c)))):02x}" for c in channels)


def _in_gamut(channels: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= c <= 1.0001 for c in channels)


def _encode(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
