"""One source file becomes one document: items, what the file name says, other tools' habits, and its faults."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caresite.core.model import Document, Item, Source
from caresite.pipeline.markdown import MarkdownOptions
from caresite.pipeline.parse import Parser, Syntax, parse_defaults
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
LONDON = ZoneInfo("Europe/London")


def parsed(path: str, text: str, kind: str = "post", **defaults: str) -> Document:
    tables = {
        folder: parse_defaults(f"{folder}_defaults.yaml", content.encode()) for folder, content in defaults.items()
    }
    parser = Parser(Syntax("Europe/London", MarkdownOptions(), tables))
    return parser.parse(Source(path, "any", kind), dedent(text).encode())


def post(front_matter: str, body: str = "", path: str = "content/blog/a.md") -> Item:
    document = parsed(path, f"---\n{dedent(front_matter).strip()}\n---\n{body}")
    assert len(document.items) == 1, document.diagnostics
    return document.items[0]


def codes(document: Document) -> list[str]:
    return [d.code for d in document.diagnostics if d.severity != "note"]


# what the file and its name say


@pytest.mark.parametrize(
    ("path", "slug", "day"),
    [
        ("content/blog/2026-03-01-hello.md", "hello", "2026-03-01"),
        ("content/blog/2026-03-01_hello there.md", "hello-there", "2026-03-01"),
        ("content/blog/hello.md", "hello", ""),
        ("content/blog/2026-13-41-hello.md", "2026-13-41-hello", ""),
        ("content/blog/2026-03-01-hello/index.md", "hello", "2026-03-01"),
        ("content/blog/hello.html.md", "hello", ""),
        ("content/blog/Grüße aus Köln.markdown", "grusse-aus-koln", ""),
    ],
)
def test_date_and_slug_come_from_the_name_when_nothing_else_says_them(path: str, slug: str, day: str) -> None:
    meta = post("title: A", path=path).meta
    assert (meta.slug, f"{meta.date:%Y-%m-%d}" if meta.date else "") == (slug, day)


def test_front_matter_wins_over_the_name() -> None:
    meta = post("title: A\ndate: 2025-01-02\nslug: own", path="content/blog/2026-03-01-hello.md").meta
    assert (meta.slug, meta.date.date().isoformat()) == ("own", "2025-01-02")


def test_a_date_without_a_time_is_midnight_where_the_site_is() -> None:
    assert post("title: A\ndate: 2026-07-01").meta.date.astimezone(LONDON).isoformat() == "2026-07-01T00:00:00+01:00"


def test_the_first_heading_is_the_title_when_there_is_none() -> None:
    item = post("tags: [a]", "# The *first* line\n\nAnd a text.\n\n## More\n")
    assert item.meta.title == "The first line"
    assert [h.text for h in item.body.headings] == ["More"]
    assert "first" not in "".join(s for s in item.body.html if isinstance(s, str)).split("And")[0]


def test_a_given_title_leaves_the_first_heading_where_it_is() -> None:
    assert [h.level for h in post("title: A", "# One\n").body.headings] == [1]


def test_a_post_without_any_title_is_an_error_and_still_an_item() -> None:
    document = parsed("content/blog/a.md", "---\ntags: [a]\n---\nText.\n")
    assert codes(document) == ["D108"]
    assert len(document.items) == 1


def test_a_title_that_is_a_number_is_text() -> None:
    assert post("title: 2020").meta.title == "2020"


def test_the_summary_is_plain_text_and_the_lead_is_the_first_paragraph() -> None:
    item = post('summary: "*Care* &amp; [time](x.md)"', "# T\n\nThe first one.\n\nThe second.\n")
    assert item.summary == "Care & time"
    assert item.body.lead == "The first one."


def test_unknown_keys_are_kept_for_templates() -> None:
    item = post("title: A\nmood: fine\nparams: {x: 1}")
    assert (item.extra, item.meta.params) == ({"mood": "fine"}, {"x": 1})


def test_a_near_miss_of_a_key_is_a_warning() -> None:
    document = parsed("content/blog/a.md", "---\ntitle: A\ndarft: true\n---\n")
    assert codes(document) == ["V206"]
    assert "`draft`" in document.diagnostics[0].hint


def test_every_fault_of_a_file_is_told_at_its_place() -> None:
    document = parsed("content/blog/a.md", "---\ntitle: A\ndate: yesterday\ndraft: maybe\nweight: heavy\n---\n")
    assert [(d.code, str(d.span)) for d in document.diagnostics] == [
        ("V204", "content/blog/a.md:3:7"),
        ("V201", "content/blog/a.md:4:8"),
        ("V201", "content/blog/a.md:5:9"),
    ]
    assert document.items == ()


@pytest.mark.parametrize(
    "broken", ["---\ntitle: a: b\n---\n", "---\ntitle: A\n", "---\n- a\n---\n", "+++\ntitle\n+++\n"]
)
def test_front_matter_that_cannot_be_read_is_one_error(broken: str) -> None:
    document = parsed("content/blog/a.md", broken)
    assert len(codes(document)) == 1
    assert document.items == ()


def test_bytes_that_are_no_text_are_one_error() -> None:
    document = Parser(Syntax("UTC", MarkdownOptions())).parse(
        Source("content/blog/a.md", "blog", "post"), b"\xff\x00\xff"
    )
    assert [d.code for d in document.diagnostics] == ["D101"]


# other tools' habits


def test_a_bare_header_is_read_up_to_the_first_blank_line() -> None:
    document = parsed("content/blog/a.md", "Title: Moving\nDate: 2013-05-07 17:00\nTags: one, two\n\nThe text: here.\n")
    (item,) = document.items
    assert (item.meta.title, item.meta.tags, item.body.lead) == ("Moving", ("one", "two"), "The text: here.")
    assert [(d.code, d.severity) for d in document.diagnostics if d.code == "Y108"] == [("Y108", "note")]


def test_a_fault_in_a_bare_header_has_its_line() -> None:
    document = parsed("content/blog/a.md", "Title: A\nDate: never\n\nText.\n")
    assert [str(d.span) for d in document.diagnostics if d.severity == "error"] == ["content/blog/a.md:2:7"]


def test_a_text_without_any_front_matter_is_a_warning() -> None:
    document = parsed("content/blog/a.md", "# Hello\n\nText.\n")
    assert codes(document) == ["Y108"]
    assert document.items[0].meta.title == "Hello"


@pytest.mark.parametrize(
    ("front_matter", "field", "value"),
    [
        ("published: false", "draft", True),
        ("published: true", "draft", False),
        ('draft: "false"', "draft", False),
        ("status: draft", "draft", True),
        ("status: publish", "draft", False),
        ("layout: post", "template", ""),
        ("layout: landing", "template", "landing"),
        ("tags: one, two", "tags", ("one", "two")),
        ("tags: ~", "tags", ()),
        ("category: News", "categories", ("News",)),
        ("author: Rosa Lind", "authors", ("Rosa Lind",)),
        ("authors: [{name: Rosa Lind, email: r@x.example}]", "authors", ("Rosa Lind",)),
        ("redirect_from: /old/", "aliases", ("/old/",)),
        ("permalink: false", "permalink", ""),
        ("excerpt: Short.", "summary", "Short."),
        ("taxonomies: {tags: [a, b]}", "tags", ("a", "b")),
        ("series: Winter", "series.name", "Winter"),
        ("image: a.jpg", "image.src", "a.jpg"),
        ("images: [a.jpg, b.jpg]", "image.src", "a.jpg"),
        ("images: [~]", "image", None),
        ("cover: {src: a.jpg, alt: A cat}", "image.alt", "A cat"),
        ("cover: {image: a.jpg, alt: A cat, relative: true}", "image.src", "a.jpg"),
        ("cover: {image: a.jpg, alt: A cat, hidden: false}", "image.alt", "A cat"),
        ("featured_image: {url: /a.jpg, title: A cat}", "image.src", "/a.jpg"),
        ("thumbnail: {filename: a.jpg}", "image.src", "a.jpg"),
        ("heroImage: {src: a.jpg, alt_text: A cat}", "image.alt", "A cat"),
        ("feature_image: /a.jpg\nfeature_image_alt: A cat", "image.alt", "A cat"),
        ("feature_image_caption: Asleep\nfeature_image: /a.jpg", "image.caption", "Asleep"),
        ("cover: {image: a.jpg}\ncover-alt: A cat", "image.alt", "A cat"),
        ("cover: {image: a.jpg, hidden: true}", "image", None),
    ],
)
def test_other_tools_ways_are_understood(front_matter: str, field: str, value: Any) -> None:
    found: Any = post("title: A\n" + front_matter).meta
    for part in field.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize("key", ["lastmod", "modified", "last_modified_at", "updated_at", "updatedDate", "Updated"])
def test_a_peers_name_for_a_date_is_understood_with_a_note(key: str) -> None:
    document = parsed("content/blog/a.md", f"---\ntitle: A\n{key}: 2026-01-02\n---\n")
    assert document.items[0].meta.updated.date().isoformat() == "2026-01-02"
    assert {d.severity for d in document.diagnostics} <= {"note"}


def test_published_may_be_a_date() -> None:
    assert post("title: A\npublished: 2026-05-01").meta.publish_date.date().isoformat() == "2026-05-01"


def test_dates_may_stand_in_a_mapping() -> None:
    meta = post("title: A\ndate: {created: 2026-01-02, updated: 2026-01-03}").meta
    assert (meta.date.day, meta.updated.day) == (2, 3)


def test_two_names_with_different_values_are_an_error_and_with_the_same_are_not() -> None:
    document = parsed("content/blog/a.md", "---\ntitle: A\nsummary: One.\nexcerpt: Two.\n---\n")
    assert codes(document) == ["V208"]
    assert codes(parsed("content/blog/a.md", "---\ntitle: A\nsummary: One.\nexcerpt: One.\n---\n")) == []


def test_a_misspelt_status_is_an_error_with_the_word_that_was_meant() -> None:
    document = parsed("content/blog/a.md", "---\ntitle: A\nstatus: publishd\n---\n")
    assert codes(document) == ["V202"]
    assert "published" in document.diagnostics[0].hint


def test_toml_front_matter_is_read() -> None:
    document = parsed(
        "content/blog/a.md", '+++\ntitle = "A"\ndate = 2026-01-02\n[taxonomies]\ntags = ["x"]\n+++\nText\n'
    )
    assert (document.items[0].meta.title, document.items[0].meta.tags) == ("A", ("x",))


# lists


def keys(document: Document) -> list[str]:
    return [item.key for item in document.items]


@pytest.mark.parametrize(
    "text",
    [
        "- {id: a, text: One.}\n- {id: b, text: Two.}\n",
        "items:\n  - {id: a, text: One.}\n  - {id: b, text: Two.}\n",
        "testimonials:\n  - {id: a, text: One.}\n  - {id: b, text: Two.}\n",
        "reviews: [{id: a, text: One.}, {id: b, text: Two.}]\n",
        '[{"id": "a", "text": "One."}, {"id": "b", "text": "Two."}]',
    ],
)
def test_a_list_may_stand_alone_or_below_a_key(text: str) -> None:
    document = parsed("content/testimonials/x.yaml", text, "testimonial")
    assert keys(document) == ["a", "b"]
    assert codes(document) == []


def test_named_sets_become_groups() -> None:
    text = "Set one:\n  - {id: a, text: One.}\nset2:\n  - {id: b, text: Two.}\n"
    document = parsed("content/testimonials/x.yaml", text, "testimonial")
    assert [(i.key, i.groups) for i in document.items] == [("a", ("set-one",)), ("b", ("set2",))]


def test_a_file_may_be_one_item_and_is_called_after_itself() -> None:
    text = "title: The move\nauthors: [rosa]\nbody: |\n  It *went* well.\n"
    (item,) = parsed("content/stories/2026-03-01-moved.yaml", text, "story").items
    assert (item.key, item.meta.slug, item.meta.title, item.body.lead) == ("", "moved", "The move", "It went well.")
    assert (item.meta.authors, item.meta.date.day) == (("rosa",), 1)


def test_a_quote_file_has_its_collection_first() -> None:
    text = """
    collection: {title: On care, curator: Rosa}
    quotes:
      - {id: a, text: One., author: Somebody}
    """
    document = parsed("content/quotes/care.yaml", text, "quotes")
    assert [(i.kind, i.key, i.meta.title) for i in document.items] == [("quotes", "", "On care"), ("quote", "a", "")]


def test_a_quote_file_may_carry_the_collections_keys_at_its_top() -> None:
    document = parsed("content/quotes/care.yaml", "title: On care\nquotes: [{id: a, text: One.}]\n", "quotes")
    assert document.items[0].meta.title == "On care"


def test_a_collection_without_a_title_is_called_after_its_file() -> None:
    document = parsed("content/quotes/on-care.yaml", "- {id: a, text: One.}\n", "quotes")
    assert document.items[0].meta.title == "On care"


def test_authors_may_be_a_mapping_by_id() -> None:
    document = parsed("content/authors.yaml", "rosa: {name: Rosa Lind}\nsam: {name: Sam}\n", "author")
    assert [(i.key, i.meta.title) for i in document.items] == [("rosa", "Rosa Lind"), ("sam", "Sam")]


def test_items_without_an_id_get_a_stable_one_and_twins_are_told_apart() -> None:
    text = "- {text: They stayed late for us.}\n- {text: They stayed late for us.}\n"
    first = keys(parsed("content/testimonials/x.yaml", text, "testimonial"))
    assert first == ["they-stayed-late-for-us", "they-stayed-late-for-us-2"]
    assert keys(parsed("content/testimonials/x.yaml", text, "testimonial")) == first


def test_an_id_given_twice_is_an_error_that_names_both_places() -> None:
    document = parsed("content/testimonials/x.yaml", "- {id: a, text: One.}\n- {id: A, text: Two.}\n", "testimonial")
    (fault,) = [d for d in document.diagnostics if d.severity == "error"]
    assert (fault.code, str(fault.span), [str(s) for s in fault.related]) == (
        "Q105",
        "content/testimonials/x.yaml:2:3",
        ["content/testimonials/x.yaml:1:3"],
    )


def test_one_bad_item_does_not_take_the_others_with_it() -> None:
    text = "- {id: a, text: One., rating: 9}\n- nothing\n- {id: c, text: Three.}\n"
    document = parsed("content/testimonials/x.yaml", text, "testimonial")
    assert keys(document) == ["c"]
    assert codes(document) == ["V203", "Y107"]


@pytest.mark.parametrize("text", ["title: On bread\n", "just words\n", "quotes: none yet\n"])
def test_a_file_without_a_list_is_an_error(text: str) -> None:
    assert codes(parsed("content/quotes/x.yaml", text, "quotes")) == ["D109"]


@pytest.mark.parametrize("kind", ["quotes", "testimonial", "author"])
@pytest.mark.parametrize("text", ["", "~\n", "[]\n", "{}\n", "{key}: []\n", "{key}:\n  # the first come next week\n"])
def test_an_empty_list_is_a_beginning(text: str, kind: str) -> None:
    key = {"quotes": "quotes", "testimonial": "testimonials", "author": "authors"}[kind]
    document = parsed("content/any/x.yaml", text.replace("{key}", key), kind)
    assert [(d.code, d.severity, d.span.path) for d in document.diagnostics] == [("D109", "note", "content/any/x.yaml")]
    assert [item.kind for item in document.items] == (["quotes"] if kind == "quotes" else [])


def test_a_collection_without_quotes_is_a_page(small_site: SmallSite) -> None:
    site = small_site("-- content/quotes/bread.yaml --\ntitle: On bread\nquotes: []\n")
    assert site.codes == (), site.report
    assert "On bread" in site.html("/quotes/bread/")


def test_json_as_other_programs_write_it_is_read() -> None:
    text = '[\n\t{"id": "a", "text": "Danke \\ud83d\\ude00 \\u00fcber\\/alles"}\n]\n'
    document = parsed("content/testimonials/x.json", text, "testimonial")
    assert document.items[0].meta.text == "Danke 😀 über/alles"


# a customer's person


@pytest.mark.parametrize(
    "given",
    [
        "author: {name: Ines Okafor, role: Baker, company: Crumb}",
        "{name: Ines Okafor, designation: Baker, org: Crumb}",
        "{spokesman: Ines Okafor, job_title: Baker, client: Crumb}",
        "{author: Ines Okafor, role: Baker, company: Crumb}",
        "{name: Ines Okafor, title: Baker, organization: Crumb}",
    ],
)
def test_a_person_may_be_spread_over_flat_keys(given: str) -> None:
    inner = given.strip("{}") if given.startswith("{") else given
    document = parsed("content/testimonials/x.yaml", f"- {{text: One., {inner}}}\n", "testimonial")
    author = document.items[0].meta.author
    assert (author.name, author.role, author.company) == ("Ines Okafor", "Baker", "Crumb")


def test_verified_cannot_be_set_by_hand() -> None:
    document = parsed("content/testimonials/x.yaml", "- {text: One., verified: true}\n", "testimonial")
    assert codes(document) == ["V209"]


def test_the_words_of_a_testimonial_are_its_body_or_its_text() -> None:
    document = parsed("content/testimonials/x.md", "---\nauthor: Ines\n---\nThey *listened*.\n", "testimonial")
    assert document.items[0].meta.text == "They *listened*."
    assert document.items[0].body.html == ()


WORDS_OF = {"testimonial": "testimonials/a.md", "story": "stories/a.md", "quote": "quotes/care/a.md"}


@pytest.mark.parametrize("kind", WORDS_OF)
def test_of_a_customers_words_only_declared_keys_are_kept(kind: str) -> None:
    text = "---\ntitle: A\nemail: jo@example.com\nhero: wide\nsumary: x\nmeta: {ip: 192.0.2.7}\n---\nText.\n"
    document = parsed(f"content/{WORDS_OF[kind]}", text, kind)
    assert document.items[0].extra == {}
    assert [(d.code, d.severity, d.span.line, d.span.column) for d in document.diagnostics] == [
        ("V214", "warning", 3, 1),
        ("V213", "note", 4, 1),
        ("V206", "warning", 5, 1),
        ("V214", "warning", 6, 1),
    ]


def test_what_is_nested_is_left_out_with_the_same_words() -> None:
    text = "---\nauthor: {name: Ines, phone: 555 0100, shoe: 40}\n---\nText.\n"
    told = parsed("content/testimonials/a.md", text, "testimonial").diagnostics
    assert [(d.code, d.severity, d.message.partition("`;")[0]) for d in told] == [
        ("V214", "warning", "`author.phone` looks like personal data; it was left out"),
        ("V206", "note", "`author.shoe` is not known; it was left out"),
    ]


def test_in_a_list_each_key_is_told_once_and_each_personal_one_every_time() -> None:
    text = "- {id: a, text: One., hero: x, phone: 1}\n- {id: b, text: Two., hero: y, phone: 2}\n"
    document = parsed("content/testimonials/x.yaml", text, "testimonial")
    assert [(d.code, d.span.line) for d in document.diagnostics] == [("V213", 1), ("V214", 1), ("V214", 2)]
    assert [item.extra for item in document.items] == [{}, {}]


@pytest.mark.parametrize("kind", WORDS_OF)
def test_params_of_a_customers_words_hold_no_e_mail_address(kind: str) -> None:
    text = "---\ntitle: A\nparams:\n  hero: wide\n  contact: [{by: jo@example.com}]\n---\nText.\n"
    document = parsed(f"content/{WORDS_OF[kind]}", text, kind)
    assert document.items[0].meta.params == {"hero": "wide"}
    [told] = document.diagnostics
    assert (told.code, told.severity, str(told.span)) == ("V214", "warning", f"content/{WORDS_OF[kind]}:5:12")
    assert told.message == "`params.contact` holds an e-mail address; it was left out"


def test_our_own_texts_keep_what_they_say() -> None:
    text = "---\ntitle: A\nemail: shop@example.com\nparams: {contact: shop@example.com}\n---\nText.\n"
    document = parsed("content/blog/a.md", text)
    assert document.items[0].extra == {"email": "shop@example.com"}
    assert document.items[0].meta.params == {"contact": "shop@example.com"}


def test_raw_html_in_a_customers_words_is_never_kept() -> None:
    story = parsed("content/blog/a.md", "---\ntitle: A\n---\n<b>own</b>\n")
    theirs = parsed(
        "content/testimonials/a.md", "---\nauthor: Ines\ntext: x\n---\n<script>alert(1)</script>\n", "testimonial"
    )
    assert "<b>" in str(story.items[0].body.html)
    assert "<script>" not in str(theirs.items[0].body.html)


def test_an_address_as_a_quotes_source_is_a_web_page() -> None:
    text = "- {id: a, text: One., source: https://example.org/x}\n"
    source = parsed("content/quotes/x.yaml", text, "quotes").items[1].meta.source
    assert (source.kind, source.url, source.title) == ("web", "https://example.org/x", "")


# defaults of folders


def test_defaults_are_given_to_every_file_below_and_the_nearest_wins() -> None:
    defaults = {
        "content/": "tags: [far]\nauthor: Rosa\n",
        "content/blog/": "tags: [near]\n",
    }
    meta = parsed("content/blog/deep/a.md", "---\ntitle: A\n---\n", "post", **defaults).items[0].meta
    assert (meta.tags, meta.authors) == (("near",), ("Rosa",))


def test_a_file_wins_over_its_defaults_under_whatever_name() -> None:
    document = parsed(
        "content/blog/a.md", "---\ntitle: A\nauthor: Sam\n---\n", "post", **{"content/": "authors: [Rosa]\n"}
    )
    assert codes(document) == []
    assert document.items[0].meta.authors == ("Sam",)


def test_a_fault_in_defaults_is_told_in_their_own_file() -> None:
    document = parsed("content/blog/a.md", "---\ntitle: A\n---\n", "post", **{"content/": "date: soon\n"})
    assert [str(d.span) for d in document.diagnostics] == ["content/_defaults.yaml:1:7"]
