"""What looks like markup but stayed text: shortcodes of other systems, footnote marks, refused addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from markdown_it.token import Token

from caresite.core.codes_markdown import (
    FOREIGN_SYNTAX,
    LITERAL_EMPHASIS,
    MISSING_FOOTNOTE,
    UNDEFINED_REFERENCE,
    UNSAFE_ADDRESS,
    UNUSED_FOOTNOTE,
)
from caresite.core.diagnostics import Code, Span
from caresite.core.suggest import nearest
from caresite.core.texts import cut
from caresite.pipeline.markdown.literal_emphasis import literal_in, may_hold_literal
from caresite.pipeline.markdown.raw_html import component_tags
from caresite.pipeline.markdown.reading import Reading

__all__ = ["Foreign", "Watch", "foreign_in", "is_only_foreign", "with_visible_tags", "without_code"]


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
_REFUSED = re.compile(
    r"(?<!\\)(?:\\\\)*+\](?:\(|:)(?P<address>\s*+<?\s*+"
    r"(?:javascript:|vbscript:|file:|data:(?!image/(?:gif|png|jpeg|webp);))[^\s)]*)",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"(?<!\\)\[\^([^\s\[\]]{1,200})\]")
_IGNORED = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|pre|code)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def without_code(token: Token) -> str:
    """Return the source of an inline token with code and comments blanked out, every character in its place."""
    content = token.content
    pieces: list[str] = []
    done = 0
    for child in token.children or ():
        code = child.type == "code_inline" or (child.type == "html_inline" and child.content.startswith("<!--"))
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


_ONLY = re.compile(r"(?:\{\{[^{}]*\}\}\s*|\{%[^{}]*%\}\s*|\{:[^{}]*\}\s*|\[/?[a-z][a-z0-9_-]*(?:\s[^\[\]]*)?\]\s*)+")


class Watch:
    """Looks, block by block, for what stayed text in one document, and reports it.

    `labels` are the footnotes that the document defines, with their numbers; below 0 they were never mentioned.
    """

    def __init__(self, reading: Reading, labels: Mapping[str, int]) -> None:
        self.reading = reading
        self.labels = labels
        self.missing: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.first_at: dict[str, Span] = {}
        # Most texts hold nothing of the kind: one look at the whole saves a look at every block.
        text = reading.text
        self.foreign = _may_hold_foreign(text)
        self.refused = ("](" in text or "]:" in text) and _REFUSED.search(text) is not None
        self.footnotes = "[^" in text
        self.emphasis = may_hold_literal(text)
        self.undefined: dict[str, list[Span]] = {}

    def words(self, token: Token) -> None:
        """Look at one block of words."""
        line = token.map[0] if token.map else 0
        for reference in self.reading.undefined.get(token.content, ()) if self.reading.undefined else ():
            at = line + token.content.count("\n", 0, reference.start)
            self.undefined.setdefault(reference.label, []).append(self.reading.place(at, reference.text))
        if self.emphasis:
            self._literal_emphasis(token, line)
        if not (self.foreign or self.refused or self.footnotes):
            return
        text = without_code(token)
        if self.foreign:
            self._count(foreign_in(text), text, line)
        if self.refused:
            for match in _REFUSED.finditer(text):
                message = f"“{match['address'].strip()}” is not an address that a link may have"
                self._report(UNSAFE_ADDRESS, line + text.count("\n", 0, match.start()), message)
        if self.footnotes:
            self._missing_notes(text, line)

    def html(self, html: str, line: int) -> None:
        """Look at one block of raw HTML."""
        if self.foreign:
            self._count(foreign_in(html, html=True), html, line)

    def finish(self) -> None:
        """Report what could only be known at the end."""
        for name, count in self.counts.items():
            times = f" ({count} times)" if count > 1 else ""
            message = f"`{name}` belongs to another system and is shown as it is{times}"
            self.reading.report(FOREIGN_SYNTAX, self.first_at[name], message)
        for label, places in self.undefined.items():
            times = f" ({len(places)} times)" if len(places) > 1 else ""
            near = nearest(label, self.reading.labels)
            hint = f"did you mean `[{near}]`?" if near else f"add a line `[{label}]: https://example.com/`"
            message = f"nothing defines the label `[{label}]`, so the brackets are shown{times}"
            self.reading.report(UNDEFINED_REFERENCE, places[0], message, hint)
        for label, number in self.labels.items():
            if number < 0:
                message = f"the footnote `[^{label[1:]}]` is never mentioned"
                self._report(UNUSED_FOOTNOTE, self.reading.footnote_lines.get(label[1:], 0), message)

    def _literal_emphasis(self, token: Token, line: int) -> None:
        for found in literal_in(token.children or ()):
            at = line + found.line
            marks = f"the marks of `{cut(found.text, 60)}` are shown"
            message = f"{marks}: they touch punctuation on one side, a letter on the other"
            hint = f"write `{cut(found.better, 60)}`, or put a space outside of the marks"
            self.reading.report(LITERAL_EMPHASIS, self.reading.place(at, found.text), message, hint)

    def _missing_notes(self, text: str, line: int) -> None:
        for match in _FOOTNOTE.finditer(text):
            if ":" + match[1] not in self.labels and match[1] not in self.missing:
                self.missing.add(match[1])
                message = f"there is no footnote `[^{match[1]}]`"
                self._report(MISSING_FOOTNOTE, line + text.count("\n", 0, match.start()), message)

    def _count(self, found: Iterable[Foreign], text: str, line: int) -> None:
        for piece in found:
            self.counts[piece.name] += 1
            if piece.name not in self.first_at:
                at = line + text.count("\n", 0, piece.start)
                self.first_at[piece.name] = self.reading.place(at, piece.text)

    def _report(self, code: Code, line: int, message: str) -> None:
        self.reading.report(code, self.reading.span(line), message)


def _may_hold_foreign(text: str) -> bool:
    if "{" in text and _BRACES.search(text):
        return True
    hints = (("[", _BRACKET), ("<", _TAG), ("port ", _MODULE))
    return any(hint in text and pattern.search(text) for hint, pattern in hints)
