"""Embeds: small pages with words of customers, which other sites of the owner may show in a frame.

There are none until `sites` names who may. A page says so itself, in a meta element that `pipeline.csp` reads; so these
pages alone may be framed, by those sites alone. As they are made with every build, words that are taken back leave the
other sites too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Annotated

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import place_in_config
from caresite.core.diagnostics import Diagnostic, Problem, fault
from caresite.core.model import Output, Page, Query, Route
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.urls import output_path
from caresite.pipeline.catalog import Site
from caresite.pipeline.contexts import Here
from caresite.pipeline.reader import Plan, Reader
from caresite.pipeline.render import SiteReader

__all__ = ["KIND", "PLUGIN", "EmbedOptions", "checks", "head", "routes"]

KIND = "embed"
_HERE = Path(__file__).parent
_SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/?")


class EmbedOptions(Struct, frozen=True, kw_only=True):
    """Words of customers on your other sites; a bare list is its `sites`."""

    __list_shorthand__ = "sites"

    sites: Annotated[
        tuple[str, ...],
        Doc("Your other sites, which may show these pages in a frame.", split=True, example="https://shop.example.com"),
    ] = ()
    wall: Annotated[int, Doc("How many testimonials the wall has there.", ge=1, le=100)] = 12


def routes(site: Site, options: EmbedOptions) -> Iterator[Route]:
    """Yield a page for each quote and testimonial, one for the newest testimonials, and the badge."""
    if not options.sites:
        return
    reader = Reader(site, Plan())
    words = {"title_words": "embed_title"}
    for name, collection in site.settings.collections.items():
        if collection.kind not in ("quotes", "testimonial"):
            continue
        kind = "quote" if collection.kind == "quotes" else "testimonial"
        asked = Query(kinds=(kind,), collection=name, order="source")
        for place, page in enumerate(reader.ask(asked)):
            window = Query(kinds=(kind,), collection=name, order="source", offset=place, limit=1)
            yield _route(site, f"{name}/{_name(page, reader)}", window, "embed/words.html", words)
        if kind == "testimonial" and reader.ask(asked):
            newest = Query(kinds=(kind,), collection=name, limit=options.wall)
            yield _route(site, name, newest, "embed/words.html", words)
            yield _route(site, f"{name}/badge", newest, "embed/badge.html", words)


def _name(page: Page, reader: Reader) -> str:
    parent = reader.page(page.parent) if page.parent else None
    return f"{parent.slug}/{page.slug}" if parent else page.slug


def _route(site: Site, path: str, query: Query, template: str, words: dict[str, str]) -> Route:
    url = f"{site.settings.base_path}embed/{path}/"
    return Route(
        output=output_path(url.removeprefix(site.settings.base_path.rstrip("/"))),
        url=url,
        kind=KIND,
        template=template,
        query=query,
        noindex=True,
        in_sitemap=False,
        params=words,
    )


def head(here: Here, page: Page | None, reader: SiteReader, options: EmbedOptions) -> str:
    """Return what makes a page of ours fit for a frame: who may show it, and links that leave the frame."""
    if here.kind != KIND:
        return ""
    sites = escape(" ".join(site.rstrip("/") for site in options.sites))
    return f'<meta name="framed-by" content="{sites}">\n<base target="_top">'


def checks(site: Site, outputs: tuple[Output, ...], options: EmbedOptions) -> Iterable[Diagnostic]:
    """Report sites that are no addresses of one. Raises Problem."""
    for number, name in enumerate(options.sites, start=1):
        if not _SITE.fullmatch(name):
            place = place_in_config(site.settings, f"embeds.sites[{number}]", "embeds.sites", "embeds")
            hint = "write it as `https://shop.example.com`, without a path"
            raise Problem(fault(codes.WRONG_TYPE, place, f"`{name}` is not the address of a site", hint=hint))
    return ()


PLUGIN = Plugin(
    name="embeds",
    version="1",
    options=EmbedOptions,
    routes=routes,
    head=head,
    checks=checks,
    templates=_HERE / "templates",
    words=_HERE / "words",
)
