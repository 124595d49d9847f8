"""A letter that says no, given as proof of a yes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Answer, Approve
from submissions.deciding import AT, ID, given

LETTER = b"Dear all,\n\nI have thought about it. Please do not print that.\n\nAda\n\n> May we publish your words?\n"


def find(root: Path) -> tuple[Diagnostic, ...]:
    digest = hashlib.sha256(LETTER).hexdigest()
    answer = Answer(at=AT, method="letter", evidence=digest, granted=("publish_text",))
    return Review(*given(root)).take(ID, Approve(answer=answer), evidence=LETTER).cautions
