"""Did-you-mean: the nearest known word to one that nobody knows."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterable

__all__ = ["nearest", "nearest_file"]

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


def nearest_file(path: str, choices: Iterable[str]) -> str:
    """Return the path whose file has the name nearest to that of `path`; among several, the nearest path."""
    folders: dict[str, list[str]] = {}
    for choice in choices:
        folders.setdefault(posixpath.basename(choice), []).append(choice)
    alike = folders.get(nearest(posixpath.basename(path), folders), [])
    return max(sorted(alike), key=lambda choice: len(posixpath.commonprefix((choice, path))), default="")


def _key(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
