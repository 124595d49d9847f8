"""Lettering: words set in fonts that have them, broken into lines that fit, from left to right or right to left.

What a font lacks is never drawn as a box: a sign such as an emoji is left out, and words in letters that no font has
are left out whole.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

__all__ = ["Fitted", "Lettering", "Word", "fallback_fonts", "is_font", "words_of"]

_RIGHT_TO_LEFT = frozenset(("R", "AL"))
_NUMBERS = frozenset(("EN", "AN"))
_STRONG = _RIGHT_TO_LEFT | {"L"}
_LOOKED_AT_PX = 24
_NO_CHARACTER = "\uffff"  # which no font has, so what is drawn for it is the box
_LETTERS = Path(__file__).parent / "letters"


_MOST_WORDS, _LONGEST_WORD = 400, 600  # more than any picture has room for; somebody's words may be a megabyte


class Word(NamedTuple):
    """A word, and whether it is part of a marked phrase."""

    text: str
    marked: bool = False


class Fitted(NamedTuple):
    """Lines of words that fit, and the size in pixels that they fit in; not `whole` when something was cut off."""

    size_px: int
    lines: tuple[tuple[Word, ...], ...]
    whole: bool = True


class _Run(NamedTuple):
    """Letters of one line that stand in one font."""

    text: str
    font: ImageFont.FreeTypeFont
    marked: bool


def is_font(data: bytes) -> bool:
    """Tell whether `data` can be opened as a font."""
    try:
        _small(data)
    except OSError:
        return False
    return True


@cache
def fallback_fonts(weight: int) -> tuple[bytes, ...]:
    """Return the fonts for letters that a theme's fonts lack, in the weight 400 or 700."""
    return tuple(path.read_bytes() for path in sorted(_LETTERS.glob(f"*-{weight}.woff2")))


def words_of(text: str, marked: str = "") -> tuple[Word, ...]:
    """Return the words of `text`; those of the phrase `marked` in it are marked."""
    before, found, after = text.partition(marked) if marked else (text, "", "")
    parts = ((before, False), (found, True), (after, False))
    words: list[Word] = []
    glued = False
    for part, is_marked in parts:
        if not part:
            continue
        fresh = [Word(word, is_marked) for word in part.split()]
        if glued and fresh and not part[0].isspace() and words and not is_marked:  # a comma right behind the phrase
            words[-1] = Word(words[-1].text + fresh[0].text, words[-1].marked)
            fresh = fresh[1:]
        words.extend(fresh)
        glued = not part[-1].isspace()
    return tuple(words)


