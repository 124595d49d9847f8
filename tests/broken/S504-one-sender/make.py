"""Two names on the site, and one e-mail address behind both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.promises import check_kept
from submissions.summaries import summary


def find(root: Path) -> tuple[Diagnostic, ...]:
    names = {"3f9a0c1b2d4e5f60": "Ada Quill", "7c41e09b52d83fa6": "Jo Marsh"}
    kept = {item_id: summary(item_id, name=name, email_hmac="one") for item_id, name in names.items()}
    return tuple(check_kept(kept, date(2026, 7, 1), shown=kept, mode="curated"))
