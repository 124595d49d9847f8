"""Route: every future file of the site, before any of them is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import Collection, Settings, place_in_config
from caresite.core.diagnostics import Code, Diagnostic, Problem, Severity, Span, fault, place_in
from caresite.core.model import Order, Page, Query, Route
from caresite.core.names import identity_of, other_slug
from caresite.core.plugins import ActivePlugin
from caresite.core.urls import NOT_FOUND_PAGE, collision_key, decoded_path, encode_file, output_path, stays_inside
from caresite.pipeline.catalog import Site
from caresite.pipeline.reader import FeedLink, Plan, Reader

__all__ = ["TEMPLATES", "route"]

TEMPLATES = {
    "post": "post.html",
    "page": "page.html",
    "story": "story.html",
    "author": "author.html",
    "quotes": "quotes-collection.html",
    "quote": "quote.html",
}
_LISTS = {
    "post": "blog.html",
    "story": "stories.html",
    "quotes": "quotes.html",
    "testimonial": "wall.html",
    "author": "authors.html",
}
_GIVE_WAY = frozenset(("home", "search", "404", "archive", "terms", "send-your-story"))  # to a page of the owner's
_ARCHIVED = ("post", "story")
_NAMED = ("manage-my-story", "how-we-check")  # pages that a plugin makes and templates link to
LOW_RATING = 3


def route(site: Site) -> tuple[tuple[Route, ...], Plan, tuple[Diagnostic, ...]]:
    """Return all routes by output path, the plan that links are checked against, and every collision."""
    reader = Reader(site, Plan())
    found: list[Diagnostic] = []
    claimed = _claimed(site)
    routes = [
        *_page_routes(site),
        *_home(site),
        *_lists(site, reader),
        *_terms(site, reader),
        *_archive(site, reader),
        *_best(site, reader, found),
        *_single(site),
    ]
    given_way = [r for r in routes if not r.page_id and r.kind in _GIVE_WAY and r.url in claimed]
    found.extend(_replaced(site, [*_replaced_lists(site, reader), *given_way]))
    routes = [r for r in routes if r.page_id or r.kind not in _GIVE_WAY or r.url not in claimed]
    routes = [r for r in routes if r.output != NOT_FOUND_PAGE or NOT_FOUND_PAGE not in site.files or r.page_id]
    for active in site.settings.plugins:
        if active.plugin.routes:
            routes.extend(_plugin_routes(active, site, found))
    _collisions(site, routes, found)
    unique = {r.output: r for r in routes}
    ordered = tuple(unique[output] for output in sorted(unique))
    return ordered, _plan(site, ordered), tuple(found)


def _plugin_routes(active: ActivePlugin, site: Site, found: list[Diagnostic]) -> Iterable[Route]:
    name = active.plugin.name
    assert active.plugin.routes is not None
    try:
        made = tuple(active.plugin.routes(site, active.options))
    except Problem as problem:
        found.extend(problem.diagnostics)
        return
    except Exception as error:
        message = f"the plugin `{name}` failed in `routes`: {type(error).__name__}: {error}"
        found.append(fault(codes.PLUGIN_FAILED, active.span, message))
        return
    for made_route in made:
        if stays_inside(made_route.output):
            yield made_route
            continue
        message = f"the plugin `{name}` wants to write `{made_route.output}`, outside the output folder"
        found.append(fault(codes.PLUGIN_OUTPUT, active.span, message))


def _page_routes(site: Site) -> Iterable[Route]:
    for page in site.pages.values():
        if page.has_page:
            yield Route(
                output=page.output,
                url=page.url,
                kind="404" if page.output == NOT_FOUND_PAGE else page.kind,
                template=page.template or TEMPLATES[page.kind],
                page_id=page.id,
                noindex=page.noindex,
                in_sitemap=not page.noindex,
                updated=page.updated or page.published,
            )


def _home(site: Site) -> Iterable[Route]:
    yield Route(output="index.html", url=site.settings.base_path, kind="home", template="home.html")


def _claimed(site: Site) -> frozenset[str]:
    return frozenset(page.url for page in site.pages.values() if page.has_page)


_MADE = {  # what a page replaces, by the kind of the route
    "blog": "the list of posts",
    "stories": "the list of stories with its filters",
    "quotes-index": "the list of quote collections",
    "wall": "the list of testimonials with its filters",
    "authors": "the list of authors",
    "terms": "the list of its terms",
    "archive": "the archive",
    "search": "the search",
    "home": "the home page with its sections",
    "404": "the page for addresses that do not exist",
    "send-your-story": "the page that invites stories",
}


def _replaced(site: Site, routes: Iterable[Route]) -> Iterable[Diagnostic]:
    """Report each page that takes the address of a list or of another page that would be made.

    A `template` of the page's own shows that it is meant, and so does a home page or a page for wrong addresses.
    """
    pages = {page.url: page for page in site.pages.values() if page.has_page}
    for made in routes:
        page = pages[made.url]
        if page.template and page.template.removesuffix(".html") == made.template.removesuffix(".html"):
            continue
        is_own = (
            bool(page.template) or made.kind in ("404", "send-your-story") or (made.kind, page.kind) == ("home", "page")
        )
        message = f"{page.source} takes the address {made.url}, so {_MADE[made.kind]} is not made"
        place = place_in(site.places.get(page.id, {}), page.span, "permalink", "slug")
        severity: Severity | None = "note" if is_own else None
        yield fault(codes.LIST_REPLACED, place, message, hint=_how_to_keep(site, made, page), severity=severity)


def _how_to_keep(site: Site, made: Route, page: Page) -> str:
    """Return how a list and the text that took its address can both be had."""
    collection = site.settings.collections.get(str(made.params.get("collection", "")))
    if made.kind == "home":
        return "add `template: home.html` to keep the sections, with the page's title and text among them"
    if collection is None:
        return "give the page another `slug` if you want both"
    folder = collection.path.strip("/")
    if page.source.startswith(f"{folder}/index."):
        return f"call the file `{folder}/_index.md` if it is the text above the list, else give it another name"
    return f"give the page another `slug`, or put its text into `{folder}/_index.md`, which stands above the list"


def _replaced_lists(site: Site, reader: Reader) -> Iterable[Route]:
    """Yield the lists that are not made because a page has their address."""
    claimed = _claimed(site)
    for name, collection, url in _listed(site, reader):
        if url in claimed:
            kind, params = _list_kind(collection.kind), {"collection": name}
            output, template = _output(site.settings, url), _LISTS[collection.kind]
            yield Route(output=output, url=url, kind=kind, template=template, params=params)


def _listed(site: Site, reader: Reader) -> Iterable[tuple[str, Collection, str]]:
    """Yield each collection that has a list: its name, what the config says of it, and the address of the list."""
    for name, collection in site.settings.collections.items():
        present = name in site.folders or reader.count((collection.kind,), collection=name)
        if collection.kind in _LISTS and collection.index and present:
            yield name, collection, _url(site.settings, collection.index)


def _lists(site: Site, reader: Reader) -> Iterable[Route]:
    claimed = _claimed(site)
    for name, collection, url in _listed(site, reader):
        if url in claimed:
            continue
        template = _LISTS[collection.kind]
        order: Order = "title" if collection.kind in ("author", "quotes") else "newest"
        query = Query(kinds=(collection.kind,), collection=name, order=order)
        params = {"collection": name}
        per_page = collection.per_page or (
            60 if collection.kind in ("author", "quotes") else site.settings.config.pagination.per_page
        )
        yield from _paged(site, reader, url, query, template, _list_kind(collection.kind), params, per_page)
        if collection.kind in ("story", "testimonial"):
            yield from _filtered(site, reader, name, url, query, template, per_page)


def _list_kind(kind: str) -> str:
    return {
        "post": "blog",
        "story": "stories",
        "quotes": "quotes-index",
        "testimonial": "wall",
        "author": "authors",
    }[kind]


def _filtered(
    site: Site, reader: Reader, name: str, url: str, query: Query, template: str, per_page: int
) -> Iterable[Route]:
    kind = _list_kind(site.settings.collections[name].kind)
    names = Counter(term.name.casefold() for group in reader.filters(name) for term in group.terms)
    for group in reader.filters(name):
        for term in group.terms:
            params: dict[str, Any] = {
                "collection": name,
                "taxonomy": group.taxonomy,
                "term": term.slug,
                "name": term.name,
            }
            if names[term.name.casefold()] > 1:
                params["names_taxonomy"] = True
            asked = Query(kinds=query.kinds, collection=name, taxonomy=group.taxonomy, term=term.slug)
            yield from _paged(site, reader, term.url, asked, template, kind, params, per_page)
    if kind == "wall" and any(getattr(p.meta, "rating", 0) for p in reader.pages(("testimonial",), collection=name)):
        low = Query(kinds=query.kinds, collection=name, max_rating=LOW_RATING)
        yield from _paged(
            site,
            reader,
            f"{url}rating/three-or-fewer/",
            low,
            template,
            kind,
            {"collection": name, "rating": LOW_RATING},
            per_page,
        )


def _terms(site: Site, reader: Reader) -> Iterable[Route]:
    story_lists = {
        url
        for name in site.settings.collections
        if site.settings.collections[name].kind == "story"
        for g in reader.filters(name)
        for url in (t.url for t in g.terms)
    }
    names = Counter(term.name.casefold() for taxonomy in reader.taxonomies() for term in reader.terms(taxonomy))
    names.update(page.title.casefold() for page in site.pages.values() if page.has_page)
    for taxonomy in reader.taxonomies():
        declared = site.settings.taxonomies[taxonomy]
        terms = reader.terms(taxonomy)
        root = _url(site.settings, declared.path)
        if taxonomy not in ("industry", "product"):
            yield Route(
                output=_output(site.settings, root),
                url=root,
                kind="terms",
                template="terms.html",
                params={"taxonomy": taxonomy},
            )
        for term in terms:
            if term.url in story_lists:
                continue
            per_page = declared.per_page or site.settings.config.pagination.per_page
            params: dict[str, Any] = {"taxonomy": taxonomy, "term": term.slug, "name": term.name}
            if names[term.name.casefold()] > 1:
                params["names_taxonomy"] = True
            yield from _paged(site, reader, term.url, reader.listed(term), "term.html", "term", params, per_page)


def _archive(site: Site, reader: Reader) -> Iterable[Route]:
    years = sorted({p.date.year for p in reader.pages(_ARCHIVED) if p.date}, reverse=True)
    if not years:
        return
    root = site.settings.address_of("archive")
    yield Route(
        output=_output(site.settings, root),
        url=root,
        kind="archive",
        template="archive.html",
        query=Query(kinds=_ARCHIVED),
        params={"year": 0, "years": years},
    )
    for year in years:
        url = f"{root}{year}/"
        yield Route(
            output=_output(site.settings, url),
            url=url,
            kind="archive",
            template="archive.html",
            query=Query(kinds=_ARCHIVED, year=year),
            params={"year": year, "years": years},
        )


def _best(site: Site, reader: Reader, found: list[Diagnostic]) -> Iterable[Route]:
    """Yield a page for each year that has best stories, by whatever method."""
    for name, collection in site.settings.collections.items():
        if collection.kind != "story":
            continue
        years = [year for year in _story_years(reader, name) if _has_best(reader, name, year, found)]
        for year in years:
            url = _url(site.settings, f"{collection.index}best/{year}")
            yield Route(
                output=_output(site.settings, url),
                url=url,
                kind="best",
                template="best.html",
                params={"collection": name, "year": year, "years": years, "part": "best"},
            )


def _story_years(reader: Reader, collection: str) -> list[int]:
    return sorted({p.date.year for p in reader.pages(("story",), collection=collection) if p.date}, reverse=True)


def _has_best(reader: Reader, collection: str, year: int, found: list[Diagnostic]) -> bool:
    try:
        return bool(reader.best(collection, year).placed)
    except Problem as problem:
        found.extend(problem.diagnostics)
        return False


def _single(site: Site) -> Iterable[Route]:
    root = site.settings.base_path
    search = site.settings.address_of("search")
    output = _output(site.settings, search)
    yield Route(output=output, url=search, kind="search", template="search.html", noindex=True)
    yield Route(
        output=NOT_FOUND_PAGE,
        url=f"{root}{NOT_FOUND_PAGE}",
        kind="404",
        template="404.html",
        noindex=True,
        in_sitemap=False,
    )
    business = site.settings.config.business
    url = site.settings.address_of("send-your-story")
    if business and business.email and not _has_form(site):
        yield Route(
            output=_output(site.settings, url),
            url=url,
            kind="send-your-story",
            template="send-your-story.html",
        )
        yield Route(
            output=_output(site.settings, f"{url}thanks/"),
            url=f"{url}thanks/",
            kind="thanks",
            template="thanks.html",
            noindex=True,
            in_sitemap=False,
        )


def _has_form(site: Site) -> bool:
    """Tell whether a plugin makes a form for stories, and with it the page that asks for them."""
    forms = site.settings.config.forms.values()
    return any(a.plugin.name == "submissions" for a in site.settings.plugins) and any(
        f.kind not in ("contact", "vote") for f in forms
    )


def _paged(
    site: Site,
    reader: Reader,
    url: str,
    query: Query,
    template: str,
    kind: str,
    params: dict[str, Any],
    per_page: int,
) -> Iterable[Route]:
    pages = reader.ask(query)
    count = max(1, -(-len(pages) // per_page))
    is_bare = not pages and not params.keys() & {"term", "rating"} and params.get("collection") not in site.sections
    updated = max((moment for p in pages if (moment := p.updated or p.published)), default=None)
    for number in range(1, count + 1):
        address = url if number == 1 else f"{url}{site.settings.config.pagination.path}/{number}/"
        window = Query(
            **{
                **{f: getattr(query, f) for f in query.__struct_fields__},
                "offset": (number - 1) * per_page,
                "limit": per_page,
            }
        )
        yield Route(
            output=_output(site.settings, address),
            url=address,
            kind=kind,
            template=template,
            query=window,
            number=number,
            count=count,
            total=len(pages),
            first_url=url,
            noindex=is_bare,
            in_sitemap=number == 1 and not is_bare,
            updated=updated,
            params=params,
        )


def _url(settings: Settings, path: str) -> str:
    return settings.base_path.rstrip("/") + "/" + path.strip("/") + "/" if path.strip("/") else settings.base_path


def _output(settings: Settings, url: str) -> str:
    return output_path(url.removeprefix(settings.base_path.rstrip("/")))


def _plan(site: Site, routes: tuple[Route, ...]) -> Plan:
    files = {site.settings.base_path + encode_file(path) for path in site.files}
    folders = {f.removesuffix("index.html") for f in files if f.endswith("/index.html")}
    aliases = {alias.url for alias in site.aliases}
    lists = {
        r.params["collection"]: r.url
        for r in routes
        if r.number == 1 and "collection" in r.params and not r.params.keys() & {"term", "rating", "part"}
        if not r.noindex  # an empty list answers, but no menu leads there before its first item
    }
    lists |= {r.params["taxonomy"]: r.url for r in routes if r.kind == "terms"}
    lists |= {r.kind: r.url for r in routes if r.kind in ("send-your-story", "home", "search", *_NAMED)}
    lists |= {f"badge-{r.params['year']}": r.url.rpartition("/")[0] + "/" for r in routes if r.kind == "badge"}
    lists |= {r.kind: r.url for r in routes if r.kind == "archive" and not r.params.get("year")}
    lists |= {r.kind: r.url for r in routes if r.kind == "best" and r.params["year"] == r.params["years"][0]}
    lists |= {p.slug: p.url for p in site.pages.values() if p.kind == "page" and p.slug not in lists}
    feeds = tuple(
        FeedLink(r.title, r.url, str(r.params["type"]))
        for r in routes
        if r.kind == "feed" and r.params.get("announced")
    )
    encoded = {r.url for r in routes} | files | folders | aliases
    addresses = frozenset(encoded | {decoded_path(url) for url in encoded if "%" in url})
    return Plan(addresses=addresses, lists=lists, feeds=feeds)


class _Claim(Struct, frozen=True):
    """Who wants an address: a file, a list or an alias, in words, and the title where it is a page."""

    what: str
    span: Span
    url: str
    title: str = ""

    @property
    def related(self) -> tuple[Span, ...]:
        return (self.span,) if self.span.path else ()


def _collisions(site: Site, routes: list[Route], found: list[Diagnostic]) -> None:
    """Report every address that two sources claim: pages, lists, copied files and old addresses alike."""
    claims: dict[str, _Claim] = {}
    pages: dict[str, Page] = dict(site.pages)
    chosen = {page_id: "slug" in places or "permalink" in places for page_id, places in site.places.items()}
    for made in sorted(routes, key=lambda r: (collision_key(r.output), chosen.get(r.page_id, False), r.page_id)):
        _claim(claims, made.output, _claim_of(site, made, pages.get(made.page_id)), found)
    for output, source in sorted(site.files.items()):
        _claim(claims, output, _Claim(source, Span(source), "/" + output), found)
    for page in site.pages.values():
        if page.kind in ("section", "term"):
            _claim(claims, f"{page.url}#text", _Claim(page.source, page.span, page.url), found)
    _check_folders(claims, found)
    for alias in sorted(site.aliases, key=lambda a: (a.url, a.page_id)):
        output = output_path(alias.url.removeprefix(site.settings.base_path.rstrip("/")))
        what = f"the alias in {pages[alias.page_id].source}"
        _claim(claims, output, _Claim(what, alias.span, alias.url), found, codes.ALIAS_COLLISION)


def _claim_of(site: Site, made: Route, page: Page | None) -> _Claim:
    if page is None:
        what = f"the {made.kind} list" if made.query else f"the page `{made.url}` that caresite makes"
        return _Claim(what, _declared(site, made), made.url)
    what = page.source or f"the page `{made.url}` that caresite makes"
    span = place_in(site.places.get(page.id, {}), page.span, "permalink", "slug")
    return _Claim(what, span, made.url, page.title)


def _declared(site: Site, made: Route) -> Span:
    """Return where the config gives a list the address that it has."""
    collection = f"collections.{made.params.get('collection')}"
    taxonomy = f"taxonomies.{made.params.get('taxonomy')}"
    return place_in_config(site.settings, f"{collection}.index", collection, f"{taxonomy}.path", taxonomy)


def _check_folders(claims: dict[str, _Claim], found: list[Diagnostic]) -> None:
    """Report every file that stands where another one needs a folder."""
    for key, claim in claims.items():
        for end in (place for place, char in enumerate(key) if char == "/"):
            if other := claims.get(key[:end]):
                message = f"{claim.what} needs the folder `{key[:end]}`, and {other.what} is a file of that name"
                found.append(fault(codes.URL_COLLISION, claim.span, message, related=other.related))


def _claim(
    claims: dict[str, _Claim], output: str, claim: _Claim, found: list[Diagnostic], code: Code = codes.URL_COLLISION
) -> None:
    other = claims.setdefault(collision_key(output), claim)
    if other is claim or (other.what == claim.what and other.span == claim.span and "redirect" in claim.what):
        return
    message = f"{claim.what} and {other.what} both want the address {claim.url}"
    found.append(fault(code, claim.span, message, hint=_way_out(claim, other), related=other.related))


def _way_out(claim: _Claim, other: _Claim) -> str:
    """Return what to do about two claims; where their titles are different names, with a slug to copy."""
    example = ""
    if claim.title and other.title and identity_of(claim.title) != identity_of(other.title):
        example = f", such as `slug: {other_slug(claim.title, PurePosixPath(claim.url).name)}`"
    return f"give one of them another `slug`{example}, or remove it"
