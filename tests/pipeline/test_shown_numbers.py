"""Numbers and dates as pages show them: a half rounded up, in the manner of the page's language."""

from __future__ import annotations

import pytest

from caresite.pipeline.words import percent_in, written_date_in
from caresite.testing import BuiltSite, build_site


def rated(*ratings: int, language: str = "en", files: dict[str, bytes] | None = None) -> BuiltSite:
    wall = (
        "testimonials: {mode: reviews, show_average: true, verification_note: We ask.}\nembeds: ['https://a.example']\n"
    )
    config = f"title: Lab\nbase_url: https://example.com/\ntimezone: UTC\nlanguage: {language}\n{wall}"
    praise = "".join(
        f"-- content/testimonials/t{number}.md --\n---\nrating: {rating}\n"
        f"consent: {{at: 2026-01-01, scopes: [publish_text], how: letter}}\n---\nWell {number}.\n"
        for number, rating in enumerate(ratings)
    )
    site = build_site(f"-- caresite.yaml --\n{config}{praise}", files=files)
    assert [d for d in site.diagnostics if d.severity == "error"] == [], site.report
    return site


@pytest.mark.parametrize(("language", "shown"), [("en", "4.3"), ("de", "4,3"), ("fr", "4,3")])
def test_an_average_of_four_and_a_quarter(language: str, shown: str) -> None:
    site = rated(4, 4, 4, 5, language=language)
    assert f'<p class="rating-average">{shown}</p>' in site.html("/testimonials/")
    assert shown in site.html("/embed/testimonials/badge/")


def test_templates_round_a_half_up() -> None:
    shown = b"{{ 4.25 | round(1) | number }} {{ 2.5 | round | int }}"
    page = b'{% extends "hearth/page.html" %}{% block main %}' + shown + b"{% endblock %}"
    site = build_site("-- content/pages/a.md --\n---\ntitle: A\n---\nText.\n", files={"templates/page.html": page})
    assert "4.3 3" in site.html("/a/")


def test_a_percentage() -> None:
    assert percent_in("de", 0.125) == "13\xa0%"


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en-GB", "1897-06-02", "2 June 1897"),
        ("de", "1897-06-02", "2. Juni 1897"),
        ("zh-CN", "1897-06-02", "1897年6月2日"),
        ("de", "1897-06", "Juni 1897"),
        ("de", "1897", "1897"),
        ("de", "about 1897", "about 1897"),
        ("de", "1897-13-02", "1897-13-02"),
        ("de", "1897-98", "1897-98"),
    ],
)
def test_the_date_of_a_source(language: str, text: str, shown: str) -> None:
    assert written_date_in(language, text) == shown


def test_a_quote_shows_the_date_of_its_source_in_the_language_of_the_page() -> None:
    quotes = (
        "-- content/quotes/c.yaml --\ntitle: Care\nquotes:\n  - id: a\n    text: The report was an exaggeration.\n"
        "    author: {name: Mark Twain}\n    source: {title: New York Journal, date: 1897-06-02}\n    status: sourced\n"
    )
    config = "-- caresite.yaml --\ntitle: Lab\nbase_url: https://example.com/\ntimezone: UTC\nlanguage: de\n"
    site = build_site(config + quotes)
    for path in ("/quotes/c/", "/quotes/c/a/"):
        assert "2. Juni 1897" in site.html(path)
        assert "1897-06-02" not in site.html(path).partition("<main")[2]


@pytest.mark.parametrize(("value", "shown"), [("5 | round(30)", "5.0"), ("(1e308 * 10) | round", "inf")])
def test_templates_may_round_any_number(value: str, shown: str) -> None:
    site = build_site(
        f"-- templates/page.html --\n[{{{{ {value} }}}}]\n-- content/pages/a.md --\n---\ntitle: A\n---\nX.\n"
    )
    assert f"[{shown}]" in site.text("/a/"), site.report
