"""The log of the private store: a line of JSON for each move, only ever added to.

It names ids, states, dates and who decided; no customer. So it can be kept when what it tells of was erased.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from caresite.core.codes_stories import STORE_BROKEN
from caresite.core.diagnostics import Problem, Span, fault
from caresite.submissions.records import Move

__all__ = ["Journal", "Line"]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """One line: what happened to which submission."""

    at: datetime
    id: str
    by: str
    from_: str = ""
    to: str
    reason: str = ""


class Journal:
    """The file `log.jsonl`. It is written by whoever holds the store's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """Return how many bytes the log has; it only grows."""
        return self.path.stat().st_size if self.path.exists() else 0

    def append(self, moves: Iterable[tuple[str, Move]]) -> None:
        """Add a line for each `(id, move)`, all of them with one write, and wait until they are on the disk."""
        encode = msgspec.json.Encoder().encode
        text = b"".join(encode(_line(item_id, move)) + b"\n" for item_id, move in moves)
        if not text:
            return
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def mend(self) -> None:
        """Take away what a power cut left of a last line; a line is there when its end is."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as file:
            data = file.read()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                file.truncate(whole)

    def lines(self) -> Iterator[Line]:
        """Yield every line. Raises Problem, which names the line that cannot be read."""
        decode = msgspec.json.Decoder(Line).decode
        data = self.path.read_bytes() if self.path.exists() else b""
        for number, line in enumerate(data.split(b"\n")[:-1], start=1):
            try:
                yield decode(line)
            except msgspec.DecodeError as error:
                message = f"a line of the log cannot be read: {error}"
                raise Problem(fault(STORE_BROKEN, Span(self.path.name, number), message)) from None

    def counts(self) -> Counter[str]:
        """Return how many moves of each submission are told."""
        return Counter(line.id for line in self.lines())


def _line(item_id: str, move: Move) -> Line:
    return Line(at=move.at, id=item_id, by=move.by, from_=move.from_, to=move.to, reason=move.reason)
