"""`caresite stories withdraw | erase | purge`: the way back, and what is left of it where no tool can reach."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import click

from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session, printable
from caresite.commands.stories_add import WAYS, scope_named
from caresite.commands.stories_decide import evidence_in, review_of, tell_taken
from caresite.commands.stories_look import found_id, in_quotes
from caresite.core.texts import counted
from caresite.submissions.listing import Summary
from caresite.submissions.review.actions import Review, Taken
from caresite.submissions.review.decisions import Erase, Expire, Withdraw
from caresite.submissions.review.guards import ends_of

__all__ = ["run_erase", "run_purge", "run_withdraw"]


def run_withdraw(session: Session, given: str, only: tuple[str, ...], via: str, evidence: str, by: str) -> int:
    """Take a submission off the site as its author wants, or only what `only` names."""
    review, _ = review_of(session, by)
    proof = evidence_in(evidence)
    decision = Withdraw(
        scopes=tuple(scope_named(name, "--only") for name in only),
        method=WAYS[via],
        evidence=hashlib.sha256(proof).hexdigest() if proof else "",
    )
    taken = review.take(found_id(review.store, given), decision, evidence=proof)
    state = taken.submission.moderation.state
    what = "is withdrawn" if state == "withdrawn" else f"is shown without {', '.join(only)}"
    tell_taken(session, taken, f"{taken.submission.id} {what}. Touched:")
    _tell_beyond(session, taken.beyond)
    return 0


def run_erase(session: Session, given: str, by: str, *, yes: bool) -> int:
    """Erase a submission for ever; asks first, unless told yes."""
    review, _ = review_of(session, by)
    item_id = found_id(review.store, given)
    item = review.open(item_id).submission
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("this cannot be undone; say --yes when nobody can be asked")
        about = printable(f"{item_id}, {in_quotes(item.text.title or item.text.body)}")
        click.confirm(f"Erase {about}? It cannot be undone.", abort=True)
    taken = review.take(item_id, Erase())
    tell_taken(session, taken, f"{item_id} is erased; its id and the dates of its log are left. Touched:")
    _tell_beyond(session, taken.beyond)
    return 0


def _tell_beyond(session: Session, beyond: Iterable[str]) -> None:
    sentences = list(beyond)
    if not sentences:
        return
    session.say("Run `caresite build`, commit, and deploy. What no tool can reach from here:")
    for sentence in sentences:
        session.say(f"  - {printable(sentence)}")


# purge


class _Purged(NamedTuple):
    """What a purge finds: consent that has ended, what is to be erased, what is still shown, what is held."""

    ended: tuple[Summary, ...]
    going: tuple[Summary, ...]
    shown: tuple[Summary, ...]
    held: tuple[Summary, ...]


def run_purge(session: Session, by: str, *, dry_run: bool) -> int:
    """Take off what has ended, and erase what may not be kept any longer; what is on the site is only told."""
    review, _ = review_of(session, by)
    outcome = _purged(review)
    taken = []
    if not dry_run:
        taken = [review.take(summary.id, Expire()) for summary in outcome.ended]
        taken += [review.take(summary.id, Erase(reason=_why(summary))) for summary in outcome.going]
    if session.json:
        _answer(session, outcome, taken, dry_run=dry_run)
    else:
        print_diagnostics(session, [*review.store.broken, *(found for each in taken for found in each.cautions)])
        _tell_purged(session, outcome, "would be" if dry_run else "were")
        _tell_beyond(session, taken[-1].beyond if taken else ())
    return 1 if review.store.broken else 0


def _purged(review: Review) -> _Purged:
    listing, today = review.store.listing().values(), review.terms.now.date()
    due = [summary for summary in listing if _is_due(summary, today)]
    ended = tuple(summary for summary in listing if summary.state == "approved" and _has_ended(review, summary))
    return _Purged(
        ended=ended,
        going=tuple(summary for summary in due if summary.state != "approved" and not summary.hold),
        shown=tuple(summary for summary in due if summary.state == "approved" and summary not in ended),
        held=tuple(summary for summary in due if summary.state != "approved" and summary.hold),
    )


def _tell_purged(session: Session, outcome: _Purged, verb: str) -> None:
    session.say(f"{counted(len(outcome.ended), 'submission')} whose consent has ended {verb} taken off the site.")
    session.say(f"{counted(len(outcome.going), 'submission')} past the day until which they may be kept {verb} erased.")
    for summary in (*outcome.ended, *outcome.going)[:40]:
        session.say(f"  {summary.id}  {summary.state:<15}  until {summary.erase_after or 'consent ended'}")
    for summary in outcome.shown:
        session.say(f"  {summary.id}  is on the site since long; ask its author again, or withdraw it")
    for summary in outcome.held:
        session.say(f"  {summary.id}  is kept for a dispute (legal hold)")


def _is_due(summary: Summary, today: date) -> bool:
    return summary.state != "erased" and bool(summary.erase_after) and summary.erase_after < today.isoformat()


def _has_ended(review: Review, summary: Summary) -> bool:
    ends = ends_of(review.open(summary.id).submission)
    return ends is not None and ends <= review.terms.now.date()


def _why(summary: Summary) -> str:
    return "spam" if summary.state == "quarantined" else "retention"


def _answer(session: Session, outcome: _Purged, taken: list[Taken], *, dry_run: bool) -> None:
    session.answer(
        {
            "ok": True,
            "dry_run": dry_run,
            "expired": [summary.id for summary in outcome.ended],
            "erased": [summary.id for summary in outcome.going],
            "overdue_on_site": [summary.id for summary in outcome.shown],
            "touched": sorted({path for each in taken for path in each.touched}),
            "beyond_reach": list(taken[-1].beyond) if taken else [],
            "diagnostics": as_data([found for each in taken for found in each.cautions]),
        }
    )
