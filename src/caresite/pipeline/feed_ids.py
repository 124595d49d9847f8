"""Feed ids: by what feed readers know an entry, which has to outlive its address (RFC 4287, 4.2.6).

An entry keeps the address under which readers first got it, and the site's own files say which: an alias that fits the
address pattern of its collection is where the page was before. An alias of any other shape comes from another tool,
whose readers knew other ids, so it says nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from caresite.core import codes
from caresite.core.config import Collection, Settings, built_in_permalink
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.texts import cut
from caresite.core.urls import encode_path
from caresite.pipeline.addresses import Alias, Draft, below_url, expand, local_time, with_base

__all__ = ["feed_ids"]

_IN_FEEDS = frozenset(("post", "story", "quotes", "quote", "testimonial"))
_ID = re.compile(r"(?:https?://[^\s/]|urn:[^\s:]+:|tag:[^\s,]+,)\S+")
_TOKENS = {":section": ".*", ":category": ".*", ":author": ".*", ":year": r"\d{4}", ":month": r"\d\d", ":day": r"\d\d"}


def feed_ids(
    settings: Settings, drafts: list[Draft], aliases: Iterable[Alias], found: list[Diagnostic]
) -> dict[str, str]:
    """Return the feed id of each page whose id is not its address: a whole id, or an address on this site.

    No two pages get the same: an address that another page has now, or had before, is the other one's.
    """
    old: dict[str, list[str]] = defaultdict(list)
    for alias in aliases:
        old[alias.page_id].append(alias.url)
    entries = [draft for draft in drafts if draft.item.kind in _IN_FEEDS]
    ids = _given(entries, found)
    urls = {draft.id: draft.url for draft in drafts}
    taken = {*urls.values(), *ids.values()}
    for draft in entries:
        if draft.id in ids:
            continue
        if draft.item.kind == "testimonial":
            ids[draft.id] = draft.url  # it may be on a later page of its list next week
            continue
        parent = (urls.get(draft.parent, ""), ids.get(draft.parent, ""))
        first = next((url for url in _first_urls(settings, draft, old[draft.id], parent) if url not in taken), "")
        if first:
            ids[draft.id] = first
            taken.add(first)
    return ids


def _given(entries: list[Draft], found: list[Diagnostic]) -> dict[str, str]:
    """Return the ids that front matter gives; one that is no id, or another page's, is reported and left out."""
    places: dict[str, Span] = {}
    ids: dict[str, str] = {}
    for draft in entries:
        given = draft.item.meta.feed_id
        if not given:
            continue
        place = place_in(draft.item.places, draft.item.span, "feed_id")
        if not _ID.fullmatch(given):
            message = f"`feed_id` is not an id that feeds can have: `{cut(given, 60)}`"
            hint = "copy it from the old feed: it begins with `https://`, `urn:` or `tag:`"
            found.append(fault(codes.BAD_ADDRESS, place, message, hint=hint))
        elif given in places:
            message = f"the feed id `{cut(given, 60)}` is another page's already"
            hint = "remove it here: feed readers take pages with one id for one page"
            found.append(fault(codes.SHARED_FEED_ID, place, message, hint=hint, related=(places[given],)))
        else:
            ids[draft.id], places[given] = given, place
    return ids


def _first_urls(settings: Settings, draft: Draft, aliases: list[str], parent: tuple[str, str]) -> Iterator[str]:
    """Yield the addresses at which a page may have been first, the likeliest first."""
    collection = settings.collections.get(draft.source.collection)
    if collection is None:
        return
    if draft.item.kind == "quote":
        pattern = below_url(collection.index, ":slug/:slug")
        yield from (url for url in aliases if _fits(settings, url, pattern))
        now, before = parent
        if before.startswith("/"):
            yield below_url(before, draft.url.removeprefix(now).strip("/"))
        return
    patterns = (collection.first_permalink, collection.permalink, built_in_permalink(draft.source.collection))
    yield from (url for url in aliases if any(_fits(settings, url, pattern) for pattern in patterns if pattern))
    if collection.first_permalink and not draft.item.meta.permalink:
        yield _at(settings, draft, replace(collection, permalink=collection.first_permalink))


def _at(settings: Settings, draft: Draft, collection: Collection) -> str:
    """Return the address that a page has in a collection with another pattern; empty when it has none."""
    faults: list[Diagnostic] = []
    meta = draft.item.meta
    try:
        address = expand(collection, draft.source, draft.item, local_time(meta.date, settings), faults)
        return "" if faults else with_base(settings, address)
    except ValueError:
        return ""


def _fits(settings: Settings, url: str, pattern: str) -> bool:
    """Tell whether a page of a collection with this address pattern can have been at `url`."""
    parts = re.split(r"(:[a-z]+)", settings.base_path.rstrip("/") + pattern)
    regex = "".join(
        _TOKENS.get(part, "[^/]+") if part.startswith(":") else re.escape(encode_path(part)) for part in parts
    )
    return bool(re.fullmatch(regex.rstrip("/") + "/?", url))
