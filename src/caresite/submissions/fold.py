"""Text made comparable and clean, whoever typed it."""

from __future__ import annotations

import re
import unicodedata

from caresite.core.texts import without_invisible

__all__ = ["clean_line", "clean_text", "fold"]

_LINE = 200
_WORD = re.compile(r"[^\W_]+")
_SURROGATES = re.compile("[\ud800-\udfff\x00]")


def clean_text(text: str) -> str:
    """Return `text` with `\\n` line ends, without what nobody sees and no file can hold."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return without_invisible(_SURROGATES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def clean_line(text: str, length: int = _LINE) -> str:
    """Return `text` as one line of at most `length` characters, in Unicode NFC."""
    return unicodedata.normalize("NFC", " ".join(clean_text(text).split()))[:length].strip()


def fold(text: str) -> str:
    """Return what two writings of one word share: no case, accents, punctuation; words apart by one space."""
    plain = clean_text(text).casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain))
