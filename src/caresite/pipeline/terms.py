"""Terms: how pages group themselves by tag, category, series, industry, product and what the config adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from caresite.core.config import Settings
from caresite.core.model import Item, Source, Term, TermRef
from caresite.core.urls import slug_of
from caresite.kinds import Story, TermContent

__all__ = ["LISTED_KINDS", "collect_terms", "term_path"]

# A term page lists what has a page worth reading on; single quotes and testimonials have lists of their own.
LISTED_KINDS = ("post", "story", "page", "quotes")
_STORY_TAXONOMIES = frozenset(("industry", "product"))


def collect_terms(
    settings: Settings,
    items: Iterable[tuple[str, Item, Source]],
    texts: Mapping[tuple[str, str], tuple[str, TermContent]],
) -> tuple[dict[str, dict[str, Term]], dict[str, dict[str, tuple[TermRef, ...]]]]:
    """Return the terms of every taxonomy by slug, and each page's references to its terms.

    Terms that differ only in case or punctuation are one; its name is the one the first file uses.
    """
    names: dict[str, dict[str, str]] = {name: {} for name in settings.taxonomies}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    used: dict[str, dict[str, list[str]]] = {}
    for page_id, item, _ in items:
        for taxonomy in settings.taxonomies:
            slugs = _slugs(item, settings.taxonomies[taxonomy].field, names[taxonomy])
            if slugs:
                used.setdefault(page_id, {})[taxonomy] = slugs
            if item.kind in LISTED_KINDS and (taxonomy not in _STORY_TAXONOMIES or item.kind == "story"):
                for slug in slugs:
                    counts[taxonomy, slug] += 1
    terms = {
        taxonomy: {
            slug: _term(settings, taxonomy, slug, name, counts[taxonomy, slug], texts)
            for slug, name in sorted(by_slug.items())
        }
        for taxonomy, by_slug in names.items()
    }
    refs = {
        page_id: {
            taxonomy: tuple(_ref(terms[taxonomy][slug]) for slug in slugs) for taxonomy, slugs in by_taxonomy.items()
        }
        for page_id, by_taxonomy in used.items()
    }
    return terms, refs


def term_path(settings: Settings, taxonomy: str, slug: str) -> str:
    """Return the URL of a term's page, with the site's sub-path."""
    return f"{settings.base_path.rstrip('/')}/{settings.taxonomies[taxonomy].path.strip('/')}/{slug}/"


def _slugs(item: Item, field: str, names: dict[str, str]) -> list[str]:
    slugs: list[str] = []
    for name in _values(item, field):
        slug = slug_of(name)
        names.setdefault(slug, name)
        if slug not in slugs:
            slugs.append(slug)
    return slugs


def _values(item: Item, field: str) -> tuple[str, ...]:
    meta = item.meta
    value: Any = getattr(meta, field, None)
    if field == "series":
        return (meta.series.name,) if meta.series and meta.series.name.strip() else ()
    if field == "industry" and isinstance(meta, Story) and not value:
        value = meta.customer.industry
    if value is None:
        value = item.extra.get(field, meta.params.get(field))
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, (list, tuple)):
        return tuple(str(part).strip() for part in value if part is not None and str(part).strip())
    return ()


def _term(
    settings: Settings,
    taxonomy: str,
    slug: str,
    name: str,
    count: int,
    texts: Mapping[tuple[str, str], tuple[str, TermContent]],
) -> Term:
    page_id, text = texts.get((taxonomy, slug), ("", None))
    return Term(
        taxonomy=taxonomy,
        name=(text.title if text and text.title else name),
        slug=slug,
        url=term_path(settings, taxonomy, slug) if count else "",
        count=count,
        page_id=page_id,
        description=(text.description or text.summary) if text else "",
    )


def _ref(term: Term) -> TermRef:
    return TermRef(term.taxonomy, term.name, term.slug, term.url)
