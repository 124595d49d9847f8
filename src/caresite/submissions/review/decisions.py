"""Decisions: what somebody may decide about a submission, as records that a form or a command line is read into."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from caresite.kinds.consent import Scope
from caresite.kinds.testimonial import Display
from caresite.submissions.records import About, Age, EditKind, Method, Relation

__all__ = [
    "Answer",
    "Approve",
    "Ask",
    "Decision",
    "Edit",
    "Erase",
    "Expire",
    "Reject",
    "Reopen",
    "Withdraw",
]


class _Choice(Struct, frozen=True, kw_only=True, tag_field="does", tag=str.lower):
    """What was decided; `does` says which decision it is, where one is read from outside."""


class Answer(Struct, frozen=True, kw_only=True):
    """The author's yes to what they were asked: when, by what way, and the digest of what proves it.

    `granted` is what they agreed to besides the words as they were shown them; `display` how they want to be named.
    """

    at: datetime
    method: Method
    evidence: str
    granted: tuple[Scope, ...] = ()
    display: Display | None = None
    given_by: Literal["self", "parent", "employer"] = "self"


class Approve(_Choice, frozen=True, kw_only=True):
    """Show it. `answer` is the author's yes, needed where they were asked; `title` is for words without one."""

    answer: Answer | None = None
    title: str = ""


class Reject(_Choice, frozen=True, kw_only=True):
    """Decline it, for a reason of the list. `note` stays private."""

    reason: str
    note: str = ""


class Ask(_Choice, frozen=True, kw_only=True):
    """Wait for the author's answer; `wording` is the text of `consent/` that they were sent, by id and digest."""

    wording_id: str = ""
    wording_sha256: str = ""


class Reopen(_Choice, frozen=True, kw_only=True):
    """Put it back among those to decide: out of quarantine, or off the site."""


class Withdraw(_Choice, frozen=True, kw_only=True):
    """The author takes back their yes, to everything or to `scopes` alone; `evidence` is a digest of their words."""

    scopes: tuple[Scope, ...] = ()
    method: Method = "email-reply"
    evidence: str = ""


class Expire(_Choice, frozen=True, kw_only=True):
    """What was agreed to has ended."""


class Erase(_Choice, frozen=True, kw_only=True):
    """Leave nothing but that there was something. `reason` is `request`, `retention` or `spam`."""

    reason: str = "request"


class Edit(_Choice, frozen=True, kw_only=True):
    """Change the words that are shown, or what is known about them; None leaves a thing as it is.

    `display` may only show less than the author chose. `incentive` is what was given, empty for nothing; `lang` the
    language that the author writes, empty for the site's. There is no `rating` here, and there never will be.
    """

    title: str | None = None
    body: str | None = None
    kinds: tuple[EditKind, ...] = ()
    display: Display | None = None
    disclosure: str | None = None
    reply: str | None = None
    reply_by: str | None = None
    picture: bool | None = None
    alt: str | None = None
    relation: Relation | None = None
    incentive: str | None = None
    age: Age | None = None
    lang: str | None = None
    staff_named: tuple[str, ...] | None = None
    staff_agreed: tuple[str, ...] | None = None
    about: About | None = None
    note: str | None = None
    hold: bool | None = None


Decision: TypeAlias = Approve | Reject | Ask | Reopen | Withdraw | Expire | Erase | Edit
