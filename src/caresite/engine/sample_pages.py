"""Sample pages: one in each state that a theme has to cope with. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, get_args

from caresite.core.diagnostics import Span
from caresite.core.model import Image, Page, Person, State, TermRef
from caresite.kinds.author import Author, Link
from caresite.kinds.consent import Consent
from caresite.kinds.content import CallToAction, EditNote, Reply, Series
from caresite.kinds.post import Post
from caresite.kinds.quotes import Original, Quote, QuoteAuthor, QuoteCollection, QuoteSource
from caresite.kinds.story import Customer, Metric, Step, Story, StoryQuote
from caresite.kinds.testimonial import About, Claim, Origin, Testimonial

__all__ = ["CARE", "HIRING", "METRICS", "NOWHERE", "PHOTO", "WORK", "Specimen", "page_of", "sample_pages"]

NOWHERE = "#"
_COLLECTIONS = {
    "author": "authors",
    "post": "blog",
    "quote": "quotes",
    "quotes": "quotes",
    "story": "stories",
    "testimonial": "testimonials",
    "page": "pages",
}
_HILLS = (
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 6'%3E%3Cpath fill='%23b9a58c' d='M0 0h8v6H0z'/%3E"
    "%3Cpath fill='%238a7763' d='M0 4l3-2 2 1 3-2v5H0z'/%3E"
    "%3Ccircle cx='6' cy='1.4' r='.7' fill='%23f2e6d0'/%3E%3C/svg%3E"
)
PHOTO = Image(
    f"data:image/svg+xml,{_HILLS.replace(' ', '%20')}", alt="Hills in the evening", caption="The road to *Marl Heath*."
)
_FACE = Image(PHOTO.src)

CARE = TermRef("tags", "Care", "care", NOWHERE)
HIRING = TermRef("tags", "Hiring", "hiring", NOWHERE)
WORK = TermRef("categories", "How we work", "how-we-work", NOWHERE)
_TERMS = {"tags": (CARE, HIRING), "categories": (WORK,)}
_PROMISES = {**_TERMS, "series": (TermRef("series", "Promises", "promises", NOWHERE),)}
_BAKERY = {**_TERMS, "industry": (TermRef("industry", "Bakery", "bakery", NOWHERE),)}

METRICS = (
    Metric(label="paid twice, found and returned", value="£3,180", period="2025", source="bank letters", verified=True),
    Metric(label="given back each month", value="11", unit="hours", before="14", after="3", source="her diary"),
    Metric(label="to close a month", value="2", unit="days", source="her diary"),
    Metric(label="of customers came back", value="91", unit="%", source="the till"),
)
_INES = Person("Ines Okafor", "Owner", "Salt Lane Bakery", "Falmouth")
_TAMSIN = Person("Tamsin Hale", "Florist", "Wren Florist", "Truro")
_OTTO = Person("Otto E.")
_PHONE = Origin(platform="On the phone")


class Specimen(NamedTuple):
    """A page and the state it is in, in a few words."""

    state: str
    page: Page


def sample_pages() -> Mapping[str, tuple[Specimen, ...]]:
    """Return every sample page by kind, in the order in which they are shown."""
    return {
        "author": tuple(_authors()),
        "post": tuple(_posts()),
        "story": tuple(_stories()),
        "testimonial": tuple(_testimonials()),
        "quotes": (Specimen("collection", page_of("quotes", "care", "On care", QuoteCollection(curator="Rosa Lind"))),),
        "quote": tuple(_quotes()),
    }


def page_of(kind: str, slug: str, title: str, meta: Any, **more: Any) -> Page:
    """Return a page with what every page has; whatever it links to is the preview itself."""
    usual: dict[str, Any] = {"lang": "en", "url": NOWHERE, "permalink": NOWHERE}
    return Page(
        **{
            **usual,
            "id": f"sample/{kind}/{slug}",
            "kind": kind,
            "collection": _COLLECTIONS[kind],
            "source": "the sample",
            "span": Span("the sample"),
            "output": "",
            "slug": slug,
            "title": title,
            "meta": meta,
            "published": more.get("date"),
            **more,
        }
    )


def _day(number: int) -> datetime:
    return datetime(2026, 3, number)


def _consent() -> Consent:
    return Consent(at=_day(2), scopes=("publish_text", "publish_name"), how="letter")


# our own words


def _authors() -> Iterable[Specimen]:
    links = (Link(url=NOWHERE, text="Her own page"),)
    rosa = Author(name="Rosa Lind", role="Founder", bio="Took over the counter from her father.", links=links)
    yield Specimen("with everything", page_of("author", "rosa", rosa.name, rosa))
    yield Specimen("with a photo", page_of("author", "tom", "Tom Pascoe", Author(name="Tom Pascoe"), image=_FACE))


def _posts() -> Iterable[Specimen]:
    title = "A promise has a day of the week in it"
    cta = CallToAction(text="Ask us", url=NOWHERE)
    points = ("Say when, not soon.", "Write it *down*.")
    full = Post(key_points=points, series=Series(name="Promises", part=1), cta=cta)
    part = Post(series=Series(name="Promises", part=2))
    summary = "We write down every promise we make to a customer. In 2025 there were 1,148."
    usual: dict[str, Any] = {"author_ids": ("rosa",), "minutes": 4, "summary": summary, "terms": _PROMISES}
    yield Specimen("with everything", page_of("post", "promise", title, full, date=_day(3), updated=_day(4), **usual))
    yield Specimen("with a photo", page_of("post", "train", "Four seconds", part, date=_day(2), image=PHOTO, **usual))
    yield Specimen("bare", page_of("post", "names", "Forty names without looking", Post()))
    for state in get_args(State)[1:]:
        yield Specimen(state, page_of("post", state, f"A post that is {state}", Post(), state=state, date=_day(1)))


# words of customers


def _stories() -> Iterable[Specimen]:
    title, summary = "Salt Lane stopped paying for the same flour twice", "Six people, two ovens and one shoebox."
    shown: dict[str, Any] = {"person": _INES, "terms": _BAKERY, "featured": True, "summary": summary}
    yield Specimen("with everything", page_of("story", "bakery", title, _bakery(), date=_day(3), **shown))
    title = "A second shop without an office"
    piotr: dict[str, Any] = {"person": Person("Piotr Z."), "image": PHOTO, "featured": True}
    yield Specimen("with a photo", page_of("story", "pedal", title, _bicycles(), date=_day(2), **piotr))
    vet = Customer(anonymous=True, descriptor="A vet in the north")
    about = About(self=False, name="Another firm", url=NOWHERE)
    other = Story(customer=vet, about=about, disclosure="She is our neighbour.")
    yield Specimen("nameless, about another firm", page_of("story", "vet", "Three in the morning", other, date=_day(1)))


def _bakery() -> Story:
    customer = Customer(
        name="Salt Lane Bakery", industry="Bakery", location="Falmouth", size="Six people", since="2026", url=NOWHERE
    )
    return Story(
        customer=customer,
        quotes=(
            StoryQuote(text="I thought the shop was just expensive. ==Nobody had ever looked at it with me.=="),
            StoryQuote(text="Ring them ==before you tidy up==.", speaker="Piotr Zielak", role="Baker"),
        ),
        timeline=(
            Step(date="12 January", title="We read the shoebox", text="412 pieces of paper."),
            Step(date="1 March", title="Both mills paid"),
        ),
        metrics=METRICS,
        outcome="£3,180 found, and Sundays back",
        products=("Second Look",),
        looked_after_by="Rosa Lind",
        rating=5,
        place=1,
        source=_PHONE,
        reply=Reply(by="Rosa", text="It was a good shoebox.", date=_day(3)),
        cta=CallToAction(text="Talk to Rosa", url=NOWHERE),
        approved_by_customer=_day(3),
        consent=_consent(),
    )


def _bicycles() -> Story:
    return Story(
        customer=Customer(name="Pedal & Pine", industry="Bicycles"),
        outcome="A second shop",
        place=2,
        edited=EditNote(kinds=("length", "typo"), approved_by_author=True),
        quotes=(StoryQuote(text="The office is the counter."),),
        consent=_consent(),
    )


def _testimonials() -> Iterable[Specimen]:
    yield _said("very short", "Always answers. ==Usually before lunch.==", {"person": _TAMSIN}, rating=5, source=_PHONE)
    words = "I am not good with numbers and nobody there has ever made me feel it. ==Not once.=="
    yield _said("short", words, {"person": Person("Marguerite S.", company="Market stall")}, rating=4)
    words = (
        "The first invoice was wrong. Two were filed under the other Hargreaves. They told me before I noticed, put it "
        "right the same day and sent a card with a dog on it. ==I have kept the card.=="
    )
    yield _said("long", words, {"person": Person("Joan Hargreaves", "", "Harbour Vets")}, rating=5)
    words = "They found £3,180 we had paid twice, and ==rang me before I’d opened the shop.=="
    speaker = Person("Ines Okafor", "Owner", "Salt Lane Bakery", photo=_FACE)
    featured = {"person": speaker, "featured": True}
    yield _said("featured, with a story", words, featured, rating=5, story="sample/story/bakery")
    yield _said("with a photo", "The flowers stood for three weeks.", {"person": _TAMSIN, "image": PHOTO}, rating=5)
    reply = Reply(by="Rosa", text="You are right. We forgot, and there is no excuse for it.", date=_day(4))
    yield _said("one star, with a reply", "Nobody rang back all Thursday.", {"person": _OTTO}, rating=1, reply=reply)
    yield _copied()
    baker = About(self=False, name="The baker next door")
    yield _said(
        "about another firm", "They lent us an oven.", {"person": Person("Edwin", location="Leith")}, about=baker
    )
    yield _said("nameless", "They had written down my knee.", {})
    german = {"person": Person("K. Example"), "lang": "de"}
    yield _said("in another language", "Sie haben ==zurückgerufen==, am selben Tag.", german)


def _copied() -> Specimen:
    return _said(
        "copied, edited, rewarded",
        "They saved us a day a week.",
        {"person": _TAMSIN},
        source=Origin(platform="Review site", url=NOWHERE, imported=True),
        edited=EditNote(kinds=("clarity",)),
        disclosure="She got a month for free.",
        claims=(Claim(text="a day a week", typical="half a day"),),
    )


def _said(state: str, text: str, shown: Mapping[str, Any], **meta: Any) -> Specimen:
    """Return words of a customer: `shown` are keys of the page, `meta` those of its front matter."""
    slug = "-".join(state.replace(",", "").split())
    return Specimen(state, page_of("testimonial", slug, state, Testimonial(text=text, **meta), date=_day(3), **shown))


# quotes


def _quotes() -> Iterable[Specimen]:
    wren = QuoteAuthor(name="Wren Example", role="Ferrywoman", born=1850, died=1921)
    book = QuoteSource(title="A small book of care", publisher="Example Press", date="1911", page="p. 12", url=NOWHERE)
    kept = Quote(text="Listen first. ==The rest is carpentry.==", author=wren, source=book, status="verified")
    yield _quote("listen", "with a source", kept)
    other = QuoteAuthor(name="Someone Else")
    text = "The customer is a guest who came a long way."
    yield _quote("guest", "misattributed", Quote(text=text, author=other, status="misattributed"))
    original = Original(text="Schau auf, wenn die Tür geht.", lang="de", translator="Rosa Lind")
    moved = Quote(text="Look up when the door goes.", status="translated", original=original)
    yield _quote("door", "translated, nameless", moved)


def _quote(slug: str, state: str, meta: Quote) -> Specimen:
    return Specimen(state, page_of("quote", slug, meta.text, meta, terms=_TERMS, parent="sample/quotes/care"))
