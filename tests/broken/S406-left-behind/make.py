"""A wall that the owner wrote, with words that their author took back."""

from __future__ import annotations

from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Approve, Withdraw
from submissions.deciding import ID, given


def find(root: Path) -> tuple[Diagnostic, ...]:
    review = Review(*given(root, kind="testimonial"))
    review.take(ID, Approve())
    wall = root / "content/testimonials/wall.yaml"
    wall.write_text(f"- text: They came.\n  author: Ada Q.\n  consent_ref: '{ID}'\n", encoding="utf-8")
    return review.take(ID, Withdraw()).cautions
