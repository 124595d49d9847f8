"""Consent: may this item be shown, and with what? The one place that decides it.

An item is shown only while there is approval and consent for each thing shown, a disclosure where there was
an incentive or a tie, and its dates hold (GDPR 6 and 7; 16 CFR 255.5, 465.4, 465.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.codes_rules import MACHINE_WORDS
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import Component, Item, Reference, Segments
from caresite.kinds import Consent, ConsentLock, Quote, Story, Testimonial
from caresite.kinds.content import Disclosed, Picture
from caresite.pipeline.approved import changed_parts
from caresite.pipeline.hidden_names import hidden_names, places_of_name, places_of_surname, shown_name

__all__ = ["Verdict", "judge", "shown_name", "shows_face", "targets_in", "without_pictures"]

_UNTIED = frozenset(("customer", "client", "reader"))
_REMEDIES = {
    "incentive.conditional_on_positive": "such words may not be published (16 CFR 465.4); remove the item",
    "relation": "say how they are tied to you, and if it is a tie, add `disclosure:` with one plain sentence",
}
_RULES_FOR_NAMES = {
    "author": "the name, of which “{}” may be shown",
    "customer": "the customer, who is to stay {}",
}
_WEAK = frozenset(("platform-terms", "imported-claim"))


class Verdict(Struct, frozen=True):
    """Whether an item may be shown now; when not, why in short, and the diagnostics that say it at its place.

    `pictures` are the addresses of pictures that consent does not cover: the item is shown without them.
    """

    reasons: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    ends: datetime | None = None
    pictures: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reasons


class _Grant(Struct, frozen=True):
    """Consent from either place, in one shape."""

    scopes: frozenset[str]
    at: datetime
    ends: datetime | None
    withdrawn: datetime | None
    method: str
    adult: bool = True
    digest: str = ""
    parts: Mapping[str, str] = {}
    is_submission: bool = False


class _Reason(Struct, frozen=True):
    """Why an item is withheld that is settled at the keys named, and how."""

    why: str
    keys: tuple[str, ...]
    remedy: str


class _Unagreed(Struct, frozen=True):
    """A picture that consent does not cover: where the front matter names it, its address, and why it is left out."""

    key: str
    src: str
    why: str


def judge(item: Item, lock: ConsentLock, now: datetime, today: datetime | None = None) -> Verdict:
    """Return whether `item` may be shown at `now`. Items that are nobody's words but ours always may.

    A withdrawal on record holds at every moment. So does an end of consent that has passed by `today`, for a `now` in
    the past: a build for another day is published on this one.
    """
    meta = item.meta
    if not _needs_consent(meta):
        return Verdict()
    if meta.consent and meta.consent_ref:
        message = "both `consent` and `consent_ref` are given; one of them decides"
        related = (_at(item, "consent"),)
        contradiction = fault(codes.TWO_CONSENTS, _at(item, "consent_ref"), message, related=related)
        return Verdict(("two consent records contradict each other",), (contradiction,))
    grant = _grant(meta, lock)
    if grant is None:
        reason = (
            f"`{meta.consent_ref}` has no consent on record in consent.lock.yaml"
            if meta.consent_ref
            else "there is no consent on record"
        )
        return Verdict((reason,), _told(item, [reason]))
    if grant.at > now:
        message = f"consent is dated {grant.at:%Y-%m-%d}, which is still to come"
        return Verdict((message,), (fault(codes.CONSENT_TOO_EARLY, _at(item, "consent.at", "consent_ref"), message),))
    pictures = tuple(_unagreed_pictures(meta, grant))
    uncovered = [
        *_lapsed(grant, max(now, today or now)),
        *_uncovered(meta, grant),
        *_in_the_text(item, pictures),
    ]
    at_places = (*_given_away(item), *_changed(item, grant))
    undisclosed = _undisclosed(meta)
    invented = ["no customer said the words: a program wrote them"] if getattr(meta, "machine_written", False) else []
    told = (
        *(fault(MACHINE_WORDS, _at(item, "machine_written"), f"withheld: {why}") for why in invented),
        *_told(item, uncovered, settled=grant.withdrawn is not None),
        *(_at_place(item, each, settled=grant.withdrawn is not None) for each in at_places),
        *_surnames(item),
        *(
            fault(codes.MISSING_DISCLOSURE, _at(item, key), f"withheld: {why}", hint=_REMEDIES.get(key, ""))
            for key, why in undisclosed
        ),
    )
    reasons = (*uncovered, *(each.why for each in at_places), *invented, *(why for _, why in undisclosed))
    if reasons:
        return Verdict(reasons, told, grant.ends)
    left_out = (fault(codes.PICTURE_LEFT_OUT, _at(item, each.key, "author"), each.why) for each in pictures)
    return Verdict((), (*told, *left_out), grant.ends, tuple(each.src for each in pictures))


def _at(item: Item, *paths: str) -> Span:
    return place_in(item.places, item.span, *paths)


def _told(item: Item, reasons: list[str], *, settled: bool = False) -> tuple[Diagnostic, ...]:
    """Report why an item is withheld; a withdrawal on record is settled, and only noted."""
    if not reasons:
        return ()
    span, message = _at(item, "consent_ref", "consent"), f"withheld: {'; '.join(reasons)}"
    return (fault(codes.WITHHELD, span, message, severity="note" if settled else None),)


def _needs_consent(meta: Any) -> bool:
    if isinstance(meta, Quote):
        is_customers = bool(meta.source and meta.source.kind == "testimonial") or meta.rights == "permission"
        return is_customers or bool(meta.consent or meta.consent_ref)
    return isinstance(meta, (Story, Testimonial))


def _grant(meta: Any, lock: ConsentLock) -> _Grant | None:
    if meta.consent_ref:
        locked = lock.items.get(meta.consent_ref)
        if locked is None:
            return None
        adult = locked.age != "unknown"
        return _Grant(
            scopes=frozenset(locked.scopes),
            at=locked.approved,
            ends=locked.until,
            withdrawn=locked.withdrawn,
            method=locked.method,
            adult=adult,
            digest=locked.digest,
            parts=locked.parts,
            is_submission=True,
        )
    consent: Consent | None = meta.consent
    if consent is None:
        return None
    return _Grant(frozenset(consent.scopes), consent.at, consent.expires, consent.withdrawn, consent.how)


def _lapsed(grant: _Grant, now: datetime) -> list[str]:
    reasons = []
    if grant.withdrawn:
        reasons.append(f"consent was withdrawn on {grant.withdrawn:%Y-%m-%d}")
    if grant.ends and grant.ends <= now:
        reasons.append(f"consent ended on {grant.ends:%Y-%m-%d}")
    if not grant.adult:
        reasons.append("nobody has recorded that the author is of age, or that a parent agreed")
    return reasons


def _uncovered(meta: Any, grant: _Grant) -> list[str]:
    """Say what would be shown without its own scope."""
    author = meta.author
    display = getattr(author, "display", "full")
    shown = {"publish_text": "the words"}
    if author and author.name and display not in ("role", "anonymous"):
        shown["publish_name"] = "the name"
    if author and getattr(author, "company", "") and display != "anonymous":
        shown["publish_company"] = "the company"
    if isinstance(meta, Story) and meta.customer.name and not meta.customer.anonymous:
        shown["publish_company"] = "the company"
    reasons = [f"consent does not cover {what} ({scope})" for scope, what in shown.items() if scope not in grant.scopes]
    if isinstance(meta, Story) and meta.customer.logo and not meta.customer.logo_permission:
        reasons.append("the logo is shown without `logo_permission: true`")
    return reasons


def _unagreed_pictures(meta: Any, grant: _Grant) -> Iterator[_Unagreed]:
    """Yield the pictures of its author that an item would show without a yes to them."""
    if "publish_photo" in grant.scopes and grant.method not in _WEAK:
        return
    why = (
        f"consent by {grant.method} never covers a photo"
        if "publish_photo" in grant.scopes
        else "consent does not cover it (publish_photo)"
    )
    face = meta.author.photo if shows_face(meta) else None
    if face:
        yield _Unagreed("author.photo", face.src, f"the photo is left out: {why}")
    for key in ("image", "share_image"):
        picture = getattr(meta, key, None)
        is_same = bool(picture and face and _plain(picture.src) == _plain(face.src))
        if picture and (is_same or (grant.is_submission and _lies_beside(picture))):
            yield _Unagreed(key, picture.src, f"the picture is left out: {why}")


def _in_the_text(item: Item, pictures: Iterable[_Unagreed]) -> list[str]:
    """Say that the text itself shows a picture that cannot be left out alone."""
    shown = {_plain(target) for target in targets_in(item.body.html)}
    found = {_plain(each.src) for each in pictures} & shown
    return [f"its text shows `{src}`, and consent does not cover the photo (publish_photo)" for src in sorted(found)]


def targets_in(segments: Segments) -> Iterator[str]:
    """Yield what a body shows or links to, as it was written."""
    for segment in segments:
        if isinstance(segment, Reference):
            yield segment.target
        elif isinstance(segment, Component):
            yield from (v for k, v in segment.args.items() if k in ("src", "url", "poster") and isinstance(v, str))
            yield from targets_in(segment.body)


def without_pictures(item: Item, addresses: tuple[str, ...]) -> Item:
    """Return `item` as if it had never had the pictures at `addresses`, which it keeps in mind as hidden."""
    if not addresses:
        return item
    meta = item.meta
    named = {key: getattr(meta, key, None) for key in ("image", "share_image")}
    changes: dict[str, Any] = {key: None for key, picture in named.items() if picture and picture.src in addresses}
    if meta.author and meta.author.photo and meta.author.photo.src in addresses:
        changes["author"] = replace(meta.author, photo=None)
    return replace(item, meta=replace(meta, **changes), hidden=addresses)


def _plain(address: str) -> str:
    return address.partition("?")[0].removeprefix("./")


def _lies_beside(picture: Picture | None) -> bool:
    """Tell whether a picture lies beside its text: there, that of a submission is its author's."""
    return picture is not None and bool(picture.src) and "/" not in picture.src.removeprefix("./")


