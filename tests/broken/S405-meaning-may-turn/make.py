"""A sentence that says the opposite once its “but” is gone."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Edit
from submissions.deciding import ID, given


def find(root: Path) -> tuple[Diagnostic, ...]:
    edit = Edit(body="They came at five, with the van.\n\nNobody asked for money.")
    return Review(*given(root)).take(ID, edit).cautions
