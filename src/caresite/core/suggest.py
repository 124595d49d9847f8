"""Did-you-mean: the nearest known word to one that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]

_LONGEST = 80


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return the choice that `word` most likely meant, or an empty string when none is near.

    Case and delimiters are set aside first: `BaseURL`, `base-url` and `base_url` are the same word.
    """
    if len(word) > _LONGEST:
        return ""
    by_key = {_key(choice): choice for choice in sorted(choices, reverse=True)}
    key = _key(word)
    if key in by_key:
        return by_key[key]
    found = difflib.get_close_matches(key, by_key, n=1, cutoff=0.72)
    return by_key[found[0]] if found else ""


def _key(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
