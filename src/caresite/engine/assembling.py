"""Assembling: documents become a site and its routes, unless nothing but words has changed since they last did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Body, Document, Item, Route
from caresite.pipeline.catalog import Site, assemble
from caresite.pipeline.discover import Discovery
from caresite.pipeline.pages import minutes_of
from caresite.pipeline.reader import Plan
from caresite.pipeline.route import route

__all__ = ["Assembled", "Parts", "assemble_all", "with_other_words"]


class Parts(Struct, frozen=True, kw_only=True):
    """What a site is assembled from, besides its documents and the moment."""

    settings: Settings
    discovery: Discovery
    more: Mapping[str, Any]


class Assembled(NamedTuple):
    """A site with its routes, what it was made from, and what was found.

    `words` are the ids of the pages whose words are others than in the assembly that this one was made after; None when
    more than words may have changed.
    """

    parts: Parts
    documents: Sequence[Document]
    site: Site
    plan: Plan
    routes: tuple[Route, ...]
    found: tuple[Diagnostic, ...]
    words: frozenset[str] | None = None


def assemble_all(parts: Parts, documents: Sequence[Document], clock: datetime) -> Assembled:
    """Return the site made of `documents` as it is at `clock`, and its routes."""
    site, found = assemble(parts.settings, parts.discovery, documents, clock=clock, **parts.more)
    routes, plan, more = route(site)
    return Assembled(parts, documents, site, plan, routes, (*found, *more))


def with_other_words(
    before: Assembled, parts: Parts, documents: Sequence[Document], clock: datetime
) -> Assembled | None:
    """Return `before` with the words that are others now; None when anything else is, or a date has come since."""
    site = before.site
    if clock < site.clock or (site.next_due and clock >= site.next_due):
        return None
    if parts != before.parts or len(documents) != len(before.documents):
        return None
    changed = [(old, new) for old, new in zip(before.documents, documents, strict=True) if old is not new]
    if not all(_differ_in_words(old, new) for old, new in changed):
        return None
    bodies = dict(site.bodies)
    words = set()
    for _, document in changed:
        for item in document.items:
            page_id = f"{document.source.path}#{item.key}" if item.key else document.source.path
            if page_id in bodies:
                bodies[page_id] = item.body
                words.add(page_id)
    moved = replace(site, bodies=bodies, clock=clock)
    return before._replace(documents=documents, site=moved, words=frozenset(words))


def _differ_in_words(old: Document, new: Document) -> bool:
    return (
        old.source == new.source
        and old.diagnostics == new.diagnostics
        and len(old.items) == len(new.items)
        and all(_are_one(a, b) for a, b in zip(old.items, new.items, strict=True))
    )


def _are_one(old: Item, new: Item) -> bool:
    same = all(getattr(old, name) == getattr(new, name) for name in Item.__struct_fields__ if name != "body")
    return same and _shown_of(old.body) == _shown_of(new.body)


def _shown_of(body: Body) -> tuple[Body, int]:
    """Return what may be known of a body elsewhere than on its own page."""
    return replace(body, html=(), words=0), minutes_of(body.words)
