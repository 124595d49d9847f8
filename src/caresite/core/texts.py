"""Texts: cleaned of what nobody sees, shortened for people to read, and figures in words."""

from __future__ import annotations

import re

__all__ = ["INVISIBLE", "counted", "cut", "seconds_text", "size_text", "with_spaces", "without_invisible"]

# C0 and C1 controls, noncharacters, and the bidirectional overrides that make text read otherwise than it is
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff"
    + "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# Vertical tab, form feed, the separators of files, groups, records and units, next line, line and paragraph separator
_SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_UNITS = ((1e3, "kB"), (1e6, "MB"), (1e9, "GB"))


def with_spaces(text: str) -> str:
    """Return `text` with a space for each control character that separates words (UAX 14: BK, NL; ASCII 1C to 1F)."""
    return _SEPARATORS.sub(" ", text)


def without_invisible(text: str) -> str:
    """Return `text` without characters that cannot be shown or that turn its direction; words stay apart."""
    return INVISIBLE.sub("", with_spaces(text))


def cut(text: str, length: int) -> str:
    """Return `text` with at most `length` characters, ended at a word with an ellipsis when it was longer."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–—-") + "…"


def counted(number: int, noun: str) -> str:
    """Return `1 page`, `2 pages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def seconds_text(seconds: float) -> str:
    """Return a time as people read it: `0.52 s`, `12.3 s`."""
    return f"{seconds:.1f} s" if seconds >= 0.95 else f"{seconds:.2f} s"


def size_text(size: int) -> str:
    """Return a number of bytes as people read it: `512 bytes`, `12.4 kB`, `3.1 MB`."""
    if size < 1000:
        return counted(size, "byte")
    value, unit = next(((size / step, unit) for step, unit in _UNITS if size < step * 1000), (size / 1e9, "GB"))
    return f"{value:.1f} {unit}" if value < 100 else f"{value:,.0f} {unit}"
