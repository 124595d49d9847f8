"""What is wrong with the best stories of a year: a ranking that cannot work, a year that is over and not settled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from caresite.core.codes_rules import BAD_COUNT, BAD_RANKING, PLACE_TAKEN_BACK, UNSETTLED_YEAR
from caresite.core.config import place_in_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.pipeline.best import Tally, identity_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.counts import read_settled, read_votes
from caresite.pipeline.reader import Plan, Reader

__all__ = ["check_best"]

_YEAR = re.compile(r"\d{4}")
_BY_VOTES: Mapping[str, Callable[[Tally], int]] = {
    "bayes": lambda tally: sum(tally.stars),
    "wilson": lambda tally: tally.ups + tally.downs,
}


def check_best(site: Site) -> Iterator[Diagnostic]:
    """Report rankings by no year, years that may still change although they are over, and places left empty."""
    ranking = site.settings.config.ranking
    for name in ranking:
        if not _YEAR.fullmatch(name):
            message = f"`ranking` is declared by year, and `{name}` is none"
            yield fault(BAD_RANKING, place_in_config(site.settings, f"ranking.{name}"), message)
    for year in sorted(int(name) for name in ranking if _YEAR.fullmatch(name) and int(name) < site.clock.year):
        if ranking[str(year)].method != "editorial" and f"best/{year}" not in site.data and _has_best(site, year):
            message = f"{year} is over, and its best stories would change with the next vote or story"
            hint = f"run `caresite stories best {year} --settle`, and commit `data/best/{year}.yaml`"
            yield fault(UNSETTLED_YEAR, place_in_config(site.settings, f"ranking.{year}"), message, hint=hint)
    yield from _uncounted(site)
    yield from _taken_back(site)


def _uncounted(site: Site) -> Iterator[Diagnostic]:
    """Report votes of another sort than a year is decided by, and votes for what is no story of the site."""
    known = {*site.pages, *site.held_ids}
    for name in sorted(name for name in site.data if re.fullmatch(r"votes/\d{4}", name)):
        year = name.removeprefix("votes/")
        ranking = site.settings.config.ranking.get(year)
        try:
            tallies = read_votes(int(year), site.data[name]).tallies
        except Problem as problem:  # without a ranking by votes nobody else reads it
            yield from () if ranking and ranking.method in _BY_VOTES else problem.diagnostics
            continue
        path = Span(f"data/{name}.yaml", 1)
        if (
            ranking
            and ranking.method in _BY_VOTES
            and tallies
            and not any(map(_BY_VOTES[ranking.method], tallies.values()))
        ):
            what, other = ("stars", "for and against") if ranking.method == "bayes" else ("for and against", "stars")
            message = f"{year} is decided by votes in {what}, and the votes here are in {other}"
            hint = f"take `method: {'wilson' if ranking.method == 'bayes' else 'bayes'}`, or count the right form"
            yield fault(BAD_RANKING, path, message, hint=hint, severity="warning")
        for story in (story for story in tallies if "/" in story and story not in known):
            hint = "count again with `caresite stories votes`, or take the line out"
            message = f"there are votes for `{story}`, which is not on the site"
            yield fault(BAD_COUNT, path, message, hint=hint, severity="warning")


def _has_best(site: Site, year: int) -> bool:
    reader = Reader(site, Plan())
    try:
        return any(reader.best(name, year).placed for name in _collections(site))
    except Problem:  # it is told where the page is planned
        return False


def _collections(site: Site) -> Iterable[str]:
    return (name for name, collection in site.settings.collections.items() if collection.kind == "story")


def _taken_back(site: Site) -> Iterator[Diagnostic]:
    there = {identity_of(page) for page in site.pages.values() if page.kind == "story"}
    for name in sorted(name for name in site.data if re.fullmatch(r"best/\d{4}", name)):
        try:
            settled = read_settled(int(name.removeprefix("best/")), site.data[name])
        except Problem:
            continue
        for story, place, _ in settled.places if settled else ():
            if story not in there:
                yield fault(PLACE_TAKEN_BACK, Span(f"data/{name}.yaml"), f"place {place} was that of `{story}`")
