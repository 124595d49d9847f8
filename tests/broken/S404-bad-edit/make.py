"""A name that is to be shown in full, though its owner chose an initial."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.review.decisions import Edit
from submissions.deciding import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root, Edit(display="full"))
