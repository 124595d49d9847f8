"""Contexts: what the template of each kind of route is given besides `site`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from caresite.core.model import Image, Page, Route
from caresite.core.urls import join_site, slug_of
from caresite.pipeline.reader import FilterGroup, FilterTerm, Reader
from caresite.pipeline.trail import Crumb, list_title, taxonomy_title, trail_of

__all__ = ["Here", "Letter", "Listing", "NumberedPage", "RatingFilter", "YearLink", "context_of", "here_of"]

Say = Callable[..., str]
_PARTS = frozenset(("term", "rating", "year"))  # what makes a page one part of a list


class Here(Struct, frozen=True):
    """The page being written, whatever it shows; `trail` leads to it from the home page."""

    url: str
    permalink: str
    canonical: str
    title: str
    description: str
    kind: str
    lang: str
    noindex: bool
    image: Image | None = None
    prev_url: str = ""
    next_url: str = ""
    trail: tuple[Crumb, ...] = ()

    @property
    def locale(self) -> str:
        """The language and country of the page, `en_GB`, as Open Graph wants it; empty without a country."""
        language, *subtags = self.lang.split("-")
        country = next((tag for tag in subtags if re.fullmatch(r"[A-Za-z]{2}", tag)), "")
        return f"{language.lower()}_{country.upper()}" if country else ""


class NumberedPage(Struct, frozen=True):
    """One number of a list's page links."""

    number: int
    url: str
    current: bool


class Listing(Struct, frozen=True):
    """A window of a list."""

    items: tuple[Page, ...]
    number: int
    count: int
    total: int
    first_url: str
    prev_url: str
    next_url: str
    pages: tuple[NumberedPage, ...]


class RatingFilter(Struct, frozen=True):
    """A filter of the wall by stars; `label_key` names its interface words."""

    label_key: str
    url: str
    count: int
    current: bool


class Letter(Struct, frozen=True):
    """A letter of the index from A to Z, and what begins with it."""

    letter: str
    pages: tuple[Page, ...]


class YearLink(Struct, frozen=True):
    """A year of the archive."""

    year: int
    url: str
    count: int


def here_of(route: Route, page: Page | None, reader: Reader, say: Say) -> Here:
    """Return what a template may say about its own page."""
    lead = page or _section(route, reader)
    previous, following = _around(route, reader)
    permalink = join_site(reader.base_url, route.url)
    title = route.title or (page.title if page else "") or _title(route, lead, reader, say)
    return Here(
        url=route.url,
        permalink=permalink,
        canonical=_canonical(route, page, permalink),
        title=title,
        description=_description(route, lead, title, reader, say),
        kind=route.kind,
        lang=page.lang if page else reader.language,
        noindex=reader.noindex or route.noindex or bool(page and page.state != "published"),
        image=lead.image if lead else None,
        prev_url=previous,
        next_url=following,
        trail=trail_of(route, page, title=title, reader=reader, say=say),
    )


def _description(route: Route, lead: Page | None, title: str, reader: Reader, say: Say) -> str:
    """Return what search engines may say of a page. A part of a list says of which, so that no two say the same."""
    if "description_words" in route.params:
        return route.description or say(route.params["description_words"])
    said = (
        route.description or (lead.description if lead else "") or (reader.description if route.kind == "home" else "")
    )
    is_part = route.kind != "term" and not route.page_id and not route.params.keys().isdisjoint(_PARTS)
    return f"{title}: {said}" if said and is_part else said


def _canonical(route: Route, page: Page | None, permalink: str) -> str:
    """Return the address by which search engines should know a page; the one for wrong addresses has none."""
    if route.kind == "404":
        return ""
    return str(page.params.get("canonical") or permalink) if page else permalink


def _section(route: Route, reader: Reader) -> Page | None:
    if route.params.get("term") and route.kind == "term":
        term = reader.term(route.params["taxonomy"], route.params["term"])
        return reader.known(term.page_id) if term else None
    if "taxonomy" in route.params and route.kind == "terms":
        return reader.section(route.params["taxonomy"])
    return reader.section(route.params["collection"]) if "collection" in route.params else None


def _title(route: Route, section: Page | None, reader: Reader, say: Say) -> str:
    name = say("filter_three_or_fewer") if "rating" in route.params else str(route.params.get("name", ""))
    if "names_taxonomy" in route.params:
        name = f"{name} ({taxonomy_title(route.params['taxonomy'], reader, say)})"
    section_title = section.title if section else ""
    match route.kind:
        case "home":
            return reader.title
        case "blog" | "stories" | "wall" | "quotes-index" | "authors":
            title = list_title(route.params["collection"], reader, say)
            return f"{title}: {name}" if name else title
        case "term":
            return section_title or name
        case "terms":
            return taxonomy_title(route.params["taxonomy"], reader, say)
        case "archive":
            return (
                say("title_archive_year", year=route.params["year"]) if route.params["year"] else say("title_archive")
            )
        case "404":
            return say("title_404")
        case "best":
            return say("title_best", year=route.params["year"])
        case "search":
            return say("title_search")
        case "thanks":
            return say("title_thanks")
        case "send-your-story":
            return say("title_send_your_story")
        case "quote-of-the-day":
            return say("quote_of_the_day")
        case _:
            return say(route.params["title_words"]) if "title_words" in route.params else route.title


