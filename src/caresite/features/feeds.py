"""Feeds: Atom, RSS and JSON Feed of the whole site, of each list and of each term, in full or as summaries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from typing import Annotated, Any, Literal
from urllib.parse import urljoin

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import Collection, place_in_config
from caresite.core.diagnostics import Problem, fault
from caresite.core.languages import direction_of
from caresite.core.model import Page, Query, Route
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.suggest import nearest
from caresite.core.urls import canonical_address, join_site, output_path
from caresite.features.feed_formats import TYPES, UNNAMED, Entry, Feed, atom, json_feed, rss
from caresite.pipeline.catalog import Site
from caresite.pipeline.directions import with_directions
from caresite.pipeline.reader import Plan, Reader

__all__ = ["PLUGIN", "FeedOptions", "render", "routes"]

FormatName = Literal["atom", "rss", "json"]
_ALL_FORMATS: tuple[FormatName, ...] = ("atom", "rss", "json")
_FILES = {"atom": "feed.xml", "rss": "rss.xml", "json": "feed.json"}
_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON"}
_LISTED = {"post": "post", "story": "story", "quotes": "quote", "testimonial": "testimonial"}
_SPOKEN = frozenset(("quote", "testimonial"))
_TAG = re.compile(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ATTRIBUTE = re.compile(r"(?<!\s)(\s++)([^\s=>\"'/]++)\s*+=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_SOURCE = re.compile(r"(<img\b(?:\"[^\"]*\"|'[^']*'|[^\"'<>])*?\ssrc=)\"([^\"]*)\"")
_ADDRESSES = frozenset(("href", "src", "poster", "action", "cite"))
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


class FeedOptions(Struct, frozen=True, kw_only=True):
    """Which feeds there are and what they hold."""

    formats: Annotated[
        tuple[FormatName, ...],
        Doc("The formats of the site's feed and of each list's.", split=True, example="[atom, rss, json]"),
    ] = _ALL_FORMATS
    content: Annotated[Literal["full", "summary"], Doc("Whether feeds hold whole texts or only their summaries.")] = (
        "full"
    )
    limit: Annotated[int, Doc("How many entries a feed holds at most.", ge=1, le=1000)] = 20
    stories: Annotated[bool, Doc("Whether customer stories stand in the feed of the whole site.")] = True
    lists: Annotated[bool, Doc("Whether blog, stories, quotes and testimonials get a feed each.")] = True
    terms: Annotated[
        tuple[str, ...], Doc("The taxonomies whose terms get a feed each.", split=True, example="[tags]")
    ] = ("tags", "categories", "series")
    first_base_url: Annotated[
        str,
        Doc(
            "The `base_url` before the site moved to another domain, if it did: ids of entries go on to begin with it.",
            example="https://old.example.com",
        ),
    ] = ""
    term_formats: Annotated[tuple[FormatName, ...], Doc("The formats of a term's feed.", split=True)] = ("atom",)


# routes


class _Scope(Struct, frozen=True):
    """What a feed is about: `home` is the page whose feed it is."""

    home: str
    title: str
    query: Query
    formats: tuple[FormatName, ...]
    announced: bool = False


def routes(site: Site, options: FeedOptions) -> Iterable[Route]:
    """Yield a route for each feed; those of the whole site are announced on every page."""
    seen: set[str] = set()
    for scope in _scopes(site, options):
        for name in dict.fromkeys(scope.formats):
            route = _route(site, scope, name)
            if route.output not in seen:  # a list may stand at the site's root, where the site's feed is
                seen.add(route.output)
                yield route


def _route(site: Site, scope: _Scope, name: str) -> Route:
    url = scope.home + _FILES[name]
    return Route(
        output=output_path(url.removeprefix(site.settings.base_path.rstrip("/"))),
        url=url,
        kind="feed",
        title=f"{scope.title} ({_NAMES[name]})",
        plugin="feeds",
        query=scope.query,
        in_sitemap=False,
        params={
            "type": TYPES[name],
            "format": name,
            "announced": scope.announced,
            "title": scope.title,
            "home": scope.home,
        },
    )


def _scopes(site: Site, options: FeedOptions) -> Iterable[_Scope]:
    reader = Reader(site, Plan())
    kinds = ("post", "story") if options.stories else ("post",)
    title = site.settings.config.title
    yield _Scope(site.settings.base_path, title, _newest(options, kinds), options.formats, announced=True)
    if options.lists:
        yield from _lists(site, reader, options)
    yield from _terms(site, reader, options)


def _lists(site: Site, reader: Reader, options: FeedOptions) -> Iterable[_Scope]:
    for name, collection in site.settings.collections.items():
        if collection.kind not in _LISTED or not collection.index:
            continue
        query = _newest(options, (_LISTED[collection.kind],), collection=name)
        if name in site.folders or reader.ask(query):
            title = f"{reader.title}: {_list_title(reader, name, collection)}"
            yield _Scope(_folder(site, collection.index), title, query, options.formats)


def _list_title(reader: Reader, name: str, collection: Collection) -> str:
    section = reader.section(name)
    return (section.title if section else "") or collection.title or name.replace("_", " ").capitalize()


def _terms(site: Site, reader: Reader, options: FeedOptions) -> Iterable[_Scope]:
    for number, taxonomy in enumerate(options.terms, start=1):
        if taxonomy in options.terms[: number - 1]:
            continue
        if taxonomy not in site.settings.taxonomies:
            near = nearest(taxonomy, site.settings.taxonomies)
            message = f"`feeds: terms` names `{taxonomy}`, which is not a taxonomy"
            hint = f"did you mean `{near}`?" if near else ""
            place = place_in_config(site.settings, f"feeds.terms[{number}]", "feeds.terms")
            raise Problem(fault(codes.NOT_A_CHOICE, place, message, hint=hint))
        for term in reader.terms(taxonomy):
            query = _newest(options, ("post", "story"), taxonomy=taxonomy, term=term.slug)
            if reader.ask(query):
                yield _Scope(term.url, f"{reader.title}: {term.name}", query, options.term_formats)


def _newest(options: FeedOptions, kinds: tuple[str, ...], **filters: str) -> Query:
    # not in the order of lists: what is pinned to the top of one would never leave a feed
    return Query(kinds=kinds, order="date", limit=options.limit, **filters)  # type: ignore[arg-type]


def _folder(site: Site, path: str) -> str:
    inner = path.strip("/")
    return site.settings.base_path + (f"{inner}/" if inner else "")


# entries


def render(route: Route, reader: Any, options: FeedOptions) -> bytes:
    """Return the bytes of a feed. `reader` is the one of the render stage, which knows bodies."""
    assert route.query is not None
    feed = Feed(
        id=join_site(options.first_base_url or reader.base_url, route.url),
        url=join_site(reader.base_url, route.url),
        home=join_site(reader.base_url, route.params["home"]),
        title=route.params["title"],
        description=reader.description or reader.title,
        language=reader.language,
        author=(reader.business.name if reader.business else "") or reader.title,
        generator=reader.generator,
        entries=tuple(_entry(page, reader, options) for page in reader.ask(route.query)),
    )
    write: Callable[[Feed], bytes] = {"atom": atom, "rss": rss, "json": json_feed}[route.params["format"]]
    return write(feed)


def _entry(page: Page, reader: Any, options: FeedOptions) -> Entry:
    disclosure = _plain(getattr(page.meta, "disclosure", ""))
    return Entry(
        id=_id(page, reader, options),
        url=page.permalink,
        title=page.title,
        html=reader.once(("feed", page.id), lambda: _html(page, reader, disclosure))
        if options.content == "full"
        else "",
        summary=" ".join(part for part in (page.summary or page.description, disclosure) if part),
        published=page.published,
        updated=page.updated or page.published,
        authors=_authors(page, reader),
        terms=_term_names(page),
        lang=page.lang,
        image=urljoin(page.permalink, reader.light(page.image.src)) if page.image else "",
    )


def _id(page: Page, reader: Any, options: FeedOptions) -> str:
    """Return by what feed readers know a page: its first address, on the first host, unless it was given an id."""
    host = options.first_base_url or reader.base_url
    known = page.feed_id or page.url
    path, mark, place = known.partition("#")
    return join_site(host, path) + mark + place if known.startswith("/") else known


def _authors(page: Page, reader: Any) -> tuple[str, ...]:
    if page.kind in _SPOKEN:
        return (_speaker(page),)
    names = tuple(author.title for author in reader.authors(page))
    return names or ((page.person.name,) if page.person and page.person.name else ())


def _speaker(page: Page) -> str:
    person = page.person
    return (person.name or person.role or person.company if person else "") or UNNAMED


def _term_names(page: Page) -> tuple[str, ...]:
    refs = (ref for taxonomy in ("categories", "tags") for ref in page.terms.get(taxonomy, ()))
    return tuple(dict.fromkeys(ref.name for ref in refs))


def _html(page: Page, reader: Any, disclosure: str) -> str:
    spoken = page.kind in _SPOKEN
    body = _said(page, reader) if spoken else _lead_image(page) + str(reader.body(page).html)
    # whoever reads the words must read what stands beside them, in a feed too (16 CFR 255.5)
    note = f"<p>{escape(disclosure)}</p>" if disclosure else ""
    html = _absolute(_CODE.sub("", _with_light_pictures(body, reader)), page.permalink) + note
    if "rtl" in (direction_of(page.lang), direction_of(reader.language)):  # feed readers do not know it from `xml:lang`
        html = f'<div lang="{escape(page.lang)}">{html}</div>'
    return with_directions(html)


def _with_light_pictures(html: str, reader: Any) -> str:
    """Return `html` with pictures as light as a reader of feeds needs them."""
    return _SOURCE.sub(lambda match: f'{match[1]}"{escape(reader.light(unescape(match[2])))}"', html)


def _lead_image(page: Page) -> str:
    if page.image is None:
        return ""
    return f'<p><img src="{escape(page.image.src)}" alt="{escape(page.image.alt)}"></p>\n'


def _said(page: Page, reader: Any) -> str:
    """Return somebody's words as a quotation, and below it who they are."""
    paragraphs = re.split(r"\n\s*\n", page.meta.text.strip()) if page.meta.text else ()
    words = "".join(f"<p>{escape(_plain(p))}</p>" for p in paragraphs) or str(reader.body(page).html)
    person = page.person
    details = (person.name, person.role, person.company, person.location) if person else ()
    shown = ", ".join(detail for detail in details if detail)
    return f"<blockquote>{words}</blockquote>" + (f"<p>– {escape(shown)}</p>" if shown else "")


