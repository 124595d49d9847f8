"""What looks like markup but stayed text: shortcodes of other systems, footnote marks, refused addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it.token import Token

from caresite.pipeline.markdown.raw_html import component_tags

__all__ = [
    "Foreign",
    "Leftovers",
    "footnote_marks",
    "foreign_in",
    "is_only_foreign",
    "leftovers_of",
    "refused_addresses",
    "with_visible_tags",
    "without_code",
]


class Foreign(NamedTuple):
    """One piece of another system's syntax: what to call it, where it is, and how it is written."""

    name: str
    start: int
    text: str


_FOREIGN = re.compile(
    r"\{\{(?P<angle>[<%])-?\s*/?\s*(?P<hugo>[\w./-]+)"
    r"|\{%-?\s*(?P<tag>\w+)"
    r"|\{\{-?\s*(?P<variable>[A-Za-z_][\w.]*+)[^{}\n]*+\}\}"
    r"|\{:(?P<attributes>toc\b|[ \t]*[.#\w][^{}\n]*)\}"
    r"|\[/(?P<closing>[a-z][a-z0-9_-]+)\](?![(\[:])"
    r"|\[(?P<opening>[a-z][a-z0-9_-]+)[ \t]+[\w-]+=[^\[\]\n]*\](?![(\[:])"
    r"|\[(?P<alone>gallery|playlist)\](?![(\[:])"
    r"|^(?P<mdx>import)[ \t]+(?:[\w{*][^\n]*?[ \t]from[ \t]+)?[\"'][^\"'\n]+[\"'];?[ \t]*$"
    r"|^(?P<export>export)[ \t]+(?:default|const|let|var|function)\b",
    re.MULTILINE,
)
_BRACES = re.compile(r"\{[{%:]")
_BRACKET = re.compile(r"\[/[a-z]|\[[a-z][\w-]+[ \t]+[\w-]+=|\[(?:gallery|playlist)\]")
_TAG = re.compile(r"</?[A-Z]")
_MODULE = re.compile(r"^(?:import|export)[ \t]", re.MULTILINE)
_ANY = re.compile(r"\{[{%:]|\[/?[a-z]|</?[A-Z]|^(?:import|export)[ \t]", re.MULTILINE)
_REFUSED = re.compile(r"\](?:\(|:)\s*+<?\s*+(?:javascript|vbscript|file|data):[^\s)]*", re.IGNORECASE)
_FOOTNOTE = re.compile(r"(?<!\\)\[\^([^\s\[\]]{1,200})\]")
_IGNORED = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|pre|code)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)


class Leftovers(NamedTuple):
    """What a text may hold at all, so that most blocks need no closer look."""

    foreign: bool
    refused: bool
    footnotes: bool

    def __bool__(self) -> bool:
        return self.foreign or self.refused or self.footnotes


def leftovers_of(text: str) -> Leftovers:
    """Look once at a whole text for what its blocks may hold."""
    braces = "{" in text and _BRACES.search(text) is not None
    foreign = braces or any(
        hint in text and pattern.search(text) is not None
        for hint, pattern in (("[", _BRACKET), ("<", _TAG), ("port ", _MODULE))
    )
    refused = "](" in text or "]:" in text
    return Leftovers(foreign, refused and _REFUSED.search(text) is not None, "[^" in text)


def without_code(token: Token) -> str:
    """Return the source of an inline token with code and comments blanked out, every character in its place."""
    content = token.content
    pieces: list[str] = []
    done = 0
    for child in token.children or ():
        code = child.type == "code_inline" or (
            child.type == "html_inline" and child.content.startswith("<!--")
        )
        if code and child.map and child.map[0] >= done:
            start, end = child.map
            pieces += (content[done:start], _blank(content[start:end]))
            done = end
    return "".join((*pieces, content[done:]))


def _blank(text: str) -> str:
    return "".join("\n" if c == "\n" else "\0" for c in text)


def foreign_in(text: str, *, html: bool = False) -> Iterator[Foreign]:
    """Find the syntax of other systems in `text`; with `html`, not in its scripts, code and comments."""
    if not _ANY.search(text):
        return
    if html:
        text = _IGNORED.sub(lambda match: _blank(match[0]), text)
    for match in _FOREIGN.finditer(text):
        yield Foreign(_name(match), match.start(), match[0])
    for tag in component_tags(text):
        yield Foreign(f"<{tag['name']}>", tag.start(), tag[0])


def _name(match: re.Match[str]) -> str:
    """Return one name for a shortcode and its closing tag."""
    kind = match.lastgroup or ""
    word = match[kind]
    if kind == "hugo":
        return f"{{{{{match['angle']} {word} {'>' if match['angle'] == '<' else '%'}}}}}"
    if kind == "tag":
        return f"{{% {word.removeprefix('end') or word} %}}"
    if kind == "variable":
        return f"{{{{ {word} }}}}"
    if kind == "attributes":
        return "{: … }"
    return word if kind in ("mdx", "export") else f"[{word}]"


def with_visible_tags(html: str) -> str:
    """Return `html` with the tags that are not HTML escaped, so that readers see them instead of a gap."""
    if not _TAG.search(html):
        return html
    pieces: list[str] = []
    done = 0
    for tag in component_tags(_IGNORED.sub(lambda match: _blank(match[0]), html)):
        pieces += (html[done : tag.start()], "&lt;")
        done = tag.start() + 1
    return "".join((*pieces, html[done:]))


def is_only_foreign(text: str) -> bool:
    """Tell whether a paragraph holds nothing but tags of other systems."""
    return _ONLY.fullmatch(text.strip()) is not None


_ONLY = re.compile(
    r"(?:\{\{[^{}]*\}\}\s*|\{%[^{}]*%\}\s*|\{:[^{}]*\}\s*|\[/?[a-z][a-z0-9_-]*(?:\s[^\[\]]*)?\]\s*)+"
)


def refused_addresses(text: str) -> Iterator[re.Match[str]]:
    """Find links in `text` whose address was refused."""
    return _REFUSED.finditer(text)


def footnote_marks(text: str) -> Iterator[re.Match[str]]:
    """Find footnote marks in `text`."""
    return _FOOTNOTE.finditer(text)
