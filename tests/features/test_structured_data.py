"""Structured data: right for each kind of page, safe in HTML, and nothing that the page itself does not show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin

import html5lib
import pytest

from browser.sites import Site, site_called
from caresite.core.plugins import BUILT_IN, Plugin
from caresite.features.opening_hours import opening_hours
from caresite.testing import BuiltSite, build_site, picture

BUSINESS = """
business:
  name: Roe & Daughter
  legal_name: Roe Ltd
  type: Bakery
  tagline: Bread at six.
  email: shop@example.com
  phone: 01632 960001
  address: {street: 1 Mill Lane, locality: Ropeley, country: GB}
  hours: ["Monday to Friday, 6.00 to 14.00", Knock on Sundays]
  founded: "1987"
  profiles: ["https://social.example/@roe"]
"""
CONSENT = "consent: {at: 2026-01-05, scopes: [publish_text, publish_name, publish_company], how: letter}"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
WITHOUT_WORDS = frozenset(("script", "style", "template", "svg"))


def nodes_of(html: str) -> dict[str, Any]:
    """Return what the page says of itself, by type."""
    [text] = BLOCK.findall(html)
    document = json.loads(text)
    assert document["@context"] == "https://schema.org"
    return {node["@type"]: node for node in document["@graph"]}


def site_with(content: str, config: str = BUSINESS, files: Mapping[str, bytes] | None = None) -> BuiltSite:
    head = "title: Rope\nbase_url: https://example.com/shop/\ntimezone: Europe/London\nlanguage: en-GB\n"
    site = build_site(f"-- caresite.yaml --\n{head}{config}\n{content}", now="2026-06-01", files=files)
    assert site.ok, site.report
    return site


def story(head: str, config: str = BUSINESS) -> dict[str, Any]:
    site = site_with(
        f"-- content/stories/a.md --\n---\ntitle: A story\ndate: 2026-03-01\n{head}\n{CONSENT}\n---\nOnce.\n", config
    )
    found: dict[str, Any] = nodes_of(site.html("/shop/stories/a/"))["Article"]
    return found


def quote(lines: str) -> dict[str, Any]:
    site = site_with(f"-- content/quotes/care.yaml --\ntitle: Care\nquotes:\n  - {{id: a, {lines}}}\n")
    found: dict[str, Any] = nodes_of(site.html("/shop/quotes/care/a/"))["Quotation"]
    return found


# each kind of page


def test_a_post_says_by_whom_and_when(sample: Any) -> None:
    site = sample.build("business: {name: Rope & Co}\n")
    post = nodes_of(site.html("/blog/first/"))["BlogPosting"]
    assert post.pop("image") in re.findall(r'"og:image" content="([^"]+)"', site.html("/blog/first/"))
    assert post == {
        "@type": "BlogPosting",
        "headline": "Rope & <Twine>",
        "description": "A short word about rope.",
        "datePublished": "2026-02-01T09:30:00+00:00",
        "dateModified": "2026-02-10",
        "inLanguage": "en-GB",
        "author": {
            "@type": "Person",
            "@id": "https://example.com/authors/agnes-pell/#person",
            "name": "Agnes Pell",
            "url": "https://example.com/authors/agnes-pell/",
        },
        "publisher": {
            "@type": "Organization",
            "@id": "https://example.com/#business",
            "name": "Rope & Co",
            "url": "https://example.com/",
        },
        "isPartOf": {"@type": "Blog", "name": "Blog", "url": "https://example.com/blog/"},
        "mainEntityOfPage": "https://example.com/blog/first/",
    }


def test_a_post_of_its_own_language_without_a_firm_says_no_more(sample: Any) -> None:
    post = nodes_of(sample.build().html("/blog/second/"))["BlogPosting"]
    assert post["inLanguage"] == "de"
    assert not post.keys() & {"publisher", "author", "description", "dateModified"}


def test_a_picture_is_told_with_its_whole_address() -> None:
    site = site_with(
        "-- content/blog/a.md --\n---\ntitle: A\nimage: /ü b.jpg\n---\nx\n",
        files={"static/ü b.jpg": picture()},
    )
    html = site.html("/shop/blog/a/")
    (shared,) = re.findall(r'<meta property="og:image" content="([^"]+)">', html)
    assert shared.startswith("https://example.com/shop/assets/cards/blog/a.")
    assert nodes_of(html)["BlogPosting"]["image"] == shared


def test_a_story_names_its_author_as_they_chose() -> None:
    assert story("author: {name: Ida Roe, role: Baker}")["author"] == {
        "@type": "Person",
        "name": "Ida Roe",
        "jobTitle": "Baker",
    }
    assert story("author: {name: Ida Roe, display: initials}")["author"]["name"] == "I. R."
    assert story("author: {name: Ida Roe, role: Baker, display: role}")["author"] == {
        "@type": "Person",
        "jobTitle": "Baker",
    }
    assert "author" not in story("author: {name: Ida Roe, role: Baker, display: anonymous}")
    assert "author" not in story("customer: Roe’s Bakery")


def test_a_story_is_about_the_firm_or_about_another() -> None:
    firm = {"@type": "Bakery", "@id": "https://example.com/shop/#business", "name": "Roe & Daughter"}
    assert story("rating: 5")["about"] == {**firm, "url": "https://example.com/shop/"}
    assert "about" not in story("rating: 5", config="")
    other = "about: {self: false, type: Product, name: A lamp, url: 'https://lamp.example/'}"
    assert story(other)["about"] == {"@type": "Product", "name": "A lamp", "url": "https://lamp.example/"}


def test_edited_words_say_so_as_the_page_does() -> None:
    edited = "edited: {kinds: [typo, length], approved_by_author: true}"
    assert story(edited)["correction"] == "Edited: spelling, shortened. The author agreed to the changes."
    assert story("edited: {flag: true}")["correction"] == "Edited."
    assert "correction" not in story("edited: {flag: false}")


def test_a_quote_has_its_words_as_they_are_read_and_its_source() -> None:
    assert quote(
        'text: "I\'d ==listen==, *first*", status: sourced, author: {name: Ann Ode, url: "https://ode.example/"}, '
        'source: {title: Letters, url: "https://x.example/"}'
    ) == {
        "@type": "Quotation",
        "text": "I’d listen, first",
        "creator": {"@type": "Person", "name": "Ann Ode", "sameAs": "https://ode.example/"},
        "isPartOf": {"@type": "Book", "name": "Letters", "url": "https://x.example/"},
        "inLanguage": "en-GB",
        "mainEntityOfPage": "https://example.com/shop/quotes/care/a/",
    }


@pytest.mark.parametrize("status", ["misattributed", "disputed", "anonymous"])
def test_a_quote_whose_author_is_in_doubt_names_none(status: str) -> None:
    assert "creator" not in quote(f"text: Words., author: Ann Ode, status: {status}, status_note: See there.")


def test_a_quote_by_somebody_who_is_shown_by_initials_does_not_lead_to_them() -> None:
    author = 'author: {name: Ann Ode, display: initials, url: "https://ode.example/"}'
    found = quote(f"text: Words., status: sourced, source: Letters, {author}")
    assert found["creator"] == {"@type": "Person", "name": "A. O."}


def test_words_that_were_changed_are_based_on_their_source() -> None:
    found = quote("text: Words., author: Ann Ode, status: paraphrase, source: {title: Talk, kind: speech}")
    assert found["isBasedOn"] == {"@type": "CreativeWork", "name": "Talk"}
    assert "isPartOf" not in found


def test_the_home_page_says_who_is_behind_the_site() -> None:
    nodes = nodes_of(site_with("").html("/shop/"))
    assert list(nodes) == ["WebSite", "Bakery"]
    assert nodes["WebSite"]["publisher"]["@id"] == "https://example.com/shop/#business"
    assert nodes["Bakery"] == {
        "@type": "Bakery",
        "@id": "https://example.com/shop/#business",
        "name": "Roe & Daughter",
        "url": "https://example.com/shop/",
        "legalName": "Roe Ltd",
        "slogan": "Bread at six.",
        "foundingDate": "1987",
        "telephone": "01632 960001",
        "email": "shop@example.com",
        "address": {"@type": "PostalAddress", "streetAddress": "1 Mill Lane", "addressLocality": "Ropeley"},
        "openingHours": ["Mo-Fr 06:00-14:00"],
        "sameAs": ["https://social.example/@roe"],
    }


def test_a_firm_without_a_door_has_no_hours_and_an_odd_type_is_an_organization() -> None:
    nodes = nodes_of(site_with("", BUSINESS.replace("Bakery", "a bakery!")).html("/shop/"))
    assert "openingHours" not in nodes["Organization"]


def test_an_author_has_a_profile() -> None:
    site = site_with(
        "-- content/authors/ida.md --\n---\nname: Ida Roe\nrole: Baker\nlinks: [https://ida.example/]\n---\nBakes.\n"
    )
    assert nodes_of(site.html("/shop/authors/ida/"))["ProfilePage"]["mainEntity"] == {
        "@type": "Person",
        "@id": "https://example.com/shop/authors/ida/#person",
        "name": "Ida Roe",
        "url": "https://example.com/shop/authors/ida/",
        "jobTitle": "Baker",
        "sameAs": ["https://ida.example/"],
    }


def test_a_trail_is_told_as_it_is_shown(sample: Any) -> None:
    trail = nodes_of(sample.build().html("/quotes/care/listen/"))["BreadcrumbList"]["itemListElement"]
    assert trail == [
        {"@type": "ListItem", "position": 1, "name": "Home", "item": "https://example.com/"},
        {"@type": "ListItem", "position": 2, "name": "Quotes", "item": "https://example.com/quotes/"},
        {"@type": "ListItem", "position": 3, "name": "Care", "item": "https://example.com/quotes/care/"},
        {"@type": "ListItem", "position": 4, "name": "Ann Ode"},
    ]


def test_pages_that_have_nothing_to_say_say_nothing(sample: Any) -> None:
    site = sample.build()
    assert not BLOCK.search(site.html("404.html"))
    assert list(nodes_of(site.html("/testimonials/"))) == ["BreadcrumbList"]


# as a plugin


def test_taking_it_out_takes_out_the_blocks_and_nothing_else(sample: Any) -> None:
    whole = sample.build()
    rest = sample.build(f"plugins: [{', '.join(name for name in BUILT_IN if name != 'structured_data')}]\n")
    assert whole.outputs.keys() == rest.outputs.keys()
    for path, data in whole.outputs.items():
        assert (BLOCK.sub("", data.decode()).encode() if path.endswith(".html") else data) == rest.outputs[path], path


def test_a_plugin_that_fails_in_the_head_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def head(here: Any, page: Any, reader: Any, options: Any) -> str:
        raise KeyError("gone")

    broken = Plugin(name="structured_data", version="1", head=head)
    monkeypatch.setattr("caresite.core.config.load_plugin", lambda name, span: broken)
    site = build_site("-- content/blog/a.md --\n---\ntitle: A\n---\nx\n")
    faults = [d.message for d in site.diagnostics if d.severity == "error"]
    assert faults
    assert all("the plugin `structured_data` failed in `head` on /" in message for message in faults)


def test_the_policy_of_a_page_does_not_change_for_its_data(sample: Any) -> None:
    page = next(o for o in sample.build().built.outputs if o.path == "blog/first/index.html")
    assert b"ld+json" in page.data
    assert "script-src" not in page.csp


def test_same_site_same_bytes(sample: Any) -> None:
    assert sample.build(afresh=True).outputs == sample.build(afresh=True).outputs


# hostile words


HOSTILE = "</script><script>alert(1)</script>\u2028\u2029<!--<script>&amp;&"


def test_no_word_can_leave_the_block() -> None:
    title = json.dumps(HOSTILE)
    site = site_with(
        f"-- content/blog/a.md --\n---\ntitle: {title}\nsummary: {title}\nauthors: [{title}]\n---\nx\n"
        f"-- content/quotes/care.yaml --\ntitle: {title}\nquotes:\n"
        f"  - {{id: a, text: {title}, author: {title}, source: {{title: {title}}}, status: sourced}}\n",
        BUSINESS.replace("Roe & Daughter", title),
    )
    for path in ("/shop/blog/a/", "/shop/quotes/care/a/", "/shop/"):
        html = site.html(path)
        [text] = BLOCK.findall(html)
        assert not set(text) & set("<>&\u2028\u2029")
        assert "<script>" not in html
        assert html.count("<script") == 1
    post = nodes_of(site.html("/shop/blog/a/"))["BlogPosting"]
    assert post["headline"].split() == HOSTILE.split()


# nothing that is not on the page


class Shown(NamedTuple):
    """What a reader of a page meets: its words without blanks, its addresses, the moments and languages it states."""

    words: str
    addresses: frozenset[str]
    moments: frozenset[str]
    languages: frozenset[str]
    hours: frozenset[str]


def shown_on(html: str) -> Shown:
    document = html5lib.parse(html, namespaceHTMLElements=False)
    body = document.find("body")
    elements = list(document.iter())
    attributes = [(key, value) for element in elements for key, value in element.attrib.items()]
    canonical = next((e.get("href") for e in elements if e.get("rel") == "canonical"), "")
    lists = ["".join(item.itertext()) for item in body.iter("li")]
    return Shown(
        words="".join(squeezed(text) for text in readable(body)),
        addresses=frozenset(unquote(urljoin(canonical, v)) for k, v in attributes if k in ("href", "src", "content")),
        moments=frozenset(value for key, value in attributes if key == "datetime"),
        languages=frozenset(value for key, value in attributes if key == "lang"),
        hours=frozenset(hours for text in lists for tag in ("en", "de") for hours in opening_hours(text, tag)),
    )


def readable(element: Any) -> Iterator[str]:
    """Yield the words that can be seen, or heard in place of a picture."""
    if element.tag not in WITHOUT_WORDS and "visually-hidden" not in element.get("class", ""):
        yield element.text or ""
        yield element.get("alt", "")
        for child in element:
            yield from readable(child)
            yield child.tail or ""


def squeezed(text: str) -> str:
    return "".join(text.split())


def values_of(thing: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of a thing with its key; names of types and things are for machines alone."""
    if isinstance(thing, Mapping):
        for inner, value in thing.items():
            if not inner.startswith("@"):
                yield from values_of(value, inner)
    elif isinstance(thing, list):
        for value in thing:
            yield from values_of(value, key)
    elif isinstance(thing, str):
        yield key, thing


