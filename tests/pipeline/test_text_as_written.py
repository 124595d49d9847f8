"""Whole sites whose text was once lost or changed in silence: what is shown, or what is said."""

from __future__ import annotations

from collections.abc import Callable

from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "{at: 2026-01-01, how: in-person, scopes: [publish_text, publish_name]}"


def praise(text: str, name: str = "Ann Bee") -> str:
    person = f"author: {{name: {name}}}\n  date: 2026-01-01\n  consent: {CONSENT}"
    return f"-- content/testimonials/t.yaml --\n- id: t1\n  text: {text}\n  {person}\n"


def post(name: str, front: str, text: str = "Text.") -> str:
    return f"-- content/blog/{name}.md --\n---\n{front}\ndate: 2026-01-02\n---\n\n{text}\n"


def said(site: BuiltSite) -> list[tuple[str, str, int, int]]:
    return sorted((d.code, d.span.path, d.span.line, d.span.column) for d in site.diagnostics)


def test_a_number_sign_that_cuts_text(small_site: SmallSite) -> None:
    text = praise("They are the #1 shop in town, and we come back each year.")
    site = small_site(text + post("h", "title: We are #1\nsummary: Rated #1 by all"))
    assert said(site) == [
        ("Y109", "content/blog/h.md", 2, 15),
        ("Y109", "content/blog/h.md", 3, 16),
        ("Y109", "content/testimonials/t.yaml", 2, 22),
    ]
    hints = " ".join(d.hint for d in site.diagnostics)
    assert '`"They are the #1 shop in town, and we come back each year."`' in hints


def test_tildes_of_ranges(small_site: SmallSite) -> None:
    text = praise("It took 10~15 minutes, never 20~30, and they rang.")
    site = small_site(text + post("a", "title: A", "From 10~15 to 20~30 minutes, ~~once~~."))
    assert said(site) == []
    assert "From 10~15 to 20~30 minutes, <del>once</del>." in site.html("blog/a/index.html")
    assert "<del>" not in site.html("testimonials/index.html")


def test_a_page_in_place_of_the_list_of_posts(small_site: SmallSite) -> None:
    text = "".join(post(name, f"title: {name}") for name in ("a", "b"))
    assert said(small_site(text + post("index", "title: My blog", "Welcome."))) == [
        ("U106", "content/blog/index.md", 2, 1)
    ]
    site = small_site(text + post("_index", "title: My blog", "Welcome."))
    assert said(site) == []


def test_html_of_an_export(small_site: SmallSite) -> None:
    words = '"<p>Lovely <strong>people</strong> &amp; honest.</p><br />They said &#8220;yes&#8221;."'
    site = small_site(praise(words, '"O&#8217;Brien &amp; Sons"'))
    assert said(site) == [("V215", "content/testimonials/t.yaml", 2, 9)]
    (page,) = (page for page in site.site.pages.values() if page.kind == "testimonial")
    assert page.meta.text == "Lovely <strong>people</strong> & honest.\n\nThey said “yes”."
    assert page.meta.author.name == "O’Brien & Sons"
