"""Addresses: where each item of the site will stand, and which old addresses lead to it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.config import Collection, Settings
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import (
    Document,
    Item,
    Source,
)
from caresite.core.texts import cut
from caresite.core.urls import (
    NOT_FOUND_PAGE,
    canonical_address,
    check_address,
    check_old_address,
    encode_path,
    is_external,
    slug_of,
    split_address,
)
from caresite.kinds import (
    QuoteCollection,
)

__all__ = [
    "Alias",
    "Draft",
    "aliases_of",
    "below_url",
    "collection_of",
    "expand",
    "is_index",
    "local_time",
    "place_items",
    "with_base",
]

_NO_PAGE = frozenset(("testimonial", "section", "term"))


class Alias(Struct, frozen=True):
    """An old address and the page that answers for it now."""

    url: str
    target: str
    page_id: str
    span: Span


class Draft(Struct, frozen=True):
    """An item on its way to becoming a page."""

    id: str
    source: Source
    item: Item
    url: str
    slug: str
    state: str
    parent: str = ""


def collection_of(source: Source) -> str:
    """Return what quotes of one collection have in common: their file, or the folder of those with a file each."""
    file = PurePosixPath(source.path)
    return str(file.parent) if source.kind == "quote" or file.stem == "_index" else source.path


def place_items(settings: Settings, kept: list[tuple[Document, Item, str]], found: list[Diagnostic]) -> list[Draft]:
    """Return the kept items with their addresses; one whose address cannot be is reported and left out."""
    drafts: list[Draft] = []
    collections: dict[str, Draft] = {}
    anchors: dict[str, Span] = {}
    for document, given, state in kept:
        source = document.source
        item = _with_own_anchor(given, anchors, found) if given.kind == "testimonial" else given
        page_id = f"{source.path}#{item.key}" if item.key else source.path
        parent = ""
        try:
            if item.kind == "quote":
                head = collections.get(collection_of(source)) or _folder_collection(settings, source, drafts)
                collections[collection_of(source)] = head
                parent, address = head.id, below_url(head.url, item.meta.slug or item.key)
                address = address.removeprefix(settings.base_path.rstrip("/"))
            else:
                address = _address(settings, source, item, found)
            url = with_base(settings, address, anchored=item.kind in _NO_PAGE)
        except ValueError as error:
            key = "permalink" if item.meta.permalink else "slug"
            message = f"the {key} `{cut(getattr(item.meta, key), 60)}` cannot be an address: {error}"
            found.append(fault(codes.BAD_ADDRESS, place_in(item.places, item.span, key, "id"), message))
            continue
        draft = Draft(page_id, source, item, url, item.meta.slug or item.key, state, parent)
        if item.kind == "quotes":
            collections[collection_of(source)] = draft
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


def _folder_collection(settings: Settings, source: Source, drafts: list[Draft]) -> Draft:
    """Return the collection that quotes in Markdown files of one folder make together."""
    folder = str(PurePosixPath(source.path).parent)
    slug = slug_of(PurePosixPath(folder).name)
    meta = QuoteCollection(title=slug.replace("-", " ").capitalize(), slug=slug)
    item = Item(kind="quotes", meta=meta, span=Span(folder))
    url = with_base(settings, below_url(settings.collections[source.collection].index, slug))
    drafts.append(Draft(folder, replace(source, path=folder, kind="quotes"), item, url, slug, "published"))
    return drafts[-1]


def below_url(url: str, slug: str) -> str:
    """Return the address of `slug` below the list at `url`."""
    return f"{url.rstrip('/')}/{slug}/"


def with_base(settings: Settings, address: str, *, anchored: bool = False) -> str:
    """Return `address` below the site's sub-path, cleaned and encoded; raises ValueError when it cannot be served.

    Only where `anchored` does a `#` begin a place on the page.
    """
    path, mark, fragment = address.partition("#") if anchored else (address, "", "")
    return settings.base_path.rstrip("/") + encode_path(check_address(path)) + mark + fragment


def _address(settings: Settings, source: Source, item: Item, found: list[Diagnostic]) -> str:
    meta = item.meta
    if item.kind == "term":
        return below_url(settings.taxonomies[source.collection].path, meta.slug)
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
    address = expand(collection, source, item, local_time(meta.date, settings), found)
    is_for_wrong_addresses = item.kind == "page" and address.rstrip("/") == "/404"
    return f"/{NOT_FOUND_PAGE}" if is_for_wrong_addresses else address  # every host looks for that name


def expand(collection: Collection, source: Source, item: Item, date: datetime | None, found: list[Diagnostic]) -> str:
    """Return the address that the pattern of a collection gives an item."""
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


def aliases_of(settings: Settings, drafts: list[Draft], found: list[Diagnostic]) -> tuple[Alias, ...]:
    """Return the old addresses that items name, each with the page that answers for it."""
    aliases: dict[tuple[str, str], Alias] = {}
    for draft in drafts:
        for number, alias in enumerate(draft.item.meta.aliases, start=1):
            place = place_in(draft.item.places, draft.item.span, f"aliases[{number}]", "aliases")
            try:
                url = settings.base_path.rstrip("/") + check_old_address(_own_path(settings, alias))
            except ValueError as error:
                message = f"the alias `{cut(alias, 60)}` cannot be an address: {error}"
                found.append(fault(codes.BAD_ADDRESS, place, message))
                continue
            if url.casefold() != draft.url.casefold():  # an address that differs in case only is the page itself
                aliases.setdefault((url, draft.id), Alias(url, draft.url, draft.id, place))
    return tuple(aliases.values())


def _own_path(settings: Settings, alias: str) -> str:
    """Return an old address as a path on this site; it may be written with the host and the path of the site."""
    if not is_external(alias):
        return alias
    host, path, query, fragment = split_address(canonical_address(alias))
    if host.lower() == split_address(settings.config.base_url).host and path.startswith(settings.base_path):
        path = path.removeprefix(settings.base_path.rstrip("/"))
    return path + query + fragment if "://" in host else alias


def is_index(source: Source) -> bool:
    """Tell whether a source is the text of a folder, whose other files go with it."""
    return PurePosixPath(source.path).stem == "index" and source.kind not in _NO_PAGE


def local_time(moment: datetime | None, settings: Settings) -> datetime | None:
    """Return a moment in the site's zone."""
    return moment.astimezone(settings.zone) if moment else None