class Lettering:
    """One voice: the same words in the same fonts are always set alike. `fonts` are tried in their order."""

    def __init__(self, fonts: Iterable[bytes], weight: int) -> None:
        self._fonts = (*fonts, *fallback_fonts(700 if weight > 550 else 400))
        self._weight = weight
        self._known: dict[str, int | None] = {" ": 0}
        self._sized: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}

    def lacking(self, text: str) -> tuple[str, ...]:
        """Return the letters and digits of `text` that no font has, each once; signs such as an emoji are none."""
        signs = dict.fromkeys(unicodedata.normalize("NFC", text))
        return tuple(sign for sign in signs if unicodedata.category(sign)[0] in "LN" and self._place(sign) is None)

    def said(self, text: str) -> str:
        """Return `text` as it can be set: without signs that no font has; nothing when letters would be missing."""
        if self.lacking(text):
            return ""
        plain = (sign for sign in unicodedata.normalize("NFC", text) if not _is_unseen(sign))
        kept = "".join(sign if sign.isspace() or self._place(sign) is not None else " " for sign in plain)
        return " ".join(kept.split())

    def fit(self, words: Sequence[Word], width_px: int, sizes_px: Sequence[int], most_lines: int) -> Fitted:
        """Return words in the first of `sizes_px` in which they fit; in the last, they are cut off with an ellipsis."""
        words = [Word(word.text[:_LONGEST_WORD], word.marked) for word in words[:_MOST_WORDS]]
        for size in sizes_px:
            lines = self._lines(words, width_px, size)
            if len(lines) <= most_lines and all(self._width(line, size) <= width_px for line in lines):
                return Fitted(size, self._balanced(words, width_px, size, len(lines)))
        size = sizes_px[-1]
        lines = self._lines(tuple(self._in_pieces(words, width_px, size)), width_px, size)
        if len(lines) <= most_lines:
            return Fitted(size, tuple(lines), whole=False)
        kept = (*lines[: most_lines - 1], self._cut(lines[most_lines - 1], width_px, size))
        return Fitted(size, kept, whole=False)

    def width(self, text: str, size_px: int) -> float:
        """Return how wide `text` is, in pixels."""
        return self._width((Word(text),), size_px)

    def draw(
        self,
        pen: ImageDraw.ImageDraw,
        fitted: Fitted,
        place: tuple[int, int],
        *,
        width_px: int,
        fill: tuple[str, str],
        leading: float,
    ) -> int:
        """Draw lines from `place` (left, top) down, in the colours `fill` (plain, marked); return where they end.

        Lines that begin from right to left stand at the right of `width_px`.
        """
        left, top = place
        step = round(fitted.size_px * leading)
        for number, line in enumerate(fitted.lines):
            runs = list(self._runs(line, fitted.size_px))
            leftwards = _is_right_to_left(" ".join(word.text for word in line))
            x = left + (width_px - self._width(line, fitted.size_px) if leftwards else 0)
            baseline = top + number * step + round(fitted.size_px * 0.8)
            for run in reversed(runs) if leftwards else runs:
                with suppress(OSError):  # what could be drawn small cannot be large: it is left out
                    pen.text((x, baseline), run.text, fill=fill[run.marked], font=run.font, anchor="ls")
                x += run.font.getlength(run.text)
        return top + len(fitted.lines) * step

    # lines

    def _lines(self, words: Sequence[Word], width_px: float, size_px: int) -> list[tuple[Word, ...]]:
        lines: list[tuple[Word, ...]] = []
        line: tuple[Word, ...] = ()
        for word in words:
            longer = (*line, word)
            if line and self._width(longer, size_px) > width_px:
                lines.append(line)
                longer = (word,)
            line = longer
        return [*lines, line] if line else lines

    def _balanced(self, words: Sequence[Word], width_px: int, size_px: int, count: int) -> tuple[tuple[Word, ...], ...]:
        """Return the same number of lines, all about as long."""
        least, most = width_px // 2, width_px
        while most - least > 8:
            middle = (least + most) // 2
            lines = self._lines(words, middle, size_px)
            fits = len(lines) == count and all(self._width(line, size_px) <= middle for line in lines)
            least, most = (least, middle) if fits else (middle, most)
        return tuple(self._lines(words, most, size_px))

    def _in_pieces(self, words: Iterable[Word], width_px: int, size_px: int) -> Iterator[Word]:
        """Yield words, those that are wider than a line in pieces."""
        for word in words:
            piece = ""
            for sign in word.text:
                if piece and self._width((Word(piece + sign),), size_px) > width_px:
                    yield Word(piece, word.marked)
                    piece = ""
                piece += sign
            yield Word(piece, word.marked)

    def _cut(self, line: tuple[Word, ...], width_px: int, size_px: int) -> tuple[Word, ...]:
        words = list(line)
        while words:
            last = words[-1]
            shortened = (*words[:-1], Word(last.text.rstrip(",;:.–—-") + "…", last.marked))
            if self._width(shortened, size_px) <= width_px:
                return shortened
            if len(last.text) > 12 and len(words) == 1:
                words[-1] = Word(last.text[:-1], last.marked)
            else:
                words.pop()
        return (Word("…"),)

    def _width(self, line: Sequence[Word], size_px: int) -> float:
        return sum(run.font.getlength(run.text) for run in self._runs(line, size_px))

    def _runs(self, line: Sequence[Word], size_px: int) -> Iterator[_Run]:
        """Yield the parts of a line that stand in one font and one colour, in the order they are read in."""
        signs = [
            (sign, word.marked) for number, word in enumerate(line) for sign in (" " if number else "") + word.text
        ]
        places = self._places("".join(sign for sign, _ in signs))
        placed = [(sign, place, marked) for (sign, marked), place in zip(signs, places, strict=True)]
        for (place, marked), parts in groupby(placed, key=lambda part: part[1:]):
            yield _Run("".join(part[0] for part in parts), self._font(place, size_px), marked)

    def _places(self, text: str) -> list[int]:
        """Return the font of each sign. Signs without a direction go with their neighbours, spaces with those that
        run as the line does (rules N1 and N2).
        """
        leftwards = _is_right_to_left(text)
        places: list[int] = []
        with_line = True
        for number, sign in enumerate(text):
            direction = unicodedata.bidirectional(sign)
            place = self._place(sign) or 0
            if direction in _STRONG:
                with_line = (direction in _RIGHT_TO_LEFT) == leftwards
            elif direction in _NUMBERS:
                with_line = not leftwards
            elif sign == " " and not with_line and number + 1 < len(text):
                place = self._place(text[number + 1]) or 0
            elif places and self._has(places[-1], sign):
                place = places[-1]
            places.append(place)
        return places

    # fonts

    def _place(self, sign: str) -> int | None:
        """Return the number of the first font that has a sign, None when none does."""
        if sign not in self._known:
            self._known[sign] = next((n for n in range(len(self._fonts)) if self._has(n, sign)), None)
        return self._known[sign]

    def _has(self, place: int, sign: str) -> bool:
        if sign.isspace():
            return True
        drawn = _drawn(self._fonts[place], sign)
        return drawn is not None and drawn != _drawn(self._fonts[place], _NO_CHARACTER)

    def _font(self, place: int, size_px: int) -> ImageFont.FreeTypeFont:
        if (place, size_px) not in self._sized:
            self._sized[place, size_px] = _opened(self._fonts[place], size_px, self._weight)
        return self._sized[place, size_px]


