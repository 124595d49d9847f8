"""Sitemap: what search engines may list, and the robots.txt that leads them to it (sitemaps.org 0.9, RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Annotated

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.model import Output
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.urls import join_site
from caresite.pipeline.catalog import Site

__all__ = ["MAX_URLS", "PLUGIN", "Location", "SitemapOptions", "checks", "rendered", "sitemap_files"]

MAX_URLS = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


class SitemapOptions(Struct, frozen=True, kw_only=True):
    """Rules for robots."""

    robots: Annotated[bool, Doc("Whether a `robots.txt` is made. One of your own in `static/` is kept.")] = True
    disallow: Annotated[tuple[str, ...], Doc("Paths that robots are asked to leave alone.", example="[/offers/]")] = ()


class Location(Struct, frozen=True):
    """One line of a sitemap: an absolute URL, and when what stands there last changed."""

    url: str
    changed: datetime | None = None


def rendered(site: Site, outputs: tuple[Output, ...], options: SitemapOptions) -> Iterable[Output]:
    """Yield the sitemap, in parts when it is long, and robots.txt; a file of the same name in `static/` wins."""
    locations = _locations(site, outputs)
    base = join_site(site.settings.config.base_url, site.settings.base_path)
    files = sitemap_files(locations, base) if locations else {}
    if "sitemap.xml" not in site.files:
        yield from (_output(site, path, data) for path, data in files.items())
    if options.robots and "robots.txt" not in site.files:
        yield _output(site, "robots.txt", _robots(site, base if locations else "", options))


def _output(site: Site, path: str, data: bytes) -> Output:
    return Output(path=path, content=data, url=site.settings.base_path + path, kind="sitemap")


def _locations(site: Site, outputs: Iterable[Output]) -> list[Location]:
    base_url = site.settings.config.base_url
    changed = {page.url: page.updated or page.published for page in site.pages.values() if page.has_page}
    urls = sorted(output.url for output in outputs if output.in_sitemap and not output.noindex)
    return [Location(join_site(base_url, url), changed.get(url)) for url in urls]


def sitemap_files(locations: Sequence[Location], base: str, limit: int = MAX_URLS) -> dict[str, bytes]:
    """Return the files of a sitemap by path: one, or an index and its parts when there are more than `limit`.

    `base` is the absolute URL of the folder that they stand in.
    """
    if len(locations) <= limit:
        return {"sitemap.xml": _urlset(locations)}
    parts = {
        f"sitemap-{number}.xml": locations[start : start + limit]
        for number, start in enumerate(range(0, len(locations), limit), start=1)
    }
    heads = [Location(base + path, _last_change(part)) for path, part in parts.items()]
    return {"sitemap.xml": _document("sitemapindex", "sitemap", heads)} | {
        path: _urlset(part) for path, part in parts.items()
    }


def _last_change(locations: Sequence[Location]) -> datetime | None:
    return max((location.changed for location in locations if location.changed), default=None)


def _urlset(locations: Sequence[Location]) -> bytes:
    return _document("urlset", "url", locations)


def _document(root: str, name: str, locations: Iterable[Location]) -> bytes:
    lines = "".join(_line(name, location) for location in locations)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{root} xmlns="{_NAMESPACE}">\n{lines}</{root}>\n'.encode()


def _line(name: str, location: Location) -> str:
    changed = location.changed.isoformat(timespec="seconds") if location.changed else ""
    lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<{name}><loc>{escape(location.url)}</loc>{lastmod}</{name}>\n"


def _robots(site: Site, base: str, options: SitemapOptions) -> bytes:
    root = site.settings.base_path
    if site.settings.config.seo.noindex:
        return f"User-agent: *\nDisallow: {root}\n".encode()
    paths = [root + "".join(path.split()).lstrip("/") for path in options.disallow]
    rules = "".join(f"Disallow: {path}\n" for path in paths) or "Disallow:\n"
    leads = f"\nSitemap: {base}sitemap.xml\n" if base else ""
    return f"User-agent: *\n{rules}{leads}".encode()


def checks(site: Site, outputs: tuple[Output, ...], options: SitemapOptions) -> Iterable[Diagnostic]:
    """Report a sitemap in `static/` that hides the one made here."""
    source = site.files.get("sitemap.xml")
    if source:
        message = "this file is used as it is; the sitemap that caresite makes was left out"
        hint = "remove it, or take `sitemap` out of `plugins`"
        yield fault(codes.URL_COLLISION, Span(source), message, hint=hint, severity="warning")


PLUGIN = Plugin(name="sitemap", version="1", options=SitemapOptions, rendered=rendered, checks=checks)
