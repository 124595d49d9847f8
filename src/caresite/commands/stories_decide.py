"""`caresite stories approve | reject | ask | edit | reopen`: what becomes of what somebody sent."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import click

from caresite.commands.given_file import bytes_given
from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session, printable
from caresite.commands.stories_add import WAYS, display_named, scope_named
from caresite.commands.stories_look import found_id, found_ids, in_quotes, mended, terms_at
from caresite.core.config import Settings
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.core.texts import cut
from caresite.kinds.testimonial import DISPLAYS
from caresite.submissions.public import author_of, language_of, shown_of, suggested_title
from caresite.submissions.records import Submission
from caresite.submissions.review.actions import Review, Taken
from caresite.submissions.review.answer import own_words
from caresite.submissions.review.decide import edition_to_show
from caresite.submissions.review.decisions import Answer, Approve, Decision, Edit, Reject, Reopen
from caresite.submissions.review.guards import MADE_UP
from caresite.submissions.review.letter import (
    asking_of,
    is_open_about_picture,
    letter_language,
    letter_to,
    was_asked_for_name,
)

__all__ = [
    "ApproveFlags",
    "evidence_in",
    "review_of",
    "run_approve",
    "run_ask",
    "run_reject",
    "run_reopen",
    "tell_taken",
]

_LINES_SHOWN = 4
_ASKED_BY_LETTER = frozenset(("publish_text", "publish_name", "publish_company", "publish_photo"))
_ANSWERED = {"relation": "--relation customer", "incentive": '--incentive ""', "age": "--age of-age"}


def review_of(session: Session, by: str = "") -> tuple[Review, Settings]:
    """Return a review of the site's store, after finishing what an interruption left."""
    settings = session.settings()
    return Review(mended(session), terms_at(session, settings, by)), settings


def tell_taken(session: Session, taken: Taken, said: str) -> None:
    """Tell what a decision did: every path it touched, and what to look at."""
    if session.json:
        session.answer({"ok": True, **_as_data(taken)})
        return
    print_diagnostics(session, taken.cautions)
    session.say(printable(said))
    for path in taken.touched if session.verbose else _gathered(taken.touched):
        session.say(f"  {path}")


def _as_data(taken: Taken) -> dict[str, Any]:
    return {
        "id": taken.submission.id,
        "state": taken.submission.moderation.state,
        "revision": taken.revision,
        "touched": list(taken.touched),
        "beyond_reach": list(taken.beyond),
        "diagnostics": as_data(taken.cautions),
    }


def _gathered(paths: Iterable[str]) -> list[str]:
    """Return paths, those of the cache as one line unless somebody wants to see all."""
    found = list(paths)
    cached = [path for path in found if path.startswith(".caresite/")]
    if len(cached) < 4:
        return found
    return [*(path for path in found if path not in cached), f".caresite/ ({len(cached)} files)"]


def evidence_in(name: str) -> bytes:
    """Return what stands in the file `name`, `-` for standard input. Raises BadParameter for an empty one."""
    data = bytes_given(name, "--evidence", "save their answer there first") if name else b""
    if name and not data.strip():
        raise click.BadParameter("it is empty, and proves nothing", param_hint="--evidence")
    return data


# approve


class ApproveFlags(NamedTuple):
    """The options of `stories approve`."""

    ids: tuple[str, ...] = ()
    evidence: str = ""
    on: str = ""
    via: str = "email"
    agreed: tuple[str, ...] = ()
    display: str = ""
    parent: bool = False
    title: str = ""
    overwrite: bool = False
    by: str = ""


def run_approve(session: Session, flags: ApproveFlags) -> int:
    """Put submissions on the site; returns 1 when something stands in the way of one, after doing the others."""
    if len(flags.ids) > 1 and flags.evidence:
        raise click.UsageError("an answer belongs to one submission; approve those that were asked one by one")
    if len(flags.ids) > 1 and flags.title:
        raise click.UsageError("a title belongs to one submission; approve those that need one one by one")
    review, settings = review_of(session, flags.by)
    proof = evidence_in(flags.evidence)
    answer = _answer(flags, proof, settings, review.terms.now) if proof else None
    decision = Approve(answer=answer, title=flags.title)
    if proof:
        _show_answer(session, proof)
    if (flags.agreed or flags.display) and not proof:
        raise click.UsageError("--agreed and --display need --evidence, which proves that they said so")
    if answer is not None:
        _tell_unasked(session, review, settings, flags.ids, answer)
    code = _each(session, review, flags.ids, decision, evidence=proof, overwrite=flags.overwrite)
    if settings.config.sample:
        session.say(MADE_UP)
    return code


