"""How pages group themselves by tag, category, series, industry, product and what the config adds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caresite.core.model import Term
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text, publish_company], how: letter}"


def post(name: str, *lines: str) -> str:
    return (
        f"-- content/blog/{name}.md --\n---\ntitle: {name}\n" + "".join(f"{line}\n" for line in lines) + "---\nText.\n"
    )


def story(name: str, *lines: str) -> str:
    front = "".join(f"{line}\n" for line in (*lines, CONSENT))
    return f"-- content/stories/{name}.md --\n---\ntitle: {name}\n{front}---\nText.\n"


def terms(site: BuiltSite, taxonomy: str) -> list[tuple[str, str, int]]:
    return [(t.slug, t.name, t.count) for t in site.site.terms[taxonomy].values()]


def test_terms_have_slugs_names_counts_and_pages(small_site: SmallSite) -> None:
    site = small_site(post("a", "tags: [After hours, care]") + post("b", "tags: [care]"))
    assert terms(site, "tags") == [("after-hours", "After hours", 1), ("care", "care", 2)]
    assert {"tags/index.html", "tags/care/index.html", "tags/after-hours/index.html"} <= set(site.outputs)


def test_a_term_that_windows_cannot_hold_gets_another_folder(small_site: SmallSite) -> None:
    site = small_site(post("a", "tags: [CON, nul]") + post("con", "tags: [con]"))
    assert site.ok, site.report
    assert terms(site, "tags") == [("con-x", "CON", 2), ("nul-x", "nul", 1)]
    assert {"tags/con-x/index.html", "tags/nul-x/index.html", "blog/con-x/index.html"} <= set(site.outputs)


@pytest.mark.parametrize("written", ["Care", "care!", "“care”", "CARE"])
def test_case_and_punctuation_make_no_new_term(small_site: SmallSite, written: str) -> None:
    assert terms(small_site(post("a", "tags: [care]") + post("b", f"tags: ['{written}']")), "tags") == [
        ("care", "care", 2)
    ]


def test_a_term_given_twice_on_a_page_counts_once(small_site: SmallSite) -> None:
    site = small_site(post("a", "tags: [care, Care]"))
    assert terms(site, "tags") == [("care", "care", 1)]
    assert len(site.site.pages["content/blog/a.md"].terms["tags"]) == 1


def test_terms_in_any_script_have_addresses(small_site: SmallSite) -> None:
    site = small_site(post("a", "tags: [Пчёлы, '♥', Ärger]"))
    assert all(f"tags/{slug}/index.html" in site.outputs for slug, _, _ in terms(site, "tags"))


def test_a_story_is_of_its_customers_industry_unless_it_says_otherwise(small_site: SmallSite) -> None:
    site = small_site(
        story("a", "customer: {name: Crumb, industry: Bakery}")
        + story("b", "customer: {name: Crumb, industry: Bakery}", "industry: [Crafts, Food]")
    )
    assert [t[0] for t in terms(site, "industry")] == ["bakery", "crafts", "food"]


def test_industry_and_product_are_for_stories_only(small_site: SmallSite) -> None:
    site = small_site(post("a", "params: {industry: Bakery}") + story("b", "products: [Ovens]"))
    assert terms(site, "product") == [("ovens", "Ovens", 1)]
    assert site.site.terms["industry"]["bakery"].url == ""


def test_only_what_has_a_page_to_read_counts(small_site: SmallSite) -> None:
    site = small_site(f"""
    -- content/quotes/q.yaml --
    - {{id: a, text: Listen., status: anonymous, tags: [words]}}
    -- content/testimonials/t.yaml --
    - {{id: b, text: Well done., tags: [words], {CONSENT}}}
    """)
    assert [(t.count, t.url) for t in site.site.terms["tags"].values()] == [(0, "")]
    assert not [path for path in site.outputs if path.startswith("tags/")]


def test_the_config_adds_taxonomies_that_read_any_key(small_site: SmallSite) -> None:
    config = "taxonomies: {towns: /in/, mood: {path: /moods/, field: feeling}}\n"
    site = small_site(post("a", "towns: Ludlow, Hay", "params: {feeling: [Calm]}"), config=config)
    assert [t[1] for t in terms(site, "towns")] == ["Hay", "Ludlow"]
    assert site.diagnostics == ()
    assert {"in/index.html", "in/hay/index.html", "moods/calm/index.html"} <= set(site.outputs)


def test_a_taxonomy_that_is_there_already_may_move(small_site: SmallSite) -> None:
    site = small_site(post("a", "tags: [care]"), config="taxonomies: {tags: /topics/}\n")
    assert "topics/care/index.html" in site.outputs
    assert site.site.pages["content/blog/a.md"].terms["tags"][0].url == "/topics/care/"


def test_a_term_text_brings_name_description_and_page(small_site: SmallSite) -> None:
    text = (
        post("a", "tags: [care]") + "-- content/tags/care.md --\n---\ntitle: Taking care\nsummary: Why.\n---\nText.\n"
    )
    assert small_site(text).site.terms["tags"]["care"] == Term(
        taxonomy="tags",
        name="Taking care",
        slug="care",
        url="/tags/care/",
        count=1,
        page_id="content/tags/care.md",
        description="Why.",
    )


def test_a_text_for_a_term_nobody_uses_makes_no_page(small_site: SmallSite) -> None:
    site = small_site(post("a") + "-- content/tags/care.md --\n---\ntitle: Taking care\n---\n")
    assert "tags/care/index.html" not in site.outputs
    assert site.ok
