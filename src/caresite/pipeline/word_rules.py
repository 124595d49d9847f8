"""The rules for customers' words that only the finished site shows: whose they are, what they claim, how they came.

What decides whether words are shown at all stands in `pipeline.consent`. Each fault belongs to a rule in `core.rules`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape

from caresite.core.codes_rules import (
    BARE_CLAIM,
    FLEETING_SOURCE,
    LONG_QUOTATION,
    NOT_INDEPENDENT,
    PLACEHOLDER,
    PRIZE_UNTOLD,
    SAME_WORDS,
    UNNAMED_SUBJECT,
    UNPROVEN_EXPERT,
    UNSEEN_EDIT,
    UNTOLD_TRANSLATION,
)
from caresite.core.config import place_in_config
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.model import Component, Page, Segments
from caresite.core.texts import cut
from caresite.kinds import Quote, Story, Testimonial
from caresite.pipeline.catalog import Site

__all__ = ["check_words"]

LONGEST_QUOTATION = 120  # words; what passes for short differs by country, and this is no legal bound
_FEWEST_SAME = 5  # words; two people may well say "Great service!"
_SEEN = frozenset(("typo", "redaction"))
_STOCK_WORDS = re.compile(
    r"\blorem ipsum\b|\bdolor sit amet\b"
    r"|\b(?:your|insert|sample|example) (?:testimonial|customer story|quote|review) here\b"
    r"|\bblindtext\b|\btexto de (?:ejemplo|relleno)\b",
    re.IGNORECASE,
)
_STOCK_MARKS = ("lorem", "dolor", " here", "blindtext", "texto de")  # one of them is in every match
_EXAMPLES = re.compile(  # in `starter/`
    r"\bput the kettle on for it\b|\bcarry the ladder back for me\b|\ba joiner who came back on his own time\b"
    r"|\bdas Teewasser schon aufgesetzt\b|\bmir die Leiter zurücktragen\b|\bder in seiner freien Zeit wiederkam\b"
    r"|\bpuesto el agua para el té\b|\bllevarme la escalera de vuelta\b|\bque volvió en su tiempo libre\b",
    re.IGNORECASE,
)
_STOCK_NAMES = frozenset(
    (
        *("john doe", "jane doe", "john q. public", "joe bloggs", "your name", "customer name", "first last"),
        *("max mustermann", "erika mustermann", "maria mustermann", "fulano de tal", "juan nadie", "nombre apellido"),
    )
)
_SORTS = "customer|client|user|guest|patient|product|online|verified|collected|written|honest|real|third-party"
_INDEPENDENT = re.compile(
    rf"\bindependent(?:ly)? (?:(?:{_SORTS}) ){{0,2}}(?:reviews?|ratings?|testimonials?)\b"
    r"|\bunabhängige\w* (?:(?:echte|geprüfte)\w* )?(?:bewertung|kundenstimme|kundenbewertung|rezension)\w*\b"
    r"|\b(?:reseñas|opiniones|valoraciones) (?:de clientes |verificadas )?independientes\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")


def check_words(site: Site) -> Iterator[Diagnostic]:
    """Report what is shown against the rules, item by item, then between items, then on the site as a whole."""
    said: dict[str, list[Page]] = defaultdict(list)
    for page in site.pages.values():
        if isinstance(page.meta, (Story, Testimonial)):
            yield from _check_customer(site, page)
            said[_folded(getattr(page.meta, "text", "") or page.summary)].append(page)
        elif isinstance(page.meta, Quote):
            yield from _check_quote(page, page.meta, site.places.get(page.id, {}))
    yield from _same_words(site, said)
    yield from _independence(site)


# one item


def _check_customer(site: Site, page: Page) -> Iterator[Diagnostic]:
    def at(*keys: str) -> Span:
        return place_in(site.places.get(page.id, {}), page.span, *keys)

    meta = page.meta
    if not site.settings.config.sample:
        yield from _placeholders(page, at)
    if meta.endorser and not meta.endorser.evidence:
        what = "an expert" if meta.endorser.kind == "expert" else "a well-known person"
        yield fault(UNPROVEN_EXPERT, at("endorser"), f"they speak as {what}, and no `evidence` proves it")
    for number, claim in enumerate(getattr(meta, "claims", ()), start=1):
        if not claim.typical and not claim.evidence:
            message = f"the claim “{cut(claim.text, 60)}” has neither `typical` nor `evidence`"
            yield fault(BARE_CLAIM, at(f"claims[{number}]", "claims"), message)
    if not meta.about.self and not meta.about.name:
        yield fault(UNNAMED_SUBJECT, at("about.self", "about"), "the words are about another business without a name")
    yield from _edits(page, at)
    yield from _prize(site, page, at)


def _placeholders(page: Page, at: Callable[..., Span]) -> Iterator[Diagnostic]:
    words = " ".join((page.title, getattr(page.meta, "text", ""), page.summary))
    folded = words.lower()
    if any(mark in folded for mark in _STOCK_MARKS) and (match := _STOCK_WORDS.search(words)):
        yield fault(PLACEHOLDER, at("text", "title"), f"“{match[0]}” stands as a customer's words")
    if match := _EXAMPLES.search(words):
        message = f"“{match[0]}” is from an example that every new site begins with; nobody said it"
        yield fault(PLACEHOLDER, at("text", "title"), message)
    name = page.person.name if page.person else ""
    if name.casefold() in _STOCK_NAMES:
        yield fault(PLACEHOLDER, at("author.name", "author"), f"“{name}” is a name out of a template")


def _edits(page: Page, at: Callable[..., Span]) -> Iterator[Diagnostic]:
    edited = page.meta.edited
    if edited is None or not edited.flag:
        return
    beyond = [kind for kind in edited.kinds if kind not in _SEEN]
    if beyond and not edited.approved_by_author:
        message = f"the words were changed ({', '.join(beyond)}), and nothing says that their author agreed"
        yield fault(UNSEEN_EDIT, at("edited.kinds", "edited"), message)
    if "translation" in edited.kinds and page.meta.translation is None:
        message = "the words are translated, and nothing says from which language and by whom"
        yield fault(UNTOLD_TRANSLATION, at("edited.kinds", "edited"), message)


def _prize(site: Site, page: Page, at: Callable[..., Span]) -> Iterator[Diagnostic]:
    """Report an entry to a contest that does not say so: a chance to win is a tie (16 CFR 255.5)."""
    if page.kind != "story" or page.date is None or not page.meta.may_win or page.meta.disclosure:
        return
    ranking = site.settings.config.ranking.get(str(page.date.year))
    if ranking and ranking.prize:
        message = f"the story took part when there was something to win ({cut(ranking.prize, 60)}), and does not say so"
        yield fault(PRIZE_UNTOLD, at("disclosure", "date"), message)


def _check_quote(page: Page, quote: Quote, places: Mapping[str, Span]) -> Iterator[Diagnostic]:
    count = len(quote.text.split())
    if quote.rights == "short-quotation" and count > LONGEST_QUOTATION:
        message = f"the quotation has {count} words, which is more than {LONGEST_QUOTATION}"
        yield fault(LONG_QUOTATION, place_in(places, page.span, "rights", "text"), message)
    source = quote.source
    if source and source.kind == "web" and source.url and not (source.accessed or source.archived):
        message = "the source is an address without `accessed` and without `archived`"
        yield fault(FLEETING_SOURCE, place_in(places, page.span, "source.url", "source"), message)


# between items


def _same_words(site: Site, said: Mapping[str, list[Page]]) -> Iterator[Diagnostic]:
    for words, pages in said.items():
        if len(pages) < 2 or len(words.split()) < _FEWEST_SAME:
            continue
        first, *others = sorted(pages, key=lambda page: page.id)
        for other in others:
            if not _may_be_one(first, other):
                place = place_in(site.places.get(other.id, {}), other.span, "text", "author")
                message = f"{_called(other)} says to the letter what {_called(first)} says"
                yield fault(SAME_WORDS, place, message, related=(first.span,))


def _folded(words: str) -> str:
    return re.sub(r"\W+", " ", words).strip().casefold()


def _may_be_one(one: Page, other: Page) -> bool:
    """Tell whether two items may be by one person, who is perhaps shown by name here and by initials there."""
    names = [page.person.name.casefold() if page.person else "" for page in (one, other)]
    return not all(names) or names[0][0] == names[1][0]


def _called(page: Page) -> str:
    return (page.person.name if page.person else "") or f"the author of `{page.id}`"


# the site as a whole


def _independence(site: Site) -> Iterator[Diagnostic]:
    """Report a site that calls its own reviews independent; its config, lists and plain pages are looked through."""
    config = site.settings.config
    told = {
        "description": config.description,
        "testimonials.selection_note": config.testimonials.selection_note,
        "testimonials.verification_note": config.testimonials.verification_note,
    }
    for key, words in told.items():
        if match := _INDEPENDENT.search(words):
            yield fault(NOT_INDEPENDENT, place_in_config(site.settings, key), f"`{key}` speaks of “{match[0]}”")
    for page in site.pages.values():
        if page.kind in ("page", "section") and (match := _INDEPENDENT.search(_words_of(site, page))):
            yield fault(NOT_INDEPENDENT, page.span, f"the page speaks of “{match[0]}”")


def _words_of(site: Site, page: Page) -> str:
    body = site.bodies.get(page.id)
    return " ".join((page.title, page.summary, unescape(_TAG.sub(" ", _plain(body.html))) if body else ""))


def _plain(segments: Segments) -> str:
    inner: Iterable[str] = (
        s if isinstance(s, str) else _plain(s.body) if isinstance(s, Component) else "" for s in segments
    )
    return "".join(inner)
