"""A form for Netlify, sent to a folder that Netlify does not serve."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    return refused(root, "staging")