def _is_unseen(sign: str) -> bool:
    """Tell whether a sign only steers others; the one that keeps letters apart in Persian is needed."""
    return unicodedata.category(sign) == "Cf" and sign != "\u200c"


def _is_right_to_left(text: str) -> bool:
    """Tell whether text begins from right to left (Unicode Bidirectional Algorithm, rules P2 and P3)."""
    return next(
        (kind in _RIGHT_TO_LEFT for sign in text if (kind := unicodedata.bidirectional(sign)) in _STRONG), False
    )


def _opened(font: bytes, size_px: int, weight: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    opened = ImageFont.truetype(io.BytesIO(font), size_px)
    axes = _axes_of(opened)
    if axes:
        opened.set_variation_by_axes([min(max(weight, axis["minimum"]), axis["maximum"]) for axis in axes[:1]])
    return opened


def _axes_of(font: ImageFont.FreeTypeFont) -> list[Any]:
    try:
        return list(font.get_variation_axes())
    except OSError:  # a font of one weight
        return []


@lru_cache(maxsize=16)
def _small(font: bytes) -> ImageFont.FreeTypeFont:
    return _opened(font, _LOOKED_AT_PX, 400)


@lru_cache(maxsize=4096)
def _drawn(font: bytes, sign: str) -> tuple[tuple[int, int], bytes] | None:
    """Return what a sign looks like; None for one that cannot be drawn: a glyph with more strokes than FreeType can
    fill (“raster overflow”, such as U+FDFD), and what is unseen, in a font that has no space to stand for it.
    """
    try:
        mask = _small(font).getmask(sign)
    except (OSError, ValueError):
        return None
    return mask.size, bytes(mask)
