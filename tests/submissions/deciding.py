"""Submissions to decide about, as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from caresite.core.diagnostics import Diagnostic, Problem
from caresite.submissions.records import (
    Agreement,
    Incentive,
    Moderation,
    Move,
    State,
    Submission,
    Submitter,
    Words,
)
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Decision
from caresite.submissions.review.guards import Terms
from caresite.submissions.store import Store

AT = datetime(2026, 10, 1, 14, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TERMS = Terms(by="Agnes", now=NOW)
ID = f"{1:016x}"
BODY = "They came at five, with the van and the big lamp.\n\nNobody asked for money, but we gave them soup."


def told(number: int = 1, state: State = "pending", **changes: Any) -> Submission:
    """Return a submission that may be shown, in `state`."""
    moves = (Move(at=AT, by="pull", to="received"), Move(at=AT, by="pull", from_="received", to=state))
    agreed = Agreement(
        at=AT,
        method="form-checkbox",
        granted=("publish_text", "publish_name", "publish_company"),
        denied=("publish_photo",),
        wording_id="story-2026-01",
    )
    sender = Submitter(
        name="Ada Quill",
        display="first-initial",
        email="ada@customers.example",
        relation="customer",
        age="of-age",
    )
    made = Submission(
        id=f"{number:016x}",
        schema=1,
        source="netlify",
        form="best-story",
        received_at=AT,
        imported_at=AT,
        raw_sha256="0" * 64,
        submitter=sender,
        text=Words(title="The night the oven died", body=BODY, rating=5),
        consent=(agreed,),
        incentive=Incentive(given=False),
        moderation=Moderation(state=state, log=moves),
    )
    return replace(made, **changes)


def given(root: Path, *, mode: str = "curated", **changes: Any) -> tuple[Store, Terms]:
    """Put one submission into the store of the site at `root`; return what a review of it needs."""
    store = Store(root)
    with store.locked():
        store.add(told(**changes))
    return store, TERMS._replace(mode=mode)


def refused(root: Path, decision: Decision, **changes: Any) -> tuple[Diagnostic, ...]:
    """Return what is said to somebody who decides so. Raises AssertionError when it is not refused."""
    review = Review(*given(root, **changes))
    try:
        review.take(ID, decision)
    except Problem as problem:
        return problem.diagnostics
    raise AssertionError("it was not refused")


def interrupted(
    review: Review, decision: Decision, monkeypatch: pytest.MonkeyPatch, item_id: str = ID, **how: bool
) -> None:
    """Decide, and fail when the decision is noted and nothing of it done."""

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Review, "_finish", fail)
    with pytest.raises(KeyboardInterrupt):
        review.take(item_id, decision, **how)
    monkeypatch.undo()
