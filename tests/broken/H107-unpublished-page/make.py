"""The output of a build with drafts, sent as it is."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import built, refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    built(root, "-D")
    return refused(root, "--no-build")
