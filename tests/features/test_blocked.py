"""What the policy of a page allows by itself, and what it blocks, which is said at build with the way out."""

from __future__ import annotations

import base64
import hashlib

import pytest

from caresite.pipeline.blocked import blocked_in
from caresite.pipeline.csp import css_needs, needs_of
from caresite.testing import BuiltSite, build_site

BUTTON_WITH_A_HANDLER = """
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
social_cards: {enabled: false}
-- content/pages/h.md --
---
title: H
---

<button onclick="alert(1)">Press</button>

<p style="color:red">red</p>
"""
HELD = "@font-face{src:url(data:font/woff2;base64,AA)} a{background:url('data:image/png;base64,AA')}"


def digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def policy_of(site: BuiltSite, path: str) -> dict[str, list[str]]:
    lines = site.text("_headers").split("\n")
    rules = {line: lines[number + 1] for number, line in enumerate(lines) if line.startswith("/")}
    policy = next(lines[n + 1 :] for n, line in enumerate(lines) if line == (path if path in rules else "/*"))
    shown = next(line for line in policy if "Content-Security-Policy" in line).partition(": ")[2]
    return {part.split()[0]: part.split()[1:] for part in shown.split("; ")}


def test_a_handler_is_allowed_by_its_hash() -> None:
    site = build_site(BUTTON_WITH_A_HANDLER)
    policy = policy_of(site, "/h/")
    assert {digest("alert(1)"), "'unsafe-hashes'"} <= set(policy["script-src"])
    assert {digest("color:red"), "'unsafe-hashes'"} <= set(policy["style-src"])
    assert site.diagnostics == ()


@pytest.mark.parametrize(
    ("html", "needs"),
    [
        ("<b onclick='a(\"1\")'>", {"script-src": ("'unsafe-hashes'", digest('a("1")'))}),
        ("<b ONCLICK=go() x>", {"script-src": ("'unsafe-hashes'", digest("go()"))}),
        (
            '<svg><path onload="a &gt; b &amp;&amp; c > d"/></svg>',
            {"script-src": (digest("a > b && c > d"), "'unsafe-hashes'")},
        ),
        ("<p>onclick=no</p><p title='a onclick=no'>", {}),
        ('<b onclick="">', {}),
        ('<object data="/x.pdf"></object>', {"object-src": ("'self'",), "frame-src": ("'self'",)}),
        (
            '<embed src="https://a.example/x.pdf">',
            {"object-src": ("'self'", "https://a.example"), "frame-src": ("'self'", "https://a.example")},
        ),
        ('<button formaction="https://a.example/x">', {"form-action": ("https://a.example",)}),
        ('<input type="image" src="https://a.example/x.png">', {"img-src": ("https://a.example",)}),
        ('<svg><image href="https://a.example/x.png"/></svg>', {"img-src": ("https://a.example",)}),
        ('<link rel="manifest" href="/site.webmanifest">', {"manifest-src": ("'self'",)}),
        (
            '<iframe srcdoc="&lt;script&gt;go()&lt;/script&gt;"></iframe>',
            {"frame-src": ("'self'",), "script-src": (digest("go()"),)},
        ),
        (
            f"<style>{HELD}</style>",
            {
                "font-src": ("data:",),
                "img-src": ("data:",),
                "style-src": (
                    digest(
                        "@font-face{src:url(data:font/woff2;base64,AA)} a{background:url('data:image/png;base64,AA')}"
                    ),
                ),
            },
        ),
        (
            "<svg><style>a{fill:red}</style></svg>",
            {"style-src": (digest("a{fill:red}"),)},
        ),
    ],
)
def test_what_html_asks_for_is_allowed(html: str, needs: dict[str, tuple[str, ...]]) -> None:
    assert needs_of(html) == {directive: tuple(sorted(sources)) for directive, sources in needs.items()}


def test_stylesheets_ask_for_fonts_pictures_and_other_stylesheets() -> None:
    css = (
        "@import 'https://a.example/x.css'; @import url(//b.example/y.css); "
        "a{b:url(https://c.example/z.png)} @font-face {src: url(https://d.example/f)}"
    )
    assert css_needs(css) == {
        "style-src": ("https://a.example", "https://b.example"),
        "img-src": ("https://c.example",),
        "font-src": ("https://d.example",),
    }
    site = build_site("-- assets/own.css --\na { background: url(data:image/gif;base64,AA) }\n")
    assert "data:" in policy_of(site, "/")["img-src"]


