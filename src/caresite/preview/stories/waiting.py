"""Waiting: what came in, in groups by where it stands, to be gone through one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from caresite.submissions.fold import fold
from caresite.submissions.listing import Summary

__all__ = ["GROUPS", "Group", "Neighbours", "Queue", "group_of", "neighbours", "queue_of"]

_PER_PAGE = 50


class Group(NamedTuple):
    """Submissions that wait for the same; in `oldest_first`, who has waited longest comes first."""

    name: str
    title: str
    states: tuple[str, ...]
    oldest_first: bool = False


GROUPS = (
    Group("to-decide", "To decide", ("received", "pending"), oldest_first=True),
    Group("asked", "Author asked", ("awaiting_author",), oldest_first=True),
    Group("quarantine", "Quarantine", ("quarantined",)),
    Group("shown", "Approved", ("approved",)),
    Group("declined", "Declined", ("rejected",)),
    Group("gone", "Taken back", ("withdrawn", "expired", "erased")),
)


class Queue(NamedTuple):
    """One page of a group: how many are in each, those to be seen, and which page of how many this is."""

    group: Group
    counts: Mapping[str, int]
    rows: Sequence[Summary]
    found: int
    page: int
    pages: int
    words: str = ""


class Neighbours(NamedTuple):
    """Who comes before and after a submission in its group, by id; empty at the ends."""

    before: str
    after: str


def group_of(state: str) -> Group:
    """Return the group in which a submission in `state` stands."""
    return next(group for group in GROUPS if state in group.states)


def queue_of(summaries: Iterable[Summary], name: str = "", words: str = "", page: int = 1) -> Queue:
    """Return page `page` of the group `name`, or of the first in which something waits; `words` are searched for."""
    every = list(summaries)
    counts = {group.name: sum(summary.state in group.states for summary in every) for group in GROUPS}
    named = next((group for group in GROUPS if group.name == name), None)
    group = named or next((group for group in GROUPS if counts[group.name]), GROUPS[0])
    found = [summary for summary in _in_order(every, group) if _has(summary, fold(words))]
    pages = max(1, -(-len(found) // _PER_PAGE))
    page = max(1, min(page, pages))
    rows = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    return Queue(group, counts, rows, len(found), page, pages, words)


def _in_order(summaries: Iterable[Summary], group: Group) -> list[Summary]:
    """Return those of a group; `summaries` come with the newest first."""
    found = [summary for summary in summaries if summary.state in group.states]
    return found[::-1] if group.oldest_first else found


def _has(summary: Summary, words: str) -> bool:
    if not words:
        return True
    said = fold(f"{summary.id} {summary.name} {summary.title} {summary.excerpt} {' '.join(summary.emails)}")
    return all(word in said for word in words.split())


def neighbours(summaries: Iterable[Summary], item_id: str, state: str) -> Neighbours:
    """Return who stands beside a submission in its group."""
    ids = [summary.id for summary in _in_order(summaries, group_of(state))]
    place = ids.index(item_id) if item_id in ids else len(ids)
    return Neighbours(ids[place - 1] if 0 < place < len(ids) else "", ids[place + 1] if place + 1 < len(ids) else "")
