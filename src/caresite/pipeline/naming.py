"""Naming: which tags and authors the items name, who named each first, and the slug that each gets for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import Item, TermRef
from caresite.core.names import assign_slugs, identity_of, is_spelled_like_its_slug
from caresite.core.urls import collision_key, slug_of

__all__ = ["FirstUses", "Mention", "NamedBy", "NamedPages", "Since", "shared_slugs"]

Since = tuple[bool, bool, float]


class Mention(Struct, frozen=True):
    """An item that names tags and authors.

    `since` orders items by when they came onto the site: those with a date, those without, drafts. One that has
    expired is not `shown`, and still counts as the first that used a name: its address is not given to another.
    """

    id: str
    item: Item
    since: Since
    shown: bool = True

    def place(self, *keys: str) -> Span:
        """Return where the front matter has the first of `keys` that it has."""
        return place_in(self.item.places, self.item.span, *keys)


class NamedBy(Struct, frozen=True):
    """What a page names: its terms by taxonomy, and the slugs of its authors."""

    terms: Mapping[str, tuple[TermRef, ...]] = {}
    authors: tuple[str, ...] = ()


class NamedPages(Struct, frozen=True):
    """Where the pages of names stand: below `url`. A file in `folder` whose `key` is the name decides its address.

    `noun` is what such a name is called.
    """

    url: str
    folder: str
    key: str
    noun: str

    def address(self, slug: str) -> str:
        return f"{self.url.rstrip('/')}/{slug}/"


class _Use(Struct):
    """The first use of a name; `spelling` is how it is written there, `name` how the first shown file writes it."""

    since: Since
    spelling: str
    mention: Mention
    keys: tuple[str, ...]
    name: str = ""
    spellings: set[str] = set()

    @property
    def span(self) -> Span:
        return self.mention.place(*self.keys)


class FirstUses:
    """The names of one taxonomy, or of authors, each with its first use."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._uses: dict[str, _Use] = {}

    def add(self, spelling: str, mention: Mention, *keys: str) -> str:
        """Count one use of a name, which stands at the first of `keys`, and return its identity."""
        identity = identity_of(spelling, self.language)
        use = self._uses.get(identity)
        if use is None:
            use = self._uses[identity] = _Use(mention.since, spelling, mention, keys)
        elif (mention.since, spelling) < (use.since, use.spelling):
            use.since, use.spelling, use.mention, use.keys = mention.since, spelling, mention, keys
        if mention.shown:
            use.spellings.add(spelling)
            use.name = use.name or spelling
        return identity

    def __contains__(self, identity: str) -> bool:
        return identity in self._uses

    def __getitem__(self, identity: str) -> _Use:
        return self._uses[identity]

    def shown(self) -> dict[str, str]:
        """Return the name of each identity that is shown."""
        return {identity: use.name for identity, use in self._uses.items() if use.name}

    def in_order(self) -> list[str]:
        """Return the identities by first use; of several at one time, first those that a slug says all of."""
        return sorted(self._uses, key=self._order)

    def _order(self, identity: str) -> tuple[Since, bool, str]:
        return self._uses[identity].since, not is_spelled_like_its_slug(identity), identity

    def slugs(self, fixed: Mapping[str, str]) -> dict[str, str]:
        """Return the slug of each identity; `fixed` has those that a file decides."""
        return assign_slugs(((key, self._uses[key].spelling) for key in self.in_order()), fixed)


def shared_slugs(
    uses: FirstUses, slugs: Mapping[str, str], fixed: Iterable[str], pages: NamedPages
) -> Iterator[Diagnostic]:
    """Report each shown name that is not at the address which it makes, unless a file has `fixed` that."""
    holders = {collision_key(slug): identity for identity, slug in slugs.items()}
    settled = frozenset(fixed)
    for identity, name in uses.shown().items():
        if identity in settled:
            continue
        use, slug = uses[identity], slugs[identity]
        hint = f"to keep that address, or to choose another, write `{pages.folder}/{slug}.md` "
        hint += f'with `{pages.key}: "{name}"`'
        for plain in sorted({slug_of(spelling) for spelling in use.spellings} - {slug}):
            holder = holders.get(collision_key(plain), identity)
            other = f"“{uses[holder].spelling}”" if holder in uses else holder
            message = f"the {pages.noun} “{name}” has the address `{pages.address(slug)}`, "
            if holder == identity:
                message += f"and `{pages.address(plain)}`, which other spellings of it make, is not used"
            else:
                message += f"because {other} has `{pages.address(plain)}`"
            yield fault(codes.SHARED_SLUG, use.span, message, hint=hint)
