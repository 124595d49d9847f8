"""Notes: what comes to light while a page is written, first of all what was read of the site to write it.

A `Read` is a question with its arguments, plain enough to be kept on disk and asked again of a later site. If every
question that a page asked has the answer that it had, the page would come out as it did, and need not be written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec import Struct

from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Card, Page, Term, Variation

__all__ = [
    "Asked",
    "Broken",
    "Notebook",
    "Noted",
    "Noting",
    "PageKey",
    "Read",
    "Reads",
    "Said",
    "TermKey",
    "asked",
    "fingerprint",
    "plain_fingerprint",
]

T = TypeVar("T")


class Read(NamedTuple):
    """A question that was asked: `what` names a method of the reader or a kind of thing, `of` its arguments."""

    what: str
    of: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()


class PageKey(NamedTuple):
    """A page among the arguments of a read."""

    page: str


class TermKey(NamedTuple):
    """A term among the arguments of a read."""

    taxonomy: str
    term: str


class Asked(NamedTuple):
    """An asset that a page uses."""

    name: str


class Broken(NamedTuple):
    """An address that leads nowhere, which has been told."""

    url: str


Noted = Read | Asked | Broken | Diagnostic | Variation | Card
Reads = Mapping[Read, bytes]


class Said(NamedTuple):
    """Words that can be said again, and what was noted while they were made."""

    words: str
    noted: tuple[Any, ...]


class Notebook:
    """Where notes of the page being written go; `answers` has a digest of the answer to every question ever asked,
    `pages` that of every page that stood in one.

    While a question is being answered nothing is noted: its own answer stands for whatever it took to find.
    """

    def __init__(self) -> None:
        self.noted: list[Any] = []
        self.answers: dict[Read, bytes] = {}
        self.quiet = False
        self.pages: dict[str, bytes] = {}
        self._once: set[int] = set()
        self._said: dict[Any, Said] = {}

    def turn_page(self) -> list[Any]:
        """Begin the notes of another page, and return the list that they will stand in."""
        self.noted = []
        return self.noted

    def read(self, read: Read, answer: Any) -> None:
        """Note that `read` was asked and got `answer`."""
        if self.quiet:
            return
        self.noted.append(read)
        if read not in self.answers:
            self.answers[read] = self.digest(answer)

    def digest(self, answer: Any) -> bytes:
        """Return the digest of an answer, as it stands in `answers`."""
        return fingerprint(answer, self.pages)

    def listen(self, work: Callable[[], T]) -> tuple[T, tuple[Any, ...]]:
        """Return what `work` returns, and what was noted meanwhile."""
        mark, quiet = len(self.noted), self.quiet
        self.quiet = False
        try:
            done = work()
        finally:
            self.quiet = quiet
        return done, tuple(dict.fromkeys(self.noted[mark:]))

    def recall(self, key: Any, say: Callable[[], str]) -> str:
        """Return what was said for `key`, noting again what was noted; else let it be said.

        Words are kept from the second time on: most are asked for once, and keeping those would only cost memory.
        """
        said = self._said.get(key)
        if said is not None:
            self.noted.extend(said.noted)
            return said.words
        words, noted = self.listen(say)
        trace = hash(key)
        if trace in self._once:
            self._said[key] = Said(words, noted)
        else:
            self._once.add(trace)
        return words


class Noting(Protocol):
    """Whose questions are noted, if it has a notebook."""

    notes: Notebook | None


def asked(method: Callable[..., T]) -> Callable[..., T]:
    """Make a method of the reader note that it was asked, unless it is on behalf of another."""
    what = method.__name__

    @wraps(method)
    def answer(self: Noting, *args: Any, **named: Any) -> T:
        notes = self.notes
        if notes is None or notes.quiet:
            return method(self, *args, **named)
        notes.quiet = True
        try:
            found = method(self, *args, **named)
        finally:
            notes.quiet = False
        given = tuple((key, _plain(value)) for key, value in named.items()) if named else ()
        notes.read(Read(what, tuple(map(_plain, args)), given), found)
        return found

    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, Page):
        return PageKey(value.id)
    if isinstance(value, Term):
        return TermKey(value.taxonomy, value.slug)
    return tuple(value) if isinstance(value, list) else value


def fingerprint(value: Any, pages: dict[str, bytes]) -> bytes:
    """Return a digest of an answer; `pages` keeps those of pages, which stand in many answers."""
    return _digest(_shortened(value, pages))


def plain_fingerprint(value: Any) -> bytes:
    """Return a digest of a value that has neither pages nor sets in it, which is found sooner."""
    return _digest(value)


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(_ENCODER.encode(value), digest_size=12).digest()


def _shortened(value: Any, pages: dict[str, bytes]) -> Any:
    if isinstance(value, Page):
        if value.id not in pages:
            pages[value.id] = _digest(value)
        return pages[value.id]
    if isinstance(value, (tuple, list)):
        return [_shortened(part, pages) for part in value]
    if isinstance(value, Struct):
        return [_shortened(getattr(value, name), pages) for name in value.__struct_fields__]
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=repr)
    return value


# the order of a mapping is part of an answer: templates go through it
_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)
