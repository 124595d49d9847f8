"""A name that is not to be shown stands nowhere: in no field of the item, nor split by marks, nor spelt otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from caresite.core.diagnostics import Span
from caresite.core.model import Item
from caresite.core.strings import strings_of
from caresite.kinds import Quote, Story, Testimonial
from caresite.kinds.story import Customer
from caresite.kinds.testimonial import Speaker
from caresite.pipeline.hidden_names import HiddenName, hidden_names, places_of_name, places_of_surname
from caresite.testing import BuiltSite, build_site

HEAD = """
author: {name: Ines Okafor, display: initials}
relation: customer
consent: {at: 2026-03-01, how: letter, scopes: [publish_text, publish_name]}
"""


def site_with(fields: str = "", body: str = "They were kind.", name: str = "kind.md") -> BuiltSite:
    return build_site(
        f"-- content/stories/{name} --\n---\ntitle: Kind\ndate: 2026-03-01{HEAD}{fields}\n---\n\n{body}\n"
    )


def withheld(site: BuiltSite) -> list[str]:
    return [h.reason for h in site.held_back if h.state == "withheld"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ("title: Ines Okafor was here", "title"),
        ("tags: [Ines Okafor]", "tags"),
        ("aliases: [/ines-okafor/]", "aliases"),
        ("products: [Ines Okafor]", "products"),
        ("categories: [Ines Okafor]", "categories"),
        ("disclosure: Ines Okafor got a cake.", "disclosure"),
        ("quotes:\n  - {text: Ines Okafor says they were kind}", "quotes.text"),
        ("timeline:\n  - {date: May, title: Ines Okafor came, text: x}", "timeline.title"),
        ("metrics:\n  - {label: Cakes for Ines Okafor, value: '2'}", "metrics.label"),
        ("looked_after_by: Ines Okafor", "looked_after_by"),
        ("cta: {text: Ask Ines Okafor, url: /}", "cta.text"),
        ("cta: {text: Ask, url: /ask-ines-okafor/}", "cta.url"),
        ("translation: {of: de, original: 'https://x.example/ines-okafor'}", "translation.original"),
        ("params: {note: Ines Okafor}", "params.note"),
        ("series: Letters by Ines Okafor", "series.name"),
        ("image: {src: 'https://x.example/a.jpg', alt: Ines Okafor at work}", "image.alt"),
        ("image: {src: 'https://x.example/ines-okafor.jpg', alt: A shop}", "image.src"),
        ("source: {platform: Letter, url: 'https://x.example/@inesokafor'}", "source.url"),
        ("customer: {name: Ines Okafor Ltd}", "customer.name"),
    ],
)
def test_every_field_is_searched(fields: str, place: str) -> None:
    site = (
        site_with(fields)
        if not fields.startswith("title")
        else build_site(f"-- content/stories/kind.md --\n---\n{fields}\ndate: 2026-03-01{HEAD}---\nText.\n")
    )
    reasons = withheld(site)
    assert reasons, "the story is shown"
    assert f"`{place}` gives away the name" in reasons[0]
    assert not any(b"Okafor" in data for data in site.outputs.values())


@pytest.mark.parametrize(
    "body",
    [
        "Ines **Oka**for was here.",
        "Ines *Okafor* was here.",
        "Ines<br>Okafor was here.",
        "I<b>n</b>es <i>Oka</i>for was here.",
        "Ines <!-- x -->Okafor was here.",
        "Ines Oka&shy;for was here.",
        "Ines Oka\u200bfor was here.",
        "Ines &#79;kafor was here.",
        "INES OKAFOR was here.",
        "Inés Okäfor was here.",
        "Ines Ok\u0430for was here.",
        "Okafor, Ines, was here.",
        "Ines M. Okafor was here.",
        "InesOkafor was here.",
        "See @ines_okafor.",
        "Ines Okafor's shop.",
        "![a shop](https://x.example/ines-okafor.jpg)",
        '![Ines Okafor](https://x.example/a.jpg "x")',
        "[here](https://x.example/a?who=Ines%20Okafor)",
        "<p title='Ines Okafor'>They came.</p>",
        "## Ines Okafor\n\nThey came.",
        "::: callout tip\nInes Okafor\n:::",
        "::: stats\nInes Okafor: 3 cakes\n:::",
        "| a | b |\n|---|---|\n| Ines Okafor | x |",
        "They came.[^1]\n\n[^1]: So said Ines Okafor.",
        "`Ines Okafor`",
    ],
)
def test_marks_and_spellings_hide_no_name(body: str) -> None:
    reasons = withheld(site_with(body=body))
    assert reasons, "the story is shown"
    assert "`body` gives away the name" in reasons[0]


@pytest.mark.parametrize("body", ["Ines said so. Okafor is a name.", "Vines, okaforms and wine.", "They were kind."])
def test_other_words_are_shown(body: str) -> None:
    assert withheld(site_with(body=body)) == []


def test_the_file_name_is_searched() -> None:
    assert "`slug` gives away the name" in withheld(site_with(name="how-ines-okafor-slept.md"))[0]


# every string field of the records, also those to come


def sample_of(kind: Any, text: str) -> Any:
    """Return a value of the annotated type `kind` with `text` in its first string; None for a type without one."""
    origin = get_origin(kind)
    if origin is Literal:
        return get_args(kind)[0]
    inner = [sample_of(each, text) for each in get_args(kind)]
    if kind is str:
        return text
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind, include_extras=False)
        values = {name: sample_of(each, text) for name, each in hints.items()}
        return kind(**{name: value for name, value in values.items() if value is not None and value != ""})
    if origin is tuple and inner and inner[0] is not None:
        return (inner[0],)
    if origin is dict:
        return {"note": text}
    return next((each for each in inner if each is not None), None) if origin not in (None, tuple) else None


KEPT = {"author", "consent"}


@pytest.mark.parametrize("record", [Story, Testimonial, Quote])
def test_no_field_of_a_record_is_left_out(record: Any) -> None:
    author = get_type_hints(record)["author"].__args__[0](name="Ines Okafor", display="initials")
    searched = 0
    for name, kind in get_type_hints(record, include_extras=False).items():
        value = None if name in KEPT else sample_of(kind, "Ines Okafor")
        if not any("Ines" in text for _, text in strings_of(value)):
            continue
        meta = record(author=author, **{name: value})
        item = Item(kind="story", meta=meta, span=Span("x.md"))
        (hidden,) = hidden_names(
            msgspec.structs.replace(meta, **({"customer": Customer()} if name == "customer" else {}))
        )
        assert places_of_name(item, hidden), name
        searched += 1
    assert searched > 15


# names of one word, firms, surnames


def places(text: str, hidden: HiddenName) -> list[str]:
    item = Item(kind="testimonial", meta=Testimonial(text=text), span=Span("x.md"))
    return places_of_name(item, hidden)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thanks, Rose", True),
        ("We came.\n\nRose", True),
        ("I told Rose so.", True),
        ("A rose is a rose.", False),
        ("Roses are red.", False),
    ],
)
def test_a_name_of_one_word_is_told_from_the_word(text: str, shown: bool) -> None:
    assert bool(places(text, HiddenName("Rose", "author", "anonymous"))) is shown


def test_an_anonymous_customer_stays_so() -> None:
    meta = Story(
        customer=Customer(name="Crumb & Co", anonymous=True),
        title="Crumb & Co moved",
        date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    (hidden,) = hidden_names(meta)
    assert places_of_name(Item(kind="story", meta=meta, span=Span("x.md")), hidden) == ["title"]


@pytest.mark.parametrize("name", ["王小明", "さくら はな"])
def test_names_in_scripts_without_spaces_are_found_within_a_sentence(name: str) -> None:
    assert places(f"今日は{name}さんが来た。", HiddenName(name, "author", "anonymous")) == ["text"]


def test_a_surname_by_itself_is_a_warning(small_site: Any) -> None:
    site = site_with(body="They said: good morning, Mrs Okafor.")
    assert withheld(site) == []
    (warning,) = [d for d in site.diagnostics if d.code == "K110"]
    assert "`body` holds the surname" in warning.message
    item = Item(
        kind="testimonial",
        meta=Testimonial(text="I met a baker.", author=Speaker(name="Ines Baker")),
        span=Span("x.md"),
    )
    assert places_of_surname(item, HiddenName("Ines Baker", "author", "first-name")) == []
