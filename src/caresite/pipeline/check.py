"""Check: faults that only show when everything is there: links between finished pages, and rules on words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from caresite.core import codes
from caresite.core.codes_stories import PLUGIN_OFF
from caresite.core.config import PRIVATE_FOLDER, place_in_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.model import Component, Output, Page, Reference, Segments
from caresite.core.plugins import ActivePlugin
from caresite.core.suggest import nearest
from caresite.core.urls import decoded_path, split_address
from caresite.kinds import Quote, Story
from caresite.pipeline.best_rules import check_best
from caresite.pipeline.catalog import Site
from caresite.pipeline.dead_forms import dead_forms, dead_pages
from caresite.pipeline.reader import Plan
from caresite.pipeline.word_rules import check_words

__all__ = ["check", "inspect"]

_NAMING = ("related", "story")  # front matter keys whose values name posts and stories


def check(site: Site, plan: Plan, outputs: tuple[Output, ...]) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the whole: broken links of finished pages, quotes and figures, plugins' checks."""
    return (
        *_check_links(site, plan, outputs),
        *_check_names(site),
        *_check_words(site),
        *check_words(site),
        *check_best(site),
        *dead_forms(site.settings, site.settings.deployments),
        *dead_pages(site.settings, outputs, site.settings.deployments),
        *_check_plugins(site, outputs),
    )


def _check_links(site: Site, plan: Plan, outputs: tuple[Output, ...]) -> Iterable[Diagnostic]:
    if site.unread:  # what is missing may be what could not be read, and that is reported
        return
    pages = {decoded_path(o.url): o for o in outputs if o.path.endswith(".html")}
    reported = {url for output in outputs for url in output.broken}
    base = decoded_path(site.settings.base_path)
    written = {base + o.path for o in outputs}
    good: set[str] = set()  # most links stand on every page
    for output in pages.values():
        for target in output.links:
            if target in good or target in reported:
                continue
            parts = split_address(target)
            path, fragment = decoded_path(parts.path), unquote(parts.fragment[1:])
            if path and path not in plan.addresses and path not in written:
                message = f"{output.url} links to `{path}`, which does not exist on this site"
                yield fault(codes.MISSING_PAGE, _place(output, site, target), message)
                continue
            if not fragment:
                good.add(target)
                continue
            url = path or decoded_path(output.url)
            if url in pages and fragment not in pages[url].anchors and fragment != "top":
                message = f"{output.url} links to `{target}`, and there is nothing with that id"
                near = nearest(fragment, pages[url].anchors)
                hint = f"did you mean `#{near}`?" if near else ""
                place = _place(output, site, target)
                yield fault(codes.MISSING_ANCHOR, place, message, hint=hint, severity="warning")


def _place(output: Output, site: Site, target: str) -> Span:
    """Return where the text or front matter of a page says `target`; a template may have said it instead."""
    page_id = site.sources.get(output.source, "")
    page = site.pages.get(page_id)
    if page is None:
        return Span(output.source or site.settings.path)
    button = getattr(page.meta, "cta", None)
    if button and button.url == target:
        return place_in(site.places.get(page_id, {}), page.span, "cta.url")
    lines = (ref.line for ref in _references(site.bodies[page_id].html) if ref.target == target)
    return Span(output.source, next(lines, 0))


def _references(segments: Segments) -> Iterable[Reference]:
    for segment in segments:
        if isinstance(segment, Reference):
            yield segment
        elif isinstance(segment, Component):
            yield from _references(segment.body)


def _check_names(site: Site) -> Iterable[Diagnostic]:
    """Report pages that front matter names and that are neither there nor held back."""
    naming = [
        (page, name, (f"{key}[{number}]", key))
        for page in site.pages.values()
        for key in _NAMING
        for number, name in enumerate(_named(page.meta, key), start=1)
    ]
    if not naming or site.unread:  # what is missing may be what could not be read
        return
    slugs = {page.slug for page in site.pages.values() if page.kind in ("post", "story")}
    held = {held_id.partition("#")[0] for held_id in site.held_ids}
    later = held | {PurePosixPath(path).stem for path in held}
    for page, name, keys in naming:
        if name in slugs or name in site.sources or name in site.pages or name in later:
            continue
        near = nearest(name, site.sources if "/" in name else slugs)
        place = place_in(site.places.get(page.id, {}), page.span, *keys)
        message = f"`{keys[1]}` names `{name}`, and there is no such page"
        hint = f"did you mean `{near}`?" if near else ""
        yield fault(codes.UNKNOWN_ITEM, place, message, hint=hint, severity="warning")


