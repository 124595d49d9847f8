"""About: what the toolbar says of a page to the person at work on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from caresite.core.codes_markdown import NO_ALT_TEXT
from caresite.core.model import Page, State
from caresite.core.texts import cut
from caresite.core.urls import canonical_address
from caresite.pipeline.catalog import Site
from caresite.preview.due import due_text, reason_of
from caresite.preview.findings import LONGEST_DESCRIPTION, LONGEST_TITLE, PageText, findings, read_page
from caresite.preview.generations import Generation
from caresite.preview.state import Fault, Opens, fault_of
from caresite.preview.tree import Entry, answer_at

__all__ = ["About", "Note", "SearchResult", "SharedImage", "about_page"]

_ANCHOR = re.compile(rb"<a\b[^>]*(?:>|\Z)", re.IGNORECASE)
_LINK = re.compile(rb"\shref=\"([^\"#?]+)", re.IGNORECASE)


class Note(Struct, frozen=True):
    """One warning about a page; `place` is where it stands, if in a file, and `opens` the link that opens it there."""

    text: str
    code: str = ""
    hint: str = ""
    place: str = ""
    path: str = ""
    line: int = 0
    column: int = 0
    opens: str = ""


class SearchResult(Struct, frozen=True):
    """How a page may look in a list of search results, as long as a search engine shows it."""

    title: str
    address: str
    description: str
    date: str


class SharedImage(Struct, frozen=True):
    """The picture that other services show beside a link to a page, by its address here."""

    url: str
    alt: str


class About(Struct, frozen=True, kw_only=True):
    """What there is to say about a page. `held` maps URLs that it links to with why the public cannot see them."""

    url: str
    kind: str
    source: str = ""
    line: int = 0
    opens: str = ""
    state: State = "published"
    reason: str = ""
    notes: tuple[Note, ...] = ()
    result: SearchResult | None = None
    shared: SharedImage | None = None
    held: dict[str, State] = {}
    errors: int = 0
    warnings: int = 0
    next_due: str = ""


def about_page(generation: Generation, path: str, opens: Opens) -> About:
    """Return what there is to say about the page at `path`, which is percent-encoded."""
    site = generation.site
    answer = answer_at(generation.tree, unquote(path))
    entry = answer.entry if answer.status == 200 else None
    counts = [d.severity for d in generation.diagnostics]
    common: dict[str, Any] = {
        "url": path,
        "errors": counts.count("error"),
        "warnings": counts.count("warning"),
        "next_due": due_text(generation.next_due, site.settings.zone) if site and generation.next_due else "",
    }
    if site is None or entry is None or entry.output is None or not entry.is_page:
        return About(kind="" if entry else "404", **common)
    page = next((p for p in site.pages.values() if p.output == entry.path and p.has_page), None)
    text = read_page(entry.output.data.decode("utf-8", "replace"))
    state: State = page.state if page else "published"
    return About(
        kind=entry.output.kind,
        source=entry.output.source,
        line=page.span.line if page else 0,
        opens=opens(entry.output.source, page.span.line if page else 0, 0),
        state=state,
        reason=reason_of(page, site.settings.zone) if page else "",
        notes=tuple(_notes(generation, entry, text, opens)),
        result=_result(site, entry, page, text),
        shared=_shared(site, text),
        held=_held(site, entry),
        **common,
    )


def _notes(generation: Generation, entry: Entry, text: PageText, opens: Opens) -> Iterator[Note]:
    source = entry.output.source if entry.output else ""
    told = [d for d in generation.diagnostics if source and d.span.path == source and d.severity != "error"]
    for diagnostic in told:
        yield _note(fault_of(diagnostic, {}, opens))
    pictures_told = sum(d.code == NO_ALT_TEXT.id for d in told)
    for finding in findings(text):
        if finding.rule == "alt" and len(text.bare) <= pictures_told:
            continue  # the text says so already, and at which line
        yield Note(finding.text)


def _note(fault: Fault) -> Note:
    return Note(fault.message, fault.code, fault.hint, fault.place, fault.path, fault.line, fault.column, fault.opens)


def _result(site: Site, entry: Entry, page: Page | None, text: PageText) -> SearchResult | None:
    if text.noindex and (page is None or page.state == "published"):
        return None
    parts = urlsplit(site.settings.config.base_url)
    url = page.url if page else entry.output.url if entry.output else ""
    trail = [parts.netloc, *(part for part in unquote(url).split("/") if part)]
    words = text.description or (page.summary if page else "")
    return SearchResult(
        title=cut(text.title, LONGEST_TITLE),
        address=" › ".join(trail),
        description=cut(words, LONGEST_DESCRIPTION),
        date=f"{page.date.astimezone(site.settings.zone):%Y-%m-%d}" if page and page.date else "",
    )


def _shared(site: Site, text: PageText) -> SharedImage | None:
    """Return the share image of a page, if it is one of the site's own: nothing is loaded from elsewhere here."""
    here, there = urlsplit(site.settings.config.base_url), urlsplit(text.shared)
    return SharedImage(there.path, text.shared_alt) if there.path and there.netloc == here.netloc else None


def _held(site: Site, entry: Entry) -> dict[str, State]:
    """Return the URLs of pages linked here that the public cannot see."""
    held = {page.url: page.state for page in site.pages.values() if page.state != "published" and page.has_page}
    if not held or entry.output is None:
        return {}
    links = filter(None, map(_LINK.search, _ANCHOR.findall(entry.output.data)))
    linked = {canonical_address(unescape(link[1].decode("utf-8", "replace"))) for link in links}
    return {url: held[url] for url in sorted(linked & held.keys())}
