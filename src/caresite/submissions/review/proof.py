"""Proof: all that is on record of one submission on one page, for a lawyer, an authority, or its author."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from caresite.submissions.public import edition_of, shown_of
from caresite.submissions.records import Agreement, Submission, decisions
from caresite.submissions.review.edits import doubts, pieces
from caresite.submissions.review.lockfile import read_entry
from caresite.submissions.store import Store
from caresite.submissions.wordings import read_wording

__all__ = ["proof_of"]

_TEMPLATE = Path(__file__).with_name("proof.html")
_LONGEST_LETTER = 200_000


class _Agreed(NamedTuple):
    """An agreement with what stands behind it: the text that was shown and what proves it, checked by digest."""

    record: Agreement
    sentences: Mapping[str, str]
    text: str
    kept: str
    letter: str
    proven: str
    is_current: bool


def proof_of(store: Store, item: Submission, *, firm: str, by: str, now: datetime) -> str:
    """Return the page as HTML that needs nothing else."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text("utf-8"))
    shown = shown_of(item)
    lock = read_entry(store.root, item.id)
    return template.render(
        item=item,
        firm=firm,
        by=by,
        now=now,
        facts=tuple(_facts(item)),
        shown=shown,
        pieces=pieces(item.text.body, shown.body),
        doubts=doubts(item.text.body, shown.body),
        agreements=tuple(_agreed(store, item, each) for each in item.consent),
        holds=decisions(item.consent),
        paths=tuple(_paths(store.root, item)),
        lock=yaml.safe_dump({item.id: lock}, sort_keys=False, default_flow_style=None) if lock else "",
        day=lambda at: f"{at:%Y-%m-%d}",
        moment=lambda at: f"{at:%Y-%m-%d %H:%M}",
    )


def _facts(item: Submission) -> Iterator[tuple[str, Any]]:
    sender, given = item.submitter, item.incentive
    found: tuple[tuple[str, Any], ...] = (
        ("State", item.moderation.state.replace("_", " ")),
        ("Came", f"{item.received_at:%Y-%m-%d %H:%M} UTC, by {item.source_name or item.source}"),
        ("Taken in", f"{item.imported_at:%Y-%m-%d %H:%M} UTC"),
        ("From", ", ".join(part for part in (sender.name, sender.role, sender.company, sender.location) if part)),
        ("Reached at", ", ".join(part for part in (sender.email, sender.phone) if part)),
        ("Name to be shown", item.showing.display or sender.display),
        ("Tie to the firm", sender.relation),
        ("Age", sender.age),
        ("Whose service", item.about.name or "the firm's own"),
        ("Stars, as given", "" if item.text.rating is None else f"{item.text.rating:g}"),
        ("Given for it", {None: "not known", True: given.description or "yes", False: "nothing"}[given.given]),
        ("Shown beside it", item.showing.disclosure),
        ("The firm's reply", item.showing.reply),
        ("Kept until", item.retention.erase_after or ""),
        ("Legal hold", "yes" if item.retention.legal_hold else ""),
    )
    yield from (pair for pair in found if pair[1])


def _agreed(store: Store, item: Submission, record: Agreement) -> _Agreed:
    data = store.wordings().get(record.wording_sha256, b"")
    is_whole = bool(data) and hashlib.sha256(data).hexdigest() == record.wording_sha256
    wording = read_wording(record.wording_id or "wording", data, ZoneInfo("UTC"))[0] if data else None
    shown = shown_of(item)
    return _Agreed(
        record=record,
        sentences=dict(wording.purposes) if wording else {},
        text=data.decode("utf-8", "replace") if is_whole else "",
        kept="kept, and its digest is right" if is_whole else "the text itself is not kept here",
        letter=_letter(store, item, record)[0],
        proven=_letter(store, item, record)[1],
        is_current=record.edition == edition_of(shown.title, shown.body),
    )


def _letter(store: Store, item: Submission, record: Agreement) -> tuple[str, str]:
    """Return what proves an agreement, as text if it is one, and whether it is what it was."""
    path = store.evidence(item.id, record.evidence)
    if not record.evidence or not path.is_file():
        return "", "the file itself is not kept here"
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != record.evidence:
        return "", "the file was changed since"
    if b"\0" in data or len(data) > _LONGEST_LETTER:
        return "", f"kept in {path.relative_to(store.root).as_posix()}, and its digest is right"
    return data.decode("utf-8", "replace"), "kept, and its digest is right"


def _paths(root: Path, item: Submission) -> Iterator[tuple[str, str]]:
    for path in item.published_as:
        file = root / path
        yield path, hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
