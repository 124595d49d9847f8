"""Secrets: what the private store holds and no consent covers, arranged so that a text is searched for all at once."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from caresite.core.urls import slug_of
from caresite.submissions.listing import Summary, digits_of

__all__ = ["Secrets", "edition_of", "name_words", "phone_key", "secrets_of"]

_WORD = re.compile(r"[^\W_]+")
_KEY_DIGITS = 9
_FEWEST_DIGITS = 8
_SHORTEST_NAME = 5
_ALGORITHMS = ("md5", "sha1", "sha256")


class Secrets(Struct, frozen=True, kw_only=True):
    """What to look for, each with the id of its submission.

    `emails` are by domain, then by what stands before the `@`; `phones` by their last digits; `names` by their
    longest word, then by all their words; `digests` are of addresses, in hexadecimal and base64, with the algorithm.
    """

    emails: Mapping[str, Mapping[str, str]]
    phones: Mapping[str, str]
    names: Mapping[bytes, tuple[tuple[tuple[str, ...], str], ...]]
    digests: Mapping[str, tuple[str, str]]
    edition: bytes

    def __bool__(self) -> bool:
        return bool(self.emails or self.phones or self.names)


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are searched for: no case, no punctuation."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", name).casefold()))


def phone_key(number: str) -> str:
    """Return the last digits of a number, which it keeps however its beginning is written; of a short one, nothing."""
    digits = digits_of(number).lstrip("0")
    return digits[-_KEY_DIGITS:] if len(digits) >= _FEWEST_DIGITS else ""


def edition_of(summaries: Iterable[Summary], allowed: Iterable[str]) -> bytes:
    """Return a digest of everything that decides what is looked for."""
    digest = hashlib.blake2b(digest_size=16)
    for summary in summaries:
        parts = (summary.id, *summary.emails, *summary.phones, *summary.names, str(summary.name_covered))
        digest.update("\x1f".join(parts).encode("utf-8", "replace") + b"\x1e")
    digest.update("\x1f".join(sorted(allowed)).encode("utf-8", "replace"))
    return digest.digest()


def secrets_of(summaries: Iterable[Summary], allowed: Iterable[str]) -> Secrets:
    """Return what must not stand on the site; `allowed` are names, addresses and numbers that may.

    A name of one word is no secret: half of them are words.
    """
    known = list(summaries)
    may = list(allowed)
    may_say = {each.strip().casefold() for each in may} | {" ".join(name_words(each)) for each in may}
    may_call = {key for each in may if (key := phone_key(each))}
    emails: dict[str, dict[str, str]] = defaultdict(dict)
    phones: dict[str, str] = {}
    names: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    digests: dict[str, tuple[str, str]] = {}
    for summary in known:
        for email in summary.emails:
            local, _, domain = email.lower().rpartition("@")
            if email.lower() not in may_say and domain:
                emails[domain].setdefault(local, summary.id)
                digests.update(_digest_table(email, summary.id))
        for phone in summary.phones:
            key = phone_key(phone)
            if key and key not in may_call:
                phones.setdefault(key, summary.id)
        for words in _secret_names(summary):
            if " ".join(words) not in may_say:
                names[max(words, key=len)].setdefault(words, summary.id)
    return Secrets(
        emails={domain: dict(locals_) for domain, locals_ in emails.items()},
        phones=phones,
        names={word.encode(): tuple(found.items()) for word, found in names.items()},
        digests=digests,
        edition=edition_of(known, may),
    )


def _secret_names(summary: Summary) -> Iterable[tuple[str, ...]]:
    """Yield the names that must not be shown, as they are written and as an address would have them."""
    covered = summary.names[:1] if summary.name_covered else ()
    for name in summary.names:
        if name in covered:
            continue
        for words in {name_words(name), tuple(slug_of(name).split("-"))}:
            if len(words) > 1 and sum(map(len, words)) >= _SHORTEST_NAME and not words[0].isdigit():
                yield words


def _digest_table(email: str, item_id: str) -> dict[str, tuple[str, str]]:
    """Return the digests of an address as services make them (small letters, no spaces), in both writings."""
    table: dict[str, tuple[str, str]] = {}
    for algorithm in _ALGORITHMS:
        digest = hashlib.new(algorithm, email.strip().lower().encode("utf-8", "replace"), usedforsecurity=False)
        table[digest.hexdigest()] = (item_id, algorithm)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            table[encode(digest.digest()).decode().rstrip("=")] = (item_id, algorithm)
    return table
