"""Look-alikes: plain letters and digits for characters that people read as such, and nothing for what nobody sees."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["as_plain", "plain_characters"]

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
    *(*range(0x1BCA0, 0x1BCA4), *range(0xE0000, 0xE0200), 0x2800, *range(0xFFF9, 0xFFFC), *range(0x1D173, 0x1D17B)),
    # lines through, below and around letters
    *(0x305, 0x332, 0x333, *range(0x335, 0x339), 0x33F, *range(0x20D0, 0x20F1), *range(0x483, 0x48A)),
    *(*range(0x1AB0, 0x1B00), *range(0x1DC0, 0x1E00), *range(0xFE20, 0xFE30)),
    # what Arabic and Hebrew may be written without: vowels, and the stroke that makes words longer
    *(0x640, *range(0x64B, 0x660), 0x670, *range(0xFE70, 0xFE80), *range(0x591, 0x5BE), 0x5BF),
    *(0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7),
)
# where other writings of letters, digits and signs stand: wide, in circles, in mathematics, by their place in a word
_OTHER_WRITINGS = (
    *(*range(0xAA, 0xBB), *range(0x2B0, 0x2B9), *range(0x1D2C, 0x1DC0), *range(0x2070, 0x2500)),
    *(*range(0x2E80, 0x2FD6), *range(0x3200, 0x3400), *range(0xF900, 0x10000), *range(0x1D400, 0x1F200)),
    *range(0x2F800, 0x2FA1E),
)
# what may be one with the letter before it; each stands for itself, so that a text with one is put together
_JOINED = (*range(0x300, 0x370), *range(0x1100, 0x1200), 0x3099, 0x309A)
_PLAIN = re.compile(r"[A-Za-z0-9@.+_-]+")


@lru_cache(maxsize=1)
def plain_characters() -> dict[int, str]:
    """Return what stands for a plain character, by its code point; what nobody sees stands for nothing."""
    unseen = dict.fromkeys(_UNSEEN, "")
    found = {code: chr(code) for code in _JOINED}
    for code in _OTHER_WRITINGS:
        text = unicodedata.normalize("NFKC", chr(code)).translate(unseen)
        if text != chr(code) and (_PLAIN.fullmatch(text) or all(map(_is_letter, text))):
            found[code] = text
    digits = (code for code in range(0x660, 0x1FBFA) if chr(code).isdecimal())
    found |= {code: str(unicodedata.decimal(chr(code))) for code in digits}
    for letter, latin in _LOOK_ALIKES.items():
        found |= {ord(letter): latin, ord(letter.upper()): latin.upper()} if len(letter.upper()) == 1 else {}
    found |= {ord("ı"): "i", ord("ɑ"): "a", ord("ɡ"): "g"}
    return found | unseen


def _is_letter(character: str) -> bool:
    return character.isalpha() or bool(unicodedata.combining(character))


def as_plain(text: str) -> str:
    """Return `text` with plain letters, digits and signs for what looks like them, without what nobody sees."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(plain_characters()))
