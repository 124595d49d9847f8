"""Findings: what a finished page lacks that its readers, search engines or screen readers would miss."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import NamedTuple

from caresite.core.texts import cut

__all__ = ["LONGEST_DESCRIPTION", "LONGEST_TITLE", "Finding", "PageText", "findings", "read_page"]

LONGEST_TITLE = 60
LONGEST_DESCRIPTION = 160
"""About as many characters as search engines show."""

_SHOWN = 60


class Finding(NamedTuple):
    """One thing that is missing or could be better; `rule` names it to machines."""

    rule: str
    text: str


class PageText(NamedTuple):
    """What a finished page says about itself; `description` is None without one, `bare` are pictures without alt."""

    title: str
    description: str | None
    headings: tuple[tuple[int, str], ...]
    bare: tuple[str, ...]
    noindex: bool
    shared: str = ""
    shared_alt: str = ""


def read_page(html: str) -> PageText:
    """Return what the page `html` says about itself."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return PageText(
        title=" ".join(reader.title.split()),
        description=reader.description,
        headings=tuple((level, " ".join(words.split())) for level, words in reader.headings),
        bare=tuple(reader.bare),
        noindex=reader.noindex,
        shared=reader.shared.get("og:image", ""),
        shared_alt=reader.shared.get("og:image:alt", ""),
    )


def findings(page: PageText) -> Iterator[Finding]:
    """Yield what is wrong with a page, the gravest first."""
    yield from _about_headings(page)
    for source in page.bare:
        yield Finding("alt", f"the picture {cut(source, _SHOWN)} has no alternative text")
    if not page.title:
        yield Finding("title", "the page has no title")
    elif len(page.title) > LONGEST_TITLE:
        number = len(page.title)
        yield Finding("title", f"the title has {number} characters; search results show about {LONGEST_TITLE}")
    if page.noindex:
        return
    if not page.description:
        yield Finding("description", "there is no description; a search engine will pick words of its own")
    elif len(page.description) > LONGEST_DESCRIPTION:
        number = len(page.description)
        yield Finding(
            "description", f"the description has {number} characters; search results show about {LONGEST_DESCRIPTION}"
        )


def _about_headings(page: PageText) -> Iterator[Finding]:
    tops = [words for level, words in page.headings if level == 1]
    if not tops:
        yield Finding("headings", "the page has no heading of level 1")
    elif len(tops) > 1:
        yield Finding("headings", f"the page has {len(tops)} headings of level 1; one should say what it is about")
    for (above, _), (level, words) in pairwise(page.headings):
        if level > above + 1:
            shown = cut(words, _SHOWN)
            yield Finding("headings", f"the heading “{shown}” is of level {level} and follows one of level {above}")


class _Reader(HTMLParser):
    """Collects the title, the description, headings and pictures of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.description: str | None = None
        self.headings: list[tuple[int, str]] = []
        self.bare: list[str] = []
        self.noindex = False
        self.shared: dict[str, str] = {}
        self._inside = ""
        self._words: list[str] = []
        self._drawing = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "svg":
            self._drawing += 1
        if tag == "img":
            self._note_picture(given)
        elif tag == "meta" and (given.get("property") or "").startswith("og:image"):
            self.shared.setdefault(str(given["property"]), given.get("content") or "")
        elif tag == "meta":
            self._note_meta((given.get("name") or "").lower(), given.get("content") or "")
        elif (tag == "title" and not self._drawing and not self.title) or _level(tag):
            self._inside, self._words = tag, []

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self._drawing = max(0, self._drawing - 1)
        if tag != self._inside:
            return
        words = "".join(self._words)
        if tag == "title":
            self.title = words
        else:
            self.headings.append((_level(tag), words))
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._words.append(data)

    def _note_picture(self, given: dict[str, str | None]) -> None:
        if self._inside:
            self._words.append(given.get("alt") or "")
        named = "alt" in given or given.get("aria-hidden") == "true" or given.get("role") in ("presentation", "none")
        if not named and not given.get("aria-label"):
            self.bare.append(given.get("src") or "without an address")

    def _note_meta(self, name: str, content: str) -> None:
        if name == "description":
            self.description = " ".join(content.split())
        elif name == "robots" and "noindex" in content:
            self.noindex = True


def _level(tag: str) -> int:
    return int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456" else 0
