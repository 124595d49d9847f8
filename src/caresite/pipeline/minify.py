"""Minify: a page in fewer bytes that is seen, read, sent and run as before.

White space is shortened to one character, and removed beside blocks that nobody sets in a line; comments go, except
those that somebody reads (conditional comments, server-side includes). Quotation marks and closing tags stay: hosts
find forms by reading pages, and not every reader is a browser. What stands in `pre`, `textarea`, `script` and `style`
stays to the letter: the content security policy has its hash.
"""

from __future__ import annotations

import re

__all__ = ["minified"]

_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)-->"
    r"|<(?P<kept>pre|textarea|script|style)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>.*?</(?P=kept)\s*>"
    r"|<(?P<tag>(?!(?:pre|textarea|script|style)\b)/?[a-z][^\s>/]*+)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>"
    r"|<(?:!(?!--)|\?)[^>]*>"
    r"|(?P<text>[^<]+(?:<(?![a-z/!?])[^<]*)*+|(?:<(?![a-z/!?])[^<]*)++)",
    re.DOTALL | re.IGNORECASE,
)
_READ_COMMENT = re.compile(r"\s*(?:\[|#|!|/?esi\b|/?sse\b|/?email_off\b)|<!$", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_OUTSIDE_QUOTES = re.compile(r"(\"[^\"]*\"|'[^']*')|[ \t\n\r\f]+")
# `div`, `li`, `dt` and `dd` are often set in a line, and a button or a link is in one: a space between two is seen.
_BLOCKS = frozenset(
    ("html", "head", "meta", "link", "base", "title", "body", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl",
     "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "section", "article", "aside",
     "header", "footer", "main", "hgroup", "search", "figure", "figcaption", "form", "fieldset", "legend", "blockquote",
     "hr", "br", "details", "summary", "address", "option", "optgroup", "source", "track", "g", "path", "circle",
     "ellipse", "line", "rect", "polygon", "polyline", "defs", "use", "symbol", "desc")
)  # fmt: skip


def minified(page: str) -> str:
    """Return the HTML of `page` in fewer bytes; a page that cannot be taken apart is returned as it is."""
    parts: list[str] = []
    end, is_edge = 0, True
    while token := _TOKEN.match(page, end):
        end = token.end()
        text, comment, name = token["text"], token["comment"], token["tag"]
        if text is not None:
            text = _SPACE.sub(_one, text)
            parts.append(text[1:] if is_edge and text[0] in " \n" else text)
            is_edge = text[-1] in " \n"
        elif name is not None:
            is_edge = name.lower().removeprefix("/") in _BLOCKS
            if is_edge and parts and parts[-1][-1:] in (" ", "\n"):
                parts[-1] = parts[-1][:-1]
            parts.append(f"<{name}{_attributes(token['attributes'])}>")
        elif comment is None or _READ_COMMENT.match(comment):
            parts.append(token[0])
            is_edge = False
    return "".join(parts) if end == len(page) else page  # a tag that never ends: who knows what a browser makes of it


def _one(space: re.Match[str]) -> str:
    return "\n" if "\n" in space[0] else " "


def _attributes(text: str) -> str:
    if "\n" not in text and "  " not in text and not text.endswith(" "):
        return text
    short = _OUTSIDE_QUOTES.sub(lambda match: match[1] or " ", text)
    return short[:-1] if short.endswith(" ") else short