@pytest.mark.parametrize(
    ("html", "directive", "way_out"),
    [
        ('<a href="javascript:go()">x</a>', "script-src", "onclick"),
        ('<a class="a" HREF=" JavaScript:go()">x</a>', "script-src", "onclick"),
        ('<form action="javascript:go()"></form>', "script-src", "onclick"),
        ('<base href="https://x.example/">', "base-uri", "whole addresses"),
        ('<a href="/" ping="https://a.example/p">x</a>', "connect-src", "https://a.example"),
        ("<script>fetch('https://api.example/x')</script>", "connect-src", "connect-src: [https://api.example]"),
        ("<script type=module>new WebSocket(`wss://a.example/s`)</script>", "connect-src", "wss://a.example"),
        ("<script>r.open('GET', '//a.example/')</script>", "connect-src", "https://a.example"),
        ("<script>navigator.sendBeacon('https://a.example/b')</script>", "connect-src", "https://a.example"),
        ("<script>import('https://a.example/m.js')</script>", "script-src", "https://a.example"),
        ("<script>new Worker(URL.createObjectURL(b))</script>", "worker-src", '"blob:"'),
        ("<script>eval('1')</script>", "script-src", "\"'unsafe-eval'\""),
    ],
)
def test_what_is_blocked_is_said_with_the_way_out(html: str, directive: str, way_out: str) -> None:
    [found] = blocked_in(f"<p>text</p>{html}", {})
    assert found.directive == directive
    assert way_out in found.hint


@pytest.mark.parametrize(
    "html",
    [
        '<a href="javascript:void(0)">x</a><a href="javascript:;">y</a>',
        "<pre>&lt;a href=&quot;javascript:go()&quot;&gt; &lt;base href=x&gt;</pre>",
        "<script>fetch('/x.json'); fetch(url); new Worker('/w.js'); medieval(1)</script>",
        '<script type="application/ld+json">{"a": "fetch(\'https://a.example\')"}</script>',
        '<script src="/x.js"></script><p>fetch("https://a.example")</p>',
        '<!-- <base href="/x/"> -->',
        "<script>s = '<base href=\"/x/\">'</script>",
    ],
)
def test_what_is_not_blocked_is_not_said(html: str) -> None:
    assert list(blocked_in(html, {})) == []


@pytest.mark.parametrize(
    "source", ["https://api.example.com", "https:", "*", "https://*.example.com", "api.example.com"]
)
def test_what_the_config_allows_is_not_blocked(source: str) -> None:
    page = "<script>fetch('https://api.example.com/x')</script>"
    assert list(blocked_in(page, {"connect-src": (source,)})) == []
    assert len(list(blocked_in(page, {"connect-src": ("https://other.example.com",)}))) == 1


SITE_WITH_A_BLOCKED_LINK = """
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
theme: {name: hearth, head: partials/head.html}
-- templates/partials/head.html --
<meta name="x" content="y">
<script>fetch("https://stats.example/hit")</script>
-- content/pages/h.md --
---
title: H
---

Text.

<a href="javascript:go()">Go</a>
"""


def test_blocked_things_are_reported_once_where_they_are_written() -> None:
    site = build_site(SITE_WITH_A_BLOCKED_LINK)
    found = [(str(d.span), d.severity) for d in site.diagnostics if d.code == "H120"]
    assert found == [("content/pages/h.md:7:10", "warning"), ("templates/partials/head.html:2:9", "warning")]
    allowed = SITE_WITH_A_BLOCKED_LINK.replace(
        "theme:", "headers: {csp: {connect-src: [https://stats.example]}}\ntheme:"
    )
    assert len([d for d in build_site(allowed).diagnostics if d.code == "H120"]) == 1


@pytest.mark.parametrize(
    "more", ["plugins: {remove: [headers]}", "headers: [{for: '/*', values: {Content-Security-Policy: x}}]"]
)
def test_without_a_policy_of_ours_nothing_is_blocked(more: str) -> None:
    site = build_site(SITE_WITH_A_BLOCKED_LINK.replace("theme:", f"{more}\ntheme:"))
    assert [d for d in site.diagnostics if d.code == "H120"] == []
