"""Quotes as data: every collection as JSON, a calendar of the year, and a quote of the day that needs no rebuild."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import asdict

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, fault
from caresite.core.model import Output, Page, Query, Route
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.texts import cut
from caresite.core.urls import output_path
from caresite.pipeline.catalog import Site
from caresite.pipeline.reader import Plan, Reader

__all__ = ["PLUGIN", "QuoteOptions", "calendar", "checks", "render", "routes"]

_HERE = Path(__file__).parent / "templates"
_SCRIPT = _HERE / "quote-of-the-day.js"
# 2024 was a leap year: its days are all that a year can have
_DAYS = tuple(f"{date(2024, 1, 1) + timedelta(days=n):%m-%d}" for n in range(366))
# words that somebody may never have said are not put on show without the note that says so
_DOUBTFUL = frozenset(("disputed", "misattributed"))
# in the calendar, where a quote may stand on all 366 days
_LONGEST = 1000


class QuoteOptions(Struct, frozen=True, kw_only=True):
    """How the quotes are offered as data."""

    calendar: Annotated[
        bool, Doc("Whether there is a calendar with a quote for each day, and a page `today/` that follows it.")
    ] = True
    seed: Annotated[str, Doc("Any words; others give the days other quotes.", example="our second year")] = ""


# routes


def routes(site: Site, options: QuoteOptions) -> Iterable[Route]:
    """Yield, for each collection of quotes, its files of data and the page with the quote of the day."""
    reader = Reader(site, Plan())
    for name, collection in site.settings.collections.items():
        query = Query(kinds=("quote",), collection=name, order="source")
        quotes = reader.ask(query) if collection.kind == "quotes" and collection.index else ()
        if not quotes:
            continue
        inner = collection.index.strip("/")
        home = site.settings.base_path + (f"{inner}/" if inner else "")
        yield _data(site, f"{home}index.json", "index", query)
        for page in reader.pages(("quotes",), collection=name, order="source"):
            if page.url.endswith("/"):
                asked = Query(kinds=("quote",), parent=page.id, order="source")
                yield _data(site, f"{page.url}index.json", "index", asked)
        if options.calendar:
            yield _data(site, f"{home}calendar.json", "calendar", query)
            yield _data(site, _script_url(f"{home}today/"), "script", None)
            yield _today(site, f"{home}today/", name, quotes, options)


def _data(site: Site, url: str, part: str, query: Query | None) -> Route:
    return Route(
        output=_output(site, url),
        url=url,
        kind="asset" if part == "script" else "data",
        plugin="quotes_json",
        query=query,
        in_sitemap=False,
        params={"part": part},
    )


def _output(site: Site, url: str) -> str:
    return output_path(url.removeprefix(site.settings.base_path.rstrip("/")))


def _today(site: Site, url: str, name: str, quotes: Sequence[Page], options: QuoteOptions) -> Route:
    chosen = calendar(quotes, options.seed)[f"{site.clock:%m-%d}"]
    window = Query(kinds=("quote",), collection=name, order="source", offset=list(quotes).index(chosen), limit=1)
    return Route(
        output=_output(site, url),
        url=url,
        kind="quote-of-the-day",
        template="quote-of-the-day.html",
        query=window,
        total=1,
    )


# the calendar


def calendar(quotes: Sequence[Page], seed: str = "") -> dict[str, Page]:
    """Return a quote for each of the 366 days `MM-DD`.

    A quote with `on` has those days. The others follow in an order that only `seed` and their ids decide, and none
    comes again before all have had their turn. Doubtful ones have no turn, unless there is nothing else.
    """
    fixed: dict[str, Page] = {}
    for page in quotes:
        for day in page.meta.on:
            fixed.setdefault(day, page)
    turns = _turns(_pool(quotes), seed)
    return {day: fixed[day] if day in fixed else next(turns) for day in _DAYS}


def _pool(quotes: Sequence[Page]) -> list[Page]:
    sure = [page for page in quotes if page.meta.status not in _DOUBTFUL]
    return [page for page in sure if not page.meta.on] or sure or list(quotes)


def _turns(pool: Sequence[Page], seed: str) -> Iterator[Page]:
    turn, last = 0, ""
    while True:
        order = sorted(pool, key=lambda page: _lot(f"{seed}\n{turn}\n{page.id}"))
        if len(order) > 1 and order[0].id == last:  # not on two days running
            order.append(order.pop(0))
        yield from order
        turn, last = turn + 1, order[-1].id


def _lot(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


# files


def render(route: Route, reader: Reader, options: QuoteOptions) -> bytes:
    """Return the bytes of a file of data, or of the script."""
    if route.query is None:
        return _script()
    quotes = reader.ask(route.query)
    if route.params["part"] == "calendar":
        days = calendar(quotes, options.seed)
        chosen = {page.id: page for page in days.values()}
        entries = {page_id: _short(page, reader) for page_id, page in chosen.items()}
        return _json({day: entries[page.id] for day, page in days.items()})
    return _json({"count": len(quotes), "results": [_whole(page, reader) for page in quotes]})


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _short(page: Page, reader: Reader) -> dict[str, Any]:
    text = cut(_plain(page.meta.text), _LONGEST)
    entry = {"id": _id(page, reader), "text": text, "author": _author(page), "url": page.permalink}
    return entry | _lang(page, reader)


def _whole(page: Page, reader: Reader) -> dict[str, Any]:
    """Return a quote in the shape that quote services have made known."""
    text, author = _plain(page.meta.text), _author(page)
    parent = reader.page(page.parent)
    return {
        "id": _id(page, reader),
        "content": text,
        "author": author,
        "authorSlug": reader.speaker_slugs().get(author, ""),
        "tags": [ref.slug for ref in page.terms.get("tags", ())],
        "length": len(text),
        "source": _source(page),
        "status": page.meta.status,
        "collection": parent.slug if parent else "",
        "url": page.permalink,
    } | _lang(page, reader)


def _id(page: Page, reader: Reader) -> str:
    parent = reader.page(page.parent)
    return f"{parent.slug}/{page.slug}" if parent else page.slug


def _author(page: Page) -> str:
    return page.person.name if page.person else ""


def _lang(page: Page, reader: Reader) -> dict[str, str]:
    return {"lang": page.lang} if page.lang != reader.language else {}


def _source(page: Page) -> dict[str, str] | None:
    source = page.meta.source
    if source is None:
        return None
    shown = {key: value for key, value in asdict(source).items() if value and key not in ("accessed", "archived")}
    return shown if source.title or source.url else None


def _plain(text: str) -> str:
    """Return a quote's Markdown as one line of plain text."""
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1", " ".join(text.split()))
    text = re.sub(r"==|\*\*|__|`", "", text)
    return re.sub(r"(?<!\w)([*_])(?=\S)([^*_]+)(?<=\S)\1(?!\w)", r"\2", text)


