"""JSON and JSON Lines: exports and webhook bodies of any service."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from caresite.core.codes_stories import UNREADABLE_EXPORT
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.submissions.entries import Answers, Intake, Received, collect
from caresite.submissions.sources.encodings import text_of
from caresite.submissions.sources.registry import SourceKind
from caresite.submissions.sources.shapes import answers_in

__all__ = ["SOURCE", "looks_like_json", "read_json"]


def read_json(data: bytes, intake: Intake, source: str = "json") -> Received:
    """Return the entries of a JSON value, or of one on each line; `source` is what an unknown shape is called."""
    diagnostics: list[Diagnostic] = []
    found: list[Answers] = []
    try:
        text, notes = text_of(data, intake.shown)
        diagnostics.extend(notes)
        for line, value in _values(text, intake.shown, diagnostics):
            found.extend(answers_in(value, Span(intake.shown, line), source))
    except Problem as problem:
        diagnostics.extend(problem.diagnostics)
    except RecursionError:
        diagnostics.append(fault(UNREADABLE_EXPORT, Span(intake.shown), "it is nested too deeply"))
    return collect(found, intake, diagnostics)


def _values(text: str, shown: str, diagnostics: list[Diagnostic]) -> Iterable[tuple[int, Any]]:
    """Yield each value with its line: one for a file of JSON, one a line for JSON Lines."""
    try:
        yield 0, _loads(text)
        return
    except json.JSONDecodeError as error:
        whole = error
    except (RecursionError, ValueError):
        message = "it is nested too deeply, or has a number too long to be one"
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown), message)) from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) < 2 or not _is_value(lines[0][1]):
        message = f"it is not JSON: {whole.msg.lower()}"
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown, whole.lineno, whole.colno), message))
    for number, line in lines:
        try:
            yield number, _loads(line)
        except (ValueError, RecursionError):
            message = "the line is not JSON; it may have been cut off"
            diagnostics.append(fault(UNREADABLE_EXPORT, Span(shown, number), message))


def _is_value(line: str) -> bool:
    try:
        return isinstance(_loads(line), (dict, list))
    except (ValueError, RecursionError):
        return False


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=str)  # NaN and the infinities are no numbers of anybody's


def looks_like_json(data: bytes) -> bool:
    """Tell whether bytes begin like JSON."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


SOURCE = SourceKind(name="json", read=read_json, suffixes=(".json", ".jsonl", ".ndjson"), claims=looks_like_json)
