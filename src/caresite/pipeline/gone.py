"""Addresses that a site had when it was last published and has no more, and the page that took the place of each.

What a record keeps of a page is digests, no words. The pages of customers are named only where the same words have
moved: that a story was withdrawn is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote
from zlib import crc32

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.host_rules import read_redirects
from caresite.core.model import Body, Page
from caresite.core.texts import counted
from caresite.pipeline.catalog import Site

__all__ = ["PublishedPage", "gone_addresses", "published_pages"]

_OWN_KINDS = frozenset(("post", "page", "author", "quotes"))  # what is said of them when they are removed, too
_FEWEST_WORDS = 5  # with fewer, two texts may well be the same
_NAMED = 12


class PublishedPage(Struct, frozen=True):
    """A page as it was published: its address, and digests by which it is known again under another name."""

    url: str
    kind: str
    words: str = ""
    title: str = ""
    translation: str = ""


def published_pages(site: Site) -> dict[str, PublishedPage]:
    """Return the pages of texts that visitors may see, by their ids."""
    return {
        page.id: _record(page, site.bodies.get(page.id))
        for page in site.pages.values()
        if page.has_page and page.state == "published" and page.kind != "section"
    }


def _record(page: Page, body: Body | None) -> PublishedPage:
    key = getattr(page.meta, "translation_key", "")
    has_words = body is not None and body.words >= _FEWEST_WORDS
    return PublishedPage(
        url=page.url,
        kind=page.kind,
        words=f"{body.words}-{_digest(body.lead)}" if body and has_words else "",
        title=_digest(f"{page.kind} {page.lang} {page.title.casefold()}") if page.kind in _OWN_KINDS else "",
        translation=_digest(f"{page.kind} {page.lang} {key}") if key else "",
    )


def _digest(text: str) -> str:
    """Return a digest that is quick to make: it tells the pages of one site apart, and proves nothing."""
    data = text.encode(errors="surrogatepass")
    return f"{len(data):x}-{crc32(data):x}"


def gone_addresses(
    site: Site, addresses: frozenset[str], before: Mapping[str, PublishedPage], redirects: Callable[[], str]
) -> Iterator[Diagnostic]:
    """Yield a note for each address of `before` that nothing answers now.

    `addresses` has those that the site makes, `redirects` returns the text of its `_redirects`.
    """
    lost = {item_id: page for item_id, page in before.items() if page.url not in addresses}
    lost = {item_id: page for item_id, page in lost.items() if item_id not in site.held_ids}
    if not lost:
        return
    rules = read_redirects(redirects())
    lost = {item_id: page for item_id, page in lost.items() if not rules.find(unquote(page.url), {})}
    now = published_pages(site)
    fresh = {i: page for i, page in now.items() if i not in before or before[i].url != page.url}
    notes = [note for i, page in sorted(lost.items()) if (note := _note(site, i, page, _successor(i, page, fresh)))]
    yield from notes[:_NAMED]
    if (more := len(notes) - _NAMED) > 0:
        message = f"{counted(more, 'other page')} of the site had an address before that leads nowhere now"
        hint = "where a pattern of addresses has changed, one rule below `redirects:` serves all of them"
        yield fault(codes.GONE_ADDRESS, Span(site.settings.path), message, hint=hint)


def _successor(item_id: str, page: PublishedPage, fresh: Mapping[str, PublishedPage]) -> str:
    """Return the id of the page that took the place of another; nothing when that is not certain."""
    if item_id in fresh:
        return item_id
    marks: tuple[Callable[[PublishedPage], str], ...] = (
        lambda p: p.translation,
        lambda p: p.words,
        lambda p: p.title,
    )
    for mark in marks:
        alike = [other for other, it in fresh.items() if mark(page) and mark(it) == mark(page)]
        if len(alike) == 1:
            return alike[0]
    return ""


def _note(site: Site, item_id: str, page: PublishedPage, successor: str) -> Diagnostic | None:
    if successor:
        to = site.pages[successor]
        message = f"{page.url} is gone: that page is at {to.url} now"
        return fault(codes.GONE_ADDRESS, Span(to.source), message, hint=_how_to_lead_on(page.url, to, site))
    if page.kind not in _OWN_KINDS:
        return None
    message = f"{page.url} is gone: links to it from elsewhere lead nowhere now"
    hint = f"if another page has taken its place, add `aliases: [{_below(page.url, site)}]` to that page"
    return fault(codes.GONE_ADDRESS, Span(item_id.partition("#")[0]), message, hint=hint)


def _how_to_lead_on(url: str, to: Page, site: Site) -> str:
    if "#" in to.id:
        rule = f"{{from: {_below(url, site)}, to: {_below(to.url, site)}}}"
        return f"add `- {rule}` below `redirects:` in {site.settings.path}"
    return f"add `aliases: [{_below(url, site)}]` to {to.source}"


def _below(url: str, site: Site) -> str:
    """Return an address of the site as the config and front matter have it, without the site's sub-path."""
    return unquote("/" + url.removeprefix(site.settings.base_path))
