"""The footer says of cookies and other hosts what is true of its page, in every theme and language."""

from __future__ import annotations

import re

import pytest

from caresite.testing import BuiltSite, build_site

SITE = """
-- caresite.yaml --
title: Example
base_url: https://example.com/
timezone: Europe/London
LANGUAGE
theme: {name: THEME HEAD}
CONFIG
-- content/pages/about.md --
---
title: About
---
BODY
-- templates/partials/head.html --
PARTIAL
-- content/pages/plain.md --
---
title: Plain
---
Words, and [a link](https://elsewhere.example/).
"""
CLAIMS = {
    "en": "No cookies. No trackers.",
    "de": "Keine Cookies. Keine Tracker.",
    "es": "Sin cookies. Sin rastreadores.",
}


def built(
    body: str = "Words.",
    *,
    partial: str = "",
    config: str = "",
    theme: str = "hearth",
    language: str = "en",
    more: str = "",
) -> BuiltSite:
    text = SITE.replace("LANGUAGE", f"language: {language}").replace("CONFIG", config).replace("BODY", body)
    text = text.replace("PARTIAL", partial or "<!-- nothing -->").replace("THEME", theme)
    return build_site(text.replace("HEAD", ", head: partials/head.html" if partial else "") + more)


def said(site: BuiltSite, url: str = "/about/") -> str:
    legal = re.search(r'<p class="legal">.*?</p>', site.html(url))
    assert legal, site.report
    return legal[0].rpartition("<span>")[2].partition("</span>")[0]


LOADING = {
    "a picture": '<img src="https://pics.example/a.png" alt="A">',
    "a picture without a scheme": "<img src=//pics.example/a.png alt=A>",
    "a picture in sizes": '<img src="/a.png" srcset="/a.png 1x, https://pics.example/b.png 2x" alt="A">',
    "a pixel without scripts": '<noscript><img src="https://pics.example/p.gif" alt=""></noscript>',
    "a frame": '<iframe src="https://pics.example/" title="A"></iframe>',
    "a script": '<script src="https://pics.example/a.js"></script>',
    "a stylesheet": '<link rel="stylesheet" href="https://pics.example/a.css">',
    "a connection": '<link rel="preconnect" href="https://pics.example">',
    "a font": '<link rel=preload as=font href="https://pics.example/f.woff2">',
    "a style": '<p style="background: url(https://pics.example/a.png)">A</p>',
    "a style element": '<style>@import "https://pics.example/a.css";</style>',
    "a film": '<video src="https://pics.example/a.mp4"></video>',
    "a still": '<video poster="https://pics.example/a.jpg"></video>',
    "an object": '<object data="https://pics.example/a.svg"></object>',
    "a picture that sends": '<form><input type="image" src="https://pics.example/a.png" alt="Go"></form>',
    "a drawing": '<svg><image href="https://pics.example/a.png"/></svg>',
}


@pytest.mark.parametrize("where", ["body", "head"])
@pytest.mark.parametrize("loading", LOADING.values(), ids=LOADING)
def test_a_host_that_is_asked_is_named(loading: str, where: str) -> None:
    site = built(f"<div>{loading}</div>") if where == "body" else built(partial=loading)
    assert said(site) == "This page loads from pics.example."
    if where == "body":
        assert said(site, "/plain/") == CLAIMS["en"]  # page by page


UNKNOWN = {
    "a script in the page": "<script>document.cookie = 'a=1'</script>",
    "a module in the page": '<script type="module">import "/x.js"</script>',
    "a script of the owner's": '<script src="/mine.js"></script>',
    "an event": "<p onclick=\"document.cookie = 'a=1'\">A</p>",
    "an address that is code": '<p><a href="javascript:void(document.cookie=1)">A</a></p>',
    "a frame of the site's own": '<iframe src="/plain/" title="A"></iframe>',
    "a frame with its words in it": '<iframe srcdoc="<p>A" title="A"></iframe>',
    "a cookie of the HTML's": '<meta http-equiv="Set-Cookie" content="a=1">',
    "a stylesheet that is copied": '<link rel="stylesheet" href="/mine.css">',
}


