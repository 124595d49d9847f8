"""What is wrong with the best stories of a year: a ranking that cannot work, a year that is over and not settled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from caresite.core.codes_rules import BAD_RANKING, PLACE_TAKEN_BACK, UNSETTLED_YEAR
from caresite.core.config import place_in_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.pipeline.best import identity_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.counts import read_settled
from caresite.pipeline.reader import Plan, Reader

__all__ = ["check_best"]

_YEAR = re.compile(r"\d{4}")


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
    yield from _taken_back(site)


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
