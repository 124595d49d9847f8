"""All documents become one site: addresses, bundles, authors, terms, and the texts of lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caresite.testing import BuiltSite, picture

SmallSite = Callable[..., BuiltSite]
PNG = picture()


def post(path: str, *lines: str, body: str = "Text.") -> str:
    return f"-- {path} --\n---\n" + "".join(f"{line}\n" for line in ("title: A", *lines)) + f"---\n{body}\n"


def url_of(site: BuiltSite, page_id: str) -> str:
    assert page_id in site.site.pages, site.report
    return site.site.pages[page_id].url


# addresses


@pytest.mark.parametrize(
    ("path", "lines", "url"),
    [
        ("content/blog/hello.md", (), "/blog/hello/"),
        ("content/blog/hello/index.md", (), "/blog/hello/"),
        ("content/blog/2026-01-02-hello.md", (), "/blog/hello/"),
        ("content/blog/hello.md", ("slug: other",), "/blog/other/"),
        ("content/blog/hello.md", ("permalink: /about/us/",), "/about/us/"),
        ("content/blog/hello.md", ("permalink: about",), "/about/"),
        ("content/blog/hello.md", ("permalink: /feed.html",), "/feed.html"),
        (
            "content/stories/hello.md",
            ("consent: {at: 2026-01-01, scopes: [publish_text], how: letter}",),
            "/stories/hello/",
        ),
        ("content/pages/about.md", (), "/about/"),
        ("content/pages/legal/privacy.md", (), "/legal/privacy/"),
        ("content/pages/legal/index.md", (), "/legal/"),
        ("content/pages/index.md", (), "/"),
        ("content/authors/rosa.md", ("name: Rosa",), "/authors/rosa/"),
    ],
)
def test_every_text_has_an_address(small_site: SmallSite, path: str, lines: tuple[str, ...], url: str) -> None:
    site = small_site(post(path, *lines))
    assert url_of(site, path) == url
    assert url.strip("/") + ("/" if url.endswith("/") else "") in (
        *(o.removesuffix("index.html") for o in site.outputs),
        "/",
    )


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("/blog/:year/:slug/", "/blog/2026/hello/"),
        ("/:year/:month/:day/:title/", "/2026/03/09/good-day/"),
        ("/:category/:slug/", "/news/hello/"),
        ("/:author/:slug.html", "/rosa-lind/hello.html"),
        ("/n/:id/", "/n/hello/"),
    ],
)
def test_a_pattern_gives_the_addresses_of_a_collection(small_site: SmallSite, pattern: str, url: str) -> None:
    text = post("content/blog/hello.md", "date: 2026-03-09", "categories: [News]", "authors: [Rosa Lind]").replace(
        "title: A", "title: Good day"
    )
    config = f'permalinks: {{blog: "{pattern}"}}\n'
    assert url_of(small_site(text, config=config), "content/blog/hello.md") == url


def test_the_day_in_an_address_is_the_day_where_the_site_is(small_site: SmallSite) -> None:
    text = post("content/blog/a.md", "date: 2026-01-01 00:30 +0200")
    site = small_site(text, config="permalinks: {blog: /:year/:month/:day/:slug/}\n")
    assert url_of(site, "content/blog/a.md") == "/2025/12/31/a/"


def test_a_pattern_that_needs_a_date_says_who_has_none(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md"), config="permalinks: {blog: /:year/:slug/}\n")
    assert [(d.code, d.span.path) for d in site.diagnostics if d.severity == "error"] == [("U102", "content/blog/a.md")]


@pytest.mark.parametrize(
    "line",
    [
        "slug: ../../etc/passwd",
        "permalink: /../x/",
        "permalink: //host.example/x/",
        "permalink: https://other.example/x/",
        "permalink: /%2e%2e/x/",
        "slug: CON",
        'permalink: "C:\\\\x"',
        "permalink: '/a#b/'",
        "permalink: /_headers",
        "permalink: /.git/x/",
        "aliases: [/_redirects]",
    ],
)
def test_an_address_that_leads_astray_is_an_error_and_no_file(small_site: SmallSite, line: str) -> None:
    site = small_site(post("content/blog/a.md", line) + post("content/blog/b.md"))
    assert [d.code for d in site.diagnostics if d.severity == "error"] == ["U102"]
    assert all(not path.startswith(("/", "..")) for path in site.outputs)
    assert "blog/b/index.html" in site.outputs


@pytest.mark.parametrize(
    "config",
    [
        "permalinks: {blog: /_headers/:slug/}",
        "permalinks: {blog: /.:slug/}",
        "permalinks: {search: /_redirects}",
        "collections: {blog: {index: /_caresite/}}",
        "taxonomies: {tags: {path: /.git/}}",
        "pagination: {path: .page}",
    ],
)
def test_no_setting_takes_the_place_of_a_file_of_the_host(small_site: SmallSite, config: str) -> None:
    site = small_site(post("content/blog/a.md"), config=f"{config}\n")
    assert {d.code for d in site.diagnostics if d.severity == "error"} == {"U102"}


def test_files_of_the_host_are_still_copied_and_led_on_from(small_site: SmallSite) -> None:
    text = "-- static/.well-known/x --\nx\n-- static/_headers --\n/*\n  X-A: b\n-- static/.htaccess --\n# x\n"
    rules = "redirects: [{from: /.git/*, to: /blog/}, {from: /_headers, to: /blog/}, {from: /.well-known/a, to: /}]\n"
    site = small_site(post("content/blog/a.md") + text, config=rules)
    assert [d for d in site.diagnostics if d.severity == "error"] == []
    assert {".well-known/x", "_headers", ".htaccess"} <= {*site.outputs}


def test_everything_stands_below_the_sites_own_path(small_site: SmallSite) -> None:
    text = post(
        "content/blog/a/index.md", "tags: [care]", "aliases: [/old/]", body="![](b.png) [b](../b.md) [t](/tags/)"
    )
    text += post("content/blog/b.md", "authors: [Rosa]")
    site = small_site(text, config="base_url: https://example.com/shop/\n", files={"content/blog/a/b.png": PNG})
    page = site.site.pages["content/blog/a/index.md"]
    assert (page.url, page.permalink) == ("/shop/blog/a/", "https://example.com/shop/blog/a/")
    assert page.output == "blog/a/index.html"
    html = site.html("/shop/blog/a/")
    for address in ("/shop/blog/a/b.png", "/shop/blog/b/", "/shop/tags/"):
        assert f'"{address}"' in html
    assert site.site.aliases[0].url == "/shop/old/"
    assert site.site.terms["tags"]["care"].url == "/shop/tags/care/"
    assert url_of(site, "author:rosa") == "/shop/authors/rosa/"
    assert site.codes == ()


def test_an_address_is_encoded_and_its_file_is_not(small_site: SmallSite) -> None:
    page = small_site(post("content/pages/a.md", "permalink: /über uns/")).site.pages["content/pages/a.md"]
    assert (page.url, page.permalink, page.output) == (
        "/%C3%BCber%20uns/",
        "https://example.com/%C3%BCber%20uns/",
        "über uns/index.html",
    )


# old addresses


def test_old_addresses_lead_to_the_page(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "aliases: [/old/, older, 'https://example.com/oldest.html']"))
    assert [(a.url, a.target) for a in site.site.aliases] == [
        ("/old/", "/blog/a/"),
        ("/older/", "/blog/a/"),
        ("/oldest.html", "/blog/a/"),
    ]


def test_an_old_address_that_is_the_pages_own_is_no_alias(small_site: SmallSite) -> None:
    assert small_site(post("content/blog/a.md", "aliases: [/Blog/A/, /blog/a/]")).site.aliases == ()


def test_an_old_address_that_cannot_be_one_is_an_error_at_its_place(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "aliases: [/old/, /../up/]"))
    assert [(d.code, d.span.line) for d in site.diagnostics if d.severity == "error"] == [("U102", 3)]


# collections of quotes


def test_quotes_stand_below_their_collection(small_site: SmallSite) -> None:
    site = small_site("""
    -- content/quotes/care.yaml --
    collection: {title: On care, slug: on-care}
    quotes: [{id: a, text: Listen., status: anonymous}]
    """)
    assert url_of(site, "content/quotes/care.yaml") == "/quotes/on-care/"
    assert url_of(site, "content/quotes/care.yaml#a") == "/quotes/on-care/a/"
    assert site.site.pages["content/quotes/care.yaml#a"].parent == "content/quotes/care.yaml"


def test_quotes_in_files_of_their_own_make_a_collection_of_their_folder(small_site: SmallSite) -> None:
    quote = "---\nstatus: anonymous\n---\nListen.\n"
    site = small_site(f"-- content/quotes/on-care/a.md --\n{quote}-- content/quotes/on-care/b.md --\n{quote}")
    assert url_of(site, "content/quotes/on-care/a.md") == "/quotes/on-care/a/"
    assert site.site.pages["content/quotes/on-care"].title == "On care"


@pytest.mark.parametrize("name", ["2020-a.md", "Apple.md", "zebra.md"])
def test_the_head_of_a_folder_of_quotes_is_found_whatever_the_others_are_called(
    small_site: SmallSite, name: str
) -> None:
    site = small_site(f"""
    -- content/quotes/on-care/{name} --
    ---
    status: anonymous
    ---
    Listen.
    -- content/quotes/on-care/_index.md --
    ---
    title: Words on care
    ---
    """)
    assert site.codes == ()
    assert site.site.pages[f"content/quotes/on-care/{name}"].parent == "content/quotes/on-care/_index.md"
    assert [p.title for p in site.site.pages.values() if p.kind == "quotes"] == ["Words on care"]


# files beside the texts


def test_a_bundle_takes_its_files_along_used_or_not(small_site: SmallSite) -> None:
    files = {"content/blog/a/photo.jpg": PNG, "content/blog/a/more/plan.pdf": b"%PDF"}
    site = small_site(post("content/blog/a/index.md", "slug: other"), files=files)
    assert {p for p in site.outputs if p.startswith("blog/other/")} == {
        "blog/other/index.html",
        "blog/other/photo.jpg",
        "blog/other/more/plan.pdf",
    }


def test_a_loose_file_is_copied_only_when_a_page_uses_it(small_site: SmallSite) -> None:
    files = {f"content/blog/{name}.jpg": PNG for name in ("shown", "lead", "linked", "drawn", "unused")}
    body = "![](shown.jpg) [b](linked.jpg)\n\n::: figure drawn.jpg\n:::\n"
    site = small_site(post("content/blog/a.md", "image: lead.jpg", body=body), files=files)
    assert {p for p in site.outputs if p.endswith(".jpg")} == {
        "blog/shown.jpg",
        "blog/lead.jpg",
        "blog/linked.jpg",
        "blog/drawn.jpg",
    }
    assert site.site.pages["content/blog/a.md"].image is not None
    assert site.site.pages["content/blog/a.md"].image.src == "/blog/lead.jpg"


def test_a_file_that_only_a_held_back_page_uses_stays_home(small_site: SmallSite) -> None:
    text = post("content/blog/a.md", "draft: true", body="![](secret.jpg)") + post(
        "content/blog/b/index.md", "draft: true"
    )
    site = small_site(text, files={"content/blog/secret.jpg": PNG, "content/blog/b/inside.jpg": PNG})
    assert not [path for path in site.outputs if path.endswith(".jpg")]


def test_a_held_back_bundle_inside_a_shown_one_stays_home(small_site: SmallSite) -> None:
    text = (
        post("content/blog/a/index.md")
        + post("content/blog/a/b/index.md", "draft: true")
        + post("content/blog/index.md")
    )
    files = {"content/blog/a/b/secret.jpg": PNG, "content/blog/stray.jpg": PNG, "content/blog/a/open.jpg": PNG}
    site = small_site(text, files=files)
    assert [path for path in site.outputs if path.endswith(".jpg")] == ["blog/a/open.jpg"]


def test_a_picture_may_stand_in_static_or_elsewhere(small_site: SmallSite) -> None:
    text = post("content/blog/a.md", "image: /images/x.jpg") + post(
        "content/blog/b.md", "image: 'https://cdn.example/y.jpg'"
    )
    site = small_site(text, files={"static/images/x.jpg": PNG})
    pictures = [page.image.src for page in site.site.pages.values() if page.image]
    assert pictures == ["/images/x.jpg", "https://cdn.example/y.jpg"]


def test_a_missing_lead_picture_is_an_error_at_its_place(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "image: {src: nowhere.jpg, alt: A shop}"))
    found = [(d.code, str(d.span), d.severity) for d in site.diagnostics]
    assert found == [("L104", "content/blog/a.md:3:14", "error")]
    lenient = small_site(post("content/blog/a.md", "image: nowhere.jpg"), config="check: {images: warning}\n")
    assert lenient.ok


# people


def test_an_author_without_a_file_gets_a_page_with_their_name(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "authors: [Rosa Lind]"))
    page = site.site.pages["author:rosa-lind"]
    assert (page.title, page.url, page.has_page) == ("Rosa Lind", "/authors/rosa-lind/", True)
    assert "authors/rosa-lind/index.html" in site.outputs


@pytest.mark.parametrize("written", ["rosa", "Rosa Lind", "rosa lind"])
def test_an_author_with_a_file_is_found_by_id_or_name(small_site: SmallSite, written: str) -> None:
    text = post("content/blog/a.md", f"authors: [{written}]") + "-- content/authors/rosa.yaml --\nname: Rosa Lind\n"
    site = small_site(text)
    assert [p.id for p in site.site.pages.values() if p.kind == "author"] == ["content/authors/rosa.yaml"]


def test_an_author_who_is_nearly_one_of_ours_is_a_warning(small_site: SmallSite) -> None:
    site = small_site(
        post("content/blog/a.md", "authors: [rosalind]") + "-- content/authors/rosalinde.md --\n---\nname: R\n---\n"
    )
    assert site.codes == ("Q106",)


def test_an_author_whose_name_no_computer_can_store_gets_another_folder(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "authors: [Con]"))
    assert site.ok, site.report
    assert "Con" in site.html("/authors/con-x/")


# terms and the texts of lists


def test_terms_that_differ_in_case_are_one_under_the_first_name(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "tags: [Slow Care]") + post("content/blog/b.md", "tags: [slow care]"))
    assert [(t.name, t.count) for t in site.site.terms["tags"].values()] == [("Slow Care", 2)]


def test_a_term_may_have_a_text_of_its_own(small_site: SmallSite) -> None:
    text = (
        post("content/blog/a.md", "tags: [care]")
        + "-- content/tags/care.md --\n---\ntitle: Taking care\n---\nIt *matters*.\n"
    )
    site = small_site(text)
    assert site.site.terms["tags"]["care"].name == "Taking care"
    assert "<em>matters</em>" in site.html("/tags/care/")


def test_a_term_may_have_a_picture_of_its_own(small_site: SmallSite) -> None:
    text = post("content/blog/a.md", "tags: [care]") + "-- content/tags/care.md --\n---\nimage: care.jpg\n---\n"
    site = small_site(text, files={"content/tags/care.jpg": PNG})
    image = site.site.pages["content/tags/care.md"].image
    assert image is not None
    assert (image.src, "tags/care.jpg" in site.outputs) == ("/tags/care.jpg", True)


def test_the_index_of_a_collection_is_the_text_of_its_list(small_site: SmallSite) -> None:
    text = post("content/blog/a.md") + "-- content/blog/_index.md --\n---\ntitle: News\n---\nWhat *happened*.\n"
    html = small_site(text).html("/blog/")
    assert "<h1>News</h1>" in html
    assert "<em>happened</em>" in html


def test_a_folder_gives_its_defaults_to_everything_below(small_site: SmallSite) -> None:
    text = post("content/blog/a.md") + post("content/blog/deep/b.md", "tags: [own]")
    site = small_site(text + "-- content/blog/_defaults.yaml --\ntags: [given]\nauthors: [Rosa]\n")
    tags = {page.id: [t.name for t in page.terms["tags"]] for page in site.site.pages.values() if page.kind == "post"}
    assert tags == {"content/blog/a.md": ["given"], "content/blog/deep/b.md": ["own"]}
    assert site.site.pages["content/blog/deep/b.md"].author_ids == ("rosa",)


# what a page says of itself


def test_a_description_is_the_given_one_else_the_summary_else_the_first_paragraph(small_site: SmallSite) -> None:
    long = "Word " * 60
    text = post("content/blog/a.md", "description: Given.", "summary: Short.")
    text += post("content/blog/b.md", "summary: '*Short*.'") + post("content/blog/c.md", body=long)
    pages = small_site(text).site.pages
    assert [pages[f"content/blog/{n}.md"].description for n in "ab"] == ["Given.", "Short."]
    assert len(pages["content/blog/c.md"].description) <= 160
    assert pages["content/blog/c.md"].description.endswith("Word…")


def test_an_authors_description_is_their_bio_in_plain_words(small_site: SmallSite) -> None:
    site = small_site("-- content/authors/rosa.yaml --\nname: Rosa Lind\nbio: Rosa *listens*.\n")
    assert site.site.pages["content/authors/rosa.yaml"].description == "Rosa listens."


def test_reading_time_is_a_minute_for_220_words(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", body="word " * 441) + post("content/blog/b.md", body="word"))
    assert [site.site.pages[f"content/blog/{n}.md"].minutes for n in "ab"] == [3, 1]


def test_a_quote_and_a_testimonial_are_called_after_their_words(small_site: SmallSite) -> None:
    site = small_site("""
    -- content/quotes/q.yaml --
    - {id: a, text: "Listen ==first==.", status: anonymous}
    -- content/testimonials/t.yaml --
    - id: b
      text: Well done.
      author: {display: anonymous}
      consent: {at: 2026-01-01, scopes: [publish_text], how: letter}
    """)
    assert site.site.pages["content/quotes/q.yaml#a"].title == "“Listen first.”"
    assert site.site.pages["content/testimonials/t.yaml#b"].title == "“Well done.”"


def test_dates_are_in_the_sites_zone_and_the_year_too(small_site: SmallSite) -> None:
    site = small_site(post("content/blog/a.md", "date: 2026-01-01 00:30 +0200"))
    assert "archive/2025/index.html" in site.outputs


def test_two_testimonials_never_share_an_anchor(small_site: SmallSite) -> None:
    consent = "{at: 2026-01-01, scopes: [publish_text], how: letter}"
    site = small_site(f"""
    -- content/testimonials/a.yaml --
    - {{text: Well done., consent: {consent}}}
    -- content/testimonials/b.yaml --
    - {{text: Well done., consent: {consent}}}
    """)
    urls = [page.url for page in site.site.pages.values() if page.kind == "testimonial"]
    assert len(set(urls)) == 2
