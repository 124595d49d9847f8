"""Stars in mark-up, whoever wrote it: whose they are, whether the page shows them, and whether they can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from caresite.core.config import Business, Config
from caresite.core.diagnostics import Span
from caresite.pipeline.markup import markup_faults

CONFIG = Config(
    title="Corner Bakery",
    base_url="https://bakery.example/shop/",
    timezone="UTC",
    business=Business(name="Corner Bakery Ltd", legal_name="Corner Baking Company"),
)
SHOWN = "<p>Rye has 4.6 stars of 5 from 1,204 people. Ada Quill wrote: Well kept.</p>"
STARS = {"@type": "AggregateRating", "ratingValue": 4.6, "ratingCount": 1204}
REVIEW = {"@type": "Review", "author": {"@type": "Person", "name": "Ada Quill"}, "reviewBody": "Well kept."}


def rye(**more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Product", "name": "Rye", **more}


def codes(*data: Any, html: str = SHOWN) -> list[str]:
    blocks = "".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in data)
    return [d.code for d in markup_faults(f"<body>{html}{blocks}</body>", Span("x.md"), CONFIG)]


def test_stars_of_something_else_that_are_shown_are_right() -> None:
    assert codes(rye(aggregateRating=STARS, review=[REVIEW])) == []
    assert codes({"@graph": [rye(aggregateRating=STARS)]}) == []


@pytest.mark.parametrize(
    "item",
    [
        {"@type": "Bakery", "name": "Corner Bakery"},
        {"@type": "LocalBusiness", "name": "corner bakery ltd"},
        {"@type": "Organization", "name": "Corner Baking Company"},
        {"@type": "Organization", "name": "Us", "url": "https://bakery.example/shop/"},
        {"@type": "Store", "@id": "https://bakery.example/shop/#business", "name": "Us"},
        {"@type": "Organization"},
    ],
)
def test_stars_for_oneself_are_refused_however_one_is_called(item: dict[str, Any]) -> None:
    assert "J101" in codes(item | {"aggregateRating": STARS})
    assert "J101" in codes(REVIEW | {"itemReviewed": item})


@pytest.mark.parametrize("place", ["https://bakery.example/shop/rye/", "https://other.example/"])
def test_a_page_of_the_site_or_another_firm_is_not_the_firm(place: str) -> None:
    assert codes({"@type": "Store", "name": "Elsewhere", "url": place, "aggregateRating": STARS}) == []


def test_stars_in_attributes_are_told() -> None:
    html = '<div itemscope itemtype="https://schema.org/AggregateRating"></div>'
    assert codes(html=html) == ["J101"]


@pytest.mark.parametrize("value", ["4.6", "4,6", 4.6, "4.60"[:3]])
@pytest.mark.parametrize("shown", ["4.6 stars, 1,204", "4,6 Sterne, 1.204", "4.6 / 1204", "4,6 · 1 204"])
def test_numbers_are_known_as_people_of_any_language_write_them(value: Any, shown: str) -> None:
    assert codes(rye(aggregateRating=STARS | {"ratingValue": value}), html=f"<p>{shown}</p>") == []


@pytest.mark.parametrize(
    ("change", "html"),
    [
        ({"ratingValue": 4.7}, SHOWN),
        ({"ratingCount": 120}, SHOWN),
        ({}, "<!-- 4.6 1204 -->" + "<p>nothing</p>"),
        ({}, "<script>4.6 1204</script>"),
    ],
)
def test_what_readers_do_not_see_is_told(change: dict[str, Any], html: str) -> None:
    assert "J103" in codes(rye(aggregateRating=STARS | change), html=html)


@pytest.mark.parametrize(
    ("rating", "code"),
    [
        ({"@type": "AggregateRating", "ratingCount": 1204}, "J104"),
        ({"@type": "AggregateRating", "ratingValue": 4.6}, "J104"),
        (STARS | {"bestRating": 4}, "J104"),
        (STARS | {"ratingValue": "many"}, "J104"),
        (STARS | {"author": {"name": "Google"}}, "J102"),
        (STARS | {"url": "https://www.trustpilot.com/review/x"}, "J102"),
    ],
)
def test_ratings_that_cannot_be_or_come_from_elsewhere_are_told(rating: dict[str, Any], code: str) -> None:
    assert code in codes(rye(aggregateRating=rating))


@pytest.mark.parametrize("author", [None, "", {"@type": "Person"}, "Best bakery in town!", "x" * 101, "20% off rye"])
def test_a_review_needs_somebody_who_wrote_it(author: Any) -> None:
    assert "J105" in codes(rye(review=REVIEW | {"author": author}))


def test_stars_for_what_has_none_anywhere_are_a_warning() -> None:
    data = json.dumps({"@type": "Article", "name": "x", "review": REVIEW})
    html = f'{SHOWN}<script type="application/ld+json">{data}</script>'
    (found,) = markup_faults(html, Span("x.md"), CONFIG)
    assert (found.code, found.severity) == ("J106", "warning")


def test_a_second_block_that_cannot_be_read_is_told() -> None:
    html = '<script type="application/ld+json">{"a": 1}</script><script type="application/ld+json">{,}</script>'
    assert codes(html=html) == ["J107"]


@pytest.mark.parametrize("html", ["<p>Reviews</p>", "<p>Review us</p>", "<p>AggregateRating is a word</p>"])
def test_words_alone_are_no_mark_up(html: str) -> None:
    assert codes(html=html) == []
