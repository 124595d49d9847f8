"""Statistics of one's own decisions: does what is shown depend on how many stars somebody gave?

Leaving out the unkind ones is what the law forbids where reviews are shown (16 CFR 465.7; UK DMCC Act, Schedule 20). So
the shares are worked out by stars, and a large gap is told. Only settled ones count, and never spam.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from statistics import median

from msgspec import Struct

from caresite.core.numbers import percent_text, rounded
from caresite.submissions.journal import Line
from caresite.submissions.listing import Summary

__all__ = ["ByStars", "Statistics", "statistics_of"]

_GAP = 0.25
_FEWEST = 5
_WAITING = frozenset(("received", "pending", "awaiting_author"))
_LOW, _HIGH = (1, 2), (4, 5)


class ByStars(Struct, frozen=True, kw_only=True):
    """What became of those with so many stars; 0 are those without. `days` is the median from their coming to a yes."""

    stars: int
    came: int
    approved: int
    rejected: int
    waiting: int
    share: float | None = None
    days: float | None = None


class Statistics(Struct, frozen=True, kw_only=True):
    """How many are where, what became of them by their stars, why some were declined, and what looks one-sided."""

    states: dict[str, int]
    stars: tuple[ByStars, ...]
    reasons: dict[str, int]
    one_sided: str = ""


class _Fate(Struct):
    came: datetime | None = None
    approved: datetime | None = None
    rejected: bool = False
    spam: bool = False


def statistics_of(summaries: Iterable[Summary], lines: Iterable[Line]) -> Statistics:
    """Return the statistics of a store. What was decided is read from the log, which outlives what was erased."""
    known = [summary for summary in summaries if summary.kind != "request"]
    fates = _fates(lines)
    by_stars: dict[int, list[Summary]] = defaultdict(list)
    for summary in known:
        if summary.state != "quarantined" and not fates[summary.id].spam:
            by_stars[int(rounded(summary.rating or 0))].append(summary)
    stars = tuple(_row(count, by_stars[count], fates) for count in sorted(by_stars, reverse=True))
    declined = (summary.reason for summary in known if fates[summary.id].rejected)
    return Statistics(
        states=dict(sorted(Counter(summary.state for summary in known).items())),
        stars=stars,
        reasons=dict(Counter(reason or "unknown" for reason in declined).most_common()),
        one_sided=_one_sided(stars),
    )


def _fates(lines: Iterable[Line]) -> Mapping[str, _Fate]:
    found: dict[str, _Fate] = defaultdict(_Fate)
    for line in lines:
        fate = found[line.id]
        fate.spam = fate.spam or line.reason == "spam"
        if line.to == "received":
            fate.came = line.at
        elif line.to == "approved":
            fate.approved, fate.rejected = fate.approved or line.at, False
        elif line.to == "rejected":
            fate.rejected = True
    return found


def _row(stars: int, found: list[Summary], fates: Mapping[str, _Fate]) -> ByStars:
    settled = [fates[summary.id] for summary in found]
    approved = [fate for fate in settled if fate.approved]
    rejected = sum(fate.rejected and not fate.approved for fate in settled)
    decided = len(approved) + rejected
    days = [(f.approved - f.came).total_seconds() / 86_400 for f in approved if f.approved and f.came]
    return ByStars(
        stars=stars,
        came=len(found),
        approved=len(approved),
        rejected=rejected,
        waiting=sum(summary.state in _WAITING for summary in found),
        share=rounded(Fraction(len(approved), decided), 3) if decided else None,
        days=rounded(median(days), 1) if days else None,
    )


def _one_sided(stars: Iterable[ByStars]) -> str:
    """Say so when far fewer of the low ratings are shown than of the high ones, if there are enough to tell."""
    rows = {row.stars: row for row in stars}
    low, high = (_share([rows[n] for n in range_ if n in rows]) for range_ in (_LOW, _HIGH))
    if low is None or high is None or high - low < _GAP:
        return ""
    return (
        f"{percent_text(high)} of those with 4 or 5 stars were approved, and {percent_text(low)} of those with 1 or 2"
    )


def _share(rows: list[ByStars]) -> float | None:
    approved, rejected = sum(row.approved for row in rows), sum(row.rejected for row in rows)
    return approved / (approved + rejected) if approved + rejected >= _FEWEST else None
