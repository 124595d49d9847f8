"""Agreements: what the boxes of a form, or the columns of an export, say that somebody agreed to.

Only a clear yes grants, and only a clear no denies. A question that was left empty and an answer that nobody
understands are neither, and are recorded as what they are. A box of our own form that was not ticked is a no, and so is
one of several in a cell that holds others. What was not asked is not on record at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, get_args

from caresite.core.intake import IncomingSource
from caresite.kinds.consent import SCOPES, Scope
from caresite.submissions.answers import display_of, is_yes
from caresite.submissions.fold import clean_line, fold
from caresite.submissions.questions import CONSENT_DIGEST, CONSENT_WORDING
from caresite.submissions.records import Agreement
from caresite.submissions.records import Decision as Said
from caresite.submissions.review.edits import turns_meaning
from caresite.submissions.ticked import ticked_in
from caresite.submissions.wordings import Wording, family_of

__all__ = ["Agreed", "Wordings", "agreement_of", "scopes_of_display"]

_NAMED = ("full", "first-name", "first-initial", "initials")
_YES = "yes "  # before a number: the sentences that a source says mean yes
# words that narrow a yes, and what turns meaning in languages besides those that edits are compared in
_LIMITING = frozenset(
    (
        *("only", "just", "nur", "bloß", "lediglich", "solo", "solamente", "sólo", "seulement", "soltanto", "alleen"),
        *("pas", "mais", "sans", "sauf", "aucun", "aucune", "jamais", "non", "ma", "senza", "mai", "tranne"),
        *("não", "mas", "sem", "nem", "exceto", "niet", "geen", "maar", "zonder", "behalve", "nooit"),
        *("nie", "ale", "ikke", "inte", "ej", "men", "ei", "mutta", "nem"),
    )
)


class Agreed(NamedTuple):
    """What was agreed to, if anything was asked; what was not understood, and by scope as it was written."""

    record: Agreement | None
    noticed: tuple[str, ...] = ()
    unread: Mapping[str, str] = {}


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
    wording = _shown_among(_wordings(known, source, wordings, noticed), known)
    said: dict[str, Said] = {}
    unread: dict[str, str] = {}
    for scopes, text in _questions(known, source, _asked(known, wording)):
        if not text.strip():
            is_box = bool(wording and known.get(CONSENT_DIGEST))  # our own forms send no box that is not ticked
            _settle(said, dict.fromkeys(scopes, "denied" if is_box else "not answered"))
            continue
        answer = _read(text, scopes, wording, source.yes)
        _settle(said, {s: a for s, a in answer.said.items() if s in scopes or s not in known})
        noticed.extend(answer.noticed)
        unread |= dict.fromkeys((s for s in scopes if answer.said[s] == "not understood"), text)
    display = display_of(known.get("display", "")) or ""
    company = known.get("company", "")
    for scope in ("publish_name", *(("publish_company",) if company.strip() else ())):
        if display and said.get(scope) != "granted":
            said[scope] = "granted" if scope in scopes_of_display(display, company) else "denied"
    if not said:
        return Agreed(None, tuple(noticed))
    claimed, digest = clean_line(known.get(CONSENT_WORDING, "")), clean_line(known.get(CONSENT_DIGEST, ""), 64)
    record = Agreement(
        at=at,
        method="form-checkbox" if wording or digest else "imported-claim",
        granted=_those(said, "granted"),
        denied=_those(said, "denied"),
        not_answered=_those(said, "not answered"),
        not_understood=_those(said, "not understood"),
        wording_id=wording.id if wording else claimed,
        wording_sha256=wording.sha256 if wording else digest,
    )
    return Agreed(record, tuple(noticed), unread)


def _questions(
    known: Mapping[str, str], source: IncomingSource, asked: Iterable[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each question with the scopes that it asks for; several are mapped to one where it has several boxes."""
    by_column: dict[str, list[str]] = {}
    for scope in asked:
        column = fold(source.map[scope]) if scope in source.map else ""
        by_column.setdefault(column or scope, []).append(scope)
    for scopes in by_column.values():
        yield tuple(scopes), known.get(scopes[0], "")


def _settle(said: dict[str, Said], more: Mapping[str, Said]) -> None:
    """Add what another question says; where two contradict each other, nobody knows what was meant."""
    for scope, answer in more.items():
        said[scope] = answer if said.get(scope, answer) == answer else "not understood"


class _Read(NamedTuple):
    """What one answer says of each scope, and what about it was not understood."""

    said: dict[str, Said]
    noticed: tuple[str, ...] = ()


