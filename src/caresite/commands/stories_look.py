"""`caresite stories list | show`: what the private store holds, for the owner to look at."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any, Literal, NamedTuple

import click
import msgspec

from caresite.commands.report import print_diagnostics
from caresite.commands.session import Session, printable, refuse_without_site
from caresite.commands.table import Column, print_table
from caresite.core.config import Settings
from caresite.core.suggest import nearest
from caresite.core.texts import counted
from caresite.submissions.export import neutral
from caresite.submissions.listing import Summary
from caresite.submissions.public import content_file, in_page_language, language_of, shown_of
from caresite.submissions.records import STATES, Submission, decisions
from caresite.submissions.review.actions import Review
from caresite.submissions.review.edits import Piece, pieces
from caresite.submissions.review.guards import Hindrance, Terms, terms_of
from caresite.submissions.review.moderator import moderator
from caresite.submissions.store import Store

__all__ = ["ListFlags", "decider", "found_id", "found_ids", "in_quotes", "mended", "run_list", "run_show", "terms_at"]

_COLUMNS = ("id", "state", "received", "kind", "rating", "spam", "words")


class ListFlags(NamedTuple):
    """The options of `stories list`."""

    state: str = ""
    format: Literal["table", "csv", "json"] = "table"


def in_quotes(text: str, length: int = 60) -> str:
    """Return the beginning of what somebody wrote, on one line."""
    words = " ".join(text.split())
    return f"“{words if len(words) <= length else words[: length - 1] + '…'}”" if words else "(stars without words)"


# list


def run_list(session: Session, flags: ListFlags) -> int:
    """List what the private store holds, newest first; returns 1 when some of it cannot be read."""
    if flags.state not in ("", *STATES):
        near = nearest(flags.state, STATES)
        hint = f"did you mean `{near}`?" if near else f"one of {', '.join(STATES)}"
        raise click.BadParameter(f"there is no state “{flags.state}”; {hint}", param_hint="STATE")
    store = mended(session)
    found = [s for s in store.listing().values() if not flags.state or s.state == flags.state]
    if session.json or flags.format == "json":
        session.answer([_as_data(summary) for summary in found])
    elif flags.format == "csv":
        _print_csv(found)
    else:
        print_table([Column(name, is_text=name == "words") for name in _COLUMNS], [_cells(s) for s in found])
        session.say(_counts(found))
    print_diagnostics(session, store.broken)
    return 1 if store.broken else 0


def decider(session: Session, given: str = "") -> str:
    """Return who does this, for the log, which says so where they had the clock set."""
    return moderator(given, clock_is_set=bool(session.clock))


def terms_at(session: Session, settings: Settings, by: str = "") -> Terms:
    """Return on what terms somebody decides at the moment of this command."""
    now = session.now_in(settings.zone).astimezone(UTC).replace(microsecond=0)
    return terms_of(settings, by=decider(session, by), now=now)


def mended(session: Session) -> Store:
    """Return the site's store, after finishing decisions that something interrupted."""
    refuse_without_site(session)
    store = Store(session.root)
    if store.unfinished():
        for item_id in Review(store, terms_at(session, session.settings())).mend():
            session.say(f"Finished what was interrupted with {item_id}.")
    return store


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
    words = in_quotes(summary.title or summary.excerpt, 56) + (f", {summary.name}" if summary.name else "")
    words = "(nothing is left of it)" if summary.state == "erased" else words
    received = f"{summary.received_at:%Y-%m-%d}"
    cells = (summary.id, summary.state, received, summary.kind, stars, f"{summary.score:g}", words)
    return tuple(printable(cell) for cell in cells)


def _print_csv(found: Iterable[Summary]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([neutral(cell) for cell in _cells(summary)] for summary in found)
    click.echo(text.getvalue(), nl=False)


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
    return found_ids(store, (given,))[0]


def found_ids(store: Store, given: Iterable[str]) -> tuple[str, ...]:
    """Return the ids that begin so, each once; raises as `found_id` does."""
    known = store.listing()
    return tuple(dict.fromkeys(_found(known, each) for each in given))


def _found(known: Collection[str], given: str) -> str:
    if given in known:
        return given
    found = [item_id for item_id in known if item_id.startswith(given.strip().lower())]
    if len(found) == 1 and given.strip():
        return found[0]
    message = f"there is no submission “{given}”" if not found else f"“{given}” may be {' or '.join(found[:4])}"
    raise click.BadParameter(message, param_hint="ID")


def run_show(session: Session, given: str, *, page: bool = False) -> int:
    """Show everything that is kept of one submission, or the file that it would become."""
    store = mended(session)
    submission = store.read(found_id(store, given)).submission
    if page:
        path, text = content_file(in_page_language(submission, session.settings().config.language))
        click.echo(printable(f"# {path}\n{text}"), nl=False)
        return 0
    if session.json:
        session.answer(msgspec.to_builtins(submission))
        return 0
    review = Review(store, terms_at(session, session.settings()))
    for line in (
        *_shown(submission),
        *_others(store, submission),
        *_outlook(submission, review.open(submission.id).lacks),
    ):
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
        ("title shown", item.showing.title if item.showing.title != item.text.title else ""),
        ("reach", ", ".join(part for part in (sender.email, sender.phone) if part)),
        ("tie", sender.relation),
        ("age", sender.age),
        ("about", item.about.name or "us"),
        ("given for it", _incentive(item)),
        ("stars", "" if item.text.rating is None else f"{item.text.rating:g}"),
        ("language", language_of(item)),
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


def _others(store: Store, item: Submission) -> Iterator[str]:
    """Yield what else came from the same address: a wish to take something back comes as a message of its own."""
    if not item.submitter.email_hmac:
        return
    for other in store.listing().values():
        if other.email_hmac == item.submitter.email_hmac and other.id != item.id:
            yield f"same sender:  {other.id}  {other.state}  {in_quotes(other.title or other.excerpt)}"


def _outlook(item: Submission, lacks: Sequence[Hindrance]) -> Iterator[str]:
    """Yield how the words would be shown, where that is not as they came, and what is missing until they may be."""
    shown = shown_of(item)
    if shown.kinds:
        agreed = f"agreed to on {shown.agreed:%Y-%m-%d}" if shown.agreed else "not agreed to yet"
        yield f"\nas shown ({', '.join(shown.kinds)}; {agreed}):"
        yield "".join(_marked(piece) for piece in pieces(item.text.body, shown.body))
    for path in item.published_as:
        yield f"\non the site as {path}"
    if item.moderation.state in ("pending", "awaiting_author"):
        yield "" if lacks else "\nnothing is missing: it may be approved"
        yield from (f"missing: {each.message}\n{'':9}{each.remedy}" for each in lacks)


def _marked(piece: Piece) -> str:
    return {"same": piece.text, "gone": f"[-{piece.text}-]", "new": f"{{+{piece.text}+}}"}[piece.how]


def _incentive(item: Submission) -> str:
    match item.incentive.given:
        case None:
            return "not answered"
        case True:
            return f"yes: {item.incentive.description}" if item.incentive.description else "yes"
        case False:
            return "nothing"
