"""Search: does a text hold a secret, as it is, encoded, hashed, or cut in pieces by tags?

What has the form of an address, a number or a digest is looked up; names are looked for by their longest words. So a
text takes the same time for one secret as for a hundred thousand. Encodings are undone before, tags taken away where
they may have cut something.
"""

from __future__ import annotations

import binascii
import re
import string
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from caresite.submissions.leaks.decoding import DECODERS, folded_bytes, readings, undone, without_accents, words_in
from caresite.submissions.leaks.names import Said, Unspaced, name_words
from caresite.submissions.leaks.secrets import Secrets
from caresite.submissions.leaks.sentences import Sentences

__all__ = ["SENTENCE", "Hit", "Searcher"]

SENTENCE = "a sentence"

_AT = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_BEFORE = 80
_AROUND = 400
_WORD_CUT = re.compile(r"[^\W_](?:<!--.*?-->|<[^<>]+>)+[^\W_]", re.DOTALL)
_DIGITS_CUT = re.compile(r"\d\s?(?:(?:<!--.*?-->|<[^<>]+>)\s?)+[(]?\d", re.DOTALL)
# what is written for `@` and `.` so that no program finds an address, in the languages that we have seen it in
_AT_WORDS = "@|at|ät|arroba|chiocciola|arobase|apenstaartje|malpa"
_DOT_WORDS = "dot|punkt|punto|point|ponto|punt|kropka"
_APART = r"(?:[\W_]|<[^<>]*>){0,12}"
_SPELT_AT = rf"(?:[^\w@]|_|<[^<>]*>){{0,12}}(?:{_AT_WORDS}){_APART}"
_SPELT_DOT = rf"{_APART}(?:{_DOT_WORDS})?{_APART}"
_KEYS = (9, 8)
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Fa-f])")
_SHORTEST_RUN = 11
_LONGEST_RUN = 400_000
_MOST_KNOWN = 200_000
_TAG = re.compile(r"<!--(?:[^<]|<(?!!--))*?-->|<[!/?a-zA-Z][^<>]*>", re.DOTALL)
_GAP = r"(?:[^\w<]|_|</?[a-zA-Z!][^<>]*+>|<)++"  # nothing is tried twice, however many tags there are
_BETWEEN = rf"{_GAP}(?:[^\W\d_]{_GAP}){{0,2}}"  # an initial or two may stand between the words of a name
# what parts runs of base64 becomes a space: splitting bytes at those is ten times as fast as a pattern
_RUN = frozenset((string.ascii_letters + string.digits + "+/").encode())
_PARTS_RUNS = bytes({45: 43, 95: 47}.get(n, n if n in _RUN else 32) for n in range(256))
_IN_NUMBERS = b" \t\r\n().-/_?"  # a dash or space that is not ASCII has become a `?`
_LONG_NUMBER = re.compile(rb"\d{8,}")


class Hit(NamedTuple):
    """One secret that was found. It says what it is and whose, never what it says."""

    what: str
    how: str
    item_id: str


