"""Decoding: a text as people read it, whatever it was encoded in and whatever letters stand for others.

What has one meaning is undone in the text itself, as often as it was done. What may mean two things, such as `\\100`,
which is `@` in a script and `Ā` in a stylesheet, is undone in a copy, so that nothing is hidden by the wrong reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["DECODERS", "Decoder", "as_plain", "folded_bytes", "readings", "undone", "words_in"]

_MOST_ROUNDS = 8
_ESCAPE = re.compile(
    r"\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\x\{?([0-9a-fA-F]{2})\}?|\\([/\"'@])"
)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{2,6})[ \t\r\n\f]?")
_OCTAL_ESCAPE = re.compile(r"\\([0-7]{3})")

# what parts words becomes a space: splitting bytes at those is ten times as fast as a pattern
_PARTS_WORDS = bytes(32 if n < 128 and not chr(n).isalnum() else n for n in range(256))
_FAR_PUNCTUATION = re.compile(rb"\xe2\x80[\x80-\xbf]|\xc2[\x80-\xbf]|\xe3\x80[\x80-\xbf]")

# letters of other scripts that look like Latin ones (Unicode, UTS 39), small; capitals follow from them
_LOOK_ALIKES = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "н": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l",
    "м": "m", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "ѵ": "v", "ԝ": "w", "х": "x", "у": "y", "ү": "y",
    "α": "a", "β": "b", "ε": "e", "η": "h", "ι": "i", "κ": "k", "μ": "m", "ν": "v", "ο": "o", "ρ": "p", "τ": "t",
    "υ": "y", "χ": "x", "ζ": "z", "ɑ": "a", "ɡ": "g", "ı": "i", "ո": "n", "օ": "o", "ս": "u", "ց": "g", "հ": "h",
    "ʏ": "y", "ꜱ": "s", "ɢ": "g", "ɪ": "i", "ɴ": "n", "ʀ": "r", "ʟ": "l", "ʜ": "h", "ʙ": "b",
}  # fmt: skip
_UNSEEN = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010)),
    *(*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0),
    *(*range(0x1BCA0, 0x1BCA4), *range(0xE0000, 0xE0200)),
)
# where other writings of Latin letters, digits and signs stand: wide, in circles, in mathematics
_OTHER_WRITINGS = (*range(0xAA, 0xBB), *range(0x2070, 0x2500), *range(0xFB00, 0x10000), *range(0x1D400, 0x1F200))
# a quick look first: what no page in a Latin script need hold, besides its accents, quotation marks and dashes
_FAR = re.compile(
    "[^\x00-\xa9\xab\xac\xae-\xb1\xb4-\xb8\xbb-\u0130\u0132-\u024f\u0300-\u034e\u0350-\u036f\u2010-\u2027\u20ac]"
)
_PLAIN = re.compile(r"[A-Za-z0-9@.+_-]+")


@lru_cache(maxsize=1)
def _plain_characters() -> dict[int, str]:
    """Return what stands for a plain character, by its code point; what nobody sees stands for nothing."""
    found = {
        code: text for code in _OTHER_WRITINGS if _PLAIN.fullmatch(text := unicodedata.normalize("NFKC", chr(code)))
    }
    digits = (code for code in range(0x660, 0x1FBFA) if chr(code).isdecimal())
    found |= {code: str(unicodedata.decimal(chr(code))) for code in digits}
    for letter, latin in _LOOK_ALIKES.items():
        found |= {ord(letter): latin, ord(letter.upper()): latin.upper()} if len(letter.upper()) == 1 else {}
    found |= {ord("ı"): "i", ord("ɑ"): "a", ord("ɡ"): "g"}
    return found | dict.fromkeys(_UNSEEN, "")


@lru_cache(maxsize=1)
def _odd() -> frozenset[str]:
    return frozenset(map(chr, _plain_characters()))


def _is_odd(text: str) -> bool:
    return not text.isascii() and bool(_FAR.search(text)) and not _odd().isdisjoint(text)


def as_plain(text: str) -> str:
    """Return `text` with plain letters, digits and signs for what looks like them, without what nobody sees."""
    return text if text.isascii() else text.translate(_plain_characters())


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


def readings(text: str) -> Iterator[str]:
    """Yield `text` as a stylesheet and as an old script read it, where they read it otherwise."""
    if "\\" in text:
        for pattern, base in ((_CSS_ESCAPE, 16), (_OCTAL_ESCAPE, 8)):
            if pattern.search(text):
                yield pattern.sub(lambda match, base=base: _of(int(match[1], base)), text)  # type: ignore[misc]


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
