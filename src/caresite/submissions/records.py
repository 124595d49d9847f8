"""What is kept of one submission: a frozen record, as it stands in its YAML file.

Submission ─┬─ submitter   who sent it; private for ever
            ├─ about       whose service it praises
            ├─ text        the words as they came; never edited
            ├─ showing     what the page says instead of them, or besides
            ├─ media       pictures, re-encoded
            ├─ consent     what was agreed to: one record each time somebody said so
            ├─ evidence    what else speaks for or against a yes; it grants nothing
            ├─ spam        the score with its reasons
            └─ moderation  the state, and every move that led to it
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from caresite.kinds.consent import Scope
from caresite.kinds.testimonial import Display

__all__ = [
    "REJECTIONS",
    "RELATIONS",
    "SCHEMA",
    "STATES",
    "About",
    "Age",
    "Agreement",
    "Decision",
    "EditKind",
    "Evidence",
    "Incentive",
    "Media",
    "Method",
    "Moderation",
    "Move",
    "Rejection",
    "Relation",
    "Retention",
    "Showing",
    "Spam",
    "State",
    "Submission",
    "SubmissionKind",
    "Submitter",
    "Verification",
    "Words",
    "decisions",
    "identify",
]

SCHEMA = 1
_ID = re.compile(r"[0-9a-f]{16}")
_ATTACHMENT = re.compile(r"attachments/[\w-]{1,80}\.(?:jpg|png|webp)")
_CONTENT_FILE = re.compile(
    r"content/(?:(?!\.{1,2}/)[^/\\\x00-\x1f]+/)*[^/\\\x00-\x1f]+\.(?:md|markdown|ya?ml|json)", re.IGNORECASE
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
SubmissionKind = Literal["story", "testimonial", "quote", "request", "vote"]
State = Literal[
    "received",
    "quarantined",
    "pending",
    "awaiting_author",
    "approved",
    "rejected",
    "withdrawn",
    "expired",
    "erased",
]
Rejection = Literal[
    "off-topic",
    "not-genuine",
    "no-consent",
    "personal-data",
    "unlawful",
    "abusive",
    "duplicate",
    "spam",
    "conflict-undisclosed",
    "too-thin",
    "other",
]
Relation = Literal[
    "customer",
    "client",
    "employee",
    "ex-employee",
    "partner",
    "supplier",
    "family",
    "owner",
    "reader",
    "unknown",
]
Age = Literal["of-age", "parent-agreed", "under-age", "unknown"]
Decision = Literal["granted", "denied", "withdrawn", "not answered", "not understood"]
EditKind = Literal["typo", "length", "clarity", "translation", "redaction"]
Method = Literal[
    "form-checkbox",
    "email-reply",
    "signed-pdf",
    "recorded-call",
    "in-person",
    "letter",
    "platform-terms",
    "imported-claim",
]
STATES: tuple[str, ...] = State.__args__  # type: ignore[attr-defined]
REJECTIONS: tuple[str, ...] = Rejection.__args__  # type: ignore[attr-defined]
RELATIONS: tuple[str, ...] = Relation.__args__  # type: ignore[attr-defined]


class _Record(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a submission. What is empty is not written; what nobody knows is an error, so that none is lost.

    Everything that becomes part of a path is checked whenever a record is made, whoever wrote the file.
    """


class Submitter(_Record, frozen=True, kw_only=True):
    """Who sent it. Nothing here leaves the private store but what consent covers.

    `email_hmac` recognises the same sender after the address was erased; `display` is how they want to be named.
    """

    name: str = ""
    display: Display = "anonymous"
    email: str = ""
    email_hmac: str = ""
    phone: str = ""
    role: str = ""
    company: str = ""
    website: str = ""
    location: str = ""
    relation: Relation = "unknown"
    age: Age = "unknown"


class About(_Record, frozen=True, kw_only=True):
    """Whose service the words praise; `self` is this site's own business.

    `staff_named` are people whom the words name besides the author; those in `staff_agreed` may stand there in full.
    """

    self: bool = True
    name: str = ""
    url: str = ""
    type: str = "Organization"
    staff_named: tuple[str, ...] = ()
    staff_agreed: tuple[str, ...] = ()


class Words(_Record, frozen=True, kw_only=True):
    """The words exactly as they came, save for characters that nobody sees. `rating` is 1 to 5, as given."""

    title: str = ""
    body: str = ""
    rating: float | None = None
    experience_date: date | None = None


class Showing(_Record, frozen=True, kw_only=True):
    """What the page shows where that is not what came, and what the firm says beside it.

    `title` and `body` are edited words, empty for the words as they came; `kinds` is what was changed in them.
    `display` is how the name is shown if that is less than the author chose. `asked_wording` is what their letter
    told them, by id and digest, while they have not answered; `asked_edition` is which words that letter showed.
    """

    title: str = ""
    body: str = ""
    kinds: tuple[EditKind, ...] = ()
    edited_at: datetime | None = None
    edited_by: str = ""
    display: Display | Literal[""] = ""
    disclosure: str = ""
    reply: str = ""
    reply_by: str = ""
    reply_at: datetime | None = None
    picture: bool = True
    asked_wording: str = ""
    asked_sha256: str = ""
    asked_edition: str = ""


