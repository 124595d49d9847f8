"""Data files, consent lock and consent wordings: what the site knows besides its texts."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import decode_text
from caresite.core.schema import Reading, decode
from caresite.core.values import MAX_DATA_VALUES, Scalar, Table, plain, read_yaml
from caresite.kinds import ConsentLock

__all__ = ["check_wordings", "read_data", "read_lock"]

Read = Callable[[str], bytes]


def read_data(paths: Iterable[str], read: Read) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """Return what the files in `data/` hold, by name without folder and suffix (`team/desk` for nested ones)."""
    data: dict[str, Any] = {}
    found: list[Diagnostic] = []
    for path in paths:
        name = PurePosixPath(path.removeprefix("data/")).with_suffix("").as_posix()
        try:
            data[name] = _load(path, read(path))
        except Problem as problem:
            found.extend(problem.diagnostics)
    return data, tuple(found)


def _load(path: str, content: bytes) -> Any:
    text, _ = decode_text(content, path)
    if not path.endswith(".csv"):
        return plain(read_yaml(text, path, max_values=MAX_DATA_VALUES))
    try:
        return [dict(row) for row in csv.DictReader(io.StringIO(text), strict=True)]
    except csv.Error as error:
        raise Problem(fault(codes.BAD_DATA, Span(path, 1), f"the CSV cannot be read: {error}")) from None


def read_lock(path: str, read: Read, zone: ZoneInfo) -> tuple[ConsentLock, tuple[Diagnostic, ...]]:
    """Return the consent lock; without a file it is empty. A malformed record is an error at its place."""
    if not path:
        return ConsentLock(), ()
    found: list[Diagnostic] = []
    try:
        text, _ = decode_text(read(path), path)
        value = read_yaml(text, path, max_values=MAX_DATA_VALUES)
    except Problem as problem:
        return ConsentLock(), problem.diagnostics
    if isinstance(value, Scalar) and value.is_null:
        return ConsentLock(), ()
    if not isinstance(value, Table):
        return ConsentLock(), (
            fault(codes.NOT_A_MAPPING, value.span, "the lock file is not made of `key: value` lines"),
        )
    lock, _ = decode(value, ConsentLock, Reading(zone, found.append, unknown="error"))
    return lock or ConsentLock(), tuple(found)


def check_wordings(lock: ConsentLock, lock_path: str, wordings: Iterable[str], read: Read) -> tuple[Diagnostic, ...]:
    """Report each consent whose wording is not in `consent/` as it was when the person saw it (GDPR 7(1))."""
    digests = {PurePosixPath(path).stem: hashlib.sha256(read(path)).hexdigest() for path in wordings}
    found = []
    for item_id, locked in sorted(lock.items.items()):
        if not locked.wording:
            continue
        name = locked.wording.removeprefix("consent/").removesuffix(".md")
        if name not in digests:
            found.append(
                fault(
                    codes.UNKNOWN_WORDING,
                    Span(lock_path, 1),
                    f"{item_id} agreed to the wording `{name}`, which is not in `consent/`",
                )
            )
        elif locked.wording_sha256 and digests[name] != locked.wording_sha256:
            found.append(
                fault(
                    codes.UNKNOWN_WORDING,
                    Span(lock_path, 1),
                    f"the wording `{name}` has changed since {item_id} agreed to it",
                )
            )
    return tuple(found)
