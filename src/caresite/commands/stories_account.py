"""`caresite stories proof | stats`: an account of one submission for a lawyer, and of all decisions for oneself."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from caresite.commands.report import print_diagnostics
from caresite.commands.session import Session
from caresite.commands.stories_decide import review_of
from caresite.commands.stories_files import refuse_output
from caresite.commands.stories_look import found_id, mended
from caresite.core.numbers import percent_text
from caresite.core.texts import counted
from caresite.submissions.files import make_folder, write_private
from caresite.submissions.review.proof import proof_of
from caresite.submissions.review.statistics import ByStars, Statistics, statistics_of

__all__ = ["run_proof", "run_stats"]


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
    click.echo("stars  came  approved  declined  waiting  share  days to a yes")
    for row in found.stars:
        click.echo(_line(row))
    if found.reasons:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.reasons.items())
        session.say(f"\nDeclined as: {reasons}")
    if found.one_sided:
        session.say(f"\nLook at this: {found.one_sided}. Where reviews are shown, that misleads (16 CFR 465.7).")


def _line(row: ByStars) -> str:
    stars = str(row.stars) if row.stars else "none"
    share = "–" if row.share is None else percent_text(row.share)
    days = "–" if row.days is None else f"{row.days:g}"
    counts = f"{row.came:>6,}{row.approved:>10,}{row.rejected:>10,}{row.waiting:>9,}"
    return f"{stars:<5}{counts}{share:>7}{days:>15}"
