"""Tables and long lines that fit the terminal they are printed on; in a pipe every row stays one line."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import click

__all__ = ["Column", "fold", "print_table"]

_GAP = "  "
_LEAST_TEXT = 28  # characters: text that wraps in less becomes a word a line
_INDENT = 4


class Column(NamedTuple):
    """A column by its name. `is_text` says that its cells are sentences, which may wrap."""

    name: str
    is_text: bool = False
    colors: Mapping[str, str] = {}


def fold(line: str) -> str:
    """Return a line folded at its words, each further line indented more; in a pipe as it is."""
    if not sys.stdout.isatty() or len(line) <= _width():
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, _width(), subsequent_indent=indent, break_on_hyphens=False, replace_whitespace=False)


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in aligned columns, under their names on a terminal.

    Where that is too narrow, the last columns leave the row, one after another, and go on lines below it.
    """
    if rows and sys.stdout.isatty():
        for line in _fitted(columns, rows, _width()):
            click.echo(line)
        return
    widths = [max(len(row[n]) for row in rows) for n in range(len(columns))] if rows else []
    for row in rows:
        click.echo(_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _width() -> int:
    return max(20, shutil.get_terminal_size().columns)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len

    cells = [[column.name for column in columns], *rows]
    return [max(cell_len(line[n]) for line in cells) for n in range(len(columns))]


def _fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    widths = _widths(columns, rows)
    least = [min(w, _LEAST_TEXT) if column.is_text else w for column, w in zip(columns, widths, strict=True)]
    kept = len(columns)
    while kept > 1 and _sum(least[:kept]) > width:
        kept -= 1
    spare = width - _sum(least[:kept])
    for n, column in enumerate(columns[:kept]):
        more = min(spare, widths[n] - least[n]) if column.is_text else 0
        least[n], spare = least[n] + more, spare - more
    names = (f"{column.name:<{w}}" for column, w in zip(columns[:kept], least, strict=False))
    yield click.style(_GAP.join(names).rstrip(), bold=True)
    for row in rows:
        yield from _row(columns, row, least[:kept])
        yield from _below(columns[kept:], row[kept:], width)


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _row(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of one row: as many as its longest text needs."""
    parts = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=False)]
    for line in range(max(len(part) for part in parts)):
        cells = [_padded(part[line] if line < len(part) else "", w) for part, w in zip(parts, widths, strict=True)]
        colors = [column.colors.get(part[0].strip()) for column, part in zip(columns, parts, strict=False)]
        yield _GAP.join(
            click.style(c, fg=color) if color else c for c, color in zip(cells, colors, strict=True)
        ).rstrip()


def _below(columns: Sequence[Column], cells: Sequence[str], width: int) -> Iterator[str]:
    """Yield what found no room in a row: each text on lines of its own, short values together with their names."""
    indent = " " * _INDENT
    short = [f"{c.name} {cell}" for c, cell in zip(columns, cells, strict=True) if cell and _is_value(c)]
    texts = [cell for c, cell in zip(columns, cells, strict=True) if cell and not _is_value(c)]
    for text in ([", ".join(short)] if short else []) + texts:
        yield from (indent + line for line in _wrapped(text, width - _INDENT))


def _is_value(column: Column) -> bool:
    return not column.is_text and column.name != "path"


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, by the widths that characters have on a terminal; a long word is cut."""
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return [text]
    from rich.console import Console
    from rich.text import Text

    lines = Text(text).wrap(Console(width=width), width)
    return [line.plain.rstrip() for line in lines] or [""]


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))