def _address(route: Route, number: int, reader: Reader) -> str:
    part = reader.pagination_path
    return route.first_url if number == 1 else f"{route.first_url}{part}/{number}/"


def _around(route: Route, reader: Reader) -> tuple[str, str]:
    if not route.first_url:
        return "", ""
    previous = _address(route, route.number - 1, reader) if route.number > 1 else ""
    following = _address(route, route.number + 1, reader) if route.number < route.count else ""
    return previous, following


def context_of(route: Route, reader: Reader) -> dict[str, Any]:
    """Return the names that the template of `route` relies on, by kind of route."""
    context: dict[str, Any] = {
        "section": None,
        "list": None,
        "filters": (),
        "ratings": (),
        "active": None,
        "term": None,
        "taxonomy": "",
        "terms": (),
        "years": (),
        "year": 0,
        "sections": (),
        "best": None,
    }
    if route.query is not None:
        context["list"] = _listing(route, reader)
        context["section"] = _section(route, reader)
    match route.kind:
        case "stories" | "wall":
            context |= _filters(route, reader)
        case "term":
            context |= {
                "term": reader.term(route.params["taxonomy"], route.params["term"]),
                "taxonomy": route.params["taxonomy"],
            }
        case "terms":
            context |= {
                "taxonomy": route.params["taxonomy"],
                "terms": reader.terms(route.params["taxonomy"]),
                "section": _section(route, reader),
            }
        case "best":
            context |= _best(route, reader)
        case "search":
            context |= {"letters": _letters(reader)}
        case "archive":
            context |= {"year": route.params["year"], "years": tuple(_years(route, reader))}
        case _:
            pass
    return context


def _listing(route: Route, reader: Reader) -> Listing:
    assert route.query is not None
    previous, following = _around(route, reader)
    return Listing(
        items=reader.ask(route.query),
        number=route.number,
        count=route.count,
        total=route.total,
        first_url=route.first_url,
        prev_url=previous,
        next_url=following,
        pages=tuple(NumberedPage(n, _address(route, n, reader), n == route.number) for n in range(1, route.count + 1))
        if route.first_url
        else (),
    )


def _best(route: Route, reader: Reader) -> dict[str, Any]:
    collection, year = route.params["collection"], route.params["year"]
    best = reader.best(collection, year)
    index = reader.url_of(collection)
    years = tuple(YearLink(each, f"{index}best/{each}/", 0) for each in route.params["years"])
    items = tuple(entry.page for entry in best.placed)
    whole = Listing(items, 1, 1, len(items), "", "", "", ())
    return {
        "best": best,
        "list": whole,
        "section": _section(route, reader),
        "year": year,
        "years": years,
        "total": best.entries,
    }


def _filters(route: Route, reader: Reader) -> dict[str, Any]:
    collection = route.params["collection"]
    groups: tuple[FilterGroup, ...] = reader.filters(collection)
    active: FilterTerm | None = next(
        (
            t
            for g in groups
            for t in g.terms
            if g.taxonomy == route.params.get("taxonomy") and t.slug == route.params.get("term")
        ),
        None,
    )
    found: dict[str, Any] = {"filters": groups, "active": active}
    if route.kind == "wall":
        low = reader.count(("testimonial",), collection=collection, max_rating=3)
        url = f"{reader.url_of(collection)}rating/three-or-fewer/"
        found["ratings"] = (
            (RatingFilter("filter_three_or_fewer", url, low, "rating" in route.params),)
            if low or "rating" in route.params
            else ()
        )
    return found


def _letters(reader: Reader) -> tuple[Letter, ...]:
    """Return everything worth finding by the first letter of its title, in any script."""
    groups: dict[str, list[Page]] = {}
    for page in reader.pages(("post", "page", "story", "quotes", "author"), order="title"):
        first = next((c for c in page.title if c.isalnum()), "")
        letter = slug_of(first)[:1].upper() if first else ""
        groups.setdefault(letter if letter.isalpha() else "0–9", []).append(page)
    return tuple(Letter(letter, tuple(groups[letter])) for letter in sorted(groups))


def _years(route: Route, reader: Reader) -> Any:
    for year in route.params["years"]:
        yield YearLink(year, f"{reader.url_of('archive')}{year}/", reader.count(("post", "story"), year=year))
