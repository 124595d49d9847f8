"""The values that flow through the pipeline: frozen records without behaviour.

    Source → Document(Item, ...) → Site(Page, ...) → Route → Output

A `Source` is a file, a `Document` what one file says, an `Item` one thing in it (a post is one item, a
collection file of thirty quotes is thirty-one), a `Page` an item with its place in the site, a `Route` a
future file, an `Output` its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct

from caresite.core.diagnostics import Diagnostic, Span

__all__ = [
    "Body",
    "Card",
    "Component",
    "Content",
    "Document",
    "Heading",
    "HeldBack",
    "Image",
    "Item",
    "Order",
    "Output",
    "Page",
    "Person",
    "Post",
    "Query",
    "Reference",
    "Route",
    "Section",
    "Segment",
    "Segments",
    "Source",
    "State",
    "Term",
    "TermRef",
    "Variation",
]

State = Literal["published", "draft", "future", "expired", "withheld"]
Order = Literal["newest", "oldest", "title", "weight", "source", "place", "date"]


class Source(Struct, frozen=True):
    """One input file. `path` is relative to the site root, with `/`, in Unicode NFC."""

    path: str
    collection: str
    kind: str
    size: int = 0


class Heading(Struct, frozen=True):
    """A heading of a body: `level` 1 to 6, the `id` its anchor has, its words without markup."""

    level: int
    id: str
    text: str


class Reference(Struct, frozen=True, tag="ref"):
    """A link or image in a body whose address is only known once the whole site is.

    `target` is what the author wrote, unquoted: `../blog/y.md#part`, `/about/`, `photo.jpg`.
    It stands in an attribute value, so what replaces it is escaped for one.
    """

    target: str
    line: int
    role: Literal["link", "image"] = "link"


class Section(Struct, frozen=True):
    """A heading inside a component's body and what follows it."""

    title: str
    body: tuple[Segment, ...]


class Component(Struct, frozen=True, tag="component"):
    """A container block `::: name args`, to be rendered by the theme's macro of that name.

    `body` is everything inside; `sections` the same split at its headings (empty when it has none);
    `lines` its source lines, stripped, for components that read `value: label` lines.
    """

    name: str
    args: dict[str, str | int | bool]
    body: tuple[Segment, ...]
    sections: tuple[Section, ...]
    lines: tuple[str, ...]
    line: int


Segment = str | Reference | Component
Segments = tuple[Segment, ...]


class Body(Struct, frozen=True):
    """The words of an item as HTML segments.

    `excerpt` is what stands before the `<!-- more -->` marker, else the first paragraph; `lead` is the plain
    text of the first paragraph; `words` counts words outside code.
    """

    html: Segments = ()
    excerpt: Segments = ()
    headings: tuple[Heading, ...] = ()
    lead: str = ""
    words: int = 0
    has_more: bool = False


class Item(Struct, frozen=True, kw_only=True):
    """One thing that a file holds: `meta` is the record of its kind, `extra` the keys nobody declared.

    `key` is empty for the thing the whole file is, else an id that is unique in the file. `summary` is plain
    text; `groups` are the named sets a list item stood in; `places` says where each value of `meta` stands, by its
    path: `slug`, `aliases[2]`, `consent.at`. `hidden` are the addresses of pictures that nobody may see.
    """

    kind: str
    key: str = ""
    meta: Any
    body: Body = Body()
    summary: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, Any] = {}
    span: Span
    places: dict[str, Span] = {}
    hidden: tuple[str, ...] = ()


