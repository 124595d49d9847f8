"""Git keeps a file of the private folder."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make(root: Path) -> None:
    (root / "private").mkdir()
    (root / "private/letter.txt").write_text("Dear all,\n")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    subprocess.run(["git", "-C", root, "add", "--force", "private"], check=True)
