"""`caresite stories pull | list | show`: what came in, taken into the private store and looked at there."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, NamedTuple

import click
import msgspec

from caresite.commands.progress import shown_progress
from caresite.commands.report import as_data, counted, print_diagnostics
from caresite.commands.session import Session, printable
from caresite.core.codes_stories import NOT_ALLOWED, UNREACHABLE
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Problem, Span
from caresite.core.intake import IncomingSource
from caresite.submissions.deliveries import deliveries_at, files_at, kind_of
from caresite.submissions.export import neutral
from caresite.submissions.inbox import Channel, channel, deliveries, intake_of, limits_of
from caresite.submissions.listing import Summary
from caresite.submissions.public import content_file
from caresite.submissions.pull import Arrived, Desk, Outcome
from caresite.submissions.records import Submission, decisions
from caresite.submissions.sources.registry import GROUP, Delivery, Errand, SourceKind, load_source
from caresite.submissions.store import Store
from caresite.submissions.tracked import check_tracked

__all__ = ["ListFlags", "PullFlags", "found_id", "run_list", "run_pull", "run_show"]

_NETWORK = frozenset((UNREACHABLE.id, NOT_ALLOWED.id))
_COLUMNS = ("id", "state", "received", "kind", "rating", "spam", "words")


class PullFlags(NamedTuple):
    """The options of `stories pull`."""

    source: str = ""
    dry_run: bool = False
    files: tuple[str, ...] = ()


class ListFlags(NamedTuple):
    """The options of `stories list`."""

    state: str = ""
    format: Literal["table", "csv", "json"] = "table"


# pull


def run_pull(session: Session, flags: PullFlags) -> int:
    """Take in what the sources have, or the files named; returns 1 when some was refused, 3 when a host failed."""
    settings = session.settings()
    store = Store(session.root)
    desk = Desk(store, limits_of(settings), dry_run=flags.dry_run)
    desk.outcome.diagnostics.extend(check_tracked(session.root))
    with shown_progress(session) as tell:
        for found, delivered in _work(session, settings, flags, desk.outcome.diagnostics):
            intake = intake_of(settings, session.root, store, found, datetime.now(UTC))
            name = found.name or found.kind.name

            def count(number: int, name: str = name) -> None:
                if tell:
                    tell(f"Reading {name}", number, 0)

            desk.take(found.kind, delivered, intake, count)
    store.close()
    _report(session, desk.outcome, flags)
    return _code(desk.outcome.diagnostics)


def _work(
    session: Session, settings: Settings, flags: PullFlags, told: list[Diagnostic]
) -> Iterator[tuple[Channel, Any]]:
    """Yield each source with what it delivers: the files that were named, one source, or all of the config."""
    if flags.files:
        yield from _named_files(session, settings, flags)
        return
    names = [flags.source] if flags.source else list(settings.config.sources)
    if not names:
        raise click.UsageError(
            "there are no `sources` in the config; name a file to read, or add one (see docs/how-to/collect-stories.md)"
        )
    for name in names:
        errand = Errand(
            root=session.root,
            name=name,
            forms=settings.config.forms,
            environ=os.environ,
            now=datetime.now(UTC),
            sleep=time.sleep,
        )
        try:
            found = channel(settings, name)
        except Problem as problem:
            told.extend(problem.diagnostics)
            continue
        yield found, deliveries(found, errand)


def _named_files(session: Session, settings: Settings, flags: PullFlags) -> Iterator[tuple[Channel, Any]]:
    given = channel(settings, flags.source) if flags.source else None
    kinds = [load_source(entry.name, Span("")) for entry in entry_points(group=GROUP)]
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
        message = f"nobody knows how to read “{name}”; name one of your sources with --source"
        raise click.BadParameter(message, param_hint="FILE")
    return Channel("", IncomingSource(type=kind.name), kind)


def _code(diagnostics: Iterable[Diagnostic]) -> int:
    codes = {d.code for d in diagnostics if d.severity == "error"}
    return 3 if codes & _NETWORK else 1 if codes else 0


def _report(session: Session, outcome: Outcome, flags: PullFlags) -> None:
    if session.json:
        session.answer(
            {
                "ok": not _code(outcome.diagnostics),
                "dry_run": flags.dry_run,
                "new": [msgspec.to_builtins(entry) for entry in outcome.arrived],
                "known": outcome.known,
                "quarantined": outcome.quarantined,
                "left": outcome.left,
                "diagnostics": as_data(outcome.diagnostics),
            }
        )
        return
    print_diagnostics(session, outcome.diagnostics)
    for entry in outcome.arrived[:40]:
        _say_arrived(session, entry)
    if len(outcome.arrived) > 40:
        session.say(f"  and {len(outcome.arrived) - 40:,} more")
    for item_id, twin in outcome.twins[:10]:
        session.say(f"  {item_id}  came another way too, and is there as {twin}")
    session.say(_summary(outcome, dry_run=flags.dry_run))
    if outcome.left:
        session.say(f"{counted(outcome.left, 'message')} of other forms left where they are.")


def _say_arrived(session: Session, entry: Arrived) -> None:
    by = f", {entry.name}" if entry.name else ""
    session.say(f"  {entry.id}  {entry.state:<11}  {_one_line(entry.title)}{by}")
    if entry.state == "quarantined" or session.verbose:
        for reason in entry.reasons:
            session.say(f"{'':20}{reason}")


def _summary(outcome: Outcome, *, dry_run: bool) -> str:
    verb = "would be taken in" if dry_run else "taken in"
    new = f"{counted(len(outcome.arrived), 'new submission')} {verb}" if outcome.arrived else "Nothing new"
    parts = [new]
    if outcome.quarantined:
        parts.append(f"{outcome.quarantined} of them in quarantine")
    if outcome.known:
        parts.append(f"{outcome.known:,} there already")
    if outcome.refused:
        parts.append(f"{outcome.refused:,} refused")
    return ", ".join(parts) + "."


def _one_line(text: str, length: int = 60) -> str:
    words = " ".join(text.split())
    return f"“{words if len(words) <= length else words[: length - 1] + '…'}”" if words else "(stars without words)"


# list


def run_list(session: Session, flags: ListFlags) -> int:
    """List what the private store holds, newest first; returns 1 when some of it cannot be read."""
    store = Store(session.root)
    found = [s for s in store.listing().values() if not flags.state or s.state == flags.state]
    if session.json or flags.format == "json":
        session.answer([_as_data(summary) for summary in found])
    elif flags.format == "csv":
        _print_csv(found)
    else:
        _print_table(found)
        session.say(_counts(found))
    print_diagnostics(session, store.broken)
    return 1 if store.broken else 0


def _as_data(summary: Summary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "state": summary.state,
        "kind": summary.kind,
        "received_at": summary.received_at,
        "source": summary.source,
        "form": summary.form,
        "name": summary.name,
        "title": summary.title,
        "excerpt": summary.excerpt,
        "rating": summary.rating,
        "spam_score": summary.score,
        "erase_after": summary.erase_after,
    }


def _cells(summary: Summary) -> tuple[str, ...]:
    stars = "" if summary.rating is None else f"{summary.rating:g}"
    words = _one_line(summary.title or summary.excerpt, 56) + (f", {summary.name}" if summary.name else "")
    received = f"{summary.received_at:%Y-%m-%d}"
    cells = (summary.id, summary.state, received, summary.kind, stars, f"{summary.score:g}", words)
    return tuple(printable(cell) for cell in cells)


def _print_csv(found: Iterable[Summary]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([neutral(cell) for cell in _cells(summary)] for summary in found)
    click.echo(text.getvalue(), nl=False)


def _print_table(found: Sequence[Summary]) -> None:
    cells = [_cells(summary) for summary in found]
    if cells and sys.stdout.isatty():
        _print_rich_table(cells)
        return
    widths = [max(len(line[n]) for line in cells) for n in range(len(_COLUMNS))] if cells else []
    for line in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _print_rich_table(cells: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold", no_wrap=column != "words")
    for line in cells:
        table.add_row(*(Text(cell) for cell in line))
    Console(no_color=click.get_current_context().color is False, highlight=False).print(table)


def _counts(found: Sequence[Summary]) -> str:
    if not found:
        return "Nothing there. `caresite stories pull` takes in what came."
    states: dict[str, int] = {}
    for summary in found:
        states[summary.state] = states.get(summary.state, 0) + 1
    told = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in sorted(states.items()))
    return f"{counted(len(found), 'submission')}: {told}"


# show


def found_id(store: Store, given: str) -> str:
    """Return the id that begins with `given`. Raises BadParameter when there is none, or more than one."""
    found = [item_id for item_id in store.listing() if item_id.startswith(given.strip().lower())]
    if len(found) == 1 and given.strip():
        return found[0]
    message = f"there is no submission “{given}”" if not found else f"“{given}” may be {' or '.join(found[:4])}"
    raise click.BadParameter(message, param_hint="ID")


def run_show(session: Session, given: str, *, page: bool = False) -> int:
    """Show everything that is kept of one submission, or the file that it would become."""
    store = Store(session.root)
    submission = store.read(found_id(store, given)).submission
    if page:
        path, text = content_file(submission)
        click.echo(printable(f"# {path}\n{text}"), nl=False)
        return 0
    if session.json:
        session.answer(msgspec.to_builtins(submission))
        return 0
    for line in _shown(submission):
        click.echo(printable(line))
    return 0


def _shown(item: Submission) -> Iterator[str]:
    yield f"{item.id}  {item.moderation.state}  {item.kind}"
    yield ""
    sender = item.submitter
    facts: tuple[tuple[str, object], ...] = (
        ("received", f"{item.received_at:%Y-%m-%d %H:%M} UTC, by {item.source_name or item.source}"),
        ("from", ", ".join(part for part in (sender.name, sender.role, sender.company, sender.location) if part)),
        ("name shown", sender.display),
        ("reach", ", ".join(part for part in (sender.email, sender.phone) if part)),
        ("tie", sender.relation),
        ("age", sender.age),
        ("about", item.about.name or "us"),
        ("given for it", _incentive(item)),
        ("stars", "" if item.text.rating is None else f"{item.text.rating:g}"),
        ("pictures", ", ".join(media.path or media.url for media in item.media)),
        (
            "consent",
            ", ".join(f"{scope} {said}" for scope, said in decisions(item.consent).items()) or "none on record",
        ),
        ("wording", ", ".join(a.wording_id for a in item.consent if a.wording_id)),
        ("sounds like", "; ".join(f"“{e.says}”" for e in item.evidence)),
        ("spam", f"{item.spam.score:g} ({item.spam.verdict})"),
        ("kept until", item.retention.erase_after or ""),
    )
    yield from (f"{name + ':':<14}{value}" for name, value in facts if str(value).strip())
    yield from (f"{'':14}{reason}" for reason in item.spam.reasons)
    yield from (f"{'noticed:':<14}{noticed}" for noticed in item.noticed)
    yield ""
    if item.text.title:
        yield item.text.title
        yield ""
    yield item.text.body
    if item.extra:
        yield ""
        yield from (f"{name}: {value}" for name, value in item.extra.items())
    yield ""
    yield from (
        f"{move.at:%Y-%m-%d %H:%M}  {move.from_ or 'new'} → {move.to}  by {move.by}  {move.reason}".rstrip()
        for move in item.moderation.log
    )


def _incentive(item: Submission) -> str:
    match item.incentive.given:
        case None:
            return "not answered"
        case True:
            return f"yes: {item.incentive.description}" if item.incentive.description else "yes"
        case False:
            return "nothing"
