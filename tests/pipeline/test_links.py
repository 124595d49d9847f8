"""What an address in a text means on the site: every way to write one, and what is said of each that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from caresite.core.diagnostics import Diagnostic
from caresite.pipeline.links import Resolved, resolve
from caresite.pipeline.reader import Reader
from caresite.pipeline.route import route
from caresite.testing import BuiltSite, build_site, picture

SmallSite = Callable[..., BuiltSite]
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text], how: letter}"
SITE = f"""
-- content/blog/a.md --
---
title: A
tags: [care]
aliases: [/old/]
---
## One two

Text.
-- content/blog/bundle/index.md --
---
title: Bundle
---
Text.
-- content/blog/draft.md --
---
title: Draft
draft: true
---
-- content/pages/about.md --
---
title: About
---
-- content/stories/s.md --
---
title: S
{CONSENT}
---
-- content/quotes/care.yaml --
- {{id: listen, text: Listen., status: anonymous}}
- {{id: hidden, text: Hidden., status: anonymous, draft: true}}
-- content/testimonials/list.yaml --
- {{id: ines, text: Well done., {CONSENT}}}
-- content/testimonials/letter.md --
---
{CONSENT}
---
Well done.
-- content/tags/care.md --
---
title: Care
---
-- content/blog/_index.md --
---
title: News
---
"""
FILES = {
    "content/blog/bundle/plan.pdf": b"%PDF",
    "content/blog/bundle/my photo.jpg": picture(),
    "static/images/x.png": picture(),
    "static/manual/index.html": b"<p>",
}


@pytest.fixture(scope="module", params=["/", "/shop/"])
def reader(small_site: SmallSite, request: pytest.FixtureRequest) -> Reader:
    """Return the reader of one site, at its host's root and below a path."""
    site = small_site(SITE, config=f"base_url: https://example.com{request.param}\n", files=FILES)
    _, plan, _ = route(site.site)
    return Reader(site.site, plan)


def ask(reader: Reader, target: str, role: str = "link", source: str = "content/blog/bundle/index.md") -> Resolved:
    page = reader.page(source)
    assert page is not None
    return resolve(reader, page, target, role, 12)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("../a.md", "blog/a/"),
        ("../a.md#one-two", "blog/a/#one-two"),
        ("../a.md?x=1#one-two", "blog/a/#one-two"),
        ("../../stories/s.md", "stories/s/"),
        ("../../quotes/care.yaml", "quotes/care/"),
        ("../../quotes/care.yaml#listen", "quotes/care/listen/"),
        ("../../testimonials/letter.md", "testimonials/#letter"),
        ("../../testimonials/list.yaml#ines", "testimonials/#ines"),
        ("../../tags/care.md", "tags/care/"),
        ("../_index.md", "blog/"),
        ("index.md", "blog/bundle/"),
        ("/content/blog/a.md", "blog/a/"),
        ("/content/blog/a.md#one-two", "blog/a/#one-two"),
        ("/blog/a/", "blog/a/"),
        ("/blog/a", "blog/a/"),
        ("/blog/a/index.html", "blog/a/"),
        ("/blog/a/#one-two", "blog/a/#one-two"),
        ("/tags/care/?x=1", "tags/care/?x=1"),
        ("/old/", "old/"),
        ("/images/x.png", "images/x.png"),
        ("/manual/", "manual/"),
        ("/", ""),
        ("plan.pdf", "blog/bundle/plan.pdf"),
        ("plan.pdf#page=2", "blog/bundle/plan.pdf#page=2"),
        ("my photo.jpg", "blog/bundle/my%20photo.jpg"),
        ("../bundle/plan.pdf", "blog/bundle/plan.pdf"),
    ],
)
def test_a_path_becomes_the_address_of_what_it_names(reader: Reader, target: str, url: str) -> None:
    assert ask(reader, target) == Resolved(reader.home + url)


@pytest.mark.parametrize(
    "target",
    ["https://example.org/x?y=1#z", "//cdn.example/x.js", "mailto:a@example.com", "tel:+44", "", "#top", "?page=2"],
)
def test_what_leaves_the_page_or_stays_on_it_is_left_as_written(reader: Reader, target: str) -> None:
    assert ask(reader, target) == Resolved(target)


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "file:///etc/passwd", "vbscript:x"]
)
def test_what_would_run_code_or_open_files_is_not_written(reader: Reader, target: str) -> None:
    resolved = ask(reader, target)
    assert resolved.url == "#"
    assert resolved.fault is not None


