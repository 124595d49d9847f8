"""The best stories of a year: scores that can be worked out by hand, ties, votes, and years that stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import pytest

from caresite.core.ranking import METHODS, Ranking
from caresite.pipeline.best import Tally, bayes, score_of, wilson
from caresite.pipeline.reader import Plan, Reader
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "consent: {at: 2025-01-01, scopes: [publish_text], how: letter}"


def story(name: str, date: str, *lines: str) -> str:
    head = "".join(f"{line}\n" for line in (f"title: {name}", f"date: {date}", *lines, CONSENT))
    return f"-- content/stories/{name}.md --\n---\n{head}---\nText.\n"


THREE = story("a", "2025-03-01") + story("b", "2025-06-01") + story("c", "2025-09-01")


def places(site: BuiltSite, year: int = 2025) -> list[tuple[int, str]]:
    best = Reader(site.site, Plan()).best("stories", year)
    return [(entry.place, entry.page.title) for entry in best.placed]


def votes(**counts: str) -> dict[str, bytes]:
    lines = "".join(f"  content/stories/{name}.md: {{{tally}}}\n" for name, tally in counts.items())
    return {"data/votes/2025.yaml": f"voters: 40\ncounted: 2026-01-10\nstories:\n{lines}".encode()}


# scores


@pytest.mark.parametrize(
    ("stars", "expected"),
    [
        ((0, 0, 0, 0, 0), 3.5),
        ((0, 0, 0, 0, 1), 3.636),  # (35 + 5) / 11
        ((1, 0, 0, 10, 20), 4.293),  # (35 + 141) / 41
        ((10, 0, 0, 0, 0), 2.25),  # (35 + 10) / 20
    ],
)
def test_bayes_begins_with_ten_votes_of_three_and_a_half(
    stars: tuple[int, int, int, int, int], expected: float
) -> None:
    assert score_of(Tally(stars=stars), Ranking(method="bayes")) == expected


def test_bayes_is_exact() -> None:
    ranking = Ranking(method="bayes", prior_mean=3.3, prior_weight=3)
    assert str(bayes(Tally(stars=(0, 0, 0, 0, 7)), ranking)) == "449/100"  # (3 × 3.3 + 35) ÷ 10


@pytest.mark.parametrize(("ups", "downs"), [(3, 0), (90, 10), (1, 1), (0, 5), (187, 11)])
def test_wilson_is_the_lower_root_of_its_equation(ups: int, downs: int) -> None:
    n, z = ups + downs, 1.96
    bound = wilson(ups, downs)
    assert abs(abs(ups / n - bound) - z * sqrt(bound * (1 - bound) / n)) < 1e-9
    assert bound <= ups / n


def test_many_votes_are_worth_more_than_few_perfect_ones() -> None:
    assert wilson(90, 10) > wilson(3, 0)
    assert wilson(0, 0) == 0


# places


def test_an_editor_gives_the_places_unless_the_config_says_otherwise(small_site: SmallSite) -> None:
    text = story("a", "2025-03-01", "place: 2") + story("b", "2025-06-01", "place: 1") + story("c", "2025-09-01")
    assert places(small_site(text)) == [(1, "b"), (2, "a")]


@pytest.mark.parametrize(
    ("method", "counts", "expected"),
    [
        ("bayes", {"a": "stars: {5: 30}", "b": "stars: {5: 1}", "c": "stars: {1: 9}"}, ["a", "b", "c"]),
        ("wilson", {"a": "for: 3, against: 0", "b": "for: 90, against: 10"}, ["b", "a"]),
        ("recent", {}, ["c", "b", "a"]),
    ],
)
def test_each_method_has_its_order(
    small_site: SmallSite, method: str, counts: dict[str, str], expected: list[str]
) -> None:
    site = small_site(THREE, config=f"ranking: {{2025: {method}}}\n", files=votes(**counts))
    assert places(site) == list(enumerate(expected, start=1))
    assert method in METHODS


def test_of_equals_the_newer_comes_first_and_both_are_marked(small_site: SmallSite) -> None:
    site = small_site(THREE, config="ranking: {2025: bayes}\n", files=votes(a="stars: {5: 3}", c="stars: {5: 3}"))
    best = Reader(site.site, Plan()).best("stories", 2025)
    assert [(entry.page.title, entry.tied) for entry in best.placed] == [("c", False), ("a", True)]


def test_a_story_that_nobody_voted_on_or_that_does_not_take_part_has_no_place(small_site: SmallSite) -> None:
    text = THREE + story("d", "2025-10-01", "may_win: false")
    files = votes(a="for: 2", d="for: 90", b="for: 0, against: 0")
    site = small_site(text, config="ranking: {2025: wilson}\n", files=files)
    best = Reader(site.site, Plan()).best("stories", 2025)
    assert places(site) == [(1, "a")]
    assert (best.entries, best.voters, str(best.counted)) == (3, 40, "2026-01-10")


def test_a_year_without_a_vote_has_no_page(small_site: SmallSite) -> None:
    assert "stories/best/2025/index.html" not in small_site(THREE, config="ranking: {2025: bayes}\n").outputs


def test_a_list_ends_where_the_config_says(small_site: SmallSite) -> None:
    assert len(places(small_site(THREE, config="ranking: {2025: {method: recent, limit: 2}}\n"))) == 2


# years that are settled

SETTLED = b"""\
decided: 2026-01-15
method: wilson
entries: 3
voters: 9
places:
  - {story: content/stories/a.md, for: 7, against: 1}
  - {story: 3f9a0c1b2d4e5f60, for: 5, against: 1}
  - {story: content/stories/c.md, for: 4, against: 4}
