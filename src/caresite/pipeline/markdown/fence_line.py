"""The line that opens a block of code: its language, its title, and what other tools write there besides."""

from __future__ import annotations

import re
from typing import NamedTuple

from caresite.pipeline.markdown.highlight import language_of

__all__ = ["FenceLine", "fence_line"]

_WORD = re.compile(
    r"""(?P<key>[A-Za-z][\w-]*)[ \t]*=[ \t]*"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'{}]+|[{\[][^{}\[\]]*[}\]]))"""
    r"""|(?P<other>[^\s{}]+|\{[^{}]*\})"""
)


class FenceLine(NamedTuple):
    """What the line says; `dropped` are the things in it that do nothing here, as written."""

    language: str
    title: str = ""
    dropped: tuple[str, ...] = ()


def fence_line(info: str) -> FenceLine:
    """Read the line of a code fence: `python`, `{.python title="app.py"}`, `js title="x.js" {1,3-5}`."""
    language = language_of(info)
    language = "" if "=" in language else language
    rest = info[info.find(language) + len(language) :] if language else info
    if not rest or rest[0] == ",":  # `rust,ignore` is for the tools of that language
        return FenceLine(language)
    if info.startswith("{"):
        rest = rest.strip().removesuffix("}")
    title, dropped = "", []
    for word in _WORD.finditer(rest):
        if word["key"] and word["key"].lower() == "title":
            title = word[word.lastgroup or "bare"]
        else:
            dropped.append(word["key"] or word["other"])
    return FenceLine(language, " ".join(title.split()), tuple(dict.fromkeys(dropped)))
