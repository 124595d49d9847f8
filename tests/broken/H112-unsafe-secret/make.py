"""A token in a file that everybody on the computer can read."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import refused


def make(root: Path) -> None:
    (root / "token.txt").write_text("not a real one")
    (root / "token.txt").chmod(0o644)


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root)
