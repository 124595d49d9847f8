"""Plugins: a record of pure functions at known seams, found by entry point, loaded when the config names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span
from caresite.core.installed import load_record
from caresite.core.model import Output, Page, Route

if TYPE_CHECKING:
    from caresite.pipeline.catalog import Site
    from caresite.pipeline.contexts import Here
    from caresite.pipeline.reader import Reader
    from caresite.pipeline.render import SiteReader

__all__ = ["BUILT_IN", "GROUP", "GUARDS", "ActivePlugin", "NoOptions", "Plugin", "load_plugin"]

GROUP = "caresite.plugins"
BUILT_IN = (
    "feeds",
    "sitemap",
    "structured_data",
    "quotes_json",
    "redirects",
    "headers",
    "search",
    "embeds",
    "submissions",
)

GUARDS = ("submissions",)
"""Plugins whose last look at a site with a private folder (`inspect`) no list can leave out."""


class NoOptions(Struct, frozen=True):
    """The options of a plugin that has none."""


class Plugin(Struct, frozen=True, kw_only=True):
    """What a plugin is: a name, a version, its options, and a function at each seam it uses.

    routes    (site, options) → further routes; their files are made by `render`, or by a template when the route
              names one. `params` may name interface words for a page's title and description: `title_words`,
              `description_words`
    render    (route, reader, options) → the bytes of a route of this plugin
    head      (here, page, reader, options) → HTML for the head of a page, where its template has `head_extras()`;
              it is not escaped again; `page` is None for lists
    rendered  (site, outputs, options) → further outputs made from all pages, such as `_headers`
    finished  (site, outputs, options) → further outputs made from all pages that take their time, such as a search
              index. Asked again only when the HTML of a page has changed, or what lists may know of one; the preview
              asks when the pages are shown already
    checks    (site, outputs, options) → diagnostics
    inspect   (root, site, outputs, options) → diagnostics; the last look before a site is published. It may read files
              below the site's root that are not part of the site, and writes nothing that a build reads
    filters   names for templates → functions
    words     a folder of language files (`en.yaml`, …) for its templates; a theme or a site overrides single words
    templates a folder whose files templates may use; a theme or a site overrides them by path
    `section` is the key of its options in the config, its name unless given.
    """

    name: str
    version: str
    section: str = ""
    options: type[Struct] = NoOptions
    routes: Callable[[Site, Any], Iterable[Route]] | None = None
    render: Callable[[Route, Reader, Any], bytes] | None = None
    head: Callable[[Here, Page | None, SiteReader, Any], str] | None = None
    rendered: Callable[[Site, tuple[Output, ...], Any], Iterable[Output]] | None = None
    finished: Callable[[Site, tuple[Output, ...], Any], Iterable[Output]] | None = None
    checks: Callable[[Site, tuple[Output, ...], Any], Iterable[Diagnostic]] | None = None
    inspect: Callable[[Path, Site, tuple[Output, ...], Any], Iterable[Diagnostic]] | None = None
    filters: Mapping[str, Callable[..., Any]] = {}
    templates: Path | None = None
    words: Path | None = None


class ActivePlugin(Struct, frozen=True):
    """A plugin with the options this site gives it, and where the config names it."""

    plugin: Plugin
    options: Any
    span: Span = Span("caresite.yaml")


def load_plugin(name: str, span: Span) -> Plugin:
    """Return the installed plugin called `name`. Raises Problem when there is none, or it cannot be loaded."""
    hint = "it belongs to caresite, so this copy is broken; install it again" if name in BUILT_IN else ""
    unknown, broken = codes.UNKNOWN_PLUGIN, codes.PLUGIN_FAILED
    return load_record(GROUP, name, Plugin, span, called="plugin", unknown=unknown, broken=broken, hint=hint)