class Media(_Record, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A picture. `path` is below the store; one that came as a link and was not fetched has only `url`."""

    kind: Literal["photo", "logo"] = "photo"
    path: str = ""
    sha256: str = ""
    bytes: int = 0
    width_px: int = 0
    height_px: int = 0
    alt: str = ""
    from_: Literal["upload", "link", "mail"] = "upload"
    url: str = ""

    def __post_init__(self) -> None:
        _check_path("picture", self.path, _ATTACHMENT, "attachments/ID-1.jpg")


class Incentive(_Record, frozen=True, kw_only=True):
    """What was given or promised for the words; `given` is None while nobody has answered."""

    given: bool | None = None
    kind: str = ""
    description: str = ""
    conditional_on_positive: bool = False


class Verification(_Record, frozen=True, kw_only=True):
    """How somebody made sure that the author is a customer."""

    method: Literal["none", "email-reply", "order", "invoice", "contract", "in-person", "platform"] = "none"
    ref_sha256: str = ""
    by: str = ""
    at: datetime | None = None


class Agreement(_Record, frozen=True, kw_only=True):
    """One time that somebody said yes or no, with the digest of exactly what they were told (GDPR 7(1)).

    `not_answered` was asked and left empty, `not_understood` was answered in words that nobody could read as a yes or a
    no: neither is a yes, and neither is a no. `evidence` is the digest of what proves it, such as a letter; `edition`
    that of the edited words they agreed to.
    """

    at: datetime
    method: Method
    granted: tuple[Scope, ...] = ()
    denied: tuple[Scope, ...] = ()
    withdrawn: tuple[Scope, ...] = ()
    not_answered: tuple[Scope, ...] = ()
    not_understood: tuple[Scope, ...] = ()
    wording_id: str = ""
    wording_sha256: str = ""
    evidence: str = ""
    edition: str = ""
    given_by: Literal["self", "parent", "employer"] = "self"
    expires: date | None = None

    def __post_init__(self) -> None:
        _check_path("digest", self.evidence, _DIGEST, "64 hexadecimal digits")


class Evidence(_Record, frozen=True, kw_only=True):
    """Words that sound like a yes, such as in a letter. They prove something; they grant nothing by themselves."""

    kind: Literal["mail", "answer"]
    says: str
    message_id: str = ""
    sha256: str = ""


class Spam(_Record, frozen=True, kw_only=True):
    """How much it looks like spam, and why."""

    score: float = 0.0
    verdict: Literal["ham", "suspect", "spam"] = "ham"
    reasons: tuple[str, ...] = ()


class Move(_Record, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One step from state to state. It names nobody but who decided, so that it can outlive an erasure."""

    at: datetime
    by: str
    from_: State | Literal[""] = ""
    to: State
    reason: str = ""


class Moderation(_Record, frozen=True, kw_only=True):
    """Where it stands; `log` only ever grows."""

    state: State = "received"
    reason: Rejection | Literal[""] = ""
    note: str = ""
    log: tuple[Move, ...] = ()


class Retention(_Record, frozen=True, kw_only=True):
    """Until when it may be kept."""

    erase_after: date | None = None
    legal_hold: bool = False


class Submission(_Record, frozen=True, kw_only=True):
    """One submission. `noticed` is what its reader did not understand, `extra` the answers that have no place here.

    `public_before` are marks of what of it was public already when it came, and so is no secret.
    `published_as` are its public texts; `published_parts` are digests of what was last written there, by part.
    """

    id: str
    schema: int
    source: str
    source_name: str = ""
    source_id: str = ""
    source_url: str = ""
    form: str = ""
    received_at: datetime
    imported_at: datetime
    raw_sha256: str
    lang: str = ""
    kind: SubmissionKind = "story"
    submitter: Submitter = Submitter()
    about: About = About()
    text: Words = Words()
    showing: Showing = Showing()
    media: tuple[Media, ...] = ()
    incentive: Incentive = Incentive()
    verification: Verification = Verification()
    consent: tuple[Agreement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    spam: Spam = Spam()
    moderation: Moderation = Moderation()
    published_as: tuple[str, ...] = ()
    published_parts: dict[str, str] = {}
    retention: Retention = Retention()
    noticed: tuple[str, ...] = ()
    public_before: tuple[str, ...] = ()
    extra: dict[str, str] = {}

    def __post_init__(self) -> None:
        _check_path("id", self.id, _ID, "16 hexadecimal digits")
        for path in self.published_as:
            _check_path("public text", path, _CONTENT_FILE, "content/stories/NAME.md")


def _check_path(what: str, value: str, pattern: re.Pattern[str], shape: str) -> None:
    """Raise ValueError for part of a path that a record of ours does not hold: files are written and deleted by it."""
    if value and not pattern.fullmatch(value):
        raise ValueError(f"the {what} `{value[:80]}` is not one that caresite writes (it writes `{shape}`)")


def identify(source: str, source_id: str, content: Any = None) -> str:
    """Return the id of a submission: the same however often and by whatever way it comes in.

    `content` is what came, as it came; it counts only when the source has given no id of its own.
    """
    if not source_id:
        source_id = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{source}:{source_id}".encode("utf-8", "replace")).hexdigest()[:16]


def decisions(agreements: Iterable[Agreement]) -> dict[str, Decision]:
    """Return what holds for each scope: the latest yes or no that was said of it; without one, why there is none."""
    ordered = sorted(agreements, key=lambda a: a.at)
    found: dict[str, Decision] = {}
    for agreement in ordered:
        found |= dict.fromkeys(agreement.not_answered, "not answered")
        found |= dict.fromkeys(agreement.not_understood, "not understood")
    for agreement in ordered:
        found |= dict.fromkeys(agreement.granted, "granted")
        found |= dict.fromkeys(agreement.denied, "denied")
        found |= dict.fromkeys(agreement.withdrawn, "withdrawn")
    return found
