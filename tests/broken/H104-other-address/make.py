"""GitHub Pages shows a project below its name, and the address does not say so."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import looked


def find(root: Path) -> tuple[Diagnostic, ...]:
    return looked(root, url="https://harbour.github.io/site/")
