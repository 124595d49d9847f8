"""Names that make one address are still different names: of tags, categories, series, authors and all the others."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text, publish_company], how: letter}"
CONFIG = "title: Lab\nbase_url: https://www.example.com/\ntimezone: Europe/London\nsocial_cards: {enabled: false}\n"
SOUND_ALIKE = {
    "caresite.yaml": CONFIG.encode(),
    "content/authors/lina.md": "---\nname: 李娜\n---\n".encode(),
    "content/authors/lina2.md": "---\nname: 丽娜\n---\n".encode(),
    "content/blog/a.md": '---\ntitle: A\ndate: 2026-01-02\nauthors: [李娜]\ntags: ["C++", 实时]\n---\nText.\n'.encode(),
    "content/blog/b.md": '---\ntitle: B\ndate: 2026-01-02\nauthors: [丽娜]\ntags: ["C#", 事实]\n---\nText.\n'.encode(),
    "content/blog/c.md": "---\ntitle: C\ndate: 2026-01-02\ntags: [C, 时事]\n---\nText.\n".encode(),
}


def post(name: str, *lines: str) -> str:
    front = "".join(f"{line}\n" for line in (f"title: Post {name}", *lines))
    return f"-- content/blog/{name}.md --\n---\n{front}---\nText.\n"


def story(name: str, *lines: str) -> str:
    return post(name, *lines, CONSENT).replace("content/blog", "content/stories")


def slugs(site: BuiltSite, taxonomy: str = "tags") -> dict[str, str]:
    assert site.ok, site.report
    return {term.name: term.slug for term in site.site.terms[taxonomy].values()}


def test_every_name_has_its_page_its_posts_and_its_byline(small_site: SmallSite) -> None:
    site = small_site(files=SOUND_ALIKE | {"caresite.yaml": CONFIG.encode() + b"theme: plain\nplugins: [feeds]\n"})
    names = slugs(site)
    assert {name: names[name] for name in ("C", "C#", "C++")} == {"C": "c", "C#": "c-sharp", "C++": "c-plus-plus"}
    assert len(set(names.values())) == 6
    for term in site.site.terms["tags"].values():
        assert (term.count, term.url) == (1, f"/tags/{term.slug}/")
        assert f"tags/{term.slug}/index.html" in site.outputs
    pages = site.site.pages
    assert [pages[f"content/blog/{n}.md"].author_ids for n in "abc"] == [("lina",), ("lina2",), ()]
    assert {page.title for page in pages.values() if page.kind == "author"} == {"李娜", "丽娜"}
    feed = site.outputs["feed.json"].decode()
    assert all(f'"{name}"' in feed for name in names)
    told = [d.message for d in site.diagnostics if d.code == "U108"]
    assert len(told) == 4
    assert "the tag “C#” has the address `/tags/c-sharp/`, because “C” has `/tags/c/`" in told


@pytest.mark.parametrize(
    ("taxonomy", "front"),
    [
        ("tags", "tags: ['{}']"),
        ("categories", "categories: ['{}']"),
        ("series", "series: '{}'"),
        ("industry", "customer: {{name: Crumb, industry: '{}'}}"),
        ("product", "products: ['{}']"),
        ("towns", "towns: ['{}']"),
    ],
)
def test_every_taxonomy_keeps_names_apart(small_site: SmallSite, taxonomy: str, front: str) -> None:
    names = ("C++", "C#", "Café", "Cafe")
    texts = [story(f"s{n}", f"date: 2026-01-0{n}", front.format(name)) for n, name in enumerate(names, start=1)]
    site = small_site("".join(texts), config="taxonomies: {towns: /towns/}\n")
    found = slugs(site, taxonomy)
    assert (found["C++"], found["C#"], found["Café"]) == ("c", "c-sharp", "cafe")
    assert found["Cafe"].startswith("cafe-")
    assert [t.count for t in site.site.terms[taxonomy].values()] == [1, 1, 1, 1]


def test_the_first_by_date_keeps_the_slug_and_a_later_post_changes_nothing(small_site: SmallSite) -> None:
    first = post("z", "date: 2026-02-01", "tags: ['C++']") + post("y", "date: 2026-03-01", "tags: ['C#']")
    alone = slugs(small_site(first))
    assert alone == {"C++": "c", "C#": "c-sharp"}
    later = post("a", "date: 2026-04-01", "tags: [C, C sharp]")
    assert slugs(small_site(first + later)).items() >= alone.items()
    undated = post("a", "tags: [C]")
    assert slugs(small_site(first + undated)).items() >= alone.items()
    assert slugs(small_site(first + post("a", "date: 2026-01-01", "tags: [C]")))["C"] == "c"


@pytest.mark.parametrize("state", ["draft: true", "publish_date: 2027-01-01"])
def test_what_is_not_on_the_site_yet_takes_no_slug_even_in_a_preview(small_site: SmallSite, state: str) -> None:
    texts = post("a", "date: 2026-01-01", state, "tags: [C]") + post("b", "date: 2026-02-01", "tags: ['C#']")
    assert slugs(small_site(texts)) == {"C#": "c"}
    shown = slugs(small_site(texts, drafts=True, future=True))
    assert shown["C#"] == "c"
    assert shown["C"].startswith("c-")


def test_what_has_expired_keeps_its_slug(small_site: SmallSite) -> None:
    texts = post("a", "date: 2026-01-01", "tags: [C]{}") + post("b", "date: 2026-02-01", "tags: ['C#']")
    assert slugs(small_site(texts.replace("{}", ""))) == {"C": "c", "C#": "c-sharp"}
    expired = small_site(texts.replace("{}", "\nexpires: 2026-06-01"))
    assert slugs(expired) == {"C#": "c-sharp"}
    assert "tags/c/index.html" not in expired.outputs


def test_a_story_counts_from_its_approval(small_site: SmallSite) -> None:
    lock = b"items:\n  3f9a:\n    scopes: [publish_text]\n    approved: 2026-06-01\n"
    sent = "-- content/stories/s.md --\n---\ntitle: S\ndate: 2026-01-01\ntags: [C]\nconsent_ref: 3f9a\n---\nText.\n"
    site = small_site(sent + post("b", "date: 2026-02-01", "tags: ['C#']"), files={"consent.lock.yaml": lock})
    found = {term.name: term.slug for term in site.site.terms["tags"].values()}
    assert found["C#"] == "c"


def test_a_file_decides_the_address_of_a_term(small_site: SmallSite) -> None:
    texts = post("a", "date: 2026-01-01", "tags: ['C++']") + post("b", "date: 2026-02-01", "tags: ['C#', C]")
    texts += "-- content/tags/csharp.md --\n---\ntitle: C#\n---\nSharp *words*.\n"
    texts += "-- content/tags/c.md --\n---\ntitle: C\n---\nPlain words.\n"
    site = small_site(texts)
    assert slugs(site) == {"C": "c", "C#": "csharp", "C++": "c-plus-plus"}
    assert "<em>words</em>" in site.html("/tags/csharp/")
    assert ["C++" in d.message for d in site.diagnostics if d.code == "U108"] == [True]


def test_a_file_without_the_name_of_a_term_belongs_to_the_one_at_its_address(small_site: SmallSite) -> None:
    texts = post("a", "date: 2026-01-01", "tags: ['C++']") + post("b", "date: 2026-02-01", "tags: ['C#']")
    texts += "-- content/tags/c.md --\n---\ntitle: The language\n---\n"
    texts += "-- content/tags/c-sharp.md --\n---\nsummary: Sharp.\n---\n"
    terms = small_site(texts).site.terms["tags"]
    assert (terms["c"].name, terms["c-sharp"].name) == ("The language", "C#")
    assert terms["c-sharp"].description == "Sharp."


def test_lists_filters_and_relations_know_the_names(small_site: SmallSite) -> None:
    quotes = "-- content/quotes/q.yaml --\n- {id: a, text: One., status: anonymous, tags: ['C++']}\n"
    quotes += "- {id: b, text: Two., status: anonymous, tags: ['C#']}\n"
    said = f"-- content/testimonials/t.yaml --\n- {{id: p, text: Plus., tags: ['C++'], {CONSENT}}}\n"
    said += f"- {{id: s, text: Sharp., tags: ['C#'], {CONSENT}}}\n"
    asked = "".join(f'::: quotes "{name}"\n:::\n\n::: testimonials tag="{name}"\n:::\n\n' for name in ("C#",))
    template = (
        "{% for text in ('C#', 'c-sharp', 'c#', 'c', 'C++') %}"
        "[{{ site.term('tags', text).name }} {{ site.pages(kinds=('quote',), taxonomy='tags', term=text)[0].slug }}]"
        "{% endfor %}"
    )
    macro = (
        "{% macro render(args, body, sections, lines) %}({{ args.tag }} "
        "{{ site.pages(kinds=('KIND',), taxonomy='tags', term=args.tag | slug) | map(attribute='slug') | join(' ') }})"
        "{% endmacro %}"
    )
    files = {
        "templates/asked.html": template.encode(),
        "templates/components/quotes.html": macro.replace("KIND", "quote").encode(),
        "templates/components/testimonials.html": macro.replace("KIND", "testimonial").encode(),
    }
    page = post("ask", "date: 2026-01-02", "tags: [C++]", "template: asked.html") + post("body", "date: 2026-01-03")
    site = small_site(quotes + said + page.replace("Text.\n", asked if "body" in page else ""), files=files)
    assert "[C# b][C# b][C# b][C++ a][C++ a]" in site.html("/blog/ask/")
    assert "(c-sharp b)" in site.html("/blog/body/")
    assert "(c-sharp s)" in site.html("/blog/body/")
    assert {"testimonials/tag/c/index.html", "testimonials/tag/c-sharp/index.html"} <= set(site.outputs)


# authors


def author(file: str, name: str) -> str:
    return f"-- content/authors/{file}.md --\n---\nname: {name}\n---\n"


@pytest.mark.parametrize(
    ("byline", "slug"),
    [
        ("李娜", "lina"),
        ("丽娜", "lina2"),
        ("lina2", "lina2"),
        ("José García", "jose"),
        ("jose", "jose"),
        ("josé garcía", "jose"),
        ("Rosa", "r1"),
        ("rosa", "rosa"),
        ("Rosa Lind", "rosa"),
    ],
)
def test_a_byline_is_the_author_whose_name_or_id_it_is(small_site: SmallSite, byline: str, slug: str) -> None:
    files = author("lina", "李娜") + author("lina2", "丽娜") + author("jose", "José García")
    files += author("r1", "Rosa") + author("rosa", "Rosa Lind")
    site = small_site(post("a", f"authors: ['{byline}']") + files)
    assert site.site.pages["content/blog/a.md"].author_ids == (slug,)
    assert not [page for page in site.site.pages if page.startswith("author:")]
    assert site.codes == ()


def test_an_author_with_a_file_of_another_name_lists_what_they_wrote(small_site: SmallSite) -> None:
    template = b"{% for p in site.pages(kinds=('post',), author=page.slug) %}[{{ p.title }}]{% endfor %}"
    site = small_site(
        post("a", "authors: [Rosa Lind]") + author("rosa", "Rosa Lind"), files={"templates/author.html": template}
    )
    assert "[Post a]" in site.html("/authors/rosa/")


def test_authors_without_files_have_a_page_each(small_site: SmallSite) -> None:
    site = small_site(
        post("a", "date: 2026-01-02", "authors: [丽娜]") + post("b", "date: 2026-01-01", "authors: [李娜]")
    )
    pages = {page.title: page.slug for page in site.site.pages.values() if page.kind == "author"}
    assert pages["李娜"] == "li-nuo"
    assert pages["丽娜"].startswith("li-nuo-")
    assert site.site.pages["content/blog/a.md"].author_ids == (pages["丽娜"],)
    assert site.codes == ("U108",)


def test_a_byline_that_only_sounds_like_an_author_is_somebody_else_and_told(small_site: SmallSite) -> None:
    site = small_site(post("a", "authors: [丽娜]") + author("lina", "李娜"))
    (byline,) = site.site.pages["content/blog/a.md"].author_ids
    assert byline != "lina"
    assert "Q106" in site.codes


def test_two_authors_of_one_name_are_told_apart_by_id(small_site: SmallSite) -> None:
    files = author("ana-bell", "Ana Bell") + author("ana-of-leeds", "Ana Bell")
    site = small_site(post("a", "authors: [Ana Bell]") + post("b", "authors: [ana-of-leeds]") + files)
    pages = site.site.pages
    assert [pages[f"content/blog/{n}.md"].author_ids for n in "ab"] == [("ana-bell",), ("ana-of-leeds",)]
    assert site.codes == ("U109",)
    assert small_site(post("a", "authors: [ana-bell]") + files).codes == ()


# other names with addresses


def test_two_posts_with_one_address_are_told_another_slug(small_site: SmallSite) -> None:
    texts = post("C++").replace("Post C++", "C++") + post("C#").replace("Post C#", "'C#'")
    (fault,) = (d for d in small_site(texts).diagnostics if d.code == "U101")
    assert "`slug: c-plus-plus`" in fault.hint


def test_two_ids_with_one_address_are_both_named(small_site: SmallSite) -> None:
    quotes = "-- content/quotes/q.yaml --\n- {id: C++, text: One., status: anonymous}\n"
    site = small_site(quotes + "- {id: 'C#', text: Two., status: anonymous}\n")
    (fault,) = (d for d in site.diagnostics if d.code == "Q105")
    assert "the ids `C++` and `C#` make the same address, `c`" in fault.message
    assert "`id: c-sharp`" in fault.hint


def test_people_who_are_quoted_have_a_slug_each(small_site: SmallSite) -> None:
    quotes = "-- content/quotes/q.yaml --\n" + "".join(
        f"- {{id: q{n}, text: Text {n}., author: {name}, status: verified, source: {{title: A book}}}}\n"
        for n, name in enumerate(("李娜", "丽娜", "丽娜"))
    )
    site = small_site(quotes, config="plugins: [quotes_json]\n")
    results = json.loads(site.outputs["quotes/index.json"])["results"]
    first, second, third = (entry["authorSlug"] for entry in results)
    assert first != second == third


def test_spellings_that_had_two_addresses_are_told(small_site: SmallSite) -> None:
    site = small_site(post("a", "date: 2026-01-01", "tags: ['❤']") + post("b", "date: 2026-01-02", "tags: ['❤️']"))
    assert len(slugs(site)) == 1
    assert site.codes == ("U108",)


@pytest.mark.parametrize("name", ["Page", "feed", "index", "2", "con"])
def test_a_term_may_be_called_like_a_part_of_a_list(small_site: SmallSite, name: str) -> None:
    texts = "".join(post(f"p{n}", f"tags: ['{name}']", f"authors: ['{name}']") for n in range(3))
    site = small_site(texts, config="pagination: {per_page: 1}\nplugins: [feeds]\nfeeds: {terms: [tags]}\n")
    assert site.ok, site.report


@pytest.mark.parametrize("name", ["C\\x07+", "C\\x1b[31m+", "C\\u202e+", "C\\x7f+"])
def test_no_message_steers_a_terminal(small_site: SmallSite, name: str) -> None:
    texts = post("a", "date: 2026-01-01", "tags: [C]", "authors: [李娜]")
    texts += post("b", "date: 2026-01-02", f'tags: ["{name}"]', f'authors: ["丽娜 {name}", 丽娜]')
    site = small_site(texts)
    assert site.diagnostics
    said = [text for d in site.diagnostics for text in (d.message, d.hint)]
    assert all(text.isprintable() for text in said), said


@pytest.mark.parametrize(
    ("config", "front", "noun"),
    [
        ("", "tags", "tag"),
        ("", "categories", "category"),
        ("taxonomies: {towns: {}}\n", "towns", "towns"),
    ],
)
def test_a_note_says_what_the_name_is(small_site: SmallSite, config: str, front: str, noun: str) -> None:
    texts = post("a", "date: 2026-01-01", f"{front}: [C]") + post("b", "date: 2026-01-02", f"{front}: [C++]")
    site = small_site(texts, config=config)
    (message,) = (d.message for d in site.diagnostics if d.code == "U108")
    assert message == f"the {noun} “C++” has the address `/{front}/c-plus-plus/`, because “C” has `/{front}/c/`"
