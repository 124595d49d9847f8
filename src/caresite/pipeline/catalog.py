"""Assemble: all documents become one immutable site, with addresses, terms and what is held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import (
    Body,
    Document,
    HeldBack,
    Item,
    Page,
    Source,
    Term,
)
from caresite.core.suggest import nearest
from caresite.core.urls import slug_of
from caresite.kinds import (
    Author,
    ConsentLock,
    TermContent,
)
from caresite.pipeline.addresses import (
    Alias,
    Draft,
    aliases_of,
    below_url,
    collection_of,
    local_time,
    place_items,
    with_base,
)
from caresite.pipeline.discover import Discovery
from caresite.pipeline.gates import Decision, Gates, below, gate
from caresite.pipeline.order import newest_first
from caresite.pipeline.pages import page_of
from caresite.pipeline.resources import collect_resources
from caresite.pipeline.terms import collect_terms

__all__ = ["Site", "assemble"]


class Site(Struct, frozen=True, kw_only=True):
    """Everything that pages may be made of. Plain data: what it can be asked is in `pipeline.reader`.

    `sources` maps a source path to the id of its page; `resources` the path of a file beside the texts to its
    URL; `files` an output path to the source file copied there; `sections` a collection to the page of its
    `_index.md`; `wordings` a name to the text in `consent/`; `places` a page's id to where its front matter says
    what. `held_ids` has the ids of what is not
    shown, `unread` the sources whose faults kept them from becoming pages.
    """

    settings: Settings
    clock: datetime
    pages: Mapping[str, Page]
    bodies: Mapping[str, Body]
    terms: Mapping[str, Mapping[str, Term]]
    held_back: tuple[HeldBack, ...]
    sections: Mapping[str, str]
    sources: Mapping[str, str]
    resources: Mapping[str, str]
    files: Mapping[str, str]
    aliases: tuple[Alias, ...]
    data: Mapping[str, Any]
    folders: frozenset[str]
    wordings: Mapping[str, bytes] = {}
    places: Mapping[str, Mapping[str, Span]] = {}
    unread: Mapping[str, str] = {}
    next_due: datetime | None = None

    @property
    def held_ids(self) -> frozenset[str]:
        return frozenset(held.id for held in self.held_back)


def assemble(
    settings: Settings,
    discovery: Discovery,
    documents: Iterable[Document],
    *,
    clock: datetime,
    lock: ConsentLock,
    data: Mapping[str, Any],
    gates: Gates,
    wordings: Mapping[str, bytes] | None = None,
) -> tuple[Site, tuple[Diagnostic, ...]]:
    """Return the site made of `documents` as it is at `clock`, and what is wrong across files."""
    found: list[Diagnostic] = []
    kept: list[tuple[Document, Item, str]] = []
    held: list[HeldBack] = []
    dues: list[datetime] = []
    for document, item, decision in _decided(documents, lock, clock, gates):
        found.extend(decision.diagnostics)
        dues.extend(d for d in decision.dues if d > clock)
        if decision.held:
            held.append(decision.held)
        else:
            kept.append((document, item, decision.state))
    drafts = place_items(settings, kept, found)
    drafts.extend(_missing_authors(settings, drafts))
    resources, files = collect_resources(settings, discovery, drafts, found)
    terms, refs = collect_terms(settings, [(d.id, d.item, d.source) for d in drafts], _term_pages(drafts))
    pages = {d.id: page_of(settings, d, refs.get(d.id, {}), resources, files, found) for d in drafts}
    pages |= _on_their_walls(settings, pages)
    pages |= _approved_later(settings, pages, lock)
    found.extend(_near_misses(drafts))
    site = Site(
        settings=settings,
        clock=clock,
        pages=pages,
        bodies={d.id: d.item.body for d in drafts},
        terms=terms,
        held_back=tuple(sorted(held, key=lambda h: (h.state, h.id))),
        sections={d.source.collection: d.id for d in drafts if d.item.kind == "section"},
        sources={
            **{d.source.path: d.id for d in drafts if "#" not in d.id and d.item.span.path},
            **_list_heads(drafts),
        },
        resources=resources,
        files={output: discovery.names.get(path, path) for output, path in files.items()},
        aliases=aliases_of(settings, drafts, found),
        data=data,
        folders=discovery.folders,
        wordings=wordings or {},
        places={d.id: d.item.places for d in drafts},
        unread=_unread(discovery, drafts, held),
        next_due=min(dues, default=None),
    )
    return site, tuple(found)


def _on_their_walls(settings: Settings, pages: Mapping[str, Page]) -> dict[str, Page]:
    """Return the testimonials that stand on a later page of their list, with the address they have there."""
    moved = {}
    for name, collection in settings.collections.items():
        words = [p for p in pages.values() if p.kind == "testimonial" and p.collection == name]
        words.sort(key=newest_first)
        per_page = collection.per_page or settings.config.pagination.per_page
        for place, page in enumerate(words[per_page:], start=per_page):
            later = f"{settings.config.pagination.path}/{place // per_page + 1}/#"
            url, permalink = page.url.replace("#", later), page.permalink.replace("#", later)
            moved[page.id] = replace(page, url=url, permalink=permalink)
    return moved


def _approved_later(settings: Settings, pages: Mapping[str, Page], lock: ConsentLock) -> dict[str, Page]:
    """Return the pages that came out on another day than that which stands on them: submissions, when approved."""
    later: dict[str, Page] = {}
    for page in pages.values() if lock.items else ():
        locked = lock.items.get(getattr(page.meta, "consent_ref", ""))
        approved = local_time(locked.approved, settings) if locked else None
        if approved and (page.date is None or approved > page.date):
            later[page.id] = replace(page, published=approved)
    return later


def _decided(
    documents: Iterable[Document], lock: ConsentLock, clock: datetime, gates: Gates
) -> Iterable[tuple[Document, Item, Decision]]:
    """Decide for each item whether it is shown, by path, a collection before its quotes."""
    heads: dict[str, Decision] = {}
    for document in sorted(documents, key=lambda d: _reading_order(d.source.path)):
        for item in document.items:
            decision = gate(document.source, item, lock, clock, gates)
            if item.kind == "quotes":
                heads[collection_of(document.source)] = decision
            elif item.kind == "quote":
                decision = below(decision, heads.get(collection_of(document.source)), document.source, item)
            yield document, item, decision


def _reading_order(path: str) -> tuple[str, bool, str]:
    file = PurePosixPath(path)
    return (str(file.parent), file.stem != "_index", file.name)


def _unread(discovery: Discovery, drafts: list[Draft], held: list[HeldBack]) -> dict[str, str]:
    """Return the kind of each source that nothing came of, by its path."""
    known = {d.source.path for d in drafts} | {h.id.partition("#")[0] for h in held}
    return {source.path: source.kind for source in discovery.sources if source.path not in known}


def _list_heads(drafts: list[Draft]) -> dict[str, str]:
    return {d.source.path: d.id for d in drafts if d.item.kind == "quotes"}


def _missing_authors(settings: Settings, drafts: list[Draft]) -> list[Draft]:
    """Give every author without a file a page that has at least their name."""
    known = {d.slug for d in drafts if d.item.kind == "author"} | {
        slug_of(d.item.meta.title) for d in drafts if d.item.kind == "author"
    }
    names: dict[str, str] = {}
    for draft in drafts:
        for name in draft.item.meta.authors:
            names.setdefault(slug_of(name), name)
    made = []
    for slug in sorted(names.keys() - known):
        name = names[slug]
        item = Item(kind="author", meta=Author(title=name, slug=slug), span=Span(""))
        source = Source(f"author:{slug}", "authors", "author")
        url = with_base(settings, below_url(settings.collections["authors"].index, slug))
        made.append(Draft(source.path, source, item, url, slug, "published"))
    return made


def _near_misses(drafts: list[Draft]) -> list[Diagnostic]:
    written = {d.slug: d for d in drafts if d.item.kind == "author" and d.item.span.path}
    found = []
    for draft in drafts:
        for number, name in enumerate(draft.item.meta.authors, start=1):
            near = nearest(name, written) if slug_of(name) not in written else ""
            if near and slug_of(written[near].item.meta.title) != slug_of(name):
                place = place_in(draft.item.places, draft.item.span, f"authors[{number}]", "authors")
                message = f"the author “{name}” has no file in `content/authors/`"
                found.append(fault(codes.UNKNOWN_AUTHOR, place, message, hint=f"did you mean `{near}`?"))
    return found


def _term_pages(drafts: list[Draft]) -> dict[tuple[str, str], tuple[str, TermContent]]:
    return {(d.source.collection, d.slug): (d.id, d.item.meta) for d in drafts if isinstance(d.item.meta, TermContent)}
