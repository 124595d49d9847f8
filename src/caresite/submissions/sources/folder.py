"""A folder of YAML: one file an entry, as systems that keep submissions in git write them, or as people do by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from caresite.core.codes_stories import UNREADABLE_EXPORT
from caresite.core.cut_text import cut_faults
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.values import plain, read_yaml, split_front_matter
from caresite.submissions.entries import Answers, Intake, Received, collect
from caresite.submissions.sources.encodings import text_of
from caresite.submissions.sources.registry import SourceKind
from caresite.submissions.sources.shapes import flat

__all__ = ["SOURCE", "read"]

_PARENTS = ("_parent", "_subscribe", "subscribe")
_DATES = ("date", "created", "created_at", "timestamp")


def read(data: bytes, intake: Intake) -> Received:
    """Return the entry of one file, or those of a list in it. A Markdown file has its words below the front matter."""
    diagnostics: list[Diagnostic] = []
    found: list[Answers] = []
    try:
        text, notes = text_of(data, intake.shown)
        diagnostics.extend(notes)
        for value in _values(text.replace("\r\n", "\n"), intake.shown, diagnostics):
            found.append(_answers(value, data, intake))
    except Problem as problem:
        diagnostics.extend(problem.diagnostics)
    return collect(found, intake, diagnostics)


def _values(text: str, shown: str, diagnostics: list[Diagnostic]) -> list[dict[str, Any]]:
    """Return the mappings in a file, and report text that YAML cut. Raises Problem when there are none."""
    if shown.endswith((".md", ".markdown")):
        table, body, _ = split_front_matter(text, shown)
        diagnostics.extend(cut_faults(table) if table else ())
        head = plain(table) if table else {}
        return [{**head, "story": body.strip() or flat(head.get("story"))}]
    read = read_yaml(text, shown)
    diagnostics.extend(cut_faults(read))
    value = plain(read)
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(each, dict) for each in values):
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown), "the file is not made of `key: value` lines"))
    return values


def _answers(value: dict[str, Any], data: bytes, intake: Intake) -> Answers:
    """Return one entry. Staticman gives each an `_id`; otherwise what it says is its id."""
    fields = {str(key): flat(item) for key, item in value.items() if key not in _PARENTS}
    source_id = fields.pop("_id", "")
    received = next((fields.pop(name) for name in _DATES if fields.get(name)), "")
    return Answers(
        source="staticman" if source_id else "folder",
        source_id=source_id,
        fields=fields,
        received=_moment(received),
        raw=data,
        span=Span(intake.shown),
    )


def _moment(text: str) -> str:
    """Return a date as dates are written; a bare number is the seconds or milliseconds since 1970."""
    if text.isdecimal() and len(text) in (10, 13):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    return text


SOURCE = SourceKind(name="folder", read=read, suffixes=(".yaml", ".yml", ".md"))
