"""What is noted while one text is read: faults, open components, ids. Lives for one render."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from caresite.core.diagnostics import Code, Diagnostic, Span, fault

__all__ = ["Fence", "Reading", "Undefined", "reading_of"]


class Fence(NamedTuple):
    """A component that is open: how many colons opened it, and at which depth of blocks."""

    length: int
    level: int


class Undefined(NamedTuple):
    """A link or picture by reference whose label nothing defines: its place in its block, and how it is written."""

    start: int
    label: str
    text: str


class Reading:
    """The notes of one render. Rules find it in their `env`; nothing of it outlives the render."""

    def __init__(self, path: str, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.faults: list[Diagnostic] = []
        self.fences: list[Fence] = []
        self.closing = -1
        self.explicit_ids: Counter[str] = Counter()
        self.text = ""
        self.footnote_lines: dict[str, int] = {}
        self.labels: tuple[str, ...] = ()  # of link references
        self.undefined: dict[str, tuple[Undefined, ...]] = {}  # by the source of their block
        self._lines: list[str] = []

    def span(self, line: int, column: int = 0, length: int = 1) -> Span:
        """Return the place of `line` of the text, counted from 0, in its file."""
        return Span(self.path, self.first_line + line, column, length)

    def place(self, line: int, found: str) -> Span:
        """Return the place of `found`, which begins in `line` of the text."""
        if not self._lines:
            self._lines = self.text.split("\n")
        source = self._lines[line] if line < len(self._lines) else ""
        start = source.find(found.partition("\n")[0])
        return self.span(line, start + 1, len(found.partition("\n")[0]) if start >= 0 else 1)

    def report(self, code: Code, span: Span, message: str, hint: str = "") -> None:
        """Note one fault."""
        self.faults.append(fault(code, span, message, hint=hint))


def reading_of(env: Any) -> Reading:
    """Return the notes that belong to a parser state's `env`."""
    reading: Reading = env["reading"]
    return reading
