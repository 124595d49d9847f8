"""A submission that somebody edited by hand."""

from __future__ import annotations

from pathlib import Path

from submissions.pulling import kept


def make(root: Path) -> None:
    path = kept(root, name="Ada Quill", email="ada@customers.example")
    path.write_text("id: [\n", encoding="utf-8")
