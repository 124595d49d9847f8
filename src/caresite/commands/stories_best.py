"""`caresite stories votes | best`: votes become counts, and a year that is over stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

import click
from msgspec.structs import replace

from caresite.commands.build import now_of
from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.scaffold import yaml_text
from caresite.commands.session import Session
from caresite.commands.stories import PullFlags, sources_to_read
from caresite.core.diagnostics import Diagnostic
from caresite.core.files import write_atomically
from caresite.core.model import Page, Query
from caresite.core.texts import counted
from caresite.engine.build import Options, Watch, load_site
from caresite.pipeline.best import Best, Placed, identity_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.reader import Plan, Reader
from caresite.submissions.inbox import Channel, intake_of, limits_of
from caresite.submissions.pull import Desk
from caresite.submissions.store import Store
from caresite.submissions.votes import Ballot, Ballots, Count, ballot_of, count, names_of, votes_text

__all__ = ["BestFlags", "VoteFlags", "run_best", "run_votes", "settled_text"]


class VoteFlags(NamedTuple):
    """The options of `stories votes`."""

    year: int = 0
    source: str = ""
    dry_run: bool = False
    files: tuple[str, ...] = ()
    clock: str = ""


class BestFlags(NamedTuple):
    """The options of `stories best`."""

    year: int = 0
    settle: bool = False
    clock: str = ""


# votes


def run_votes(session: Session, flags: VoteFlags) -> int:
    """Take votes in and write how many there are for each story; returns 1 when some could not be read."""
    site = _site(session, flags.clock)
    year = flags.year or site.clock.year
    _refuse_settled(site, year)
    store = Store(session.root)
    desk = Desk(store, limits_of(site.settings), dry_run=True)  # which votes never reach
    names = names_of(_stories(site, year))
    if not names:
        raise click.UsageError(f"there is no story of {year} to vote for; name another year with --year")
    with store.locked():
        ballots = Ballots(session.root, year)
        known = ballots.read()
        came = {ballot.id: ballot for ballot in _came(session, site, desk, flags, names)}
        new = came.keys() - known.keys()
        result = count((known | came).values())
        if not flags.dry_run and came:
            ballots.write((known | came).values())
    if not flags.dry_run:
        path = session.root / f"data/votes/{year}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, votes_text(result, site.clock.date()).encode())
    return _tell_votes(session, year, (len(new), len(came) - len(new)), result, desk.outcome.diagnostics, flags)


def _came(session: Session, site: Site, desk: Desk, flags: VoteFlags, names: Mapping[str, str]) -> Iterator[Ballot]:
    """Yield the ballots in what the sources of votes have, or in the files named."""
    forms = [name for name, form in site.settings.config.forms.items() if form.kind == "vote"]
    wanted = PullFlags(source=flags.source, files=flags.files, votes=True)
    for channel, delivered in sources_to_read(session, site.settings, wanted, desk):
        form = channel.source.form or (forms[0] if len(forms) == 1 else "")
        of_votes = Channel(channel.name, replace(channel.source, kind="vote", form=form), channel.kind)
        intake = intake_of(site.settings, session.root, desk.store, of_votes, datetime.now(UTC))
        for delivery in delivered:
            received = channel.kind.read(
                delivery.data, replace(intake, shown=delivery.shown, form=delivery.form or form)
            )
            desk.outcome.diagnostics.extend(d for d in received.diagnostics if d.severity != "note")
            for entry in received.entries:
                ballot = ballot_of(entry, names, desk.store.hmac_of)
                if ballot:
                    yield ballot


def _tell_votes(
    session: Session, year: int, came: tuple[int, int], result: Count, found: list[Diagnostic], flags: VoteFlags
) -> int:
    errors = any(d.severity == "error" for d in found)
    if session.json:
        numbers = {
            "new": came[0],
            "known": came[1],
            **{key: getattr(result, key) for key in ("voters", "replaced", "unknown")},
        }
        session.answer({"ok": not errors, "year": year, **numbers, "diagnostics": as_data(found)})
        return 1 if errors else 0
    print_diagnostics(session, found)
    session.say(f"{counted(came[0], 'new vote')}, {came[1]:,} there already.")
    if result.replaced:
        session.say(f"{counted(result.replaced, 'vote')} took the place of an earlier one by the same sender.")
    if result.unknown:
        session.say(f"{counted(result.unknown, 'vote')} for a story that is not one of {year}; not counted.")
    where = f"data/votes/{year}.yaml"
    wrote = f"Would write {where}" if flags.dry_run else f"Wrote {where}"
    session.say(
        f"{wrote}: {counted(result.voters, 'voter')}, {_stories_of(len(result.tallies))}. Commit it; nobody is in it."
    )
    return 1 if errors else 0


# the best


def run_best(session: Session, flags: BestFlags) -> int:
    """Print the best stories of a year as they stand; with `settle`, write them down as they are from now on."""
    site = _site(session, flags.clock)
    reader = Reader(site, Plan())
    year = flags.year or site.clock.year
    found = [best for name in _collections(site) if (best := reader.best(name, year)).placed]
    if session.json:
        session.answer(
            {"ok": bool(found), "year": year, "places": [_as_data(p) for best in found for p in best.placed]}
        )
    for best in found if not session.json else ():
        _tell_best(session, best)
    if not found:
        session.say(f"No story of {year} has a place.")
        return 1
    if flags.settle:
        _settle(session, site, found[0])
    return 0


def _settle(session: Session, site: Site, best: Best) -> None:
    path = session.root / f"data/best/{best.year}.yaml"
    if best.decided:
        session.say(f"{best.year} was settled on {best.decided}; nothing was changed.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, settled_text(best, site.clock.date()).encode())
    session.say(f"Wrote data/best/{best.year}.yaml. The page of {best.year} follows it from now on; commit it.")
    if Store(session.root).exists:
        with Store(session.root).locked():
            if Ballots(session.root, best.year).remove():
                session.say("The single votes are not needed any more and were removed; their counts stay.")


def settled_text(best: Best, day: date) -> str:
    """Return the file that a settled year is read from."""
    ranking = best.ranking
    lines = [
        f"# The best stories of {best.year}, as they were decided. Written by `caresite stories best`: commit it.",
        f"decided: {day.isoformat()}",
        f"method: {ranking.method}",
        *([f"judges: {yaml_text(ranking.judges)}"] if ranking.judges else ()),
        *([f"prize: {yaml_text(ranking.prize)}"] if ranking.prize else ()),
        *([f"prior_mean: {ranking.prior_mean}", f"prior_weight: {ranking.prior_weight}"] * (ranking.method == "bayes")),
        f"entries: {best.entries}",
        *([f"voters: {best.voters}"] if best.voters else ()),
        *([f"counted: {best.counted}"] if best.counted else ()),
        "places:",
    ]
    return "\n".join((*lines, *(f"  - {{{_place(placed)}}}" for placed in best.placed))) + "\n"


def _place(placed: Placed) -> str:
    tally = placed.tally
    stars = ", ".join(f"{n}: {tally.stars[n - 1]}" for n in range(5, 0, -1) if tally.stars[n - 1])
    parts = [f"story: {identity_of(placed.page)}", f"place: {placed.place}"]
    parts += [f"stars: {{{stars}}}"] if stars else []
    return ", ".join((*parts, *([f"for: {tally.ups}, against: {tally.downs}"] if tally.ups or tally.downs else ())))


def _tell_best(session: Session, best: Best) -> None:
    method = best.ranking.method
    session.say(f"Best stories of {best.year}, {method}, among {_stories_of(best.entries)}:")
    for placed in best.placed:
        score = f"{placed.score:>8.3f}" if method in ("bayes", "wilson") else ""
        votes = f"  {counted(placed.tally.votes, 'vote')}" if placed.tally.votes else ""
        session.say(f"  {placed.place:>2}{score}  {placed.page.title}{votes}{'  (equal)' if placed.tied else ''}")


def _stories_of(number: int) -> str:
    return f"{number:,} story" if number == 1 else f"{number:,} stories"


def _as_data(placed: Placed) -> dict[str, object]:
    tally = placed.tally
    numbers = {"score": placed.score, "votes": tally.votes, "for": tally.ups, "against": tally.downs}
    return {"place": placed.place, "story": identity_of(placed.page), "tied": placed.tied, **numbers}


# the site


def _site(session: Session, clock: str) -> Site:
    return load_site(session.root, session.settings(), Options(now=now_of(session, clock)), Watch())[0]


def _collections(site: Site) -> list[str]:
    return [name for name, collection in site.settings.collections.items() if collection.kind == "story"]


def _stories(site: Site, year: int) -> tuple[Page, ...]:
    asked = Query(kinds=("story",), year=year, order="date")
    return tuple(page for page in Reader(site, Plan()).ask(asked) if page.meta.may_win)


def _refuse_settled(site: Site, year: int) -> None:
    if f"best/{year}" in site.data:
        raise click.UsageError(f"{year} is settled (data/best/{year}.yaml); votes that come now change nothing")
