"""Most of the site is gone, and nobody said that it should be."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import refused, sent


def find(root: Path) -> tuple[Diagnostic, ...]:
    sent(root)
    (root / "content/blog/hello.md").unlink()
    return refused(root, "--max-deletes", "0")
