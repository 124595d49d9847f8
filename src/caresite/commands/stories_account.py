"""`caresite stories proof | stats`: an account of one submission for a lawyer, and of all decisions for oneself."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from caresite.commands.report import print_diagnostics
from caresite.commands.session import Session
from caresite.commands.stories_decide import review_of
from caresite.commands.stories_files import refuse_output
from caresite.commands.stories_look import found_id, mended
from caresite.commands.table import Column, print_table
from caresite.core.numbers import percent_text
from caresite.core.texts import counted
from caresite.submissions.files import make_folder, write_private
from caresite.submissions.review.proof import proof_of
from caresite.submissions.review.statistics import ByStars, Statistics, statistics_of

__all__ = ["run_proof", "run_stats"]

_COLUMNS = ("stars", "came", "approved", "declined", "waiting", "share", "days to a yes")
_WIDTHS = (6, 10, 10, 9, 7, 15)


def run_proof(session: Session, given: str, output: Path | None, by: str) -> int:
    """Write everything that is on record of one submission into one page."""
    review, settings = review_of(session, by)
    item = review.open(found_id(review.store, given)).submission
    target = output or session.root / f"private/proof-{item.id}.html"
    refuse_output(session, target)
    business = settings.config.business
    firm = business.name if business and business.name else settings.config.title
    page = proof_of(review.store, item, firm=firm, by=review.terms.by, now=review.terms.now)
    make_folder(target.absolute().parent)
    write_private(target.absolute(), page.encode())
    session.say(f"Wrote {session.shown(target)}. It holds personal data.")
    if session.json:
        session.answer({"ok": True, "id": item.id, "path": session.shown(target)})
    return 0


def run_stats(session: Session) -> int:
    """Print what became of what came in, by stars; returns 1 when some of it cannot be read."""
    store = mended(session)
    found = statistics_of(store.listing().values(), store.journal.lines())
    store.close()
    if session.json:
        session.answer(msgspec.to_builtins(found))
    else:
        _print(session, found)
    print_diagnostics(session, store.broken)
    return 1 if store.broken else 0


def _print(session: Session, found: Statistics) -> None:
    total = sum(found.states.values())
    if not total:
        session.say("Nothing there. `caresite stories pull` takes in what came.")
        return
    states = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in found.states.items())
    session.say(f"{counted(total, 'submission')}: {states}")
    session.say("")
    if sys.stdout.isatty():
        print_table([Column(name) for name in _COLUMNS], [_cells(row) for row in found.stars])
    else:
        click.echo("  ".join(_COLUMNS))
        for row in found.stars:
            click.echo(_line(row))
    if found.reasons:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.reasons.items())
        session.say(f"\nDeclined as: {reasons}")
    if found.one_sided:
        session.say(f"\nLook at this: {found.one_sided}. Where reviews are shown, that misleads (16 CFR 465.7).")


def _line(row: ByStars) -> str:
    stars, *numbers = _cells(row)
    return f"{stars:<5}" + "".join(f"{cell:>{width}}" for cell, width in zip(numbers, _WIDTHS, strict=True))


def _cells(row: ByStars) -> tuple[str, ...]:
    counts = (f"{number:,}" for number in (row.came, row.approved, row.rejected, row.waiting))
    share = "–" if row.share is None else percent_text(row.share)
    days = "–" if row.days is None else f"{row.days:g}"
    return (str(row.stars) if row.stars else "none", *counts, share, days)
