"""Directions: every element of a finished page that has a `lang` gets the `dir` that its script needs.

`lang` alone never changes the direction of text (HTML, 3.2.6.4). A page on which no language is written from right to
left stays as it is.
"""

from __future__ import annotations

import re

from caresite.core.languages import direction_of

__all__ = ["with_directions"]

_LANGUAGE = re.compile(r"lang=[\"']?([A-Za-z][\w-]*)")
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<over>script|style|template|textarea|svg)\b.*?(?:</(?P=over)\s*>|\Z)"
    r"|(?P<tag><[a-zA-Z][\w-]*(?=\s)(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+>)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\s([a-z:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


def with_directions(html: str) -> str:
    """Return a page in which every `lang` stands beside its `dir`, unless the page gave one."""
    if all(direction_of(tag) == "ltr" for tag in set(_LANGUAGE.findall(html))):
        return html
    return _PIECE.sub(_with_direction, html)


def _with_direction(match: re.Match[str]) -> str:
    tag = match["tag"]
    if not tag or "lang" not in tag.lower():
        return match[0]
    given = {attribute[1].lower(): attribute for attribute in _ATTRIBUTE.finditer(tag)}
    language = given.get("lang")
    if language is None or "dir" in given or not (value := language[2] or language[3] or language[4]):
        return tag
    return f'{tag[: language.end()]} dir="{direction_of(value)}"{tag[language.end() :]}'
