"""`caresite list`: what there is, in which state, and until when."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from caresite.testing import write_site

from .conftest import WITHHELD, Run

TODAY = ("--clock", "2026-11-22")


def test_everything_is_listed_in_aligned_columns(run: Run) -> None:
    lines = run("list", *TODAY).output.splitlines()
    assert [line.split()[0] for line in lines] == ["published", "published", "draft", "future", "expired"]
    assert len({line.index("content/") for line in lines}) == 1


@pytest.mark.parametrize(
    ("state", "title"), [("drafts", "Plans"), ("future", "New year"), ("expired", "Offer"), ("published", "Hello")]
)
def test_one_state_can_be_asked_for(run: Run, state: str, title: str) -> None:
    rows = json.loads(run("list", state, "--format", "json", *TODAY).output)
    assert title in [row["title"] for row in rows]
    assert {row["state"] for row in rows} == {state.removesuffix("s") if state == "drafts" else state}


def test_a_future_thing_shows_when_it_is_due(run: Run) -> None:
    assert "2031-01-01 09:30" in run("list", "future", *TODAY).output


def test_withheld_words_are_listed_with_the_reason(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    [row] = json.loads(run("list", "withheld", "--json").output)
    assert row["path"] == "content/testimonials/unasked.md"
    assert row["reason"] == "there is no consent on record"


def test_csv_has_a_row_for_each_thing(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("list", "--format", "csv").output)))
    assert len(rows) == 5
    assert rows[0]["url"].startswith("/")


def test_a_file_that_cannot_be_read_is_counted_and_ends_with_1(run: Run, site: Path) -> None:
    write_site(site, "-- content/blog/bad.md --\n---\ntitle: [\n---\n")
    result = run("list")
    assert result.exit_code == 1
    assert "1 file could not be read" in result.output


def test_an_unknown_state_is_wrong_usage(run: Run) -> None:
    assert run("list", "lost").exit_code == 2


def test_it_can_be_listed_as_if_it_were_another_day(run: Run) -> None:
    rows = json.loads(run("list", "--json", "--clock", "2031-01-02").output)
    assert {row["title"]: row["state"] for row in rows if row["kind"] == "post"} == {
        "Hello": "published",
        "New year": "published",
        "Offer": "expired",
        "Plans": "draft",
    }
    assert run("list", "--clock", "tomorrow-ish").exit_code == 2


def test_what_is_held_back_has_its_own_date_and_says_why(run: Run) -> None:
    rows = {row["title"]: row for row in json.loads(run("list", "--json", *TODAY).output)}
    assert rows["Offer"]["date"].startswith("2025-01-01")
    assert rows["New year"]["date"].startswith("2031-01-01")
    lines = run("list", "expired").output.splitlines()
    assert [line.split("  ")[-1] for line in lines] == ["it expired on 2025-02-01 00:00"]


def test_one_of_a_list_shows_its_key_once(run: Run, site: Path) -> None:
    write_site(site, "-- content/testimonials/more.yaml --\n- {id: ladder, text: He carried it., date: 2026-05-01}\n")
    [line] = run("list", "withheld").output.splitlines()
    assert line.split() == [
        "withheld", "testimonial", "2026-05-01", "content/testimonials/more.yaml#ladder",
        "there", "is", "no", "consent", "on", "record",
    ]  # fmt: skip
