"""A text in a folder that is 120 folders deep."""

from __future__ import annotations

from pathlib import Path


def make(root: Path) -> None:
    folder = root / "content/blog" / "/".join(["a"] * 120)
    folder.mkdir(parents=True)
    (folder / "deep.md").write_text("---\ntitle: Deep\ndate: 2026-01-02\n---\nDown here.\n")
