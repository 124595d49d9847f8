"""Assemble: all documents become one immutable site, with addresses, terms and what is held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Span
from caresite.core.model import (
    Body,
    Document,
    HeldBack,
    Item,
    Page,
    Term,
)
from caresite.kinds import (
    ConsentLock,
    TermContent,
)
from caresite.pipeline.addresses import (
    Alias,
    Draft,
    aliases_of,
    collection_of,
    local_time,
    place_items,
)
from caresite.pipeline.authors import Authors, collect_authors
from caresite.pipeline.consent import without_pictures
from caresite.pipeline.discover import Discovery
from caresite.pipeline.feed_ids import feed_ids
from caresite.pipeline.gates import Decision, Gates, below, gate, starts_at
from caresite.pipeline.naming import Mention, NamedBy, Since
from caresite.pipeline.order import newest_first
from caresite.pipeline.pages import page_of
from caresite.pipeline.resources import collect_resources
from caresite.pipeline.terms import Terms, TermText, collect_terms

__all__ = ["Site", "assemble"]


class Site(Struct, frozen=True, kw_only=True):
    """Everything that pages may be made of. Plain data: what it can be asked is in `pipeline.reader`.

    `sources` maps a source path to the id of its page; `resources` the path of a file beside the texts to its
    URL; `files` an output path to the source file copied there; `sections` a collection to the page of its
    `_index.md`; `wordings` a name to the text in `consent/`; `places` a page's id to where its front matter says
    what. `term_slugs` has the slug of each name of a taxonomy, `author_slugs` that of each name of an author, by
    `core.names.identity_of`. `held_ids` has the ids of what is not
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
    term_slugs: Mapping[str, Mapping[str, str]] = {}
    author_slugs: Mapping[str, str] = {}
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
    expired: list[Mention] = []
    dues: list[datetime] = []
    for document, item, decision in _decided(documents, lock, clock, gates):
        found.extend(decision.diagnostics)
        dues.extend(d for d in decision.dues if d > clock)
        if decision.held:
            held.append(decision.held)
            if decision.state == "expired":
                expired.append(Mention(decision.held.id, item, _since(item, "expired", lock), shown=False))
        else:
            kept.append((document, without_pictures(item, decision.pictures), decision.state))
    drafts = place_items(settings, kept, found)
    mentions = _mentions(drafts, expired, lock)
    authors = collect_authors(settings, drafts, mentions)
    drafts.extend(authors.without_file)
    resources, files = collect_resources(settings, discovery, drafts, found)
    terms = collect_terms(settings, mentions, _term_texts(drafts))
    pages = {d.id: page_of(settings, d, _named_by(d, terms, authors), resources, files, found) for d in drafts}
    aliases = aliases_of(settings, drafts, found)
    ids = feed_ids(settings, drafts, aliases, found)
    pages |= {page_id: replace(pages[page_id], feed_id=feed_id) for page_id, feed_id in ids.items()}
    pages |= _on_their_walls(settings, pages)
    pages |= _approved_later(settings, pages, lock)
    found.extend((*authors.diagnostics, *terms.diagnostics))
    site = Site(
        settings=settings,
        clock=clock,
        pages=pages,
        bodies={d.id: d.item.body for d in drafts},
        terms=terms.terms,
        term_slugs=terms.slugs,
        author_slugs=authors.by_identity,
        held_back=tuple(sorted(held, key=lambda h: (h.state, h.id))),
        sections={d.source.collection: d.id for d in drafts if d.item.kind == "section"},
        sources={
            **{d.source.path: d.id for d in drafts if "#" not in d.id and d.item.span.path},
            **_list_heads(drafts),
        },
        resources=resources,
        files={output: discovery.names.get(path, path) for output, path in files.items()},
        aliases=aliases,
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


def _mentions(drafts: list[Draft], expired: list[Mention], lock: ConsentLock) -> list[Mention]:
    """Return who names tags and authors: what is shown, and what has expired."""
    return [*(Mention(d.id, d.item, _since(d.item, d.state, lock)) for d in drafts), *expired]


def _since(item: Item, state: str, lock: ConsentLock) -> Since:
    """Return since when an item is on the site: from its date, or from its approval where that came later."""
    locked = lock.items.get(getattr(item.meta, "consent_ref", "")) if lock.items else None
    moments = [moment for moment in (starts_at(item), locked.approved if locked else None) if moment]
    return state == "draft", not moments, max(moments).timestamp() if moments else 0.0


def _named_by(draft: Draft, terms: Terms, authors: Authors) -> NamedBy:
    writers = dict.fromkeys(authors.slugs[name] for name in draft.item.meta.authors)
    return NamedBy(terms.refs.get(draft.id, {}), tuple(writers))


def _term_texts(drafts: list[Draft]) -> dict[str, list[TermText]]:
    texts: dict[str, list[TermText]] = {}
    for draft in drafts:
        if isinstance(draft.item.meta, TermContent):
            texts.setdefault(draft.source.collection, []).append(TermText(draft.id, draft.slug, draft.item.meta))
    return texts
