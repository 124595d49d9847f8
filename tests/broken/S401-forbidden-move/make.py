"""A story that was declined, and is to be shown after all."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.review.decisions import Approve
from submissions.deciding import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root, Approve(), state="rejected")
