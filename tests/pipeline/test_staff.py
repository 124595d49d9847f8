"""People whom customers name: by their first names until they agree, in every word that a file says of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caresite.pipeline.sensitive import sensitive_words
from caresite.pipeline.staff import masked
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text], how: letter}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Priya Nair sang.", "Priya sang."),
        ("PRIYA NAIR sang, and Priya\nNair danced.", "Priya sang, and Priya danced."),
        ("Priya Nairobi sang.", "Priya Nairobi sang."),
        ("Ms Nair sang.", "Ms Nair sang."),
        ("Ana Maria Bell and Ana Bell", "Ana and Ana"),
    ],
)
def test_a_whole_name_becomes_a_first_name(words: str, expected: str) -> None:
    assert masked(words, ["Priya Nair", "Ana Bell", "Ana Maria Bell"]) == expected


def test_a_name_of_one_word_stays_as_it_is() -> None:
    assert masked("Cher sang.", ["Cher"]) == "Cher sang."


@pytest.mark.parametrize(
    "place",
    [
        "title: By Priya Nair",
        "summary: Priya Nair sang.",
        "description: Priya Nair sang.",
        "outcome: Priya Nair sang.",
        "quotes: [{text: Priya Nair sang.}]",
        "timeline: [{title: Priya Nair sang., text: Then Priya Nair left.}]",
    ],
)
def test_it_is_so_in_every_place_of_a_story(small_site: SmallSite, place: str) -> None:
    head = "".join(f"{line}\n" for line in ("title: A", place, "date: 2026-02-01", "staff: [Priya Nair]", CONSENT))
    head = head.removeprefix("title: A\n") if place.startswith("title") else head
    site = small_site(f"-- content/stories/a.md --\n---\n{head}---\nNobody else.\n")
    assert [path for path, data in site.outputs.items() if b"Nair" in data] == []
    assert "K201" in site.codes
    assert "Nair" not in str(next(page for page in site.site.pages.values() if page.kind == "story").meta)


def test_who_agreed_is_named_in_full(small_site: SmallSite) -> None:
    head = f"title: A\ndate: 2026-02-01\nstaff: [{{name: Priya Nair, agreed: true}}]\n{CONSENT}\n"
    site = small_site(f"-- content/stories/a.md --\n---\n{head}---\nPriya Nair sang.\n")
    assert "K201" not in site.codes
    assert "Priya Nair sang." in site.text("/stories/a/")


def test_an_address_that_names_somebody_is_told(small_site: SmallSite) -> None:
    head = f"title: A\ndate: 2026-02-01\nstaff: [Priya Nair]\n{CONSENT}\n"
    site = small_site(f"-- content/stories/thanks-priya-nair.md --\n---\n{head}---\nShe sang.\n")
    assert ["the address names Priya Nair" in d.message for d in site.diagnostics if d.code == "K201"] == [True]


# what the law protects most


@pytest.mark.parametrize(
    "words",
    [
        "My cancer came back in May.",
        "He was diagnosed with something.",
        "I’m a muslim woman and they asked.",
        "I am gay.",
        "We met in the trade union.",
        "Meine Depression war schlimm.",
        "Ich bin schwul.",
        "Er ist Gewerkschaftsmitglied.",
        "Me diagnosticaron en mayo.",
        "Soy católica.",
        "Mi embarazo fue difícil.",
    ],
)
def test_what_people_tell_of_themselves_is_noticed(words: str) -> None:
    assert sensitive_words(f"They came at five. {words}")


@pytest.mark.parametrize(
    "words",
    [
        "The cat had cancer, and the vet was kind.",
        "They sing in the Catholic church on Sundays.",
        "The hospital shop sells soup.",
        "A union of two firms.",
        "A stroke of luck.",
        "The diagnosis of the boiler took a minute.",
        "Der Krebs im Aquarium.",
        "El diagnóstico del coche.",
    ],
)
def test_what_only_sounds_like_it_is_not(words: str) -> None:
    assert not sensitive_words(words)


def test_an_explicit_yes_settles_it(small_site: SmallSite) -> None:
    for line, told in (("sensitive: agreed", False), ("weight: 1", True)):
        head = f"title: A\ndate: 2026-02-01\n{line}\n{CONSENT}\n"
        site = small_site(f"-- content/stories/a.md --\n---\n{head}---\nMy cancer came back.\n")
        assert ("K202" in site.codes) is told
