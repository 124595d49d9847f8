"""The rules for words that are shown: what breaks each of them stands in `tests/broken`, and here what does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text, publish_name], how: letter}"
OURS = frozenset((*(f"K2{n:02}" for n in range(1, 14)), "Q201", "Q202"))


def said(
    name: str, *lines: str, words: str = "They had the rye ready before the first bus.", author: str = "Jo Marsh"
) -> str:
    head = "".join(f"{line}\n" for line in (f"author: {author}", *lines, CONSENT))
    return f"-- content/testimonials/{name}.md --\n---\n{head}---\n{words}\n"


def told(site: BuiltSite) -> set[str]:
    return set(site.codes) & OURS


@pytest.mark.parametrize(
    "text",
    [
        said("a", "claims: [{text: Half the bread, typical: a third less}]"),
        said("a", "claims: [{text: Half the bread, evidence: our tins}]"),
        said("a", "endorser: {kind: expert, evidence: Master baker since 1990}"),
        said("a", "edited: {kinds: [typo]}"),
        said("a", "edited: {flag: false, kinds: [length]}"),
        said("a", "edited: {kinds: [length], approved_by_author: true}"),
        said("a", "edited: {kinds: [translation], approved_by_author: true}", "translation: de"),
        said("a", "about: {self: false, name: The Mill}"),
        said("a") + said("b"),
        said("a") + said("b", author="{name: Jo Marsh, display: initials}"),
        said("a") + said("b", author="{name: Jo Marsh, display: anonymous}"),
        said("a", words="Great service!") + said("b", words="Great service!", author="Kit Lowe"),
        said("a", words="Your review was read by the baker, she said."),
        said("a", author="John Dorey"),
    ],
)
def test_what_is_right_is_not_told(small_site: SmallSite, text: str) -> None:
    assert told(small_site(text)) == set()


@pytest.mark.parametrize("author", ["John Doe", "JANE DOE", "Max Mustermann"])
def test_a_name_out_of_a_template_is_none_unless_everything_is_a_sample(small_site: SmallSite, author: str) -> None:
    assert told(small_site(said("a", author=author))) == {"K203"}
    assert told(small_site(said("a", author=author), config="sample: true\n")) == set()


def test_a_name_that_is_not_shown_is_no_name_out_of_a_template(small_site: SmallSite) -> None:
    assert told(small_site(said("a", author="{name: Jane Doe, display: first-name}"))) == set()


def test_the_same_words_in_another_guise_are_the_same(small_site: SmallSite) -> None:
    other = said("b", words="They had the rye READY – before the first bus!", author="Kit Lowe")
    assert told(small_site(said("a") + other)) == {"K204"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("description: Read our independent customer reviews.\n", {"K209"}),
        ("description: Unabhängige Bewertungen.\n", {"K209"}),
        ("description: Opiniones independientes.\n", {"K209"}),
        ("description: An independent bakery with reviews.\n", set()),
    ],
)
def test_ones_own_reviews_are_not_called_independent(small_site: SmallSite, config: str, expected: set[str]) -> None:
    assert told(small_site(said("a"), config=config)) == expected


def test_a_plain_page_is_looked_at_too_and_a_post_is_not(small_site: SmallSite) -> None:
    page = "---\ntitle: A\n---\nRead our independent reviews.\n"
    assert told(small_site(f"-- content/pages/a.md --\n{page}")) == {"K209"}
    assert told(small_site(f"-- content/blog/a.md --\n{page}")) == set()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), {"K208"}),
        (("disclosure: It took part to win a lamp.",), set()),
        (("may_win: false",), set()),
        (("date: 2025-03-01",), set()),
    ],
)
def test_a_prize_is_told_on_each_entry_of_its_year(
    small_site: SmallSite, lines: tuple[str, ...], expected: set[str]
) -> None:
    own = lines if any(line.startswith("date") for line in lines) else ("date: 2026-03-01", *lines)
    head = "".join(f"{line}\n" for line in ("title: A", *own, CONSENT))
    site = small_site(
        f"-- content/stories/a.md --\n---\n{head}---\nThey came.\n", config="ranking: {2026: {prize: A lamp}}\n"
    )
    assert told(site) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{title: T, kind: web, url: https://t.example/}", {"Q202"}),
        ("{title: T, kind: web, url: https://t.example/, accessed: 2026-01-01}", set()),
        ("{title: T, kind: web, url: https://t.example/, archived: https://a.example/}", set()),
        ("{title: T, kind: book, url: https://t.example/}", set()),
    ],
)
def test_an_address_as_a_source_says_when_it_was_read(small_site: SmallSite, source: str, expected: set[str]) -> None:
    quote = f"-- content/quotes/q.yaml --\n- {{id: a, text: Rye., author: Jo, source: {source}, status: sourced}}\n"
    assert told(small_site(quote)) == expected


def test_words_of_a_program_are_nowhere(small_site: SmallSite) -> None:
    site = small_site(said("a", "machine_written: true"))
    assert told(site) == {"K207"}
    assert [path for path, data in site.outputs.items() if b"the first bus" in data] == []
