"""HTML as plain text: paragraphs and line breaks stay, everything that could do something goes.

What a mail program marks as quoted comes as lines with `>`, as in plain text, and what it marks as a signature comes
apart. The marks are attributes that programs write, so they are the same in every language.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

from caresite.submissions.html_safe import safe_page

__all__ = ["PageText", "read_letter_page", "text_of_html"]

_UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "iframe"))
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "blockquote", "pre", "table", "ul", "ol", "dl", "figure", "address"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "form", "fieldset", "hr", "center"),
    )
)
_LINES = frozenset(("br", "tr", "li", "dt", "dd"))
_EMPTY = frozenset(("br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "embed"))
_DEEPEST_UNSEEN = 100
# classes and ids by which programs mark what they quote; Outlook puts `x_` before those of others
_QUOTES = frozenset(
    (
        *("gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "ydp-yahoo-quoted", "protonmail_quote"),
        *("moz-cite-prefix", "tutanota_quote", "zmail_extra", "blockquote_zmail", "qt", "quoted-text", "iwcquote"),
        *("mail-editor-reference-message-container", "ms-outlook-mobile-reference-message", "olk_src_body_section"),
    )
)
# marks after which nothing is the writer's own
_REST = frozenset(("divrplyfwdmsg", "appendonsend", "stopspelling", "replysplit", "isforwardcontent", "isreplycontent"))
_SIGNATURES = frozenset(
    (
        *(
            "gmail_signature",
            "gmail_signature_prefix",
            "moz-signature",
            "signature",
            "applemailsignature",
            "tutanota_signature",
        ),
        *(
            "protonmail_signature_block",
            "ms-outlook-mobile-signature",
            "yahoo-signature",
            "ydp-signature",
            "zmail_signature",
        ),
    )
)
_OUTLOOK_RULE = re.compile(r"border:\s*none;\s*border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)", re.IGNORECASE)


class PageText(NamedTuple):
    """The text of a page, its quotes marked with `>`, and its signature."""

    text: str
    signature: str = ""
    is_marked: bool = False


class _Reader(HTMLParser):
    """Collects what a reader of the page would see, each piece with what it belongs to: own, quoted or signature."""

    def __init__(self, *, marks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str]] = []
        self.unseen: list[str] = []
        self._marks = marks
        self._open: list[tuple[str, str]] = []
        self._rest = ""

    @property
    def _part(self) -> str:
        return self._rest or (self._open[-1][1] if self._open else "own")

    def _add(self, text: str) -> None:
        self.pieces.append((self._part, text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._marks:
            self._mark(tag, attrs)
        if tag in _UNSEEN:
            if len(self.unseen) < _DEEPEST_UNSEEN:  # each end is looked for among them
                self.unseen.append(tag)
        elif tag in _BLOCKS:
            self._add("\n\n")
        elif tag in _LINES:
            self._add("\n- " if tag == "li" else "\n")

    def _mark(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where quotes and signatures begin. Elements of the name that began one are counted up to its end."""
        part = _part_of(tag, attrs)
        if part == "rest":
            self._rest = "quoted"
        elif tag not in _EMPTY and ((self._open and tag == self._open[-1][0]) or part):
            self._open.append((tag, "quoted" if self._part == "quoted" else part or self._part))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.unseen:
            del self.unseen[self.unseen.index(tag) :]
        elif tag in _BLOCKS:
            self._add("\n\n")
        elif tag == "td":
            self._add(" ")
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self._add(re.sub(r"\s+", " ", data))


def _part_of(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    """Return what an element's attributes mark: `quoted`, `rest`, `signature`, or nothing."""
    given = {name: (value or "").lower() for name, value in attrs}
    names = {name.removeprefix("x_") for name in f"{given.get('id', '')} {given.get('class', '')}".split()}
    if names & _REST or (tag == "div" and _OUTLOOK_RULE.search(given.get("style", ""))):
        return "rest"
    if names & _QUOTES or (tag == "blockquote" and given.get("type") == "cite"):
        return "quoted"
    return "signature" if names & _SIGNATURES else ""


def text_of_html(page: str) -> str:
    """Return the words of `page`, a paragraph apart by an empty line."""
    return _tidied("".join(text for _, text in _read(page, marks=False)))


def read_letter_page(page: str) -> PageText:
    """Return the text of a letter that is a page."""
    runs: list[tuple[str, list[str]]] = []
    signature: list[str] = []
    for part, text in _read(page, marks=True):
        if part == "signature":
            signature.append(text)
        elif runs and runs[-1][0] == part:
            runs[-1][1].append(text)
        else:
            runs.append((part, [text]))
    found = [(part, tidy) for part, texts in runs if (tidy := _tidied("".join(texts)))]
    text = "\n\n".join(_marked(tidy) if part == "quoted" else tidy for part, tidy in found)
    return PageText(text, _tidied("".join(signature)), any(part == "quoted" for part, _ in found))


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _read(page: str, *, marks: bool) -> list[tuple[str, str]]:
    reader = _Reader(marks=marks)
    try:
        reader.feed(safe_page(page))
        reader.close()
    except Exception:  # the parser raises on some broken declarations; what was read so far counts
        pass
    return reader.pieces


def _tidied(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
