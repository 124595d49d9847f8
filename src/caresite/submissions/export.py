"""Exports: the whole store as one table or one JSON file, for whoever has a right to it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from caresite.submissions.records import Decision, Submission, decisions

__all__ = ["as_csv", "as_json", "neutral"]

_FORMULA = re.compile(r"\s*[=+\-@\t\r|%＝＋－＠]")
_HEAD = (
    *("id", "state", "kind", "received_at", "source", "form", "name", "display", "email", "phone", "role", "company"),
    *("website", "location", "relation", "age", "about", "title", "text", "rating", "experience_date"),
    *("incentive", "incentive_description", "granted", "denied", "withdrawn", "wording", "pictures"),
    *("spam_score", "spam_reasons", "erase_after", "noticed", "extra"),
    *("not_answered", "not_understood"),
)


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, by an apostrophe before what looks like one (CWE-1236).

    Also behind spaces and line breaks, which some programs drop, and in the wide letters of Asian scripts.
    """
    dangerous = bool(_FORMULA.match(cell)) or any(_FORMULA.match(line) for line in re.split(r"[\r\n]", cell)[1:2])
    return f"'{cell}" if dangerous and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", cell) is not None


def as_csv(submissions: Iterable[Submission]) -> bytes:
    """Return a table, a row each, in UTF-8 with a mark so that every spreadsheet reads the accents."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(_HEAD)
    for submission in submissions:
        writer.writerow([neutral(cell) for cell in _cells(submission)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cells(item: Submission) -> tuple[str, ...]:
    sender, text = item.submitter, item.text
    held = decisions(item.consent)
    scopes = {what: ", ".join(s for s, d in held.items() if d == what) for what in get_args(Decision)}
    given = {None: "", True: "yes", False: "no"}[item.incentive.given]
    return (
        *(item.id, item.moderation.state, item.kind, item.received_at.isoformat(), item.source, item.form),
        *(sender.name, sender.display, sender.email, sender.phone, sender.role, sender.company),
        *(sender.website, sender.location, sender.relation, sender.age, item.about.name),
        *(
            text.title,
            text.body,
            _number(text.rating),
            text.experience_date.isoformat() if text.experience_date else "",
        ),
        *(given, item.incentive.description, scopes["granted"], scopes["denied"], scopes["withdrawn"]),
        *(", ".join(a.wording_id for a in item.consent), ", ".join(m.path or m.url for m in item.media)),
        *(_number(item.spam.score), "; ".join(item.spam.reasons)),
        *(item.retention.erase_after.isoformat() if item.retention.erase_after else "", "; ".join(item.noticed)),
        *("; ".join(f"{name}: {value}" for name, value in item.extra.items()),),
        *(scopes["not answered"], scopes["not understood"]),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def as_json(submissions: Iterable[Submission]) -> bytes:
    """Return a list of all records, every field as it is kept."""
    plain: list[Any] = [msgspec.to_builtins(submission) for submission in submissions]
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"
