"""A bucket that wants something we do not know."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import answered


def find(root: Path) -> tuple[Diagnostic, ...]:
    return answered(root, 400, "InvalidRequest")
