"""HTML that authors write into their texts: its addresses, its words, and tags that are not HTML at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

__all__ = [
    "Address",
    "addresses",
    "component_tags",
    "is_html_name",
    "pictures_without_alt",
    "visible_text",
]

# One alternative a kind of thing; every one ends at the end of the text if nothing else ends it, so that a
# scan never goes back and takes time in proportion to the text, whatever stands in it.
_THING = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|title)\b.*?(?:</(?P=raw)\s*>|\Z)"
    r"|<(?P<name>[A-Za-z][\w:.-]*)(?P<attrs>(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*+)"
    r"|</[A-Za-z][^<>]*>?",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'=<>`]+)))?"
)
_HINT = re.compile(r"href|src|poster", re.IGNORECASE)
_IMG = re.compile(r"<img\b", re.IGNORECASE)
_ADDRESSED = frozenset(("href", "src", "srcset", "poster"))
_BETWEEN_SOURCES = re.compile(r"[\s,]*")
_SOURCE = re.compile(r"[^\s,]\S*")
_TEMPLATE = re.compile(r"\{\{|\{%|<%")


class Address(NamedTuple):
    """An address in raw HTML: `start` to `end` is the value with its quotation marks, `value` is decoded.

    One that `is_part` of a set of sources has none of its own.
    """

    start: int
    end: int
    value: str
    is_image: bool
    is_part: bool = False


def addresses(html: str) -> Iterator[Address]:
    """Find the addresses in the tags of `html`, in order; the tags of other systems are left alone."""
    if not _HINT.search(html):
        return
    for thing in _THING.finditer(html):
        # What a script or a style holds is not markup, but its own tag is.
        tag = _OPENING.match(html, thing.start()) if thing["raw"] else thing
        if tag and tag["attrs"]:
            yield from _of_tag(html, tag)


_OPENING = re.compile(r"<(?P<name>[A-Za-z]++)(?P<attrs>(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*+)")


def _of_tag(html: str, tag: re.Match[str]) -> Iterator[Address]:
    for attr in _ATTRIBUTE.finditer(html, tag.start("attrs"), tag.end("attrs")):
        name = attr["name"].lower()
        group = attr.lastgroup or "name"
        if name not in _ADDRESSED or group == "name" or _TEMPLATE.search(attr[group]):
            continue
        if name == "srcset" and group != "bare":
            yield from _sources(html, attr.start(group), attr.end(group))
        else:
            quotes = 0 if group == "bare" else 1
            is_image = name in ("poster", "srcset") or (name == "src" and tag["name"].lower() == "img")
            value = unescape(attr[group]).strip()
            yield Address(attr.start(group) - quotes, attr.end(group) + quotes, value, is_image)


def _sources(html: str, start: int, end: int) -> Iterator[Address]:
    """Find the addresses in a `srcset` (HTML Standard, 4.8.4.2.1): an address, then a space and when it is meant."""
    while start < end:
        start = _BETWEEN_SOURCES.match(html, start, end).end()  # type: ignore[union-attr]
        found = _SOURCE.match(html, start, end)
        if found is None:
            return
        url = found[0].rstrip(",")
        yield Address(start, start + len(url), unescape(url), True, is_part=True)
        comma = html.find(",", found.end(), end) if url == found[0] else found.end() - 1
        start = end if comma < 0 else comma + 1


def pictures_without_alt(html: str) -> Iterator[int]:
    """Find where in `html` there are pictures without any `alt`."""
    if not _IMG.search(html):
        return
    for tag in _THING.finditer(html):
        if (tag["name"] or "").lower() == "img":
            names = (attr["name"].lower() for attr in _ATTRIBUTE.finditer(tag["attrs"]))
            if "alt" not in names:
                yield tag.start()


def visible_text(html: str) -> str:
    """Return the words of `html`, with a space for every tag."""
    return unescape(_THING.sub(" ", html)).replace(">", " ")


_COMPONENT_TAG = re.compile(r"</?(?P<name>[A-Z][A-Za-z0-9.]*)")


def component_tags(html: str) -> Iterator[re.Match[str]]:
    """Find tags such as `<YouTube id="x"/>`: names that begin with a capital and are not HTML's."""
    return (tag for tag in _COMPONENT_TAG.finditer(html) if not is_html_name(tag["name"]))


def is_html_name(name: str) -> bool:
    """Tell whether `name` is an element of HTML, present or past, in any case."""
    return name.lower() in _NAMES


_ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br "
    "button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em "
    "embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr "
    "html i iframe img input ins isindex kbd label legend li link main map mark marquee math menu meta meter nav "
    "nobr noembed noframes noscript object ol optgroup option output p param picture plaintext pre progress q rp "
    "rt ruby s samp script search section select slot small source spacer span strike strong style sub summary "
    "sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"
)
_NAMES = frozenset(_ELEMENTS.split())
