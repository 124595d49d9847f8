"""Edits: what was changed in somebody's words, of what kind it is, and whether it may turn what they meant.

Two texts are compared word by word. An edit is a *typo* only when every change is one: other letters in the same word,
a word written twice, commas and capitals. Everything else needs the author's yes (16 CFR 255.1: no distortion).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from caresite.submissions.records import EditKind

__all__ = ["Doubt", "Piece", "doubts", "kinds_of", "pieces", "turns_meaning"]

_PARTS = re.compile(r"\s+|\w+(?:['’]\w+)*|[^\w\s]")
_WORD = re.compile(r"\w")
_OMISSION = re.compile(r"\[?(?:…|\.\.\.)\]?")
_CONTRASTS = frozenset(
    (
        *("but", "however", "although", "though", "yet", "except", "unless"),
        *("aber", "jedoch", "doch", "obwohl", "außer", "sondern"),
        *("pero", "aunque", "sino", "excepto"),
    )
)
_TURNING = _CONTRASTS | frozenset(
    (
        *("not", "no", "never", "nothing", "nobody", "none", "neither", "nor", "without", "hardly", "cannot"),
        *("nicht", "kein", "keine", "keinen", "keinem", "keiner", "nie", "niemals", "nichts", "niemand", "ohne"),
        *("kaum",),
        *("nunca", "nada", "nadie", "ningún", "ninguna", "ninguno", "sin", "apenas", "tampoco"),
    )
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|\n\s*\n")
_LONGEST = 20_000


class Piece(NamedTuple):
    """A run of text that stayed, went or came."""

    how: Literal["same", "gone", "new"]
    text: str


class Doubt(NamedTuple):
    """What an edit may have turned, and what to do about it."""

    said: str
    remedy: str


class _Change(NamedTuple):
    """The words that went and those that came in their place; `marked` when `…` or brackets say so.

    `is_edge` tells of a cut at the very beginning or end. Of the sentence that it goes through, `stays` is what is left
    and `torn` what went; both are empty when whole sentences went.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]
    marked: bool
    is_edge: bool = False
    stays: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()

    @property
    def weighed(self) -> tuple[str, ...]:
        """The words that went and may have turned what stays: a “not” in a farewell turns nothing, a “but” may."""
        if not self.is_edge or self.new:
            return self.gone
        return (*self.torn, *(word for word in self.gone if word in _CONTRASTS and word not in self.torn))

    @property
    def is_plain_cut(self) -> bool:
        """Whether it only takes a greeting or a farewell off, and turns nothing of what stays."""
        is_cut = self.is_edge and not self.new
        return is_cut and not any(turns_meaning(word) for word in (*self.weighed, *self.stays))


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return how `before` became `after`: what stayed and went is the one, what stayed and came the other."""
    old, new = _PARTS.findall(before[:_LONGEST]), _PARTS.findall(after[:_LONGEST])
    found: list[Piece] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        found.extend(Piece(side, text) for side, text in _sides(old[a:b], new[c:d]) if text)
    return tuple(found)


def _sides(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Literal["gone", "new"], str], ...]:
    return ("gone", "".join(old)), ("new", "".join(new))


def kinds_of(before: str, after: str) -> tuple[EditKind, ...]:
    """Return what kinds of change lead from `before` to `after`, none when nothing was changed."""
    if before == after:
        return ()
    found = {_kind(change) for change in _changes(before, after)}
    order: tuple[EditKind, ...] = ("typo", "length", "clarity")
    return tuple(kind for kind in order if kind in found) or ("typo",)


def _kind(change: _Change) -> EditKind:
    if not change.new:
        return "length"
    return "typo" if _is_typo(change) else "clarity"


def _is_typo(change: _Change) -> bool:
    same_number = len(change.gone) == len(change.new)
    return same_number and all(map(_is_slip, change.gone, change.new))


def _is_slip(old: str, new: str) -> bool:
    """Tell whether one word is the other, badly typed: at most two letters apart, no figure and no “not” in it."""
    if old == new:
        return True
    if any(c.isdecimal() for c in old + new) or turns_meaning(old) or turns_meaning(new):
        return False
    allowed = 0 if min(len(old), len(new)) < 3 else 1 if len(old) < 6 else 2
    return _distance(old, new) <= allowed


def _distance(a: str, b: str) -> int:
    """Return how many letters must be put in, taken out, replaced or swapped with the next to make `b` of `a`."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, above, row = row, before, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _changes(before: str, after: str) -> Iterator[_Change]:
    """Yield what changed in words; case and punctuation do not count, a word that stood there twice neither."""
    sentences = _sentences(before)
    old, new = [word for sentence in sentences for word in sentence], list(_words(after))
    marks = [word == _MARK for word in new]
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        gone = tuple(word for word in old[a:b] if word != _MARK)
        came = tuple(word for word in new[c:d] if word != _MARK)
        is_doubled = not came and len(gone) == 1 and gone[0] in (*old[a - 1 : a], *old[b : b + 1])
        if (gone or came) and not is_doubled:
            is_edge = a == 0 or b == len(old)
            yield _Change(gone, came, any(marks[c:d]), is_edge, *(_torn(sentences, a, b) if is_edge else ((), ())))