def test_an_address_relative_to_the_page_is_found(reader: Reader) -> None:
    assert ask(reader, "../a/").fault is None
    assert ask(reader, "../../stories/s/").fault is None


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("../b.md", "L101", "`../b.md` does not exist"),
        ("../a.md#three", "L102", "no heading `#three`"),
        ("/content/blog/a.md#three", "L102", "no heading `#three`"),
        ("/blog/b/", "L103", "`/blog/b/` does not exist"),
        ("../b/", "L103", "`../b/` does not exist"),
        ("../draft.md", "L105", "held back"),
        ("/content/blog/draft.md", "L105", "held back"),
        ("../../quotes/care.yaml#hidden", "L105", "held back"),
        ("../../quotes/care.yaml#nothing", "L102", "nothing"),
        ("../../testimonials/list.yaml#nobody", "L101", "list.yaml"),
    ],
)
def test_what_leads_nowhere_is_told_with_its_line(reader: Reader, target: str, code: str, said: str) -> None:
    fault = ask(reader, target).fault
    assert fault is not None
    assert (fault.code, str(fault.span)) == (code, "content/blog/bundle/index.md:12")
    assert said in fault.message


@pytest.mark.parametrize(
    ("target", "code"), [("photo.jpg", "L104"), ("/images/y.png", "L104"), ("../draft.md", "L105")]
)
def test_a_missing_picture_is_called_one(reader: Reader, target: str, code: str) -> None:
    fault = ask(reader, target, "image").fault
    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize(
    ("target", "hint"),
    [("../aa.md", "`../a.md`"), ("../a.md#one-twoo", "`#one-two`"), ("../../storys/s.md", "`../../stories/s.md`")],
)
def test_what_was_meant_is_guessed(reader: Reader, target: str, hint: str) -> None:
    fault = ask(reader, target).fault
    assert fault is not None
    assert hint in fault.hint


def of_code(site: BuiltSite, code: str) -> list[Diagnostic]:
    return [d for d in site.diagnostics if d.code == code]


def page_with(body: str) -> str:
    return f"-- content/blog/a.md --\n---\ntitle: A\n---\n{body}\n"


def test_how_strict_links_and_pictures_are_is_the_configs_choice(small_site: SmallSite) -> None:
    text = page_with("[b](b.md) ![c](c.jpg)")
    assert {d.severity for code in ("L101", "L104") for d in of_code(small_site(text), code)} == {"error"}
    lenient = small_site(text, config="check: {links: warning, images: warning}\n")
    assert lenient.ok
    assert {d.severity for code in ("L101", "L104") for d in of_code(lenient, code)} == {"warning"}


def test_a_broken_link_is_told_once_with_its_line_in_the_text(small_site: SmallSite) -> None:
    site = small_site(page_with("One.\n\n[b](/nowhere/) and [again](/nowhere/)"))
    assert [str(d.span) for d in of_code(site, "L103")] == ["content/blog/a.md:6:5"]


def test_a_link_to_what_is_held_back_leads_home(small_site: SmallSite) -> None:
    site = small_site(page_with("[b](b.md)") + "-- content/blog/b.md --\n---\ntitle: B\ndraft: true\n---\n")
    assert '<a href="/">b</a>' in site.html("/blog/a/")
    assert site.ok


def test_an_anchor_in_raw_html_is_found(small_site: SmallSite) -> None:
    site = small_site(page_with('<p id="here">x</p>\n\n[go](#here) [stay](#nowhere)'))
    assert ["#nowhere" in d.message for d in of_code(site, "L102")] == [True]


def test_an_addresses_special_characters_cannot_leave_the_attribute(small_site: SmallSite) -> None:
    html = small_site(page_with('[x](<https://example.org/"onclick="a&b>)')).html("/blog/a/")
    assert "&amp;b" in html
    assert '"onclick=' not in html


