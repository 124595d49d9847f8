"""A corpus of letters in both directions: a story stays whole, and the firm's own letter never becomes the customer's.

Each file below `letters/quoted/` is one letter with what is to come of it. `own: whole` says that all of it is the
customer's text.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from caresite.submissions.sources.mail import read_mail
from caresite.submissions.sources.mail_quotes import quoted_letter, split_letter
from submissions.conftest import MakeIntake, only

LETTERS = {path.stem: path for path in sorted((Path(__file__).parent / "letters/quoted").glob("*.yaml"))}
HEADERS = {
    "From": "Ann Bee <ann@customers.example>",
    "To": "stories@quill.example",
    "Subject": "My story",
    "Date": "Thu, 05 Mar 2026 10:00:00 +0000",
    "Message-ID": "<letter@customers.example>",
}


def message(letter: dict[str, Any]) -> bytes:
    made = EmailMessage()
    for name, value in {**HEADERS, **letter.get("headers", {})}.items():
        made[name] = value
    made.set_content(letter.get("plain") or letter["html"], subtype="plain" if "plain" in letter else "html")
    return bytes(made)


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_told_apart_from_what_it_quotes(name: str, make_intake: MakeIntake) -> None:
    letter = yaml.safe_load(LETTERS[name].read_text("utf-8"))
    intake = replace(
        make_intake(type="mail"), firm=("Quill Cycles",), own_addresses=("@quill.example", "hello@quill.example")
    )
    received = read_mail(message(letter), intake)
    if "refused" in letter:
        assert received.entries == ()
        assert letter["refused"] in received.diagnostics[0].message
        return
    found = only(received)
    expected = letter["plain"] if letter["own"] == "whole" else letter["own"]
    assert found.text.body == expected.strip()
    for words in letter.get("quoted", ()):
        assert words in found.extra["quoted below"]
    assert bool(found.extra.get("quoted below")) == bool(letter.get("quoted"))
    assert letter.get("signature", "") in found.extra.get("signature", "")
    assert bool(found.extra.get("signature")) == bool(letter.get("signature"))
    assert letter.get("note", "") in found.extra.get("forwarded with", "")
    if "author" in letter:
        author = f"{found.submitter.name} <{found.submitter.email}>" if found.submitter.email else found.submitter.name
        assert author == letter["author"]
    else:
        assert found.submitter.email == "ann@customers.example"
    if "date" in letter:
        assert f"{found.received_at:%Y-%m-%d %H:%M}" == letter["date"]
    if "title" in letter:
        assert found.text.title == letter["title"]
    for words in letter.get("noticed", ()):
        assert any(words in noticed for noticed in found.noticed), found.noticed
    if "noticed" not in letter:
        assert not any("quoted letter" in noticed for noticed in found.noticed)


def test_the_corpus_goes_in_both_directions_and_many_languages() -> None:
    letters = [yaml.safe_load(path.read_text("utf-8")) for path in LETTERS.values()]
    assert sum(letter.get("own") == "whole" for letter in letters) >= 15
    assert sum("quoted" in letter for letter in letters) >= 30
    assert sum("html" in letter for letter in letters) >= 10


_LONG = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "On " + "a b " * (_LONG // 4) + ":\nx",
        "a:\n" * (_LONG // 3) + "end",
        "From: a@b.example\n" * (_LONG // 18),
        "Word: 2 March 2026 09:14\n\n" * (_LONG // 25),
        "> x\ny\n" * (_LONG // 6),
        "> " * (_LONG // 2),
        "x\n" + " \n" * (_LONG // 2) + "y",
        ("-" * 60 + "a" * 60 + "\n") * (_LONG // 120),
        ("aaa\n" * 3 + "2 March 2026 09:14 x:\n\n") * (_LONG // 40),
        "<" * _LONG + ":",
    ],
)
def test_a_letter_made_to_be_slow_is_read_to_its_end(text: str, make_intake: MakeIntake) -> None:
    """Where the time grew with the square of the length, each of these took minutes."""
    split = split_letter(text)
    quoted_letter(split.quoted or text)
    received = read_mail(message({"plain": text}), make_intake(type="mail"))
    assert len(received.entries) + len(received.diagnostics) == 1
