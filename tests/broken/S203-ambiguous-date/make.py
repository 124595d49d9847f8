"""A date that may be two days."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.pulling import pulled


def find(root: Path) -> tuple[Diagnostic, ...]:
    return pulled(root, "in/export.csv")
