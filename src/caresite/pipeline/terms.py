"""Terms: how pages group themselves by tag, category, series, industry, product and what the config adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Item, Term, TermRef
from caresite.core.names import identity_of
from caresite.core.urls import slug_of
from caresite.kinds import Story, TermContent
from caresite.pipeline.naming import FirstUses, Mention, NamedPages, shared_slugs

__all__ = ["LISTED_KINDS", "TermText", "Terms", "collect_terms"]

# A term page lists what has a page worth reading on; single quotes and testimonials have lists of their own.
LISTED_KINDS = ("post", "story", "page", "quotes")
_NOUNS = {"tags": "tag", "categories": "category"}  # other taxonomies are called by their names
_STORY_TAXONOMIES = frozenset(("industry", "product"))


class TermText(Struct, frozen=True):
    """A file with the text of a term; `slug` is the last part of its address."""

    page_id: str
    slug: str
    meta: TermContent


class Terms(Struct, frozen=True):
    """The terms of every taxonomy by slug, each page's references to its terms, and the slug of each identity."""

    terms: dict[str, dict[str, Term]]
    refs: dict[str, dict[str, tuple[TermRef, ...]]]
    slugs: dict[str, dict[str, str]]
    diagnostics: list[Diagnostic]


def collect_terms(settings: Settings, mentions: Sequence[Mention], texts: Mapping[str, Sequence[TermText]]) -> Terms:
    """Return the terms that `mentions` make; `texts` are the files with the text of a term, by taxonomy."""
    collected = Terms({}, {}, {}, [])
    for taxonomy in settings.taxonomies:
        one = _Taxonomy(settings, taxonomy, texts.get(taxonomy, ()))
        for mention in mentions:
            one.add(mention)
        collected.terms[taxonomy], collected.slugs[taxonomy] = one.finish()
        for page_id, identities in one.used.items():
            refs = tuple(_ref(one.term_of(identity)) for identity in identities)
            collected.refs.setdefault(page_id, {})[taxonomy] = refs
        collected.diagnostics.extend(one.faults())
    return collected


class _Taxonomy:
    """Collects the terms of one taxonomy."""

    def __init__(self, settings: Settings, name: str, texts: Sequence[TermText]) -> None:
        self.name = name
        self.field = settings.taxonomies[name].field
        path = settings.taxonomies[name].path.strip("/")
        self.pages = NamedPages(
            f"{settings.base_path.rstrip('/')}/{path}", f"content/{name}", "title", _NOUNS.get(name, name)
        )
        self.texts = texts
        self.uses = FirstUses(settings.config.language)
        self.used: dict[str, list[str]] = {}
        self.counts: dict[str, int] = defaultdict(int)

    def add(self, mention: Mention) -> None:
        """Count what an item names."""
        item = mention.item
        named = [self._add(mention, number, name) for number, name in enumerate(_values(item, self.field), start=1)]
        if not named or not mention.shown:
            return
        self.used[mention.id] = list(dict.fromkeys(named))
        if item.kind in LISTED_KINDS and (self.name not in _STORY_TAXONOMIES or item.kind == "story"):
            for identity in self.used[mention.id]:
                self.counts[identity] += 1

    def _add(self, mention: Mention, number: int, name: str) -> str:
        field = self.field
        return self.uses.add(name, mention, f"{field}[{number}]", f"{field}.name", field, f"customer.{field}")

    def finish(self) -> tuple[dict[str, Term], dict[str, str]]:
        """Return the terms by slug, in their order, and the slug of each identity."""
        self.fixed = self._fixed()
        self.slugs = self.uses.slugs({identity: text.slug for identity, text in self.fixed.items()})
        texts = {text.slug: text for text in self.texts} | {text.slug: text for text in self.fixed.values()}
        made = (self._term(identity, name, texts) for identity, name in self.uses.shown().items())
        self.terms = {term.slug: term for term in sorted(made, key=lambda term: term.slug)}
        return self.terms, {identity: self.slugs[identity] for identity in self.uses.shown()}

    def _fixed(self) -> dict[str, TermText]:
        """Return the texts that decide the address of a term: by its slug, and by its title where that names one.

        Of several terms with one slug, a text belongs to that which is called like it, else to the first.
        """
        by_slug: dict[str, list[str]] = defaultdict(list)
        for identity in self.uses.in_order():
            by_slug[slug_of(self.uses[identity].spelling)].append(identity)
        fixed: dict[str, TermText] = {}
        for text in self.texts:
            titled = identity_of(text.meta.title, self.uses.language)
            group = by_slug.get(text.slug) or ([titled] if titled in self.uses else [])
            if group:
                fixed.setdefault(titled if titled in group else group[0], text)
        return fixed

    def _term(self, identity: str, name: str, texts: Mapping[str, TermText]) -> Term:
        slug, count = self.slugs[identity], self.counts[identity]
        text = texts.get(slug)
        return Term(
            taxonomy=self.name,
            name=text.meta.title if text and text.meta.title else name,
            slug=slug,
            url=self.pages.address(slug) if count else "",
            count=count,
            page_id=text.page_id if text else "",
            description=(text.meta.description or text.meta.summary) if text else "",
        )

    def term_of(self, identity: str) -> Term:
        return self.terms[self.slugs[identity]]

    def faults(self) -> Iterator[Diagnostic]:
        """Report the terms whose own address is another's."""
        return shared_slugs(self.uses, self.slugs, self.fixed, self.pages)


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


def _ref(term: Term) -> TermRef:
    return TermRef(term.taxonomy, term.name, term.slug, term.url)
