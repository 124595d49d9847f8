"""Texts: shortened for people to read, and figures in words."""

from __future__ import annotations

__all__ = ["counted", "cut", "seconds_text"]


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
