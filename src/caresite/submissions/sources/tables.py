"""CSV: exports of forms and review tools, in the dialect of whatever wrote them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from html import unescape
from itertools import islice
from typing import NamedTuple

from caresite.core.codes_stories import UNREADABLE_EXPORT
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.suggest import nearest
from caresite.submissions.columns import meaning_of, missing_columns
from caresite.submissions.entries import Answers, Intake, Received, collect
from caresite.submissions.fold import fold
from caresite.submissions.sources.encodings import MAX_BYTES, decoded, text_of
from caresite.submissions.sources.registry import SourceKind

__all__ = ["SOURCE", "Preset", "read_table"]

_DELIMITERS = ",;\t|"
_CUT = 1_500  # characters: a kind is asked about the beginning of a file
_MAX_COLUMNS = 2_000
_HEAD_WITHIN = 12  # rows, of which one has the names of the columns
_TAG = re.compile(r"<[^<>]{1,200}>")
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


class Preset(NamedTuple):
    """What is known of the exports of one tool. `head` are columns that give it away, folded."""

    source: str
    head: frozenset[str]
    zone: tzinfo | None = None
    source_id: tuple[str, ...] = ()
    received: tuple[str, ...] = ()


_PRESETS = {
    "typeform": Preset(
        "typeform",
        frozenset(("network id", "submit date utc")),
        UTC,
        ("#", "Token", "Response ID"),
        ("Submit Date (UTC)", "Submitted At"),
    ),
    "tally": Preset(
        "tally", frozenset(("submission id", "respondent id")), None, ("Submission ID",), ("Submitted at",)
    ),
    "google-forms": Preset("gforms", frozenset(("timestamp",)), None, (), ("Timestamp",)),
}


def read_table(data: bytes, intake: Intake, source: str = "csv") -> Received:
    """Return the entries of a CSV file; each row that cannot be taken in is told by its line.

    `source` is what its entries are known by, unless the columns tell whose export it is.
    """
    diagnostics: list[Diagnostic] = []
    try:
        text, notes = text_of(data, intake.shown)
        diagnostics.extend(notes)
        rows = _from_head(list(_rows(text, intake.shown, diagnostics)), intake, diagnostics)
        head = _head(rows, intake.shown)
    except Problem as problem:
        return Received((), (*diagnostics, *problem.diagnostics))
    if lacking := tuple(_lacking(head, intake)):
        return Received((), (*diagnostics, *lacking))
    preset = _preset(head, intake, source)
    found = (_answers(head, line, cells, preset, intake) for line, cells in rows[1:] if any(map(str.strip, cells)))
    return collect(found, intake, diagnostics)


# the dialect


def _rows(text: str, shown: str, diagnostics: list[Diagnostic]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their lines. A file that is cut off gives what is whole, and a diagnostic."""
    text, mark = _declared(text)
    text = text.replace("\0", "")
    mark = mark or _delimiter(text)
    with _long_fields():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
            return
        except csv.Error as error:
            reason = str(error)
        if "unexpected end" in reason:
            message = f"the file ends inside the row that begins on line {line}; it was cut off"
            diagnostics.append(fault(UNREADABLE_EXPORT, Span(shown, line), message, hint="export it again"))
            return
        message = f"a quotation mark is out of place near line {reader.line_num}; look at what was made of it"
        diagnostics.append(fault(UNREADABLE_EXPORT, Span(shown, reader.line_num), message, severity="warning"))
        yield from _loose_rows(text, mark, line)


