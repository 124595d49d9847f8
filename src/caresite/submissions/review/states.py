"""States: where a submission may go from where it is. Every move is told in its log; nothing else changes a state.

         ┌─▶ quarantined ─┬──▶ rejected (as spam)
received ┴────────────────┴▶ pending ──▶ awaiting_author ──▶ approved ──▶ withdrawn | expired
                                ▲ └─────────┴──▶ rejected        │
                                └────────────────────────────────┘       any ──▶ erased
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import get_args

from msgspec.structs import replace

from caresite.core.codes_stories import FORBIDDEN_MOVE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.submissions.records import Move, State, Submission
from caresite.submissions.store import FOLDER

__all__ = ["MOVES", "moved", "place_of"]

_FROM: Mapping[State, tuple[State, ...]] = {
    "received": ("quarantined", "pending"),
    "quarantined": ("pending", "rejected"),
    "pending": ("awaiting_author", "approved", "rejected"),
    "awaiting_author": ("approved", "rejected"),
    "approved": ("pending", "withdrawn", "expired"),
}
MOVES: frozenset[tuple[State, State]] = frozenset(
    [(before, after) for before, every in _FROM.items() for after in every]
    + [(before, "erased") for before in get_args(State) if before != "erased"]
)
_INSTEAD: Mapping[State, str] = {
    "received": "wait until the pull has judged it",
    "quarantined": "if it is no spam, take it out of quarantine: `caresite stories reopen ID`; if it is, "
    "`caresite stories reject ID --reason spam`; `caresite stories purge` erases it when its days are over",
    "pending": "approve it, ask its author, decline it or erase it",
    "awaiting_author": "when they answered, approve it with `--evidence`, or decline it",
    "approved": "take it off the site first: `caresite stories reopen ID`, or `withdraw` if its author wants that",
    "rejected": "it stays declined; it can only be erased",
    "withdrawn": "its author took it back; it can only be erased",
    "expired": "its consent ended; it can only be erased, or its author sends it again",
    "erased": "nothing of it is left",
}


def moved(item: Submission, to: State, *, at: datetime, by: str, reason: str = "") -> Submission:
    """Return `item` in the state `to`, with a line more in its log. Raises Problem for a move that there is not.

    `reason` is kept in the log when everything else is erased; so it is a word of ours, never somebody's own.
    """
    state = item.moderation.state
    if (state, to) not in MOVES:
        message = f"{item.id} is {_said(state)} and cannot become {_said(to)}"
        raise Problem(fault(FORBIDDEN_MOVE, place_of(item), message, hint=_INSTEAD[state].replace("ID", item.id)))
    move = Move(at=at, by=by, from_=state, to=to, reason=reason)
    return replace(item, moderation=replace(item.moderation, state=to, log=(*item.moderation.log, move)))


def place_of(item: Submission) -> Span:
    """Return where a submission is kept, as people are told."""
    return Span(f"{FOLDER}/{item.id}.yaml")


def _said(state: str) -> str:
    return state.replace("_", " ")
