"""Structured data: what a page is about, for machines (schema.org as JSON-LD), and nothing that a reader does not see.

Each value stands on the page it describes: as words, as the address of a link or picture, or as the date of a `time`.
What a theme has no place for is left out here too. A country of two letters, for example, is printed nowhere.

Customers' words about the firm are never marked up as reviews, nor their stars as ratings: praise that the praised one
publishes is not what such marks are for. A testimonial gets none at all, and a story is an article about the firm.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urljoin

from caresite.core.config import Address, Business
from caresite.core.diagnostics import Problem
from caresite.core.model import Image, Page, Person
from caresite.core.plugins import NoOptions, Plugin
from caresite.core.urls import join_site
from caresite.features.opening_hours import opening_hours
from caresite.kinds.content import EditNote
from caresite.kinds.quotes import QuoteSource
from caresite.kinds.testimonial import About
from caresite.pipeline.contexts import Here
from caresite.pipeline.render import SiteReader
from caresite.pipeline.templates import date_iso

__all__ = ["PLUGIN", "author", "breadcrumbs", "business", "graph", "head", "post", "quote", "story", "website"]

Node = dict[str, Any]

# who said it is open, or known to be another
_DOUBTFUL = frozenset(("disputed", "misattributed", "anonymous"))
# words that are not as they stand in their source
_REWORDED = frozenset(("paraphrase", "translated"))
# kinds of organisation that have no door to be open, and so no `openingHours`
_WITHOUT_DOOR = frozenset(("Organization", "Corporation", "Cooperative", "NGO", "OnlineBusiness", "OnlineStore"))
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]+")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# `</script>` would end the block, and two line separators end a line in JavaScript (JSON allows each of them escaped)
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def head(here: Here, page: Page | None, reader: SiteReader, options: NoOptions) -> str:
    """Return the page's data as a block for its head, or nothing when there is nothing to say."""
    nodes = graph(here, page, reader)
    if not nodes:
        return ""
    document = {"@context": "https://schema.org", "@graph": nodes}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)
    return f'<script type="application/ld+json">{text}</script>'


def graph(here: Here, page: Page | None, reader: SiteReader) -> list[Node]:
    """Return what can be said of a page, and of its place in the site. Lists have nothing but a place."""
    if here.url == reader.home:
        nodes = [website(here, reader), business(reader)]
    elif page and here.kind in _MAKERS:
        nodes = [_MAKERS[here.kind](here, page, reader)]
    else:
        nodes = []
    return [node for node in (*nodes, breadcrumbs(here, reader)) if node]


def _node(type: str, **values: Any) -> Node:
    """Return a thing of schema.org without the values that are empty; `id` is its name for other data."""
    named = {"@id": values.pop("id")} if values.get("id") else {}
    return {"@type": type, **named, **{key: value for key, value in values.items() if value}}


# the site and the firm


def website(here: Here, reader: SiteReader) -> Node:
    """Return the site as a whole, for its home page."""
    return _node(
        "WebSite",
        name=reader.title,
        url=here.permalink,
        inLanguage=here.lang,
        publisher=_firm(reader),
    )


def business(reader: SiteReader) -> Node:
    """Return who is behind the site with all that the foot of the page says, or nothing when the config is silent."""
    firm = reader.business
    if firm is None:
        return {}
    lines = () if _type_of(firm) in _WITHOUT_DOOR else firm.hours
    return _firm(reader) | _node(
        _type_of(firm),
        legalName=firm.legal_name,
        slogan=firm.tagline,
        foundingDate=firm.founded if _DATE.fullmatch(firm.founded) else "",
        telephone=firm.phone,
        email=firm.email,
        address=_postal_address(firm.address) if firm.address else None,
        openingHours=[hours for line in lines for hours in opening_hours(line, reader.language)],
        sameAs=[profile.url for profile in firm.profiles],
    )


def _firm(reader: SiteReader) -> Node:
    """Return who is behind the site, in short."""
    firm = reader.business
    if firm is None:
        return {}
    home = join_site(reader.base_url, reader.home)
    return _node(_type_of(firm), id=f"{home}#business", name=firm.name or reader.title, url=home)


def _type_of(firm: Business) -> str:
    return firm.type if _TYPE_NAME.fullmatch(firm.type) else "Organization"


def _postal_address(address: Address) -> Node:
    return _node(
        "PostalAddress",
        streetAddress=address.street,
        addressLocality=address.locality,
        addressRegion=address.region,
        postalCode=address.postal_code,
        addressCountry=address.country if len(address.country) > 2 else "",
    )


# pages


def post(here: Here, page: Page, reader: SiteReader) -> Node:
    """Return a post: by whom, when, in which blog."""
    return _node(
        "BlogPosting",
        headline=page.title,
        description=reader.plain(page.meta.subtitle or page.meta.summary, page.lang),
        image=_shared(here, page, reader),
        datePublished=_published(page),
        dateModified=_modified(page),
        inLanguage=here.lang,
        author=_one_or_all([_writer(writer, reader) for writer in reader.authors(page)]),
        publisher=_firm(reader),
        isPartOf=_blog(here, reader),
        mainEntityOfPage=here.canonical,
    )