def _tell_unasked(session: Session, review: Review, settings: Settings, given: tuple[str, ...], answer: Answer) -> None:
    """Tell what is recorded as agreed to although no sentence of the wording asks for it."""
    item = review.open(found_id(review.store, given[0])).submission
    wording = asking_of(settings, review.root, item).wording
    asked = frozenset(wording.purposes) | _ASKED_BY_LETTER if wording else _ASKED_BY_LETTER
    for scope in answer.granted:
        if scope not in asked:
            session.say(f"Nothing on record asks for `{scope}`: see that their answer grants it in so many words.")


def _show_answer(session: Session, proof: bytes) -> None:
    """Show how a letter begins: what is kept as proof of a yes should be seen to say it."""
    lines = [line for line in own_words(proof).split("\n") if line.strip()]
    if lines and not session.json:
        session.say("Their answer:")
        for line in lines[:_LINES_SHOWN]:
            session.say(printable(f"  > {cut(line, 100)}"))
        if len(lines) > _LINES_SHOWN:
            session.say("  > …")


def _answer(flags: ApproveFlags, proof: bytes, settings: Settings, now: datetime) -> Answer:
    try:
        at = parse_date(flags.on, settings.zone).astimezone(UTC) if flags.on else now
    except ValueError as error:
        raise click.BadParameter(f"“{flags.on}”: {error}", param_hint="--on") from None
    return Answer(
        at=at,
        method=WAYS[flags.via],
        evidence=hashlib.sha256(proof).hexdigest(),
        granted=tuple(scope_named(name, "--agreed") for name in flags.agreed),
        display=display_named(flags.display),
        given_by="parent" if flags.parent else "self",
    )


def _each(
    session: Session,
    review: Review,
    given: tuple[str, ...],
    decision: Decision,
    *,
    evidence: bytes = b"",
    overwrite: bool = False,
) -> int:
    """Decide the same about several; returns 1 when it could not be done with one, after doing the others."""
    taken: list[Taken] = []
    refused: list[Diagnostic] = []
    idle: list[str] = []
    for item_id in found_ids(review.store, given):
        if _is_done(review, item_id, decision):
            idle.append(item_id)
            continue
        try:
            titled = _with_title(session, review, item_id, decision)
            taken.append(review.take(item_id, titled, evidence=evidence, overwrite=overwrite))
        except Problem as problem:
            refused.extend(problem.diagnostics)
    review.store.close()
    if session.json:
        decided = [_as_data(each) for each in taken]
        session.answer({"ok": not refused, "decided": decided, "idle": idle, "diagnostics": as_data(refused)})
        return 1 if refused else 0
    for each in taken:
        tell_taken(session, each, f"{each.submission.id} is {_said(each.submission)}: {_titled(each.submission)}")
    for item_id in idle:
        session.say(_nothing_to_do(review, item_id))
    print_diagnostics(session, refused)
    return 1 if refused else 0


def _with_title(session: Session, review: Review, item_id: str, decision: Decision) -> Decision:
    """Return an approval with the title that a story lacks, asked for where somebody is there to be asked."""
    if not isinstance(decision, Approve) or decision.title or session.json or session.quiet or not sys.stdin.isatty():
        return decision
    opened = review.open(item_id)
    lacks = {each.what for each in opened.lacks}
    if "title" not in lacks or (lacks != {"title"} and not decision.answer):
        return decision
    session.say(printable(f"{item_id} has no title, which is its headline and its address. It begins:"))
    session.say(printable(f"  > {cut(' '.join(opened.submission.text.body.split()), 300)}"))
    title = click.prompt("Title", default=suggested_title(opened.submission), err=True)
    return Approve(answer=decision.answer, title=str(title))


def _is_done(review: Review, item_id: str, decision: Decision) -> bool:
    """Tell whether a submission is on the site and nothing more is said of it than that it is to be."""
    is_approval = isinstance(decision, Approve) and decision.answer is None
    return is_approval and review.open(item_id).submission.moderation.state == "approved"


