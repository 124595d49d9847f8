"""Counts: the files in `data/` that the best stories of a year come from, and a plain word for what is no count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from caresite.core.codes_rules import BAD_COUNT
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.ranking import METHODS, Ranking
from caresite.pipeline.best import Settled, Tally, Votes

__all__ = ["read_settled", "read_votes"]

_MOST = 1_000_000_000


def read_votes(year: int, data: Any) -> Votes:
    """Return what `data/votes/YEAR.yaml` holds. Raises Problem for what is no count."""
    if data is None:
        return Votes()
    path = Span(f"data/votes/{year}.yaml", 1)
    top = _mapping(data, path, "the file")
    stories = _mapping(top.get("stories") or {}, path, "`stories`")
    return Votes(
        tallies={str(name): _tally(counts, path, name) for name, counts in stories.items()},
        voters=_count(top.get("voters", 0), path, "`voters`"),
        counted=_day(top.get("counted"), path, "`counted`"),
    )


def read_settled(year: int, data: Any) -> Settled | None:
    """Return what `data/best/YEAR.yaml` holds, or None without one. Raises Problem for what cannot be followed."""
    if data is None:
        return None
    path = Span(f"data/best/{year}.yaml", 1)
    top = _mapping(data, path, "the file")
    method = top.get("method", "editorial")
    if method not in METHODS:
        raise Problem(fault(BAD_COUNT, path, f"`method` must be one of {', '.join(METHODS)}, not “{method}”"))
    decided = _day(top.get("decided"), path, "`decided`")
    places = top.get("places")
    if decided is None or not isinstance(places, list):
        raise Problem(fault(BAD_COUNT, path, "a settled year needs `decided:`, a day, and `places:`, a list"))
    return Settled(
        decided=decided,
        ranking=Ranking(
            method=method,
            judges=str(top.get("judges") or ""),
            prize=str(top.get("prize") or ""),
            prior_mean=float(_number(top.get("prior_mean", 3.5), path, "`prior_mean`")),
            prior_weight=_weight(top.get("prior_weight", 10), path),
        ),
        entries=_count(top.get("entries", 0), path, "`entries`"),
        voters=_count(top.get("voters", 0), path, "`voters`"),
        counted=_day(top.get("counted"), path, "`counted`"),
        places=tuple(_place(entry, path, number) for number, entry in enumerate(places, start=1)),
    )


def _place(data: Any, path: Span, number: int) -> tuple[str, int, Tally]:
    entry = _mapping(data, path, f"place {number}")
    name = str(entry.get("story") or "")
    if not name:
        raise Problem(fault(BAD_COUNT, path, f"place {number} names no `story`"))
    return name, _count(entry.get("place", number), path, f"`place` of “{name}”"), _tally(entry, path, name)


def _tally(data: Any, path: Span, name: str) -> Tally:
    counts = _mapping(data, path, f"“{name}”")
    stars = _mapping(counts.get("stars") or {}, path, f"`stars` of “{name}”")
    if wrong := [key for key in stars if str(key) not in "12345"]:
        raise Problem(fault(BAD_COUNT, path, f"“{name}” has votes of `{wrong[0]}` stars; there are 1 to 5"))
    given = [_count(stars.get(str(n), stars.get(n, 0)), path, f"the {n} stars of “{name}”") for n in range(1, 6)]
    ups, downs = (_count(counts.get(key, 0), path, f"`{key}` of “{name}”") for key in ("for", "against"))
    return Tally(stars=(given[0], given[1], given[2], given[3], given[4]), ups=ups, downs=downs)


def _mapping(data: Any, path: Span, what: str) -> Mapping[Any, Any]:
    if not isinstance(data, Mapping):
        raise Problem(fault(BAD_COUNT, path, f"{what} is not made of `key: value` lines"))
    return data


def _number(data: Any, path: Span, what: str) -> float:
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise Problem(fault(BAD_COUNT, path, f"{what} is “{data}”, which is not a number"))
    return data


def _count(data: Any, path: Span, what: str) -> int:
    if isinstance(data, float) and data.is_integer():
        data = int(data)
    if isinstance(data, bool) or not isinstance(data, int) or not 0 <= data <= _MOST:
        raise Problem(fault(BAD_COUNT, path, f"{what} is “{data}”, which is not a count"))
    return data


def _weight(data: Any, path: Span) -> int:
    weight = _count(data, path, "`prior_weight`")
    if weight < 1:
        raise Problem(fault(BAD_COUNT, path, "`prior_weight` must be at least 1"))
    return weight


def _day(data: Any, path: Span, what: str) -> date | None:
    if data is None:
        return None
    try:
        return date.fromisoformat(str(data))
    except ValueError:
        raise Problem(fault(BAD_COUNT, path, f"{what} is “{data}”, which is not a day such as 2026-12-31")) from None
