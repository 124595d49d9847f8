"""Forms: what somebody filled in, read as a decision. A field that was left as it was decides nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, get_args
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import msgspec

from caresite.core.codes_stories import BAD_EDIT
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Problem, fault
from caresite.kinds.consent import SCOPES
from caresite.kinds.testimonial import Display
from caresite.submissions.public import display_of
from caresite.submissions.records import Method, Submission
from caresite.submissions.review.decisions import (
    Answer,
    Approve,
    Decision,
    Edit,
    Erase,
    Reject,
    Reopen,
    Withdraw,
)
from caresite.submissions.review.letter import Asking
from caresite.submissions.review.states import place_of

__all__ = [
    "ERASURES",
    "MAX_BYTES",
    "METHODS",
    "Decided",
    "Form",
    "decided",
    "edit_of",
    "merged",
    "read_form",
    "values_of",
]

MAX_BYTES = 1_048_576
_MAX_FIELDS = 300
METHODS: dict[Method, str] = {
    "email-reply": "by e-mail",
    "letter": "in a letter",
    "in-person": "face to face",
    "recorded-call": "on the telephone",
    "signed-pdf": "in a signed document",
}
ERASURES = {"request": "its author asks for it", "retention": "its time is over", "spam": "it is spam"}
_FACTS = ("disclosure", "reply", "reply_by", "note")


class Form:
    """The fields of a form as they came; a box that was not ticked is not among them."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def get(self, name: str, default: str = "") -> str:
        """Return what stands in a field, lines ended as they are here."""
        return self._fields[name][0].replace("\r\n", "\n").strip() if name in self._fields else default

    def all(self, name: str) -> tuple[str, ...]:
        """Return what was ticked under one name."""
        return tuple(self._fields.get(name, ()))

    def lines(self, name: str) -> tuple[str, ...]:
        """Return what stands on each line of a field."""
        return tuple(line.strip() for line in self.get(name).split("\n") if line.strip())

    def has(self, name: str) -> bool:
        """Tell whether the form had a field, or a box that was ticked."""
        return name in self._fields

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return every field with what stands in it."""
        return tuple((name, text) for name, texts in self._fields.items() for text in texts)


def read_form(body: bytes) -> Form:
    """Return the form that a browser sent. Raises ValueError for what is none."""
    text = body.decode("utf-8")
    fields = parse_qs(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MAX_FIELDS)
    return Form(fields)


class Decided(NamedTuple):
    """What somebody decided, and what proves it."""

    decision: Decision
    evidence: bytes = b""


def decided(form: Form, item: Submission, asking: Asking, zone: ZoneInfo, now: datetime) -> Decided:
    """Return the decision that a form about `item` says. Raises Problem for one that it leaves open.

    `asking` is with what wording its author is asked.
    """
    match form.get("does"):
        case "approve":
            return Decided(Approve(title=form.get("title")))
        case "answer":
            return _answer(form, item, zone, now)
        case "ask":
            return Decided(asking.decision(), asking.wording.data if asking.wording else b"")
        case "reject":
            return Decided(Reject(reason=form.get("reason"), note=form.get("note")))
        case "reopen":
            return Decided(Reopen())
        case "withdraw":
            return _withdrawal(form)
        case "erase":
            return Decided(_erasure(form, item))
        case "edit":
            return Decided(edit_of(form, item))
    raise _open(item, "the form does not say what was decided", "go back and choose")


def _answer(form: Form, item: Submission, zone: ZoneInfo, now: datetime) -> Decided:
    evidence = form.get("evidence").encode()
    day = form.get("on")
    try:
        at = parse_date(day, zone).astimezone(UTC) if day else now
    except ValueError as error:
        raise _open(item, f"“{day}” is no day: {error}", "write it as 2026-03-31") from None
    answer = Answer(
        at=at,
        method=_method(form, item),
        evidence=hashlib.sha256(evidence).hexdigest() if evidence else "",
        granted=tuple(scope for scope in form.all("granted") if scope in SCOPES),  # type: ignore[misc]
        display=next((name for name in get_args(Display) if name == form.get("display")), None),
        given_by="parent" if form.has("parent") else "self",
    )
    return Decided(Approve(answer=answer, title=form.get("title")), evidence)


def _method(form: Form, item: Submission) -> Method:
    for method in METHODS:
        if form.get("method", "email-reply") == method:
            return method
    raise _open(item, f"“{form.get('method')}” is no way in which somebody answers", "choose one of the list")


def _withdrawal(form: Form) -> Decided:
    """Return a withdrawal. It is always possible: nothing that the form leaves open stands in its way (GDPR 7(3))."""
    evidence = form.get("evidence").encode()
    digest = hashlib.sha256(evidence).hexdigest() if evidence else ""
    scopes = () if form.get("what", "all") == "all" else form.all("scope")
    return Decided(Withdraw(scopes=tuple(s for s in scopes if s in SCOPES), evidence=digest), evidence)  # type: ignore[misc]


def _erasure(form: Form, item: Submission) -> Erase:
    if not form.has("sure"):
        raise _open(item, "nothing was erased, as it cannot be undone", "tick the box that says so, then erase")
    reason = form.get("reason", "request")
    return Erase(reason=reason if reason in ERASURES else "request")


# edits


def values_of(item: Submission) -> dict[str, str]:
    """Return what stands in the fields of the form that edits `item`."""
    showing, given = item.showing, item.incentive
    return {
        "title": showing.title or item.text.title,
        "body": showing.body or item.text.body,
        "display": display_of(item),
        "relation": item.submitter.relation,
        "age": item.submitter.age,
        "lang": item.lang,
        "given": {None: "unknown", True: "yes", False: "no"}[given.given],
        "incentive": given.description,
        "disclosure": showing.disclosure,
        "reply": showing.reply,
        "reply_by": showing.reply_by,
        "picture": "yes" if showing.picture else "",
        "alt": next((media.alt for media in item.media), ""),
        "staff_named": "\n".join(item.about.staff_named),
        "note": item.moderation.note,
        "hold": "yes" if item.retention.legal_hold else "",
    }


def merged(theirs: Mapping[str, str], form: Form, base: Mapping[str, str]) -> dict[str, str]:
    """Return what is to stand in the fields: what `form` says where that is not what stood there, `base`; else theirs.

    So who only changed the title does not write over somebody else's words.
    """
    sent = {name: form.get(name) for name in theirs if form.has(name) or form.has(f"{name}_asked")}
    return {**theirs, **{name: text for name, text in sent.items() if text != base.get(name)}}


def edit_of(form: Form, item: Submission) -> Edit:
    """Return what a form changes about `item`. There is no field for the rating, and one that comes is not read."""
    before = values_of(item)
    new = {name: form.get(name) for name in before if form.has(name) and form.get(name) != before[name].strip()}
    changes: dict[str, Any] = {
        name: new[name] for name in ("title", "display", "relation", "age", "lang", "alt") if name in new
    }
    changes |= {name: new[name] for name in _FACTS if name in new}
    changes |= _words(new, item) | _incentive(form, item, new) | _people(form, item)
    for box in ("picture", "hold"):
        if form.has(f"{box}_asked") and form.has(box) != bool(before[box]):
            changes[box] = form.has(box)
    try:
        return msgspec.convert(changes, Edit)
    except msgspec.ValidationError as error:
        raise _open(item, f"the form holds what it does not offer: {error}", "choose from its lists") from None


def _words(new: Mapping[str, str], item: Submission) -> dict[str, Any]:
    if "body" not in new:
        return {}
    return {"body": new["body"] if new["body"] != item.text.body.strip() else ""}


def _incentive(form: Form, item: Submission, new: Mapping[str, str]) -> dict[str, Any]:
    if "given" not in new and "incentive" not in new:
        return {}
    what = form.get("incentive")
    match form.get("given"):
        case "no":
            return {"incentive": ""}
        case "yes" if not what:
            raise _open(item, "something was given for the words; say what", "write it beside “yes”: it is shown")
        case "yes":
            return {"incentive": what}
    return {}


def _people(form: Form, item: Submission) -> dict[str, Any]:
    """Return who else is named in the words, and who of them agreed to be."""
    if not form.has("staff_named"):
        return {}
    named = form.lines("staff_named")
    agreed = tuple(name for name in form.all("staff_agreed") if name in named)
    about = item.about
    changes: dict[str, Any] = {"staff_named": named} if named != about.staff_named else {}
    return changes | ({"staff_agreed": agreed} if agreed != about.staff_agreed else {})


def _open(item: Submission, message: str, hint: str) -> Problem:
    return Problem(fault(BAD_EDIT, place_of(item), message, hint=hint))
