"""Assemble: all documents become one immutable site, with addresses, terms and what is held back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.config import Collection, Settings
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import (
    Body,
    Document,
    HeldBack,
    Image,
    Item,
    Page,
    Person,
    Reference,
    Segments,
    Source,
    Term,
)
from caresite.core.model import Component as ComponentCall
from caresite.core.suggest import nearest
from caresite.core.urls import check_address, encode_path, is_external, join_site, output_path, slug_of
from caresite.kinds import (
    Author,
    ConsentLock,
    Quote,
    QuoteCollection,
    SectionContent,
    Story,
    TermContent,
    Testimonial,
)
from caresite.kinds.story import Customer, StoryQuote
from caresite.pipeline.consent import shown_name, shows_face
from caresite.pipeline.discover import Discovery
from caresite.pipeline.gates import Decision, Gates, below, gate
from caresite.pipeline.order import newest_first
from caresite.pipeline.terms import collect_terms

__all__ = ["Alias", "Site", "assemble"]

_WORDS_PER_MINUTE = 220
_NO_PAGE = frozenset(("testimonial", "section", "term"))
_Finished = Callable[[Any, str], Image | None]


class Alias(Struct, frozen=True):
    """An old address and the page that answers for it now."""

    url: str
    target: str
    page_id: str
    span: Span


class Site(Struct, frozen=True, kw_only=True):
    """Everything that pages may be made of. Plain data: what it can be asked is in `pipeline.reader`.

    `sources` maps a source path to the id of its page; `resources` the path of a file beside the texts to its
    URL; `files` an output path to the source file copied there; `sections` a collection to the page of its
    `_index.md`; `places` a page's id to where its front matter says what. `held_ids` has the ids of what is not
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
    places: Mapping[str, Mapping[str, Span]] = {}
    unread: Mapping[str, str] = {}
    next_due: datetime | None = None

    @property
    def held_ids(self) -> frozenset[str]:
        return frozenset(held.id for held in self.held_back)


class _Draft(Struct, frozen=True):
    """An item on its way to becoming a page."""

    id: str
    source: Source
    item: Item
    url: str
    slug: str
    state: str
    parent: str = ""


