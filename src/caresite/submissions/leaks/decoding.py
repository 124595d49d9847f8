"""Decoding: a text as people read it, whatever it was encoded in and whatever letters stand for others.

What has one meaning is undone in the text itself, as often as it was done. What may mean two things, such as `\\100`,
which is `@` in a script and `Ā` in a stylesheet, is undone in a copy, so that nothing is hidden by the wrong reading.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from caresite.core.look_alikes import as_plain, plain_characters
from caresite.core.search_letters import from_search_letters

__all__ = [
    "DECODERS",
    "Decoder",
    "as_plain",
    "folded_bytes",
    "from_punycode",
    "readings",
    "undone",
    "without_accents",
    "words_in",
]

_MOST_ROUNDS = 8
_ESCAPE = re.compile(
    r"\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\x\{?([0-9a-fA-F]{2})\}?|\\([/\"'@])"
)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{2,6})[ \t\r\n\f]?")
_OCTAL_ESCAPE = re.compile(r"\\([0-7]{3})")
# what pages hold besides (`width=60`, `x=device`) is no sign of it; one capital beyond ASCII or a code in a word is
_QUOTED_PRINTABLE = re.compile(
    r"=(?:40|3D|[89A-F][0-9A-F]|[0-9A-Fa-f]{2}=|[ \t]{0,8}\r?\n)|(?<=[A-Za-z])=[4-7][0-9A-Fa-f](?=[A-Za-z])"
)
_BLANKS_OF_BREAK = re.compile(r"(?<==)[ \t]{1,8}(?=\r?\n)")
_PUNYCODE = re.compile(r"(?<![A-Za-z0-9])[xX][nN]--([A-Za-z0-9-]{1,59})")
_BLANK = re.compile("[\u1160\u2800\u3164\uffa0]")  # nobody sees these either, but they take room as a space does
_ACCENTS = re.compile("[\u0300-\u036f]+")

# what parts words becomes a space: splitting bytes at those is ten times as fast as a pattern
_PARTS_WORDS = bytes(32 if n < 128 and not chr(n).isalnum() else n for n in range(256))
_FAR_PUNCTUATION = re.compile(rb"\xe2\x80[\x80-\xbf]|\xc2[\x80-\xbf]|\xe3\x80[\x80-\xbf]")

# a quick look first: what no page in a Latin script need hold, besides its accents, quotation marks and dashes
_FAR = re.compile("[^\x00-\xa9\xab\xac\xae-\xb1\xb4-\xb8\xbb-\u0130\u0132-\u024f\u2010-\u2027\u20ac]")


@lru_cache(maxsize=1)
def _odd() -> frozenset[str]:
    return frozenset(map(chr, plain_characters()))


def _is_odd(text: str) -> bool:
    return not text.isascii() and bool(_FAR.search(text)) and not _odd().isdisjoint(text)


def _character(match: re.Match[str]) -> str:
    if match[5]:
        return match[5]
    code = int(match[1] or match[2] or match[3] or match[4], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


class Decoder(NamedTuple):
    """One way in which something is hidden: how it is called, what tells that it may be there, and what undoes it."""

    name: str
    may_be_in: Callable[[str], bool]
    decode: Callable[[str], str]


DECODERS = (
    Decoder("written as entities", lambda text: "&" in text, unescape),
    Decoder("percent-encoded", lambda text: "%" in text, unquote),
    Decoder("written with \\u", lambda text: "\\" in text, lambda text: _ESCAPE.sub(_character, text)),
    Decoder("cut into letters for the search", lambda text: "\u2060" in text, from_search_letters),
    Decoder("in other characters", _is_odd, as_plain),
)


def undone(text: str) -> str:
    """Return `text` with entities, percent signs, escapes and other characters undone, as often as they were done."""
    for _ in range(_MOST_ROUNDS):
        before = text
        for decoder in DECODERS:
            if decoder.may_be_in(text):
                text = decoder.decode(text)
        if text == before:
            break
    return text


def readings(text: str, decoded: str) -> Iterator[tuple[str, str]]:
    """Yield how `text`, which is `decoded`, may be written otherwise than it seems, each with what it says then."""
    if "\\" in text:
        for pattern, base in ((_CSS_ESCAPE, 16), (_OCTAL_ESCAPE, 8)):
            if pattern.search(text):
                yield "written with \\", pattern.sub(lambda match, base=base: _of(int(match[1], base)), text)  # type: ignore[misc]
    if _QUOTED_PRINTABLE.search(text):
        yield "quoted-printable", _from_quoted_printable(text)
    if (with_domains := from_punycode(decoded)) != decoded:
        yield "in punycode", with_domains
    if not text.isascii() and _BLANK.search(text):
        yield "in other characters", _BLANK.sub(" ", text)


def from_punycode(text: str) -> str:
    """Return `text` with the letters of domains that are written in punycode: `müller.example`."""
    return _PUNYCODE.sub(_label, text) if "--" in text else text


def _label(match: re.Match[str]) -> str:
    try:
        return match[1].lower().encode().decode("punycode")
    except UnicodeError:
        return match[0]


def _from_quoted_printable(text: str) -> str:
    """Return `text` decoded (RFC 2045, 6.7), as often as it was encoded."""
    for _ in range(_MOST_ROUNDS):
        if not _QUOTED_PRINTABLE.search(text):
            break
        before, data = text, binascii.a2b_qp(_BLANKS_OF_BREAK.sub("", text).encode("utf-8", "replace"))
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        if text == before:
            break
    return text


def without_accents(word: str) -> str:
    """Return a word, or a text, without the accents of Latin, Greek and Cyrillic letters."""
    return (
        word if word.isascii() else unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))
    )


def _of(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def folded_bytes(text: str) -> tuple[str, bytes]:
    """Return `text` in small letters, and as bytes in which punctuation beyond ASCII has become a space."""
    folded = text.casefold()
    data = folded.encode("utf-8", "replace")
    if len(data) == len(folded):
        return folded, data
    folded = unicodedata.normalize("NFC", folded)
    return folded, _FAR_PUNCTUATION.sub(b" ", folded.encode("utf-8", "replace"))


def words_in(data: bytes) -> list[bytes]:
    """Return the words in folded bytes."""
    return data.translate(_PARTS_WORDS).split()
