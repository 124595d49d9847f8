"""Decide: what becomes of a submission by a decision. Pure: no disk, no clock.

decide(submission, decision, terms) → submission, or a Problem that says why not
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from caresite.core.codes_stories import BAD_EDIT, BAD_REJECTION, FORBIDDEN_MOVE, MEANING_MAY_TURN, NOT_READY
from caresite.core.config import is_language_tag
from caresite.core.diagnostics import Code, Diagnostic, Problem, fault
from caresite.kinds.consent import Scope
from caresite.kinds.testimonial import DISPLAYS, Display
from caresite.submissions.agreements import scopes_of_display
from caresite.submissions.fold import clean_line
from caresite.submissions.public import edition_of, shown_of
from caresite.submissions.records import (
    REJECTIONS,
    Agreement,
    EditKind,
    Incentive,
    Moderation,
    Rejection,
    Retention,
    Submission,
    Words,
)
from caresite.submissions.review.decisions import (
    Answer,
    Approve,
    Ask,
    Decision,
    Edit,
    Erase,
    Expire,
    Reject,
    Reopen,
    Withdraw,
)
from caresite.submissions.review.edits import doubts, kinds_of
from caresite.submissions.review.guards import Terms, hindrances
from caresite.submissions.review.states import moved, place_of

__all__ = ["cautions", "decide", "edition_to_show"]

_JUDGING = re.compile(
    r"\b(?:negative|positive|critical|criticism|complain\w*|bad review|unhappy|unfair|low rating|hurts? (?:us|our)"
    r"|(?:one|two|[1-5]) stars?|makes us look|negativ\w*|positiv\w*|kritik|kritisch|beschwer\w*|unzufrieden|sterne?"
    r"|queja\w*|estrellas?|insatisfech\w*)\b",
    re.IGNORECASE,
)


def decide(item: Submission, decision: Decision, terms: Terms) -> Submission:
    """Return what becomes of `item`. Raises Problem, which says what stands in the way and what to do about it."""
    return _DEEDS[type(decision)](item, decision, terms)


def cautions(before: Submission, after: Submission) -> tuple[Diagnostic, ...]:
    """Return what an edit should make one think about: a “not” that went, words left out without a mark."""
    old, new = (item.showing.body or item.text.body for item in (before, after))  # surnames that we hide are no edit
    if old == new:
        return ()
    found = doubts(after.text.body, new)
    return tuple(fault(MEANING_MAY_TURN, place_of(after), doubt.said, hint=doubt.remedy) for doubt in found)


def _approve(item: Submission, decision: Approve, terms: Terms) -> Submission:
    if decision.answer is not None:
        item = _answered(item, decision.answer, terms)
    elif item.moderation.state == "awaiting_author":
        hint = "give what proves their yes: `--evidence FILE` and the day, `--on`"
        raise _refused(NOT_READY, item, "its author was asked, and no answer is on record", hint)
    if title := clean_line(decision.title, 120):
        item = _with_words(item, Edit(title=title), terms)
    approved = moved(item, "approved", at=terms.now, by=terms.by)
    if found := hindrances(item, terms):
        raise Problem(*(fault(NOT_READY, place_of(item), each.message, hint=each.remedy) for each in found))
    return _kept_for(_reasoned(approved), terms, terms.days_of(item).approved)


def _answered(item: Submission, answer: Answer, terms: Terms) -> Submission:
    """Return `item` with the author's yes: to the words as they would be shown, and to what else they granted."""
    if answer.at > terms.now:
        raise _refused(BAD_EDIT, item, "the answer is dated in the future", "give the day on which it came")
    if not answer.evidence:
        hint = "keep the message, or write down who said what and when, and give that as `--evidence FILE`"
        raise _refused(NOT_READY, item, "there is nothing that proves the author's yes", hint)
    if other := _no_yes_to_these_words(item, answer, terms):
        hint = f"ask the author, who sees the new words first: `caresite stories ask {item.id[:6]}`"
        hint += f"; or show the words as they were sent: `caresite stories edit {item.id[:6]} --as-sent`"
        raise _refused(NOT_READY, item, other, hint)
    item, named = _named(item, answer.display)
    shown, asked = shown_of(item), item.showing
    agreement = Agreement(
        at=answer.at,
        method=answer.method,
        granted=tuple(dict.fromkeys((*answer.granted, *named))),
        denied=() if named or not answer.display else ("publish_name", "publish_company"),
        wording_id=asked.asked_wording,
        wording_sha256=asked.asked_sha256,
        evidence=answer.evidence,
        edition=edition_of(shown.title, shown.body),
        given_by=answer.given_by,
    )
    item = replace(item, consent=(*item.consent, agreement))
    return item if item.moderation.state != "pending" else moved(item, "awaiting_author", at=terms.now, by=terms.by)


