"""Two submissions whose time is over, one that a court may want to see, and one that is on the site."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.stored import kept_faults, stored


def find(root: Path) -> tuple[Diagnostic, ...]:
    due = (
        stored("00000000000000aa", erase_after=date(2026, 5, 1)),
        stored("00000000000000ab", erase_after=date(2026, 6, 30)),
    )
    not_yet = stored("00000000000000ac", erase_after=date(2026, 7, 2))
    held = stored("00000000000000ad", erase_after=date(2026, 1, 1), hold=True)
    shown = stored("00000000000000ae", erase_after=date(2026, 1, 1), state="approved")
    return kept_faults(root, (*due, not_yet, held, shown))
