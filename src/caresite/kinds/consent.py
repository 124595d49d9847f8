"""Consent: the record beside an item, and the lock file that the review commands write.

What may be shown is decided by scopes (GDPR 6, 7): words, name, company, photo and video each have their own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Struct

from caresite.core.schema import Doc

__all__ = ["SCOPES", "Consent", "ConsentLock", "LockedConsent", "Scope"]

Scope = Literal[
    "publish_text",
    "publish_name",
    "publish_company",
    "publish_photo",
    "publish_video",
    "edit_for_length",
    "translate",
    "marketing_reuse",
    "contact_back",
    "keep_after_contest",
]
SCOPES: tuple[str, ...] = Scope.__args__  # type: ignore[attr-defined]


class Consent(Struct, frozen=True, kw_only=True):
    """The author's yes, kept beside words that the owner collected without a form."""

    given_by: Annotated[Literal["self", "parent", "employer"], Doc("Who gave it.")] = "self"
    at: Annotated[datetime, Doc("When it was given.")]
    scopes: Annotated[
        tuple[Scope, ...], Doc("What it covers. Words, name, company and photo each have their own scope.")
    ]
    how: Annotated[
        Literal[
            "form-checkbox",
            "email-reply",
            "signed-pdf",
            "recorded-call",
            "in-person",
            "letter",
            "platform-terms",
            "imported-claim",
        ],
        Doc("How it was given. `platform-terms` and `imported-claim` never cover a photo or marketing."),
    ]
    expires: Annotated[datetime | None, Doc("When it ends.")] = None
    withdrawn: Annotated[datetime | None, Doc("When consent was withdrawn. The next build removes the item.")] = None
    wording: Annotated[str, Doc("The id of the wording shown, a file in `consent/`.")] = ""


class LockedConsent(Struct, frozen=True, kw_only=True):
    """One approved submission in the lock file: scopes, dates and digests, no personal data."""

    scopes: Annotated[tuple[Scope, ...], Doc("What consent covers.")]
    approved: Annotated[datetime, Doc("When the owner approved it.")]
    until: Annotated[datetime | None, Doc("When consent ends.")] = None
    withdrawn: Annotated[datetime | None, Doc("When it was taken back.")] = None
    age: Annotated[Literal["adult", "parent-agreed", "unknown"], Doc("How the age rule was met.")] = "adult"
    method: Annotated[
        Literal[
            "form-checkbox",
            "email-reply",
            "signed-pdf",
            "recorded-call",
            "in-person",
            "letter",
            "platform-terms",
            "imported-claim",
        ],
        Doc("How consent was given."),
    ] = "form-checkbox"
    wording: Annotated[str, Doc("The id of the wording the person saw.")] = ""
    wording_sha256: Annotated[str, Doc("The digest of exactly those words.")] = ""
    digest: Annotated[str, Doc("The digest of the approved text, rating and name.")] = ""
    parts: Annotated[
        dict[str, str], Doc("Digests of everything else that was approved, such as `title` and `quotes`, by its key.")
    ] = {}


class ConsentLock(Struct, frozen=True, kw_only=True):
    """`consent.lock.yaml`: which submission may show what, until when."""

    version: Annotated[int, Doc("The version of this file's shape.", ge=1, le=1)] = 1
    items: Annotated[dict[str, LockedConsent], Doc("Submission id to its consent.")] = {}
