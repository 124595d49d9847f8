"""A review that is left out because it is none that one likes to read."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.review.decisions import Reject
from submissions.deciding import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root, Reject(reason="too-thin", note="Only two stars, it hurts us."), mode="reviews")
