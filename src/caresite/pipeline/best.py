"""The best stories of a year: votes into scores, scores into places, and years that are over as they were decided.

    stories of the year ─┐
    data/votes/YEAR.yaml ├─ best_of ─▶ Best(placed, …)     everything that its page prints
    data/best/YEAR.yaml ─┘             the last one, once it is there, is followed instead of the others

Everything is worked out again from counts that stand on the page, so anybody can check it with a pocket calculator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import sqrt

from msgspec import Struct

from caresite.core.model import Page
from caresite.core.numbers import rounded
from caresite.core.ranking import Ranking

__all__ = ["Best", "Placed", "Settled", "Tally", "Votes", "bayes", "best_of", "identity_of", "score_of", "wilson"]

_Z = 1.96  # 95 % of a normal distribution lie within so many standard deviations


class Tally(Struct, frozen=True, kw_only=True):
    """The votes for one story: how many gave 1, 2, 3, 4 and 5 stars, or were for it and against it."""

    stars: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    ups: int = 0
    downs: int = 0

    @property
    def votes(self) -> int:
        return sum(self.stars) + self.ups + self.downs

    @property
    def sum_of_stars(self) -> int:
        return sum(count * number for number, count in enumerate(self.stars, start=1))

    @property
    def average(self) -> float:
        given = sum(self.stars)
        return rounded(Fraction(self.sum_of_stars, given), 2) if given else 0.0


class Votes(Struct, frozen=True, kw_only=True):
    """What a year's file of counts says: tallies by story, how many people voted, and when they were counted."""

    tallies: Mapping[str, Tally] = {}
    voters: int = 0
    counted: date | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """A year as it was decided: what its page printed on that day, by the stories' identities in their order."""

    decided: date
    ranking: Ranking
    entries: int
    voters: int = 0
    counted: date | None = None
    places: tuple[tuple[str, int, Tally], ...] = ()


class Placed(Struct, frozen=True, kw_only=True):
    """A story at its place. `tied` tells that its score is that of the story before it."""

    page: Page
    place: int
    tally: Tally = Tally()
    score: float = 0.0
    tied: bool = False


class Best(Struct, frozen=True, kw_only=True):
    """The best stories of a year with all that explains their order.

    `entries` counts the stories that were considered; `decided` is the day since when nothing changes any more, and
    `taken_back` tells that a story which had a place is not on the site now.
    """

    year: int
    ranking: Ranking
    placed: tuple[Placed, ...] = ()
    entries: int = 0
    voters: int = 0
    counted: date | None = None
    decided: date | None = None
    taken_back: bool = False


# scores


def bayes(tally: Tally, ranking: Ranking) -> Fraction:
    """Return the mean of a story's stars as if it had begun with `prior_weight` votes of `prior_mean`."""
    begun = Fraction(str(ranking.prior_mean)) * ranking.prior_weight
    return (begun + tally.sum_of_stars) / (ranking.prior_weight + sum(tally.stars))


def wilson(ups: int, downs: int) -> float:
    """Return the lower end of the range in which the true share of votes in favour lies with 95 % certainty.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    """
    votes = ups + downs
    if not votes:
        return 0.0
    share, square = ups / votes, _Z * _Z
    spread = _Z * sqrt(share * (1 - share) / votes + square / (4 * votes * votes))
    return max(0.0, (share + square / (2 * votes) - spread) / (1 + square / votes))


def score_of(tally: Tally, ranking: Ranking) -> float:
    """Return a score as it is printed and compared: with three decimals, so that nothing unseen decides a place."""
    match ranking.method:
        case "bayes":
            return float(round(bayes(tally, ranking), 3))
        case "wilson":
            return round(wilson(tally.ups, tally.downs), 3)
        case _:
            return 0.0


# places


def identity_of(page: Page) -> str:
    """Return what a story is called in files of counts: its submission's id, else its source path."""
    return page.meta.consent_ref or page.source


def best_of(year: int, stories: Sequence[Page], ranking: Ranking, votes: Votes, settled: Settled | None = None) -> Best:
    """Return the best of `stories`, which are those of `year`, newest first; as `settled`, when it is."""
    if settled:
        return _as_settled(year, stories, settled)
    entered = [page for page in stories if page.meta.may_win]
    placed = _PLACED_BY[ranking.method](entered, ranking, votes)
    return Best(
        year=year,
        ranking=ranking,
        placed=tuple(placed)[: ranking.limit],
        entries=len(entered),
        voters=votes.voters,
        counted=votes.counted,
    )


def _by_hand(stories: Iterable[Page], ranking: Ranking, votes: Votes) -> list[Placed]:
    """Return the stories that have a `place`; two at one place are equal, the newer first."""
    found = sorted((page for page in stories if page.meta.place), key=lambda page: page.meta.place)
    return _marked([(page, page.meta.place, Tally(), float(-page.meta.place)) for page in found])


def _by_votes(stories: Iterable[Page], ranking: Ranking, votes: Votes) -> list[Placed]:
    """Return the stories that anybody voted on, by score; of equal ones the newer first, then by id."""
    tallies = {page.id: votes.tallies.get(identity_of(page), Tally()) for page in stories}
    scored = [(page, score_of(tallies[page.id], ranking)) for page in stories if _counts(tallies[page.id], ranking)]
    scored.sort(key=lambda pair: -pair[1])
    return _marked([(page, n, tallies[page.id], score) for n, (page, score) in enumerate(scored, start=1)])


def _by_date(stories: Iterable[Page], ranking: Ranking, votes: Votes) -> list[Placed]:
    return [Placed(page=page, place=n) for n, page in enumerate(stories, start=1)]


_PLACED_BY: Mapping[str, Callable[[Sequence[Page], Ranking, Votes], list[Placed]]] = {
    "editorial": _by_hand,
    "bayes": _by_votes,
    "wilson": _by_votes,
    "recent": _by_date,
}


def _counts(tally: Tally, ranking: Ranking) -> bool:
    return bool(sum(tally.stars) if ranking.method == "bayes" else tally.ups + tally.downs)


def _marked(found: Sequence[tuple[Page, int, Tally, float]]) -> list[Placed]:
    """Return entries with a mark on each that is equal to the one before."""
    before = [None, *(score for *_, score in found)]
    return [
        Placed(page=page, place=place, tally=tally, score=max(0.0, score), tied=score == last)
        for (page, place, tally, score), last in zip(found, before, strict=False)
    ]


def _as_settled(year: int, stories: Sequence[Page], settled: Settled) -> Best:
    """Return a year as it was decided. A story that is gone leaves its place empty; nobody moves up."""
    there = {identity_of(page): page for page in stories}
    ranking = settled.ranking
    found = [
        (there[name], place, tally, score_of(tally, ranking)) for name, place, tally in settled.places if name in there
    ]
    by_hand = [(page, place, tally, float(-place)) for page, place, tally, _ in found]
    plain = [Placed(page=page, place=place) for page, place, *_ in found]
    placed = plain if ranking.method == "recent" else _marked(by_hand if ranking.method == "editorial" else found)
    return Best(
        year=year,
        ranking=ranking,
        placed=tuple(placed),
        entries=settled.entries,
        voters=settled.voters,
        counted=settled.counted,
        decided=settled.decided,
        taken_back=len(found) < len(settled.places),
    )
