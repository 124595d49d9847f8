"""Trail: where a page stands, from the home page down to it. Breadcrumbs show it, structured data repeats it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from caresite.core.model import Page, Route
from caresite.pipeline.reader import Reader

__all__ = ["Crumb", "list_title", "taxonomy_title", "trail_of"]

Say = Callable[..., str]

_LIST_WORDS = {
    "post": "title_blog",
    "story": "title_stories",
    "quotes": "title_quotes_index",
    "testimonial": "title_wall",
    "author": "title_authors",
}
_NAMED_TAXONOMIES = ("tags", "categories", "series")
_WITHOUT_TRAIL = frozenset(("404", "embed", "thanks"))


class Crumb(NamedTuple):
    """One step of a trail. The last one is the page itself and has no address."""

    title: str
    url: str = ""


def list_title(collection: str, reader: Reader, say: Say) -> str:
    """Return what the list of `collection` is called: by its `_index.md`, else the config, else interface words."""
    section = reader.section(collection)
    declared = reader.collection(collection)
    return (section.title if section else "") or declared.title or say(_LIST_WORDS[declared.kind])


def taxonomy_title(taxonomy: str, reader: Reader, say: Say) -> str:
    """Return what the page of all terms of `taxonomy` is called."""
    section = reader.section(taxonomy)
    declared = reader.taxonomy(taxonomy).title
    if title := (section.title if section else "") or declared:
        return title
    return say(f"title_{taxonomy}") if taxonomy in _NAMED_TAXONOMIES else taxonomy.replace("_", " ").capitalize()


def trail_of(route: Route, page: Page | None, *, title: str, reader: Reader, say: Say) -> tuple[Crumb, ...]:
    """Return the steps from the home page to the page of `route`, which is called `title`; home has none."""
    if route.plugin or route.url == reader.home or route.kind in _WITHOUT_TRAIL:
        return ()
    above = _above_page(page, reader, say) if page else _above_list(route, reader, say)
    reached = (crumb for crumb in above if crumb.url not in ("", reader.home, route.url))
    own = (_name_of(page, say) if page else _list_name(route, say)) or title
    return (Crumb(say("home"), reader.home), *reached, Crumb(own))


def _above_page(page: Page, reader: Reader, say: Say) -> Iterable[Crumb]:
    if page.kind in ("post", "story", "author", "quotes", "quote"):
        yield _list_crumb(page.collection, reader, say)
    parent = reader.known(page.parent)
    if parent:
        yield Crumb(parent.title, parent.url)


def _list_crumb(collection: str, reader: Reader, say: Say) -> Crumb:
    url = reader.url_of(collection)
    return Crumb(list_title(collection, reader, say), url) if url else Crumb("")


def _name_of(page: Page, say: Say) -> str:
    """Return the short name of a page that is better known by whom it is about than by its title."""
    if page.kind == "quote":
        return (page.person.name if page.person else "") or say("anonymous_author")
    if page.kind == "story":
        customer = page.meta.customer
        return str(customer.descriptor if customer.anonymous else customer.name)
    return ""


def _above_list(route: Route, reader: Reader, say: Say) -> Iterable[Crumb]:
    match route.kind:
        case "stories" | "wall" if not _list_name(route, say):
            return
        case "stories" | "wall" | "best":
            yield _list_crumb(route.params["collection"], reader, say)
        case "term":
            taxonomy = route.params["taxonomy"]
            yield Crumb(taxonomy_title(taxonomy, reader, say), reader.url_of(taxonomy))
        case "archive":
            yield Crumb(say("title_archive"), reader.url_of("archive"))
        case "quote-of-the-day" if route.query:
            yield _list_crumb(route.query.collection, reader, say)
        case _:
            pass


def _list_name(route: Route, say: Say) -> str:
    """Return the short name of a part of a list, whose title repeats the list's."""
    match route.kind:
        case "archive" if route.params["year"]:
            return str(route.params["year"])
        case "wall" if "rating" in route.params:
            return say("filter_three_or_fewer")
        case "stories" | "wall" | "term":
            return str(route.params.get("name", ""))
        case _:
            return ""