"""


def test_a_settled_year_stays_as_it_was_whatever_is_voted_later(small_site: SmallSite) -> None:
    files = votes(c="stars: {5: 900}") | {"data/best/2025.yaml": SETTLED}
    site = small_site(THREE + story("d", "2025-11-01"), config="ranking: {2025: bayes}\n", files=files)
    best = Reader(site.site, Plan()).best("stories", 2025)
    assert places(site) == [(1, "a"), (3, "c")]
    assert (best.ranking.method, best.entries, best.voters, str(best.decided)) == ("wilson", 3, 9, "2026-01-15")


def test_what_was_taken_back_leaves_its_place_empty_and_is_noted(small_site: SmallSite) -> None:
    site = small_site(THREE, files={"data/best/2025.yaml": SETTLED})
    assert Reader(site.site, Plan()).best("stories", 2025).taken_back
    assert "R104" in {d.code for d in site.diagnostics}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "the file is not made of"),
        ("decided: soon\nplaces: []", "`decided` is “soon”"),
        ("places: []", "needs `decided:`"),
        ("decided: 2026-01-01\nmethod: luck\nplaces: []", "“luck”"),
        ("decided: 2026-01-01\nmethod: bayes\nprior_weight: 0\nplaces: [{story: x}]", "at least 1"),
        ("decided: 2026-01-01\nplaces: [{for: 1}]", "names no `story`"),
        ("decided: 2026-01-01\nplaces: [{story: x, for: -1}]", "“-1”, which is not a count"),
        ("decided: 2026-01-01\nplaces: [{story: x, stars: {6: 1}}]", "votes of `6` stars"),
        ("decided: 2026-01-01\nplaces: [{story: x, for: true}]", "“True”, which is not a count"),
    ],
)
def test_a_file_that_is_no_count_is_told_and_makes_no_page(small_site: SmallSite, text: str, message: str) -> None:
    site = small_site(THREE, files={"data/best/2025.yaml": text.encode()})
    assert [message in d.message for d in site.diagnostics if d.code == "R101"] == [True]
    assert "stories/best/2025/index.html" not in site.outputs


@pytest.mark.parametrize(
    ("method", "counts", "code", "said"),
    [
        ("bayes", {"a": "for: 3"}, "R102", "decided by votes in stars, and the votes here are in for and against"),
        ("wilson", {"a": "stars: {5: 3}"}, "R102", "decided by votes in for and against"),
        (
            "bayes",
            {"a": "stars: {5: 3}", "gone": "stars: {5: 1}"},
            "R101",
            "`content/stories/gone.md`, which is not on",
        ),
    ],
)
def test_votes_that_decide_nothing_are_told(
    small_site: SmallSite, method: str, counts: dict[str, str], code: str, said: str
) -> None:
    site = small_site(THREE, config=f"ranking: {{2025: {method}}}\n", files=votes(**counts))
    assert [said in d.message for d in site.diagnostics if (d.code, d.severity) == (code, "warning")] == [True]
