"""A server whose key nobody vouches for."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import greeted


def find(root: Path) -> tuple[Diagnostic, ...]:
    return greeted(root)
