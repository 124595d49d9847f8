"""Staff: people whom a customer's words name, shown by their first names until they agree to more (GDPR 5 and 6).

It is done to what a file says before anything is made of it, so no page, feed or picture ever sees the whole name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from caresite.core.strings import change_strings, strings_of
from caresite.kinds.content import Staff
from caresite.pipeline.hidden_names import shown_name

__all__ = ["masked", "without_staff"]

_MARKS = r"(?:[*_~=`\\\u00ad\u200b-\u200d\u2060]|<[^<>]{0,80}>)*"  # what may split a name in Markdown or HTML
_FILES = frozenset(("src",))  # names of files, which are not text


def masked(words: str, names: Iterable[str]) -> str:
    """Return `words` with the first name in the place of each whole one of `names`."""
    for name in sorted(names, key=len, reverse=True):
        if len(name.split()) > 1:
            first = shown_name(name, "first-name")
            words = re.sub(_anywhere(name), lambda match, first=first: first, words, flags=re.IGNORECASE)  # type: ignore[misc]
    return words


def _anywhere(name: str) -> str:
    """Return a pattern that finds `name` in Markdown, also where marks or tags split it."""
    words = (_MARKS.join(map(re.escape, word)) for word in name.split())
    gap = rf"{_MARKS}\s+{_MARKS}"
    return rf"\b{gap.join(words)}\b"


def without_staff(meta: Any, body: str) -> tuple[Any, str, tuple[str, ...]]:
    """Return a customer's item and its body with first names for staff who did not agree, and whom that was done to."""
    people: tuple[Staff, ...] = meta.staff
    hidden = [each.name for each in people if not each.agreed and len(each.name.split()) > 1]
    if not hidden:
        return meta, body, ()
    meta = replace(meta, staff=tuple(each for each in people if each.agreed))
    said = "\n".join((body, *(text for _, text in strings_of(meta))))
    named = tuple(name for name in hidden if re.search(_anywhere(name), said, re.IGNORECASE))
    return change_strings(meta, lambda text: masked(text, hidden), keep=_FILES), masked(body, hidden), named
