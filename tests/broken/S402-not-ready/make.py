"""A story by the owner’s sister, who was asked for nothing and was given something."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.records import Incentive, Submitter
from caresite.submissions.review.decisions import Approve
from submissions.deciding import refused


def find(root: Path) -> tuple[Diagnostic, ...]:
    sender = Submitter(name="Ada Quill", relation="family")
    return refused(root, Approve(), submitter=sender, consent=(), incentive=Incentive(given=None))
