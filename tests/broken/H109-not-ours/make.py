"""A folder with somebody else's home page."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import refused


def make(root: Path) -> None:
    (root / "www").mkdir()
    (root / "www/index.html").write_text("somebody else's")


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root)
