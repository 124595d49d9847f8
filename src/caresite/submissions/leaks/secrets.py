"""Secrets: what the private store holds and no consent covers, arranged so that a text is searched for all at once."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.urls import slug_of
from caresite.submissions.leaks.decoding import as_plain, from_punycode
from caresite.submissions.leaks.names import Place, lone_name, name_words, telling_names, unspaced
from caresite.submissions.leaks.sentences import Sentence
from caresite.submissions.listing import Summary, digits_of

__all__ = ["DECLINED", "Secrets", "edition_of", "mark_of", "phone_key", "secrets_of"]

_KEY_DIGITS = 9
_FEWEST_DIGITS = 8
DECLINED = ("quarantined", "rejected")
_ALGORITHMS = ("md5", "sha1", "sha256")


class Secrets(Struct, frozen=True, kw_only=True):
    """What to look for, each with the id of its submission.

    `emails` are by domain, then by what stands before the `@`, and `spelt` by their longest word before it, as they are
    looked for where somebody wrote “ada [at] example dot org”; `phones` by their last digits; `names` by their
    longest word, then by all their words; `eastern` are names in writing without spaces; `lone` names tell somebody
    only where the words of their submission stand; `digests` are of addresses, in hexadecimal and base64, with the
    algorithm; `sentences` are those of stories that are not published.
    """

    emails: Mapping[str, Mapping[str, str]]
    spelt: Mapping[bytes, tuple[tuple[str, str], ...]]
    phones: Mapping[str, str]
    names: Mapping[bytes, tuple[tuple[tuple[str, ...], str], ...]]
    eastern: Mapping[str, str]
    lone: Mapping[str, tuple[Place, ...]]
    digests: Mapping[str, tuple[str, str]]
    sentences: Mapping[Sentence, str]
    edition: bytes

    def __bool__(self) -> bool:
        return bool(self.emails or self.phones or self.names or self.eastern or self.lone or self.sentences)


def phone_key(number: str) -> str:
    """Return the last digits of a number, which it keeps however its beginning is written; of a short one, nothing."""
    digits = digits_of(number).lstrip("0")
    return digits[-_KEY_DIGITS:] if len(digits) >= _FEWEST_DIGITS else ""


def _address(email: str) -> str:
    return from_punycode(as_plain(email).lower())


def mark_of(what: str, secret: str) -> str:
    """Return the mark by which a record notes that a secret was public before: a digest, however it was written."""
    plain = {"email": as_plain(secret).lower(), "phone": phone_key(secret), "name": " ".join(name_words(secret))}
    said = f"{what}:{plain.get(what, secret)}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def edition_of(summaries: Iterable[Summary], allowed: Iterable[str]) -> bytes:
    """Return a digest of everything that decides what is looked for."""
    digest = hashlib.blake2b(digest_size=16)
    for summary in summaries:
        parts = (summary.id, *summary.emails, *summary.phones, *summary.names, str(summary.name_covered))
        parts = (*parts, *summary.unsaid, summary.excerpt, *map(str, summary.sketch), *summary.public_before)
        parts = (*parts, str(_is_published(summary)), *(sentence.digest for sentence in summary.sentences))
        digest.update("\x1f".join(parts).encode("utf-8", "replace") + b"\x1e")
    digest.update("\x1f".join(sorted(allowed)).encode("utf-8", "replace"))
    return digest.digest()


def secrets_of(summaries: Iterable[Summary], allowed: Iterable[str]) -> Secrets:
    """Return what must not stand on the site; `allowed` are names, addresses and numbers that may."""
    known = sorted(summaries, key=lambda summary: summary.state in DECLINED)  # who else has a secret counts more
    may = list(allowed)
    may_say = {said for each in may for said in (each.strip().casefold(), " ".join(name_words(each)), unspaced(each))}
    may_say |= {said for each in may for said in (slug_of(each).replace("-", " "), _address(each))}
    may_name = may_say | {word for each in may for word in name_words(each)}
    may_call = {key for each in may if (key := phone_key(each))}
    emails: dict[str, dict[str, str]] = defaultdict(dict)
    spelt: dict[str, dict[str, str]] = defaultdict(dict)
    phones: dict[str, str] = {}
    names: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    eastern: dict[str, str] = {}
    lone: dict[str, list[Place]] = defaultdict(list)
    digests: dict[str, tuple[str, str]] = {}
    for summary in (_without_public(each) for each in known):
        for email in summary.emails:
            local, _, domain = _address(email).rpartition("@")
            if f"{local}@{domain}" not in may_say and domain:
                emails[domain].setdefault(local, summary.id)
                if words := name_words(local):
                    spelt[max(words, key=len)].setdefault(f"{local}@{domain}", summary.id)
                digests.update(_digest_table(email, summary.id))
        for phone in summary.phones:
            key = phone_key(phone)
            if key and key not in may_call:
                phones.setdefault(key, summary.id)
        for words in _secret_names(summary):
            if " ".join(words) in may_say:
                continue
            if len(words) > 1:
                names[max(words, key=len)].setdefault(words, summary.id)
            else:
                eastern.setdefault(words[0], summary.id)
        for word in _lone_names(summary):
            if word not in may_name:
                lone[word].append(Place.of(summary))
    return Secrets(
        emails={domain: dict(locals_) for domain, locals_ in emails.items()},
        spelt={word.encode(): tuple(found.items()) for word, found in spelt.items()},
        phones=phones,
        names={word.encode(): tuple(found.items()) for word, found in names.items()},
        eastern=eastern,
        lone={word: tuple(places) for word, places in lone.items()},
        digests=digests,
        sentences=_sentences(known),
        edition=edition_of(known, may),
    )


def _without_public(summary: Summary) -> Summary:
    """Return a summary without what was public before the submission was taken in."""
    if not (public := summary.public_before):
        return summary
    kept = {
        what: tuple(secret for secret in getattr(summary, f"{what}s") if mark_of(what, secret) not in public)
        for what in ("email", "phone", "name")
    }
    covered = summary.name_covered and summary.names[:1] == kept["name"][:1]
    return replace(summary, emails=kept["email"], phones=kept["phone"], names=kept["name"], name_covered=covered)


def _sentences(summaries: Iterable[Summary]) -> dict[Sentence, str]:
    """Return the sentences of stories that are not published, save those that a published one has, too."""
    known = list(summaries)
    published = {sentence for summary in known if _is_published(summary) for sentence in summary.sentences}
    return {
        sentence: summary.id
        for summary in known
        if not _is_published(summary)
        for sentence in summary.sentences
        if sentence not in published
        and not (summary.public_before and mark_of("sentence", sentence.digest) in summary.public_before)
    }


def _is_published(summary: Summary) -> bool:
    return summary.state == "approved"


def _secret_names(summary: Summary) -> Iterable[tuple[str, ...]]:
    """Yield the names that must not be shown anywhere."""
    for name in _uncovered(summary):
        yield from telling_names(name)


def _lone_names(summary: Summary) -> Iterable[str]:
    """Yield the names that must not be shown beside the words of the submission."""
    for name in _uncovered(summary):
        if name in summary.unsaid and (word := lone_name(name)):
            yield word


def _uncovered(summary: Summary) -> Iterable[str]:
    covered = summary.names[:1] if summary.name_covered else ()
    return (name for name in summary.names if name not in covered)


def _digest_table(email: str, item_id: str) -> dict[str, tuple[str, str]]:
    """Return the digests of an address as services make them (small letters, no spaces), in both writings."""
    table: dict[str, tuple[str, str]] = {}
    for algorithm in _ALGORITHMS:
        digest = hashlib.new(algorithm, email.strip().lower().encode("utf-8", "replace"), usedforsecurity=False)
        table[digest.hexdigest()] = (item_id, algorithm)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            table[encode(digest.digest()).decode().rstrip("=")] = (item_id, algorithm)
    return table
