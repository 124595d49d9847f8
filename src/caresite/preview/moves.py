"""Moves: a page whose address is gone, and where it is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from caresite.core.model import Page
from caresite.pipeline.catalog import Site
from caresite.preview.tree import MadeTree

__all__ = ["moved_pages"]


def moved_pages(
    old: Site | None, site: Site | None, *, tree: MadeTree, renamed: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """Return URLs at which there is no page any more with the new ones, those `known` already included.

    A page that has gone is looked for under its file's new name, as `renamed` tells, and then as the one new page of
    its kind, title and date: a file that is deleted and written anew under another name is told as two things.
    """
    moved = dict(known)
    if site is None or old is None or site is old:
        return moved
    there = {page.url for page in site.pages.values()}
    gone = [page for page in old.pages.values() if page.has_page and page.url not in there]
    new = [page for page in site.pages.values() if page.has_page and page.id not in old.pages] if gone else []
    likely: dict[tuple[object, ...], list[Page]] = defaultdict(list)
    for page in new:
        likely[_traits(page)].append(page)
    for page in gone:
        now = _successor(page, site, renamed, likely)
        if now and _is_shown(tree, now):
            moved[page.url] = now.url
    return {was: url for was, url in _straightened(moved).items() if was not in there}


def _successor(
    page: Page, site: Site, renamed: Mapping[str, str], likely: Mapping[tuple[object, ...], list[Page]]
) -> Page | None:
    if page.id in site.pages:
        return site.pages[page.id]
    source = renamed.get(page.source, "")
    if source and (named := site.pages.get(page.id.replace(page.source, source, 1))):
        return named
    alike = likely.get(_traits(page), [])
    return alike[0] if len(alike) == 1 else None


def _traits(page: Page) -> tuple[object, ...]:
    return (page.kind, page.collection, page.title, page.date)


def _is_shown(tree: MadeTree, page: Page) -> bool:
    return tree.get(page.output) is not None


def _straightened(moved: Mapping[str, str]) -> dict[str, str]:
    """Return moves that lead to their end: what moved twice is at its last address."""
    ends = {}
    for old, url in moved.items():
        for _ in moved:
            url = moved.get(url, url)
        if url != old:
            ends[old] = url
    return ends
