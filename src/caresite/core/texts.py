"""Texts: shortened for people to read, and figures in words."""

from __future__ import annotations

__all__ = ["counted", "cut", "seconds_text", "size_text"]

_UNITS = ((1e3, "kB"), (1e6, "MB"), (1e9, "GB"))


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