def _no_yes_to_these_words(item: Submission, answer: Answer, terms: Terms) -> str:
    """Return why an answer cannot be a yes to the words as they would be shown now; empty when it can."""
    showing, shown = item.showing, shown_of(item)
    is_changed = bool({*shown.kinds} - {"typo"})
    saw_what_came = showing.asked_edition == edition_of(item.text.title, item.text.body)
    is_slip = saw_what_came and not is_changed  # slips mended in the words that the letter showed as they came
    if showing.asked_edition and not is_slip and showing.asked_edition != edition_to_show(item):
        return "its author was asked about other words than it would show now"
    if not is_changed or showing.edited_at is None:
        return ""
    said, edited = (moment.astimezone(terms.zone).date() for moment in (answer.at, showing.edited_at))
    if said < edited:
        return f"this yes of {said} is older than your change of {edited}, so it is no yes to the new words"
    if answer.evidence == item.raw_sha256:
        return f"this is what the author sent before your change of {edited}, so it is no yes to the new words"
    edition = edition_of(shown.title, shown.body)
    if any(known.evidence == answer.evidence and known.edition != edition for known in item.consent):
        return "this proof is on record already, as a yes to other words"
    if said == edited and not showing.asked_edition:
        return f"you changed it on {edited}, the day of this yes, and there is no record that its author saw the change"
    return ""


def edition_to_show(item: Submission) -> str:
    """Return which words `item` would show, whatever of its author's name is hidden in them."""
    return edition_of(item.showing.title or item.text.title, item.showing.body or item.text.body)


def _named(item: Submission, display: Display | None) -> tuple[Submission, tuple[Scope, ...]]:
    """Return `item` with the name as its owner now wants it, and what that choice agrees to."""
    if display is None:
        return item, ()
    chosen = replace(item.submitter, display=display)
    showing = replace(item.showing, display="")
    return replace(item, submitter=chosen, showing=showing), scopes_of_display(display, chosen.company)


def _reject(item: Submission, decision: Reject, terms: Terms) -> Submission:
    reason, note = decision.reason.strip().lower(), decision.note.strip()
    listed = ", ".join(each for each in REJECTIONS if terms.mode == "curated" or each != "other")
    if reason not in REJECTIONS:
        message = f"“{reason}” is no reason to decline it" if reason else "it is declined without a reason"
        raise _refused(BAD_REJECTION, item, message, f"give one of: {listed}")
    if terms.mode == "reviews":
        if reason == "other":
            message = "where all reviews are shown, `other` is no reason to leave one out"
            raise _refused(BAD_REJECTION, item, message, f"give one of: {listed}")
        if judging := _JUDGING.search(note):
            message = f"the note gives “{judging[0]}” as a reason, and praise or blame is none"
            raise _refused(BAD_REJECTION, item, message, "say what rule it breaks, or show it")
    elif reason == "other" and not note:
        raise _refused(BAD_REJECTION, item, "`other` needs a note that says why", "add `--note`")
    if item.moderation.state == "quarantined" and reason != "spam":
        message = f"{item.id} is in quarantine, and can only be declined as `spam`"
        raise _refused(FORBIDDEN_MOVE, item, message, f"take it out first: `caresite stories reopen {item.id[:6]}`")
    rejected = moved(item, "rejected", at=terms.now, by=terms.by, reason=reason)
    rejected = _reasoned(rejected, reason, note or item.moderation.note)
    days = terms.days_of(item)
    return _kept_for(rejected, terms, days.spam if reason == "spam" else days.rejected)


def _ask(item: Submission, decision: Ask, terms: Terms) -> Submission:
    is_asked = item.moderation.state == "awaiting_author"  # once more, with another letter
    asked = item if is_asked else moved(item, "awaiting_author", at=terms.now, by=terms.by)
    told = {"asked_wording": decision.wording_id, "asked_sha256": decision.wording_sha256}
    return replace(asked, showing=replace(asked.showing, **told, asked_edition=edition_to_show(item)))


