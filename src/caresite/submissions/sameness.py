"""Do two texts say the same? Equal words have one digest; nearly equal ones share most of a small sketch.

The sketch is the bottom of all hashes of a text's runs of words: two sketches overlap about as far as their texts do
(A. Broder, On the resemblance and containment of documents, 1997). Equal texts give equal sketches on any computer.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

__all__ = ["NEAR", "Sketches", "digest_of", "resemblance", "runs_of", "sketch_of"]

NEAR = 0.7
_RUN = 3
_SIZE = 24
_FEWEST_WORDS = 8
_LONGEST = 20_000
_WORD = re.compile(r"\w+")


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def digest_of(text: str) -> str:
    """Return a digest of the words of `text`, whatever their case and punctuation; of no words, nothing."""
    words = _words(text)
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32] if words else ""


def sketch_of(text: str) -> tuple[int, ...]:
    """Return the sketch of `text`; a text of a few words has none, as too many people say the same."""
    words = _words(text[:_LONGEST])
    return tuple(sorted(_runs(words))[:_SIZE]) if len(words) >= _FEWEST_WORDS else ()


def runs_of(text: str) -> set[int]:
    """Return all that a sketch of `text`, or of a part of it, is taken from."""
    return _runs(_words(text))


def _runs(words: list[str]) -> set[int]:
    parts = [word.encode("utf-8", "replace") for word in words]
    runs = zip(*(parts[start:] for start in range(_RUN)), strict=False)
    return set(map(crc32, map(b" ".join, runs)))


def resemblance(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    """Return how far two texts overlap, from 0 to 1, by their sketches."""
    if not first or not second:
        return 0.0
    bottom = set(sorted({*first, *second})[: min(_SIZE, max(len(first), len(second)))])
    return len(bottom & set(first) & set(second)) / len(bottom)


class Sketches:
    """Finds, among many sketches, those that resemble one."""

    def __init__(self, known: Iterable[tuple[str, tuple[int, ...]]] = ()) -> None:
        self._sketches: dict[str, tuple[int, ...]] = {}
        self._having: dict[int, list[str]] = defaultdict(list)
        for name, sketch in known:
            self.add(name, sketch)

    def add(self, name: str, sketch: tuple[int, ...]) -> None:
        """Know one more."""
        self._sketches[name] = sketch
        for part in sketch:
            self._having[part].append(name)

    def nearest(self, sketch: tuple[int, ...]) -> tuple[str, float]:
        """Return the name of the one nearly equal to `sketch` and how far it resembles it, or an empty name and 0."""
        shared: dict[str, int] = defaultdict(int)
        for part in sketch:
            for name in self._having.get(part, ()):
                shared[name] += 1
        enough = NEAR * len(sketch)
        many = [name for name, count in shared.items() if count >= enough]
        likely = sorted(many, key=lambda name: (-shared[name], name))[:20]
        found = [(resemblance(sketch, self._sketches[name]), name) for name in likely]
        best = max(found, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
        return best[1], best[0]
