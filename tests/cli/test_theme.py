"""`caresite theme preview`: one page on which the whole theme can be looked at."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from caresite.core.config import load_config
from caresite.engine.clock import moment, site_zone
from caresite.engine.preview import Preview, preview
from caresite.engine.samples import TEXTS
from caresite.pipeline.components import COMPONENTS
from caresite.pipeline.palette import PAIRS, contrast, palette_of
from caresite.pipeline.themes import bundled_themes, load_theme

from .conftest import Run

TEMPLATES = bundled_themes() / "hearth" / "templates"
# parts of others that stand in no page by themselves
_NOT_BY_ITSELF = {"article-meta", "best-method", "embed-link", "featured-wall", "opening-story"}


def page_of(site: Path, config: str = "") -> str:
    if config:
        with (site / "caresite.yaml").open("a") as file:
            file.write(config)
    settings, _ = load_config(site)
    theme, _ = load_theme(site, settings)
    (page, *_), found = preview(settings, theme, moment(site_zone(site), "2026-11-22"))
    assert not found, found
    return page.data.decode()


def test_it_is_written_below_the_site_and_can_be_opened_from_there(run: Run, site: Path) -> None:
    result = run("theme", "preview")
    assert result.exit_code == 0, result.output
    assert "theme-preview/index.html" in result.output
    page = (site / "theme-preview" / "index.html").read_text()
    links = re.findall(r'(?:href|src)="(\./assets/[^"]+)"', page)
    assert len(links) >= 4
    assert all((site / "theme-preview" / link).is_file() for link in links)


def test_it_can_be_written_elsewhere_and_told_to_machines(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "looks" / "today.html"
    answer = json.loads(run("theme", "preview", "--json", "-o", str(file)).output)
    assert answer["ok"] is True
    assert file.is_file()
    assert Path(answer["file"]).name == "today.html"
    assert list((tmp_path / "looks" / "assets").glob("hearth.*.css"))


def test_assets_of_other_colours_do_not_pile_up(run: Run, site: Path) -> None:
    run("theme", "preview")
    with (site / "caresite.yaml").open("a") as file:
        file.write('theme: {name: hearth, brand: "#0057ff"}\n')
    run("theme", "preview")
    assets = site / "theme-preview" / "assets"
    assert len(list(assets.glob("palette.*.css"))) == 1
    assert palette_of("#0057ff").light["brand"] in next(assets.glob("palette.*.css")).read_text()


def test_every_component_is_on_it() -> None:
    shown = set(re.findall(r'"components/([\w-]+)\.html"', (TEMPLATES / "preview.html").read_text()))
    for name in [*shown, "sections/hero"]:
        path = TEMPLATES / (f"{name}.html" if "/" in name else f"components/{name}.html")
        shown |= set(re.findall(r'"components/([\w-]+)\.html"', path.read_text()))
    ours = {path.stem for path in (TEMPLATES / "components").glob("*.html")}
    assert ours - shown - set(TEXTS) - _NOT_BY_ITSELF == set()


def test_every_component_of_texts_is_on_it() -> None:
    assert {spec.name for spec in COMPONENTS} - set(TEXTS) == {"figure", "gallery"}


def test_each_stands_in_both_modes(site: Path) -> None:
    page = page_of(site)
    assert page.count('data-mode="light"') == page.count('data-mode="dark"') + 1
    assert page.count('class="specimen"') + page.count('class="specimen specimen-wide"') > 60


def test_no_id_stands_twice_and_none_is_pointed_to_in_vain(site: Path) -> None:
    page = page_of(site)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    for names in re.findall(r'\s(?:for|aria-labelledby)="([^"]+)"', page):
        assert set(names.split()) <= set(ids)


def test_nothing_runs_and_no_style_is_inline(site: Path) -> None:
    page = page_of(site)
    assert "<script" not in page
    assert " style=" not in page
    assert "<style" not in page


@pytest.mark.parametrize("brand", ["#9b1c4b", "#ffd400"])
def test_the_contrast_of_every_pair_is_on_it(site: Path, brand: str) -> None:
    page = page_of(site, f'theme: {{name: hearth, brand: "{brand}"}}\n')
    palette = palette_of(brand)
    for pair in PAIRS:
        row = page.split(f">{pair.front} on {pair.back}<")[1].split("</tr>")[0]
        for mode in palette:
            assert f"{contrast(mode[pair.front], mode[pair.back]):.2f}" in row
    assert "too low" not in page


@pytest.mark.parametrize(
    "options",
    ["fonts: serif", "covers: plain", "covers: photo", "mode: dark", "show: {ratings: false, share: []}", "toc: never"],
)
def test_it_follows_the_options(site: Path, options: str) -> None:
    usual = page_of(site)
    other = page_of(site, f"theme: {{name: hearth, {options}}}\n")
    assert other != usual


@pytest.mark.parametrize("language", ["de", "es", "en-GB"])
def test_it_speaks_the_language_of_the_site(site: Path, language: str) -> None:
    assert f'<html lang="{language}"' in page_of(site, f"language: {language}\n")


def test_components_of_the_site_stand_in_for_those_of_the_theme(site: Path) -> None:
    mine = site / "templates" / "components" / "empty.html"
    mine.parent.mkdir(parents=True)
    mine.write_text((TEMPLATES / "components" / "empty.html").read_text().replace("<p>", "<p>Ours: "))
    assert "Ours: " in page_of(site)


def test_a_template_that_fails_is_told_and_nothing_is_written(run: Run, site: Path) -> None:
    mine = site / "templates" / "components" / "empty.html"
    mine.parent.mkdir(parents=True)
    mine.write_text(
        "{% macro empty(sentence, url, label) %}{{ nothing }}{% endmacro %}{% macro empty_of_words(s) %}{% endmacro %}"
    )
    result = run("theme", "preview")
    assert result.exit_code == 1
    assert "T103" in result.output
    assert not (site / "theme-preview").exists()


def test_a_theme_without_a_preview_says_so(run: Run, site: Path) -> None:
    folder = site / "themes" / "bare"
    folder.mkdir(parents=True)
    (folder / "theme.yaml").write_text("name: bare\nversion: 1.0.0\n")
    with (site / "caresite.yaml").open("a") as file:
        file.write("theme: bare\n")
    result = run("theme", "preview")
    assert result.exit_code == 1
    assert "there is no template `preview.html`" in result.output


def test_ids_are_made_apart_and_other_links_left() -> None:
    html = '<section aria-labelledby="a"><h2 id="a">A</h2><a href="#a">1</a><a href="#b">2</a><a href="/a">3</a>'
    apart = '<section aria-label="x 1"><h2 id="a-x">A</h2><a href="#a-x">1</a><a href="#b">2</a><a href="/a">3</a>'
    assert Preview.apart(None, html, "x") == apart  # type: ignore[arg-type]
