"""Literal emphasis: marks that their author meant as emphasis and that CommonMark leaves as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markdown_it.token import Token

__all__ = ["Literal", "literal_in", "may_hold_literal"]

# Their letters, and the punctuation that is as wide as these.
_BESIDE_CJK = re.compile(
    "[\u1100-\u11ff\u3000-\u30ff\u3130-\u318f\u31a0-\u31bf\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
_PAIR = re.compile(r"(?<![*_~=])(\*\*|\*|__|_|~~|==)(?=[^\s*_~=])([^*_~=]*[^\s*_~=])\1(?![*_~=])")
_MARK = re.compile(r"[*_~=]")
_ELEMENTS = {"**": "strong", "__": "strong", "*": "em", "_": "em", "~~": "del", "==": "mark"}
_BREAKS = frozenset(("softbreak", "hardbreak"))


class Literal(NamedTuple):
    """A pair of marks that stayed text: in which line of its block, how it is written, and how it would work."""

    line: int
    text: str
    better: str


def may_hold_literal(text: str) -> bool:
    """Tell whether anything in `text` is worth a look."""
    return "**" in text or (_MARK.search(text) is not None and _BESIDE_CJK.search(text) is not None)


def literal_in(tokens: Sequence[Token]) -> Iterator[Literal]:
    """Find pairs among the finished tokens of a block that would be emphasis but for the punctuation beside them."""
    if not any(token.type == "text" and _MARK.search(token.content) for token in tokens):
        return
    text = "".join(map(_seen, tokens))
    for match in _PAIR.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if _is_meant(match[1], before, match[2], after):
            yield Literal(text.count("\n", 0, match.start()), match[0], _better(match[1], match[2]))


def _seen(token: Token) -> str:
    """Return what stands for a token: text as it is, and one sign for what cannot be a mark."""
    if token.type == "text":
        return token.content
    return "\n" if token.type in _BREAKS else "\ufffc"


def _is_meant(mark: str, before: str, inner: str, after: str) -> bool:
    """Tell whether a pair is meant: two stars always are, other marks beside Chinese, Japanese or Korean."""
    if mark[0] == "_" and _is_letter(before) and _is_letter(after):
        return False  # `報告_2024_最終`
    if unicodedata.category(inner[0]) == "Pe" or unicodedata.category(inner[-1]) == "Ps":
        return False  # `f(**kwargs)` and the next one
    return mark == "**" or _BESIDE_CJK.search(before + inner[0] + inner[-1] + after) is not None


def _better(mark: str, inner: str) -> str:
    """Return a writing that works: the punctuation outside of the marks where that leaves no bracket behind."""
    core = inner.strip("".join(sign for sign in set(inner) if not _is_letter(sign) and not sign.isspace()))
    around = inner.partition(core) if core else ("", "", "")
    parts = [part for part in (around[0], around[2]) if part]
    opens = sum(unicodedata.category(sign) in ("Ps", "Pi") for sign in core)
    closes = sum(unicodedata.category(sign) in ("Pe", "Pf") for sign in core)
    if parts and opens == closes and mark[0] != "_":
        return f"{around[0]}{mark}{core}{mark}{around[2]}"
    return f"<{_ELEMENTS[mark]}>{inner}</{_ELEMENTS[mark]}>"


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNM" if sign else False
