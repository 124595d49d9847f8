"""A file that no backup is."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic, Problem
from caresite.submissions.backup import restore
from caresite.submissions.store import Store


def find(root: Path) -> tuple[Diagnostic, ...]:
    (root / "holiday.tar.gz").write_bytes(b"pictures")
    try:
        restore(Store(root), root / "holiday.tar.gz")
    except Problem as problem:
        return problem.diagnostics
    return ()
