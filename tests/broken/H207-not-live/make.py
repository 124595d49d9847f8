"""A live address that is not there."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import seen


def find(root: Path) -> tuple[Diagnostic, ...]:
    return seen(root, "http://127.0.0.1:1/")
