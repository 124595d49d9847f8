"""Two that write at once."""

from __future__ import annotations

from pathlib import Path

import caresite.submissions.files
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.submissions.store import Store


def find(root: Path) -> tuple[Diagnostic, ...]:
    patience, caresite.submissions.files.PATIENCE_SECONDS = caresite.submissions.files.PATIENCE_SECONDS, 0.1
    try:
        with Store(root).locked(), Store(root).locked():
            return ()
    except Problem as problem:
        return problem.diagnostics
    finally:
        caresite.submissions.files.PATIENCE_SECONDS = patience