def _reopen(item: Submission, decision: Reopen, terms: Terms) -> Submission:
    state = item.moderation.state.replace("_", " ")
    if state not in ("quarantined", "approved"):
        message = f"{item.id} is {state}; only what is in quarantine or on the site goes back"
        raise _refused(FORBIDDEN_MOVE, item, message)
    return _kept_for(moved(item, "pending", at=terms.now, by=terms.by), terms, terms.days_of(item).pending)


def _withdraw(item: Submission, decision: Withdraw, terms: Terms) -> Submission:
    state, is_whole = item.moderation.state, not decision.scopes or "publish_text" in decision.scopes
    if is_whole and state in ("pending", "awaiting_author"):
        message = f"{item.id} is {state.replace('_', ' ')} and cannot become withdrawn"
        raise _refused(FORBIDDEN_MOVE, item, message, "it is not on the site; decline it as `no-consent`, or erase it")
    granted = {scope for agreement in item.consent for scope in agreement.granted}
    scopes = tuple(scope for scope in decision.scopes or sorted(granted))
    if unknown := [scope for scope in scopes if scope not in granted]:
        message = f"its author never agreed to {', '.join(unknown)}, so it cannot be taken back"
        raise _refused(BAD_EDIT, item, message, f"there is: {', '.join(sorted(granted)) or 'nothing'}")
    agreement = Agreement(at=terms.now, method=decision.method, withdrawn=scopes, evidence=decision.evidence)
    back = replace(item, consent=(*item.consent, agreement))
    if not is_whole:
        return back
    gone = moved(back, "withdrawn", at=terms.now, by=terms.by, reason="request")
    return _kept_for(gone, terms, terms.days_of(item).approved)


def _expire(item: Submission, decision: Expire, terms: Terms) -> Submission:
    gone = moved(item, "expired", at=terms.now, by=terms.by, reason="consent-ended")
    return _kept_for(gone, terms, terms.days_of(item).approved)


def _erase(item: Submission, decision: Erase, terms: Terms) -> Submission:
    """Return the tombstone: id, dates and reasons; and the stars, which name nobody and keep the statistics honest."""
    if item.retention.legal_hold:
        hint = f"lift it first: `caresite stories edit {item.id} --no-hold`"
        raise _refused(FORBIDDEN_MOVE, item, "it is kept for a dispute (legal hold)", hint)
    gone = moved(item, "erased", at=terms.now, by=terms.by, reason=decision.reason)
    return Submission(
        id=item.id,
        schema=item.schema,
        source=item.source,
        form=item.form,
        kind=item.kind,
        received_at=item.received_at,
        imported_at=item.imported_at,
        raw_sha256="",
        text=Words(rating=item.text.rating),
        moderation=Moderation(state="erased", reason=item.moderation.reason, log=gone.moderation.log),
    )


_FACTS = ("pending", "awaiting_author", "approved")


def _edit(item: Submission, edit: Edit, terms: Terms) -> Submission:
    state = item.moderation.state
    if state not in _FACTS:
        message = f"{item.id} is {state.replace('_', ' ')}, and nothing about it can be changed"
        raise _refused(FORBIDDEN_MOVE, item, message)
    changed = _with_words(_with_facts(item, edit, terms), edit, terms)
    if state == "approved" and shown_of(item).title and not shown_of(changed).title:
        raise _refused(BAD_EDIT, item, "it is on the site and would lose its title", "give it another: `--title`")
    if state == "approved" and (found := hindrances(changed, terms)):
        hint = f"take it off the site first: `caresite stories reopen {item.id}`"
        raise Problem(*(fault(NOT_READY, place_of(item), each.message, hint=hint) for each in found))
    return changed


