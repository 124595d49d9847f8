"""One route becomes one file: components, templates by path, themes and their parents, and what a broken one says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Component
from caresite.testing import BuiltSite, picture

SmallSite = Callable[..., BuiltSite]
CONSENT = "{at: 2026-01-01, scopes: [publish_text], how: letter}"


def page_with(body: str, *lines: str) -> str:
    return "-- content/blog/a.md --\n---\ntitle: A\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}\n"


def with_templates(**templates: str) -> dict[str, bytes]:
    return {f"templates/{name.replace('__', '/')}.html": text.encode() for name, text in templates.items()}


def of_severity(site: BuiltSite, severity: str) -> list[Diagnostic]:
    return [d for d in site.diagnostics if d.severity == severity]


# components

QUOTES = f"""
-- content/quotes/care.yaml --
- {{id: listen, text: Listen first., status: anonymous, tags: [ears]}}
- {{id: draft, text: Not yet., status: anonymous, draft: true}}
-- content/stories/the-move.md --
---
title: The move
consent: {CONSENT}
---
-- content/stories/unsaid.md --
---
title: Unsaid
---
-- content/testimonials/t.yaml --
- {{id: ines, text: They stayed., consent: {CONSENT}}}
- {{id: sam, text: They left., consent: {{at: 2026-01-01, scopes: [publish_text], how: letter, withdrawn: 2026-02-01}}}}
"""


@pytest.mark.parametrize("written", ["care#listen", "care/listen", "content/quotes/care.yaml#listen"])
def test_a_quote_is_found_by_its_collection_and_id(small_site: SmallSite, written: str) -> None:
    site = small_site(page_with(f"::: quote {written}\n:::") + QUOTES)
    assert "<q>Listen first.</q>" in site.html("/blog/a/")
    assert not of_severity(site, "error")


@pytest.mark.parametrize("written", ["the-move", "content/stories/the-move.md"])
def test_a_story_is_found_by_its_slug_or_path(small_site: SmallSite, written: str) -> None:
    html = small_site(page_with(f"::: story {written}\n:::") + QUOTES).html("/blog/a/")
    assert '<a class="story" href="/stories/the-move/">The move</a>' in html


@pytest.mark.parametrize("call", ["quote care#draft", "quote content/quotes/care.yaml#draft", "story unsaid"])
def test_what_is_held_back_just_vanishes_from_a_text(small_site: SmallSite, call: str) -> None:
    site = small_site(page_with(f"Before.\n\n::: {call}\n:::\n\nAfter.") + QUOTES)
    html = site.html("/blog/a/")
    assert ("Before." in html, "After." in html) == (True, True)
    assert ("Not yet" in html, "Unsaid" in html) == (False, False)
    assert site.ok, site.report


def test_lists_of_words_leave_out_what_was_taken_back(small_site: SmallSite) -> None:
    html = small_site(page_with("::: testimonials\n:::") + QUOTES).html("/blog/a/")
    assert ("They stayed." in html, "They left." in html) == (True, False)


@pytest.mark.parametrize(
    ("call", "hint", "column"),
    [("quote care/lisen", "care/listen", 11), ("quote other#x", "", 11), ("story the-mov", "the-move", 11)],
)
def test_an_id_that_does_not_exist_is_an_error_with_what_was_meant(
    small_site: SmallSite, call: str, hint: str, column: int
) -> None:
    site = small_site(page_with(f"One.\n\n::: {call}\n:::") + QUOTES)
    (fault,) = of_severity(site, "error")
    assert (fault.code, fault.span.path, fault.span.line, fault.span.column) == ("L106", "content/blog/a.md", 6, column)
    assert hint in fault.hint


def test_components_stand_inside_components_and_know_their_page(small_site: SmallSite) -> None:
    body = ":::: callout tip\n\n::: quote care#listen\n:::\n\n[b](../stories/the-move.md)\n\n::::"
    html = small_site(page_with(body) + QUOTES).html("/blog/a/")
    inside = html.partition('<aside class="tip">')[2].partition("</aside>")[0]
    assert "<q>Listen first.</q>" in inside
    assert '<a href="/stories/the-move/">b</a>' in inside


def test_a_picture_of_a_component_is_resolved_and_missed(small_site: SmallSite) -> None:
    files = {"content/blog/x.png": picture()}
    assert 'src="/blog/x.png"' in small_site(page_with("::: figure x.png\n:::"), files=files).html("/blog/a/")
    assert [d.code for d in of_severity(small_site(page_with("::: figure y.png\n:::")), "error")] == ["L104"]


def test_the_same_text_can_stand_on_two_pages(small_site: SmallSite) -> None:
    files = with_templates(home="{% for p in site.pages() %}{{ site.body(p).html }}{% endfor %}")
    site = small_site(page_with("::: quote care#listen\n:::") + QUOTES, files=files)
    assert "Listen first." in site.html("/")
    assert "Listen first." in site.html("/blog/a/")


# which template


def test_a_sites_own_template_wins_over_the_themes_by_path(small_site: SmallSite) -> None:
    files = with_templates(
        post="own: {{ page.title }}", components__quote="{% macro render(a, b, s, l) %}OWN{% endmacro %}"
    )
    site = small_site(page_with("x") + QUOTES, files=files)
    assert site.html("/blog/a/") == "own: A"


def test_a_sites_own_component_wins_too(small_site: SmallSite) -> None:
    files = with_templates(components__quote="{% macro render(args, body, sections, lines) %}OWN{% endmacro %}")
    assert "OWN" in small_site(page_with("::: quote care#listen\n:::") + QUOTES, files=files).html("/blog/a/")


def test_a_theme_takes_what_it_lacks_from_its_parent(small_site: SmallSite) -> None:
    text = """
    -- themes/child/theme.yaml --
    name: child
    parent: plain
    -- themes/child/templates/post.html --
    child: {{ page.title }}
    """
    site = small_site(text + page_with("x").replace("\n", "\n    "), config="theme: child\n")
    assert site.html("/blog/a/") == "child: A"
    assert "<h1>Blog</h1>" in site.html("/blog/")


def test_a_template_may_extend_the_one_it_replaces(small_site: SmallSite) -> None:
    files = with_templates(post='{% extends "plain/post.html" %}{% block main %}[{{ super() }}]{% endblock %}')
    html = small_site(page_with("Words."), files=files).html("/blog/a/")
    assert html.partition("<main>")[2].strip().startswith("[")
    assert "<p>Words.</p>" in html


def test_hearths_own_base_can_be_extended_by_name(small_site: SmallSite) -> None:
    files = with_templates(
        post='{% extends "hearth/base.html" %}{% block main %}<h1>Mine: {{ page.title }}</h1>{% endblock %}'
    )
    html = small_site(page_with("x"), config="theme: hearth\n", files=files).html("/blog/a/")
    assert "<h1>Mine: A</h1>" in html
    assert "hearth." in html


def test_a_template_that_front_matter_names_and_nobody_has_is_a_warning(small_site: SmallSite) -> None:
    site = small_site(page_with("Words.", "template: pst"))
    (fault,) = [d for d in site.diagnostics if d.code == "T106"]
    assert (fault.severity, str(fault.span)) == ("warning", "content/blog/a.md:3:11")
    assert "post.html" in fault.hint
    assert "<p>Words.</p>" in site.html("/blog/a/")


@pytest.mark.parametrize(
    "form", ["{path}", "../../../../../../../../../..{path}", "x/../../../../../../../../../..{path}"]
)
def test_no_template_is_read_from_outside(small_site: SmallSite, tmp_path: Path, form: str) -> None:
    (tmp_path / "secret.html").write_text("SECRET")
    name = form.format(path=tmp_path / "secret.html")
    site = small_site(page_with("x", f"template: {name}"))
    assert [d.code for d in site.diagnostics if d.severity != "note"] == ["T106"]
    assert "SECRET" not in site.html("/blog/a/")
    included = small_site(page_with("x"), files=with_templates(post=f'{{% include "{name}" %}}'))
    assert [d.code for d in of_severity(included, "error")] == ["T101"]


# what a broken template says


@pytest.mark.parametrize(
    ("template", "code", "place"),
    [
        ("one\n{% if %}\n", "T102", "templates/post.html:2"),
        ("one\ntwo {{ page.titel }}", "T103", "templates/post.html:2:13"),
        ("one\n\n{{ nobody }}", "T103", "templates/post.html:3:4"),
        ("{{ 1 / 0 }}", "T103", "templates/post.html:1"),
        ('{% include "nowhere.html" %}', "T101", "templates/post.html:1:13"),
        ("\n{{ asset('nowhere.css') }}", "T104", "templates/post.html:2:11"),
        ("\n\n{{ t('nothing_like_it') }}", "T105", "templates/post.html:3:7"),
        ("{{ page.title | shout }}", "T102", "templates/post.html:1"),
    ],
)
def test_a_broken_template_is_told_with_its_own_line(
    small_site: SmallSite, template: str, code: str, place: str
) -> None:
    site = small_site(page_with("x"), files=with_templates(post=template))
    assert [(d.code, str(d.span)) for d in of_severity(site, "error")] == [(code, place)]
    assert site.published is None


def test_a_page_that_fails_does_not_take_the_others_with_it(small_site: SmallSite) -> None:
    text = page_with("x", "template: bad") + "-- content/blog/b.md --\n---\ntitle: B\n---\n[c](nowhere.md)\n"
    site = small_site(text, files=with_templates(bad="{{ nobody }}"))
    assert {d.code for d in of_severity(site, "error")} == {"T103", "L101"}
    assert "<h1>B</h1>" in site.html("/blog/b/")


def test_a_theme_without_words_says_so_for_each_and_goes_on(small_site: SmallSite) -> None:
    text = """
    -- themes/bare/theme.yaml --
    name: bare
    -- themes/bare/templates/post.html --
    {{ page.title }}
    -- themes/bare/templates/blog.html --
    {{ here.title }}
    """
    site = small_site(text + page_with("[b](nowhere.md)").replace("\n", "\n    "), config="theme: bare\n")
    found = {d.code for d in of_severity(site, "error")}
    assert {"T105", "T101"} <= found
    assert site.built.site is not None


def test_templates_escape_what_they_print(small_site: SmallSite) -> None:
    site = small_site(page_with("x").replace("title: A", "title: '<script>alert(1)</script>'"))
    assert "<script>" not in site.html("/blog/a/")
    assert "&lt;script&gt;" in site.html("/blog/")


# what every page knows


def test_menus_are_the_configs_or_the_lists_that_exist(small_site: SmallSite) -> None:
    made = small_site(page_with("x"))
    assert '<nav><a href="/blog/" aria-current="page">Blog</a></nav>' in made.html("/blog/")
    config = "menus: {main: [{text: First, url: content/blog/a.md}, {text: Shop, url: 'https://shop.example/'}]}\n"
    given = small_site(page_with("x"), config=config)
    expected = '<nav><a href="/blog/a/" aria-current="page">First</a><a href="https://shop.example/">Shop</a></nav>'
    assert expected in given.html("/blog/a/")


def test_a_menu_entry_that_leads_nowhere_is_told_in_the_config(small_site: SmallSite) -> None:
    site = small_site(page_with("x"), config="menus: {main: [{text: First, url: /nowhere/}]}\n")
    assert {(d.code, d.span.path) for d in site.diagnostics if d.severity == "warning"} == {("L103", "caresite.yaml")}


def test_a_menu_entry_is_told_at_its_own_place(small_site: SmallSite) -> None:
    config = """\
