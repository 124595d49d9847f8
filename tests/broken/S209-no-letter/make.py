"""An invitation that somebody's calendar sent to the mailbox."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from submissions.pulling import pulled

_MESSAGE = """\
From: Ada <ada@customers.example>
Date: Thu, 01 Oct 2026 10:00:00 +0200
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
END:VCALENDAR
"""


def find(root: Path) -> tuple[Diagnostic, ...]:
    (root / "invitation.eml").write_text(_MESSAGE, encoding="utf-8")
    return pulled(root, "invitation.eml")
