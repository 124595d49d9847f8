"""The harness for sites in a string."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from caresite.testing import DEFAULT_CONFIG, build_site, split_files, write_site

POST = """
-- content/blog/hello.md --
---
title: Hello
---
We *listen*.
"""


def test_a_string_becomes_pages() -> None:
    site = build_site(POST)
    assert site.ok
    assert site.codes == ()
    assert "<em>listen</em>" in site.html("/blog/hello/")
    assert site.html("blog/hello/index.html") == site.html("/blog/hello/")
    assert site.text("sitemap.xml").startswith("<?xml")
    assert site.published is None
    assert not (site.root / "public").exists()


def test_indented_strings_are_fine() -> None:
    site = build_site(
        """
        -- content/blog/hello.md --
        ---
        title: Hello
        ---
        We *listen*.

            code
        """
    )
    assert "<em>listen</em>" in site.html("/blog/hello/")
    assert "<pre" in site.html("/blog/hello/")


def test_the_clock_stands_still_unless_moved() -> None:
    later = POST.replace("title: Hello", "title: Hello\ndate: 2026-11-23")
    assert [held.state for held in build_site(later).held_back] == ["future"]
    assert build_site(later, now="2026-11-24").held_back == ()
    assert build_site(later, future=True).held_back == ()


def test_faults_are_told_with_their_codes_and_as_people_read_them() -> None:
    site = build_site(POST.replace("title: Hello", "title: Hello\ndate: never"))
    assert not site.ok
    assert site.codes == ("V204",)
    assert site.report.startswith("content/blog/hello.md:3:7: error[V204]")


def test_a_page_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(LookupError, match="nearest is `blog/hello/index\\.html`"):
        build_site(POST).html("/blog/helo/")


def test_a_site_below_a_path_is_addressed_as_visitors_do() -> None:
    site = build_site(POST, base_url="https://example.com/shop/")
    assert site.html("/shop/blog/hello/") == site.html("blog/hello/index.html")


def test_static_and_binary_files_are_outputs_too() -> None:
    site = build_site(POST, files={"static/images/dot.png": b"\x89PNG"})
    assert site.outputs["images/dot.png"] == b"\x89PNG"


def test_a_site_can_be_published_and_built_again_in_its_folder(tmp_path: Path) -> None:
    first = build_site(POST, root=tmp_path, publish=True)
    assert first.published
    assert "blog/hello/index.html" in first.published.written
    again = build_site(root=tmp_path, publish=True)
    assert again.published
    assert again.published.written == ()


def test_the_temporary_folder_goes_with_the_site() -> None:
    site = build_site(POST)
    root = site.root
    assert root.is_dir()
    del site
    gc.collect()
    assert not root.exists()


def test_a_config_of_ones_own_is_kept(tmp_path: Path) -> None:
    write_site(tmp_path, "-- caresite.yaml --\ntitle: Mine\n")
    assert (tmp_path / "caresite.yaml").read_text() == "title: Mine\n"
    write_site(tmp_path / "other", "")
    assert (tmp_path / "other/caresite.yaml").read_text() == DEFAULT_CONFIG


def test_files_end_where_the_next_begins() -> None:
    assert split_files("-- a.md --\none\n\n-- b c.md --\ntwo\n-- --\n") == {"a.md": "one\n\n", "b c.md": "two\n-- --\n"}


@pytest.mark.parametrize("text", ["words first\n-- a.md --\n", "-- /etc/a --\n", "-- ../a --\n", "-- a --\n-- a --\n"])
def test_mistakes_of_the_test_itself_are_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"stand before|leaves the site"):
        split_files(text)
