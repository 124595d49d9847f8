"""Names: which of them give somebody away wherever they stand, and which only beside that person's own words.

A name of several words is nobody else's on a small site, nor is one of three signs or more in Chinese, Japanese or
Korean. One word (“Rosa”), two such signs (“王伟”), or a few letters of kana (“さくら”) are words as well. They say who
wrote a story where they stand by themselves, as a line below it does, on a page that holds the story's words. A story
that itself says the word proves nothing, nor does a word of a name that the site may say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from caresite.core.urls import slug_of
from caresite.submissions.leaks.decoding import as_plain
from caresite.submissions.listing import Summary
from caresite.submissions.sameness import runs_of

__all__ = ["Place", "Said", "Unspaced", "lone_name", "name_words", "telling_names", "unspaced"]

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 5
_HAN, _HANGUL, _KANA = "\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f", "\uac00-\ud7a3", "\u3041-\u30ff"
_EAST = f"{_HAN}{_HANGUL}{_KANA}"
_EASTERN = re.compile(f"[{_EAST}]+(?:[ \u3000・·][{_EAST}]+)*")
_RUN = re.compile(f"[{_EAST}]{{2,}}")
_GAP = re.compile(f"(?<=[{_EAST}])[ \u3000・·](?=[{_EAST}])")
_TELLING = re.compile(f"[{_EAST}]*(?:[{_HAN}][{_EAST}]*[{_HAN}]|[{_HANGUL}]{{3}}|[{_KANA}]{{6}})[{_EAST}]*")
_OPENING = 24
_SHORTEST_OPENING = 10
_TAG = re.compile(r"<[^<>]*>")
_NO_LETTER = re.compile(r"[\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are searched for: no case, no punctuation."""
    return tuple(_WORD.findall(as_plain(unicodedata.normalize("NFC", name)).casefold()))


def unspaced(text: str) -> str:
    """Return `text` without the gaps that may stand between Chinese, Japanese or Korean family and given names."""
    return _GAP.sub("", text)


def telling_names(name: str) -> Iterator[tuple[str, ...]]:
    """Yield how a name is written that gives somebody away wherever it stands: as it is, and as an address has it."""
    eastern = _eastern(name)
    if _is_telling(eastern):
        yield (eastern,)
    whole = name_words(name)
    without_initials = tuple(word for word in whole if len(word) > 1)
    for words in {whole, without_initials, tuple(slug_of(name).split("-"))}:
        if len(words) > 1 and sum(map(len, words)) >= _SHORTEST and not words[0].isdigit():
            yield words


def lone_name(name: str) -> str:
    """Return how a name is searched for that tells somebody only beside their words; of any other, nothing."""
    if eastern := _eastern(name):
        return eastern if len(eastern) > 1 and not _is_telling(eastern) else ""
    words = name_words(name)
    return words[0] if len(words) == 1 and len(words[0]) > 1 and not words[0].isdigit() else ""


def _eastern(name: str) -> str:
    plain = as_plain(unicodedata.normalize("NFC", name)).strip()
    return unspaced(plain) if _EASTERN.fullmatch(plain) else ""


def _is_telling(eastern: str) -> bool:
    return len(eastern) > 2 and bool(_TELLING.fullmatch(eastern))


class Unspaced:
    """Finds names in writing that puts no spaces between words, by their first two signs."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_beginning: dict[str, set[str]] = {}
        for name in names:
            self._by_beginning.setdefault(name[:2], set()).add(name)

    def found_in(self, text: str) -> set[str]:
        """Return those that stand in `text`."""
        if not self._by_beginning:
            return set()
        return {name for run in _RUN.findall(unspaced(text)) for name in self._in(run)}

    def _in(self, run: str) -> Iterator[str]:
        for start in range(len(run) - 1):
            for name in self._by_beginning.get(run[start : start + 2], ()):
                if run.startswith(name, start):
                    yield name


class Said:
    """What a page says, made comparable when somebody asks."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def letters(self) -> str:
        """Its letters, one after another."""
        return _NO_LETTER.sub("", _TAG.sub(" ", self.text).casefold())

    @cached_property
    def runs(self) -> frozenset[int]:
        """Its runs of words, of which a sketch holds some."""
        return frozenset(runs_of(_TAG.sub(" ", self.text)))

    def names_alone(self, name: str) -> bool:
        """Tell whether `name` stands by itself between tags or quotation marks: a word before it, and few behind."""
        before, after = ("", "") if _RUN.match(name) else (r"(?<![^\W_])", r"(?![^\W_])")
        pattern = rf'[<>"\n][^\w<>"\n]*(?:\w{{1,8}}[^\w<>"\n]+)?{before}{re.escape(name)}{after}[^<>"\n]{{0,24}}[<>"\n]'
        return bool(re.search(pattern, f"\n{self.text.casefold()}\n"))


class Place(Struct, frozen=True):
    """How the words of a submission are recognised on a page: by their sketch, or by how they begin."""

    item_id: str
    sketch: tuple[int, ...]
    opening: str

    @staticmethod
    def of(summary: Summary) -> Place:
        """Return the place of a submission; one without words is nowhere."""
        opening = _NO_LETTER.sub("", summary.excerpt.removesuffix("…").casefold())[:_OPENING]
        return Place(summary.id, summary.sketch, opening if len(opening) >= _SHORTEST_OPENING else "")

    def is_in(self, said: Said) -> bool:
        """Tell whether a page holds the words, or most of them."""
        if self.opening and self.opening in said.letters:
            return True
        return bool(self.sketch) and 2 * len(said.runs.intersection(self.sketch)) >= len(self.sketch)
