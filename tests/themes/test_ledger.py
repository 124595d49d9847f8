"""The theme ledger: what it lays out in its own way, its options, and colours that can be read with every brand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from caresite.core.config import load_config
from caresite.pipeline.assets import palette_for
from caresite.pipeline.palette import failing_pairs
from caresite.pipeline.themes import load_theme
from caresite.testing import BuiltSite, build_site

BRANDS = ("#0b4f6c", "#9b1c4b", "#0057ff", "#ffd400", "#00b37e", "#111111", "#ffffff", "#ff6a00", "#7c3aed")
SITE = """
-- caresite.yaml --
title: The Bell
base_url: https://bell.example/
timezone: Europe/London
language: LANGUAGE
business: {name: The Bell, tagline: Bread and news., email: hello@bell.example}
theme: THEME
-- content/blog/one.md --
---
title: One
date: 2026-03-01
---
First words.
-- content/blog/two.md --
---
title: Two
date: 2026-03-02
---
Second words.
-- content/stories/mill.md --
---
title: The mill
date: 2026-02-01
featured: true
author: {name: Ada Quern, display: full, photo: null}
customer: {name: Quern and Sons}
quotes: [{text: They ==rang== back.}]
metrics: [{label: calls, value: "11", period: in May, source: the book}]
consent: {at: 2026-02-01, scopes: [publish_text, publish_name, publish_company], how: letter}
---
They came at five.
-- content/testimonials/words.yaml --
- id: kind
  text: They rang.
  rating: 4
  author: {name: Otto Example, display: full}
  consent: {at: 2026-02-01, scopes: [publish_text, publish_name], how: letter}
"""


@cache
def ledger(options: str = "", language: str = "en") -> BuiltSite:
    theme = f"{{name: ledger{', ' + options if options else ''}}}"
    site = build_site(SITE.replace("THEME", theme).replace("LANGUAGE", language))
    assert site.ok, site.report
    return site


def test_the_home_page_is_a_front_page() -> None:
    page = ledger().html("/")
    front = page[page.index('class="front"') :]
    order = [
        front.index(words) for words in ("The mill", "They <mark>rang</mark> back.", ">Two<", ">One<", ">Letters<")
    ]
    assert order == sorted(order)
    assert page.count("<h1") == 1
    assert '<time datetime="2026-03-02">March 2, 2026</time>' in page
    assert "date-line" not in ledger("date_line: false").html("/")
    assert "date-line" not in ledger().html("/blog/one/")


def test_a_story_has_a_title_page_and_a_table_of_results() -> None:
    page = ledger().html("/stories/mill/")
    assert '<p class="title-page-name">Quern and Sons</p>' in page
    assert re.search(r'<th scope="row">calls .*in May.*</th><td>11</td>', page)
    assert "stat-block" not in page


def test_ratings_are_words_and_nobody_has_a_face() -> None:
    page = ledger().html("/testimonials/")
    assert '<span class="stars">four of five<span class="visually-hidden"> stars</span></span>' in page
    assert '<span class="initials" aria-hidden="true">OE</span>' in page
    assert 'class="face' not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("five of five", "4.5 of five")),
        ("de", ("fünf von", "4,5 von fünf")),
        ("es", ("cinco de", "4,5 de cinco")),
    ],
)
def test_the_mean_of_ratings_has_its_figure(language: str, words: tuple[str, str]) -> None:
    config = "{name: ledger}\ntestimonials: {mode: reviews, show_average: true}"
    text = SITE.replace("THEME", config).replace("LANGUAGE", language)
    other = text[text.index("- id: kind") :].replace("kind", "other").replace("rating: 4", "rating: 5")
    page = build_site(text + other).html("/testimonials/")
    assert all(f'<span class="stars">{word}' in page for word in words)


@pytest.mark.parametrize(("language", "letters"), [("de", "Zuschriften"), ("es", "Cartas"), ("en-GB", "Letters")])
def test_it_speaks_three_languages(language: str, letters: str) -> None:
    site = ledger(language=language)
    assert f"<h1>{letters}</h1>" in site.html("/testimonials/")


def test_its_options_act() -> None:
    assert "drop-cap." in ledger("drop_cap: true").html("/")
    assert "duotone." in ledger().html("/")
    assert "duotone." not in ledger("photographs: colour").html("/")
    assert not [path for path in ledger().outputs if "drop-cap" in path]
    assert any("ledger-serif" in path for path in ledger().outputs)
    assert not [path for path in ledger("fonts: system").outputs if path.endswith(".woff2")]
    assert not [path for path in ledger().outputs if "figtree" in path or "newsreader" in path]
    assert "<svg viewBox" in ledger("covers: drawn").html("/blog/one/")
    assert "art-wide" not in ledger().html("/blog/one/")


def test_options_of_hearth_are_its_own_too() -> None:
    page = ledger("radius: round, toc: never, home: [blog]").html("/")
    assert 'data-radius="round"' in page
    assert "front" not in page


# colours


def seen(mode: Mapping[str, str]) -> dict[str, str]:
    """Return the colours of a mode as ledger shows them: tones have no ground, bands are paper."""
    paper, ink, second = mode["paper"], mode["ink"], mode["ink-2"]
    tones = {f"t{n}": paper for n in range(1, 7)} | {f"t{n}d": second for n in range(1, 7)}
    bands = {"band": paper, "on-band": ink, "on-band-2": second, "spark": ink, "on-spark": paper}
    return {**mode, **tones, **bands}


@pytest.mark.parametrize("brand", BRANDS)
def test_every_brand_can_be_read_on_white_and_on_black(brand: str, tmp_path: Path) -> None:
    config = "title: A\nbase_url: https://a.example/\ntimezone: UTC\n"
    (tmp_path / "caresite.yaml").write_text(f'{config}theme: {{name: ledger, brand: "{brand}"}}\n', encoding="utf-8")
    settings, _ = load_config(tmp_path)
    palette = palette_for(load_theme(tmp_path, settings)[0])
    assert palette is not None
    assert (palette.light["paper"], palette.dark["paper"]) == ("#ffffff", "#121212")
    assert [pair for mode in palette for pair in failing_pairs(seen(mode))] == []


def test_the_colours_of_a_theme_are_checked_too(tmp_path: Path) -> None:
    theme = "name: pale\nparent: hearth\npalette: {light: {ink-2: '#dddddd'}}\n"
    site = build_site(
        "-- content/pages/a.md --\n---\ntitle: A\n---\n",
        root=tmp_path,
        files={
            "themes/pale/theme.yaml": theme.encode(),
            "caresite.yaml": b"title: A\nbase_url: https://a.example/\ntimezone: UTC\ntheme: pale\n",
        },
    )
    assert not site.ok
    assert "`ink-2` on `paper` in light mode" in site.report


def test_a_palette_that_is_none_is_told(tmp_path: Path) -> None:
    for palette in ("[red]", "{light: red}", "{light: {ink: red}}"):
        site = build_site(
            "-- content/pages/a.md --\n---\ntitle: A\n---\n",
            root=tmp_path,
            files={
                "themes/pale/theme.yaml": f"name: pale\nparent: hearth\npalette: {palette}\n".encode(),
                "caresite.yaml": b"title: A\nbase_url: https://a.example/\ntimezone: UTC\ntheme: pale\n",
            },
        )
        assert "`palette` must have colours" in site.report
