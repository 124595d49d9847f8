"""`caresite list`: what there is, in which state, and until when."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from caresite.testing import write_site

from .conftest import WITHHELD, Run


def test_everything_is_listed_in_aligned_columns(run: Run) -> None:
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["published", "published", "draft", "future", "expired"]
    assert len({line.index("content/") for line in lines}) == 1


@pytest.mark.parametrize(
    ("state", "title"), [("drafts", "Plans"), ("future", "New year"), ("expired", "Offer"), ("published", "Hello")]
)
def test_one_state_can_be_asked_for(run: Run, state: str, title: str) -> None:
    rows = json.loads(run("list", state, "--format", "json").output)
    assert title in [row["title"] for row in rows]
    assert {row["state"] for row in rows} == {state.removesuffix("s") if state == "drafts" else state}


def test_a_future_thing_shows_when_it_is_due(run: Run) -> None:
    assert "2031-01-01 09:30" in run("list", "future").output


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
