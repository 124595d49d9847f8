"""`caresite stories votes | best`: votes become counts, and a year that is over stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from typing import NamedTuple

import click
from msgspec.structs import replace

from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.scaffold import yaml_text
from caresite.commands.session import Session
from caresite.commands.stories import PullFlags, exit_code_of, sources_to_read
from caresite.commands.stories_look import mended
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.core.files import put_in_site
from caresite.core.model import Page, Query
from caresite.core.texts import counted
from caresite.engine.build import Options, Watch, load_site
from caresite.pipeline.best import Best, Placed, identity_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.gates import Gates
from caresite.pipeline.reader import Plan, Reader
from caresite.submissions.entries import Intake
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


class BestFlags(NamedTuple):
    """The options of `stories best`."""

    year: int = 0
    settle: bool = False


# votes


class _Outcome(NamedTuple):
    """What became of the votes that came: how many are new, how many were there, and what all of them come to."""

    new: int
    known: int
    votes: Count


def run_votes(session: Session, flags: VoteFlags) -> int:
    """Take votes in and write how many there are for each story; returns 1 when some were refused, 3 for a host."""
    site = _site(session)
    flags = flags._replace(year=flags.year or site.clock.year)
    _refuse(site, flags.year)
    store = Store(session.root) if flags.dry_run else mended(session)
    desk = Desk(store, limits_of(site.settings), dry_run=True)  # which votes never reach
    with nullcontext() if flags.dry_run else store.locked():
        ballots = Ballots(session.root, flags.year)
        known = ballots.read()
        came = {ballot.id: ballot for ballot in _came(session, site, desk, flags)}
        if came and not flags.dry_run:
            ballots.write((known | came).values())
    outcome = _Outcome(len(came.keys() - known.keys()), len(came.keys() & known.keys()), count((known | came).values()))
    if not flags.dry_run:
        _write(session, f"data/votes/{flags.year}.yaml", votes_text(outcome.votes, site.clock.date()))
    _tell_votes(session, flags, outcome, desk.outcome.diagnostics)
    return exit_code_of(desk.outcome.diagnostics)


def _refuse(site: Site, year: int) -> None:
    """Raise UsageError for a year that is settled, or has no story."""
    if f"best/{year}" in site.data:
        raise click.UsageError(f"{year} is settled (data/best/{year}.yaml); votes that come now change nothing")
    if not _stories(site, year):
        raise click.UsageError(f"there is no story of {year} to vote for; name another year with --year")


def _came(session: Session, site: Site, desk: Desk, flags: VoteFlags) -> Iterator[Ballot]:
    """Yield the ballots in what the sources of votes have, or in the files named."""
    names = names_of(_stories(site, flags.year))
    wanted = PullFlags(source=flags.source, files=flags.files, votes=True)
    for channel, delivered in sources_to_read(session, site.settings, wanted, desk):
        intake = _intake(session, site, desk, channel)
        try:
            for delivery in delivered:
                form = delivery.form or intake.source.form
                received = channel.kind.read(delivery.data, replace(intake, shown=delivery.shown, form=form))
                desk.outcome.diagnostics.extend(d for d in received.diagnostics if d.severity != "note")
                found = (ballot_of(entry, names, desk.store.hmac_of) for entry in received.entries)
                yield from (ballot for ballot in found if ballot)
        except Problem as problem:
            desk.outcome.diagnostics.extend(problem.diagnostics)


def _intake(session: Session, site: Site, desk: Desk, channel: Channel) -> Intake:
    """Return what the reader of a source must know, with the form for votes when there is only one."""
    forms = [name for name, form in site.settings.config.forms.items() if form.kind == "vote"]
    form = channel.source.form or (forms[0] if len(forms) == 1 else "")
    of_votes = channel._replace(source=replace(channel.source, kind="vote", form=form))
    return intake_of(site.settings, session.root, desk.store, of_votes, site.clock)


def _tell_votes(session: Session, flags: VoteFlags, outcome: _Outcome, found: list[Diagnostic]) -> None:
    result = outcome.votes
    if session.json:
        numbers = {"voters": result.voters, "replaced": result.replaced, "unknown": result.unknown}
        came = {"year": flags.year, "new": outcome.new, "known": outcome.known}
        session.answer({"ok": not exit_code_of(found), **came, **numbers, "diagnostics": as_data(found)})
        return
    print_diagnostics(session, found)
    session.say(f"{counted(outcome.new, 'new vote')}, {outcome.known:,} there already.")
    if result.replaced:
        session.say(f"{counted(result.replaced, 'vote')} took the place of an earlier one by the same sender.")
    if result.unknown:
        session.say(f"{counted(result.unknown, 'vote')} for a story that is not one of {flags.year}; not counted.")
    wrote = f"{'Would write' if flags.dry_run else 'Wrote'} data/votes/{flags.year}.yaml"
    told = f"{counted(result.voters, 'voter')}, {_stories_of(len(result.tallies))}"
    session.say(f"{wrote}: {told}. Commit it; nobody is in it.")


# the best


def run_best(session: Session, flags: BestFlags) -> int:
    """Print the best stories of a year as they stand; with `settle`, write them down as they are from now on."""
    site = _site(session)
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
    name = f"data/best/{best.year}.yaml"
    if best.decided:
        session.say(f"{best.year} was settled on {best.decided}; nothing was changed.")
        return
    _write(session, name, settled_text(best, site.clock.date()))
    session.say(f"Wrote {name}. The page of {best.year} follows it from now on; commit it.")
    store = mended(session)
    if store.exists:
        with store.locked():
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


def _site(session: Session) -> Site:
    return load_site(
        session.root, session.settings(), Options(now=session.now(), gates=Gates(today=session.real_now())), Watch()
    )[0]


def _collections(site: Site) -> list[str]:
    return [name for name, collection in site.settings.collections.items() if collection.kind == "story"]


def _stories(site: Site, year: int) -> tuple[Page, ...]:
    asked = Query(kinds=("story",), year=year, order="date")
    return tuple(page for page in Reader(site, Plan()).ask(asked) if page.meta.may_win)


def _write(session: Session, name: str, text: str) -> None:
    put_in_site(session.root, session.root / name, text.encode())
