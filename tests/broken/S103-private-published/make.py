"""A link in `static/` that leads into the private folder."""

from __future__ import annotations

from pathlib import Path


def make(root: Path) -> None:
    (root / "private").mkdir()
    (root / "private/letter.txt").write_text("Dear all,\n")
    (root / "static").mkdir()
    (root / "static/letter.txt").symlink_to("../private/letter.txt")
