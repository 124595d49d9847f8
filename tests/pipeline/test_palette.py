"""One brand colour becomes every colour of a theme, and whatever it is, people can read what stands on what."""

from __future__ import annotations

import re
from random import Random

import pytest

from caresite.pipeline.palette import ACCENTS, contrast, failing_pairs, palette_css, palette_of, to_oklch

BERRY = "#9b1c4b"
TRIED = {
    "berry": BERRY,
    "blue": "#0057ff",
    "yellow": "#ffd400",
    "green": "#00b37e",
    "ink": "#111111",
    "white": "#ffffff",
    "orange": "#ff6a00",
    "violet": "#7c3aed",
}
ALL_MODES = ("light", "dark")


def weak(brand: str, hue: float) -> list[str]:
    palette = palette_of(brand, hue)
    return [
        f"{brand} {hue:g} {name}: {pair.front} on {pair.back} {ratio:.2f}"
        for name, mode in zip(ALL_MODES, palette, strict=True)
        for pair, ratio in failing_pairs(mode)
    ]


@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize("brand", TRIED.values(), ids=TRIED)
def test_named_colours_have_no_weak_pair(brand: str, accent: str) -> None:
    assert weak(brand, ACCENTS[accent]) == []


@pytest.mark.parametrize("accent", ACCENTS)
def test_five_hundred_random_colours_have_no_weak_pair(accent: str) -> None:
    random = Random(2026)
    brands = [f"#{random.randrange(0x1000000):06x}" for _ in range(500)]
    assert [fault for brand in brands for fault in weak(brand, ACCENTS[accent])] == []


@pytest.mark.parametrize("hue", range(0, 360, 15))
def test_any_hue_may_be_the_accent(hue: int) -> None:
    assert [fault for brand in TRIED.values() for fault in weak(brand, hue)] == []


@pytest.mark.parametrize(
    ("token", "light", "dark"),
    [
        ("paper", "#fdf9fa", "#170e0f"),
        ("surface", "#ffffff", "#23171a"),
        ("sunken", "#f8eef0", "#1d1214"),
        ("line", "#e6dbdd", "#403034"),
        ("edge", "#8e7a7e", "#91797e"),
        ("ink", "#2a181c", "#f4ecee"),
        ("ink-2", "#5f494d", "#c1b3b6"),
        ("brand", "#9b1c4b", "#ef86a0"),
        ("on-brand", "#ffffff", "#1b0b0f"),
        ("brand-soft", "#ffe5ea", "#421f28"),
        ("mark", "#ffd86b", "#725200"),
        ("star", "#b97500", "#f4b93c"),
        ("band", "#460f21", "#3c1621"),
        ("spark", "#fcbf3c", "#fcbf3c"),
        ("ok", "#196632", "#83dc97"),
        ("bad", "#ac1a1c", "#ff958d"),
        ("t1", "#ffe3e8", "#391f25"),
        ("t1d", "#8c364f", "#f5a3b5"),
        ("t2", "#ffe5d8", "#382115"),
        ("t2d", "#8b3e09", "#f3aa85"),
        ("t3", "#fbebce", "#32250d"),
        ("t3d", "#725200", "#deb870"),
        ("t4", "#def4e1", "#182d1c"),
        ("t4d", "#0f6a31", "#8ed09c"),
        ("t5", "#daf2f5", "#072d31"),
        ("t5d", "#00646d", "#65d0dc"),
        ("t6", "#e3edff", "#1c283c"),
        ("t6d", "#31559a", "#9bbeff"),
    ],
)
def test_the_default_brand_gives_the_colours_that_were_designed(token: str, light: str, dark: str) -> None:
    palette = palette_of(BERRY)
    assert (palette.light[token], palette.dark[token]) == (light, dark)


def test_a_grey_brand_leaves_everything_grey() -> None:
    palette = palette_of("#777777")
    for mode in palette:
        for token in ("paper", "sunken", "ink", "ink-2", "edge", "brand", "brand-soft", "t1"):
            assert to_oklch(mode[token])[1] < 0.002, token


def test_yellow_and_white_become_links_that_can_be_read() -> None:
    for brand in ("#ffd400", "#ffffff"):
        light = palette_of(brand).light
        assert contrast(light["brand"], light["paper"]) >= 4.5


def test_short_and_long_hex_are_the_same_colour() -> None:
    assert palette_of("#06f") == palette_of("#0066ff")


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48)]
)
def test_contrast_is_wcags(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_the_stylesheet_has_every_token_in_both_modes_and_black_on_white_in_print() -> None:
    palette = palette_of(BERRY)
    css = palette_css(palette)
    light, *darks = re.findall(r"\{[^{}]*--paper: [^{}]*\}", css)
    dark, _, printed = darks
    for token in palette.light:
        assert f"--{token}: {palette.light[token]};" in light
        assert f"--{token}: {palette.dark[token]};" in dark
    assert "--paper: #ffffff;" in printed
    assert "--ink: #000000;" in printed
    assert 'prefers-color-scheme: dark) { :root:not([data-mode="light"])' in css
