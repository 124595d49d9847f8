"""Pages: an item becomes what others may know of it, without what its author did not choose to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from msgspec.structs import replace

from caresite.core import codes
from caresite.core.codes_markdown import NO_ALT_TEXT
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import (
    Body,
    Image,
    Item,
    Page,
    Person,
)
from caresite.core.texts import cut
from caresite.core.urls import (
    NOT_FOUND_PAGE,
    decoded_path,
    encode_file,
    is_external,
    join_site,
    output_path,
    split_address,
)
from caresite.kinds import (
    Quote,
    SectionContent,
    Story,
    Testimonial,
)
from caresite.kinds.story import Customer, StoryQuote
from caresite.pipeline.addresses import Draft, local_time
from caresite.pipeline.consent import shown_name, shows_face
from caresite.pipeline.naming import NamedBy
from caresite.pipeline.pictures import focus_of
from caresite.pipeline.resources import normal_path, picture_hint

__all__ = ["minutes_of", "page_of"]

_NO_PAGE = frozenset(("testimonial", "section", "term"))
_WORDS_PER_MINUTE = 220
_Finished = Callable[[Any, str], Image | None]


def page_of(
    settings: Settings,
    draft: Draft,
    named: NamedBy,
    resources: dict[str, str],
    files: dict[str, str],
    found: list[Diagnostic],
) -> Page:
    """Return the page of an item: its summary, its pictures with finished addresses, its speaker as they chose."""
    item, meta = draft.item, draft.item.meta
    folder = PurePosixPath(draft.source.path).parent

    def image(picture: Any, path: str) -> Image | None:
        place = place_in(item.places, item.span, f"{path}.src", path)
        if picture and picture.src:
            found.extend(_faults_of(item, picture, path, place))
        return _image(settings, picture, folder, place, resources, files, found)

    photo = getattr(meta, "photo", None)
    person = _person(meta, image)
    collection = settings.collections.get(draft.source.collection)
    summary = _summary(item)
    output = output_path(draft.url.partition("#")[0].removeprefix(settings.base_path.rstrip("/")))
    return Page(
        id=draft.id,
        kind=item.kind,
        collection=draft.source.collection,
        source=draft.source.path,
        span=item.span,
        url=draft.url,
        permalink=join_site(settings.config.base_url, draft.url.partition("#")[0])
        + ("#" + draft.slug if "#" in draft.url else ""),
        output=output,
        slug=draft.slug,
        title=_title(item, person, summary),
        lang=meta.lang or settings.config.language,
        description=meta.description or cut(summary, 160),
        summary=summary,
        date=local_time(meta.date, settings),
        published=local_time(meta.date, settings),
        updated=local_time(meta.updated, settings),
        image=image(meta.image, "image") if meta.image else image(photo, "photo"),
        share=image(meta.share_image, "share_image"),
        author_ids=named.authors,
        terms=named.terms,
        person=person,
        state=draft.state,  # type: ignore[arg-type]
        weight=meta.weight,
        pinned=meta.pinned,
        featured=meta.featured,
        noindex=meta.noindex or output == NOT_FOUND_PAGE,
        minutes=minutes_of(item.body.words),
        template=meta.template or (collection.template if collection and item.kind not in _NO_PAGE else ""),
        has_page=item.kind not in _NO_PAGE,
        parent=draft.parent,
        meta=_shown_meta(meta, person, image),
        params={**item.extra, **meta.params},
    )


def minutes_of(words: int) -> int:
    """Return how long `words` take to read, in minutes."""
    return -(-words // _WORDS_PER_MINUTE)


def _title(item: Item, person: Person | None, summary: str) -> str:
    meta = item.meta
    if meta.title:
        return str(meta.title)
    if isinstance(meta, Quote):
        return f"“{cut(summary, 60)}”"
    if isinstance(meta, Testimonial):
        return (person.name if person and person.name else "") or f"“{cut(summary, 60)}”"
    if isinstance(meta, SectionContent):
        return ""
    return item.key or str(meta.slug).replace("-", " ")


def _summary(item: Item) -> str:
    meta = item.meta
    if item.summary:
        return item.summary
    if isinstance(meta, (Testimonial, Quote)):
        return " ".join(re.sub(r"==|\*\*|__|`", "", meta.text).split())
    return (meta.outcome if isinstance(meta, Story) else "") or cut(_excerpt(item.body) or item.body.lead, 300)


def _excerpt(body: Body) -> str:
    """Return the plain text of what stands before `<!-- more -->`, else of the first paragraph."""
    html = "".join(segment for segment in body.excerpt if isinstance(segment, str))
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", html.replace("</p>", " "))).split())


def _person(meta: Any, image: _Finished) -> Person | None:
    """Return who speaks, reduced to what their choice of display allows."""
    if not isinstance(meta, (Quote, Testimonial, Story)) or meta.author is None:
        return None
    speaker: Any = meta.author
    name, url = shown_name(speaker.name, speaker.display), speaker.url if speaker.display == "full" else ""
    if speaker.display == "anonymous":
        return Person(name=name, url=url)
    if isinstance(meta, Quote):
        return Person(name=name, role=speaker.role, url=url)
    photo = image(speaker.photo, "author.photo") if shows_face(meta) and speaker.photo else None
    return Person(name, speaker.role, speaker.company, speaker.location, url, photo)


def _shown_meta(meta: Any, person: Person | None, image: _Finished) -> Any:
    """Return `meta` without what its author did not choose to show, so that no template can print it."""
    if isinstance(meta, Quote) and meta.author and meta.author.display != "full":
        known = {} if meta.author.display != "anonymous" else {"born": None, "died": None}
        author = replace(meta.author, name=person.name, role=person.role, url="", **known) if person else None
        return replace(meta, author=author, consent=None)
    if not isinstance(meta, (Testimonial, Story)):
        return meta
    changes: dict[str, Any] = {"consent": replace(meta.consent, wording="") if meta.consent else None}
    if meta.author and person:
        shown = {key: getattr(person, key) for key in ("name", "role", "company", "location", "url")}
        changes["author"] = replace(meta.author, **shown, photo=None)
    if isinstance(meta, Story):
        changes["customer"] = _shown_customer(meta, image)
        changes["quotes"] = tuple(_shown_quote(quote, meta, person) for quote in meta.quotes)
    return replace(meta, **changes)


def _shown_customer(story: Story, image: _Finished) -> Customer:
    customer = story.customer
    if customer.anonymous:
        return replace(customer, name="", url="", logo=None)
    if not customer.logo:
        return customer
    logo = image(customer.logo, "customer.logo")
    return replace(customer, logo=replace(customer.logo, src=logo.src) if logo else None)


def _shown_quote(quote: StoryQuote, story: Story, person: Person | None) -> StoryQuote:
    """Return a quote of a story under the name that its author chose, when it is theirs."""
    if story.author is None or person is None or story.author.display == "full":
        return quote
    shared = set(_name_parts(quote.speaker)) & set(_name_parts(story.author.name))
    return replace(quote, speaker=person.name) if shared else quote


def _name_parts(name: str) -> list[str]:
    """Return the parts of a name that tell who it is: `Dr Ana Bell` and `Ana` share one."""
    return [part for part in re.split(r"[\s.,]+", name.casefold()) if len(part) > 2]


def _faults_of(item: Item, picture: Any, path: str, place: Span) -> Iterator[Diagnostic]:
    """Report a picture whose focus is no place on it, and a lead picture of which nothing is said to the blind."""
    if picture.focus and focus_of(picture.focus) is None:
        message = f"`focus` must be words such as `top left`, or `30% 20%`, not “{cut(picture.focus, 40)}”"
        yield fault(codes.NOT_A_CHOICE, place_in(item.places, place, f"{path}.focus"), message)
    if path == "image" and not picture.alt and f"{path}.alt" not in item.places:
        message = "the picture has no words for people who cannot see it"
        hint = 'say what it shows in `alt:`, or write `alt: ""` if it only decorates'
        yield fault(NO_ALT_TEXT, place, message, hint=hint)


def _image(
    settings: Settings,
    picture: Any,
    folder: PurePosixPath,
    span: Span,
    resources: dict[str, str],
    files: dict[str, str],
    found: list[Diagnostic],
) -> Image | None:
    if picture is None or not picture.src:
        return None
    src = picture.src
    if is_external(src):
        return Image(src, picture.alt, picture.caption, picture.focus)
    for path in dict.fromkeys((src, decoded_path(split_address(src).path))):  # the name of a file, or an address
        beside = normal_path(folder / path) if not src.startswith("/") else ""
        if beside in resources:
            return Image(resources[beside], picture.alt, picture.caption, picture.focus)
        if (output := path.lstrip("/")) in files:
            url = settings.base_path + encode_file(output)
            return Image(url, picture.alt, picture.caption, picture.focus)
    level = settings.config.check.images if not src.startswith("/") else "warning"
    found.append(
        fault(
            codes.MISSING_IMAGE,
            span,
            f"the picture `{cut(src, 80)}` does not exist",
            hint=picture_hint(src, span.path, resources, files),
            severity=level,
        )
    )
    return None
