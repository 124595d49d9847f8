"""Twelve of one star, of which half were rejected, and twelve of five stars, which were all taken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.promises import check_kept
from submissions.summaries import summary


def find(root: Path) -> tuple[Diagnostic, ...]:
    high = [summary(f"high-{n}", rating=5, state="approved") for n in range(12)]
    low = [summary(f"low-{n}", rating=1, state="rejected" if n % 2 else "approved") for n in range(12)]
    kept = {each.id: each for each in (*high, *low)}
    return tuple(check_kept(kept, date(2026, 7, 1), shown=(), mode="reviews"))
