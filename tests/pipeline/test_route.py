"""Which files a site will have: pages, lists and their numbers, filters, years, and who wants the same address."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caresite.core.model import Route
from caresite.pipeline.route import route
from caresite.testing import BuiltSite, build_site

SmallSite = Callable[..., BuiltSite]
CONSENT = "{at: 2026-01-01, scopes: [publish_text], how: letter}"


def post(name: str, *lines: str, folder: str = "content/blog") -> str:
    return f"-- {folder}/{name}.md --\n---\ntitle: {name}\n" + "".join(f"{line}\n" for line in lines) + "---\nText.\n"


def story(name: str, *lines: str) -> str:
    return post(name, *lines, f"consent: {CONSENT}", folder="content/stories")


def praise(name: str, *lines: str) -> str:
    front = "".join(f"{line}\n" for line in lines)
    return f"-- content/testimonials/{name}.md --\n---\n{front}consent: {CONSENT}\n---\nWell done.\n"


def routes(site: BuiltSite) -> dict[str, Route]:
    return {made.url: made for made in route(site.site)[0]}


def lists(site: BuiltSite) -> dict[str, str]:
    return dict(route(site.site)[1].lists)


def errors(site: BuiltSite) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in site.diagnostics if d.severity == "error"]


# what there is


def test_an_empty_site_has_a_home_and_a_page_for_what_is_not_there(small_site: SmallSite) -> None:
    found = routes(small_site())
    assert {found["/"].template, found["/404.html"].template} == {"home.html", "404.html"}
    assert not [url for url in found if "blog" in url or "tags" in url or "archive" in url]


def test_every_kind_has_its_template(small_site: SmallSite) -> None:
    text = post("p") + story("s") + post("about", folder="content/pages") + post("rosa", folder="content/authors")
    text += "-- content/quotes/q.yaml --\n- {id: a, text: Listen., status: anonymous}\n"
    found = routes(small_site(text))
    assert {url: found[url].template for url in ("/blog/p/", "/stories/s/", "/about/", "/authors/rosa/")} == {
        "/blog/p/": "post.html",
        "/stories/s/": "story.html",
        "/about/": "page.html",
        "/authors/rosa/": "author.html",
    }
    assert (found["/quotes/q/"].template, found["/quotes/q/a/"].template) == ("quotes-collection.html", "quote.html")


def test_a_folder_without_anything_to_show_still_has_its_list(small_site: SmallSite) -> None:
    found = routes(small_site(post("a", "draft: true")))
    assert (found["/blog/"].total, found["/blog/"].count) == (0, 1)


def test_a_template_of_its_own_is_the_pages_or_the_collections(small_site: SmallSite) -> None:
    files = {f"templates/{name}.html": b"{{ page.title }}" for name in ("wide", "narrow")}
    text = post("a", "template: wide") + post("b")
    found = routes(small_site(text, config="collections: {blog: {template: narrow}}\n", files=files))
    assert (found["/blog/a/"].template, found["/blog/b/"].template) == ("wide", "narrow")


def test_the_call_for_stories_needs_an_address_to_write_to(small_site: SmallSite) -> None:
    assert "/send-your-story/" not in routes(small_site())
    config = "business: {name: Example, email: hello@example.com}\n"
    assert "/send-your-story/" in routes(small_site(config=config))


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("index", "/"),
        ("blog", "/blog/"),
        ("search", "/search/"),
        ("archive", "/archive/"),
        ("tags", "/tags/"),
        ("send-your-story", "/send-your-story/"),
    ],
)
def test_a_page_of_your_own_takes_the_place_of_one_that_is_made(small_site: SmallSite, name: str, url: str) -> None:
    text = post("a", "date: 2026-01-01", "tags: [care]") + post(name, "title: Mine", folder="content/pages").replace(
        f"title: {name}\n", ""
    )
    site = small_site(text, config="business: {name: Example, email: hello@example.com}\n")
    assert errors(site) == []
    assert routes(site)[url].page_id == f"content/pages/{name}.md"


def replaced(site: BuiltSite) -> list[tuple[str, str, str, str]]:
    return [(d.severity, d.span.path, d.message, d.hint) for d in site.diagnostics if d.code == "U106"]


@pytest.mark.parametrize(
    ("folder", "name", "lines", "severity", "said", "advice"),
    [
        (
            "content/blog",
            "index",
            (),
            "warning",
            "/blog/, so the list of posts",
            "call the file `content/blog/_index.md`",
        ),
        (
            "content/stories",
            "index",
            (f"consent: {CONSENT}",),
            "warning",
            "/stories/, so the list of stories",
            "`content/stories/_index.md`",
        ),
        ("content/pages", "blog", (), "warning", "/blog/, so the list of posts", "into `content/blog/_index.md`"),
        (
            "content/pages",
            "x",
            ("permalink: /stories/",),
            "warning",
            "/stories/, so",
            "into `content/stories/_index.md`",
        ),
        (
            "content/pages",
            "testimonials",
            (),
            "warning",
            "the list of testimonials",
            "`content/testimonials/_index.md`",
        ),
        ("content/pages", "quotes", (), "warning", "the list of quote collections", "`content/quotes/_index.md`"),
        ("content/pages", "authors", (), "warning", "the list of authors", "`content/authors/_index.md`"),
        ("content/pages", "news", (), "warning", "/news/, so the list of posts", "`content/notes/_index.md`"),
        ("content/pages", "tags", (), "warning", "the list of its terms", "another `slug`"),
        ("content/pages", "archive", (), "warning", "the archive", "another `slug`"),
        ("content/pages", "x", ("permalink: /archive/2026/",), "warning", "the archive", "another `slug`"),
        ("content/pages", "search", (), "warning", "the search", "another `slug`"),
        ("content/blog", "x", ("permalink: /",), "warning", "the home page", "`template: home.html`"),
        ("content/pages", "index", (), "note", "the home page", "`template: home.html`"),
        ("content/pages", "send-your-story", (), "note", "invites stories", "another `slug`"),
        ("content/pages", "x", ("permalink: /404.html",), "note", "do not exist", "another `slug`"),
        ("content/pages", "stories", ("template: wide",), "note", "the list of stories", "`content/stories/_index.md`"),
    ],
)
def test_what_a_page_replaces_is_said(
    small_site: SmallSite, folder: str, name: str, lines: tuple[str, ...], severity: str, said: str, advice: str
) -> None:
    text = (
        post("a", "date: 2026-01-01", "tags: [care]")
        + story("s")
        + praise("t")
        + post("rosa", folder="content/authors")
    )
    text += "-- content/quotes/q.yaml --\n- {id: a, text: Listen., status: anonymous}\n" + post(
        "n", folder="content/notes"
    )
    config = "business: {name: Example, email: hello@example.com}\n"
    config += "collections: {notes: {path: content/notes, kind: post, index: /news/, permalink: '/news/:slug/'}}\n"
    site = small_site(text + post(name, *lines, folder=folder), config=config, files={"templates/wide.html": b""})
    ((got, path, message, hint),) = replaced(site)
    assert (got, path) == (severity, f"{folder}/{name}.md")
    assert said in message
    assert advice in hint


@pytest.mark.parametrize(
    ("name", "lines", "folder"),
    [
        ("_index", (), "content/blog"),
        ("index", ("template: home.html",), "content/pages"),
        ("stories", (), "content/pages"),  # there are none, and so no list of them
    ],
)
def test_what_replaces_nothing_is_not_reported(
    small_site: SmallSite, name: str, lines: tuple[str, ...], folder: str
) -> None:
    assert replaced(small_site(post("a") + post(name, *lines, folder=folder))) == []


def test_your_own_page_not_found_is_the_one(small_site: SmallSite) -> None:
    site = small_site(post("lost", "permalink: /404.html", folder="content/pages"))
    assert errors(site) == []
    assert "<h1>lost</h1>" in site.html("404.html")


# numbers


def test_a_list_is_cut_into_numbered_pages(small_site: SmallSite) -> None:
    text = "".join(post(f"p{n}", f"date: 2026-01-0{n}") for n in range(1, 6))
    site = small_site(text, config="pagination: {per_page: 2}\n")
    found = routes(site)
    assert [
        (found[u].number, found[u].count, found[u].total) for u in ("/blog/", "/blog/page/2/", "/blog/page/3/")
    ] == [
        (1, 3, 5),
        (2, 3, 5),
        (3, 3, 5),
    ]
    assert found["/blog/page/2/"].first_url == "/blog/"
    assert (found["/blog/"].in_sitemap, found["/blog/page/2/"].in_sitemap) == (True, False)
    shown = [[f"p{n}" in site.html(url) for n in range(1, 6)] for url in ("/blog/", "/blog/page/2/", "/blog/page/3/")]
    assert shown == [
        [False, False, False, True, True],
        [False, True, True, False, False],
        [True, False, False, False, False],
    ]
    assert 'rel="prev" href="/blog/"' in site.html("/blog/page/2/")
    assert 'rel="next" href="/blog/page/3/"' in site.html("/blog/page/2/")


def test_a_full_last_page_makes_no_empty_one_after_it(small_site: SmallSite) -> None:
    found = routes(small_site(post("a") + post("b"), config="pagination: {per_page: 2}\n"))
    assert "/blog/page/2/" not in found


@pytest.mark.parametrize(
    ("config", "url"),
    [
        ("pagination: {per_page: 1, path: seite}\n", "/blog/seite/2/"),
        ("collections: {blog: {per_page: 1}}\n", "/blog/page/2/"),
        ("taxonomies: {tags: {per_page: 1}}\n", "/tags/care/page/2/"),
    ],
)
def test_numbers_are_the_configs_choice(small_site: SmallSite, config: str, url: str) -> None:
    assert url in routes(small_site(post("a", "tags: [care]") + post("b", "tags: [care]"), config=config))


def test_a_page_one_that_somebody_else_has_is_a_collision(small_site: SmallSite) -> None:
    text = post("a") + post("b") + post("page/2", "permalink: /blog/page/2/", folder="content/pages")
    assert [code for code, _ in errors(small_site(text, config="pagination: {per_page: 1}\n"))] == ["U101"]


# filters, terms, years


def test_stories_have_filter_pages(small_site: SmallSite) -> None:
    text = story("a", "industry: [Food]", "products: [Ovens]", "tags: [care]") + story("b", "industry: [Crafts]")
    found = routes(small_site(text))
    assert {url for url in found if url.startswith("/stories/") and found[url].kind == "stories"} == {
        "/stories/",
        "/stories/industry/food/",
        "/stories/industry/crafts/",
        "/stories/product/ovens/",
        "/stories/tag/care/",
    }
    assert found["/stories/industry/food/"].params["name"] == "Food"
    assert "/tags/care/" in found


def test_the_wall_has_a_filter_for_low_ratings_beside_the_full_list(small_site: SmallSite) -> None:
    text = praise("good", "rating: 5") + praise("bad", "rating: 2") + praise("none")
    site = small_site(text)
    found = routes(site)
    assert (found["/testimonials/"].total, found["/testimonials/rating/three-or-fewer/"].total) == (3, 1)
    assert 'id="bad"' in site.html("/testimonials/rating/three-or-fewer/")


def test_a_wall_without_ratings_has_no_filter_for_them(small_site: SmallSite) -> None:
    assert "/testimonials/rating/three-or-fewer/" not in routes(small_site(praise("none")))


def test_terms_have_a_list_each_and_one_of_all(small_site: SmallSite) -> None:
    found = routes(small_site(post("a", "tags: [care]", "series: Winter") + story("s", "tags: [care]")))
    assert (found["/tags/"].kind, found["/tags/care/"].total, found["/series/winter/"].kind) == ("terms", 2, "term")
    assert found["/series/winter/"].query is not None
    assert found["/series/winter/"].query.order == "oldest"


def test_years_of_posts_and_stories_make_the_archive(small_site: SmallSite) -> None:
    found = routes(small_site(post("a", "date: 2024-05-01") + story("s", "date: 2026-05-01") + post("undated")))
    assert {url for url in found if "archive" in url} == {"/archive/", "/archive/2024/", "/archive/2026/"}
    assert found["/archive/"].params["years"] == [2026, 2024]


def test_the_plan_knows_every_list_by_name(small_site: SmallSite) -> None:
    text = (
        post("a", "date: 2026-01-01", "tags: [care]") + story("s") + praise("t") + post("about", folder="content/pages")
    )
    named = lists(small_site(text, config="base_url: https://example.com/shop/\n"))
    assert {k: named[k] for k in ("blog", "stories", "testimonials", "tags", "archive", "home", "about")} == {
        "blog": "/shop/blog/",
        "stories": "/shop/stories/",
        "testimonials": "/shop/testimonials/",
        "tags": "/shop/tags/",
        "archive": "/shop/archive/",
        "home": "/shop/",
        "about": "/shop/about/",
    }


# one address, two owners


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (post("b", "slug: a"), ("content/blog/a.md", "content/blog/b.md")),
        (post("b", "slug: A"), ("content/blog/a.md", "content/blog/b.md")),
        (post("b", "permalink: /BLOG/A/", folder="content/pages"), ("content/blog/a.md", "content/pages/b.md")),
        (
            post("b", "permalink: /blog/a/index.html", folder="content/pages"),
            ("content/blog/a.md", "content/pages/b.md"),
        ),
    ],
)
def test_two_sources_for_one_address_are_an_error_that_names_both(
    small_site: SmallSite, other: str, names: tuple[str, str]
) -> None:
    ((code, message),) = errors(small_site(post("a") + other))
    assert code == "U101"
    assert all(name in message for name in names)


def test_two_lists_with_one_address_are_told_where_the_config_says_so(small_site: SmallSite) -> None:
    site = small_site(post("a") + story("b"), config="collections: {blog: {index: /stories/}}\n")
    [told] = [d for d in site.diagnostics if d.severity == "error"]
    places = [(span.path, span.line, span.column) for span in (told.span, *told.related)]
    assert (told.code, ("caresite.yaml", 6, 29) in places) == ("U101", True), places


def test_a_static_file_and_a_page_collide(small_site: SmallSite) -> None:
    site = small_site(post("a"), files={"static/blog/a/index.html": b"<p>"})
    ((code, message),) = errors(site)
    assert (code, "static/blog/a/index.html" in message) == ("U101", True)


def test_a_file_where_a_folder_must_be_collides(small_site: SmallSite) -> None:
    found = errors(small_site(post("a"), files={"static/blog": b"text"}))
    assert {code for code, _ in found} == {"U101"}
    assert all("static/blog" in message and "folder" in message for _, message in found)


def test_a_picture_of_a_bundle_and_a_static_file_collide(small_site: SmallSite) -> None:
    files = {"content/blog/a/x.png": b"1", "static/blog/a/x.png": b"2"}
    site = small_site(post("a/index", "title: A").replace("title: a/index\n", ""), files=files)
    assert [code for code, _ in errors(site)] == ["U101"]


@pytest.mark.parametrize("alias", ["/blog/b/", "/Blog/B/", "/blog/", "/feed.txt"])
def test_an_old_address_that_is_taken_is_an_error(small_site: SmallSite, alias: str) -> None:
    site = small_site(post("a", f"aliases: [{alias}]") + post("b"), files={"static/feed.txt": b"x"})
    ((code, message),) = errors(site)
    assert code == "U103"
    assert "the alias in content/blog/a.md" in message


def test_two_pages_with_the_same_old_address_are_an_error(small_site: SmallSite) -> None:
    ((code, _),) = errors(small_site(post("a", "aliases: [/old/]") + post("b", "aliases: [/old/]")))
    assert code == "U103"


def test_two_texts_for_one_list_are_an_error(small_site: SmallSite) -> None:
    text = post("_index") + post("_index").replace("_index.md", "_index.markdown") + post("a")
    ((code, message),) = errors(small_site(text))
    assert (code, "_index.md" in message, "_index.markdown" in message) == ("U101", True, True)


def test_collisions_are_told_whatever_order_pages_come_in(small_site: SmallSite) -> None:
    one = errors(small_site(post("a", "slug: x") + post("b", "slug: x") + post("c", "slug: x")))
    other = errors(small_site(post("c", "slug: x") + post("b", "slug: x") + post("a", "slug: x")))
    assert one == other
    assert len(one) == 2


def test_routes_come_in_the_order_of_their_files(small_site: SmallSite) -> None:
    made, _, _ = route(small_site(post("b") + post("a", "tags: [z, y]")).site)
    assert [r.output for r in made] == sorted(r.output for r in made)


@pytest.mark.parametrize("path", ["/geschichten/branche/", "/geschichten/branche"])
def test_filters_of_stories_are_at_the_path_that_the_config_gives_them(path: str) -> None:
    site = build_site(f"""
-- caresite.yaml --
title: T
base_url: https://t.example/shop/
timezone: Europe/London
collections: {{stories: {{permalink: "/geschichten/:slug/", index: /geschichten/}}}}
taxonomies: {{industry: {path}}}
-- content/stories/a.md --
---
title: A
date: 2026-01-01
author: {{name: Ada}}
relation: customer
customer: {{name: Corner Shop, industry: Retail}}
consent: {{given_by: self, at: 2026-01-01, scopes: [publish_text, publish_name, publish_company], how: letter}}
---
They came at seven in the evening.
""")
    assert [each for each in site.outputs if "retail" in each] == ["geschichten/branche/retail/index.html"]
    assert 'href="/shop/geschichten/branche/retail/"' in site.text("/geschichten/")