def story(here: Here, page: Page, reader: SiteReader) -> Node:
    """Return a customer's story: told by whom, as far as they chose to be named, and about whose service."""
    meta = page.meta
    return _node(
        "Article",
        headline=page.title,
        description=reader.plain(meta.summary or meta.outcome, page.lang),
        image=_shared(here, page, reader),
        datePublished=_published(page),
        dateModified=_modified(page),
        inLanguage=here.lang,
        author=_speaker(page.person) if page.person else None,
        about=_subject(meta.about, reader),
        correction=_correction(meta.edited, reader),
        publisher=_firm(reader),
        mainEntityOfPage=here.canonical,
    )


def quote(here: Here, page: Page, reader: SiteReader) -> Node:
    """Return a quotation with its source; with who said it only when that is not in doubt."""
    meta = page.meta
    work = _work(meta.source) if meta.source else None
    reworded = meta.status in _REWORDED
    return _node(
        "Quotation",
        text=_words(page, reader),
        creator=_quoted(page.person) if page.person and meta.status not in _DOUBTFUL else None,
        isPartOf=None if reworded else work,
        isBasedOn=work if reworded else None,
        inLanguage=here.lang,
        mainEntityOfPage=here.canonical,
    )


def author(here: Here, page: Page, reader: SiteReader) -> Node:
    """Return the profile of somebody who writes here."""
    person = _writer(page, reader) | _node(
        "Person",
        jobTitle=page.meta.role,
        image=_picture(page.image, here, reader),
        sameAs=[urljoin(here.permalink, link.url) for link in page.meta.links],
    )
    return _node("ProfilePage", mainEntity=person, inLanguage=here.lang)


_MAKERS: dict[str, Callable[[Here, Page, SiteReader], Node]] = {
    "post": post,
    "story": story,
    "quote": quote,
    "author": author,
}


def breadcrumbs(here: Here, reader: SiteReader) -> Node:
    """Return the trail that the page shows, or nothing for a page that has none."""
    steps = [
        _node(
            "ListItem",
            position=number,
            name=crumb.title,
            item=join_site(reader.base_url, crumb.url) if crumb.url else "",
        )
        for number, crumb in enumerate(here.trail, start=1)
    ]
    return _node("BreadcrumbList", itemListElement=steps) if steps else {}


# people, works, dates


def _writer(page: Page, reader: SiteReader) -> Node:
    if not page.url:
        return _node("Person", name=page.title)
    return _node("Person", id=f"{page.permalink}#person", name=page.title, url=page.permalink)


def _speaker(person: Person) -> Node | None:
    """Return a customer under the name they chose; their calling alone when they chose to be no more than that."""
    return _node("Person", name=person.name, jobTitle=person.role) if person.name or person.role else None


def _quoted(person: Person) -> Node | None:
    return _node("Person", name=person.name, sameAs=person.url) if person.name else None


def _subject(about: About, reader: SiteReader) -> Node | None:
    if about.self:
        return _firm(reader)
    return _node(about.type, name=about.name, url=about.url) if about.name else None


def _correction(edited: EditNote | None, reader: SiteReader) -> str:
    """Return how the words were edited, in the words of the page."""
    if edited is None or not edited.flag:
        return ""
    try:
        kinds = ", ".join(reader.say(f"edited_{kind}") for kind in edited.kinds)
        note = reader.say("edited_for", kinds=kinds) if kinds else reader.say("edited")
        return f"{note} {reader.say('edited_approved')}" if edited.approved_by_author else note
    except Problem:  # a theme that has no words for it does not show it
        return ""


def _words(page: Page, reader: SiteReader) -> str:
    if not page.meta.text:
        return reader.body(page).html.striptags()
    return " ".join(reader.plain(part, page.lang) for part in page.meta.text.strip().split("\n\n"))


def _work(source: QuoteSource) -> Node | None:
    """Return the work that a quote is from, or nothing when it has neither a title nor an address."""
    if not source.title and not source.url:
        return None
    return _node("Book" if source.kind == "book" else "CreativeWork", name=source.title, url=source.url)


def _blog(here: Here, reader: SiteReader) -> Node | None:
    """Return the list that a post is in, as the trail names it."""
    if len(here.trail) < 3:
        return None
    crumb = here.trail[-2]
    return _node("Blog", name=crumb.title, url=join_site(reader.base_url, crumb.url))


def _shared(here: Here, page: Page, reader: SiteReader) -> str:
    """Return the address of the picture that the page is shared with, else that of its lead picture."""
    shared = reader.shared(here, page)
    return urljoin(here.permalink, shared.url) if shared else _picture(page.image, here, reader)


def _picture(image: Image | None, here: Here, reader: SiteReader) -> str:
    return urljoin(here.permalink, reader.light(image.src)) if image else ""


def _published(page: Page) -> str:
    return date_iso(page.published) if page.published else ""


def _modified(page: Page) -> str:
    """Return when a page was changed, if that is another day or hour than when it came out."""
    changed = date_iso(page.updated) if page.updated else ""
    return changed if changed != _published(page) else ""


def _one_or_all(nodes: Sequence[Node]) -> Node | list[Node] | None:
    return nodes[0] if len(nodes) == 1 else list(nodes)


PLUGIN = Plugin(name="structured_data", version="1", head=head)
