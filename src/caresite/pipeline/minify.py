"""Minify: a page in fewer bytes, and nothing else different: what is seen, read, sent and run stays the same.

White space is shortened to one character, never removed between two things that a style sheet may set side by side;
comments go, except those that somebody reads (conditional comments, server-side includes). Quotation marks and closing
tags stay: hosts find forms by reading pages (Netlify), and not all of them read as browsers do. What stands in `pre`,
`textarea`, `script` and `style` stays to the letter, since the content security policy holds its hash.
"""

from __future__ import annotations

import re

__all__ = ["minified"]

_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)-->"
    r"|<(?P<kept>pre|textarea|script|style|noscript|template|svg)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>.*?</(?P=kept)\s*>"
    r"|<(?P<tag>/?[a-zA-Z][^\s>/]*)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>"
    r"|<[!?][^>]*>"
    r"|(?P<text>[^<]+|<(?![a-zA-Z/!?]))",
    re.DOTALL | re.IGNORECASE,
)
_READ_COMMENT = re.compile(r"\s*(?:\[|#|!|esi\b|sse\b|/sse\b|email_off\b|/email_off\b)|<!$", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_OUTSIDE_QUOTES = re.compile(r"(\"[^\"]*\"|'[^']*')|[ \t\n\r\f]+")
# Between these a browser shows no white space, whatever the style sheet says.
_HEAD = frozenset(("html", "/html", "head", "/head", "meta", "link", "base", "title", "/title", "/body"))


def minified(page: str) -> str:
    """Return the HTML of `page` in fewer bytes; a page that cannot be taken apart is returned as it is."""
    parts: list[str] = []
    end, ends_in_space = 0, True
    for token in _TOKEN.finditer(page):
        if token.start() != end:  # a tag that is never closed: nobody knows what a browser makes of the rest
            return page
        end = token.end()
        if token["text"] is not None:
            part = _SPACE.sub(_one, token["text"])
            part = part[1:] if ends_in_space and part[0] in " \n" else part
        elif token["comment"] is not None:
            part = token[0] if _READ_COMMENT.match(token["comment"]) else ""
        elif token["tag"]:
            part = f"<{token['tag']}{_attributes(token['attributes'])}>"
        else:
            part = token[0]
        if not part:
            continue
        if token["text"] is not None:
            ends_in_space = part[-1] in " \n"
        elif not token["comment"]:
            name = (token["tag"] or "").lower()
            if name in _HEAD and parts and parts[-1] in (" ", "\n"):
                parts.pop()
            ends_in_space = name in _HEAD
        parts.append(part)
    return "".join(parts) if end == len(page) else page


def _one(space: re.Match[str]) -> str:
    return "\n" if "\n" in space[0] else " "


def _attributes(text: str) -> str:
    short = _OUTSIDE_QUOTES.sub(lambda match: match[1] or " ", text)
    return short[:-1] if short.endswith(" ") else short
