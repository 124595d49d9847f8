"""Agreements: what the boxes of a form, or the columns of an export, say that somebody agreed to.

Only a clear yes grants; a blank, a no and a word nobody understands deny. What was not asked is neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, get_args

from caresite.core.intake import IncomingSource
from caresite.kinds.consent import SCOPES, Scope
from caresite.submissions.answers import display_of, is_yes
from caresite.submissions.fold import clean_line
from caresite.submissions.questions import CONSENT_DIGEST, CONSENT_WORDING
from caresite.submissions.records import Agreement
from caresite.submissions.wordings import Wording

__all__ = ["Agreed", "Wordings", "agreement_of", "scopes_of_display"]

_NAMED = ("full", "first-name", "first-initial", "initials")


class Agreed(NamedTuple):
    """What was agreed to, if anything was asked, and what was not understood."""

    record: Agreement | None
    noticed: tuple[str, ...] = ()


class Wordings(NamedTuple):
    """The wordings of a site: as they are now, by id, and all that were ever kept, by digest."""

    now: Mapping[str, Wording] = {}
    kept: Mapping[str, Wording] = {}


def scopes_of_display(display: str, company: str) -> tuple[Scope, ...]:
    """Return the scopes that the choice of how a name is shown grants: the author's choice is the consent for them.

    Who names no `company` was not asked about one.
    """
    if display not in _NAMED:
        return ()
    return ("publish_name", "publish_company") if company.strip() else ("publish_name",)


def agreement_of(known: Mapping[str, str], at: datetime, *, source: IncomingSource, wordings: Wordings) -> Agreed:
    """Return what the answers in `known` agree to, on the day of `at`."""
    noticed: list[str] = []
    wording = _wording(known, source, wordings, noticed)
    granted: list[str] = []
    denied: list[str] = []
    for scope in _asked(known, wording):
        text = known.get(scope, "")
        says = is_yes(text, (*source.yes, wording.purposes.get(scope, "")) if wording else source.yes)
        if says is None:
            noticed.append(f"{scope}: “{clean_line(text, 80)}” was not understood, so it is no yes")
        (granted if says else denied).append(scope)
    display = display_of(known.get("display", "")) or ""
    company = known.get("company", "")
    for scope in ("publish_name", *(("publish_company",) if company.strip() else ())):
        if display and scope not in granted:
            denied = [each for each in denied if each != scope]
            (granted if scope in scopes_of_display(display, company) else denied).append(scope)
    if not granted and not denied:
        return Agreed(None, tuple(noticed))
    claimed, digest = clean_line(known.get(CONSENT_WORDING, "")), clean_line(known.get(CONSENT_DIGEST, ""), 64)
    record = Agreement(
        at=at,
        method="form-checkbox" if wording or digest else "imported-claim",
        granted=_in_order(granted),
        denied=_in_order(denied),
        wording_id=wording.id if wording else claimed,
        wording_sha256=wording.sha256 if wording else digest,
    )
    return Agreed(record, tuple(noticed))


def _asked(known: Mapping[str, str], wording: Wording | None) -> tuple[str, ...]:
    """Return the scopes that were asked for. Our forms send no box that is not ticked; the wording tells of it."""
    is_ours = wording is not None and bool(known.get(CONSENT_DIGEST))
    offered = set(wording.purposes if wording and is_ours else ()) & set(SCOPES)
    if "photo" not in known and not known.get("publish_photo"):
        offered.discard("publish_photo")
    return tuple(scope for scope in SCOPES if scope in offered or scope in known)


def _in_order(scopes: list[str]) -> tuple[Scope, ...]:
    return tuple(scope for scope in get_args(Scope) if scope in scopes)


def _wording(
    known: Mapping[str, str],
    source: IncomingSource,
    wordings: Wordings,
    noticed: list[str],
) -> Wording | None:
    """Return the wording that was shown, if we have exactly that text."""
    digest = clean_line(known.get(CONSENT_DIGEST, ""), 64).lower()
    claimed = clean_line(known.get(CONSENT_WORDING, ""))
    if digest:
        found = next((w for w in wordings.now.values() if w.sha256 == digest), None) or wordings.kept.get(digest)
        if found is None:
            noticed.append(f"the wording `{claimed}` with the digest {digest[:12]}… is none that we have")
        return found
    if source.wording:
        if source.wording not in wordings.now:
            noticed.append(f"the wording `{source.wording}` is not in `consent/`")
        return wordings.now.get(source.wording)
    return None
