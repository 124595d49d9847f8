"""Twelve of one star, of which half were rejected, and twelve of five stars, which were all taken."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.stored import kept_faults, stored


def find(root: Path) -> tuple[Diagnostic, ...]:
    high = [stored(f"{n:016x}", rating=5, state="approved") for n in range(12)]
    low = [stored(f"{n:016x}", rating=1, state="rejected" if n % 2 else "approved") for n in range(100, 112)]
    return kept_faults(root, (*high, *low))
