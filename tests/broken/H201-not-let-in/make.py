"""A bucket that takes other keys than these."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import answered


def find(root: Path) -> tuple[Diagnostic, ...]:
    return answered(root, 403, "AccessDenied")
