"""Rules for customers' words that no fault can tell of, because pages are made so: read off a site with everything."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from caresite.testing import BuiltSite, build_site

TIE = "Ida got a free lamp for her trouble."
WORDS = "They came at five with the lantern lit"
CONSENT = "consent: {at: 2026-03-01, scopes: [publish_text, publish_name, publish_company], how: letter}"
SITE = f"""
-- caresite.yaml --
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
business: {{name: Corner Bakery, email: hello@bakery.example}}
ranking:
  2026: {{method: editorial, judges: Rosa and Devi, prize: A lamp}}
-- content/stories/lantern.md --
---
title: The lantern
date: 2026-03-15
place: 1
featured: true
author: {{name: Ida Roe}}
customer: {{name: Roe Lamps}}
incentive: {{kind: prize, description: a lamp}}
disclosure: {TIE}
edited: {{kinds: [length], approved_by_author: true}}
translation: {{of: de, by: machine, original: https://roe.example/laterne/}}
staff: [Priya Nair, {{name: Tom Abara, agreed: true}}]
quotes: [{{text: "{WORDS}"}}]
reply: {{by: Rosa, text: We had looked for the lantern for an hour.}}
{CONSENT}
---
Priya Nair held the ladder, and Tom Abara the cat.
-- content/stories/other.md --
---
title: The other shop
date: 2026-04-15
place: 2
disclosure: Jo took part to win a lamp.
about: {{self: false, name: Pike’s Coaches}}
author: {{name: Jo Marsh, display: initials}}
{CONSENT}
---
Nothing happened, and I got home.
-- content/testimonials/words.yaml --
- id: lamp
  text: "{WORDS}, and Priya Nair sang."
  author: {{name: Ida Roe}}
  rating: 5
  featured: true
  tags: [night]
  incentive: {{kind: gift}}
  disclosure: {TIE}
  staff: [Priya Nair]
  reply: {{by: Rosa, text: We still sing it.}}
  {CONSENT}
- id: cross
  text: The rye was burnt on Monday and again on Friday.
  author: {{name: Kit Lowe}}
  rating: 1
  {CONSENT}
- id: elsewhere
  text: A fair loaf for a fair price, said on another site.
  author: {{name: Una Webb}}
  rating: 5
  source: {{platform: Trustpilot, imported: true}}
  {CONSENT}
-- content/quotes/bread.yaml --
- id: rye
  text: Rye keeps its word.
  author: Jo Marsh
  source: {{title: A Book of Bread, page: "12"}}
  status: sourced
- {{id: crumb, text: Mind the crumb., author: Ada Quill, status: misattributed, status_note: In no letter of hers.}}
-- content/blog/night.md --
---
title: Night
date: 2026-05-01
---
::: testimonials tag=night
:::

::: quote bread/rye
:::

::: story lantern
:::
"""
REVIEWS = "testimonials: {mode: reviews, show_average: true, verification_note: Rosa rings everybody.}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    return built(tmp_path_factory.mktemp("shop"))


def built(root: Path, text: str = SITE, config: str = "") -> BuiltSite:
    site = build_site(text.replace("ranking:\n", f"{config}ranking:\n", 1), root=root)
    assert not [d for d in site.diagnostics if d.severity == "error"], site.report
    return site


def pages(site: BuiltSite) -> dict[str, str]:
    return {path: data.decode() for path, data in site.outputs.items() if path.endswith(".html")}


def visible(html: str) -> str:
    return " ".join(unescape(re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)).split())


# beside the words


def test_a_disclosure_stands_beside_the_words_wherever_they_stand(shop: BuiltSite) -> None:
    said = {path: visible(html) for path, html in pages(shop).items() if WORDS in visible(html)}
    assert {"index.html", "404.html", "testimonials/index.html", "blog/night/index.html"} < said.keys()
    assert {"stories/lantern/index.html", "stories/best/2026/index.html"} < said.keys()
    assert [path for path, text in said.items() if text.count(TIE) < text.count(WORDS + ", and")] == []
    assert [path for path, text in said.items() if TIE not in text] == []
    feeds = {path: unescape(data.decode()) for path, data in shop.outputs.items() if "feed." in path or "rss." in path}
    told = [path for path, text in feeds.items() if WORDS in text]
    assert "testimonials/feed.xml" in told
    assert [path for path in told if TIE not in feeds[path]] == []


def test_words_about_another_business_say_so_on_their_page(shop: BuiltSite) -> None:
    assert "This is about Pike’s Coaches, not about us." in visible(shop.text("/stories/other/"))


def test_edits_and_translations_are_told_with_the_way_to_the_original(shop: BuiltSite) -> None:
    text = shop.text("/stories/lantern/")
    assert "Edited: shortened. The author agreed to the changes." in visible(text)
    assert "Translated from German by a program." in visible(text)
    assert 'href="https://roe.example/laterne/" hreflang="de"' in text


def test_a_reply_is_no_part_of_the_words(shop: BuiltSite) -> None:
    for address, reply in (("/stories/lantern/", "for an hour"), ("/testimonials/", "still sing it")):
        text = shop.text(address)
        assert "Rosa replied" in visible(text)
        assert not [quote for quote in re.findall(r"<blockquote.*?</blockquote>", text, re.DOTALL) if reply in quote]


def test_who_said_it_stands_outside_of_the_words_and_cite_around_works_alone(shop: BuiltSite) -> None:
    for path, html in pages(shop).items():
        for quotation in re.findall(r"<blockquote.*?</blockquote>", html, re.DOTALL):
            assert not re.search(r"<(?:cite|footer|figcaption)\b", quotation), path
        assert set(re.findall(r"<cite[^>]*>(.*?)</cite>", html)) <= {"A Book of Bread"}, path


# others who are named


def test_others_are_named_in_full_in_no_file_until_they_agree(shop: BuiltSite) -> None:
    assert [path for path, data in shop.outputs.items() if b"Nair" in data] == []
    assert "Priya held the ladder, and Tom Abara the cat." in visible(shop.text("/stories/lantern/"))


def test_what_was_taken_back_is_named_by_no_file(tmp_path: Path) -> None:
    gone = SITE.replace(CONSENT, CONSENT.replace("how: letter", "how: letter, withdrawn: 2026-06-01"), 1)
    site = built(tmp_path, gone)
    traces = (b"lantern.md", b"stories/lantern", b"The lantern", b"The+lantern")
    assert {path: trace for path, data in site.outputs.items() for trace in traces if trace in data} == {}
    assert "stories/lantern/index.html" not in site.outputs


# a selection, or all


def test_a_selection_says_that_it_is_one_and_has_no_average(shop: BuiltSite) -> None:
    text = shop.text("/testimonials/")
    assert "This is a selection." in visible(text)
    assert "rating-summary" not in text


def test_reviews_say_how_they_are_checked_show_all_and_leave_out_what_was_copied(tmp_path: Path) -> None:
    site = built(tmp_path, config=REVIEWS)
    text = visible(site.text("/testimonials/"))
    assert "Rosa rings everybody." in text
    assert "2 reviews" in text, "the average is that of reviews given here"
    assert {"The rye was burnt", "A fair loaf", WORDS} <= {
        part for part in ("The rye was burnt", "A fair loaf", WORDS) if part in text
    }


def test_reviews_without_a_note_of_the_owners_say_so_all_the_same(tmp_path: Path) -> None:
    site = built(tmp_path, config="testimonials: {mode: reviews}\n")
    assert "All reviews that we may print are shown" in visible(site.text("/testimonials/"))


def test_what_was_sent_in_stands_among_what_was_collected(tmp_path: Path) -> None:
    sent = """
-- consent.lock.yaml --
version: 1
items:
  3f9a0c1b2d4e5f60: {scopes: [publish_text, publish_name], approved: 2026-05-01}
-- content/stories/sent.md --
---
title: Sent in
date: 2026-05-02
author: Una Webb
consent_ref: 3f9a0c1b2d4e5f60
---
They rang back.
-- content/testimonials/sent.md --
---
author: Una Webb
date: 2026-05-02
consent_ref: 3f9a0c1b2d4e5f60
---
They rang back at once.
"""
    site = built(tmp_path, SITE + sent)
    index, wall = visible(site.text("/stories/")), visible(site.text("/testimonials/"))
    assert index.index("Sent in") < index.index("The other shop") < index.index("The lantern"), "by date alone"
    assert "They rang back at once." in wall
    assert WORDS in wall
    for feed in ("stories/feed.xml", "stories/rss.xml", "stories/feed.json", "testimonials/feed.xml"):
        assert "They rang back" in site.text(feed), feed
    assert "Una Webb agreed to have this shown." in visible(site.text("/stories/sent/"))


@pytest.mark.parametrize("argument", ["stars=5", "rating=4", "min_rating=4"])
def test_no_list_of_words_can_be_chosen_by_stars(tmp_path: Path, argument: str) -> None:
    page = f"-- content/blog/x.md --\n---\ntitle: X\n---\n::: testimonials {argument}\n:::\n"
    assert "M302" in build_site(SITE + page, root=tmp_path).codes


# the best of a year


def test_a_page_of_the_best_prints_all_that_one_needs_to_check_it(tmp_path: Path) -> None:
    votes = "-- data/votes/2026.yaml --\nvoters: 44\ncounted: 2026-12-30\nstories:\n"
    votes += "  content/stories/lantern.md: {stars: {5: 30, 4: 2}}\n  content/stories/other.md: {stars: {5: 1}}\n"
    site = built(tmp_path, SITE.replace("method: editorial", "method: bayes") + votes)
    text = visible(site.text("/stories/best/2026/"))
    for said in (
        "Stars from readers",
        "1 January to 31 December 2026",
        "2 stories",
        "44 readers, counted on December 30, 2026",
        "(10 × 3.5 + all its stars) ÷ (10 + its votes)",
        "Of two that are equal, the newer story comes first.",
        "Prize A lamp",
        "30 2 0 0 0 32 4.94 4.595",
    ):
        assert said in text, said


def test_an_editors_choice_names_who_chose(shop: BuiltSite) -> None:
    text = visible(shop.text("/stories/best/2026/"))
    assert "An editor’s choice" in text
    assert "Rosa and Devi" in text


def test_the_badge_is_a_drawing_with_a_name_and_nothing_else(shop: BuiltSite) -> None:
    for mode in ("light", "dark"):
        drawing = shop.text(f"stories/best/2026/badge-{mode}.svg")
        assert '<title id="badge-title">Best story of 2026, at Corner Bakery</title>' in drawing
        assert not re.search(r"<script|<style|style=|href|url\(|<image|<foreignObject", drawing)
    assert shop.text("stories/best/2026/badge-light.svg") != shop.text("stories/best/2026/badge-dark.svg")
    assert 'download="badge-2026-light.svg"' in shop.text("/stories/best/2026/")


# structured data


def test_nothing_marks_up_stars(shop: BuiltSite) -> None:
    marked = ("AggregateRating", "Review", "ratingValue", "reviewRating")
    found = [
        (path, word)
        for path, html in pages(shop).items()
        for block in re.findall(r"<script type=\"application/ld\+json\">(.*?)</script>", html)
        for word in marked
        if word in block
    ]
    assert found == []
