"""A file name in an older encoding, and one with a line break."""

from __future__ import annotations

import os
from pathlib import Path


def make(root: Path) -> None:
    for name in (b"caf\xe9.md", b"two\nlines.md"):
        path = root / "content/blog" / os.fsdecode(name)
        path.write_text("---\ntitle: Coffee\ndate: 2026-01-02\n---\nWe roast.\n")
