"""Ids in a text: the author's own, and those of headings, each used once."""

from __future__ import annotations

import re
from collections import Counter

from markdown_it.token import Token

from caresite.core.codes_markdown import ATTRIBUTE_DROPPED, DUPLICATE_ANCHOR
from caresite.pipeline.markdown.attributes import ALLOWED
from caresite.pipeline.markdown.reading import Reading

__all__ = ["Anchors", "slug_of"]

_LONGEST_ID = 100
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")
_APOSTROPHES = re.compile(r"['’]")


def slug_of(text: str) -> str:
    """Return the id for a heading's words: python-slugify's, without its price for plain ASCII."""
    text = _APOSTROPHES.sub("", text[: 4 * _LONGEST_ID])
    if text.isascii() and "&" not in text:
        slug = _NOT_SLUG.sub("-", _THOUSANDS.sub("", text.lower()))
    else:
        from slugify import slugify

        slug = slugify(text)
    return slug.strip("-")[:_LONGEST_ID].rstrip("-") or "section"


class Anchors:
    """The ids of one text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.taken: set[str] = set()
        self.repeats: Counter[str] = Counter()

    def for_heading(self, text: str) -> str:
        """Return an id from a heading's words that nothing else has, not even further down."""
        slug = anchor = slug_of(text)
        while anchor in self.taken or anchor in self.reading.explicit_ids:
            self.repeats[slug] += 1
            anchor = f"{slug}-{self.repeats[slug]}"
        self.taken.add(anchor)
        return anchor

    def check(self, token: Token, line: int) -> None:
        """Report what a token's braces ask for and cannot have."""
        span = self.reading.span(line)
        for name in token.meta.get("dropped", ()):
            message = f"the attribute `{name}` cannot be set in a text; it was left out"
            self.reading.report(ATTRIBUTE_DROPPED, span, message, "these can: " + ", ".join(sorted(ALLOWED)))
        anchor = str(token.attrs.get("id", ""))
        if anchor and anchor in self.taken:
            self.reading.report(DUPLICATE_ANCHOR, span, f"the id `{anchor}` is given twice in this text")
        if anchor:
            self.taken.add(anchor)
