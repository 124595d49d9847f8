"""A story whose words were mended in its file, before somebody shortened them with `stories edit`."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic, Problem
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Approve, Edit, Reopen
from submissions.deciding import ID, given


def find(root: Path) -> tuple[Diagnostic, ...]:
    review = Review(*given(root))
    review.take(ID, Approve())
    review.take(ID, Reopen())
    story = root / "content/stories/the-night-the-oven-died.md"
    story.write_text(story.read_text("utf-8").replace("the big lamp", "a lamp"), encoding="utf-8")
    try:
        review.take(ID, Edit(body="They came at 5, with the van and the big lamp."))
    except Problem as problem:
        return problem.diagnostics
    raise AssertionError("it was written over")
