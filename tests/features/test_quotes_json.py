"""Quotes as data, the calendar, and the quote of the day."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from caresite.core.diagnostics import Span
from caresite.core.model import Page
from caresite.features import quotes_json
from caresite.features.quotes_json import calendar
from caresite.kinds import Quote
from caresite.testing import build_site


def quote(number: int, **meta: Any) -> Page:
    page_id = f"content/quotes/care.yaml#{number}"
    return Page(
        id=page_id, kind="quote", collection="quotes", source="content/quotes/care.yaml", span=Span("x", number),
        url=f"/quotes/care/{number}/", permalink="", output="", slug=str(number), title="", lang="en",
        meta=Quote(text=f"Words {number}", **meta),
    )  # fmt: skip


def test_index_has_all_quotes_in_a_known_shape(sample: Any) -> None:
    site = sample.build()
    index = json.loads(site.data("/quotes/index.json"))
    assert index["count"] == 3
    assert index["results"][0] == {
        "id": "care/listen",
        "content": "First listen, then talk.",
        "author": "Ann Ode",
        "authorSlug": "ann-ode",
        "tags": ["care"],
        "length": 24,
        "source": {"title": "Letters", "kind": "letter", "date": "1801", "page": "12"},
        "status": "sourced",
        "collection": "care",
        "url": "https://example.com/quotes/care/listen/",
    }
    assert json.loads(site.data("/quotes/care/index.json")) == index


def test_year_has_366_days_and_no_quote_comes_again_before_all_had_their_turn() -> None:
    quotes = [quote(n) for n in range(40)]
    days = calendar(quotes)
    assert len(days) == 366
    assert list(days)[:2] == ["01-01", "01-02"]
    assert "02-29" in days
    order = [page.id for page in days.values()]
    for start in range(0, 366 - 40, 40):
        assert len(set(order[start : start + 40])) == 40
    assert all(a != b for a, b in pairwise(order))


def test_calendar_is_the_same_for_the_same_quotes_and_seed() -> None:
    quotes = [quote(n) for n in range(40)]
    assert calendar(quotes) == calendar(list(reversed(quotes)))
    assert calendar(quotes) != calendar(quotes, "another year")


def test_days_of_its_own_and_doubtful_words() -> None:
    days = calendar([quote(1, on=("12-24", "12-25")), quote(2), quote(3, status="disputed")])
    assert [days[d].slug for d in ("12-24", "12-25")] == ["1", "1"]
    assert {page.slug for day, page in days.items() if day not in ("12-24", "12-25")} == {"2"}
    assert {page.slug for page in calendar([quote(3, status="disputed")]).values()} == {"3"}


def test_calendar_file(sample: Any) -> None:
    days = json.loads(sample.build().data("/quotes/calendar.json"))
    assert len(days) == 366
    assert days["06-01"] == {
        "id": "care/listen",
        "text": "First listen, then talk.",
        "author": "Ann Ode",
        "url": "https://example.com/quotes/care/listen/",
    }
    assert {entry["id"] for entry in days.values()} == {"care/listen", "care/again"}


def test_a_quote_is_made_plain_once_for_the_calendar_and_cut_there(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counting(text: str, plain: Callable[[str], str] = quotes_json._plain) -> str:
        calls.append(text)
        return plain(text)

    monkeypatch.setattr(quotes_json, "_plain", counting)
    site = build_site("-- content/quotes/care.yaml --\nquotes:\n  - {id: a, text: '" + "so *it* goes " * 2000 + "'}\n")
    days = json.loads(site.data("/quotes/calendar.json"))
    assert len(calls) == 3  # the calendar and two files of the whole collection
    assert len(days["01-01"]["text"]) <= 1000
    assert days["01-01"]["text"].startswith("so it goes so it goes")
    assert days["01-01"]["text"].endswith("…")
    assert json.loads(site.data("/quotes/index.json"))["results"][0]["length"] > 20_000


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["[", "[](", "*a ", "**_", "[a](b"])
def test_a_quote_of_a_million_characters_takes_no_time(part: str) -> None:
    assert quotes_json._plain(part * (1_000_000 // len(part)))


def test_page_of_the_day_works_without_script(sample: Any) -> None:
    site = sample.build()
    assert site.ok, site.report
    html = site.html("/quotes/today/")
    assert "First <mark>listen</mark>" in html
    assert 'data-quote-day="06-01"' in html
    assert 'data-quote-calendar="/quotes/calendar.json"' in html
    assert "<h1" in html
    assert "Quote of the day" in html


def test_script_is_a_file_named_by_its_content(sample: Any) -> None:
    site = sample.build(base_url="https://example.com/shop/")
    [output] = [o for o in site.built.outputs if o.path.endswith(".js") and "quotes" in o.path]
    assert f'<script src="{output.url}" defer></script>' in site.html("quotes/today/")
    assert output.url.startswith("/shop/quotes/today.")
    assert "innerHTML" not in output.data.decode()
    page = next(o for o in site.built.outputs if o.path == "quotes/today/index.html")
    assert page.csp["script-src"] == ("'self'",)


def test_same_day_same_bytes(sample: Any) -> None:
    assert sample.build(afresh=True).outputs == sample.build(afresh=True).outputs


def test_no_quotes_no_data(sample: Any) -> None:
    assert not [path for path in sample.with_page("").outputs if path.startswith("quotes/")]


def test_calendar_can_be_left_out(sample: Any) -> None:
    site = sample.build("quotes_json: {calendar: false}\n")
    assert "quotes/index.json" in site.outputs
    assert not {"quotes/calendar.json", "quotes/today/index.html"} & site.outputs.keys()


def test_days_that_do_not_exist_and_days_taken_twice() -> None:
    site = build_site("""
-- content/quotes/care.yaml --
quotes:
  - {id: a, text: One., status: anonymous, on: ["13-01"]}
  - {id: b, text: Two., status: anonymous, on: ["12-24"]}
  - {id: c, text: Three., status: anonymous, on: ["12-24"]}
""")
    assert [(d.code, d.severity) for d in site.diagnostics if d.code == "V204"] == [
        ("V204", "error"),
        ("V204", "warning"),
    ]