def stands_on(shown: Shown, key: str, value: str) -> bool:
    match key:
        case "datePublished" | "dateModified":
            return value in shown.moments
        case "inLanguage":
            return value in shown.languages
        case "openingHours":
            return value in shown.hours
        case "image":
            return unquote(value) in shown.addresses or any(drawn_from(value, other) for other in shown.addresses)
        case _ if value.startswith(("https://", "http://")):
            return unquote(value) in shown.addresses
        case _:
            return squeezed(value) in shown.words


def drawn_from(picture: str, address: str) -> bool:
    """Tell whether a page shows a picture in another size, under that address."""
    return "/assets/pictures/" in address and f"/{PurePosixPath(picture).stem}-" in address


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Return the pages of the sample site, and of one that uses everything, drafts included."""
    return {
        f"{name}{url}": site.files[site.path(url)].decode()
        for name in ("sample", "german")
        for site in (site_called(name),)
        for url in all_urls(site)
    }


def all_urls(site: Site) -> tuple[str, ...]:
    return tuple(url for urls in site.pages.values() for url in urls)


def test_every_value_stands_on_its_page(pages: dict[str, str]) -> None:
    missing, counted = [], 0
    for url, html in pages.items():
        shown = shown_on(html)
        for text in BLOCK.findall(html):
            for key, value in values_of(json.loads(text)["@graph"]):
                counted += 1
                if not stands_on(shown, key, value):
                    missing.append(f"{url}: {key} {value!r}")
    assert not missing, "\n".join(missing)
    assert counted > 1000


APPROVED = """
-- consent.lock.yaml --
version: 1
items:
  3f9a0c1b2d4e5f60: {{scopes: [publish_text, publish_name], approved: {approved}}}