def _with_words(item: Submission, edit: Edit, terms: Terms) -> Submission:
    """Return `item` with edited words, and what kinds of change they are, found by comparing them."""
    if edit.title is None and edit.body is None:
        return item
    showing, text = item.showing, item.text
    title = showing.title if edit.title is None else edit.title.strip()
    body = showing.body if edit.body is None else edit.body.strip()
    title, body = "" if title == text.title else title, "" if body == text.body else body
    kinds = dict.fromkeys((*_kinds(text.title, title), *_kinds(text.body, body)))
    claimed = dict.fromkeys(edit.kinds)
    if {*claimed} == {"typo"} and {*kinds} - {"typo"}:
        message = f"this is more than mending slips of the pen ({', '.join(k for k in kinds if k != 'typo')})"
        raise _refused(BAD_EDIT, item, message, "leave `--kind` out, and ask the author")
    found: tuple[EditKind, ...] = tuple(kinds | claimed) if kinds else ()
    edited = {"edited_at": terms.now, "edited_by": terms.by} if title or body else {"edited_at": None, "edited_by": ""}
    return replace(item, showing=replace(showing, title=title, body=body, kinds=found, **edited))


def _kinds(before: str, after: str) -> tuple[EditKind, ...]:
    """Return how `after` differs from what came; a title for words that had none changes nothing of theirs."""
    return kinds_of(before, after) if before and after else ()


def _with_facts(item: Submission, edit: Edit, terms: Terms) -> Submission:
    """Return `item` with what was found out about it, and what is said beside it."""
    sender, about, showing = item.submitter, item.about, item.showing
    if edit.relation or edit.age:
        sender = replace(sender, relation=edit.relation or sender.relation, age=edit.age or sender.age)
    if edit.about:
        about = replace(edit.about, staff_named=about.staff_named, staff_agreed=about.staff_agreed)
    about = replace(about, **_given(staff_named=edit.staff_named, staff_agreed=edit.staff_agreed))
    if edit.display:
        showing = replace(showing, display=_reduced(item, edit.display))
    given = _given(disclosure=edit.disclosure, reply=edit.reply, reply_by=edit.reply_by, picture=edit.picture)
    if edit.reply is not None and edit.reply != showing.reply:
        given["reply_at"] = terms.now if edit.reply else None
    showing = replace(showing, **given)
    changes: dict[str, Any] = {"submitter": sender, "about": about, "showing": showing}
    if edit.alt is not None:
        changes["media"] = tuple(replace(media, alt=edit.alt) for media in item.media)
    if edit.lang is not None:
        changes["lang"] = _language(item, edit.lang.strip())
    if edit.incentive is not None:
        changes["incentive"] = Incentive(
            given=bool(edit.incentive),
            kind=item.incentive.kind,
            description=edit.incentive,
            conditional_on_positive=item.incentive.conditional_on_positive,
        )
    if edit.note is not None:
        changes["moderation"] = replace(item.moderation, note=edit.note)
    if edit.hold is not None:
        changes["retention"] = replace(item.retention, legal_hold=edit.hold)
    return replace(item, **changes)


def _language(item: Submission, lang: str) -> str:
    """Return the tag of a language, which may be empty. Raises Problem for what is none."""
    if lang and not is_language_tag(lang):
        raise _refused(BAD_EDIT, item, f"“{lang}” is not a language tag", "write it as `es`, `de` or `pt-BR`")
    return lang


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _reduced(item: Submission, display: Display) -> Display:
    """Return `display`. Raises Problem when it shows more of a name than its owner chose."""
    if DISPLAYS.index(display) < DISPLAYS.index(item.submitter.display):
        message = f"the author chose “{item.submitter.display}”, and “{display}” would show more of the name"
        raise _refused(
            BAD_EDIT, item, message, "show the same or less; for more, ask them and take their new answer in"
        )
    return display


def _refused(code: Code, item: Submission, message: str, hint: str = "") -> Problem:
    return Problem(fault(code, place_of(item), message, hint=hint))


def _reasoned(item: Submission, reason: Rejection | Any = "", note: str | None = None) -> Submission:
    kept = item.moderation.note if note is None else note
    return replace(item, moderation=replace(item.moderation, reason=reason, note=kept))


def _kept_for(item: Submission, terms: Terms, days: int) -> Submission:
    until = (terms.now + timedelta(days=days)).date()
    return replace(item, retention=Retention(erase_after=until, legal_hold=item.retention.legal_hold))


_DEEDS: Mapping[type, Callable[..., Submission]] = {
    Approve: _approve,
    Reject: _reject,
    Ask: _ask,
    Reopen: _reopen,
    Withdraw: _withdraw,
    Expire: _expire,
    Erase: _erase,
    Edit: _edit,
}