def test_a_set_of_sources_knows_the_sub_path_and_what_is_missing(small_site: SmallSite) -> None:
    text = "<img alt='' src='a.png' srcset='a.png 1x, /b.png 2x, c.png 3x'>"
    site = small_site(
        f"-- content/blog/a/index.md --\n---\ntitle: A\n---\n\n{text}\n",
        config="base_url: https://example.com/shop/\n",
        files={"content/blog/a/a.png": b"1", "static/b.png": b"2"},
    )
    assert "srcset='/shop/blog/a/a.png 1x, /shop/b.png 2x, c.png 3x'" in site.html("/shop/blog/a/")
    assert [(d.code, str(d.span)) for d in site.diagnostics if d.severity != "note"] == [
        ("L104", "content/blog/a/index.md:5:54")
    ]


SPACED = """
-- caresite.yaml --
title: Example
base_url: https://example.com/shop/
timezone: Europe/London
menus: {main: [{text: Mine, url: /my page/}, {text: Ours, url: content/pages/über.md}]}
collections: {blog: {index: /our news/}}
taxonomies: {tags: /our tags/}
-- content/pages/mine/index.md --
---
title: Mine
permalink: "/my page/"
aliases: [/my old page/]
image: a b.png
---
## Part one

![x](a b.png) [one](#part-one)
-- content/pages/über.md --
---
title: Über uns
permalink: /über uns/
---
-- content/blog/a.md --
---
title: A
slug: my post
date: 2026-01-02
tags: [b c]
---
[x](/my page/) [x](</my page/#part-one>) [x](/my%20page/) [x](../pages/mine/index.md#part-one) [x](</our news/>)
[x](</über uns/>) [x](../pages/über.md) [x](</our tags/b-c/>) [x](</my page/a b.png>)
"""


def test_an_address_with_a_space_is_encoded_wherever_it_is_linked() -> None:
    site = build_site(SPACED, files={"content/pages/mine/a b.png": picture()})
    assert site.codes == (), site.report
    files = {"my page/index.html", "my page/a b.png", "über uns/index.html", "our news/index.html"}
    files |= {"blog/my post/index.html", "our tags/b-c/index.html", "my old page/index.html"}
    assert files - set(site.outputs) == set()
    for path in [path for path in site.outputs if path.endswith((".html", ".xml", ".json"))]:
        text = site.text(path)
        assert not re.search(r"(?:href|src|url|id)\W{1,4}[^\"'<>]*/(?:my |our |über)", text), path
    assert 'href="/shop/my%20page/"' in site.html("/shop/blog/my post/")
    assert 'src="/shop/my%20page/a%20b.png"' in site.html("/shop/my page/")
    assert '<a href="/shop/my%20page/" aria-current="page">' in site.html("/shop/my page/")
    assert '<a href="/shop/%C3%BCber%20uns/" aria-current="page">' in site.html("/shop/über uns/")
    assert "/shop/my%20old%20page/ /shop/my%20page/ 301!" in site.text("_redirects")
    assert "<loc>https://example.com/shop/my%20page/</loc>" in site.text("sitemap.xml")


# where on its line


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Hi [there](zz.md).", "6:12"),
        ("Of aazz.md: [there](zz.md#part).", "6:21"),
        ("Hi [there](<z z.md>).", "6:13"),
        ("Hi [there](z%20z.md).", "6:12"),
        ("Hi <a href='zz.md'>there</a>.", "6:13"),
        ("Hi [there][x].\n\n[x]: zz.md", "8:6"),
        ("Hi\n[there](zz.md).", "7:9"),
        ("![there](zz.png)", "6:10"),
        ("Hi [there](/zz/#a).", "6:12"),
        ("Hi [there](b.md#zz).", "6:16"),
        ("::: cta Go url=/zz/\n:::", "6:16"),
        ("::: quote zz\n:::", "6:11"),
    ],
)
def test_a_fault_of_a_link_has_the_column_of_its_address(small_site: SmallSite, line: str, place: str) -> None:
    other = "-- content/blog/b.md --\n---\ntitle: B\n---\n"
    site = small_site(f"-- content/blog/a.md --\n---\ntitle: A\ntags: [x]\n---\n\n{line}\n{other}")
    [told] = [d for d in site.diagnostics if d.severity != "note"]
    assert str(told.span) == f"content/blog/a.md:{place}", site.report
    shown = site.report.split("\n")[1][len("  6 | ") + told.span.column - 1 :]
    assert shown.startswith(("zz", "z z", "z%20z", "/zz/", "#zz")), site.report
