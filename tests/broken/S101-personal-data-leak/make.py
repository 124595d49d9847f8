"""A submission in the private store, whose sender a page names."""

from __future__ import annotations

from pathlib import Path

from submissions.pulling import kept


def make(root: Path) -> None:
    kept(root, name="Ada Quill", email="ada@customers.example")
