"""Two submissions whose time is over, and one that a court may want to see."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.promises import check_kept
from submissions.summaries import summary


def find(root: Path) -> tuple[Diagnostic, ...]:
    due = (summary("a", erase_after="2026-05-01"), summary("b", erase_after="2026-06-30"))
    others = (summary("c", erase_after="2026-07-02"), summary("d", erase_after="2026-01-01", hold=True))
    kept = {each.id: each for each in (*due, *others)}
    return tuple(check_kept(kept, date(2026, 7, 1), shown=(), mode="curated"))
