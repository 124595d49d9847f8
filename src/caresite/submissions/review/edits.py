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

__all__ = ["Piece", "doubts", "kinds_of", "pieces"]

_PARTS = re.compile(r"\s+|\w+(?:['’]\w+)*|[^\w\s]")
_WORD = re.compile(r"\w")
_OMISSION = re.compile(r"\[?(?:…|\.\.\.)\]?")
_TURNING = frozenset(
    (
        *("not", "no", "never", "nothing", "nobody", "none", "neither", "nor", "without", "hardly", "cannot"),
        *("but", "however", "although", "though", "yet", "except", "unless"),
        *("nicht", "kein", "keine", "keinen", "keinem", "keiner", "nie", "niemals", "nichts", "niemand", "ohne"),
        *("kaum", "aber", "jedoch", "doch", "obwohl", "außer", "sondern"),
        *("nunca", "nada", "nadie", "ningún", "ninguna", "ninguno", "sin", "apenas", "tampoco"),
        *("pero", "aunque", "sino", "excepto"),
    )
)
_LONGEST = 20_000


class Piece(NamedTuple):
    """A run of text that stayed, went or came."""

    how: Literal["same", "gone", "new"]
    text: str


class _Change(NamedTuple):
    """The words that went and those that came in their place; `marked` when `…` or brackets say so."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    marked: bool


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
    if any(c.isdecimal() for c in old + new) or _turns(old) or _turns(new):
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
    old, new = list(_words(before)), list(_words(after))
    marks = [word == _MARK for word in new]
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        gone = tuple(word for word in old[a:b] if word != _MARK)
        came = tuple(word for word in new[c:d] if word != _MARK)
        is_doubled = not came and len(gone) == 1 and gone[0] in (*old[a - 1 : a], *old[b : b + 1])
        if (gone or came) and not is_doubled:
            yield _Change(gone, came, any(marks[c:d]))


_MARK = "…"


def _words(text: str) -> Iterator[str]:
    for part in _PARTS.findall(_OMISSION.sub(f" {_MARK} ", text[:_LONGEST])):
        if part == _MARK or _WORD.search(part):
            yield part.casefold().replace("’", "'")


def _turns(word: str) -> bool:
    return word in _TURNING or word.endswith("n't")


def doubts(before: str, after: str) -> tuple[str, ...]:
    """Return what about an edit may turn its meaning: a “not” or “but” that went, words left out without `…`."""
    found: dict[str, None] = {}
    for change in _changes(before, after):
        for word in _lost(change.gone, change.new):
            found[f"“{word}” was left out: {_around(change.gone)}"] = None
        for word in _lost(change.new, change.gone):
            found[f"“{word}” was put in: {_around(change.new)}"] = None
        if change.gone and not change.new and not change.marked:
            found[f"left out without a mark: {_around(change.gone)}"] = None
    return tuple(found)


def _lost(first: Iterable[str], second: Iterable[str]) -> Iterator[str]:
    others = list(second)
    yield from (word for word in first if _turns(word) and word not in others)


def _around(words: Sequence[str]) -> str:
    shown = " ".join(words[:8])
    return f"“{shown}{' …' if len(words) > 8 else ''}”"
