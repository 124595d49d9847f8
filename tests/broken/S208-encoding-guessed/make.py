"""An export in an older encoding."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.pulling import pulled


def find(root: Path) -> tuple[Diagnostic, ...]:
    (root / "export.csv").write_bytes("name,story\nZoë,Kind.\n".encode("cp1252"))
    return pulled(root, "export.csv")
