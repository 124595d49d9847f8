"""The reader: the one way in which pages learn about the site.

Templates know it as `site`, plugins get it as an argument. Everything it answers is worked out from the
immutable `Site` and remembered for as long as that site lives.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from heapq import nlargest, nsmallest
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from caresite import __version__
from caresite.core.config import Business, Collection, Taxonomy
from caresite.core.intake import Form
from caresite.core.model import Order, Page, Query, Term
from caresite.core.names import assign_slugs, identity_of, is_spelled_like_its_slug
from caresite.core.numbers import rounded
from caresite.core.ranking import Ranking
from caresite.core.urls import NOT_FOUND_PAGE
from caresite.pipeline.best import Best, best_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.counts import read_settled, read_votes
from caresite.pipeline.notes import Notebook, Read, asked
from caresite.pipeline.order import by_date, newest_first
from caresite.pipeline.terms import LISTED_KINDS

__all__ = [
    "FeedLink",
    "FilterGroup",
    "FilterTerm",
    "MenuLink",
    "Neighbours",
    "Plan",
    "RatingSummary",
    "Reader",
]

T = TypeVar("T")
_PAGED = ("post", "page", "story", "quotes", "quote", "author")
_RELATED_KINDS = ("post", "story")
_TERM_WEIGHTS = {"tags": 80, "series": 60, "product": 60, "industry": 50, "categories": 40}
_NEAREST = 40


class Plan(Struct, frozen=True, kw_only=True):
    """What the route stage decided that pages may link to: every address, lists by name, feeds."""

    addresses: frozenset[str] = frozenset()
    lists: Mapping[str, str] = {}
    feeds: tuple[FeedLink, ...] = ()


class FeedLink(Struct, frozen=True):
    """A feed, as pages announce it."""

    title: str
    url: str
    type: str


class MenuLink(Struct, frozen=True):
    """One link of a menu, whether it leads to the page it stands on, and the language its text was written in."""

    text: str
    url: str
    current: bool
    lang: str = ""


class Neighbours(Struct, frozen=True):
    """The pages before and after one in its collection."""

    newer: Page | None = None
    older: Page | None = None


class RatingSummary(Struct, frozen=True):
    """All ratings given: their mean, how many, and `(stars, count, percent)` from 5 to 1."""

    average: float
    count: int
    distribution: tuple[tuple[int, int, int], ...]


class FilterTerm(Struct, frozen=True):
    """One filter of a list, a real page."""

    name: str
    slug: str
    url: str
    count: int


class FilterGroup(Struct, frozen=True):
    """The filters of one taxonomy."""

    taxonomy: str
    terms: tuple[FilterTerm, ...]


def _fixed(name: str, find: Callable[[Site], Any]) -> Any:
    """Return a property that the config fixes; that it was read is noted."""

    read = Read("site", (name,))

    def get(self: Reader) -> Any:
        value = find(self._site)
        if self.notes:
            self.notes.read(read, value)
        return value

    return property(get)


class Reader:
    """Answers questions about one site, and has them noted when it is given a notebook."""

    name_in_templates = "site"
    kept_from_templates = frozenset(("notes", "of", "once", "plan"))  # those in the sandbox; plugins have them all

    title: str = _fixed("title", lambda site: site.settings.config.title)
    description: str = _fixed("description", lambda site: site.settings.config.description)
    language: str = _fixed("language", lambda site: site.settings.config.language)
    timezone: str = _fixed("timezone", lambda site: site.settings.config.timezone)
    base_url: str = _fixed("base_url", lambda site: site.settings.config.base_url.rstrip("/") + "/")
    home: str = _fixed("home", lambda site: site.settings.base_path)
    sample: bool = _fixed("sample", lambda site: site.settings.config.sample)
    noindex: bool = _fixed("noindex", lambda site: site.settings.config.seo.noindex)
    generator: str = _fixed("generator", lambda site: f"caresite {__version__}")
    params: Mapping[str, Any] = _fixed("params", lambda site: site.settings.config.params)
    business: Business | None = _fixed("business", lambda site: site.settings.config.business)
    testimonials_mode: str = _fixed("testimonials_mode", lambda site: site.settings.config.testimonials.mode)
    selection_note: str = _fixed("selection_note", lambda site: site.settings.config.testimonials.selection_note)
    verification_note: str = _fixed(
        "verification_note", lambda site: site.settings.config.testimonials.verification_note
    )
    forms: Mapping[str, Form] = _fixed("forms", lambda site: site.settings.config.forms)
    pagination_path: str = _fixed("pagination_path", lambda site: site.settings.config.pagination.path)
    today: datetime = _fixed(
        "today", lambda site: site.clock.replace(hour=0, minute=0, second=0, microsecond=0)
    )  # the day of the build, in the site's zone
    year: int = _fixed("year", lambda site: site.clock.year)

    def __init__(
        self, site: Site, plan: Plan, notes: Notebook | None = None, known: dict[Any, Any] | None = None
    ) -> None:
        """Read `site`; `known` keeps what was found out, for readers of sites that have the very same pages."""
        self.notes = notes
        self._site = site
        self._plan = plan
        self._memo: dict[Any, Any] = {} if known is None else known

    @property
    def of(self) -> Site:
        """The whole site. A page that asks for it is written anew whenever anything at all has changed."""
        if self.notes:
            self.notes.read(Read("everything"), "")
        return self._site

    @property
    def plan(self) -> Plan:
        """Every address of the site; costs what `of` costs."""
        if self.notes:
            self.notes.read(Read("everything"), "")
        return self._plan

    def _once(self, key: Any, work: Callable[[], T], memo: dict[Any, Any] | None = None) -> T:
        memo = self._memo if memo is None else memo
        if key not in memo:
            memo[key] = work()
        found: T = memo[key]
        return found

    # pages

    @asked
    def page(self, page_id: str) -> Page | None:
        """Return the page of a source path, or None when there is none or it is held back."""
        return self._site.pages.get(self._site.sources.get(page_id, page_id))

    @asked
    def known(self, page_id: str) -> Page | None:
        """Return the page with this id, or None."""
        return self._site.pages.get(page_id)

    @asked
    def ask(self, query: Query) -> tuple[Page, ...]:
        """Return the pages that `query` names, in its order and window."""
        found = self._once(replace(query, offset=0, limit=None), lambda: tuple(self._select(query)))
        end = None if query.limit is None else query.offset + query.limit
        return found[query.offset : end] if query.offset or end is not None else found

    @asked
    def pages(self, kinds: Iterable[str] = ("post",), **filters: Any) -> tuple[Page, ...]:
        """Return pages by kind, collection, taxonomy and term, author, parent, year, featured or rating."""
        return self.ask(Query(kinds=tuple(kinds), **filters))

    @asked
    def count(self, kinds: Iterable[str] = ("post",), **filters: Any) -> int:
        """Return how many pages there are; takes the filters of `pages`."""
        return len(self.pages(kinds, **filters))

    @asked
    def has(self, kind: str) -> bool:
        """Tell whether any page of `kind` is on the site."""
        return bool(self._by_kind(kind))

    def _by_kind(self, kind: str) -> tuple[Page, ...]:
        return self._index("kind").get(kind, ())

    def _index(self, name: str) -> Mapping[Any, tuple[Page, ...]]:
        """Return all pages, newest first, grouped by what `name` says."""
        return self._once(("index", name), lambda: self._build_index(name))

    def _build_index(self, name: str) -> dict[Any, tuple[Page, ...]]:
        groups: dict[Any, list[Page]] = defaultdict(list)
        for page in self._newest():
            for key in _KEYS[name](page):
                groups[key].append(page)
        return {key: tuple(pages) for key, pages in groups.items()}

    def _newest(self) -> tuple[Page, ...]:
        """Return what lists choose from: all pages but the one for wrong addresses."""
        listed = (page for page in self._site.pages.values() if page.output != NOT_FOUND_PAGE)
        return self._once(("newest",), lambda: tuple(sorted(listed, key=newest_first)))

    def _select(self, query: Query) -> Iterable[Page]:
        pages = self._candidates(query)
        kinds = frozenset(query.kinds or _PAGED)
        author = query.author and self._author_slug(query.author)
        found = [p for p in pages if p.kind in kinds and _matches(p, query, author)]
        match query.order:
            case "newest":
                return found
            case "oldest":
                return sorted(found, key=lambda p: (p.date is None, _moment(p), p.id))
            case "date":
                return sorted(found, key=lambda p: (p.date is None, -_moment(p), *self._source_place(p)))
            case "title":
                return sorted(found, key=lambda p: (p.title.casefold(), p.id))
            case "place":
                return sorted(found, key=lambda p: (getattr(p.meta, "place", 0) or 9999, *newest_first(p)))
            case "weight":
                return sorted(found, key=lambda p: (p.weight, *newest_first(p)))
            case _:
                return self._in_own_order(query, sorted(found, key=self._source_place))

    def _candidates(self, query: Query) -> Iterable[Page]:
        if query.term:
            return self._index("term").get((query.taxonomy, self._term_slug(query.taxonomy, query.term)), ())
        if query.parent:
            return self._index("parent").get(query.parent, ())
        if query.author:
            return self._index("author").get(self._author_slug(query.author), ())
        if len(query.kinds) == 1:
            return self._by_kind(query.kinds[0])
        return self._newest()

    def _term_slug(self, taxonomy: str, slug_or_name: str) -> str:
        """Return the slug of a term that is called by its slug, else by its name."""
        if slug_or_name in self._site.terms.get(taxonomy, {}):
            return slug_or_name
        return self._site.term_slugs.get(taxonomy, {}).get(self._identity(slug_or_name), slug_or_name)

    def _author_slug(self, slug_or_name: str) -> str:
        """Return the slug of an author who is called by their slug, else by their name."""
        if slug_or_name in self._index("author"):
            return slug_or_name
        return self._site.author_slugs.get(self._identity(slug_or_name), slug_or_name)

    def _identity(self, name: str) -> str:
        return identity_of(name, self._site.settings.config.language)

    def _in_own_order(self, query: Query, quotes: list[Page]) -> list[Page]:
        """Return the quotes of a collection in the order that it declares; `quotes` come as they were written."""
        head = self._site.pages.get(query.parent)
        match getattr(head.meta, "order", "manual") if head else "manual":
            case "author":
                return sorted(quotes, key=lambda q: q.person.name.casefold() if q.person else "\uffff")
            case "date":
                return sorted(quotes, key=newest_first)
            case "shuffle":
                return sorted(quotes, key=lambda q: hashlib.sha256(q.id.encode()).hexdigest())
            case _:
                return quotes

    def _source_place(self, page: Page) -> tuple[str, int, int, str]:
        return (page.source, page.span.line, page.span.column, page.id)

    @asked
    def neighbours(self, page: Page) -> Neighbours:
        """Return the newer and the older page of the same collection and parent."""
        order, place = self._once(("order", page.collection, page.kind, page.parent), lambda: self._ordered(page))
        index = place.get(page.id)
        if index is None:
            return Neighbours()
        newer = order[index - 1] if index > 0 else None
        older = order[index + 1] if index + 1 < len(order) else None
        return Neighbours(newer, older)

    def _ordered(self, page: Page) -> tuple[tuple[Page, ...], dict[str, int]]:
        order: Order = "source" if page.parent else "newest"
        pages = self.ask(Query(kinds=(page.kind,), collection=page.collection, parent=page.parent, order=order))
        if order == "newest":
            pages = tuple(sorted(pages, key=by_date))
        return pages, {p.id: i for i, p in enumerate(pages)}

    @asked
    def series(self, page: Page) -> tuple[Page, ...]:
        """Return all parts of the page's series in order, or nothing when it is in none."""
        ref = next(iter(page.terms.get("series", ())), None)
        if ref is None:
            return ()
        return self._once(
            ("series", ref.slug),
            lambda: tuple(sorted(self._index("term").get(("series", ref.slug), ()), key=_part)),
        )

    @asked
    def related(self, page: Page, limit: int = 3) -> tuple[Page, ...]:
        """Return posts and stories that share most with `page`: those it names itself, else by weighted terms."""
        return self._once(("related", page.id, limit), lambda: self._related(page, limit))

    def _related(self, page: Page, limit: int) -> tuple[Page, ...]:
        chosen = [p for name in getattr(page.meta, "related", ()) if (p := self._named(name)) and p.id != page.id]
        scores: dict[int, float] = defaultdict(float)
        order, here = self._newest(), self._places().get(page.id, 0)
        for taxonomy, refs in page.terms.items():
            for ref in refs:
                places = self._index_of_places().get((taxonomy, ref.slug), ())
                weight = _TERM_WEIGHTS.get(taxonomy, 30) / (1 + len(places)) ** 0.25
                for place in _around(places, here):
                    scores[place] += weight
        scores.pop(here, None)
        wanted = limit + len(chosen)
        ranked = nsmallest(
            wanted, _best(scores, wanted), key=lambda place: (-round(scores[place], 6), abs(place - here), place)
        )
        taken = {p.id for p in chosen}
        found = [*chosen, *(order[place] for place in ranked if order[place].id not in taken)]
        if len(found) < limit:
            seen = {page.id, *(p.id for p in found)}
            others = (p for p in self._newest() if p.kind == page.kind in _RELATED_KINDS and p.id not in seen)
            found.extend(islice(others, limit - len(found)))
        return tuple(found[:limit])

    def _places(self) -> dict[str, int]:
        """Return the place of each page among all, newest first."""
        return self._once(("places",), lambda: {page.id: n for n, page in enumerate(self._newest())})

    def _index_of_places(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Return, for each term, the places of the posts and stories that have it."""
        return self._once(("related places",), self._build_index_of_places)

    def _build_index_of_places(self) -> dict[tuple[str, str], tuple[int, ...]]:
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, page in enumerate(self._newest()):
            if page.kind in _RELATED_KINDS:
                for term in _terms_of(page):
                    groups[term].append(place)
        return {term: tuple(places) for term, places in groups.items()}

    def _named(self, name: str) -> Page | None:
        by_slug = self._once(
            ("slugs",), lambda: {p.slug: p for p in self._site.pages.values() if p.kind in _RELATED_KINDS}
        )
        return self.page(name) or by_slug.get(name)

    @asked
    def authors(self, page: Page) -> tuple[Page, ...]:
        """Return the author pages of `page`; each has at least a title, which is the name."""
        by_slug = self._once(("authors",), self._authors_by_slug)
        return tuple(by_slug[slug] for slug in page.author_ids if slug in by_slug)

    def _authors_by_slug(self) -> dict[str, Page]:
        return {page.slug: page for page in self._site.pages.values() if page.kind == "author"}

    @asked
    def speaker_slugs(self) -> Mapping[str, str]:
        """Return a slug for the name of each person who is quoted, unlike that of anybody else."""
        return self._once(("speakers",), self._speaker_slugs)

    def _speaker_slugs(self) -> dict[str, str]:
        since: dict[str, tuple[bool, float]] = {}
        for page in self._by_kind("quote"):
            if page.person and (name := page.person.name):
                moment = (page.date is None, _moment(page))
                since[name] = min(moment, since.get(name, moment))
        identities = {name: self._identity(name) for name in since}
        order = sorted(since, key=lambda n: (since[n], not is_spelled_like_its_slug(identities[n]), identities[n], n))
        slugs = assign_slugs(((identities[name], name) for name in order), {})
        return {name: slugs[identities[name]] for name in order}

    # groups

    @asked
    def taxonomies(self) -> tuple[str, ...]:
        """Return the names of the taxonomies that have terms with pages, in the config's order."""
        return tuple(name for name in self._site.terms if self.terms(name))

    @asked
    def terms(self, taxonomy: str) -> tuple[Term, ...]:
        """Return the terms of `taxonomy` that have a page, by name."""
        terms = self._site.terms.get(taxonomy, {})
        return tuple(sorted((t for t in terms.values() if t.url), key=lambda t: (t.name.casefold(), t.slug)))

    @asked
    def term(self, taxonomy: str, slug: str) -> Term | None:
        """Return a term by its slug, else by its name, or None."""
        return self._site.terms.get(taxonomy, {}).get(self._term_slug(taxonomy, slug))

    @asked
    def slug_of_term(self, taxonomy: str, name: str) -> str:
        """Return the slug of the term with this name, else `name` itself, which may be a slug."""
        return self._site.term_slugs.get(taxonomy, {}).get(self._identity(name), name)

    @asked
    def collection(self, name: str) -> Collection:
        """Return how the config declares a collection."""
        return self._site.settings.collections[name]

    @asked
    def taxonomy(self, name: str) -> Taxonomy:
        """Return how the config declares a taxonomy."""
        return self._site.settings.taxonomies[name]

    @asked
    def filters(self, collection: str) -> tuple[FilterGroup, ...]:
        """Return the filter pages of the list of `collection`, by taxonomy."""
        return self._once(("filters", collection), lambda: tuple(self._filters(collection)))

    def _filters(self, collection: str) -> Iterable[FilterGroup]:
        settings = self._site.settings
        kind = settings.collections[collection].kind
        index = settings.collections[collection].index
        for taxonomy, segment in (("industry", "industry"), ("product", "product"), ("tags", "tag")):
            declared = settings.taxonomies[taxonomy].path if taxonomy in settings.taxonomies else ""
            path = declared if declared.startswith(index) else f"{index}{segment}"
            root = f"{settings.base_path.rstrip('/')}{path.rstrip('/')}/"
            counts: dict[str, int] = defaultdict(int)
            for page in self._by_kind(kind):
                if page.collection == collection:
                    for ref in page.terms.get(taxonomy, ()):
                        counts[ref.slug] += 1
            names = self._site.terms.get(taxonomy, {})
            terms = [FilterTerm(names[slug].name, slug, f"{root}{slug}/", n) for slug, n in counts.items()]
            if terms:
                yield FilterGroup(taxonomy, tuple(sorted(terms, key=lambda t: (t.name.casefold(), t.slug))))

    @asked
    def rating_summary(self) -> RatingSummary | None:
        """Return the mean of all ratings given to us, in `reviews` mode with `show_average` only.

        What was copied from another platform has its place there, and is not added up (Google's guidelines).
        """
        testimonials = self._site.settings.config.testimonials
        if testimonials.mode != "reviews" or not testimonials.show_average:
            return None
        own = (p.meta for p in self._by_kind("testimonial") if not (p.meta.source and p.meta.source.imported))
        ratings = [meta.rating for meta in own if meta.rating]
        if not ratings:
            return None
        counts = [(stars, ratings.count(stars)) for stars in range(5, 0, -1)]
        given = len(ratings)
        distribution = tuple((stars, n, int(rounded(Fraction(100 * n, given)))) for stars, n in counts)
        return RatingSummary(rounded(Fraction(sum(ratings), given), 1), given, distribution)

    @asked
    def best(self, collection: str, year: int) -> Best:
        """Return the best stories of a year, as the config says that they are found, or as they were settled.

        Raises Problem when a file of counts cannot be read.
        """
        stories = self.ask(Query(kinds=("story",), collection=collection, year=year, order="date"))
        ranking = self._site.settings.config.ranking.get(str(year), Ranking())
        votes = read_votes(year, self._site.data.get(f"votes/{year}"))
        return best_of(year, stories, ranking, votes, read_settled(year, self._site.data.get(f"best/{year}")))

    @asked
    def voted_on(self) -> tuple[Page, ...]:
        """Return the stories that can be voted on, by title: those of the last year that votes decide and is open."""
        config, data = self._site.settings.config, self._site.data
        years = (int(name) for name, ranking in config.ranking.items() if ranking.method in ("bayes", "wilson"))
        year = max((year for year in years if f"best/{year}" not in data), default=0)
        stories = self.pages(("story",), year=year, order="title") if year else ()
        return tuple(page for page in stories if page.meta.may_win)

    # navigation and data

    @asked
    def url_of(self, name: str) -> str:
        """Return the address of the list called `name`, or an empty string when the site has none."""
        return self._plan.lists.get(name, "")

    @asked
    def feeds(self) -> tuple[FeedLink, ...]:
        """Return the feeds of the whole site."""
        return self._plan.feeds

    @asked
    def data(self, name: str) -> Any:
        """Return what `data/<name>.*` holds, or None."""
        return self._site.data.get(name)

    @asked
    def wording(self, name: str) -> bytes:
        """Return the text `consent/<name>.md` to the byte; empty when there is none."""
        return self._site.wordings.get(name, b"")

    @asked
    def section(self, collection: str) -> Page | None:
        """Return the page of a collection's `_index.md`, or None."""
        return self._site.pages.get(self._site.sections.get(collection, ""))

    @asked
    def held_back(self, page_id: str) -> bool:
        """Tell whether an item exists and is not shown now."""
        return page_id in self._once(("held",), lambda: self._site.held_ids)

    def listed(self, term: Term) -> Query:
        """Return the question whose answer a term's page lists."""
        kinds = ("story",) if term.taxonomy in ("industry", "product") else LISTED_KINDS
        order: Order = "oldest" if term.taxonomy == "series" else "newest"
        return Query(kinds=kinds, taxonomy=term.taxonomy, term=term.slug, order=order)


def _matches(page: Page, query: Query, author: str) -> bool:
    return (
        (not query.collection or page.collection == query.collection)
        and (not query.parent or page.parent == query.parent)
        and (not author or author in page.author_ids)
        and (not query.year or (page.date is not None and page.date.year == query.year))
        and (query.featured is None or page.featured == query.featured)
        and (not query.max_rating or 0 < getattr(page.meta, "rating", 0) <= query.max_rating)
        and (not query.placed or getattr(page.meta, "place", 0) > 0)
        and page.id != query.exclude
    )


def _moment(page: Page) -> float:
    return page.date.timestamp() if page.date else 0.0


def _part(page: Page) -> tuple[int, float, str]:
    series = getattr(page.meta, "series", None)
    return (
        series.part if series and series.part else 9999,
        _moment(page),
        page.id,
    )


def _best(scores: Mapping[int, float], count: int) -> Iterable[int]:
    """Return the places with the `count` highest scores, and all that are equal to the last of these."""
    if len(scores) <= 2 * count:
        return scores
    least = nlargest(count, scores.values())[-1] - 2e-6  # scores are compared to six digits
    return [place for place, score in scores.items() if score >= least]


def _around(places: tuple[int, ...], place: int) -> tuple[int, ...]:
    """Return the places nearest to `place`; a term on thousands of pages says little of any one of them."""
    if len(places) <= 2 * _NEAREST:
        return places
    start = max(0, min(bisect_left(places, place) - _NEAREST, len(places) - 2 * _NEAREST))
    return places[start : start + 2 * _NEAREST]


def _terms_of(page: Page) -> Iterable[tuple[str, str]]:
    return ((taxonomy, ref.slug) for taxonomy, refs in page.terms.items() for ref in refs)


_KEYS: dict[str, Callable[[Page], Iterable[Any]]] = {
    "kind": lambda page: (page.kind,),
    "parent": lambda page: (page.parent,),
    "author": lambda page: page.author_ids,
    "term": _terms_of,
}
