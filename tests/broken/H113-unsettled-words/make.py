"""A wording that somebody changed after customers had agreed to it."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root)
