"""A second deploy while the first is at work."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.core.files import try_lock
from deploy.refusing import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    (root / ".caresite").mkdir()
    with (root / ".caresite/deploy.lock").open("ab") as file:
        try_lock(file)
        return refused(root)