menus:
  main:
    - {text: First, url: /blog/}
    -
    - {text: Second, url: /nowhere/}
  footer:
    text: Third
    url: content/blog/b.md
"""
    site = small_site(page_with("x"), config=config)
    places = {d.code: str(d.span) for d in site.diagnostics if d.severity != "note"}
    lines = (site.root / "caresite.yaml").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, start=1) if "/nowhere/" in text)
    assert places["L103"] == f"caresite.yaml:{line}:27"


def test_a_page_in_another_language_speaks_it(small_site: SmallSite) -> None:
    files = with_templates(post="{{ here.lang }} {{ page.date | date_long }} {{ page.title | inline_markdown }}")
    text = (
        page_with("x", "lang: de", "date: 2026-03-01")
        + "-- content/blog/b.md --\n---\ntitle: B\ndate: 2026-03-01\n---\n"
    )
    site = small_site(text, files=files)
    assert site.html("/blog/a/") == "de 1. März 2026 A"
    assert site.html("/blog/b/") == "en March 1, 2026 B"


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("'Ines Adaeze Okafor' | initials", "IO"),
        ("'Cher' | initials", "C"),
        ("'==Care== & *time*' | inline_markdown", "<mark>Care</mark> &amp; <em>time</em>"),
        ("'<b>x</b>' | inline_markdown", "&lt;b&gt;x&lt;/b&gt;"),
        ("'/blog/ü/' | absolute", "https://example.com/blog/%C3%BC/"),
        ("'https://x.example/' | absolute", "https://x.example/"),
        ("'one two three' | words(2)", "one two…"),
        ("'one two' | words(2)", "one two"),
        ("'https://www.example.org/x' | host", "example.org"),
        ("1234567 | number", "1,234,567"),
        ("0.25 | percent", "25%"),
        ("page.date | date_iso", "2026-03-01"),
        ("page.date | month_year", "March 2026"),
        ("('a' | tone) == ('a' | tone)", "True"),
        ("('a' | tone) in (1, 2, 3, 4, 5, 6)", "True"),
        ("site.base_url ~ site.home ~ site.year", "https://example.com//2026"),
        ("site.url_of('blog') ~ site.url_of('nothing')", "/blog/"),
    ],
)
def test_filters_and_globals(small_site: SmallSite, expression: str, shown: str) -> None:
    site = small_site(page_with("x", "date: 2026-03-01"), files=with_templates(post="{{ " + expression + " }}"))
    assert site.html("/blog/a/") == shown


def test_writing_a_page_changes_nothing_of_the_site(small_site: SmallSite) -> None:
    """A site may be written twice, and by several renderers at once."""
    site = small_site("""
    -- content/quotes/bread.yaml --
    quotes:
      - {id: life, text: "Bread is life.", status: anonymous}
    -- content/blog/a.md --
    ---
    title: A
    ---
    ::: quote bread#life
    :::
    """)
    assert site.codes == ()
    assert "Bread is life." in site.html("/blog/a/")
    [call] = [part for part in site.site.bodies["content/blog/a.md"].html if isinstance(part, Component)]
    assert call.args["id"] == "bread#life"
