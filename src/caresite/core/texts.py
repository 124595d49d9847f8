"""Texts: shortened for people to read."""

from __future__ import annotations

__all__ = ["cut"]


def cut(text: str, length: int) -> str:
    """Return `text` with at most `length` characters, ended at a word with an ellipsis when it was longer."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–—-") + "…"
