"""Faults as values: where, what, and what to do about it.

Two types carry every fault of a build:

    Problem (exception)      raised by a leaf function that cannot go on
      └── Diagnostic (value) collected by the stages, printed, counted, tested

A stage catches `Problem` for each item and goes on with the next, so that one run reports every fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

__all__ = [
    "Code",
    "Diagnostic",
    "Problem",
    "Report",
    "Severity",
    "Span",
    "as_errors",
    "excerpt",
    "fault",
    "format_text",
    "place_in",
    "sort_key",
]

_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Severity = Literal["error", "warning", "note"]


class Code(Struct, frozen=True):
    """One kind of fault: its stable id, its name in folders and anchors, and its page in the docs."""

    id: str
    name: str
    severity: Severity
    summary: str
    advice: str


class Span(Struct, frozen=True):
    """A place in a source file; lines and columns count from 1, `length` is in characters."""

    path: str
    line: int = 0
    column: int = 0
    length: int = 1

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


class Diagnostic(Struct, frozen=True):
    """One fault at one place, in words that a shop owner can act on."""

    code: str
    severity: Severity
    span: Span
    message: str
    hint: str = ""
    related: tuple[Span, ...] = ()


Report = Callable[[Diagnostic], None]


class Problem(Exception):
    """Raised by a leaf function; carries the diagnostics that explain why it could not go on."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = diagnostics


def fault(
    code: Code,
    span: Span,
    message: str,
    *,
    hint: str = "",
    related: tuple[Span, ...] = (),
    severity: Severity | None = None,
) -> Diagnostic:
    """Return a diagnostic of `code`, with the code's own severity and advice unless others are given.

    What would steer a terminal, such as an escape or a change of direction, is written as its code: names and values
    of files stand in messages.
    """
    advice = hint or _as_hint(code.advice)
    return Diagnostic(code.id, severity or code.severity, span, _harmless(message), _harmless(advice), related)


def _harmless(text: str) -> str:
    if text.isprintable():
        return text
    return _STEERING.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def _as_hint(advice: str) -> str:
    return advice[:1].lower() + advice[1:].removesuffix(".")


def place_in(places: Mapping[str, Span], otherwise: Span, *paths: str) -> Span:
    """Return where the first of `paths` stands of those that were written, else `otherwise`."""
    return next((places[path] for path in paths if path in places), otherwise)


def sort_key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    """Order diagnostics by place, so that the report never depends on the order of work."""
    span = diagnostic.span
    return (span.path, span.line, span.column, diagnostic.code, diagnostic.message)


def as_errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics with every warning raised to an error (`--strict`)."""
    return [replace(d, severity="error") if d.severity == "warning" else d for d in diagnostics]


def excerpt(span: Span, text: str) -> str:
    """Return the line of `text` at `span` with carets under the fault, or an empty string."""
    lines = text.split("\n")
    if not 1 <= span.line <= len(lines) or "\0" in text:  # or it is no text
        return ""
    line = lines[span.line - 1].replace("\t", " ")
    gutter = str(span.line)
    start = max(0, span.column - 60)
    shown = "".join(c if c.isprintable() else "·" for c in line[start : start + 100])
    out = f"  {gutter} | {shown}"
    if span.column:
        carets = "^" * max(1, min(span.length, len(shown) - (span.column - 1 - start)))
        out += f"\n  {' ' * len(gutter)} | {' ' * (span.column - 1 - start)}{carets}"
    return out


def format_text(diagnostic: Diagnostic, sources: Mapping[str, str]) -> str:
    """Return the diagnostic as people read it: place, severity, code, message, code frame, hint.

    `sources` maps a path to the text of that file; a path that is missing there gets no code frame.
    """
    parts = [f"{diagnostic.span}: {diagnostic.severity}[{diagnostic.code}] {diagnostic.message}"]
    frame = excerpt(diagnostic.span, sources.get(diagnostic.span.path, ""))
    if frame:
        parts.append(frame)
    parts.extend(f"  see: {span}" for span in diagnostic.related)
    if diagnostic.hint:
        parts.append(f"  hint: {diagnostic.hint}")
    return "\n".join(parts)
