"""Data files, consent lock and consent wordings: what the site knows besides its texts."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from caresite.core import codes
from caresite.core.cut_text import cut_faults
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.files import decode_text
from caresite.core.model import Document
from caresite.core.schema import Reading, decode
from caresite.core.suggest import nearest
from caresite.core.texts import without_invisible
from caresite.core.values import MAX_DATA_VALUES, Scalar, Table, plain, read_json, read_yaml
from caresite.kinds import ConsentLock, LockedConsent

__all__ = ["check_wordings", "read_data", "read_lock", "read_wordings"]

Read = Callable[[str], bytes]


def read_data(paths: Iterable[str], read: Read) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """Return what the files in `data/` hold, by name without folder and suffix (`team/desk` for nested ones)."""
    data: dict[str, Any] = {}
    found: list[Diagnostic] = []
    places: dict[str, Span] = {}
    for path in paths:
        name = PurePosixPath(path.removeprefix("data/")).with_suffix("").as_posix()
        if name in places:
            message = f"this file and `{places[name].path}` would both be called `{name}`"
            hint = "rename one of them"
            found.append(fault(codes.BAD_DATA, Span(path), message, hint=hint, related=(places[name],)))
            continue
        places[name] = Span(path)
        try:
            data[name] = _load(path, read(path), found)
        except Problem as problem:
            found.extend(problem.diagnostics)
    return data, tuple(found)


def _load(path: str, content: bytes, found: list[Diagnostic]) -> Any:
    text, _ = decode_text(content, path)
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".csv":
        return list(_rows(text, path))
    read_text = read_json if suffix == ".json" else read_yaml
    value = read_text(text, path, max_values=MAX_DATA_VALUES)
    if "#" in text or "&" in text:
        found.extend(cut_faults(value))
    return plain(value)


def _rows(text: str, path: str) -> Iterable[dict[str, str]]:
    """Yield each row under the names of the first; commas part the cells, or semicolons or tabs if only they do."""
    head = text.partition("\n")[0]
    mark = next((mark for mark in ",;\t" if mark in head), ",")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True, restval="")
    cells = 0
    try:
        for row in reader:
            cells += len(row)
            if None in row:
                raise csv.Error("the row has more cells than the first line has names")
            if cells > MAX_DATA_VALUES:
                raise csv.Error(f"it has more than {MAX_DATA_VALUES:,} cells")
            yield {str(name): without_invisible(cell) for name, cell in row.items()}
    except csv.Error as error:
        message = f"the CSV cannot be read: {error}"
        hint = "put a cell that holds a comma, a quotation mark or a line break in quotes"
        raise Problem(fault(codes.BAD_DATA, Span(path, max(1, reader.line_num)), message, hint=hint)) from None


def read_lock(
    path: str, wordings: Iterable[str], read: Read, zone: ZoneInfo
) -> tuple[ConsentLock, tuple[Diagnostic, ...]]:
    """Return the consent lock, and what is wrong with it; without a file it is empty.

    Each consent must name a wording that is in `consent/` as it was when the person saw it (GDPR 7(1)).
    """
    if not path:
        return ConsentLock(), ()
    found: list[Diagnostic] = []
    reading = Reading(zone, found.append, unknown="error")
    try:
        lock = _lock(path, read, reading)
        digests = {PurePosixPath(w).stem: hashlib.sha256(read(w)).hexdigest() for w in wordings}
    except Problem as problem:
        return ConsentLock(), (*found, *problem.diagnostics)
    for item_id, locked in sorted(lock.items.items()):
        if locked.wording and (message := _wording_fault(item_id, locked, digests)):
            place = place_in(reading.places, Span(path, 1), f"items.{item_id}.wording")
            found.append(fault(codes.UNKNOWN_WORDING, place, message))
    return lock, tuple(found)


def read_wordings(wordings: Iterable[str], read: Read) -> tuple[dict[str, bytes], tuple[Diagnostic, ...]]:
    """Return the texts in `consent/` by name, to the byte, as a digest of each is what proves an agreement."""
    found: list[Diagnostic] = []
    texts: dict[str, bytes] = {}
    for path in wordings:
        try:
            texts[PurePosixPath(path).stem] = read(path)
        except Problem as problem:
            found.extend(problem.diagnostics)
    return texts, tuple(found)


def _lock(path: str, read: Read, reading: Reading) -> ConsentLock:
    text, _ = decode_text(read(path), path)
    value = read_yaml(text, path, max_values=MAX_DATA_VALUES)
    if isinstance(value, Scalar) and value.is_null:
        return ConsentLock()
    if not isinstance(value, Table):
        message = "the lock file is not made of `key: value` lines"
        raise Problem(fault(codes.NOT_A_MAPPING, value.span, message))
    lock, _ = decode(value, ConsentLock, reading)
    return lock or ConsentLock()


def check_wordings(documents: Iterable[Document], wordings: Iterable[str]) -> Iterable[Diagnostic]:
    """Report the wordings that consent beside an item names, shown or not, and that are not in `consent/`."""
    known = {PurePosixPath(path).stem for path in wordings}
    for document in documents:
        for item in document.items:
            consent = getattr(item.meta, "consent", None)
            if consent is None or not consent.wording or (name := _wording_name(consent.wording)) in known:
                continue
            near = nearest(name, known)
            message = f"the wording `{name}` that was agreed to is not in `consent/`"
            place = place_in(item.places, item.span, "consent.wording", "consent")
            yield fault(codes.UNKNOWN_WORDING, place, message, hint=f"did you mean `{near}`?" if near else "")


def _wording_name(written: str) -> str:
    return written.removeprefix("consent/").removesuffix(".md")


def _wording_fault(item_id: str, locked: LockedConsent, digests: Mapping[str, str]) -> str:
    name = _wording_name(locked.wording)
    if name not in digests:
        return f"{item_id} agreed to the wording `{name}`, which is not in `consent/`"
    if locked.wording_sha256 and digests[name] != locked.wording_sha256:
        return f"the wording `{name}` has changed since {item_id} agreed to it"
    return ""
