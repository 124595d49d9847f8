"""Ticked boxes: which of the offered sentences one answer holds, when all that was ticked came in one cell.

Google Forms joins options with `, `, other tools with `; `, `|`, line breaks or a JSON array, and an option may hold
any of these itself. So the sentences are looked for from the left, the longest first, and each counts only as a whole:
it begins where an option may begin and ends where one may end.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from caresite.submissions.fold import clean_line, clean_text, fold

__all__ = ["Ticked", "ticked_in"]

_NO_OPTION = re.compile(r"[\W_]+")
_NEXT = re.compile(r"(?<![^\S\n])[^\S\n]*+[,;|\n]\s*")
_MOST = 20_000


class Ticked(NamedTuple):
    """The keys of the sentences that an answer holds, and the other parts of it, as they were written."""

    keys: frozenset[str]
    rest: tuple[str, ...] = ()


def ticked_in(text: str, sentences: Mapping[str, str]) -> Ticked:
    """Return which of `sentences`, by key, were ticked in `text`. Case, accents and punctuation do not count."""
    by_words: dict[str, list[str]] = {}
    for key, sentence in sentences.items():
        if words := fold(sentence):
            by_words.setdefault(words, []).append(key)
    patterns = [(_pattern(words), by_words[words]) for words in sorted(by_words, key=len, reverse=True)]
    keys: set[str] = set()
    rest: list[str] = []
    for option in _options(clean_text(text[:_MOST])):
        plain, place = _comparable(option), 0
        while place < len(plain):
            if gap := _NO_OPTION.match(plain, place):
                place = gap.end()
                continue
            match, found = next(((m, k) for p, k in patterns if (m := p.match(plain, place))), (None, []))
            if match:
                keys.update(found)
                place = match.end()
                continue
            end = _NEXT.search(plain, place)
            rest.append(clean_line(plain[place : end.start() if end else None]))
            place = end.end() if end else len(plain)
    return Ticked(frozenset(keys), tuple(rest))


def _options(text: str) -> Iterator[str]:
    """Yield the options of a JSON array; any other text is one, in which several may stand."""
    listed = None
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            listed = None
    if isinstance(listed, list) and all(isinstance(option, str) for option in listed):
        yield from listed
    else:
        yield text


def _comparable(text: str) -> str:
    """Return `text` without case and accents; its punctuation says where an option ends, and stays."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def _pattern(words: str) -> re.Pattern[str]:
    inner = r"[\W_]+".join(map(re.escape, words.split()))
    return re.compile(rf"{inner}(?![^\W_])[^\w,;|\n]*(?=$|[,;|\n])")
