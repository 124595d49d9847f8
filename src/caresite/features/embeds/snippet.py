"""Snippets: what a page for a frame shows, as HTML that stands by itself in any page: no script, no style of ours.

It is made from the finished page, so it says whatever must be said with somebody's words: rewards, ties, edits.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

__all__ = ["snippet_of"]

_STYLES = {
    "figure": "margin:0 0 1.5em",
    "blockquote": "margin:0 0 .6em;font-size:1.15em;line-height:1.45",
    "p": "margin:0 0 .4em",
    "figcaption": "font-size:.9em",
}
_KEPT = frozenset((*_STYLES, "a", "br", "cite", "em", "li", "mark", "ol", "q", "strong", "time", "ul"))
_WITHOUT_WORDS = frozenset(("svg", "picture", "h1", "script", "style"))
_VOID = frozenset(("br", "img", "source", "hr", "input", "meta", "link"))


def snippet_of(page: str, url: str) -> str:
    """Return the words of a page for frames, which stands at `url`, with styles of their own."""
    reader = _Reader(url)
    reader.feed(page)
    reader.close()
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    words = "\n".join(line for line in lines if line)
    return f'<div style="max-width:40em"{reader.language}>\n{words}\n</div>\n'


class _Reader(HTMLParser):
    """Keeps what stands in the element of class `embed`: words and links, without classes, pictures and ids."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.language = ""  # where a page has a direction, it may not be that of the page it is pasted into
        self._url = url
        self._stack: list[tuple[str, str]] = []  # open elements, and what closes them here
        self._inside = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = values.get("class", "").split()
        if tag == "html" and values.get("dir"):
            self.language = f' lang="{escape(values.get("lang", ""))}" dir="{escape(values["dir"])}"'
        if not self._inside and "embed" not in classes:
            return
        if tag in _VOID:
            if tag in _KEPT and not self._hidden:
                self.parts.append(f"<{tag}>")
            return
        self._inside += 1
        hides = tag in _WITHOUT_WORDS or "visually-hidden" in classes or values.get("aria-hidden") == "true"
        if values.get("role") == "img" and values.get("aria-label") and not self._hidden:
            self.parts.append(escape(values["aria-label"]))
            hides = True
        if hides or self._hidden:
            self._hidden += 1
        if "byline-role" in classes:  # a line of its own, there and here
            self.parts.append("<br>")
        kept = tag in _KEPT and not self._hidden
        if kept:
            self.parts.append(self._opened(tag, values))
        self._stack.append((tag, f"</{tag}>" if kept else ""))

    def _opened(self, tag: str, values: dict[str, str]) -> str:
        attributes = f' style="{_STYLES[tag]}"' if tag in _STYLES else ""
        if tag == "a" and values.get("href"):
            attributes += f' href="{escape(urljoin(self._url, values["href"]))}"'
        for name in ("lang", "datetime", "dir"):
            if values.get(name):
                attributes += f' {name}="{escape(values[name])}"'
        return f"<{tag}{attributes}>"

    def handle_endtag(self, tag: str) -> None:
        if not self._inside or tag in _VOID or tag not in [name for name, _ in self._stack]:
            return
        while self._stack:
            name, closing = self._stack.pop()
            self._inside -= 1
            if self._hidden:
                self._hidden -= 1
            self.parts.append(closing)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._inside and not self._hidden:
            self.parts.append(escape(data, quote=False))