def _nothing_to_do(review: Review, item_id: str) -> str:
    changed = review.unapproved(review.open(item_id).submission)
    if not changed:
        return f"{item_id} is approved already; nothing to do."
    named = ", ".join(f"`{key}`" for key in changed)
    again = f"`caresite stories reopen {item_id[:6]}`, then `caresite stories approve {item_id[:6]}`"
    return f"{item_id} is approved, but {named} in its public text was changed since. To approve that, run {again}."


def _said(item: Submission) -> str:
    if item.moderation.state == "approved":
        return f"approved, and shown from the next build on, {_named(item)}"
    return f"declined as {item.moderation.reason}"


def _named(item: Submission) -> str:
    author = author_of(item)
    names = [str(author[key]) for key in ("name", "company") if author.get(key)]
    return f"named: {', '.join(names)}" if names else "without a name"


def _titled(item: Submission) -> str:
    shown = shown_of(item)
    return in_quotes(shown.title or shown.body)


# reject and reopen


def run_reject(session: Session, ids: tuple[str, ...], reason: str, note: str, by: str) -> int:
    """Decline submissions; returns 1 when one cannot be."""
    review, _ = review_of(session, by)
    decision = Reject(reason=reason, note=note)
    return _each(session, review, ids, decision)


def run_reopen(session: Session, given: str, by: str) -> int:
    """Put a submission back among those to decide."""
    review, _ = review_of(session, by)
    taken = review.take(found_id(review.store, given), Reopen())
    was_shown = taken.submission.moderation.log[-1].from_ == "approved"
    gone = " It is gone from the site with the next build." if was_shown else ""
    tell_taken(session, taken, f"{taken.submission.id} waits to be decided about.{gone}")
    return 0


# ask


def run_ask(session: Session, given: str, lang: str, by: str) -> int:
    """Print the letter to an author, and wait for the answer; a letter that was written already is printed again.

    `lang` is the language that they write, where that is not known yet.
    """
    review, settings = review_of(session, by)
    item_id = found_id(review.store, given)
    if lang:
        review.take(item_id, Edit(lang=lang))
    opened = review.open(item_id)
    asking = asking_of(settings, review.root, opened.submission)
    letter = letter_to(opened.submission, opened.lacks, asking)
    shown_before = opened.submission.showing.asked_sha256
    is_asked = opened.submission.moderation.state == "awaiting_author"
    is_other = opened.submission.showing.asked_edition != edition_to_show(opened.submission)
    if not is_asked or is_other or (asking.wording and asking.wording.sha256 != shown_before):
        told = asking.wording.data if asking.wording else b""
        review.take(item_id, asking.decision(), opened.revision, evidence=told)
    if session.json:
        session.answer({"ok": True, "id": item_id, "state": "awaiting_author", **letter._asdict()})
        return 0
    click.echo(printable(f"To: {letter.to or 'nobody left an address'}\nSubject: {letter.subject}\n\n{letter.text}"))
    if asking.wording is None:
        session.say("This letter does not say who shows it where, for how long, and how it is taken back (GDPR 13).")
        session.say("Write that into a file of `consent/`, and it stands in every letter.")
    spoken, written = language_of(opened.submission), letter_language(opened.submission, settings.config.language)
    if spoken and spoken.partition("-")[0].lower() != written.partition("-")[0].lower():
        session.say(f"There is no letter in `{spoken}`, so this one is in `{written}`. Translate it, then send it.")
    session.say("-" * 60)
    session.say(f"{item_id} waits for its author. When they say yes, keep their letter in a file, and then:")
    if facts := [option for what, option in _ANSWERED.items() if any(each.what == what for each in opened.lacks)]:
        session.say(f"  caresite stories edit {item_id[:6]} {' '.join(facts)}     (what they answered)")
    wanted = " --agreed publish_text" if any(each.what == "publish_text" for each in opened.lacks) else ""
    wanted += ' --title "…"' if any(each.what == "title" for each in opened.lacks) else ""
    named = "" if was_asked_for_name(opened.submission) else " --display CHOICE"
    session.say(f"  caresite stories approve {item_id[:6]} --evidence letter.txt --on YYYY-MM-DD{wanted}{named}")
    if named:
        session.say(f"CHOICE is how they want to be named: {', '.join(DISPLAYS)}. Without it, nobody is named.")
    if is_open_about_picture(opened.submission):
        session.say("If they agree to the picture, too, add `--agreed publish_photo`, and say what it shows first:")
        session.say(f'  caresite stories edit {item_id[:6]} --alt "…"')
    return 0
