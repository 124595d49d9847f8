"""Two names on the site, and one e-mail address behind both."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.stored import kept_faults, stored

NAMES = {"3f9a0c1b2d4e5f60": "Ada Quill", "7c41e09b52d83fa6": "Jo Marsh"}


def find(root: Path) -> tuple[Diagnostic, ...]:
    found = (stored(item_id, name=name, email_hmac="one", state="approved") for item_id, name in NAMES.items())
    return kept_faults(root, found, shown=NAMES)
