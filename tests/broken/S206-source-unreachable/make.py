"""A service that does not answer."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.pulling import fetched


def find(root: Path) -> tuple[Diagnostic, ...]:
    return fetched(root, "website", NETLIFY_AUTH_TOKEN="x")
