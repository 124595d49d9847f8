"""Decisions: what may follow on what, what stands in the way of showing somebody's words, and what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from msgspec.structs import replace

from caresite.core.diagnostics import Problem
from caresite.submissions.records import State
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import (
    Answer,
    Approve,
    Ask,
    Decision,
    Edit,
    Erase,
    Expire,
    Reject,
    Reopen,
    Withdraw,
    decide,
)
from caresite.submissions.review.states import MOVES, moved
from caresite.submissions.store import Store
from submissions.conftest import wording
from submissions.deciding import ID, NOW, TERMS, told

YES = Answer(at=NOW, method="email-reply", evidence="e" * 64)


# states


@pytest.mark.parametrize("before", get_args(State))
@pytest.mark.parametrize("after", get_args(State))
def test_there_are_no_moves_but_those_of_the_table(before: State, after: State) -> None:
    item = told(state=before)
    if (before, after) not in MOVES:
        with pytest.raises(Problem, match="cannot become") as refused:
            moved(item, after, at=NOW, by="Agnes")
        assert refused.value.diagnostics[0].hint
        return
    then = moved(item, after, at=NOW, by="Agnes", reason="spam")
    assert then.moderation.log[:-1] == item.moderation.log
    last = then.moderation.log[-1]
    assert (then.moderation.state, last.from_, last.to, last.at, last.by) == (after, before, after, NOW, "Agnes")


DECISIONS: dict[str, tuple[Decision, dict[State, State]]] = {
    "approve": (Approve(), {"pending": "approved"}),
    "approve what was asked": (Approve(answer=YES), {"pending": "approved", "awaiting_author": "approved"}),
    "reject": (Reject(reason="too-thin"), {"pending": "rejected", "awaiting_author": "rejected"}),
    "ask": (Ask(), {"pending": "awaiting_author"}),
    "reopen": (Reopen(), {"quarantined": "pending", "approved": "pending"}),
    "withdraw": (Withdraw(), {"approved": "withdrawn"}),
    "expire": (Expire(), {"approved": "expired"}),
    "edit": (
        Edit(disclosure="."),
        {"pending": "pending", "awaiting_author": "awaiting_author", "approved": "approved"},
    ),
    "erase": (Erase(), {each: "erased" for each in get_args(State) if each != "erased"}),
}


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("name", DECISIONS)
def test_each_decision_leads_where_it_should_or_is_refused(name: str, state: State) -> None:
    decision, ways = DECISIONS[name]
    item = told(state=state)
    if state not in ways:
        with pytest.raises(Problem):
            decide(item, decision, TERMS)
        return
    assert decide(item, decision, TERMS).moderation.state == ways[state]


# actions


@pytest.fixture
def review(store: Store) -> Review:
    with store.locked():
        digest = store.keep_wording(wording().data)
        (agreed,) = told().consent
        store.add(told(consent=(replace(agreed, wording_sha256=digest),)))
    return Review(store, TERMS)


def lock_of(root: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((root / "consent.lock.yaml").read_text("utf-8"))["items"])


def test_approval_writes_the_text_and_the_lock_and_no_more_than_was_agreed_to(review: Review) -> None:
    taken = review.take(ID, Approve())
    text = review.root / "content/stories/the-night-the-oven-died.md"
    assert taken.submission.published_as == ("content/stories/the-night-the-oven-died.md",)
    written = text.read_text("utf-8")
    assert "name: Ada Q." in written
    assert "draft" not in written
    assert "ada@" not in written
    entry = lock_of(review.root)[ID]
    assert entry["scopes"] == ["publish_text", "publish_name", "publish_company"]
    assert entry["wording_sha256"] == wording().sha256
    assert "Ada" not in (review.root / "consent.lock.yaml").read_text("utf-8")
    assert [line.to for line in review.store.journal.lines()][-1] == "approved"
    assert not list(review.store.folder.glob(".doing-*"))


def test_a_withdrawal_takes_the_text_away_and_closes_the_lock(review: Review) -> None:
    review.take(ID, Approve())
    (review.root / ".caresite/images").mkdir(parents=True)
    (review.root / ".caresite/images/x.avif").write_bytes(b"her picture")
    taken = review.take(ID, Withdraw(evidence="f" * 64))
    assert not (review.root / "content/stories/the-night-the-oven-died.md").exists()
    assert not (review.root / ".caresite").exists()
    assert lock_of(review.root)[ID]["withdrawn"] == NOW
    assert {"consent.lock.yaml", "content/stories/the-night-the-oven-died.md", ".caresite/images/x.avif"} <= {
        *taken.touched
    }
    assert any("web.archive.org" in sentence for sentence in taken.beyond)


def test_two_at_once_never_overwrite_each_other(review: Review) -> None:
    first, second = review.open(ID), review.open(ID)
    review.take(ID, Edit(disclosure="We know each other from school."), first.revision)
    with pytest.raises(Problem, match="somebody else"):
        review.take(ID, Reject(reason="too-thin"), second.revision)
    assert review.open(ID).submission.moderation.state == "pending"
