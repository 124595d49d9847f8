"""By hand: what the owner changed in a public text after it was written, part by part, and what becomes of that.

Three versions of each part are compared by digest: as it was written last, as it stands in the file, and as it is to be
now. What nobody touched is written anew. What somebody touched stays, unless a decision changes that very part: then
one of the two has to give way, and who decides says which.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from caresite.core.codes_stories import CHANGED_BY_HAND
from caresite.core.diagnostics import Diagnostic, Severity, Span, fault
from caresite.core.yaml_bounds import load_yaml

__all__ = ["ByHand", "Parts", "Text", "met", "parted", "parts_of", "read_text"]

_WORDS = "words"
_OURS = (
    "draft",
    "author",
    "relation",
    "about",
    "rating",
    "incentive",
    "disclosure",
    "edited",
    "image",
    "reply",
    "lang",
)
_APPROVED = frozenset((_WORDS, "author", "rating"))  # of which the lock file has a digest
_HINT = (
    "to keep what stands there, give it to `caresite stories edit` as well (`--file` for words); to put what is on "
    "record in its place, add `--overwrite`, or tick the box in the browser"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~\n])")

Parts = Mapping[str, str]


class Text(NamedTuple):
    """A content file: its front matter, and the Markdown below it."""

    head: Mapping[str, Any] = {}
    body: str = ""


class ByHand(NamedTuple):
    """What somebody changed in the text at `path`: parts that stay so, and parts that a decision changes as well."""

    path: str
    stays: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()

    @property
    def withholds(self) -> bool:
        """Whether what stays is something that was approved otherwise, so that the build withholds the text."""
        return not _APPROVED.isdisjoint(self.stays)

    def refusal(self) -> Diagnostic:
        """Say that nothing was decided, for the sake of what would be lost or would not be shown."""
        return self._told("was changed by hand since it was written; nothing was decided", self._all(), "error")

    def cautions(self) -> Iterator[Diagnostic]:
        """Yield what to look at after a decision that was carried out all the same."""
        if self.clashes:
            yield self._told("was changed by hand, and has given way to what may be shown now", self.clashes)
        if self.stays:
            said = "was changed by hand, and stays so"
            yield self._told(f"{said}; that keeps it off the site" if self.withholds else said, self.stays)

    def _all(self) -> tuple[str, ...]:
        return (*self.clashes, *self.stays)

    def _told(self, said: str, parts: tuple[str, ...], severity: Severity = "warning") -> Diagnostic:
        named = " and ".join("what the customer says" if part == _WORDS else f"`{part}`" for part in parts)
        return fault(CHANGED_BY_HAND, Span(self.path), f"{named} {said}", hint=_HINT, severity=severity)


def read_text(path: Path) -> Text:
    """Return the content file at `path`; an empty one for what is none, or cannot be read."""
    try:
        return parted(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return Text()


def parted(text: str) -> Text:
    """Return a content file in its two parts. Raises YAMLError for front matter that is none."""
    parts = text.split("---\n", 2)
    head = load_yaml(parts[1]) if len(parts) == 3 and not parts[0].strip() else None
    return Text(head, parts[2]) if isinstance(head, dict) else Text()


def parts_of(text: Text) -> Parts:
    """Return a digest of each part that comes from a submission; of what is empty there is none."""
    values = {key: text.head[key] for key in ("title", *_OURS) if text.head.get(key)} | {_WORDS: _plain(text.body)}
    return {key: _digest(value) for key, value in values.items() if value}


def _plain(body: str) -> str:
    """Return the words of Markdown, however they were escaped and set in lines."""
    return " ".join(unescape(_ESCAPED.sub(r"\1", body)).split())


def _digest(value: object) -> str:
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]


def met(path: str, old: Text, new: Text, wrote: Parts, *, overwrite: bool, free: Iterable[str]) -> tuple[Text, ByHand]:
    """Return what is to stand at `path`, and what of it was changed by hand since `wrote` was written.

    The parts in `free` are the owner's to change, and nothing is said of it.
    """
    found, ours, silent = parts_of(old), parts_of(new), frozenset(free)
    stays: list[str] = []
    clashes: list[str] = []
    for part in ("title", *_OURS, _WORDS) if found else ():
        was, is_now, will = wrote.get(part), found.get(part), ours.get(part)
        is_touched = is_now not in (was, will) and bool(wrote or part in silent)
        if not is_touched:
            continue
        if part in silent or (was is None and will is None) or (will == was and not overwrite):
            stays.append(part)
        elif not overwrite:
            clashes.append(part)
    told = tuple(part for part in stays if part not in silent and part in wrote)
    return _merged(old, new, stays), ByHand(path, told, tuple(clashes))


def _merged(old: Text, new: Text, stays: Iterable[str]) -> Text:
    """Return `new` with what stays of `old`, and with all keys that were never ours."""
    kept = {key: value for key, value in old.head.items() if key in stays or key not in ("title", *_OURS)}
    head = {key: value for key, value in new.head.items() if key not in stays}
    return Text({**head, **kept}, old.body if _WORDS in stays else new.body)
