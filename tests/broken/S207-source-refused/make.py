"""A service whose token nobody has set."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.pulling import fetched


def find(root: Path) -> tuple[Diagnostic, ...]:
    return fetched(root, "website")
