"""Search: a field on the search page that finds words in every page of the site, without asking anybody else.

A theme takes part by including `search/finder.html` in its search page, which brings the field, its filters and the
script; `search/field.html` is a field that leads there from any other page. Without scripts neither is in the way: the
page is an index from A to Z. What a theme marks with `data-pagefind-ignore` is not searched, such as links to other
pages.

The index is made by pagefind from what is published: whatever is withheld, held back or private is in no page, so it is
not in the index either.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Problem, fault
from caresite.core.model import Output, Page
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.urls import encode_path
from caresite.features.search.index import Entry, NotIndexed, index_of
from caresite.pipeline.catalog import Site

__all__ = ["KINDS", "PLUGIN", "SearchOptions", "entries_of", "finished", "rendered"]

Kind = Literal["post", "page", "story", "testimonial", "quote", "quotes", "author"]
KINDS: tuple[Kind, ...] = ("story", "testimonial", "post", "page", "quote", "quotes", "author")
FOLDER = "search/pagefind/"
_HERE = Path(__file__).parent / "templates"
_SCRIPT = _HERE / "search/search.js"
_MARKS = re.compile(r"==|\*\*|__|`")
_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL | re.IGNORECASE)


class SearchOptions(Struct, frozen=True, kw_only=True):
    """What the search field finds."""

    kinds: Annotated[tuple[Kind, ...], Doc("The kinds of content that are found.", split=True)] = KINDS


# the script


@lru_cache(maxsize=1)
def _script() -> bytes:
    return _SCRIPT.read_bytes()


def _script_name() -> str:
    """Return the output path of the script, which changes with it."""
    return f"search/search.{hashlib.sha256(_script()).hexdigest()[:10]}.js"


def _script_url(home: str) -> str:
    return home + _script_name()


def _is_asked_for(outputs: tuple[Output, ...]) -> bool:
    """Tell whether the search page has the field: a theme may do without."""
    name = _script_name().encode()
    return any(o.kind == "search" and name in o.data for o in outputs)


def rendered(site: Site, outputs: tuple[Output, ...], options: SearchOptions) -> Iterable[Output]:
    """Yield the script of the search page, where it has the field."""
    if _is_asked_for(outputs):
        yield Output(path=_script_name(), content=_script(), kind="asset")


# the index


def finished(site: Site, outputs: tuple[Output, ...], options: SearchOptions) -> Iterable[Output]:
    """Yield the files of the index. Raises Problem, a warning, when there can be none: the site is whole without."""
    if not _is_asked_for(outputs):
        return
    try:
        files = index_of(entries_of(site, outputs, options.kinds), site.settings.config.language)
    except NotIndexed as error:
        span = next(active.span for active in site.settings.plugins if active.plugin.name == "search")
        message = f"the search page has no index, so it is an index from A to Z only: {error}"
        hint = "`pip install 'pagefind[bin]'` brings it; without it, take `search` out of `plugins`"
        raise Problem(fault(codes.PLUGIN_FAILED, span, message, hint=hint, severity="warning")) from error
    for path, data in files.items():
        yield Output(path=FOLDER + path, content=data)


def entries_of(site: Site, outputs: tuple[Output, ...], kinds: Iterable[str] = KINDS) -> Iterator[Entry]:
    """Yield what can be found: the pages that show one thing, and testimonials, which have no page of their own."""
    wanted = frozenset(kinds)
    written = {output.path: output for output in outputs if output.kind in wanted}
    for page in sorted(site.pages.values(), key=lambda page: page.id):
        if page.kind not in wanted or page.noindex or not page.url:
            continue
        if not page.has_page:
            yield _entry(site, page, _words(site, page))
        elif page.output in written:
            main = _MAIN.search(written[page.output].data.decode(errors="replace"))
            yield _entry(site, page, main[1] if main else "")


def _entry(site: Site, page: Page, html: str) -> Entry:
    terms = {
        name: tuple(ref.slug for ref in page.terms.get(taxonomy, ()))
        for name, taxonomy in (("tag", "tags"), ("industry", "industry"))
    }
    path, hash_, item = page.url.partition("#")
    return Entry(encode_path(path) + hash_ + item, page.title, page.kind, html, terms, page.lang)


def _words(site: Site, page: Page) -> str:
    """Return what an item on a shared page says, and who says it."""
    if text := getattr(page.meta, "text", ""):
        return f"<p>{escape(_MARKS.sub('', text))}</p>"
    body = site.bodies.get(page.id)
    return "".join(part for part in body.html if isinstance(part, str)) if body else ""


PLUGIN = Plugin(
    name="search",
    version="1",
    options=SearchOptions,
    rendered=rendered,
    finished=finished,
    filters={"search_script_url": _script_url},
    templates=_HERE,
    words=_HERE.parent / "words",
)
