"""Search: does a text hold a secret, as it is, encoded, hashed, or cut in pieces by tags?

What has the form of an address, a number or a digest is looked up; names are looked for by their longest words. So a
text takes the same time for one secret as for a hundred thousand. Encodings are undone before, tags taken away where
they may have cut something.
"""

from __future__ import annotations

import binascii
import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from caresite.submissions.leaks.names import Said, Unspaced
from caresite.submissions.leaks.secrets import Secrets

__all__ = ["Hit", "Searcher"]

_AT = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_BEFORE = 80
_AROUND = 400
_WORD_CUT = re.compile(r"[^\W_](?:<!--.*?-->|<[^<>]+>)+[^\W_]", re.DOTALL)
_DIGITS_CUT = re.compile(r"\d\s?(?:(?:<!--.*?-->|<[^<>]+>)\s?)+[(]?\d", re.DOTALL)
_KEYS = (9, 8)
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Fa-f])")
_SHORTEST_RUN = 11
_LONGEST_RUN = 400_000
_MOST_KNOWN = 200_000
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|\\([/\"'@])")
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-F]{2})")
_TAG = re.compile(r"<!--.*?-->|<[!/?a-zA-Z][^<>]*>", re.DOTALL)
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_WITHOUT_UNSEEN = dict.fromkeys(map(ord, _UNSEEN))
_BETWEEN = r"(?:[\W_]|<[^<>]*>)+"
# what parts words, or runs of base64, becomes a space: splitting bytes at those is ten times as fast as a pattern
_PARTS_WORDS = bytes(32 if n < 128 and not chr(n).isalnum() else n for n in range(256))
_FAR_PUNCTUATION = re.compile(rb"\xe2\x80[\x80-\xbf]|\xc2[\x80-\xbf]|\xe3\x80[\x80-\xbf]")
_RUN = frozenset((string.ascii_letters + string.digits + "+/").encode())
_PARTS_RUNS = bytes({45: 43, 95: 47}.get(n, n if n in _RUN else 32) for n in range(256))
_IN_NUMBERS = b" \t\r\n().-/"
_LONG_NUMBER = re.compile(rb"\d{8,}")


class Hit(NamedTuple):
    """One secret that was found. It says what it is and whose, never what it says."""

    what: str
    how: str
    item_id: str


def _unescaped(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        if match[3]:
            return match[3]
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "

    return _ESCAPE.sub(letter, text)


_DECODERS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("&", "written as entities", unescape),
    ("%", "percent-encoded", unquote),
    ("\\", "written with \\u", _unescaped),
    (_UNSEEN, "split by characters that nobody sees", lambda text: text.translate(_WITHOUT_UNSEEN)),
)


class Searcher:
    """Searches texts for the same secrets. Runs of letters that proved to be no base64 are not looked at again."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self._lone = {word.encode() for word in secrets.lone}
        self._unspaced = Unspaced((*secrets.eastern, *secrets.lone))
        self._harmless: set[bytes] = set()

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield each secret that `text` holds, once, with how it is written there."""
        found: set[tuple[str, str]] = set()
        decoded = _undone(text)
        for hit in self._as_it_stands(decoded):
            if _is_new(hit, found):
                yield hit if decoded == text else hit._replace(how=self._how(text, hit))
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
        if self.secrets.names or self.secrets.lone:
            yield from self._names(text)
        for name in self._unspaced.found_in(text):
            if item_id := self.secrets.eastern.get(name):
                yield Hit("the name", "", item_id)
            yield from self._beside_their_words((name,), text)

    def _how(self, text: str, hit: Hit) -> str:
        """Return by which one encoding a secret was hidden, that it was by several, or nothing for by none."""
        if any(_same(found, hit) for found in self._as_it_stands(text)):
            return ""
        for marks, name, decode in _DECODERS:
            if _any_in(marks, text) and any(_same(found, hit) for found in self._as_it_stands(decode(text))):
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

    def _names(self, text: str) -> Iterator[Hit]:
        folded = text.casefold()
        data = folded.encode("utf-8", "replace")
        if len(data) != len(folded):
            folded = unicodedata.normalize("NFC", folded)
            data = _FAR_PUNCTUATION.sub(b" ", folded.encode("utf-8", "replace"))
        said = set(data.translate(_PARTS_WORDS).split())
        for word in said & self.secrets.names.keys():
            for words, item_id in self.secrets.names[word]:
                if said.issuperset(each.encode() for each in words) and re.search(_pattern(words), folded):
                    yield Hit("the name", "", item_id)
        yield from self._beside_their_words((word.decode() for word in said & self._lone), text)

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
        if "=40" in text:
            undone = _QUOTED_PRINTABLE.sub(lambda match: chr(int(match[1], 16)), text.replace("=\n", ""))
            yield from (hit._replace(how="quoted-printable") for hit in self._addresses(undone))

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


def _undone(text: str) -> str:
    """Return `text` with entities, percent signs and escapes undone, as often as they were done, up to three times."""
    for _ in range(3):
        before = text
        for marks, _, decode in _DECODERS:
            if _any_in(marks, text):
                text = decode(text)
        if text == before:
            break
    return text


def _any_in(marks: str, text: str) -> bool:
    return any(mark in text for mark in marks)


def _cut_by_tags(text: str) -> Iterable[str]:
    """Yield, without tags, the parts of a text in which tags may have cut an address, a number or a word."""
    if "<" not in text:
        return
    if _WORD_CUT.search(text) or _DIGITS_CUT.search(text):
        yield _TAG.sub("", text).translate(_WITHOUT_UNSEEN)
        return
    place = text.find("@")
    while place >= 0:
        yield _TAG.sub("", text[max(0, place - _AROUND) : place + _AROUND]).translate(_WITHOUT_UNSEEN)
        place = text.find("@", place + _AROUND // 2)


def _goes_on(before: str) -> bool:
    """Tell whether what stands before a name makes it another one."""
    return before[-1:].isalnum() or (before[-1:] in set("._-+") and before[-2:-1].isalnum())


def _pattern(words: tuple[str, ...]) -> str:
    inner = _BETWEEN.join(re.escape(word) for word in words)
    return rf"(?<![^\W_]){inner}(?![^\W_])"


def _from_base64(run: bytes) -> str:
    """Return the text that a run of base64 holds, or nothing when it is none."""
    rest = len(run) % 4
    try:
        data = binascii.a2b_base64(run[: len(run) - 1] if rest == 1 else run + b"=" * (-rest % 4))
        text = data.decode()
    except (binascii.Error, ValueError):
        return ""
    return text if len(text) > 5 else ""
