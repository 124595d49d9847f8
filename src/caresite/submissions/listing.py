"""The listing: what is asked of many submissions at once, kept beside them so that ten thousand are listed at once.

It is worked out from the files and may be deleted at any time. A file whose stamp is not the one noted is read again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from caresite.core.diagnostics import Diagnostic, Problem
from caresite.core.texts import cut
from caresite.pipeline.consent import shown_name
from caresite.submissions.files import write_private
from caresite.submissions.leaks.sentences import Sentence, sentences_of
from caresite.submissions.records import Submission, decisions
from caresite.submissions.sameness import digest_of, sketch_of

__all__ = ["FILE", "Listing", "Summary", "digits_of", "summary_of"]

FILE = ".listing"
_EDITION = 5
_SHOWN = 90
_ADDRESS = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]++@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.,/:-])\+?\(?\d(?:[\s()./–-]{0,3}\d){7,14}(?![\w-])")
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}\b|\d{1,2}[-./]\d{1,2}[-./]\d{4}\b")
_FEWEST_DIGITS = 8


class Summary(Struct, frozen=True, array_like=True):
    """What lists, statistics, the spam score and the leak scan know of a submission.

    `emails` and `phones` are those of the sender and those written into the words; `unsaid` are the names that the
    words do not say themselves; `name_covered` tells whether the whole name may be shown. `sentences` are those of the
    words, `public_before` marks of what was public when it was taken in.
    """

    id: str
    state: str
    reason: str
    kind: str
    source: str
    form: str
    received_at: datetime
    name: str
    title: str
    excerpt: str
    rating: float | None
    score: float
    verdict: str
    email_hmac: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    names: tuple[str, ...]
    unsaid: tuple[str, ...]
    name_covered: bool
    digest: str
    sketch: tuple[int, ...]
    moves: int
    erase_after: str
    hold: bool
    sentences: tuple[Sentence, ...] = ()
    public_before: tuple[str, ...] = ()


Stamp = tuple[int, int, int, int]


class _Kept(Struct, array_like=True):
    edition: int
    entries: dict[str, tuple[Stamp, Summary]]


class _Said(NamedTuple):
    """What is worked out of the words of a submission."""

    excerpt: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    digest: str
    sketch: tuple[int, ...]
    sentences: tuple[Sentence, ...]


@lru_cache(maxsize=1_024)
def _said(body: str, others: tuple[str, ...], email: str, phone: str) -> _Said:
    """Work through the words of a submission; kept for a while, as a pull asks more than once for each."""
    said = (body, *others)
    emails = dict.fromkeys(
        found.lower() for words in (email, *said) if "@" in words for found in _ADDRESS.findall(words)
    )
    numbers = (_NUMBER.findall(_DATE.sub(" ", words)) for words in said if len(_DIGIT.findall(words)) >= _FEWEST_DIGITS)
    phones = dict.fromkeys((phone, *(number for found in numbers for number in found)))
    return _Said(
        excerpt=cut(" ".join(body[:500].split()), _SHOWN),
        emails=tuple(emails),
        phones=tuple(phone for phone in phones if len(digits_of(phone)) >= _FEWEST_DIGITS),
        digest=digest_of(body),
        sketch=sketch_of(body),
        sentences=sentences_of(body),
    )


def summary_of(submission: Submission) -> Summary:
    """Return what the listing knows of `submission`."""
    sender, text, retention = submission.submitter, submission.text, submission.retention
    showing = submission.showing
    others = (text.title, submission.moderation.note, *submission.extra.values())
    said = _said(text.body, others, sender.email, sender.phone)
    names = tuple(name for name in (sender.name, *submission.about.staff_named) if name)
    words = f"{text.title}\n{text.body}".casefold()
    return Summary(
        id=submission.id,
        state=submission.moderation.state,
        reason=submission.moderation.reason,
        kind=submission.kind,
        source=submission.source,
        form=submission.form,
        received_at=submission.received_at,
        name=sender.name,
        title=showing.title or text.title,
        excerpt=said.excerpt,
        rating=text.rating,
        score=submission.spam.score,
        verdict=submission.spam.verdict,
        email_hmac=sender.email_hmac,
        emails=said.emails,
        phones=said.phones,
        names=names,
        unsaid=tuple(name for name in names if name.casefold() not in words),
        name_covered=_is_covered(submission),
        digest=said.digest,
        sketch=said.sketch,
        moves=len(submission.moderation.log),
        erase_after=retention.erase_after.isoformat() if retention.erase_after else "",
        hold=retention.legal_hold,
        sentences=tuple(dict.fromkeys((*said.sentences, *sentences_of(text.title, showing.title, showing.body)))),
        public_before=submission.public_before,
    )


def digits_of(text: str) -> str:
    """Return the digits of a telephone number."""
    return "".join(c for c in text if c.isdecimal() and c.isascii())


def _is_covered(submission: Submission) -> bool:
    sender = submission.submitter
    granted = decisions(submission.consent).get("publish_name") == "granted"
    is_whole = shown_name(sender.name, sender.display) == sender.name
    return submission.moderation.state == "approved" and granted and is_whole


class Listing:
    """Summaries of all files of a folder, read again only where a file has changed."""

    def __init__(self, folder: Path, read: Callable[[Path], Submission]) -> None:
        self.folder = folder
        self._read = read
        self._known: dict[str, tuple[Stamp, Summary]] | None = None
        self._changed = False
        self.found: tuple[Diagnostic, ...] = ()

    def refresh(self) -> dict[str, Summary]:
        """Return the summary of each submission by id, newest first; `found` says which files cannot be read."""
        known = self._load() if self._known is None else self._known
        current: dict[str, tuple[Stamp, Summary]] = {}
        found: list[Diagnostic] = []
        for name, stamp in _stamps(self.folder):
            old = known.get(name)
            if old is not None and old[0] == stamp:
                current[name] = old
                continue
            try:
                current[name] = (stamp, summary_of(self._read(self.folder / name)))
            except Problem as problem:
                found.extend(problem.diagnostics)
            self._changed = True
        self.found = tuple(found)
        self._changed = self._changed or len(current) != len(known)
        self._known = current
        ordered = sorted((s for _, s in current.values()), key=lambda s: (-s.received_at.timestamp(), s.id))
        return {summary.id: summary for summary in ordered}

    def note(self, path: Path, submission: Submission) -> None:
        """Take note of a file that was just written, so that it need not be read."""
        if self._known is not None:
            self._known[path.name] = (_stamp(path.stat()), summary_of(submission))
            self._changed = True

    def save(self) -> None:
        """Keep the listing for the next time; without it, all files are read again."""
        if self._known is None or not self._changed or not self.folder.is_dir():
            return
        data = msgspec.msgpack.encode(_Kept(_EDITION, self._known))
        with suppress(OSError):
            write_private(self.folder / FILE, data)
            self._changed = False

    def _load(self) -> dict[str, tuple[Stamp, Summary]]:
        try:
            kept = msgspec.msgpack.decode((self.folder / FILE).read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError, ValueError):
            return {}
        return kept.entries if kept.edition == _EDITION else {}


def _stamps(folder: Path) -> Iterable[tuple[str, Stamp]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.name.endswith((".yaml", ".yml")) and not entry.name.startswith(".") and entry.is_file():
                yield entry.name, _stamp(entry.stat())


def _stamp(stat: os.stat_result) -> Stamp:
    return (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)
