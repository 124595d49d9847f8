"""The page for addresses that do not exist: one of the owner's own, wherever its address comes from."""

from __future__ import annotations

import pytest

from caresite.testing import BuiltSite, build_site

BLOG = """\
-- content/blog/a.md --
---
title: A
date: 2026-01-02
tags: [care]
---

Text.
"""
BUSINESS = "title: Example\nbase_url: https://example.com/shop/\ntimezone: Europe/London\n"
WAYS = [
    ("content/pages/404.md", ""),
    ("content/pages/404/index.md", ""),
    ("content/pages/404.markdown", ""),
    ("content/pages/lost.md", "slug: 404\n"),
    ("content/pages/lost.md", "permalink: /404.html\n"),
    ("content/pages/lost.md", "permalink: /404.html\ntags: [care]\ndate: 2026-01-03\n"),
]


def built(path: str, lines: str, **given: object) -> BuiltSite:
    page = f"-- {path} --\n---\ntitle: Lost?\n{lines}---\n\nRing us, or [read](../blog/a.md).\n"
    page = page.replace("../blog", "../../blog") if path.endswith("index.md") else page
    return build_site(f"-- caresite.yaml --\n{BUSINESS}{BLOG}{page}", finish=True, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("path", "lines"), WAYS)
def test_it_is_the_file_that_hosts_look_for(path: str, lines: str) -> None:
    site = built(path, lines)
    assert site.codes == ()
    page = site.html("404.html")
    assert "Ring us" in page
    assert 'href="/shop/blog/a/"' in page  # the page answers at any depth, so no link of it may be relative
    assert "404/index.html" not in site.outputs


@pytest.mark.parametrize(("path", "lines"), WAYS)
def test_nothing_else_on_the_site_names_it(path: str, lines: str) -> None:
    site = built(path, lines)
    page = site.html("404.html")
    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page
    others = [p for p, data in site.outputs.items() if p != "404.html" and (b"404" in data or b"Lost?" in data)]
    assert [p for p in others if not p.endswith((".css", ".js", ".png", ".woff2", ".pagefind", "headers"))] == []


def test_what_lies_beside_it_has_an_address_of_its_own() -> None:
    page = "-- content/pages/404/index.md --\n---\ntitle: Lost?\n---\n\n![A map](map.svg)\n"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9"/></svg>'
    site = build_site(BLOG + page, files={"content/pages/404/map.svg": drawing})
    assert site.codes == ()
    assert 'src="/404/map.svg"' in site.html("404.html")
    assert "404/map.svg" in site.outputs


def test_a_draft_leaves_the_page_of_the_theme() -> None:
    site = built("content/pages/404.md", "draft: true\n")
    assert "Ring us" not in site.html("404.html")
    assert "canonical" not in site.html("404.html")


def test_a_finished_file_is_used_as_it_is() -> None:
    site = build_site(BLOG, files={"static/404.html": b"<!doctype html><title>Lost</title><p>Ring us."})
    assert site.codes == ()
    assert site.data("404.html").endswith(b"Ring us.")


def test_a_post_of_that_number_keeps_its_address() -> None:
    site = build_site(BLOG + "-- content/blog/404.md --\n---\ntitle: Four hundred\ndate: 2026-01-02\n---\nText.\n")
    assert "Four hundred" in site.html("/blog/404/")
    assert "Four hundred" not in site.html("404.html")
