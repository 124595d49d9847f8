"""Sentences: the words of stories that are not published, each sentence of eight words or more by itself.

A sentence is known by its first words and a digest of all of them, so the listing holds no second copy of the story. It
is found whole and in its own words, whatever its case, punctuation and mark-up; one that was rewritten is another one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from caresite.submissions.leaks.decoding import as_plain, folded_bytes, words_in

__all__ = ["OPENING", "Sentence", "Sentences", "sentences_of"]

OPENING = 4
_FEWEST_WORDS = 8
_LONGEST = 40_000
_MOST = 400
_END = re.compile(r"(?<=[.!?…。！？])[\"'”’»)\]]*\s*(?=\s|[^\x00-\x7f]|$)|\n\s*\n|[\u2028\u2029]")
_TAG = re.compile(rb"<[!/?a-zA-Z][^<>]*>")


class Sentence(Struct, frozen=True, array_like=True):
    """A sentence: its first words, its longest one, how many it has, and a digest of all."""

    opening: bytes
    longest: bytes
    count: int
    digest: str


def _digest(words: Iterable[bytes]) -> str:
    return hashlib.blake2b(b" ".join(words), digest_size=8).hexdigest()


def sentences_of(*texts: str) -> tuple[Sentence, ...]:
    """Return the sentences of some words that are long enough to be nobody else's."""
    found: dict[str, Sentence] = {}
    for text in texts:
        for part in _END.split(text[:_LONGEST]):
            words = words_in(folded_bytes(as_plain(part))[1])
            if len(words) >= _FEWEST_WORDS:
                sentence = Sentence(b" ".join(words[:OPENING]), max(words, key=len), len(words), _digest(words))
                found.setdefault(sentence.digest, sentence)
    return tuple(islice(found.values(), _MOST))


class Sentences:
    """Finds sentences in texts, by their first words."""

    def __init__(self, known: Mapping[Sentence, str]) -> None:
        self._by_longest: dict[bytes, set[tuple[bytes, ...]]] = {}
        self._by_opening: dict[tuple[bytes, ...], list[tuple[Sentence, str]]] = {}
        for sentence, item_id in known.items():
            opening = tuple(sentence.opening.split())
            self._by_opening.setdefault(opening, []).append((sentence, item_id))
            self._by_longest.setdefault(sentence.longest, set()).add(opening)
        self._openings = frozenset(self._by_opening)

    def _may_be_among(self, said: set[bytes]) -> bool:
        """Tell whether the words of a text hold the longest and the first words of a sentence: most hold none."""
        openings = (opening for word in said & self._by_longest.keys() for opening in self._by_longest[word])
        return any(said.issuperset(opening) for opening in openings)

    def found_in(self, data: bytes, said: set[bytes]) -> Iterator[str]:
        """Yield the id of each sentence that stands in `data`, decoded and folded; `said` are the words in it."""
        if not self._openings or not self._may_be_among(said):
            return
        words = words_in(_TAG.sub(b" ", data) if b"<" in data else data)
        following = (words[start:] for start in range(OPENING))
        if self._openings.isdisjoint(zip(*following, strict=False)):
            return
        for place in range(len(words) - OPENING + 1):
            for sentence, item_id in self._by_opening.get(tuple(words[place : place + OPENING]), ()):
                if _digest(words[place : place + sentence.count]) == sentence.digest:
                    yield item_id