def assemble(
    settings: Settings,
    discovery: Discovery,
    documents: Iterable[Document],
    *,
    clock: datetime,
    lock: ConsentLock,
    data: Mapping[str, Any],
    gates: Gates,
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
    drafts = _place(settings, kept, found)
    drafts.extend(_missing_authors(settings, drafts, found))
    resources, files = _resources(settings, discovery, drafts, found)
    terms, refs = collect_terms(settings, [(d.id, d.item, d.source) for d in drafts], _term_pages(drafts))
    pages = {d.id: _page(settings, d, refs.get(d.id, {}), resources, files, found) for d in drafts}
    pages |= _on_their_walls(settings, pages)
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
        aliases=_aliases(settings, drafts, found),
        data=data,
        folders=discovery.folders,
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


def _decided(
    documents: Iterable[Document], lock: ConsentLock, clock: datetime, gates: Gates
) -> Iterable[tuple[Document, Item, Decision]]:
    """Decide for each item whether it is shown, by path, a collection before its quotes."""
    heads: dict[str, Decision] = {}
    for document in sorted(documents, key=lambda d: _reading_order(d.source.path)):
        for item in document.items:
            decision = gate(document.source, item, lock, clock, gates)
            if item.kind == "quotes":
                heads[_collection_of(document.source)] = decision
            elif item.kind == "quote":
                decision = below(decision, heads.get(_collection_of(document.source)), document.source, item)
            yield document, item, decision


def _reading_order(path: str) -> tuple[str, bool, str]:
    file = PurePosixPath(path)
    return (str(file.parent), file.stem != "_index", file.name)


def _collection_of(source: Source) -> str:
    """Return what quotes of one collection have in common: their file, or the folder of those with a file each."""
    file = PurePosixPath(source.path)
    return str(file.parent) if source.kind == "quote" or file.stem == "_index" else source.path


def _unread(discovery: Discovery, drafts: list[_Draft], held: list[HeldBack]) -> dict[str, str]:
    """Return the kind of each source that nothing came of, by its path."""
    known = {d.source.path for d in drafts} | {h.id.partition("#")[0] for h in held}
    return {source.path: source.kind for source in discovery.sources if source.path not in known}


# addresses


def _place(settings: Settings, kept: list[tuple[Document, Item, str]], found: list[Diagnostic]) -> list[_Draft]:
    drafts: list[_Draft] = []
    collections: dict[str, _Draft] = {}
    anchors: dict[str, Span] = {}
    for document, given, state in kept:
        source = document.source
        item = _with_own_anchor(given, anchors, found) if given.kind == "testimonial" else given
        page_id = f"{source.path}#{item.key}" if item.key else source.path
        parent = ""
        try:
            if item.kind == "quote":
                head = collections.get(_collection_of(source)) or _folder_collection(settings, source, drafts)
                collections[_collection_of(source)] = head
                parent, address = head.id, _below(head.url, item.meta.slug or item.key)
                address = address.removeprefix(settings.base_path.rstrip("/"))
            else:
                address = _address(settings, source, item, found)
            url = _with_base(settings, address, anchored=item.kind in _NO_PAGE)
        except ValueError as error:
            key = "permalink" if item.meta.permalink else "slug"
            message = f"the {key} `{_cut(getattr(item.meta, key), 60)}` cannot be an address: {error}"
            found.append(fault(codes.BAD_ADDRESS, place_in(item.places, item.span, key, "id"), message))
            continue
        draft = _Draft(page_id, source, item, url, item.meta.slug or item.key, state, parent)
        if item.kind == "quotes":
            collections[_collection_of(source)] = draft
        drafts.append(draft)
    return drafts


def _with_own_anchor(item: Item, anchors: dict[str, Span], found: list[Diagnostic]) -> Item:
    """Return a testimonial with a slug that no other has: all of them stand on one page."""
    slug, place = item.meta.slug, place_in(item.places, item.span, "slug", "id")
    if slug in anchors:
        if place != item.span:
            message = f"the id `{slug}` is taken already"
            found.append(fault(codes.DUPLICATE_ID, place, message, related=(anchors[slug],)))
        slug = next(f"{slug}-{n}" for n in range(2, len(anchors) + 3) if f"{slug}-{n}" not in anchors)
    anchors[slug] = place
    return replace(item, meta=replace(item.meta, slug=slug))


def _folder_collection(settings: Settings, source: Source, drafts: list[_Draft]) -> _Draft:
    """Return the collection that quotes in Markdown files of one folder make together."""
    folder = str(PurePosixPath(source.path).parent)
    slug = slug_of(PurePosixPath(folder).name)
    meta = QuoteCollection(title=slug.replace("-", " ").capitalize(), slug=slug)
    item = Item(kind="quotes", meta=meta, span=Span(folder))
    url = _with_base(settings, _below(settings.collections[source.collection].index, slug))
    drafts.append(_Draft(folder, replace(source, path=folder, kind="quotes"), item, url, slug, "published"))
    return drafts[-1]


def _below(url: str, slug: str) -> str:
    return f"{url.rstrip('/')}/{slug}/"


def _with_base(settings: Settings, address: str, *, anchored: bool = False) -> str:
    path, mark, fragment = address.partition("#") if anchored else (address, "", "")
    return settings.base_path.rstrip("/") + check_address(path) + mark + fragment


def _address(settings: Settings, source: Source, item: Item, found: list[Diagnostic]) -> str:
    meta = item.meta
    if item.kind == "term":
        return _below(settings.taxonomies[source.collection].path, meta.slug)
    collection = settings.collections.get(source.collection, Collection(index=f"/{source.collection}/"))
    if item.kind == "section":
        return collection.index or "/"
    if meta.permalink:
        return str(meta.permalink)
    if source.path in (
        f"{collection.path.strip('/')}/index.md",
        f"{collection.path.strip('/')}/index.markdown",
    ):
        return collection.index or "/"
    return _expand(collection, source, item, _local(meta.date, settings), found)


def _expand(collection: Collection, source: Source, item: Item, date: datetime | None, found: list[Diagnostic]) -> str:
    meta = item.meta
    tokens = {
        ":slug": meta.slug,
        ":title": slug_of(meta.title) if meta.title else meta.slug,
        ":section": _section(collection, source),
        ":category": slug_of(meta.categories[0]) if meta.categories else "",
        ":author": slug_of(meta.authors[0]) if meta.authors else "",
        ":id": item.key or meta.slug,
    }
    if date:
        tokens |= {":year": f"{date:%Y}", ":month": f"{date:%m}", ":day": f"{date:%d}"}
    elif re.search(r":(year|month|day)", collection.permalink):
        message = f"the address pattern `{collection.permalink}` needs a `date`, and this page has none"
        found.append(fault(codes.BAD_ADDRESS, item.span, message, hint="add `date:` to its front matter"))
    address = re.sub(r":[a-z]+", lambda m: tokens.get(m[0], ""), collection.permalink)
    return re.sub(r"/{2,}", "/", address)  # a token without a value leaves no empty part


def _section(collection: Collection, source: Source) -> str:
    file = PurePosixPath(source.path)
    folder = file.parent.parent if file.stem == "index" else file.parent
    below = folder.as_posix().removeprefix(collection.path.strip("/")).strip("/")
    return "/".join(slug_of(part) for part in below.split("/") if part)


def _aliases(settings: Settings, drafts: list[_Draft], found: list[Diagnostic]) -> tuple[Alias, ...]:
    aliases: dict[tuple[str, str], Alias] = {}
    for draft in drafts:
        for number, alias in enumerate(draft.item.meta.aliases, start=1):
            place = place_in(draft.item.places, draft.item.span, f"aliases[{number}]", "aliases")
            try:
                url = _with_base(settings, alias if not is_external(alias) else re.sub(r"^\w+://[^/]+", "", alias))
            except ValueError as error:
                message = f"the alias `{_cut(alias, 60)}` cannot be an address: {error}"
                found.append(fault(codes.BAD_ADDRESS, place, message))
                continue
            if url.casefold() != draft.url.casefold():  # an address that differs in case only is the page itself
                aliases.setdefault((url, draft.id), Alias(url, draft.url, draft.id, place))
    return tuple(aliases.values())


def _list_heads(drafts: list[_Draft]) -> dict[str, str]:
    return {d.source.path: d.id for d in drafts if d.item.kind == "quotes"}


# authors and terms


def _missing_authors(settings: Settings, drafts: list[_Draft], found: list[Diagnostic]) -> list[_Draft]:
    """Give every author without a file a page that has at least their name."""
    known = {d.slug for d in drafts if d.item.kind == "author"} | {
        slug_of(d.item.meta.title) for d in drafts if d.item.kind == "author"
    }
    names: dict[str, tuple[str, _Draft]] = {}
    for draft in drafts:
        for name in draft.item.meta.authors:
            names.setdefault(slug_of(name), (name, draft))
    made = []
    for slug in sorted(names.keys() - known):
        name, draft = names[slug]
        item = Item(kind="author", meta=Author(title=name, slug=slug), span=Span(""))
        source = Source(f"author:{slug}", "authors", "author")
        try:
            url = _with_base(settings, _below(settings.collections["authors"].index, slug))
        except ValueError as error:
            message = f"the author “{_cut(name, 60)}” cannot have the address `{slug}`: {error}"
            hint = "give them a file with another `slug` in `content/authors/`, and name that"
            place = place_in(draft.item.places, draft.item.span, "authors")
            found.append(fault(codes.BAD_ADDRESS, place, message, hint=hint))
            continue
        made.append(_Draft(source.path, source, item, url, slug, "published"))
    return made


def _near_misses(drafts: list[_Draft]) -> list[Diagnostic]:
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


def _term_pages(drafts: list[_Draft]) -> dict[tuple[str, str], tuple[str, TermContent]]:
    return {(d.source.collection, d.slug): (d.id, d.item.meta) for d in drafts if isinstance(d.item.meta, TermContent)}


# files beside the texts


def _resources(
    settings: Settings, discovery: Discovery, drafts: list[_Draft], found: list[Diagnostic]
) -> tuple[dict[str, str], dict[str, str]]:
    """Say where files beside the texts go: a bundle's with its page, others when a shown page uses them."""
    folders = _bundles(settings, discovery)
    bundles = {_folder(d.source): d.url for d in drafts if _folder(d.source) in folders and _is_index(d.source)}
    used = {path for d in drafts for path in _mentioned(d)}
    unseen = {path for d in drafts for path in _beside(d, _hidden_pictures(d.item.meta))} - used
    urls: dict[str, str] = {}
    for path in discovery.resources:
        folder = next((f for f in map(str, PurePosixPath(path).parents) if f in folders), "")
        if folder in bundles and path not in unseen:
            urls[path] = bundles[folder] + path.removeprefix(folder + "/")
        elif path in used:
            urls[path] = settings.base_path.rstrip("/") + _loose_address(settings, path)
    files = dict(discovery.statics)
    for path, url in urls.items():
        other = files.setdefault(url.removeprefix(settings.base_path), path)
        if other != path:
            message = f"{path} and {other} both want the address {url}"
            found.append(fault(codes.URL_COLLISION, Span(path), message, hint="rename one of them"))
    return urls, files


def _bundles(settings: Settings, discovery: Discovery) -> frozenset[str]:
    """Return the folders that are one page each, shown or not; the folder of a whole collection is none."""
    roots = {collection.path.strip("/") for collection in settings.collections.values()}
    return frozenset(_folder(source) for source in discovery.sources if _is_index(source)) - roots


def _folder(source: Source) -> str:
    return str(PurePosixPath(source.path).parent)


def _is_index(source: Source) -> bool:
    return PurePosixPath(source.path).stem == "index" and source.kind not in _NO_PAGE


def _loose_address(settings: Settings, path: str) -> str:
    for collection in sorted(settings.collections.values(), key=lambda c: -len(c.path)):
        folder = collection.path.strip("/") + "/"
        if path.startswith(folder):
            return (collection.index.rstrip("/") or "") + "/" + path.removeprefix(folder)
    return "/" + path


def _mentioned(draft: _Draft) -> Iterable[str]:
    """Yield the files that a page shows or links to, as paths from the site's root."""
    yield from _beside(draft, (*_shown_pictures(draft.item.meta), *_targets(draft.item.body.html)))


def _beside(draft: _Draft, targets: Iterable[str]) -> Iterable[str]:
    folder = PurePosixPath(draft.source.path).parent
    for target in targets:
        if not is_external(target) and not target.startswith("/"):
            yield _normal(folder / target.partition("#")[0].partition("?")[0])


def _shown_pictures(meta: Any) -> tuple[str, ...]:
    pictures = [meta.image, getattr(meta, "photo", None)]
    if shows_face(meta):
        pictures.append(meta.author.photo)
    if isinstance(meta, Story) and not meta.customer.anonymous:
        pictures.append(meta.customer.logo)
    return tuple(picture.src for picture in pictures if picture)


def _hidden_pictures(meta: Any) -> tuple[str, ...]:
    """Return the pictures of somebody who chose not to be seen; nobody shall find them under their address either."""
    if not isinstance(meta, (Story, Testimonial)):
        return ()
    pictures = [meta.author.photo if meta.author else None, meta.customer.logo if isinstance(meta, Story) else None]
    return tuple(p.src for p in pictures if p and p.src not in _shown_pictures(meta))


def _targets(segments: Segments) -> Iterable[str]:
    for segment in segments:
        if isinstance(segment, Reference):
            yield segment.target
        elif isinstance(segment, ComponentCall):
            yield from (v for k, v in segment.args.items() if k in ("src", "url", "poster") and isinstance(v, str))
            yield from _targets(segment.body)


def _normal(path: PurePosixPath) -> str:
    """Return a path below the site's root without `.` and `..`, in NFC; empty when it leads out."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part != ".":
            parts.append(part)
    return unicodedata.normalize("NFC", "/".join(parts))


# pages


def _page(
    settings: Settings,
    draft: _Draft,
    refs: Any,
    resources: dict[str, str],
    files: dict[str, str],
    found: list[Diagnostic],
) -> Page:
    item, meta = draft.item, draft.item.meta
    folder = PurePosixPath(draft.source.path).parent

    def image(picture: Any, path: str) -> Image | None:
        place = place_in(item.places, item.span, f"{path}.src", path)
        return _image(settings, picture, folder, place, resources, files, found)

    photo = getattr(meta, "photo", None)
    person = _person(meta, image)
    collection = settings.collections.get(draft.source.collection)
    summary = _summary(item)
    return Page(
        id=draft.id,
        kind=item.kind,
        collection=draft.source.collection,
        source=draft.source.path,
        span=item.span,
        url=draft.url,
        permalink=join_site(settings.config.base_url, draft.url.partition("#")[0])
        + ("#" + draft.slug if "#" in draft.url else ""),
        output=output_path(draft.url.partition("#")[0].removeprefix(settings.base_path.rstrip("/"))),
        slug=draft.slug,
        title=_title(item, person, summary),
        lang=meta.lang or settings.config.language,
        description=meta.description or _cut(summary, 160),
        summary=summary,
        date=_local(meta.date, settings),
        updated=_local(meta.updated, settings),
        image=image(meta.image, "image") if meta.image else image(photo, "photo"),
        author_ids=tuple(slug_of(name) for name in meta.authors),
        terms=refs,
        person=person,
        state=draft.state,  # type: ignore[arg-type]
        weight=meta.weight,
        pinned=meta.pinned,
        featured=meta.featured,
        noindex=meta.noindex,
        minutes=max(1, -(-item.body.words // _WORDS_PER_MINUTE)) if item.body.words else 0,
        template=meta.template or (collection.template if collection and item.kind not in _NO_PAGE else ""),
        has_page=item.kind not in _NO_PAGE,
        parent=draft.parent,
        meta=_shown_meta(meta, person, image),
        params={**item.extra, **meta.params},
    )


def _local(moment: datetime | None, settings: Settings) -> datetime | None:
    return moment.astimezone(settings.zone) if moment else None


def _title(item: Item, person: Person | None, summary: str) -> str:
    meta = item.meta
    if meta.title:
        return str(meta.title)
    if isinstance(meta, Quote):
        return f"“{_cut(summary, 60)}”"
    if isinstance(meta, Testimonial):
        return (person.name if person and person.name else "") or f"“{_cut(summary, 60)}”"
    if isinstance(meta, SectionContent):
        return ""
    return item.key or str(meta.slug).replace("-", " ")


def _summary(item: Item) -> str:
    meta = item.meta
    if item.summary:
        return item.summary
    if isinstance(meta, (Testimonial, Quote)):
        return " ".join(re.sub(r"==|\*\*|__|`", "", meta.text).split())
    return (meta.outcome if isinstance(meta, Story) else "") or _cut(item.body.lead, 300)


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–—-") + "…"


def _person(meta: Any, image: _Finished) -> Person | None:
    """Return who speaks, reduced to what their choice of display allows."""
    if not isinstance(meta, (Quote, Testimonial, Story)) or meta.author is None:
        return None
    speaker: Any = meta.author
    name, url = shown_name(speaker.name, speaker.display), speaker.url if speaker.display == "full" else ""
    if speaker.display == "anonymous":
        return Person(name=name, url=url)
    if isinstance(meta, Quote):
        return Person(name=name, role=speaker.role, url=url)
    photo = image(speaker.photo, "author.photo") if shows_face(meta) and speaker.photo else None
    return Person(name, speaker.role, speaker.company, speaker.location, url, photo)


def _shown_meta(meta: Any, person: Person | None, image: _Finished) -> Any:
    """Return `meta` without what its author did not choose to show, so that no template can print it."""
    if isinstance(meta, Quote) and meta.author and meta.author.display != "full":
        known = {} if meta.author.display != "anonymous" else {"born": None, "died": None}
        author = replace(meta.author, name=person.name, role=person.role, url="", **known) if person else None
        return replace(meta, author=author, consent=None)
    if not isinstance(meta, (Testimonial, Story)):
        return meta
    changes: dict[str, Any] = {"consent": replace(meta.consent, wording="") if meta.consent else None}
    if meta.author and person:
        shown = {key: getattr(person, key) for key in ("name", "role", "company", "location", "url")}
        changes["author"] = replace(meta.author, **shown, photo=None)
    if isinstance(meta, Story):
        changes["customer"] = _shown_customer(meta, image)
        changes["quotes"] = tuple(_shown_quote(quote, meta, person) for quote in meta.quotes)
    return replace(meta, **changes)


def _shown_customer(story: Story, image: _Finished) -> Customer:
    customer = story.customer
    if customer.anonymous:
        return replace(customer, name="", url="", logo=None)
    if not customer.logo:
        return customer
    logo = image(customer.logo, "customer.logo")
    return replace(customer, logo=replace(customer.logo, src=logo.src) if logo else None)


def _shown_quote(quote: StoryQuote, story: Story, person: Person | None) -> StoryQuote:
    """Return a quote of a story under the name that its author chose, when it is theirs."""
    is_authors = story.author is not None and quote.speaker.casefold() == story.author.name.casefold()
    return replace(quote, speaker=person.name) if is_authors and person else quote


def _image(
    settings: Settings,
    picture: Any,
    folder: PurePosixPath,
    span: Span,
    resources: dict[str, str],
    files: dict[str, str],
    found: list[Diagnostic],
) -> Image | None:
    if picture is None or not picture.src:
        return None
    src = picture.src
    if is_external(src):
        return Image(src, picture.alt, picture.caption)
    bare = src.partition("?")[0]
    beside = _normal(folder / bare) if not src.startswith("/") else ""
    if beside in resources:
        return Image(encode_path(resources[beside]), picture.alt, picture.caption)
    if bare.lstrip("/") in files:
        return Image(encode_path(settings.base_path + bare.lstrip("/")), picture.alt, picture.caption)
    level = settings.config.check.images if not src.startswith("/") else "warning"
    found.append(
        fault(
            codes.MISSING_IMAGE,
            span,
            f"the picture `{_cut(src, 80)}` does not exist",
            hint="put it beside the text, or in `static/`",
            severity=level,
        )
    )
    return None
