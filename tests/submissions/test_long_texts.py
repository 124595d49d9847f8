"""A form or a letter with a long run of one character is read, listed and shown like any other, or refused by size."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from caresite.submissions.store import Store
from submissions.conftest import Run

LONG = 100_000
UNITS = ("a", " ", "<", "@", "> ")
# with a pattern that tries again from each character, any of these takes minutes or hours: the test's own limit ends it
pytestmark = pytest.mark.timeout(90)


def long(unit: str) -> str:
    return f"Kind words. {unit * (LONG // len(unit))} @ and more"


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_field_is_read_listed_and_shown(site: Path, store: Store, run: Run, unit: str) -> None:
    (site / "e.json").write_text(json.dumps([{"story": long(unit), "name": "Ann", "email": "ann@x.example"}]))
    assert run("pull", str(site / "e.json")).exit_code == 0
    (found,) = store.listing()
    for words in (("list",), ("show", found), ("show", "--page", found)):
        done = run(*words)
        assert done.exit_code == 0, done.output[-300:]
    assert run("edit", found, "--title", "Kind words").exit_code == 0


def test_long_names_and_titles_are_read(site: Path, store: Store, run: Run) -> None:
    rows = [{"story": "Kind words.", "name": long(unit), "title": long(unit), "email": "a@x.example"} for unit in UNITS]
    (site / "e.json").write_text(json.dumps(rows))
    assert run("pull", str(site / "e.json")).exit_code in (0, 1)
    assert run("list").exit_code == 0


@pytest.mark.parametrize("unit", ["a", " ", "> "])
def test_a_long_letter_is_read(site: Path, store: Store, run: Run, unit: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "Ann <ann@x.example>", "re:" * 5_000 + "Kind words"
    letter["Date"], letter["Message-ID"] = "Mon, 2 Mar 2026 10:00:00 +0000", "<1@x.example>"
    letter.set_content(long(unit))
    (site / "m.eml").write_bytes(bytes(letter))
    assert run("pull", str(site / "m.eml")).exit_code == 0
    assert len(store.listing()) == 1


def test_what_is_longer_than_a_field_may_be_is_refused_by_its_size(site: Path, store: Store, run: Run) -> None:
    (site / "e.json").write_text(json.dumps([{"story": "a" * 2_100_000, "name": "Ann", "email": "ann@x.example"}]))
    done = run("pull", str(site / "e.json"))
    assert done.exit_code == 1
    assert "2,000,000" in done.output, done.output
    assert not store.listing()
