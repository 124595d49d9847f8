"""References: which addresses a finished page leads to, and which of its places can be led to."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from sys import intern

__all__ = ["anchors_of", "links_of"]


def links_of(page: str) -> tuple[str, ...]:
    """Return the addresses on this site that the HTML of a page leads to or shows, each once, sorted."""
    found = {*_values(page, "href"), *_values(page, "src")}
    return tuple(sorted(intern(unescape(v)) for v in found if v[:1] in ("/", "#", "&") and v[:2] != "//"))


def anchors_of(page: str) -> tuple[str, ...]:
    """Return the ids in the HTML of a page, and the names that older pages use as such."""
    return tuple(sorted({unescape(value) for value in (*_values(page, "id"), *_values(page, "name")) if value}))


def _values(page: str, attribute: str) -> Iterable[str]:
    """Yield the quoted values of an attribute, which stand in tags. Splitting is several times as fast as a pattern."""
    before, is_tag = "", False
    for part in page.split(f'{attribute}="'):
        if before:
            is_tag = before.rfind("<") > before.rfind(">") or (is_tag and ">" not in before)
        if is_tag and before[-1:].isspace():
            value, _, before = part.partition('"')
            yield value
        else:
            before = part