def _loose_rows(text: str, mark: str, start: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows from line `start` on, with quotation marks taken as they come."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    line = 1
    for cells in reader:
        if line >= start:
            yield line, cells
        line = reader.line_num + 1


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let a cell be as long as a whole file may be, which the module only knows for all readers at once."""
    before = csv.field_size_limit(MAX_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _declared(text: str) -> tuple[str, str]:
    """Return the text without a first line `sep=;`, which Excel writes, and its delimiter; lines keep their numbers."""
    match = re.match(r'\s*"?sep=(.)"?[;,\t]*\r?\n', text, re.IGNORECASE)
    return ("\n" * match[0].count("\n") + text[match.end() :], match[1]) if match else (text, "")


def _delimiter(text: str) -> str:
    """Return what parts the cells: what gives the first rows the same number of cells, and most of them."""
    sample = text[:200_000]
    best, most = ",", (0, 1)
    for mark in _DELIMITERS:
        widths = Counter(_widths(sample, mark))
        width, agreeing = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        if width > 1 and (agreeing, width) > most:
            best, most = mark, (agreeing, width)
    return best


def _widths(sample: str, mark: str) -> Iterator[int]:
    with _long_fields():
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=mark)
        try:
            for _, cells in zip(range(20), reader, strict=False):
                if cells:
                    yield len(cells)
        except csv.Error:
            return


def _from_head(
    rows: list[tuple[int, list[str]]], intake: Intake, diagnostics: list[Diagnostic]
) -> list[tuple[int, list[str]]]:
    """Return the rows from that with the names of the columns on; what is passed over above it is told.

    The first row that is not empty has the names, unless it looks like a title: nothing in it is known, and a row soon
    after it has several names that are; or it has one cell, and the rows below have more.
    """
    filled = [place for place, (_, cells) in enumerate(rows[:_HEAD_WITHIN]) if any(map(str.strip, cells))]
    if not filled:
        return rows
    mapped = {fold(name) for names in intake.source.map.values() for name in names.split(" + ")}
    known = {place: sum(fold(c) in mapped or bool(meaning_of(c.strip())) for c in rows[place][1]) for place in filled}
    width = {place: sum(bool(cell.strip()) for cell in rows[place][1]) for place in filled}
    first = head = filled[0]
    if not known[first]:
        named = (place for place in filled if known[place] >= 2)
        wider = (place for place in filled if width[first] == 1 and width[place] > 1)
        head = next(named, next(wider, first))
    if head != first:
        message = f"line {rows[head][0]} has the names of the columns; what stands above it was passed over"
        diagnostics.append(fault(UNREADABLE_EXPORT, Span(intake.shown, rows[first][0]), message, severity="note"))
    return rows[head:]


def _head(rows: list[tuple[int, list[str]]], shown: str) -> list[str]:
    """Return the names of the columns, each once. Raises Problem when there are none."""
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown, 1), "it has no first line with the names of columns"))
    cells = rows[0][1]
    if len(cells) > _MAX_COLUMNS:
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown, 1), f"it has {len(cells):,} columns"))
    names: list[str] = []
    seen: Counter[str] = Counter()
    for number, cell in enumerate(cells, start=1):
        plain = _PLACEHOLDER.sub("", unescape(_TAG.sub("", cell)))
        name = " ".join(plain.split()) or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _lacking(head: list[str], intake: Intake) -> Iterator[Diagnostic]:
    """Report columns that `map` names and the file lacks: read without them, it would say what nobody said."""
    for meaning, name in missing_columns(intake.source.map, head):
        near = nearest(name, head)
        hint = f"did you mean “{near}”?" if near else f"there are: {', '.join(f'“{each}”' for each in head[:12])}."
        message = f"there is no column “{name}”, which `map` calls `{meaning}`; nothing of the file was taken in"
        yield fault(UNREADABLE_EXPORT, Span(intake.shown, 1), message, hint=f"{hint} Correct it in `map`.")


# the rows


def _preset(head: list[str], intake: Intake, source: str) -> Preset:
    if intake.source.preset:
        return _PRESETS[intake.source.preset]
    names = {fold(name) for name in head}
    for preset in _PRESETS.values():
        if preset.head <= names and (preset.source != "gforms" or fold(head[0]) == "timestamp"):
            return preset
    return Preset(source, frozenset())


def _answers(head: list[str], line: int, cells: list[str], preset: Preset, intake: Intake) -> Answers:
    fields = dict(zip(head, (_unguarded(cell) for cell in cells), strict=False))
    noticed = []
    if len(cells) > len(head):
        fields["beyond the last column"] = " | ".join(cell for cell in cells[len(head) :] if cell.strip())
        noticed.append(f"the row has {len(cells)} cells, the first line {len(head)} names")
    source_id = next((fields.pop(name) for name in preset.source_id if fields.get(name)), "")
    given = [column for name in preset.received for column in (name,) if fields.get(column)]
    received = fields.pop(given[0]) if given and "received" not in intake.source.map else ""
    return Answers(
        source=preset.source,
        source_id=source_id.strip(),
        fields=fields,
        received=received.strip(),
        zone=preset.zone,
        raw="\x1f".join(cells).encode("utf-8", "replace"),
        span=Span(intake.shown, line),
        noticed=tuple(noticed),
    )


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from reading it as a formula."""
    return cell[1:] if re.match(r"'[=+\-@\t\r]", cell) else cell


def _looks_like_a_table(data: bytes) -> bool:
    """Tell whether a file begins with a row of names: of as many cells as the next row has. A letter seldom does."""
    text, declared = _declared(decoded(data))
    with _long_fields():
        return any(_begins_with_names(text.strip(), mark) for mark in declared or _DELIMITERS)


def _begins_with_names(text: str, mark: str) -> bool:
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 3))
    except csv.Error:
        return False
    is_cut = len(rows) < 3 and len(text) > _CUT  # so the last row is not whole
    names = [cell for cell in rows[0] if cell.strip()] if rows else []
    return len(names) > 1 and (is_cut or (len(rows) > 1 and len(rows[1]) == len(rows[0])))


SOURCE = SourceKind(name="csv", read=read_table, suffixes=(".csv", ".tsv"), claims=_looks_like_a_table)
