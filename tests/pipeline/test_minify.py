"""A page in fewer bytes is the same page: to a browser, to a host that looks for forms, and to a search engine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caresite.pipeline.minify import minified
from caresite.testing import BuiltSite, build_site

SmallSite = Callable[..., BuiltSite]
FORM = """
<form name="story" method="post" action="/thanks/" data-netlify="true" netlify-honeypot="company-site">
  <input type="hidden" name="form-name" value="story">
  <p hidden><label>Leave this empty: <input name="company-site" value=""></label></p>
  <textarea name="words" required>

  Two lines,
      as written
  </textarea>
  <select name="stars"> <option value="5">five</option>
  <option value="4" selected="selected">four</option> </select>
  <button type="submit">Send</button>   <button type="reset">Start again</button>
</form>
"""


@pytest.mark.parametrize(
    ("page", "shorter"),
    [
        ("<p>One  <em>two</em>\n  <b>three</b></p>", "<p>One <em>two</em>\n<b>three</b></p>"),
        ("<div>\n  <b>x</b> <i>y</i>\n</div>", "<div>\n<b>x</b> <i>y</i>\n</div>"),
        ("<nav><a>x</a>\n\n<a>y</a></nav>", "<nav><a>x</a>\n<a>y</a></nav>"),
        ("<li>a</li>\n  <li>b</li>", "<li>a</li>\n<li>b</li>"),
        ("<p>a</p>\n\n  <p> b </p>\n", "<p>a</p><p>b</p>"),
        ("a <!-- gone --> b", "a b"),
        ("a\N{NO-BREAK SPACE} \N{NO-BREAK SPACE}b", "a\N{NO-BREAK SPACE} \N{NO-BREAK SPACE}b"),
        ('<a\n   class="x  y"\n   href=/z  >q</a>', '<a class="x  y" href=/z>q</a>'),
        ("<img alt='a  >  b' >", "<img alt='a  >  b'>"),
        ("<!DOCTYPE html>\n<html>\n<head>\n<title> x </title>", "<!DOCTYPE html><html><head><title>x</title>"),
        ("1 < 2   and 3 <4", "1 < 2 and 3 <4"),
        ("<svg viewBox='0 0 1 1'>\n  <path d='M0 0'/>\n</svg> x", "<svg viewBox='0 0 1 1'><path d='M0 0'/></svg> x"),
    ],
)
def test_white_space_is_shortened_and_never_where_it_is_seen(page: str, shorter: str) -> None:
    assert minified(page) == shorter


@pytest.mark.parametrize(
    "kept",
    [
        "<pre>\n\n a\n   b  <b>c</b></pre>",
        "<PRE class=x> a  b</PRE >",
        "<textarea>\n a  b\n</textarea>",
        "<script>\nif (a  < b) { c(); } // <!-- d -->\n</script>",
        '<script type="application/ld+json">{"a":  "b  c",\n "d": 1.0}</script>',
        "<style>\n a  > b { }\n</style>",
        "<!--[if lt IE 9]>  <p>x</p> <![endif]-->",
        "<![if !IE]>",
        "<!--#include virtual='/x'-->",
        "<!--! a licence -->",
        '<b title="a  b\n c">x</b>',
    ],
)
def test_what_is_kept_to_the_letter(kept: str) -> None:
    assert minified(f"<i>x</i>{kept}<i>y</i>") == f"<i>x</i>{kept}<i>y</i>"


@pytest.mark.parametrize("page", ["a <b", "a <b title='x", "<!-- open  a", "x <script>  a", "a </  b"])
def test_a_page_that_cannot_be_taken_apart_is_left_alone(page: str) -> None:
    assert minified(f"<p>x  y</p>  {page}") == f"<p>x  y</p>  {page}"


@given(st.text("<>/!-=\"' \nabpre", max_size=60))
def test_shortening_twice_is_shortening_once(page: str) -> None:
    assert minified(minified(page)) == minified(page)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["<", "<a ", "<a '", "<!--", "<pre>", " \n", "<a b='c'", "<!", "</"])
def test_no_page_takes_long(part: str) -> None:
    minified(part * 100_000)


def test_a_form_is_still_one_that_hosts_find() -> None:
    def fields(page: str) -> list[tuple[str, dict[str, str], str]]:
        tree = html5lib.parse(page, namespaceHTMLElements=False)
        found = [e for e in tree.iter() if e.tag in ("form", "input", "textarea", "select", "option", "button")]
        return [(e.tag, dict(e.attrib), e.text or "" if e.tag == "textarea" else "") for e in found]

    assert fields(minified(FORM)) == fields(FORM)
    assert 'name="story" method="post"' in minified(FORM)
    assert "</button> <button" in minified(FORM)


PAGE = """
-- content/blog/a.md --
---
title: A page with everything
date: 2026-01-02
tags: [care]
---
Some *words*   and <b>more</b> <i>words</i>.

```python
def rye():
    return   0.7
```

<script>
  let   a = 1;
</script>

<!-- nobody reads this -->

| a | b |
|---|---|
| 1 | 2 |
"""


def shown(page: str) -> tuple[list[Any], str]:
    """Return what a browser makes of a page: its elements with their attributes, and its letters."""
    tree = html5lib.parse(re.sub("<!--.*?-->", "", page, flags=re.DOTALL), namespaceHTMLElements=False)
    elements = [(element.tag, dict(element.attrib)) for element in tree.iter() if isinstance(element.tag, str)]
    return elements, "".join("".join(tree.itertext()).split())


def test_every_page_of_a_site_is_the_same_page() -> None:
    whole, short = (build_site(PAGE, minify=minify) for minify in (False, True))
    assert short.ok, short.report
    pages = [path for path in whole.outputs if path.endswith(".html")]
    assert len(pages) > 5
    for path in pages:
        assert shown(short.text(path)) == shown(whole.text(path)), path
        assert len(short.data(path)) < len(whole.data(path)), path
    assert "return   0.7" in re.sub(r"<[^>]*>", "", short.html("/blog/a/"))
    assert "<b>more</b> <i>words</i>" in short.html("/blog/a/")
    assert "nobody reads" not in short.html("/blog/a/")
    assert short.text("_headers") == whole.text("_headers")  # the hashes of scripts are those of the pages
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', short.html("/blog/a/"), re.DOTALL)
    assert all(json.loads(one) for one in data)


def test_pages_stay_whole_unless_asked(small_site: SmallSite) -> None:
    files = {"templates/home.html": b"<p>a   b</p>"}
    assert small_site(files=files).html("/") == "<p>a   b</p>"
    assert small_site(files=files, minify=True).html("/") == "<p>a b</p>"
