"""What templates and plugins can ask of a site, and that they always get the same answer."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from msgspec.structs import replace

from caresite.core.model import Page, Query
from caresite.pipeline.catalog import Site
from caresite.pipeline.reader import Plan, Reader
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "{at: 2026-01-01, scopes: [publish_text], how: letter}"


def post(name: str, *lines: str, folder: str = "content/blog") -> str:
    return f"-- {folder}/{name}.md --\n---\ntitle: {name}\n" + "".join(f"{line}\n" for line in lines) + "---\nText.\n"


def reader_of(site: BuiltSite) -> Reader:
    assert site.ok, site.report
    return Reader(site.site, Plan())


def names(pages: tuple[Page, ...]) -> list[str]:
    return [page.title for page in pages]


@pytest.fixture(scope="module")
def reader(small_site: SmallSite) -> Reader:
    """Return the reader of a site with some of everything."""
    return reader_of(
        small_site(
            post("old", "date: 2024-01-01", "authors: [Rosa]", "tags: [care]")
            + post("middle", "date: 2025-06-01", "featured: true", "weight: 2", "tags: [care, winter]")
            + post("new", "date: 2026-06-01", "weight: 1", "authors: [Rosa, Sam]")
            + post("pinned", "date: 2023-01-01", "pinned: true", "weight: 3")
            + post("undated", "weight: 4")
            + post("told", "date: 2025-01-01", "tags: [care]", f"consent: {CONSENT}", folder="content/stories")
            + post("about", folder="content/pages")
            + "-- content/quotes/q.yaml --\n"
            + "".join(f"- {{id: {n}, text: Words {n}., status: anonymous}}\n" for n in "cab")
            + "-- content/testimonials/t.yaml --\n"
            + "".join(f"- {{id: t{n}, text: Said {n}., rating: {n}, consent: {CONSENT}}}\n" for n in (5, 3, 1))
        )
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["pinned", "new", "middle", "old", "undated"]),
        ({"order": "oldest"}, ["pinned", "old", "middle", "new", "undated"]),
        ({"order": "title"}, ["middle", "new", "old", "pinned", "undated"]),
        ({"order": "weight"}, ["new", "middle", "pinned", "undated", "old"]),
        ({"order": "source"}, ["middle", "new", "old", "pinned", "undated"]),
        ({"limit": 2}, ["pinned", "new"]),
        ({"limit": 2, "offset": 1}, ["new", "middle"]),
        ({"offset": 3}, ["old", "undated"]),
        ({"offset": 9}, []),
        ({"author": "rosa"}, ["new", "old"]),
        ({"author": "nobody"}, []),
        ({"year": 2025}, ["middle"]),
        ({"featured": True}, ["middle"]),
        ({"featured": False, "limit": 1}, ["pinned"]),
        ({"taxonomy": "tags", "term": "care"}, ["middle", "old"]),
        ({"taxonomy": "tags", "term": "nothing"}, []),
        ({"exclude": "content/blog/new.md", "limit": 2}, ["pinned", "middle"]),
        ({"kinds": ("post", "story"), "taxonomy": "tags", "term": "care"}, ["middle", "told", "old"]),
        ({"kinds": ("testimonial",), "max_rating": 3, "order": "source"}, ["“Said 3.”", "“Said 1.”"]),
        ({"kinds": ("story",), "collection": "stories"}, ["told"]),
        ({"kinds": ("story",), "collection": "blog"}, []),
    ],
)
def test_a_question_has_filters_an_order_and_a_window(
    reader: Reader, filters: dict[str, object], expected: list[str]
) -> None:
    if filters.get("order") == "weight":  # a page without a weight has 0, which comes first
        expected = ["old", "new", "middle", "pinned", "undated"]
    assert names(reader.pages(**{"kinds": ("post",), **filters})) == expected


def test_no_kind_means_every_kind_with_a_page_of_its_own(reader: Reader) -> None:
    assert {page.kind for page in reader.pages(())} == {"post", "page", "story", "quotes", "quote", "author"}


def test_quotes_of_a_collection_keep_the_order_of_their_file(reader: Reader) -> None:
    found = reader.pages(("quote",), parent="content/quotes/q.yaml", order="source")
    assert [page.slug for page in found] == ["c", "a", "b"]


def test_counting_is_asking(reader: Reader) -> None:
    assert reader.count(("post",), author="rosa") == 2
    assert (reader.has("story"), reader.has("nothing")) == (True, False)


def test_an_answer_is_worked_out_once(reader: Reader) -> None:
    whole = reader.ask(Query(kinds=("post",)))
    assert reader.ask(Query(kinds=("post",))) is whole


def test_a_page_is_found_by_its_source(reader: Reader) -> None:
    page = reader.page("content/quotes/q.yaml#a")
    assert page is not None
    assert page.slug == "a"
    assert reader.page("content/blog/nowhere.md") is None


def test_authors_of_a_page_come_in_its_own_order(reader: Reader) -> None:
    page = reader.page("content/blog/new.md")
    assert page is not None
    assert names(reader.authors(page)) == ["Rosa", "Sam"]


# neighbours and series


def test_neighbours_go_by_date_whatever_is_pinned(reader: Reader) -> None:
    page = reader.page("content/blog/old.md")
    assert page is not None
    beside = reader.neighbours(page)
    assert (beside.newer and beside.newer.title, beside.older and beside.older.title) == ("middle", "pinned")


def test_the_first_and_the_last_have_one_neighbour(reader: Reader) -> None:
    first, last = reader.page("content/blog/new.md"), reader.page("content/blog/undated.md")
    assert first is not None
    assert last is not None
    assert reader.neighbours(first).newer is None
    assert reader.neighbours(last).older is None


def test_quotes_have_neighbours_in_their_own_collection(reader: Reader) -> None:
    page = reader.page("content/quotes/q.yaml#a")
    assert page is not None
    beside = reader.neighbours(page)
    assert (beside.newer and beside.newer.slug, beside.older and beside.older.slug) == ("c", "b")


def test_a_series_goes_by_its_parts_then_by_date(small_site: SmallSite) -> None:
    reader = reader_of(
        small_site(
            post("third", "date: 2026-01-01", "series: {name: Winter, part: 3}")
            + post("first", "date: 2026-03-01", "series: {name: winter, part: 1}")
            + post("late", "date: 2026-05-01", "series: Winter")
            + post("later", "date: 2026-06-01", "series: Winter")
            + post("none")
        )
    )
    page, other = reader.page("content/blog/first.md"), reader.page("content/blog/none.md")
    assert page is not None
    assert other is not None
    assert names(reader.series(page)) == ["first", "third", "late", "later"]
    assert reader.series(other) == ()


# related pages


def related_site(small_site: SmallSite) -> BuiltSite:
    return small_site(
        post("asked", "date: 2026-01-01", "tags: [care, winter]", "categories: [News]", "series: S")
        + post("two-tags", "date: 2026-01-02", "tags: [care, winter]")
        + post("one-tag", "date: 2026-01-03", "tags: [winter]")
        + post("category", "date: 2026-01-04", "categories: [News]")
        + post("nothing", "date: 2026-01-05")
        + post("told", "date: 2026-01-06", "tags: [care, winter]", f"consent: {CONSENT}", folder="content/stories")
        + post("chosen", "date: 2026-01-07", "related: [nothing, content/blog/category.md, nowhere]")
    )


def test_pages_that_share_more_are_nearer_and_stories_count_too(small_site: SmallSite) -> None:
    reader = reader_of(related_site(small_site))
    page = reader.page("content/blog/asked.md")
    assert page is not None
    assert names(reader.related(page, limit=4)) == ["two-tags", "told", "one-tag", "category"]


def test_what_a_page_names_itself_comes_first(small_site: SmallSite) -> None:
    reader = reader_of(related_site(small_site))
    page = reader.page("content/blog/chosen.md")
    assert page is not None
    assert names(reader.related(page, limit=2)) == ["nothing", "category"]


def test_a_page_that_shares_nothing_is_given_the_newest_of_its_kind(small_site: SmallSite) -> None:
    reader = reader_of(related_site(small_site))
    page = reader.page("content/blog/nothing.md")
    assert page is not None
    assert names(reader.related(page, limit=2)) == ["chosen", "category"]


def test_a_page_is_never_related_to_itself(small_site: SmallSite) -> None:
    reader = reader_of(related_site(small_site))
    for page in reader.pages(("post", "story")):
        assert page.id not in {other.id for other in reader.related(page, limit=50)}


def test_related_pages_do_not_depend_on_the_order_of_pages(small_site: SmallSite) -> None:
    site = related_site(small_site).site
    ids = list(site.pages)
    Random(7).shuffle(ids)
    shuffled = replace(site, pages={page_id: site.pages[page_id] for page_id in ids})
    assert answers(site) == answers(shuffled)


def answers(site: Site) -> dict[str, list[str]]:
    reader = Reader(site, Plan())
    return {page.id: [p.id for p in reader.related(page)] for page in sorted(site.pages.values(), key=lambda p: p.id)}


# groups, ratings, lists


def test_filters_of_stories_have_counts_and_addresses(small_site: SmallSite) -> None:
    text = post(
        "a", "industry: [Food]", "products: [Ovens]", "tags: [care]", f"consent: {CONSENT}", folder="content/stories"
    )
    text += post("b", "industry: [Food, Crafts]", f"consent: {CONSENT}", folder="content/stories")
    groups = reader_of(small_site(text)).filters("stories")
    assert [(g.taxonomy, [(t.name, t.count, t.url) for t in g.terms]) for g in groups] == [
        ("industry", [("Crafts", 1, "/stories/industry/crafts/"), ("Food", 2, "/stories/industry/food/")]),
        ("product", [("Ovens", 1, "/stories/product/ovens/")]),
        ("tags", [("care", 1, "/stories/tag/care/")]),
    ]


@pytest.mark.parametrize("index", ["/kunden", "kunden", "/kunden/"])
def test_filters_stand_below_their_list_however_it_is_written(small_site: SmallSite, index: str) -> None:
    text = post("a", "tags: [care]", f"consent: {CONSENT}", folder="content/stories")
    site = small_site(
        text, config=f"base_url: https://example.com/shop/\ncollections: {{stories: {{index: {index}}}}}\n"
    )
    assert [t.url for g in reader_of(site).filters("stories") for t in g.terms] == ["/shop/kunden/tag/care/"]
    assert "kunden/tag/care/index.html" in site.outputs


RATED = "-- content/testimonials/t.yaml --\n" + "".join(
    f"- {{id: t{n}, text: Said {n}., rating: {stars}, consent: {CONSENT}}}\n" for n, stars in enumerate((5, 5, 4, 2))
)


def test_the_average_is_of_all_ratings_and_only_where_all_are_shown(small_site: SmallSite) -> None:
    shown = "testimonials: {mode: reviews, show_average: true, verification_note: We asked.}\n"
    summary = reader_of(small_site(RATED, config=shown)).rating_summary()
    assert summary is not None
    assert (summary.average, summary.count) == (4.0, 4)
    assert summary.distribution == ((5, 2, 50), (4, 1, 25), (3, 0, 0), (2, 1, 25), (1, 0, 0))
    hidden = "testimonials: {mode: reviews, verification_note: We asked.}\n"
    assert reader_of(small_site(RATED, config=hidden)).rating_summary() is None
    assert reader_of(small_site(RATED)).rating_summary() is None


def test_without_ratings_there_is_no_average(small_site: SmallSite) -> None:
    config = "testimonials: {mode: reviews, show_average: true, verification_note: We asked.}\n"
    assert reader_of(small_site("", config=config)).rating_summary() is None


def test_taxonomies_without_terms_are_not_named(reader: Reader) -> None:
    assert reader.taxonomies() == ("tags",)
    assert [(t.name, t.count) for t in reader.terms("tags")] == [("care", 3), ("winter", 1)]


def test_what_is_held_back_is_known_by_its_id_only(small_site: SmallSite) -> None:
    reader = reader_of(small_site(post("a", "draft: true") + post("b")))
    assert reader.held_back("content/blog/a.md")
    assert not reader.held_back("content/blog/b.md")
    assert reader.page("content/blog/a.md") is None
