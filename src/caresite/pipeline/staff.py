"""Staff: people whom a customer's words name, shown by their first names until they agree to more (GDPR 5 and 6).

It is done to what a file says before anything is made of it, so no page, feed or picture ever sees the whole name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from caresite.kinds.content import Staff
from caresite.pipeline.consent import shown_name

__all__ = ["masked", "without_staff"]

_WORDS = ("title", "summary", "description", "text", "outcome")
_LISTS = {"quotes": ("text",), "timeline": ("title", "text"), "claims": ("text",)}


def masked(words: str, names: Iterable[str]) -> str:
    """Return `words` with the first name in the place of each whole one of `names`."""
    for name in sorted(names, key=len, reverse=True):
        if len(name.split()) > 1:
            first = shown_name(name, "first-name")
            words = re.sub(_anywhere(name), lambda match, first=first: first, words, flags=re.IGNORECASE)  # type: ignore[misc]
    return words


def _anywhere(name: str) -> str:
    return r"\b" + r"\s+".join(re.escape(part) for part in name.split()) + r"\b"


def without_staff(meta: Any, body: str) -> tuple[Any, str, tuple[str, ...]]:
    """Return a customer's item and its body with first names for staff who did not agree, and whom that was done to."""
    people: tuple[Staff, ...] = meta.staff
    hidden = [each.name for each in people if not each.agreed and len(each.name.split()) > 1]
    if not hidden:
        return meta, body, ()
    said = "\n".join((body, *(str(getattr(meta, key, "")) for key in _WORDS), *_parts_of(meta)))
    named = tuple(name for name in hidden if re.search(_anywhere(name), said, re.IGNORECASE))
    changes: dict[str, Any] = {key: masked(getattr(meta, key), hidden) for key in _WORDS if getattr(meta, key, "")}
    for key, fields in _LISTS.items():
        changes |= (
            {key: tuple(_part(part, fields, hidden) for part in getattr(meta, key))} if hasattr(meta, key) else {}
        )
    changes["staff"] = tuple(each for each in people if each.agreed)
    return replace(meta, **changes), masked(body, hidden), named


def _parts_of(meta: Any) -> Iterable[str]:
    for key, fields in _LISTS.items():
        for part in getattr(meta, key, ()):
            yield from (getattr(part, field) for field in fields)


def _part(part: Any, fields: Iterable[str], hidden: Iterable[str]) -> Any:
    return replace(part, **{field: masked(getattr(part, field), hidden) for field in fields})
