"""`caresite stories pull`: what came in is taken into the private store."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from caresite.commands.progress import shown_progress
from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session, printable
from caresite.commands.stories_look import decider, in_quotes, mended
from caresite.core.codes_stories import NOT_ALLOWED, ODD_VALUE, UNREACHABLE
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Problem, Span
from caresite.core.installed import installed
from caresite.core.intake import IncomingSource
from caresite.core.texts import counted
from caresite.submissions.deliveries import deliveries_at, files_at, kind_of
from caresite.submissions.inbox import Channel, channel, check_paths, deliveries, intake_of, limits_of
from caresite.submissions.leaks.before import note_what_was_public
from caresite.submissions.pull import Arrived, Desk, Outcome
from caresite.submissions.sources.registry import GROUP, Delivery, Errand, SourceKind, load_source
from caresite.submissions.store import Store
from caresite.submissions.tracked import check_tracked

__all__ = ["PullFlags", "exit_code_of", "run_pull", "sources_to_read"]

_NETWORK = frozenset((UNREACHABLE.id, NOT_ALLOWED.id))


class PullFlags(NamedTuple):
    """The options of `stories pull`."""

    source: str = ""
    dry_run: bool = False
    files: tuple[str, ...] = ()
    votes: bool = False
    again: bool = False


def run_pull(session: Session, flags: PullFlags) -> int:
    """Take in what the sources have, or the files named; returns 1 when some was refused, 3 when a host failed."""
    settings = session.settings()
    store = Store(session.root) if flags.dry_run else mended(session)
    desk = Desk(store, limits_of(settings), by=decider(session, "pull"), dry_run=flags.dry_run, again=flags.again)
    desk.outcome.diagnostics.extend(check_tracked(session.root))
    if not flags.files:
        desk.outcome.diagnostics.extend(check_paths(settings, session.root))
    with shown_progress(session) as tell:
        for found, delivered in sources_to_read(session, settings, flags, desk):
            intake = intake_of(settings, session.root, store, found, session.now_in(settings.zone))
            name = found.name or found.kind.name

            def count(number: int, name: str = name) -> None:
                if tell:
                    tell(f"Reading {name}", number, 0)

            desk.take(found.kind, delivered, intake, count)
    note_what_was_public(store, settings, [each.id for each in desk.outcome.arrived if not flags.dry_run])
    store.close()
    _report(session, desk.outcome, flags)
    return exit_code_of(desk.outcome.diagnostics)


def sources_to_read(
    session: Session, settings: Settings, flags: PullFlags, desk: Desk
) -> Iterator[tuple[Channel, Any]]:
    """Yield each source with what it delivers: the files that were named, one source, or all of the config.

    Votes are left to who asks for them, and everything else to who does not.
    """
    if flags.files:
        yield from _named_files(session, settings, flags)
        return
    declared = settings.config.sources
    names = [flags.source] if flags.source else [n for n, s in declared.items() if (s.kind == "vote") == flags.votes]
    if not names:
        raise click.UsageError(
            "there are no `sources` in the config. Name a file to read, such as a letter saved as `.eml` or a table "
            "saved as `.csv`; or add a source (“Where from” in docs/how-to/collect-stories.md)"
        )
    for name in names:
        errand = Errand(
            root=session.root,
            name=name,
            forms=settings.config.forms,
            environ=os.environ,
            now=session.now_in(settings.zone),
            sleep=time.sleep,
            is_taken=desk.is_taken,
        )
        try:
            found = channel(settings, name, session.root)
            if found.source.kind == "vote" and not flags.votes:
                raise click.UsageError(f"`{name}` brings votes; count them with `caresite stories votes`")
        except Problem as problem:
            desk.outcome.diagnostics.extend(problem.diagnostics)
            continue
        yield found, deliveries(found, errand)


def _named_files(session: Session, settings: Settings, flags: PullFlags) -> Iterator[tuple[Channel, Any]]:
    given = channel(settings, flags.source, session.root) if flags.source else None
    kinds = [load_source(entry.name, Span("")) for entry in installed(GROUP).values()]
    for name in flags.files:
        if name == "-":
            data = sys.stdin.buffer.read()
            found = given or _guessed(_kind_of_bytes(data, kinds), name)
            yield found, (Delivery("standard input", data),)
            continue
        path = Path(name)
        if not path.exists():
            raise click.BadParameter(f"there is no file or folder “{name}”", param_hint="FILE")
        found = given or _guessed(kind_of(path, kinds), name)
        files = files_at(str(path.absolute()), session.root, found.kind.suffixes)
        if not files:
            raise click.BadParameter(f"“{name}” holds nothing that `{found.kind.name}` reads", param_hint="FILE")
        yield found, deliveries_at(files, session.root)


def _kind_of_bytes(data: bytes, kinds: Iterable[SourceKind]) -> SourceKind | None:
    by_name = {kind.name: kind for kind in kinds}
    order = [by_name[name] for name in ("json", "mail", "csv") if name in by_name]
    return next((kind for kind in order if kind.claims and kind.claims(data[:4096])), None)


def _guessed(kind: SourceKind | None, name: str) -> Channel:
    if kind is None:
        message = (
            f"nobody knows how to read “{name}”. Save a letter from your mail program as `.eml`, or take its text in "
            "with `caresite stories add --via email --file FILE`. For another file, name a source with --source"
        )
        raise click.BadParameter(message, param_hint="FILE")
    return Channel("", IncomingSource(type=kind.name), kind)


def exit_code_of(diagnostics: Iterable[Diagnostic]) -> int:
    """Return 3 when a host or the network failed, 1 for another error, else 0."""
    codes = {d.code for d in diagnostics if d.severity == "error"}
    return 3 if codes & _NETWORK else 1 if codes else 0


def _report(session: Session, outcome: Outcome, flags: PullFlags) -> None:
    if session.json:
        session.answer(
            {
                "ok": not exit_code_of(outcome.diagnostics),
                "dry_run": flags.dry_run,
                "new": [msgspec.to_builtins(entry) for entry in outcome.arrived],
                "known": outcome.known,
                "unused": outcome.unused,
                "anew": outcome.anew,
                "decided": outcome.decided,
                "quarantined": outcome.quarantined,
                "left": outcome.left,
                "diagnostics": as_data(outcome.diagnostics),
            }
        )
        return
    told = [d for d in outcome.diagnostics if session.verbose or d.code != ODD_VALUE.id]  # else with its entry
    print_diagnostics(session, told)
    for entry in outcome.arrived[:40]:
        _say_arrived(session, entry)
    if len(outcome.arrived) > 40:
        session.say(f"  and {len(outcome.arrived) - 40:,} more")
    for item_id, twin in outcome.twins[:10]:
        session.say(f"  {item_id}  came another way too, and is there as {twin}")
    for item_id in outcome.anew[:40]:
        session.say(f"  {item_id}  read anew; look at it with `caresite stories show {item_id[:6]}`")
    for item_id in outcome.decided[:40]:
        session.say(f"  {item_id}  was left as it is: somebody has decided about it or changed it")
    for column, meaning in list(outcome.unused.items())[:20]:
        advice = f"add `{meaning}: {column}` to `map`, if that is what it asks" if meaning else "kept with the entry"
        session.say(printable(f"  not used: “{column}”; {advice}"))
    session.say(_summary(outcome, dry_run=flags.dry_run))
    if outcome.left:
        session.say(f"{counted(outcome.left, 'message')} of other forms left where they are.")


def _say_arrived(session: Session, entry: Arrived) -> None:
    by = f", {entry.name}" if entry.name else ""
    session.say(f"  {entry.id}  {entry.state:<11}  {in_quotes(entry.title)}{by}")
    if entry.state == "quarantined" or session.verbose:
        for reason in entry.reasons:
            session.say(f"{'':20}{reason}")
    for noticed in () if session.verbose else entry.noticed:
        session.say(printable(f"{'':20}noticed: {noticed}"))


def _summary(outcome: Outcome, *, dry_run: bool) -> str:
    verb = "would be taken in" if dry_run else "taken in"
    new = f"{counted(len(outcome.arrived), 'new submission')} {verb}" if outcome.arrived else "Nothing new"
    parts = [new]
    if outcome.quarantined:
        parts.append(f"{outcome.quarantined} of them in quarantine")
    if outcome.known:
        parts.append(f"{outcome.known:,} there already")
    if outcome.anew:
        parts.append(f"{len(outcome.anew):,} of them {'would be ' if dry_run else ''}read anew")
    if outcome.refused:
        parts.append(f"{outcome.refused:,} refused")
    return ", ".join(parts) + "."
