"""A repository that is reached without encryption."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import refused


def make(root: Path) -> None:
    pass


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root)