class Searcher:
    """Searches texts for the same secrets. Runs of letters that proved to be no base64 are not looked at again."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self._lone = {word.encode() for word in secrets.lone}
        self._unspaced = Unspaced((*secrets.eastern, *secrets.lone))
        self._sentences = Sentences(secrets.sentences)
        self._harmless: set[bytes] = set()

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield each secret that `text` holds, once, with how it is written there."""
        found: set[tuple[str, str]] = set()
        decoded = undone(text)
        for hit in self._as_it_stands(decoded):
            if _is_new(hit, found):
                yield hit if decoded == text else hit._replace(how=self._how(text, hit))
        for how, part in readings(text, decoded):
            for hit in self._as_it_stands(undone(part)):
                if _is_new(hit, found):
                    yield hit._replace(how=how)
        for part in _cut_by_tags(decoded):
            for hit in self._as_it_stands(part):
                if _is_new(hit, found):
                    yield hit._replace(how="split by tags")
        for hit in self._packed(text):
            if _is_new(hit, found):
                yield hit

    def _as_it_stands(self, text: str) -> Iterator[Hit]:
        if self.secrets.emails and "@" in text:
            yield from self._addresses(text)
        if self.secrets.phones:
            yield from self._numbers(text)
        if self.secrets:
            yield from self._words(text)
        for name in self._unspaced.found_in(text):
            if item_id := self.secrets.eastern.get(name):
                yield Hit("the name", "", item_id)
            yield from self._beside_their_words((name,), text)

    def _how(self, text: str, hit: Hit) -> str:
        """Return by which one encoding a secret was hidden, that it was by several, or nothing for by none."""
        if any(_same(found, hit) for found in self._as_it_stands(text)):
            return ""
        for name, may_be_in, decode in DECODERS:
            if may_be_in(text) and any(_same(found, hit) for found in self._as_it_stands(decode(text))):
                return name
        return "encoded more than once"

    def _addresses(self, text: str) -> Iterator[Hit]:
        for match in _AT.finditer(text):
            known = self.secrets.emails.get(match[1].lower())
            if not known:
                continue
            before = text[max(0, match.start() - _BEFORE) : match.start()].lower()
            for local, item_id in known.items():
                if before.endswith(local) and not _goes_on(before[: -len(local)]):
                    yield Hit("the e-mail address", "", item_id)

    def _numbers(self, text: str) -> Iterator[Hit]:
        digits = text.replace("\xa0", " ").encode("ascii", "replace").translate(None, _IN_NUMBERS)
        for run in set(_LONG_NUMBER.findall(digits)):
            for size in _KEYS:
                for start in range(len(run) - size + 1):
                    if item_id := self.secrets.phones.get(run[start : start + size].decode()):
                        yield Hit("the telephone number", "", item_id)

    def _words(self, text: str) -> Iterator[Hit]:
        """Yield what is looked for by its words: names, and addresses that are spelt out."""
        folded, data = folded_bytes(text)
        said = set(words_in(data))
        for hidden in self._sentences.found_in(data, said):
            yield Hit(SENTENCE, "", hidden)
        yield from self._names(said, folded)
        accented = (word for word in said if not word.isascii())
        bare = {bare for word in accented if (bare := without_accents(word.decode()).encode()) != word}
        if bare:
            yield from self._names(said | bare, folded, bare)
        for word in said & self.secrets.spelt.keys():
            for address, item_id in self.secrets.spelt[word]:
                if said.issuperset(each.encode() for each in name_words(address)) and _is_spelt(address, folded):
                    yield Hit("the e-mail address", "spelt out", item_id)
        yield from self._beside_their_words((word.decode() for word in said & self._lone), text)

    def _names(self, said: set[bytes], folded: str, new: Set[bytes] = frozenset()) -> Iterator[Hit]:
        """Yield the names in a text; with `new`, words without their accents, those that hold one of these."""
        for word in said & self.secrets.names.keys():
            for words, item_id in self.secrets.names[word]:
                parts = {each.encode() for each in words}
                if parts <= said and (not new or parts & new):
                    text = without_accents(folded) if new else folded
                    if re.search(_pattern(words), text):
                        yield Hit("the name", "", item_id)

    def _beside_their_words(self, names: Iterable[str], text: str) -> Iterator[Hit]:
        said = Said(text)
        for name in names:
            for place in self.secrets.lone.get(name, ()):
                if said.names_alone(name) and place.is_in(said):
                    yield Hit("the name", "", place.item_id)

    def _packed(self, text: str) -> Iterator[Hit]:
        """Yield digests, and what stands in base64 wherever in its quartets it begins."""
        runs = set(text.encode("ascii", "replace").translate(_PARTS_RUNS).split()) - self._harmless
        for run in sorted(run for run in runs if len(run) >= _SHORTEST_RUN):
            hits = [*self._digests(run.decode()), *(h._replace(how="base64-encoded") for h in self._unpacked(run))]
            yield from hits
            if not hits and len(self._harmless) < _MOST_KNOWN:
                self._harmless.add(run)

    def _digests(self, run: str) -> Iterator[Hit]:
        plain = (digest.lower() for digest in _HEX.findall(run)) if len(run) >= 32 else ()
        for digest in (run, *plain):
            if found := self.secrets.digests.get(digest):
                yield Hit("a digest of the e-mail address", found[1], found[0])

    def _unpacked(self, run: bytes) -> Iterator[Hit]:
        if len(run) > _LONGEST_RUN:
            return
        for start in range(4):
            if text := _from_base64(run[start:]):
                yield from self._as_it_stands(text)


def _is_new(hit: Hit, found: set[tuple[str, str]]) -> bool:
    key = (hit.what, hit.item_id)
    if key in found:
        return False
    found.add(key)
    return True


def _same(first: Hit, second: Hit) -> bool:
    return (first.what, first.item_id) == (second.what, second.item_id)


def _cut_by_tags(text: str) -> Iterable[str]:
    """Yield, without tags, the parts of a text in which tags may have cut an address, a number or a word."""
    if "<" not in text:
        return
    if _WORD_CUT.search(text) or _DIGITS_CUT.search(text):
        yield _TAG.sub("", text)
        return
    place = text.find("@")
    while place >= 0:
        yield _TAG.sub("", text[max(0, place - _AROUND) : place + _AROUND])
        place = text.find("@", place + _AROUND // 2)


def _goes_on(before: str) -> bool:
    """Tell whether what stands before a name makes it another one."""
    return before[-1:].isalnum() or (before[-1:] in set("._-+") and before[-2:-1].isalnum())


def _pattern(words: tuple[str, ...]) -> str:
    """Return how a name is written: first name first, or the surname first with a comma."""
    *first, last = (re.escape(word) for word in words)
    as_usual, turned = _BETWEEN.join((*first, last)), rf"{last}\s*(?:<[^<>]*>\s*)*,{_GAP}{_BETWEEN.join(first)}"
    return rf"(?<![^\W_])(?:{as_usual}|{turned})(?![^\W_])"


def _is_spelt(address: str, text: str) -> bool:
    """Tell whether an address stands in `text` as people write it for people: `ada [at] example dot org`."""
    local, _, domain = address.rpartition("@")
    before, behind = (_SPELT_DOT.join(map(re.escape, name_words(part))) for part in (local, domain))
    ends = rf"(?![._-]?[^\W_]|\s{{1,3}}(?:{_DOT_WORDS})\s)"
    return bool(re.search(rf"(?<![^\W_])(?<![^\W_][._+-]){before}{_SPELT_AT}{behind}{ends}", text))


def _from_base64(run: bytes) -> str:
    """Return the text that a run of base64 holds, or nothing when it is none."""
    rest = len(run) % 4
    try:
        data = binascii.a2b_base64(run[: len(run) - 1] if rest == 1 else run + b"=" * (-rest % 4))
        text = data.decode()
    except (binascii.Error, ValueError):
        return ""
    return text if len(text) > 5 else ""