def _at_place(item: Item, reason: _Reason, *, settled: bool) -> Diagnostic:
    span, message = _at(item, *reason.keys, "consent_ref", "consent"), f"withheld: {reason.why}"
    return fault(codes.WITHHELD, span, message, hint=reason.remedy, severity="note" if settled else None)


def _given_away(item: Item) -> Iterator[_Reason]:
    """Say where a name stands that its owner chose to show in part, or not at all."""
    for hidden in hidden_names(item.meta):
        for place in places_of_name(item, hidden):
            rule = _RULES_FOR_NAMES[hidden.whose].format(hidden.display)
            remedy = f"take it out of `{place}`, or ask for leave to show the whole name"
            yield _Reason(f"`{place}` gives away {rule}", (place, place.partition(".")[0]), remedy)


def _surnames(item: Item) -> Iterator[Diagnostic]:
    """Warn of a surname that stands by itself, which may be another word or another person."""
    for hidden in hidden_names(item.meta):
        named = places_of_name(item, hidden)
        for place in places_of_surname(item, hidden):
            if place not in named:
                message = f"`{place}` holds the surname, and the author chose “{hidden.display}”"
                yield fault(codes.SURNAME_SHOWN, _at(item, place, place.partition(".")[0], "author"), message)


def _changed(item: Item, grant: _Grant) -> Iterator[_Reason]:
    """Say what of the item is not as it was approved, by the digests in the lock file."""
    if not isinstance(item.meta, (Story, Testimonial)):
        return
    if changed := changed_parts(item, grant.digest, grant.parts):
        item_id = item.meta.consent_ref[:6]
        again = f"`caresite stories reopen {item_id}`, then `caresite stories approve {item_id}`"
        remedy = f"undo the change; or, to approve it, run {again}"
        yield _Reason(f"changed since it was approved: {', '.join(changed.values())}", tuple(changed), remedy)


def _undisclosed(meta: Any) -> list[tuple[str, str]]:
    """Say what readers would not be told, each with the key that tells it to us."""
    if not isinstance(meta, Disclosed):
        return []
    incentive = meta.incentive if meta.incentive and meta.incentive.given and meta.incentive.kind != "none" else None
    reasons = []
    if incentive and incentive.conditional_on_positive:
        reasons.append(("incentive.conditional_on_positive", "something was given on condition of praise"))
    if incentive and not meta.disclosure:
        reasons.append(("incentive", "something was given for the words and no `disclosure` says so"))
    if meta.relation == "unknown":
        reasons.append(("relation", "how the author is tied to the firm is not known"))
    elif meta.relation not in _UNTIED and not meta.disclosure:
        reasons.append(("relation", f"the author is tied to the firm ({meta.relation}) and no `disclosure` says so"))
    return reasons


def shows_face(meta: Any) -> bool:
    """Tell whether the author of a customer's words may be shown in a picture: not without a name."""
    speaker = meta.author if isinstance(meta, (Story, Testimonial)) else None
    return speaker is not None and speaker.display not in ("role", "anonymous")
