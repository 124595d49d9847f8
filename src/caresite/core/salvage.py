"""Salvage: what is left of a table without the values that were refused, so that the rest can be looked at too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from caresite.core.diagnostics import Diagnostic, Span
from caresite.core.schema import Reading, decode
from caresite.core.values import Scalar, Sequence, Table, Value

__all__ = ["Salvaged", "salvage"]

_ROUNDS = 5


class Salvaged(Struct, frozen=True):
    """What could still be read: the record, where its values stand, and the places that something was taken out of."""

    record: Any
    places: Mapping[str, Span]
    torn: frozenset[Span]


def salvage(table: Table, record: type[Struct], refused: frozenset[Span], needed: Mapping[str, str]) -> Salvaged | None:
    """Return `table` as a `record` without the values at the places `refused`; None when nothing can be made of it.

    `needed` gives what stands in for keys that the record needs. Nothing is reported: that has been done.
    """
    torn: set[Span] = set()
    for _ in range(_ROUNDS):
        table = _without(table, refused, torn)
        found: list[Diagnostic] = []
        reading = Reading(ZoneInfo("UTC"), found.append, notes=False)
        whole, _extra = decode(_with(table, needed), record, reading)
        if whole is not None:
            return Salvaged(whole, reading.places, frozenset(torn))
        refused = frozenset(d.span for d in found if d.severity == "error")
    return None


def _with(table: Table, needed: Mapping[str, str]) -> Table:
    lacking = {key: Scalar(text, True, Span("")) for key, text in needed.items() if _is_lacking(table, key)}
    return Table({**table.entries, **lacking}, table.keys, table.span)


def _is_lacking(table: Table, key: str) -> bool:
    value = table.entries.get(key)
    return value is None or (isinstance(value, Scalar) and value.is_null)


def _without(table: Table, refused: frozenset[Span], torn: set[Span]) -> Table:
    entries: dict[str, Value] = {}
    for key, value in table.entries.items():
        place = table.keys.get(key, value.span)
        if refused.isdisjoint((place, value.span)):
            kept = _left_of(value, refused, torn)
            entries[key] = kept
            if kept is not value:
                torn |= {place, value.span}
    is_whole = len(entries) == len(table.entries) and all(entries[k] is table.entries[k] for k in entries)
    return table if is_whole else Table(entries, table.keys, table.span)


def _left_of(value: Value, refused: frozenset[Span], torn: set[Span]) -> Value:
    if isinstance(value, Table):
        return _without(value, refused, torn)
    if isinstance(value, Sequence):
        items = tuple(_left_of(item, refused, torn) for item in value.items if item.span not in refused)
        is_whole = len(items) == len(value.items) and all(a is b for a, b in zip(items, value.items, strict=True))
        return value if is_whole else Sequence(items, value.span)
    return value
