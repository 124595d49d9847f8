"""A story in the private store, not published, of which a page holds a sentence."""

from __future__ import annotations

from pathlib import Path

from submissions.pulling import kept


def make(root: Path) -> None:
    words = "Dear all. A customer told us that the chain came off on the hill, and it was mended before the bell rang!"
    kept(root, name="Ada Quill", email="ada@customers.example", words=words)
