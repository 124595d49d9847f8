"""Columns: where on its line stands what a fault quotes. Looked up for faults alone: a good site pays nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from pathlib import Path

from msgspec.structs import replace

from caresite.core.diagnostics import Diagnostic, Span, sort_key
from caresite.core.files import read_as_text
from caresite.core.urls import encode_path

__all__ = ["with_columns"]

_QUOTED = re.compile(r"`([^`\n]+)`")


def with_columns(root: Path, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return `diagnostics` by place; one that has a line and no column gets that of the first words it quotes.

    A link whose address stands elsewhere, as in `[x][name]` and `[name]: address`, is placed where the address is.
    """

    @cache
    def lines_of(path: str) -> list[str]:
        return read_as_text(root / path).splitlines()

    placed = (replace(d, span=_placed(d, lines_of(d.span.path))) if _lacks_column(d) else d for d in diagnostics)
    return tuple(sorted(placed, key=sort_key))


def _lacks_column(diagnostic: Diagnostic) -> bool:
    return bool(diagnostic.span.line) and not diagnostic.span.column


def _placed(diagnostic: Diagnostic, lines: list[str]) -> Span:
    span = diagnostic.span
    if span.line > len(lines):
        return span
    for words in _written(diagnostic.message):
        if place := _found(words, lines[span.line - 1]):
            return replace(span, column=place[0] + 1, length=place[1])
    if diagnostic.code.startswith("L"):
        for words in _written(diagnostic.message):
            definition = re.compile(rf" {{0,3}}\[[^\]]+\]:\s*<?({re.escape(words)})(?=[\s>#?]|$)")
            for number, line in enumerate(lines, start=1):
                if match := definition.match(line):
                    return Span(span.path, number, match.start(1) + 1, len(words))
    return span


def _written(message: str) -> Iterator[str]:
    """Yield what a message quotes, in the forms that it may have in a text."""
    for words in _QUOTED.findall(message):
        yield from dict.fromkeys((words, encode_path(words), escape(words), words.replace("/", "#")))


def _found(words: str, line: str) -> tuple[int, int] | None:
    """Return where in `line` the words begin, by themselves if possible, and how long they are."""
    alone = re.search(rf"(?<![\w/.-]){re.escape(words)}(?![\w/.-])", line)
    start = alone.start() if alone else line.find(words)
    return (start, len(words)) if start >= 0 else None
