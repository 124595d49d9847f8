"""HTML as plain text: paragraphs and line breaks stay, everything that could do something goes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["text_of_html"]

_UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "iframe"))
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "blockquote", "pre", "table", "ul", "ol", "dl", "figure", "address"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "form", "fieldset", "hr", "center"),
    )
)
_LINES = frozenset(("br", "tr", "li", "dt", "dd"))
_LONGEST = 4_000_000


class _Reader(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen.append(tag)
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag in _LINES:
            self.pieces.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.unseen:
            del self.unseen[self.unseen.index(tag) :]
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "td":
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def text_of_html(page: str) -> str:
    """Return the words of `page`, a paragraph apart by an empty line."""
    reader = _Reader()
    try:
        reader.feed(page[:_LONGEST])
        reader.close()
    except Exception:  # the parser raises on some broken declarations; what was read so far counts
        pass
    text = "".join(reader.pieces)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