class Document(Struct, frozen=True):
    """What one source file says, and what was wrong with it."""

    source: Source
    items: tuple[Item, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


class Image(Struct, frozen=True):
    """A picture as templates use it; `src` is a finished URL, `focus` what must not be cut off: `top`, `30% 20%`."""

    src: str
    alt: str = ""
    caption: str = ""
    focus: str = ""


class Variation(Struct, frozen=True):
    """One way in which a picture is drawn for the site: cut around `focus` (percent from left and top), made smaller.

    `source` is the output path of the picture, `digest` that of its bytes, `format` avif, webp, jpeg or png.
    """

    source: str
    digest: str
    format: str
    width_px: int = 0
    height_px: int = 0
    focus: tuple[int, int] = (50, 50)
    quality: str = "balanced"


class Card(Struct, frozen=True, kw_only=True):
    """What a share image shows: the picture that other services put beside a link to a page.

    A `quote` shows a customer's words, `title`, with the phrase `marked` in them, on the dark ground; the other kinds a
    title. `photo` and `face` are output paths of pictures, with the digests of their bytes; `look` is a digest of what
    all cards of the site are made with.
    """

    kind: Literal["page", "story", "quote"]
    shape: Literal["wide", "square"] = "wide"
    source: str
    look: str
    title: str
    firm: str
    marked: str = ""
    above: str = ""
    name: str = ""
    detail: str = ""
    number: str = ""
    label: str = ""
    drawing: str = ""
    tone: int = 1
    photo: str = ""
    photo_digest: str = ""
    focus: tuple[int, int] = (50, 50)
    face: str = ""
    face_digest: str = ""


class Person(Struct, frozen=True):
    """Who speaks, reduced to what consent covers; `name` is what may be shown, perhaps initials."""

    name: str = ""
    role: str = ""
    company: str = ""
    location: str = ""
    url: str = ""
    photo: Image | None = None


class TermRef(Struct, frozen=True):
    """A term as a page names it: `name` as written first on the site, `url` of its own page."""

    taxonomy: str
    name: str
    slug: str
    url: str


class Page(Struct, frozen=True, kw_only=True):
    """What other pages may know of a page: its summary, never its body.

    `id` is the source path, with `#key` for one of several items in a file. `url` starts at the host's root
    and includes the site's sub-path; `permalink` is absolute. `meta` is the record of the page's kind with
    everything that consent does not cover removed. `date` is what the page is dated; `published` is when it came out,
    which for what somebody sent in is the day on which it was approved. `feed_id` is what feeds know it by, where it
    is not its address: a whole id, or an earlier address from the host's root.
    """

    id: str
    kind: str
    collection: str
    source: str
    span: Span
    url: str
    permalink: str
    output: str
    slug: str
    title: str
    lang: str
    description: str = ""
    summary: str = ""
    date: datetime | None = None
    published: datetime | None = None
    updated: datetime | None = None
    image: Image | None = None
    share: Image | None = None
    author_ids: tuple[str, ...] = ()
    terms: Mapping[str, tuple[TermRef, ...]] = {}
    person: Person | None = None
    state: State = "published"
    weight: int = 0
    pinned: bool = False
    featured: bool = False
    noindex: bool = False
    minutes: int = 0
    template: str = ""
    has_page: bool = True
    parent: str = ""
    feed_id: str = ""
    meta: Any = None
    params: Mapping[str, Any] = {}


class HeldBack(Struct, frozen=True):
    """An item that is not on the site now; `date` is its own, `due` when that changes by itself, if it does."""

    id: str
    span: Span
    title: str
    kind: str
    state: State
    reason: str
    due: datetime | None = None
    date: datetime | None = None


class Term(Struct, frozen=True):
    """A term of a taxonomy; `page_id` is the file with its own text and picture, if there is one."""

    taxonomy: str
    name: str
    slug: str
    url: str
    count: int
    page_id: str = ""
    description: str = ""


class Query(Struct, frozen=True, kw_only=True):
    """A question about the site's pages that can be asked again: filters, order, window.

    `kinds` empty means every kind with a page of its own. `year` is in the site's timezone. `newest` begins with what
    is pinned, `date` does not.
    """

    kinds: tuple[str, ...] = ()
    collection: str = ""
    taxonomy: str = ""
    term: str = ""
    author: str = ""
    parent: str = ""
    year: int = 0
    featured: bool | None = None
    max_rating: int = 0
    placed: bool = False
    exclude: str = ""
    order: Order = "newest"
    offset: int = 0
    limit: int | None = None


class Route(Struct, frozen=True, kw_only=True):
    """One future file. `output` is its path below the output folder.

    Either `template` names what renders it, or `plugin` the plugin whose `render` does. `page_id` is the page
    it shows; a list shows the answer to `query`, window `number` of `count`. `params` is plain data.
    """

    output: str
    url: str
    kind: str
    title: str = ""
    description: str = ""
    template: str = ""
    plugin: str = ""
    page_id: str = ""
    query: Query | None = None
    number: int = 1
    count: int = 1
    total: int = 0
    first_url: str = ""
    noindex: bool = False
    in_sitemap: bool = True
    updated: datetime | None = None
    params: Mapping[str, Any] = {}


class Content(Protocol):
    """Bytes that are kept elsewhere until somebody reads them."""

    def read(self) -> bytes: ...


class Post(Struct, frozen=True):
    """A form of a page that is sent by POST: its name, where it goes, and whether it is marked for Netlify Forms."""

    name: str
    action: str
    is_netlify: bool = False


class Output(Struct, frozen=True, kw_only=True):
    """The bytes of one file: `content` has them, or knows where they are; `data` is them.

    `csp` lists what the page needs beyond the site's policy, per directive; `broken` the URLs in it that were
    reported as leading nowhere while it was written; `assets` the names of the assets its templates asked for;
    `links` the addresses on this site that a page leads to, `anchors` the places in it that can be led to,
    `posts` the forms on it that are sent by POST;
    `reads` what was asked of the site to write it (`pipeline.notes`); `pictures` and `cards` what it wants
    drawn.
    """

    path: str
    content: bytes | Content
    url: str = ""
    kind: str = ""
    source: str = ""
    noindex: bool = False
    in_sitemap: bool = False
    csp: Mapping[str, tuple[str, ...]] = {}
    broken: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()
    reads: tuple[Any, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    pictures: tuple[Variation, ...] = ()
    cards: tuple[Card, ...] = ()

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read()
