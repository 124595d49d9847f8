"""Authors: whom the names above a text mean, and a page for each author without a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.model import Item, Source
from caresite.core.names import identity_of
from caresite.core.suggest import nearest
from caresite.core.urls import slug_of
from caresite.kinds import Author
from caresite.pipeline.addresses import Draft, below_url, with_base
from caresite.pipeline.naming import FirstUses, Mention, NamedPages, shared_slugs

__all__ = ["Authors", "collect_authors"]


class Authors(Struct, frozen=True):
    """The slug of the author that each written name means, and pages for those without a file."""

    slugs: Mapping[str, str]
    by_identity: Mapping[str, str]
    without_file: tuple[Draft, ...]
    diagnostics: tuple[Diagnostic, ...]


def collect_authors(settings: Settings, drafts: Iterable[Draft], mentions: Sequence[Mention]) -> Authors:
    """Return whom the authors named by `mentions` are: one of the files among `drafts`, else somebody without one."""
    files = _Files(settings.config.language, [draft for draft in drafts if draft.item.kind == "author"])
    uses, written = FirstUses(settings.config.language), {}
    for mention in mentions:
        for number, name in enumerate(mention.item.meta.authors, start=1):
            if name not in written:
                written[name] = files.find(name)
            if written[name] is None:
                uses.add(name, mention, f"authors[{number}]", "authors")
    slugs = uses.slugs({draft.id: draft.slug for draft in files.drafts})
    by_identity = {**files.by_identity(), **{identity: slugs[identity] for identity in uses.shown()}}
    return Authors(
        slugs={
            name: draft.slug if draft else slugs[identity_of(name, uses.language)] for name, draft in written.items()
        },
        by_identity=by_identity,
        without_file=tuple(
            _without_file(settings, name, slugs[identity]) for identity, name in sorted(uses.shown().items())
        ),
        diagnostics=(*_doubts(files, mentions), *shared_slugs(uses, slugs, (), _pages(settings))),
    )


class _Files:
    """The authors with a file, by name and by id."""

    def __init__(self, language: str, drafts: list[Draft]) -> None:
        self.language = language
        self.drafts = drafts
        self.names: dict[str, list[Draft]] = defaultdict(list)
        self.ids: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            for names, name in ((self.names, draft.item.meta.title), *((self.ids, name) for name in _ids_of(draft))):
                for key in {f"={name}", identity_of(name, language)}:
                    names[key].append(draft)

    def find(self, name: str) -> Draft | None:
        """Return the author with exactly this name, else this id, else one that is spelled another way."""
        return next(iter(self.matches(name)), None)

    def matches(self, name: str) -> list[Draft]:
        """Return the authors that a name may mean, the likeliest first: several when they have the same name."""
        for key in (f"={name}", identity_of(name, self.language)):
            for names in (self.names, self.ids):
                if found := names.get(key):
                    called_like_it = {draft.id for draft in self.ids.get(identity_of(name, self.language), ())}
                    return sorted({d.id: d for d in found}.values(), key=lambda d: d.id not in called_like_it)
        return []

    def sounding_like(self, name: str) -> str:
        """Return the slug of an author whose name makes the same address as `name`, or an empty string."""
        slug = slug_of(name)
        return next((draft.slug for draft in self.drafts if slug_of(draft.item.meta.title) == slug), "")

    def by_identity(self) -> dict[str, str]:
        """Return the slug of the author for each identity of a name or an id."""
        return {
            identity: found[0].slug
            for names in (self.ids, self.names)
            for identity, found in names.items()
            if not identity.startswith("=")
        }


def _ids_of(draft: Draft) -> set[str]:
    """Return what a file in `content/authors/` is called: its slug, and its own name where that is another."""
    file = PurePosixPath(draft.source.path)
    own = file.parent.name if file.stem == "index" else file.stem
    return {draft.slug, draft.item.key or own}


def _without_file(settings: Settings, name: str, slug: str) -> Draft:
    item = Item(kind="author", meta=Author(title=name, slug=slug), span=Span(""))
    source = Source(f"author:{slug}", "authors", "author")
    url = with_base(settings, below_url(settings.collections["authors"].index, slug))
    return Draft(source.path, source, item, url, slug, "published")


def _pages(settings: Settings) -> NamedPages:
    authors = settings.collections["authors"]
    return NamedPages(settings.base_path.rstrip("/") + authors.index, authors.path, "name", "author")


def _doubts(files: _Files, mentions: Iterable[Mention]) -> Iterator[Diagnostic]:
    """Report names that several authors have, and names that are nearly the id of one."""
    ids = {draft.slug for draft in files.drafts if draft.item.span.path}
    if not ids:
        return
    known: dict[str, tuple[list[Draft], str]] = {}
    for mention in mentions:
        for number, name in enumerate(mention.item.meta.authors if mention.shown else (), start=1):
            if name not in known:
                matches = files.matches(name)
                known[name] = matches, "" if matches else nearest(name, ids) or files.sounding_like(name)
            matches, near = known[name]
            place = mention.place(f"authors[{number}]", "authors")
            if len(matches) > 1:
                others = " and ".join(f"`{draft.id}`" for draft in matches)
                message = f"“{name}” is the name of several authors, {others}; the first is taken"
                hint = "name the author by id: " + " or ".join(f"`{draft.slug}`" for draft in matches)
                yield fault(codes.SHARED_NAME, place, message, hint=hint)
            elif near:
                message = f"the author “{name}” has no file in `content/authors/`"
                yield fault(codes.UNKNOWN_AUTHOR, place, message, hint=f"did you mean `{near}`?")