def _read(text: str, scopes: tuple[str, ...], wording: Wording | None, yes: Iterable[str]) -> _Read:
    """Return what an answer that is not empty says: a yes, a no, or the sentences of the boxes that were ticked."""
    plain = is_yes(text, yes)
    if plain is False:
        return _Read(dict.fromkeys(scopes, "denied"))
    offered = {scope: sentence for scope, sentence in (wording.purposes if wording else {}).items() if scope in SCOPES}
    ticked = ticked_in(text, offered | {f"{_YES}{number}": sentence for number, sentence in enumerate(yes)})
    granted = [scope for scope in ticked.keys if scope in offered]
    is_agreed = plain or any(key.startswith(_YES) for key in ticked.keys)
    meant = {part: is_yes(part) for part in ticked.rest}
    unread = [part for part, means in meant.items() if means is None]
    is_agreed = is_agreed or any(means for means in meant.values())
    if False in meant.values() or any(_limits(part) for part in unread):
        unread, granted, is_agreed = [text], [], False  # “…, but not my name” takes back what stands before it
    elif is_agreed and not granted and len(scopes) == 1 and not unread:
        granted = list(scopes)
    open_: Said = "denied" if granted and not unread else "not understood"
    said: dict[str, Said] = {**dict.fromkeys(scopes, open_), **dict.fromkeys(granted, "granted")}
    return _Read(said, tuple(_notices(text, said, unread, is_shared=len(scopes) > 1)))


def _notices(text: str, said: Mapping[str, Said], unread: list[str], *, is_shared: bool) -> Iterator[str]:
    shown = clean_line(text, 80)
    for scope, answer in said.items():
        if answer == "not understood":
            why = " which of several purposes it is for" if is_shared and not unread else ""
            yield f"{scope}: “{shown}” was not understood{why}, so it is neither a yes nor a no"
    if unread and "not understood" not in said.values():
        yield f"consent: “{clean_line(', '.join(unread), 80)}” was not understood; the rest of the answer was"


def _limits(part: str) -> bool:
    """Tell whether some words may turn or narrow what stands beside them."""
    return any(turns_meaning(word) or word in _LIMITING for word in re.findall(r"\w+(?:['’]\w+)*", part.casefold()))


def _asked(known: Mapping[str, str], wording: Wording | None) -> tuple[str, ...]:
    """Return the scopes that were asked for. Our forms send no box that is not ticked; the wording tells of it."""
    is_ours = wording is not None and bool(known.get(CONSENT_DIGEST))
    offered = set(wording.purposes if wording and is_ours else ()) & set(SCOPES)
    if "photo" not in known and not known.get("publish_photo"):
        offered.discard("publish_photo")
    return tuple(scope for scope in SCOPES if scope in offered or scope in known)


def _those(said: Mapping[str, Said], answer: Said) -> tuple[Scope, ...]:
    return tuple(scope for scope in get_args(Scope) if said.get(scope) == answer)


def _shown_among(wordings: tuple[Wording, ...], known: Mapping[str, str]) -> Wording | None:
    """Return the wording that somebody was shown: of its translations, the one whose sentences the answers hold."""
    if len(wordings) < 2:
        return wordings[0] if wordings else None
    texts = [known[scope] for scope in SCOPES if known.get(scope)]
    return max(wordings, key=lambda each: sum(len(ticked_in(text, each.purposes).keys) for text in texts))


def _wordings(
    known: Mapping[str, str],
    source: IncomingSource,
    wordings: Wordings,
    noticed: list[str],
) -> tuple[Wording, ...]:
    """Return the wording that was shown, if we have exactly that text; one that a source names with translations."""
    digest = clean_line(known.get(CONSENT_DIGEST, ""), 64).lower()
    claimed = clean_line(known.get(CONSENT_WORDING, ""))
    if digest:
        found = next((w for w in wordings.now.values() if w.sha256 == digest), None) or wordings.kept.get(digest)
        if found is None:
            noticed.append(f"the wording `{claimed}` with the digest {digest[:12]}… is none that we have")
        return (found,) if found else ()
    if not source.wording:
        return ()
    named = wordings.now.get(source.wording)
    if named is None:
        noticed.append(f"the wording `{source.wording}` is not in `consent/`")
        return ()
    same = family_of(named.id)
    return (
        named,
        *(each for name, each in sorted(wordings.now.items()) if name != named.id and family_of(name) == same),
    )
