"""Markdown into bodies: what each piece of syntax becomes, and what is said of what cannot be."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slugify import slugify

from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Body, Component, Heading, Reference, Section, Segments
from caresite.pipeline.components import Argument, ComponentSpec
from caresite.pipeline.markdown import Markdown, MarkdownOptions
from caresite.pipeline.markdown.anchors import slug_of
from caresite.submissions.public import as_text

POSTS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "posts"

ENGLISH = Markdown(MarkdownOptions())
PLAIN = Markdown(MarkdownOptions(typographer=False, heading_ids=False, highlight=False))
GUARDED = Markdown(MarkdownOptions(raw_html=False))


def render(text: str, markdown: Markdown = PLAIN) -> Body:
    body, faults = markdown.render(text, path="x.md")
    assert faults == ()
    return body


def html(text: str, markdown: Markdown = PLAIN) -> str:
    (segment,) = render(text, markdown).html or ("",)
    assert isinstance(segment, str)
    return segment


def faults(text: str, markdown: Markdown = PLAIN, first_line: int = 1) -> list[tuple[str, int, str]]:
    _, found = markdown.render(text, path="x.md", first_line=first_line)
    return [(fault.code, fault.span.line, fault.message) for fault in found]


def references(text: str) -> list[tuple[str, int, str]]:
    body, _ = PLAIN.render(text, path="x.md", first_line=10)
    return [(s.target, s.line, s.role) for s in body.html if isinstance(s, Reference)]


def component(text: str, markdown: Markdown = PLAIN) -> Component:
    (segment,) = render(text, markdown).html
    assert isinstance(segment, Component)
    return segment


# Words and marks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("==marked==", "<p><mark>marked</mark></p>\n"),
        ("a ==b *c* d== e", "<p>a <mark>b <em>c</em> d</mark> e</p>\n"),
        ("a = b, a == b", "<p>a = b, a == b</p>\n"),
        ("~~gone~~ ~kept~ ~~~kept~~~", "<p><del>gone</del> ~kept~ ~~~kept~~~</p>\n"),
        ("From 10~15 to 20~30, ~about~~", "<p>From 10~15 to 20~30, ~about~~</p>\n"),
        ("one  \ntwo\\\nthree\nfour", "<p>one<br>\ntwo<br>\nthree\nfour</p>\n"),
        ("term\n: meaning", "<dl>\n<dt>term</dt>\n<dd>meaning</dd>\n</dl>\n"),
        ("- a\n  - b\n- c", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>\n"),
        ("4. a\n5. b", '<ol start="4">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("***", "<hr>\n"),
        ("a " + "*" * 300, "<p>a " + "*" * 300 + "</p>\n"),
        ("a " + "=" * 300, "<p>a " + "=" * 300 + "</p>\n"),
        ("", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert html(text) == expected


def test_a_table_is_wrapped_and_aligned_without_styles() -> None:
    table = html("| a | b |\n|:-:|--:|\n| 1 | *2* |")
    assert table.startswith('<div class="tbl">\n<table>\n<thead>')
    assert '<th class="align-center">a</th>' in table
    assert '<td class="align-right"><em>2</em></td>' in table
    assert "style" not in table


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", False),
        ("| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |", True),
        ("```\nshort\n```", False),
        ("```\nshort\nas wide as no telephone is\n```", True),
        ("```python\nprint('as wide as no telephone is')\n```", True),
        ("    as wide as no telephone is", True),
    ],
)
def test_the_keyboard_reaches_what_may_have_to_be_scrolled(text: str, reached: bool) -> None:
    assert (' tabindex="0">' in html(text)) is reached


def test_tasks_have_labels_and_cannot_be_changed() -> None:
    assert html("- [ ] to *do*\n- [x] done\n- plain") == (
        '<ul class="contains-task-list">\n'
        '<li class="task-list-item"><label><input type="checkbox" disabled> to <em>do</em></label></li>\n'
        '<li class="task-list-item"><label><input type="checkbox" disabled checked> done</label></li>\n'
        "<li>plain</li>\n</ul>\n"
    )


def test_tasks_with_paragraphs() -> None:
    assert '<p><label><input type="checkbox" disabled> a</label></p>' in html("- [ ] a\n\n- [ ] b")


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://example.org/a_b_c, or", "https://example.org/a_b_c"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("www.example.org.", "http://www.example.org"),
        ("**https://example.org**", "https://example.org"),
        ("“https://example.org”", "https://example.org"),
        ("https://example.org/?a=1&amp;b=2", "https://example.org/?a=1&amp;b=2"),
        ("mail care@example.org!", "mailto:care@example.org"),
        ("foo_bar@example.co.uk", "mailto:foo_bar@example.co.uk"),
        ("mailto:care@example.org", "mailto:care@example.org"),
        ("<care@example.org>", "mailto:care@example.org"),
    ],
)
def test_bare_addresses(text: str, href: str) -> None:
    assert re.findall('href="([^"]*)"', html(text)) == [href]


@pytest.mark.parametrize(
    "text",
    ["example.org", "README.md", "react@18.2.0", "@name", "http://", "www.", "`https://a.b`", "a://b", "1:30", "a@b"],
)
def test_what_is_not_a_bare_address(text: str) -> None:
    assert "href" not in html(text)


def test_no_link_inside_a_link() -> None:
    assert html("[https://a.org and b@c.org](https://d.org)").count("<a ") == 1
    assert html('<a href="https://d.org">b@c.org</a>').count("<a ") == 1


def test_bare_addresses_can_be_switched_off() -> None:
    text = "https://example.org a@b.org www.a.org"
    assert "href" not in html(text, Markdown(MarkdownOptions(linkify=False)))


# Typography


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "“one ‘two’ three” don’t"),
        ("en-GB", "“one ‘two’ three” don’t"),
        ("de", "„one ‚two‘ three“ don’t"),
        ("de-CH", "«one ‹two› three» don’t"),
        ("fr", "«\u00a0one “two” three\u00a0» don’t"),
        ("es", "«one “two” three» don’t"),
        ("sv", "”one ’two’ three” don’t"),
        ("it", "«one “two” three» don’t"),
        ("nl", "“one ‘two’ three” don’t"),
        ("pl", "„one «two» three” don’t"),
        ("tlh", "“one ‘two’ three” don’t"),
    ],
)
def test_quotation_marks_follow_the_language(language: str, expected: str) -> None:
    markdown = Markdown(MarkdownOptions(language=language))
    assert html("\"one 'two' three\" don't", markdown) == f"<p>{expected}</p>\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the '90s and '69", "the ’90s and ’69"),
        ("the dogs' bones", "the dogs’ bones"),
        ('5\'10" tall, 6" wide', "5'10&quot; tall, 6&quot; wide"),
        ('*"Hi,"* she said', "<em>“Hi,”</em> she said"),
        ('"*Hi*" (she "said")', "“<em>Hi</em>” (she “said”)"),
        ('"unfinished speech', "“unfinished speech"),
        ("'tis so", "’tis so"),
        ("wait... what....", "wait… what...."),
        ("a -- b, a---b, 3--4, --help, ----", "a – b, a—b, 3–4, --help, ----"),
        ('`"a" -- \'b\'...` \\"x\\"', "<code>\"a\" -- 'b'...</code> &quot;x&quot;"),
        ('"https://example.org/it\'s"', "“<a href=\"https://example.org/it's\">https://example.org/it's</a>”"),
        ('<b title="x">"y"</b>', '<b title="x">“y”</b>'),
    ],
)
def test_typography(text: str, expected: str) -> None:
    got = html(text, ENGLISH)
    assert got.replace('"', "&quot;") == f"<p>{expected}</p>\n".replace('"', "&quot;")


# Links and pictures


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[a](../blog/y.md#part)", "../blog/y.md#part"),
        ("[a](/about/)", "/about/"),
        ("[a](#part)", "#part"),
        ("[a](<my photo.jpg>)", "my photo.jpg"),
        ("[a](my%20photo.jpg)", "my photo.jpg"),
        ("[a](gr%C3%BC%C3%9Fe.md?q=%20#x%20y)", "grüße.md?q=%20#x%20y"),
        ("[a](a%2Fb%23c%3F%25.md)", "a%2Fb%23c%3F%25.md"),
        ("[a](%FF%00.md)", "%FF%00.md"),
        ("[a](&auml;.md?a&amp;b)", "ä.md?a&b"),
        ("[a]()", ""),
        ("[a][b]\n\n[b]: c.md 'title'", "c.md"),
    ],
)
def test_addresses_on_the_site_are_references(text: str, target: str) -> None:
    assert references(text) == [(target, 10, "link")]


@pytest.mark.parametrize(
    "url",
    ["https://a.org/x", "http://a.org", "mailto:a@b.org", "tel:+4930123", "sms:+49", "//cdn.org/x", "ftp://a.org/"],
)
def test_addresses_elsewhere_are_text(url: str) -> None:
    assert html(f"[a]({url})") == f'<p><a href="{url}">a</a></p>\n'


def test_references_stand_where_the_address_stands() -> None:
    assert render('[a *b*](c.md "d")').html == (
        '<p><a href="',
        Reference("c.md", 1),
        '" title="d">a <em>b</em></a></p>\n',
    )
    assert render("![a *b*](c.jpg)").html == ('<p><img src="', Reference("c.jpg", 1, "image"), '" alt="a b"></p>\n')


def test_references_know_their_line() -> None:
    words = "# H\n\none `a\nb` two\n[c\nd](e.md) f\n<a\nhref='g'>h</a> ![i](j)\n"
    text = words + "\n> - k\n>   [l](m)\n\n| n |\n|---|\n| [o](p) |\n"
    assert references(text) == [
        ("e.md", 14, "link"),
        ("g", 17, "link"),
        ("j", 17, "image"),
        ("m", 20, "link"),
        ("p", 24, "link"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "&#106;avascript:alert(1)",
        "java&Tab;script:alert(1)",
        "java&NewLine;script:alert(1)",
        "&Tab;javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "data:image/svg+xml,x",
        "file:///etc/passwd",
    ],
)
def test_no_link_to_scripts_data_or_files(url: str) -> None:
    for markdown in (PLAIN, GUARDED):
        for text in (f"[a]({url})", f"![a]({url})", f"[a]\n\n[a]: {url}", f"[a](<{url}>)"):
            body, _ = markdown.render(text, path="x.md")
            assert all(isinstance(segment, str) for segment in body.html)
            assert not re.search("<a|<img", "".join(map(str, body.html)))


def test_a_refused_address_is_reported() -> None:
    assert faults("a\n[b](javascript:x) `[c](javascript:y)`") == [
        ("M310", 2, "“javascript:x” is not an address that a link may have")
    ]


@pytest.mark.parametrize("scheme", ["javascript:", "vbscript:", "file:", "data:text/html,"])
def test_words_of_customers_that_look_like_a_refused_address_are_text(scheme: str) -> None:
    for words in (
        f"[x]: {scheme}alert(12)",
        f"[x]({scheme}alert(12))",
        f"\\[x\\]: {scheme}x",
        f"b\n[x]: {scheme}x",
    ):
        assert faults(as_text(words)) == []
    assert [code for code, *_ in faults(f"[x\\\\]({scheme}y)")] == ["M310"]


def test_embedded_pictures_are_allowed() -> None:
    assert 'src="data:image/png;base64,AA=="' in html("![a](data:image/png;base64,AA==)")


def test_a_lone_picture_with_a_title_is_a_figure() -> None:
    assert render('![a](b.jpg "c & *d*"){.wide #e width=300}').html == (
        '<figure class="wide" id="e"><img src="',
        Reference("b.jpg", 1, "image"),
        '" alt="a" width="300"><figcaption>c &amp; *d*</figcaption></figure>\n',
    )
    assert "figure" not in html('a ![a](https://b.org/c.jpg "d")')


def test_a_picture_without_words_is_noted() -> None:
    assert faults("a\n![](b.jpg)") == [("M308", 2, "the picture has no words for people who cannot see it")]
    assert faults("<p>\n<img src='b'>\n<img src=c alt=''></p>")[0][:2] == ("M308", 2)


def test_a_link_may_not_hold_a_link_but_a_picture_may() -> None:
    assert html("[a [b](https://c.org) d](https://e.org)") == (
        '<p>[a <a href="https://c.org">b</a> d](<a href="https://e.org">https://e.org</a>)</p>\n'
    )
    assert html("[![a](https://b.org/c.png)](https://d.org)") == (
        '<p><a href="https://d.org"><img src="https://b.org/c.png" alt="a"></a></p>\n'
    )


def test_a_reference_serves_where_the_address_is_broken() -> None:
    assert html("![a](b c)\n\n[a]: https://d.org/e.png") == '<p><img src="https://d.org/e.png" alt="a">(b c)</p>\n'


# Raw HTML


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a href='b.md'>c</a>", [("b.md", 10, "link")]),
        ("<a href=b.md>c</a>", [("b.md", 10, "link")]),
        ("<div>\n<img alt='' src=\"b%20c.png?x&amp;y\">\n</div>", [("b c.png?x&y", 11, "image")]),
        ('<video src="a.mp4" poster="b.jpg"></video>', [("a.mp4", 10, "link"), ("b.jpg", 10, "image")]),
        ('<a title="href=\'no\'" data-href="no" href="#x">c</a>', [("#x", 10, "link")]),
        (
            '<img alt="" srcset="a.png, b%20c.png 2x,https://b.org/c.png 3x" src="d.png">',
            [("a.png", 10, "image"), ("b c.png", 10, "image"), ("d.png", 10, "image")],
        ),
        ("<source srcset=a.png>", [("a.png", 10, "image")]),
        ('<source srcset="">', []),
        ('<source srcset=" ,, ">', []),
        ('<source srcset="data:image/png;base64,AA== 1x, {{ x }} 2x">', []),
        ('<!-- <a href="no"> -->', []),
        ("<script>\nx = '<a href=\"no\">'\n</script>", []),
        ('<script src="a.js"></script>', [("a.js", 10, "link")]),
        ('<a href="{{ site.url }}/x">c</a>', []),
        ('<a href="javascript:x()">c</a>', []),
    ],
)
def test_addresses_in_raw_html(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert references(text) == expected


def test_raw_html_keeps_all_but_its_addresses() -> None:
    assert render("<p class=x><a  href='b' id=c>d</a></p>").html == (
        '<p class=x><a  href="',
        Reference("b", 1),
        '" id=c>d</a></p>',
    )


def test_a_set_of_sources_keeps_all_but_its_addresses() -> None:
    assert render("<div><img alt='' srcset='a.png 1x,\n b.png 2x'></div>").html == (
        "<div><img alt='' srcset='",
        Reference("a.png", 1, "image"),
        " 1x,\n ",
        Reference("b.png", 2, "image"),
        " 2x'></div>",
    )


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", [",", "a,", "a ,", "a b ", ",a,,"])
def test_a_set_of_sources_is_read_in_time(part: str) -> None:
    render(f'<img alt="" srcset="{part * (200_000 // len(part))}">')


def test_raw_html_can_be_switched_off() -> None:
    got = html("<script>alert(1)</script>\n\na <b>c</b> <!-- d -->", GUARDED)
    assert got == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>a &lt;b&gt;c&lt;/b&gt; &lt;!-- d --&gt;</p>\n"


# Attributes in braces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## A {#b .c .d}", '<h2 id="b" class="c d">A</h2>\n'),
        ("A {.b}\n===", '<h1 class="b">A</h1>\n'),
        ("## A ## {#b}", '<h2 id="b">A</h2>\n'),
        ("[a](https://b.org){.c rel=nofollow}", '<p><a href="https://b.org" class="c" rel="nofollow">a</a></p>\n'),
        ("`a`{.b}c", '<p><code class="b">a</code>c</p>\n'),
        ("**a**{.b} *c*{lang=fr}", '<p><strong class="b">a</strong> <em lang="fr">c</em></p>\n'),
        ("[a *b*]{.c lang=fr}", '<p><span class="c" lang="fr">a <em>b</em></span></p>\n'),
        ('[a]{title="b c"}', '<p><span title="b c">a</span></p>\n'),
        ("~~a~~{.b} ==c=={.d}", '<p><del class="b">a</del> <mark class="d">c</mark></p>\n'),
        ("a {.b}", "<p>a {.b}</p>\n"),
        ("`a` {.b}", "<p><code>a</code> {.b}</p>\n"),
        ("`a`{b}", "<p><code>a</code>{b}</p>\n"),
        ("# A {b c}", "<h1>A {b c}</h1>\n"),
        ("`a`{#b<script>}", "<p><code>a</code>{#b<script>}</p>\n"),
    ],
)
def test_attributes(text: str, expected: str) -> None:
    assert html(text) == expected


def test_attributes_that_may_not_be_set_are_left_out_and_reported() -> None:
    body, found = PLAIN.render('a\n`b`{.c style="color:red" onclick=x}', path="x.md")
    assert body.html == ('<p>a\n<code class="c">b</code></p>\n',)
    assert [(f.code, f.span.line, f.message) for f in found] == [
        ("M309", 2, "the attribute `onclick` cannot be set in a text; it was left out"),
        ("M309", 2, "the attribute `style` cannot be set in a text; it was left out"),
    ]


# Headings


def test_headings_have_ids_that_are_unique() -> None:
    body = render("# One & *two*\n## Über uns\n## Don't `x`\n## Über uns\n## 你好\n## !!!\n## uber uns-1", ENGLISH)
    assert body.headings == (
        Heading(1, "one-two", "One & two"),
        Heading(2, "uber-uns", "Über uns"),
        Heading(2, "dont-x", "Don’t x"),
        Heading(2, "uber-uns-1", "Über uns"),
        Heading(2, "ni-hao", "你好"),
        Heading(2, "section", "!!!"),
        Heading(2, "uber-uns-1-1", "uber uns-1"),
    )


def test_an_id_of_the_author_is_kept_from_headings_before_it() -> None:
    assert [h.id for h in render("# A\n# B {#a}", ENGLISH).headings] == ["a-1", "a"]


def test_an_id_given_twice_is_reported() -> None:
    assert faults("# A {#x}\n\nb\n`c`{#x}") == [("M313", 4, "the id `x` is given twice in this text")]


def test_headings_of_the_contents_list_stand_at_the_top_level() -> None:
    body = render("# A\n> # B\n\n- # C\n\n::: callout\n# D\n:::\n## E", ENGLISH)
    assert [h.text for h in body.headings] == ["A", "E"]


def test_heading_ids_can_be_switched_off() -> None:
    assert render("# A\n## B {#c}").headings == (Heading(1, "", "A"), Heading(2, "c", "B"))


@given(st.text(st.characters(max_codepoint=126), max_size=60))
def test_slugs_are_those_of_python_slugify(text: str) -> None:
    if "'" not in text and "&" not in text:
        assert slug_of(text) == (slugify(text) or "section")


# Code


def test_code_has_classes() -> None:
    got = html("```python\ndef f(): pass\n```", ENGLISH)
    assert got.startswith('<pre class="highlight"><code class="language-python"><span class="k">def</span>')
    assert got.endswith("</code></pre>\n")


@pytest.mark.parametrize(
    ("info", "opening"),
    [
        ("", "<pre><code>"),
        ("nosuchlanguage", '<pre><code class="language-nosuchlanguage">'),
        ("text", '<pre><code class="language-text">'),
        ("rust,ignore", '<pre class="highlight"><code class="language-rust">'),
        ("Python", '<pre class="highlight"><code class="language-Python">'),
        ('"><script>', '<pre><code class="language-&quot;&gt;&lt;script&gt;">'),
    ],
)
def test_languages_of_code(info: str, opening: str) -> None:
    got = html(f"~~~ {info}\n<a & b>\n~~~", ENGLISH)
    assert got.startswith(opening)
    assert "<a" not in got


@pytest.mark.parametrize(
    ("info", "title"),
    [
        ("python title=app.py", "app.py"),
        ('python title="My <app>"', "My &lt;app&gt;"),
        ("{.python title='a b'}", "a b"),
        ("text Title = x", "x"),
        ("{title=x}", "x"),
    ],
)
def test_a_title_of_code_is_its_caption(info: str, title: str) -> None:
    got = html(f"```{info}\nx\n```", PLAIN)
    assert got.startswith(f'<figure class="code"><figcaption>{title}</figcaption>\n<pre>')
    assert got.endswith("</code></pre>\n</figure>\n")


@pytest.mark.parametrize(
    ("info", "named"),
    [
        ("python hl_lines=2", "`hl_lines`"),
        ('python hl_lines="2 3" linenums="1"', "`hl_lines` and `linenums`"),
        ("js {1,3-5} showLineNumbers", "`{1,3-5}` and `showLineNumbers`"),
        ("{.python .numberLines startFrom=3 title=x}", "`.numberLines` and `startFrom`"),
        ("go {linenos=table,hl_lines=[8]}", "`{linenos=table,hl_lines=[8]}`"),
        ("r, echo=FALSE", ""),
        ("rust,ignore", ""),
        ("python", ""),
        ("", ""),
    ],
)
def test_what_does_nothing_on_the_line_of_a_fence_is_noted(info: str, named: str) -> None:
    _, found = PLAIN.render(f"x\n\n```{info}\nx\n```", path="x.md")
    told = [(d.code, d.severity, d.span.line, d.message) for d in found]
    message = f"this block of code is shown without {named}"
    assert told == ([("M309", "note", 3, message)] if named else [])


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["a=", "a='", "{", "a={", 'a b="', "=", "[a=["])
def test_the_line_of_a_fence_is_read_in_time(part: str) -> None:
    PLAIN.render(f"```x {part * 30_000}\nx\n```", path="x.md")


def test_highlighting_can_be_switched_off() -> None:
    assert html("```python\nx\n```") == '<pre><code class="language-python">x\n</code></pre>\n'


def test_pygments_is_loaded_only_for_code() -> None:
    script = (
        "import sys\n"
        "from caresite.pipeline.markdown import Markdown, MarkdownOptions\n"
        "m = Markdown(MarkdownOptions())\n"
        "m.render('# A\\n\\n```\\nx\\n```\\n', path='x')\n"
        "assert 'pygments' not in sys.modules and 'slugify' not in sys.modules\n"
        "m.render('```python\\nx\\n```', path='x')\n"
        "assert 'pygments' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# Footnotes


def test_footnotes_are_accessible() -> None:
    got = html("A[^x] b[^y] c[^x].\n\n[^x]: One *note*.\n[^y]: - list\n")
    assert '<sup class="footnote-ref"><a href="#fn:1" id="fnref:1" role="doc-noteref">1</a></sup>' in got
    assert 'id="fnref:1:2"' in got
    assert '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">' in got
    assert '<li id="fn:1"><p>One <em>note</em>. <a class="footnote-backref" href="#fnref:1"' in got
    assert got.count('role="doc-backlink"') == 3


def test_footnotes_speak_the_language() -> None:
    got = html("A[^x]\n\n[^x]: b", Markdown(MarkdownOptions(language="de-AT")))
    assert 'aria-label="Fußnoten"' in got
    assert 'aria-label="Zurück zum Text 1"' in got


def test_footnotes_without_partner_are_reported() -> None:
    assert faults("a[^b] `[^c]` \\[^d] [^b]\n\n[^e]: f") == [
        ("M311", 1, "there is no footnote `[^b]`"),
        ("M312", 3, "the footnote `[^e]` is never mentioned"),
    ]


# Excerpt, lead, words


@pytest.mark.parametrize("marker", ["<!-- more -->", "<!--more-->", "<!-- MORE -->"])
def test_the_marker_ends_the_excerpt(marker: str) -> None:
    body = render(f"# T\n\na\n\nb\n\n{marker}\n\nc", ENGLISH)
    assert body.excerpt == ("<h1>T</h1>\n<p>a</p>\n<p>b</p>\n",)
    assert body.html == ('<h1 id="t">T</h1>\n<p>a</p>\n<p>b</p>\n<p>c</p>\n',)
    assert body.has_more


def test_the_marker_may_follow_a_paragraph_directly_and_without_raw_html() -> None:
    assert render("a\n<!--more-->\nb", GUARDED).excerpt == ("<p>a</p>\n",)
    assert render("a <!--more-->\n\nb").excerpt == ("<p>a </p>\n",)


def test_only_the_first_marker_at_the_top_level_counts() -> None:
    body = render("> <!--more-->\n\na\n\n<!--more-->\n\nb\n\n<!--more-->\n\nc")
    assert body.excerpt == ("<blockquote>\n</blockquote>\n<p>a</p>\n",)
    assert "more" not in str(body.html)


def test_without_a_marker_the_excerpt_is_the_first_paragraph() -> None:
    body = render("# T\n\n![a](https://b.org/c.png)\n\n*a* [b](c.md)[^d]\n\ne\n\n[^d]: f", ENGLISH)
    assert body.excerpt == ('<p><em>a</em> <a href="', Reference("c.md", 5), '">b</a></p>\n')
    assert body.lead == "a b"
    assert body.has_more


@pytest.mark.parametrize(
    ("text", "has_more"),
    [
        ("a", False),
        ("", False),
        ("a\n\nb", True),
        ("a\n\n<!--more-->", False),
        ("# a\n\nb", True),
        ("a[^b]\n\n[^b]: c", False),
    ],
)
def test_whether_there_is_more(text: str, has_more: bool) -> None:
    assert render(text).has_more is has_more


def test_ids_and_footnotes_stay_out_of_excerpts_even_inside_components() -> None:
    text = "::: callout\n## A\nb[^c] [d]{#e .f}\n:::\n\n<!--more-->\n\ng\n\n[^c]: h"
    (excerpt,) = render(text, ENGLISH).excerpt
    assert isinstance(excerpt, Component)
    assert excerpt.body == ('<h2>A</h2>\n<p>b <span class="f">d</span></p>\n',)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("a &amp; *b* `c`\nd <b>e</b>", "a & b c d e"),
        ("> quote\n\n- list\n\nreal", "real"),
        ("> only a quote", "only a quote"),
        ("<div>x</div>\n\ny", "y"),
        ("![a](https://b.org/c.png)", ""),
    ],
)
def test_the_lead_is_plain_text(text: str, lead: str) -> None:
    assert render(text).lead == lead


def test_the_lead_is_no_shortcode() -> None:
    body, _ = PLAIN.render('{{< figure src="x" >}}\n\n{% include x %}\n\nWords.', path="x.md")
    assert body.lead == "Words."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# One two\n\nthree *four*five\nsix", 5),
        ("a `b c` d\n\n```\ne f\n```\n\n    g h", 2),
        ("[a b](https://c.org/d-e) ![f g](https://c.org/h.png)", 2),
        ("| a | b |\n|---|---|\n| c | d e |", 5),
        ("::: callout\na b\n:::", 2),
        ("<div>a <b>b</b><script>c d</script></div>", 2),
        ("你好世界。", 2),
    ],
)
def test_words_are_counted_outside_code(text: str, words: int) -> None:
    assert render(text).words == words


# Components


def test_a_component() -> None:
    assert component("::: callout tip Mind *it*\nA *b*\n\n- c\n:::") == Component(
        name="callout",
        args={"kind": "tip", "title": "Mind *it*"},
        body=("<p>A <em>b</em></p>\n<ul>\n<li>c</li>\n</ul>\n",),
        sections=(),
        lines=(),
        line=1,
    )


@pytest.mark.parametrize(
    "text",
    [
        "::: callout kind=warning\na\n:::",
        ":::callout warning\na\n:::",
        "::: callout warning :::\na\n:::",
        "   ::: callout warning\na\n   :::  ",
        "!!! warning\n    a",
        "!!! warning extra\n\n    a",
        "??? warning\n    a",
        "> [!WARNING]\n> a",
        "> [!warning]\n> a",
    ],
)
def test_dialects_of_callouts(text: str) -> None:
    assert component(text) == Component("callout", {"kind": "warning", "title": ""}, ("<p>a</p>\n",), (), (), 1)


def test_admonitions_have_titles_and_end_with_their_indent() -> None:
    body = render('!!! danger "Hot!"\n    a\n\n    b\nc')
    assert body.html[0] == Component(
        "callout", {"kind": "warning", "title": "Hot!"}, ("<p>a</p>\n<p>b</p>\n",), (), (), 1
    )
    assert body.html[1] == "<p>c</p>\n"


@pytest.mark.parametrize("text", ["!!! wow", "!!! what a day\nit was", "!!!", "> [!OTHER]\n> a", "> [!NOTE] a"])
def test_what_is_no_callout(text: str) -> None:
    assert all(isinstance(segment, str) for segment in render(text).html)


def test_components_nest_by_colons_or_by_order() -> None:
    for outer in (":::", "::::"):
        faq = component(f"{outer} faq\n### Q\n::: callout\na\n:::\nb\n{outer}")
        inner = Component("callout", {"kind": "note", "title": ""}, ("<p>a</p>\n",), (), (), 3)
        assert faq.sections == (Section("Q", (inner, "<p>b</p>\n")),)


def test_sections_split_at_the_highest_heading() -> None:
    faq = component("::: faq\n## A *b*?\nc\n### D\ne\n## F\n> # G\n:::")
    assert faq.sections == (
        Section("A b?", ("<p>c</p>\n<h3>D</h3>\n<p>e</p>\n",)),
        Section("F", ("<blockquote>\n<h1>G</h1>\n</blockquote>\n",)),
    )


def test_lines() -> None:
    stats = component("::: stats\n  11 hours: back each month  \n\n4.9: of *five*\n:::")
    assert stats.lines == ("11 hours: back each month", "4.9: of *five*")


@pytest.mark.parametrize("prefix", ["> ", "1. ", "- "])
def test_components_inside_other_blocks(prefix: str) -> None:
    rest = prefix if prefix == "> " else " " * len(prefix)
    body = render(f"{prefix}::: stats\n{rest}1: a\n{rest}:::\n\nb")
    (found,) = [segment for segment in body.html if isinstance(segment, Component)]
    assert found.lines == ("1: a",)
    assert str(body.html[-1]).endswith("<p>b</p>\n")


@pytest.mark.parametrize(
    "inside",
    [
        "- a\n- b",
        "1. a",
        "> a",
        "a",
        "a\n\nb",
        "| a |\n|---|\n| b |",
        "    code",
        "```\n:::\n```",
        "<div>a</div>",
        "[x]: y",
    ],
)
def test_a_closing_line_ends_whatever_is_open_inside(inside: str) -> None:
    body, found = PLAIN.render(f"::: callout\n{inside}\n:::\nafter", path="x.md")
    assert [f.code for f in found] in ([], ["M315"])
    assert body.html[-1] == "<p>after</p>\n"


def test_the_addresses_of_arguments_stay_as_they_are() -> None:
    assert component("::: figure ../a%20b.jpg alt=c\n:::").args["src"] == "../a%20b.jpg"


def test_an_unknown_component_is_reported_and_its_content_shown() -> None:
    body, (fault,) = PLAIN.render("a\n\n::: colout\n# B\nc [d](e)\n:::", path="x.md", first_line=5)
    assert (fault.code, str(fault.span)) == ("M301", "x.md:7:5")
    assert (fault.message, fault.hint) == ("there is no component `colout`", "did you mean `callout`?")
    assert body.html == ('<p>a</p>\n<h1>B</h1>\n<p>c <a href="', Reference("e", 9), '">d</a></p>\n')
    assert body.headings == (Heading(1, "", "B"),)


def test_an_unknown_component_in_a_list_changes_nothing_around_it() -> None:
    body, found = PLAIN.render("- ::: colout\n  # A\n  :::\n\n# B\n\nc", path="x.md")
    assert [f.code for f in found] == ["M301"]
    assert (body.headings, body.lead) == ((Heading(1, "", "B"),), "c")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Quote", "did you mean `quote`?"),
        ("before_after", "did you mean `before-after`?"),
        ("note", "write `::: callout note`"),
        ("danger", "write `::: callout warning`"),
    ],
)
def test_hints_for_unknown_components(name: str, hint: str) -> None:
    _, (fault,) = PLAIN.render(f"::: {name}\na\n:::", path="x.md")
    assert fault.hint == hint


def test_a_component_that_lacks_what_it_needs_shows_its_content() -> None:
    body, (fault,) = PLAIN.render("::: cta Go\na\n:::", path="x.md")
    assert fault.code == "M303"
    assert body.html == ("<p>a</p>\n",)


def test_a_component_that_is_never_closed_is_reported() -> None:
    body, (fault,) = PLAIN.render("::: callout\na\n\nb", path="x.md")
    assert (fault.code, str(fault.span), fault.span.length) == ("M304", "x.md:1:1", 11)
    assert [type(segment) for segment in body.html] == [Component]


def test_a_component_without_content_that_is_never_closed_takes_nothing_with_it() -> None:
    body, (fault,) = PLAIN.render("::: quote care#listen\n\na\n\n- b", path="x.md")
    assert fault.code == "M304"
    assert body.html[1] == "<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n"


def test_more_colons_close_the_outer_component_and_leave_the_inner_open() -> None:
    assert faults(":::: callout\n::: callout\na\n::::\nb") == [("M304", 2, "the component `callout` is never closed")]


def test_a_line_of_colons_that_closes_nothing_is_reported() -> None:
    assert faults("a\n\n:::") == [("M314", 3, "this line of 3 colons closes nothing")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("::: quote a#b\nc\n:::", "the component `quote` shows nothing of what stands inside it"),
        ("::: stats\n:::", "the component `stats` has no lines to show"),
        ("::: callout\n:::", "the component `callout` has nothing inside"),
        ("::: faq\na\n:::", "the component `faq` needs headings inside, each with text below it"),
        ("::: wins\n# a\nb\n:::", "the component `wins` needs 3 headings of one level inside, not 1"),
        (
            "::: faq\na\n# b\nc\n:::",
            "the component `faq` shows only what stands below its headings; move the words before the first one out",
        ),
    ],
)
def test_content_that_a_component_does_not_show_is_reported(text: str, message: str) -> None:
    assert faults(text) == [("M315", 1, message)]


def test_plugins_may_add_components() -> None:
    spec = ComponentSpec(name="map", help="A map.", args=(Argument(name="place", help="Where.", positional=True),))
    markdown = Markdown(MarkdownOptions(), (spec,))
    assert component("::: map Old Town\n:::", markdown).args == {"place": "Old Town"}


# Other systems' syntax


@pytest.mark.parametrize(
    ("text", "name", "column"),
    [
        ('a {{< figure src="x" >}} b', "{{< figure >}}", 3),
        ("{{% notice %}}x{{% /notice %}}", "{{% notice %}}", 1),
        ("{% include x.html %}", "{% include %}", 1),
        ("{%- raw -%}", "{% raw %}", 1),
        ("[a]({{ site.url }}/b)", "{{ site.url }}", 5),
        ("a\n{: .b}", "{: … }", 1),
        ('a {:target="_blank"}', "{: … }", 3),
        ('[caption id="a"]b[/caption]', "[caption]", 1),
        ("[gallery]", "[gallery]", 1),
        ('<YouTube id="a" />', "<YouTube>", 1),
        ("a Vec<String> b", "<String>", 6),
        ("import A from '../a'", "import", 1),
        ("export const a = 1", "export", 1),
        ("<div>{{ a }}</div>", "{{ a }}", 6),
    ],
)
def test_foreign_syntax_is_reported_and_stays_visible(text: str, name: str, column: int) -> None:
    body, found = PLAIN.render(text, path="x.md")
    first = found[0]
    assert (first.code, first.severity, first.span.column) == ("M305", "warning", column)
    assert first.message.startswith(f"`{name}` belongs to another system")
    shown = _visible(body.html)
    assert text.replace("\n", "").replace("<div>", "").replace("</div>", "") in shown.replace("\n", "")


def test_foreign_syntax_is_reported_once_with_its_count() -> None:
    found = faults("{% a %}\n\n{% enda %}\n\nb {% a %} {{< c >}}")
    assert found == [
        ("M305", 1, "`{% a %}` belongs to another system and is shown as it is (3 times)"),
        ("M305", 5, "`{{< c >}}` belongs to another system and is shown as it is"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "`{{ a }}` and ``{% b %}``",
        "```\n{{< a >}}\n```",
        "    {% a %}",
        "[a](https://b.org) [c] [d: e]",
        "<DIV>a</DIV> <Br>",
        "<!-- {{ a }} <Foo> -->",
        "b <!-- {{ a }} --> c",
        "<pre>{{ a }}</pre>",
        "import duties from China",
        "{a:b} {} {{}}",
        "[x] and [/]",
    ],
)
def test_what_is_not_foreign(text: str) -> None:
    assert faults(text) == []


# Input that is not clean


def test_control_characters_are_removed_and_reported() -> None:
    body, found = PLAIN.render("a\nb\0c\x1b\x85\ud800d\u2028e", path="x.md", first_line=3)
    assert body.html == ("<p>a\nbc d e</p>\n",)
    assert [(f.code, str(f.span), f.message) for f in found] == [
        ("M307", "x.md:4:2", "the text holds 4 control characters, the first U+0000")
    ]


@pytest.mark.parametrize("text", ["a\r\nb\r\n\r\nc", "a\rb\r\rc", "\ufeffa\nb\n\nc"])
def test_line_ends_and_marks_of_byte_order(text: str) -> None:
    assert html(text) == "<p>a\nb</p>\n<p>c</p>\n"


def test_a_text_that_is_too_large_is_refused() -> None:
    body, (fault,) = PLAIN.render("a" * 5_000_001, path="x.md")
    assert (body, fault.code) == (Body(), "M306")


@pytest.mark.parametrize(
    "text", ["> " * 200 + "x", "- " * 200 + "x", "::: callout\n" * 200, "!!! note\n" + "    x\n" * 2], ids=str
)
def test_depth_is_limited_and_said(text: str) -> None:
    codes = {code for code, _, _ in faults(text)}
    assert ("M306" in codes) is (len(text) > 50)


_HOSTILE = {
    "quotes": ">" * 50_000,
    "quotes with spaces": "> " * 50_000,
    "brackets": "[" * 50_000,
    "brackets closed at the end": "[" * 20_000 + "]" * 20_000,
    "brackets and parentheses": "[a](" * 10_000,
    "picture brackets": "![" * 20_000,
    "pictures in pictures": "![a" * 5_000 + "](x)" * 5_000,
    "spans": "[a]{" * 20_000 + "[a]{.x}" * 5_000,
    "many links": "[a](b) " * 5_000,
    "many references": "[a]: b\n\n" + "[a] " * 5_000,
    "stars": "*a **a " * 50_000,
    "stars in words": "a**b" * 10_000 + "c* ",
    "nested list by lines": "\n".join(" " * i + "- a" for i in range(2_000)),
    "nested list in a line": "- " * 10_000 + "x",
    "backticks": "`" * 1_000_000,
    "backticks of many lengths": "".join("`" * (i % 1_000) + "a" for i in range(1_000)),
    "quotation marks": "\"'" * 50_000,
    "quotation marks that open": "'a " * 50_000 + 'b" ' * 50_000,
    "colons": ":::\n" * 10_000,
    "open components": "::: callout\n" * 10_000,
    "open components without content": "::: quote a\n" * 10_000,
    "admonitions": "!!! note\n" * 10_000,
    "parentheses after an address": "http://a.b/" + ")" * 300_000,
    "addresses": "www. http://a " * 5_000,
    "at signs": "a@b." * 50_000 + "@" * 50_000,
    "angle brackets": "<a " * 20_000 + "<!--" * 20_000,
    "open tags": "<div>\n" + '<a href="' * 20_000 + "<script " * 20_000,
    "unknown tags": "<Aa " * 20_000 + "<Foo>" * 5_000,
    "braces": "{{" * 50_000 + "{{" + "a" * 100_000 + "{% a" * 20_000 + "{:a" * 20_000,
    "shortcodes": "[/a" * 20_000 + "[a b=" * 20_000,
    "refused addresses": "](javascript:" * 10_000 + "](" + " " * 100_000,
    "braces after code": "`a`{" * 10_000 + "`a`{.x}" * 5_000,
    "braces after a heading": "# a {" + ".a " * 50_000 + "}",
    "backslashes": "\\" * 100_000,
    "headings": "# a\n" * 5_000,
    "table": "|a|b|\n|-|-|\n" + "|c\n" * 5_000,
    "footnote marks": "[^a]: x\n\n" + "[^" * 20_000 + "[^a]" * 5_000,
    "definitions": "a\n: b\n" * 5_000,
    "long line": "a" * 4_900_000,
    "blank lines": "\n" * 200_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_texts_take_time_in_proportion(text: str) -> None:
    ENGLISH.render(text, path="x.md")
    ENGLISH.render_inline(text[:20_000])
    ENGLISH.render_block(text[:20_000])


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(list("ab \n\n`*_[](){}<>!#:=\"'&;\\~|-.@/^1\t"))
        | st.sampled_from(
            [
                "::: callout\n",
                ":::\n",
                "!!! note\n    ",
                "<!--more-->",
                "[^a]",
                "[^a]: ",
                "{{",
                "{%",
                "www.a.b",
                "](",
                "]{.a}",
                "> [!NOTE]\n",
                "- [ ] ",
                "<b>",
                "</b>",
                "<A>",
                "![",
                "==",
                "~~",
                "```\n",
                "    ",
                "javascript:",
                "http://",
                "\0",
            ]
        ),
        max_size=60,
    )
)
def test_any_text_is_read_alike_each_time_and_never_breaks(parts: list[str]) -> None:
    text = "".join(parts)
    body, found = GUARDED.render(text, path="x.md")
    assert GUARDED.render(text, path="x.md") == (body, found)
    assert list(found) == sorted(found, key=lambda f: f.span.line)
    ENGLISH.render(text, path="x.md")
    _assert_balanced(body.html)
    _assert_balanced(body.excerpt)
    _assert_balanced((GUARDED.render_inline(text),))
    _assert_balanced((GUARDED.render_block(text),))


# Short texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* ==c== `d`", "a <em>b</em> <mark>c</mark> <code>d</code>"),
        ('"a" <b>c</b> & d', "“a” &lt;b&gt;c&lt;/b&gt; &amp; d"),
        ("# a\nb", "# a b"),
        (
            "[a](https://b.org) [c](mailto:d@e.org)",
            '<a href="https://b.org">a</a> <a href="mailto:d@e.org">c</a>',
        ),
        (
            "[f](tel:1) [g](/h/?i&j)",
            '<a href="tel:1">f</a> <a href="/h/?i&amp;j">g</a>',
        ),
        (
            "[a](ftp://b.org) [c](javascript:d) [e](data:image/png;base64,f)",
            '[a](<a href="ftp://b.org">ftp://b.org</a>) [c](javascript:d) [e](data:image/png;base64,f)',
        ),
        ("![a](b.png)", "a"),
        ("::: callout", "::: callout"),
        ("[a]{.b} `c`{.d}", "[a]{.b} <code>c</code>{.d}"),
        ("[^a] {{ b }}", "[^a] {{ b }}"),
        ("a\0b", "ab"),
        ("", ""),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert ENGLISH.render_inline(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\nb [c](d/e.md)", '<p>a</p>\n<p>b <a href="d/e.md">c</a></p>\n'),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("<script>a</script>", "<p>&lt;script&gt;a&lt;/script&gt;</p>\n"),
        ("Thanks!\n---\nBob", "<p>Thanks!</p>\n<hr>\n<p>Bob</p>\n"),
        ("# a", "<p># a</p>\n"),
        ("::: callout\na\n:::", "<p>::: callout\na\n:::</p>\n"),
        ("```python\na\n```", '<pre><code class="language-python">a\n</code></pre>\n'),
        ("![a](b.png)", "<p>a</p>\n"),
        ("It took 10~15 minutes, never 20~30.", "<p>It took 10~15 minutes, never 20~30.</p>\n"),
        ("We came in\n1986. That was it.", "<p>We came in\n1986. That was it.</p>\n"),
        ("1986. That was it.", "<p>1986. That was it.</p>\n"),
        ("- b\n\n7) c", "<ul>\n<li>b</li>\n</ul>\n<p>7) c</p>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("1. a\n   - 7. c\n2. b", "<ol>\n<li>a\n<ul>\n<li>7. c</li>\n</ul>\n</li>\n<li>b</li>\n</ol>\n"),
        ("    Four spaces, *all* the same.", "<p>Four spaces, <em>all</em> the same.</p>\n"),
        ("[Rosa]: was on time.", "<p>[Rosa]: was on time.</p>\n"),
        ("[Rosa]: lovely", "<p>[Rosa]: lovely</p>\n"),
        ("See [the shop].\n\n[The shop]: /s/", '<p>See <a href="/s/">the shop</a>.</p>\n'),
        ("A box of 60*40*20 cm, *really*.", "<p>A box of 60*40*20 cm, <em>really</em>.</p>\n"),
        ("Best <shop> & <3 :smile:", "<p>Best &lt;shop&gt; &amp; &lt;3 :smile:</p>\n"),
        ("a\vb\fc\x1cd\u2028e\u2029f\x85g\0h", "<p>a b c d e f gh</p>\n"),
    ],
)
def test_a_short_text(text: str, expected: str) -> None:
    assert ENGLISH.render_block(text) == expected


# Real posts


def _posts() -> list[Path]:
    return sorted(POSTS.rglob("*.md")) if POSTS.exists() else []


@pytest.mark.skipif(not _posts(), reason="the collection of real posts is not on this computer")
def test_the_posts_are_there() -> None:
    assert len(_posts()) == 90


@pytest.mark.parametrize("path", _posts(), ids=lambda path: path.name[:40])
def test_a_real_post(path: Path) -> None:
    text = path.read_text("utf-8", errors="replace")
    lines = re.split(r"\r\n?|\n", text)
    front = re.match(r"\A\s*(---|\+\+\+)\n.*?\n\1\n", text, re.DOTALL)
    start = front.end() if front else 0
    body, found = ENGLISH.render(text[start:], path=path.name, first_line=text.count("\n", 0, start) + 1)
    assert body.words > 0 or not text[start:].strip()
    assert {fault.code for fault in found} <= {"M305", "M308", "M311", "M312", "M316"}
    for fault in found:
        _assert_points_at(fault, lines)
    for segment in body.html:
        if isinstance(segment, Reference) and re.match(r"[\w/.-]+\Z", segment.target):
            assert segment.target in "\n".join(lines[segment.line - 1 : segment.line + 2])


def _assert_points_at(fault: Diagnostic, lines: list[str]) -> None:
    assert 1 <= fault.span.line <= len(lines)
    if fault.code == "M305":
        line = lines[fault.span.line - 1]
        assert line[fault.span.column - 1 : fault.span.column] in tuple("{[<ie")


class _Balance(HTMLParser):
    """Fails on a tag that closes nothing or is never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag not in ("br", "hr", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


_TAGS = frozenset(
    (
        *("a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "input", "label", "li", "mark", "ol", "p", "pre"),
        *("section", "span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    )
)


def _assert_balanced(segments: Segments) -> None:
    parser = _Balance()
    for segment in segments:
        if isinstance(segment, str):
            parser.feed(segment)
        elif isinstance(segment, Reference):
            parser.feed("x")
        else:
            _assert_balanced(segment.body)
            for section in segment.sections:
                _assert_balanced(section.body)
    parser.close()
    assert parser.open == []


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def _visible(segments: Segments) -> str:
    parser = _Text()
    parser.feed("".join(segment for segment in segments if isinstance(segment, str)))
    parser.close()
    return parser.text