def _plain(text: str) -> str:
    """Return one paragraph of Markdown without its marks."""
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1", " ".join(text.split()))
    text = re.sub(r"==|\*\*|__|`", "", text)
    return re.sub(r"(?<!\w)([*_])(?=\S)([^*_]+)(?<=\S)\1(?!\w)", r"\2", text)


def _absolute(html: str, permalink: str) -> str:
    """Return `html` with every address absolute, as seen from the page it stands on."""

    def attribute(match: re.Match[str]) -> str:
        space, name, value = match.groups()
        written = unescape(value[1:-1] if value[0] in "\"'" else value).strip()
        if name.lower() in _ADDRESSES:
            return f'{space}{name}="{escape(_joined(permalink, written))}"'
        if name.lower() == "srcset":
            parts = (part.split(None, 1) for part in written.split(", ") if part.strip())
            found = ", ".join(" ".join([_joined(permalink, url), *rest]) for url, *rest in parts)
            return f'{space}{name}="{escape(found)}"'
        return match[0]

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(attribute, tag[0]), html)


def _joined(permalink: str, address: str) -> str:
    try:
        joined = urljoin(permalink, address)
    except ValueError:  # a host such as `[`, which no browser would follow either
        return address
    return canonical_address(joined)


PLUGIN = Plugin(name="feeds", version="1", options=FeedOptions, routes=routes, render=render)