-- content/stories/sent.md --
---
title: Sent in
date: 2026-03-02
author: Una Webb
consent_ref: 3f9a0c1b2d4e5f60
---
They rang back.
"""


@pytest.mark.parametrize(
    ("approved", "came_out"),
    [("2026-05-01", "2026-05-01"), ("2026-03-02", "2026-03-02"), ("2026-02-01", "2026-03-02")],
)
def test_what_was_sent_in_came_out_when_it_was_approved(approved: str, came_out: str) -> None:
    site = site_with(APPROVED.format(approved=approved))
    html = site.text("/stories/sent/")
    assert nodes_of(html)["Article"]["datePublished"].startswith(came_out)
    assert f'published_time" content="{came_out}' in html
    facts = html.partition('class="facts-card')[2].partition("</dl>")[0]
    assert facts.index('Written</dt><dd><time datetime="2026-03-02') < facts.index(
        f'Published</dt><dd><time class="dt-published" datetime="{came_out}'
    )
    assert f"<published>{came_out}" in site.text("stories/feed.xml")
    assert f'"date_published": "{came_out}' in site.text("stories/feed.json")
    assert re.search(rf"/stories/sent/</loc><lastmod>{came_out}", site.text("sitemap.xml"))


def test_nobody_rates_themselves(pages: dict[str, str]) -> None:
    for url, html in pages.items():
        for word in ("Review", "Rating", "ratingValue", "reviewRating", "itemReviewed"):
            assert not any(word in text for text in BLOCK.findall(html)), (url, word)
        assert "itemprop=" not in html, url


def test_the_trail_is_the_one_on_the_page(pages: dict[str, str]) -> None:
    for url, html in pages.items():
        trail = nodes_of(html).get("BreadcrumbList") if BLOCK.search(html) else None
        document = html5lib.parse(html, namespaceHTMLElements=False)
        steps = [
            "".join(item.itertext())
            for nav in document.iter("nav")
            if nav.get("class") == "breadcrumb"
            for item in nav.iter("li")
        ]
        assert [step["name"] for step in (trail["itemListElement"] if trail else ())] == steps, url
