"""Wordings: the texts in `consent/` that people agree to, one sentence for each purpose, told apart by their digest.

    ---
    title: Your story on our site
    purposes:
      publish_text: You may publish my words on your website.
      edit_for_length: You may shorten them. I see the shorter text first.
    ---
    Who we are, where it is shown, how long, how to take it back.

What counts as proof is the digest of the whole file: of exactly what the person was shown (GDPR 7(1)).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Struct

from caresite.core.codes_stories import BAD_WORDING
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.files import decode_text
from caresite.core.schema import Doc, Reading, decode
from caresite.core.suggest import nearest
from caresite.core.values import split_front_matter
from caresite.kinds.consent import SCOPES

__all__ = ["Wording", "by_digest", "family_of", "is_question", "language_of_name", "read_wording", "wordings_in"]


_LANGUAGE = re.compile(r"[._-]([a-z]{2}(?:-[A-Za-z]{2,4})?)$")
_QUESTION_MARKS = "?？؟;"  # the last one is Greek


def language_of_name(name: str) -> str:
    """Return the language that the name of a wording ends with, as in `story-2026-01.de`; empty for none."""
    match = _LANGUAGE.search(name)
    return match[1] if match else ""


def family_of(name: str) -> str:
    """Return the name of a wording without its language: all translations of one text share it."""
    return _LANGUAGE.sub("", name)


def is_question(sentence: str) -> bool:
    """Tell whether a purpose is put as a question, not as a statement of the author's."""
    return sentence.rstrip("\"'”’») ").endswith(tuple(_QUESTION_MARKS))


class Wording(Struct, frozen=True, kw_only=True):
    """A text that people agree to: `purposes` is the sentence beside each box, `text` the Markdown above them."""

    id: str
    sha256: str
    title: str = ""
    name_display: str = ""
    purposes: dict[str, str] = {}
    text: str = ""
    data: bytes = b""


class _Head(Struct, frozen=True, kw_only=True):
    """The front matter of a wording."""

    title: Annotated[str, Doc("The heading above it.")] = ""
    name_display: Annotated[str, Doc("The sentence above the choice of how a name is shown.")] = ""
    purposes: Annotated[dict[str, str], Doc("The sentence for each purpose.")] = {}


def read_wording(name: str, data: bytes, zone: ZoneInfo) -> tuple[Wording, tuple[Diagnostic, ...]]:
    """Return the wording in the file `consent/<name>.md`, and what is wrong with it.

    A file without front matter is a wording too, one that was read aloud or sent by post.
    """
    path = f"consent/{name}.md"
    found: list[Diagnostic] = []
    head = _Head()
    text = ""
    try:
        text, _ = decode_text(data, path)
        table, text, _ = split_front_matter(text, path)
        if table:
            reading = Reading(zone, found.append, unknown="error")
            head = decode(table, _Head, reading)[0] or head
            found.extend(_check(head, path, reading.places))
    except Problem as problem:
        found.extend(problem.diagnostics)
    wording = Wording(
        id=name,
        sha256=hashlib.sha256(data).hexdigest(),
        title=head.title,
        name_display=head.name_display,
        purposes=dict(head.purposes),
        text=text.strip(),
        data=data,
    )
    return wording, tuple(found)


def _check(head: _Head, path: str, places: Mapping[str, Span]) -> Iterable[Diagnostic]:
    for scope, sentence in head.purposes.items():
        place = place_in(places, Span(path, 1), f"purposes.{scope}", "purposes")
        if scope not in SCOPES:
            near = nearest(scope, SCOPES)
            hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(SCOPES)}"
            yield fault(BAD_WORDING, place, f"`{scope}` is not a purpose that we know", hint=hint)
        elif not sentence.strip():
            yield fault(BAD_WORDING, place, f"the purpose `{scope}` has no sentence to agree to")


def wordings_in(root: Path, zone: ZoneInfo) -> dict[str, Wording]:
    """Return the wordings of the site at `root` by their id, whatever is wrong with them."""
    found = sorted((root / "consent").glob("*.md"))
    return {path.stem: read_wording(path.stem, path.read_bytes(), zone)[0] for path in found}


def by_digest(wordings: Iterable[Wording]) -> dict[str, Wording]:
    """Return wordings by the digest of exactly their text."""
    return {wording.sha256: wording for wording in wordings}