def _named(meta: Any, key: str) -> tuple[str, ...]:
    value = getattr(meta, key, ())
    return ((value,) if value else ()) if isinstance(value, str) else value


def _check_words(site: Site) -> Iterable[Diagnostic]:
    said: dict[str, list[Page]] = defaultdict(list)
    for page in site.pages.values():
        meta, places = page.meta, site.places.get(page.id, {})
        if isinstance(meta, Story):
            yield from _check_metrics(page, meta, places)
        elif isinstance(meta, Quote):
            said[re.sub(r"\W+", " ", meta.text).strip().casefold()].append(page)
            yield from _check_quote(page, meta, places)
    for pages in said.values():
        names = {p.person.name for p in pages if p.person}
        if len(pages) > 1 and len(names) > 1:
            first, *others = sorted(pages, key=lambda p: p.id)
            message = f"the same words stand under {' and '.join(sorted(names))}"
            for other in others:
                place = place_in(site.places.get(other.id, {}), other.span, "author")
                yield fault(codes.SAME_QUOTE, place, message, related=(first.span,))


def _check_metrics(page: Page, story: Story, places: Mapping[str, Span]) -> Iterable[Diagnostic]:
    for number, metric in enumerate(story.metrics, start=1):
        lacking = [name for name in ("period", "source") if not getattr(metric, name)]
        if lacking:
            figure = " ".join(part for part in (metric.value, metric.unit) if part)
            place = place_in(places, page.span, f"metrics[{number}]", "metrics")
            hint = "add " + " and ".join(f"`{name}:`" for name in lacking)
            message = f"the figure “{figure}” has no {' and no '.join(lacking)}"
            yield fault(codes.BARE_METRIC, place, message, hint=hint)


def _check_quote(page: Page, quote: Quote, places: Mapping[str, Span]) -> Iterable[Diagnostic]:
    if quote.status in ("disputed", "misattributed") and not quote.status_note:
        message = f"the quote is {quote.status}, and no `status_note` gives the evidence"
        yield fault(codes.UNPROVEN_NOTE, place_in(places, page.span, "status"), message)
    living = bool(quote.author and quote.author.living)
    if quote.status in ("verified", "sourced") and not quote.source:
        message = f"the quote is said to be {quote.status}, and no `source` is named"
        yield fault(
            codes.UNSOURCED_QUOTE, place_in(places, page.span, "status"), message, severity="error" if living else None
        )
    if quote.status == "attributed" and not quote.source:
        name = quote.author.name if quote.author else "somebody"
        message = f"the words are attributed to {name} without a source" + (", who is alive" if living else "")
        place = place_in(places, page.span, "author")
        yield fault(codes.UNSOURCED_QUOTE, place, message, severity="error" if living else "warning")


def _check_plugins(site: Site, outputs: tuple[Output, ...]) -> Iterable[Diagnostic]:
    for active in site.settings.plugins:
        if look := active.plugin.checks:
            yield from _told_by(active, "checks", partial(look, site, outputs, active.options))


def inspect(root: Path, site: Site, outputs: tuple[Output, ...]) -> Iterable[Diagnostic]:
    """Report what plugins find when all files of the site at `root` are there, with a last look before they go out."""
    yield from _switched_off(root, site)
    for active in (*site.settings.plugins, *site.settings.guards):
        if look := active.plugin.inspect:
            yield from _told_by(active, "inspect", partial(look, root, site, outputs, active.options))


def _switched_off(root: Path, site: Site) -> Iterable[Diagnostic]:
    """Report that the plugin for what customers send is off, on a site that has something for it to do."""
    settings = site.settings
    if any(active.plugin.name == "submissions" for active in settings.plugins):
        return
    needing = [f"`{key}` in the config" for key in ("forms", "sources") if getattr(settings.config, key)]
    if (root / PRIVATE_FOLDER / "submissions").is_dir():
        needing.append(f"`{PRIVATE_FOLDER}/submissions/`")
    if needing:
        message = f"the plugin `submissions` is switched off, and there is work for it: {' and '.join(needing)}"
        hint = "leave it in the list; to add a plugin to the usual ones, write `plugins: {add: [NAME]}`"
        yield fault(PLUGIN_OFF, place_in_config(settings, "plugins"), message, hint=hint)


def _told_by(active: ActivePlugin, seam: str, look: Callable[[], Iterable[Diagnostic]]) -> Iterable[Diagnostic]:
    try:
        yield from look()
    except Problem as problem:
        yield from problem.diagnostics
    except Exception as error:
        message = f"the plugin `{active.plugin.name}` failed in `{seam}`: {type(error).__name__}: {error}"
        yield fault(codes.PLUGIN_FAILED, active.span, message)
