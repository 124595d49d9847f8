"""What a page asks of its content security policy beyond what every page may do."""

from __future__ import annotations

import base64
import hashlib

import pytest

from caresite.pipeline.csp import needs_of


def digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>Text</p>",
        '<img src="/x.png" alt="">',
        '<a href="https://example.org/">x</a>',
        "<pre>&lt;script src=&quot;https://x.example/&quot;&gt;</pre>",
        '<script type="application/ld+json">{"a": 1}</script>',
        '<link rel="stylesheet" href="/a.css"><link rel="canonical" href="https://example.com/">',
        "<script></script>",
        '<p title="style=x">no</p>',
    ],
)
def test_a_plain_page_needs_nothing(html: str) -> None:
    assert needs_of(html) == {}


@pytest.mark.parametrize(
    ("html", "needs"),
    [
        ('<img alt="" src="https://cdn.example/x.png">', {"img-src": ("https://cdn.example",)}),
        ('<img src="//cdn.example:8080/x.png">', {"img-src": ("https://cdn.example:8080",)}),
        ("<img src=http://cdn.example/x.png>", {"img-src": ("http://cdn.example",)}),
        ("<IMG SRC='https://cdn.example/x.png'>", {"img-src": ("https://cdn.example",)}),
        ('<img alt="a > b" src="https://cdn.example/x.png">', {"img-src": ("https://cdn.example",)}),
        (
            '<img src="https://a.example/x" srcset="https://b.example/y 2x, /z 3x, https://c.example/z 4x">',
            {"img-src": ("https://a.example", "https://b.example", "https://c.example")},
        ),
        (
            '<picture><source srcset="https://a.example/x.avif"><img src="/x.png"></picture>',
            {"img-src": ("https://a.example",)},
        ),
        ('<img src="data:image/png;base64,AA==">', {"img-src": ("data:",)}),
        ('<video src="/x.mp4"></video>', {"media-src": ("'self'",)}),
        (
            '<video poster="https://a.example/p.jpg"><source src="https://b.example/x.mp4"></video>',
            {"img-src": ("https://a.example",), "media-src": ("'self'", "https://b.example")},
        ),
        ('<audio src="https://a.example/x.mp3">', {"media-src": ("'self'", "https://a.example")}),
        ('<iframe src="https://maps.example/x">', {"frame-src": ("'self'", "https://maps.example")}),
        ('<form action="https://forms.example/x">', {"form-action": ("https://forms.example",)}),
        ('<script src="/x.js"></script>', {"script-src": ("'self'",)}),
        ('<script src="https://a.example/x.js"></script>', {"script-src": ("https://a.example",)}),
        ('<link rel="stylesheet" href="https://a.example/x.css">', {"style-src": ("https://a.example",)}),
        ('<link href="https://a.example/x.css" rel="stylesheet">', {"style-src": ("https://a.example",)}),
        ("<script>go()</script>", {"script-src": (digest("go()"),)}),
        ("<style>p {color: red}</style>", {"style-src": (digest("p {color: red}"),)}),
        ('<p style="color: red">', {"style-src": (digest("color: red"), "'unsafe-hashes'")}),
        ("<p style='a: &quot;b&quot;'>", {"style-src": (digest('a: "b"'), "'unsafe-hashes'")}),
    ],
)
def test_each_thing_used_is_allowed_and_nothing_else(html: str, needs: dict[str, tuple[str, ...]]) -> None:
    assert {name: set(sources) for name, sources in needs_of(html).items()} == {k: set(v) for k, v in needs.items()}


def test_needs_are_in_a_fixed_order() -> None:
    html = '<img src="https://b.example/x"><img src="https://a.example/x"><form action="https://c.example/">'
    assert list(needs_of(html).items()) == [
        ("form-action", ("https://c.example",)),
        ("img-src", ("https://a.example", "https://b.example")),
    ]
