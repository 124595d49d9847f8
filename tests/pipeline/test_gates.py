"""What is on the site now, what is not yet, and when that changes by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]


@pytest.fixture
def one_post(small_site: SmallSite) -> Callable[..., BuiltSite]:
    def build(*lines: str, **how: object) -> BuiltSite:
        text = "-- content/blog/a.md --\n---\ntitle: A\n" + "".join(line + "\n" for line in lines) + "---\nText.\n"
        return small_site(text, **how)

    return build


def held(site: BuiltSite) -> list[tuple[str, str]]:
    return [(h.state, h.reason) for h in site.held_back]


def test_a_post_of_today_is_there(one_post: Callable[..., BuiltSite]) -> None:
    site = one_post("date: 2026-11-22", now="2026-11-22")
    assert held(site) == []
    assert "blog/a/index.html" in site.outputs


@pytest.mark.parametrize(
    ("lines", "now", "state", "reason"),
    [
        (("draft: true",), "2026-11-22", "draft", "it is a draft"),
        (("date: 2026-12-01",), "2026-11-22", "future", "it goes live on 2026-12-01 00:00"),
        (("date: 2026-12-01 09:30",), "2026-11-22", "future", "it goes live on 2026-12-01 09:30"),
        (("date: 2026-01-01", "publish_date: 2026-12-01"), "2026-11-22", "future", "it goes live on 2026-12-01 00:00"),
        (("date: 2026-01-01", "expires: 2026-11-22"), "2026-11-22", "expired", "it expired on 2026-11-22 00:00"),
        (("date: 2026-12-01", "draft: true"), "2026-11-22", "draft", "it is a draft"),
        (("date: 2026-12-01", "expires: 2026-11-01"), "2026-11-22", "expired", "it expired on 2026-11-01 00:00"),
        (("date: 2026-11-22 18:00 +0200",), "2026-11-22 15:59", "future", "it goes live on 2026-11-22 16:00"),
    ],
)
def test_what_is_held_back_says_why(
    one_post: Callable[..., BuiltSite], lines: tuple[str, ...], now: str, state: str, reason: str
) -> None:
    site = one_post(*lines, now=now)
    assert held(site) == [(state, reason)]
    assert "blog/a/index.html" not in site.outputs
    assert site.ok


def test_the_date_shown_may_lie_ahead_of_the_day_it_goes_live(one_post: Callable[..., BuiltSite]) -> None:
    assert held(one_post("date: 2026-12-24", "publish_date: 2026-11-01")) == []


@pytest.mark.parametrize(
    ("lines", "flag"),
    [(("draft: true",), "drafts"), (("date: 2030-01-01",), "future"), (("expires: 2020-01-01",), "expired")],
)
def test_each_state_has_a_flag_of_its_own(
    one_post: Callable[..., BuiltSite], lines: tuple[str, ...], flag: str
) -> None:
    flags = ("drafts", "future", "expired")
    assert "blog/a/index.html" in one_post(*lines, **{flag: True}).outputs
    others = {name: True for name in flags if name != flag}
    assert "blog/a/index.html" not in one_post(*lines, **others).outputs


def test_what_a_preview_lets_through_asks_search_engines_to_stay_away(one_post: Callable[..., BuiltSite]) -> None:
    site = one_post("draft: true", drafts=True)
    assert 'content="noindex"' in site.html("/blog/a/")
    assert 'content="noindex"' not in site.html("/blog/")


def test_a_draft_of_the_future_needs_no_second_flag(one_post: Callable[..., BuiltSite]) -> None:
    assert "blog/a/index.html" in one_post("date: 2030-01-01", "draft: true", drafts=True).outputs


def test_the_next_due_moment_is_the_earliest_change_ahead(small_site: SmallSite) -> None:
    site = small_site("""
    -- content/blog/a.md --
    ---
    title: A
    date: 2027-03-01
    ---
    -- content/blog/b.md --
    ---
    title: B
    date: 2026-01-01
    expires: 2026-12-24 18:00
    ---
    -- content/blog/c.md --
    ---
    title: C
    date: 2020-01-01
    draft: true
    expires: 2026-12-01
    ---
    """)
    assert site.site.next_due == datetime(2026, 12, 24, 18, tzinfo=ZoneInfo("Europe/London"))


def test_without_anything_ahead_nothing_is_due(one_post: Callable[..., BuiltSite]) -> None:
    assert one_post("date: 2026-01-01").site.next_due is None


def test_an_embargo_holds_words_until_its_moment(small_site: SmallSite) -> None:
    text = """
    -- content/testimonials/a.yaml --
    - id: a
      text: Well done.
      embargo: 2026-12-01
      consent: {at: 2026-01-01, scopes: [publish_text], how: letter}
    """
    (one,) = small_site(text).held_back
    assert (one.state, one.due) == ("future", datetime(2026, 12, 1, tzinfo=ZoneInfo("Europe/London")))
    assert small_site(text, now="2026-12-01").held_back == ()


def test_an_item_held_back_is_in_no_list_term_or_count(small_site: SmallSite) -> None:
    site = small_site("""
    -- content/blog/a.md --
    ---
    title: Seen
    date: 2026-01-01
    tags: [care]
    ---
    -- content/blog/b.md --
    ---
    title: Unseen
    date: 2026-01-02
    draft: true
    tags: [care, whispers]
    authors: [Nemo]
    series: Obscurity
    ---
    """)
    everything = b"\n".join([*site.outputs.values(), *(path.encode() for path in site.outputs)]).lower()
    assert [word for word in (b"unseen", b"whispers", b"nemo", b"obscurity") if word in everything] == []
    assert site.site.terms["tags"]["care"].count == 1


def test_a_collection_that_is_a_draft_keeps_its_quotes(small_site: SmallSite) -> None:
    text = """
    -- content/quotes/care.yaml --
    collection: {title: On care, draft: true}
    quotes: [{id: a, text: Listen., author: Rosa, status: anonymous}]
    -- content/quotes/trade/_index.md --
    ---
    title: On trade
    draft: true
    ---
    -- content/quotes/trade/b.md --
    ---
    author: Rosa
    status: anonymous
    ---
    Sell.
    """
    site = small_site(text)
    assert [p for p in site.outputs if p.startswith("quotes/") and p != "quotes/index.html"] == []
    assert {h.id for h in site.held_back} == {
        "content/quotes/care.yaml",
        "content/quotes/care.yaml#a",
        "content/quotes/trade/_index.md",
        "content/quotes/trade/b.md",
    }
    assert {h.state for h in site.held_back} == {"draft"}
    assert "quotes/care/a/index.html" in small_site(text, drafts=True).outputs
