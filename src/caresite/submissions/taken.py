"""Taken: which pieces of a source are in the store already, such as the messages of a mailbox.

It only saves reading them again. A piece counts as taken while the submissions that it became are there; so the file
may be deleted, lost or old, and nothing is lost or kept twice.
"""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from pathlib import Path

import msgspec

from caresite.submissions.files import write_private

__all__ = ["Taken"]

_FILE = ".taken"


class Taken:
    """What became of each piece: the ids of its submissions, by the mark that its source gave it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._ids: dict[str, tuple[str, ...]] | None = None
        self._changed = False

    def ids_of(self, mark: str, kept: Container[str]) -> tuple[str, ...]:
        """Return the submissions that a piece became; nothing when it is new, or one of them is not in `kept`."""
        ids = self._known().get(mark, ())
        return ids if all(item_id in kept for item_id in ids) else ()

    def note(self, mark: str, ids: tuple[str, ...]) -> None:
        """Take note of what a piece became."""
        if self._known().get(mark) != ids:
            self._known()[mark] = ids
            self._changed = True

    def save(self) -> None:
        """Keep it for the next pull."""
        if self._changed and self._path.parent.is_dir():
            with suppress(OSError):
                write_private(self._path, msgspec.msgpack.encode(self._ids))
                self._changed = False

    def _known(self) -> dict[str, tuple[str, ...]]:
        if self._ids is None:
            try:
                self._ids = msgspec.msgpack.decode(self._path.read_bytes(), type=dict[str, tuple[str, ...]])
            except (OSError, msgspec.DecodeError):
                self._ids = {}
        return self._ids
