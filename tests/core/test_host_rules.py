"""`_headers` and `_redirects` mean what they mean on the host."""

from __future__ import annotations

import pytest

from caresite.core.host_rules import headers_for, read_headers, read_redirects

HEADERS = """\
# a comment
/*
  X-Frame-Options: DENY
  Content-Security-Policy: default-src 'none'; img-src 'self' https://a.example
/blog/*
  X-Robots-Tag: noarchive
/team/:name/
  X-Who: somebody
/*.pdf
  X-Paper: yes
https://other.example/*
  X-Other: yes
  not a header
"""


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/", ["X-Frame-Options", "Content-Security-Policy"]),
        ("/blog/", ["X-Frame-Options", "Content-Security-Policy", "X-Robots-Tag"]),
        ("/blog/a/b/", ["X-Frame-Options", "Content-Security-Policy", "X-Robots-Tag"]),
        ("/team/ada/", ["X-Frame-Options", "Content-Security-Policy", "X-Who"]),
        ("/team/ada/more/", ["X-Frame-Options", "Content-Security-Policy"]),
        ("/files/offer.pdf", ["X-Frame-Options", "Content-Security-Policy", "X-Paper"]),
    ],
)
def test_headers_of_every_rule_that_fits(path: str, names: list[str]) -> None:
    assert [name for name, _ in headers_for(read_headers(HEADERS), path)] == names


def test_a_value_keeps_its_colons() -> None:
    assert dict(headers_for(read_headers(HEADERS), "/"))["Content-Security-Policy"].endswith("https://a.example")


REDIRECTS = """\
# from the config
/old /new/
/gone /nowhere/ 410
/forced /new/ 302!
/shop/:id/:name /products/:id/?called=:name 301
/store id=:id /products/:id/ 301
/blog/* /notes/:splat 301
/app/* /app/index.html 200
/uk/* /gb/:splat 302 Country=gb
/sprache /de/ 302 Language=de
/far https://far.example:8443/:placeholder 301
http://old.example/* /new/ 301
/incomplete
/* /missing/ 404
"""


@pytest.mark.parametrize(
    ("path", "query", "target", "status"),
    [
        ("/old", {}, "/new/", 301),
        ("/old/", {}, "/new/", 301),
        ("/gone", {}, "/nowhere/", 410),
        ("/forced", {}, "/new/", 302),
        ("/shop/7/kettle", {}, "/products/7/?called=kettle", 301),
        ("/shop/7/kettle/", {}, "/products/7/?called=kettle", 301),
        ("/store", {"id": "9"}, "/products/9/", 301),
        ("/store", {}, "/missing/", 404),
        ("/blog/a/b", {}, "/notes/a/b", 301),
        ("/blog", {}, "/notes/", 301),
        ("/app/any/thing", {}, "/app/index.html", 200),
        ("/uk/shop", {}, "/missing/", 404),
        ("/sprache", {}, "/missing/", 404),
        ("/far", {}, "https://far.example:8443/:placeholder", 301),
        ("/blogs", {}, "/missing/", 404),
    ],
)
def test_the_first_rule_that_fits_counts(path: str, query: dict[str, str], target: str, status: int) -> None:
    found = read_redirects(REDIRECTS).find(path, query)
    assert found is not None
    assert (found.target, found.rule.status) == (target, status)


def test_a_rule_for_a_language_is_for_who_reads_it() -> None:
    found = read_redirects(REDIRECTS).find("/sprache", {}, frozenset(("de", "en")))
    assert found is not None
    assert found.target == "/de/"


def test_forced_is_said_with_a_mark() -> None:
    rules = read_redirects(REDIRECTS)
    forced = {path: found.rule.forced for path in ("/old", "/forced") if (found := rules.find(path, {}))}
    assert forced == {"/old": False, "/forced": True}


def test_an_exact_rule_below_a_pattern_comes_too_late() -> None:
    found = read_redirects("/a/* /b/:splat\n/a/c /d/\n").find("/a/c", {})
    assert found is not None
    assert found.target == "/b/c"


def test_without_a_rule_nothing_is_found() -> None:
    assert read_redirects("/old /new/\n").find("/other", {}) is None
    assert read_redirects("").find("/", {}) is None


def test_paths_are_compared_as_what_they_say() -> None:
    found = read_redirects("/caf%C3%A9/* /coffee/:splat\n/sch%C3%B6n /nice/\n")
    assert (hit := found.find("/café/menu", {})) is not None
    assert hit.target == "/coffee/menu"
    assert found.find("/schön", {}) is not None
