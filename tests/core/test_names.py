"""Which spellings are one name, and which slug each name gets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caresite.core.names import assign_slugs, identity_of, other_slug
from caresite.core.urls import slug_of

ONE_NAME = [
    ("Bike repair", "bike repair", "bike-repair", "bike_repair", " Bike  repair ", "Bike repair!", "“Bike” repair"),
    ("Straße", "STRASSE"),
    ("R&D", "R & D", "r&amp;d"),
    ("O'Brien", "O’Brien"),
    ("Ａ１", "a1"),
    ("caf\u00e9", "cafe\u0301", "CAFÉ"),
    ("J. Smith", "J Smith"),
    ("Quoi ?", "quoi"),
    ("❤️", "❤"),
    ("Istanbul", "İstanbul"),
    ("Star Trek: TNG", "Star Trek (TNG)"),
]
MANY_NAMES = [
    ("C", "C#", "C++", "C--", "C♯", "С", "C/C++", "C*", "C.A", "©"),
    ("实时", "事实", "时事"),
    ("李娜", "丽娜"),
    ("Café", "Cafe"),
    (".NET", "NET"),
    ("Node.js", "Node js"),
    ("R&D", "R D", "R/D"),
    ("A", "A+", "A-"),
    ("100", "100%"),
    ("+", "++", "!!!", "-", "?"),
    ("👍", "👍🏽"),
    ("ılık", "ilik"),
    ("Con", "con x"),
    ("word " * 40 + "one", "word " * 40 + "two"),
    ("Page", "Page+"),
    ("feed", "feed#"),
]


@pytest.mark.parametrize("spellings", ONE_NAME, ids=lambda names: names[0])
def test_spellings_of_one_name_have_one_identity(spellings: tuple[str, ...]) -> None:
    assert len({identity_of(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("names", MANY_NAMES, ids=lambda names: names[0].strip()[:10])
def test_names_that_differ_have_a_slug_each(names: tuple[str, ...]) -> None:
    slugs = assign_slugs([(identity_of(name), name) for name in names], {})
    assert len(slugs) == len(set(slugs.values())) == len(names)
    assert slugs[identity_of(names[0])] == slug_of(names[0])
    for slug in slugs.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert slug_of(slug) == slug
        assert len(slug) <= 120


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("C#", "c", "c-sharp"),
        ("C++", "c", "c-plus-plus"),
        (".NET", "net", "dot-net"),
        ("#care", "care", "hash-care"),
        ("A-", "a", "a-minus"),
        ("Tea ☕", "tea", "tea-2615"),
        ("Rye again", "rye", "rye-again"),
    ],
)
def test_a_slug_says_the_signs_of_a_name(name: str, taken: str, slug: str) -> None:
    assert other_slug(name, taken) == slug


def test_a_language_decides_about_the_dotless_i() -> None:
    assert identity_of("IŞIK", "tr") == identity_of("ışık", "tr") == identity_of("Işık", "tr-TR")
    assert identity_of("IŞIK", "en") != identity_of("ışık", "en")


@given(st.lists(st.text(alphabet="aA +#-.é李丽", min_size=1), max_size=8), st.text(min_size=1, max_size=4))
def test_a_later_name_changes_no_slug(names: list[str], later: str) -> None:
    before = assign_slugs([(identity_of(name), name) for name in names], {})
    after = assign_slugs([(identity_of(name), name) for name in [*names, later]], {})
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after)