@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN)
def test_nothing_is_claimed_of_what_the_build_cannot_tell(unknown: str) -> None:
    site = built(f"<div>{unknown}</div>", more="-- static/mine.js --\n1\n-- static/mine.css --\np {}\n")
    assert said(site) == ""
    assert said(site, "/plain/") == CLAIMS["en"]


def test_a_script_and_a_host_are_not_taken_for_harmless() -> None:
    head = '<script async src="https://www.tags.example/gtag/js?id=G-1"></script><script>gtag("js")</script>'
    site = built(partial=head)
    assert said(site) == said(site, "/plain/") == "This page loads from www.tags.example."


def test_a_stylesheet_of_the_owners_is_read() -> None:
    link = '<link rel="stylesheet" href="{{ asset(\'mine.css\') }}">'
    clean = built(partial=link, more="-- assets/mine.css --\np { color: red }\n")
    assert said(clean) == CLAIMS["en"]
    font = "@font-face { font-family: F; src: url(https://fonts.example/f.woff2) }"
    assert said(built(partial=link, more=f"-- assets/mine.css --\n{font}\n")) == "This page loads from fonts.example."
    linked = f'-- assets/mine.css --\n@import url("more.css");\n-- assets/more.css --\n{font}\n'
    assert said(built(partial=link, more=linked)) == ""


def test_a_script_asset_of_the_owners_may_do_anything() -> None:
    assert said(built(partial="<script src=\"{{ asset('m.js') }}\"></script>", more="-- assets/m.js --\n1\n")) == ""


HARMLESS = {
    "a link": '[a](https://a.example/) <a href="https://b.example/">b</a>',
    "a quotation": '<blockquote cite="https://a.example/">A</blockquote>',
    "code": '`<img src="https://a.example/a.png">`',
    "a comment": '<!-- <img src="https://a.example/a.png"> -->',
    "data": '<script type="application/json">{"a": "https://a.example/"}</script>',
    "a picture here": '<img src="https://example.com/a.png" alt="">',
    "a namespace": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
}


@pytest.mark.parametrize("harmless", HARMLESS.values(), ids=HARMLESS)
def test_what_is_not_loaded_is_not_named(harmless: str) -> None:
    assert said(built(harmless if harmless[0] in "[`" else f"<div>{harmless}</div>")) == CLAIMS["en"]


def test_a_film_is_asked_for_first() -> None:
    site = built("::: video https://www.youtube.com/watch?v=abcdefghijk title='Oven'\n:::")
    assert said(site) == f"{CLAIMS['en']} Only if you click or send something: www.youtube-nocookie.com."


def test_the_host_of_a_form_is_named() -> None:
    forms = "forms: {contact: {kind: contact, page: /write/, backend: formspree, action: xyz}}"
    assert said(built(config=forms), "/write/") == f"{CLAIMS['en']} Only if you click or send something: formspree.io."


@pytest.mark.parametrize(
    "config",
    [
        "headers: {csp: {script-src: [https://tags.example]}}",
        "headers: {rules: [{for: /*, values: {Set-Cookie: a=1}}]}",
    ],
)
def test_headers_of_the_owner_count(config: str) -> None:
    assert said(built(config=config)) == ""


@pytest.mark.parametrize("theme", ["hearth", "ledger"])
@pytest.mark.parametrize("language", sorted(CLAIMS))
def test_in_every_theme_and_language(theme: str, language: str) -> None:
    site = built(LOADING["a picture"], theme=theme, language=language)
    assert said(site, "/plain/") == CLAIMS[language]
    assert "pics.example" in said(site)
    assert CLAIMS[language] not in said(site)


def test_our_own_scripts_keep_the_claim() -> None:
    site = built(config="forms: {contact: {kind: contact, page: /write/, backend: custom, action: /in.php}}")
    assert "<script" in site.html("/write/")
    assert said(site, "/write/") == CLAIMS["en"]
    assert said(site, "/search/") == CLAIMS["en"]


def test_the_mark_is_on_no_page() -> None:
    site = built(LOADING["a picture"])
    assert not [path for path, data in site.outputs.items() if "\ufdd0".encode() in data]
