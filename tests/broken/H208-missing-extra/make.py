"""A target whose library is not installed."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from deploy.refusing import without


def find(root: Path) -> tuple[Diagnostic, ...]:
    return without(root, "boto3")