_MARK = "…"


def _sentences(text: str) -> list[list[str]]:
    return [found for part in _SENTENCE_END.split(text[:_LONGEST]) if part and (found := list(_words(part)))]


def _torn(sentences: list[list[str]], first: int, end: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what stays and what went of the sentences that a cut from `first` to `end` goes through the middle of."""
    stays: list[str] = []
    gone: list[str] = []
    start = 0
    for sentence in sentences:
        a, b = max(first - start, 0), max(end - start, 0)
        start += len(sentence)
        if 0 < len(sentence[a:b]) < len(sentence):
            stays += (*sentence[:a], *sentence[b:])
            gone += sentence[a:b]
    return tuple(stays), tuple(gone)


def _words(text: str) -> Iterator[str]:
    for part in _PARTS.findall(_OMISSION.sub(f" {_MARK} ", text[:_LONGEST])):
        if part == _MARK or _WORD.search(part):
            yield part.casefold().replace("’", "'")


def turns_meaning(word: str) -> bool:
    """Tell whether a word, in small letters, denies or contrasts what stands beside it."""
    return word in _TURNING or word.endswith("n't")


def doubts(before: str, after: str) -> tuple[Doubt, ...]:
    """Return what about an edit may turn its meaning: a “not” or “but” that went, words left out without `…`.

    A greeting or a farewell that was taken off turns nothing.
    """
    found: dict[str, Doubt] = {}
    for change in _changes(before, after):
        if not change.is_plain_cut:
            found |= {doubt.said: doubt for doubt in _doubts_of(change)}
    return tuple(found.values())


def _doubts_of(change: _Change) -> Iterator[Doubt]:
    is_unmarked = bool(change.gone) and not change.new and not change.marked
    if lost := _lost(change.weighed, change.new):
        mark = ", without a mark" if is_unmarked else ""
        remedy = _IF_SAME if change.marked else _KEEP
        yield Doubt(f"{_named(lost)} left out{mark}: {_around(change.gone)}", remedy)
    elif is_unmarked:
        yield Doubt(f"left out without a mark: {_around(change.gone)}", _KEEP)
    if came := _lost(change.new, change.gone):
        yield Doubt(f"{_named(came)} put in: {_around(change.new)}", _IF_SAME)


_KEEP = "keep the whole sentence, or mark what was left out with `…`"
_IF_SAME = "make sure that the sentence still says what they meant; their author sees it before it is shown"


def _lost(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    others = list(second)
    return tuple(dict.fromkeys(word for word in first if turns_meaning(word) and word not in others))


def _named(words: Sequence[str]) -> str:
    return f"{' and '.join(f'“{word}”' for word in words)} {'was' if len(words) == 1 else 'were'}"


def _around(words: Sequence[str]) -> str:
    shown = " ".join(words[:8])
    return f"“{shown}{' …' if len(words) > 8 else ''}”"