# the page with the quote of the day


@lru_cache(maxsize=1)
def _script() -> bytes:
    return _SCRIPT.read_bytes()


def _script_url(today_url: str) -> str:
    """Return the URL of the script that goes with the page at `today_url`; the name changes with the script."""
    digest = hashlib.sha256(_script()).hexdigest()[:10]
    return f"{today_url.removesuffix('/')}.{digest}.js"


def _calendar_url(today_url: str) -> str:
    return f"{today_url.removesuffix('today/')}calendar.json"


def checks(site: Site, outputs: tuple[Output, ...], options: QuoteOptions) -> Iterable[Diagnostic]:
    """Report days in `on` that do not exist, and days that two quotes of one place want."""
    taken: dict[tuple[str, str], Page] = {}
    for page in sorted((p for p in site.pages.values() if p.kind == "quote"), key=_place):
        for day in page.meta.on:
            first = taken.setdefault((page.collection, day), page)
            if day not in _DAYS:
                message = f"`on: {day}` is not a day of the year"
                yield fault(codes.BAD_DATE, page.span, message, hint="write it as MM-DD, such as `12-24`")
            elif first is not page:
                message = f"the {day} has another quote already; this one was left out of it"
                yield fault(codes.BAD_DATE, page.span, message, related=(first.span,), severity="warning")


def _place(page: Page) -> tuple[str, int, int, str]:
    return (page.source, page.span.line, page.span.column, page.id)


PLUGIN = Plugin(
    name="quotes_json",
    version="1",
    options=QuoteOptions,
    routes=routes,
    render=render,
    checks=checks,
    filters={"quote_script_url": _script_url, "quote_calendar_url": _calendar_url},
    templates=_HERE,
    words=_HERE.parent / "words",
)
