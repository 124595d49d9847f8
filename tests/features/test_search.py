"""Search: what can be found, what cannot, and when the index is made."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from caresite.engine.build import Built, Options, build
from caresite.engine.clock import moment, site_zone
from caresite.engine.memory import memory_path
from caresite.features.search import index, plugin
from caresite.testing import NOW, BuiltSite, build_site, write_site

CONTENT = """
-- content/blog/kettle.md --
---
title: The kettle
date: 2026-01-01
tags: [Repairs]
---
It whistles.
-- content/blog/draft.md --
---
title: Half a thought
date: 2026-01-02
draft: true
---
Unfinished.
-- content/pages/secret.md --
---
title: Not for search engines
noindex: true
---
Quiet.
-- content/stories/bakery.md --
---
title: The bakery
date: 2026-03-15
industry: Bakeries
customer: {name: Roe’s Bakery}
consent: {at: 2026-03-01, scopes: [publish_text, publish_company], how: letter}
---
They came at five.
-- content/testimonials/words.yaml --
- id: ida
  text: "They ==came== & <stayed>."
  author: {name: Ida Roe, display: full}
  date: 2026-01-05
  consent: {at: 2026-01-05, scopes: [publish_text, publish_name], how: letter}
- id: unasked
  text: Nobody asked me.
  author: {name: Una Sked, display: full}
  date: 2026-01-04
-- content/quotes/care.yaml --
title: Care
quotes:
  - {id: listen, text: Listen first., status: anonymous, tags: [care]}
"""
INDEX = "search/pagefind/"


def fragments(site: BuiltSite) -> dict[str, dict[str, Any]]:
    """Return what the index knows of each page, by its address."""
    packed = (data for path, data in site.outputs.items() if path.startswith(f"{INDEX}fragment/"))
    pages = (json.loads(gzip.decompress(data).removeprefix(b"pagefind_dcd")) for data in packed)
    return {page["meta"]["at"]: page for page in pages}


@pytest.fixture(scope="module")
def site() -> BuiltSite:
    built = build_site(CONTENT, finish=True)
    assert built.ok, built.report
    return built


@pytest.fixture(scope="module")
def found(site: BuiltSite) -> dict[str, dict[str, Any]]:
    return fragments(site)


# what is found


def test_what_is_published_can_be_found_and_nothing_else(found: dict[str, Any]) -> None:
    assert set(found) == {
        "/blog/kettle/",
        "/stories/bakery/",
        "/testimonials/#ida",
        "/quotes/care/",
        "/quotes/care/listen/",
    }


def test_words_are_found_where_they_stand(found: dict[str, Any]) -> None:
    assert "It whistles." in found["/blog/kettle/"]["content"]
    assert found["/testimonials/#ida"]["content"] == "They came & <stayed>."
    assert found["/testimonials/#ida"]["meta"]["title"] == "Ida Roe"
    assert "Tell your story" not in found["/blog/kettle/"]["content"]  # what every page says is no find


def test_filters_go_by_the_names_that_pages_have_in_the_index(site: BuiltSite) -> None:
    told = json.loads(site.data(f"{INDEX}filters.json"))
    assert {f"{INDEX}fragment/{name}.pf_fragment" for name in told} <= site.outputs.keys()
    assert sorted(told.values(), key=str) == [
        {"kind": ["post"], "tag": ["repairs"]},
        {"kind": ["quote"], "tag": ["care"]},
        {"kind": ["quotes"]},
        {"kind": ["story"], "industry": ["bakeries"]},
        {"kind": ["testimonial"]},
    ]


def test_what_pagefind_brings_for_other_pages_is_left_out(site: BuiltSite) -> None:
    names = {path.removeprefix(INDEX) for path in site.outputs if path.startswith(INDEX)}
    assert not {name for name in names if "ui" in name or "highlight" in name or "unknown" in name}
    assert {"pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind", "filters.json"} <= names


def test_kinds_can_be_left_out() -> None:
    site = build_site(f"{CONTENT}-- caresite.yaml --\n{CONFIG}search: {{kinds: [post]}}\n", finish=True)
    assert set(fragments(site)) == {"/shop/blog/kettle/"}


CONFIG = "title: Example\nbase_url: https://example.com/shop/\ntimezone: UTC\nlanguage: de\n"


def test_below_a_path_in_another_language() -> None:
    site = build_site(f"{CONTENT}-- caresite.yaml --\n{CONFIG}", finish=True)
    assert "/shop/blog/kettle/" in fragments(site)
    assert f"{INDEX}wasm.de.pagefind" in site.outputs
    assert 'src="/shop/search/search.' in site.html("/shop/search/")


def test_a_theme_without_the_field_gets_no_index() -> None:
    site = build_site(f"{CONTENT}-- templates/search.html --\n<p>From A to Z</p>\n", finish=True)
    assert [path for path in site.outputs if path.startswith("search/")] == ["search/index.html"]


# when it cannot be made


def test_without_pagefind_the_site_is_published_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise index.NotIndexed("pagefind is not installed")

    monkeypatch.setattr(index, "_program", missing)
    site = build_site(CONTENT, finish=True)
    assert site.ok
    assert "the search page has no index, so it is an index from A to Z only" in site.report
    assert not [path for path in site.outputs if path.startswith(INDEX)]


def test_a_program_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\necho 'no more space' >&2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(index, "_program", lambda: str(program))
    with pytest.raises(index.NotIndexed, match="ended with 3: no more space"):
        index.index_of([index.Entry("/", "A", "post", "<p>a</p>")], "en")


# when it is made


class Counted:
    """A site on disk that is built again and again, and how often its index was made."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.made = root, 0
        write_site(root, CONTENT)
        self.options = Options(now=moment(site_zone(root, env="", environ={}), NOW))
        made = plugin.index_of

        def counted(*args: Any) -> dict[str, bytes]:
            self.made += 1
            return made(*args)

        monkeypatch.setattr(plugin, "index_of", counted)

    def build(self, **how: Any) -> Built:
        built = build(self.root, replace(self.options, **how))
        assert built.ok, built.diagnostics
        return built

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        assert old in file.read_text(encoding="utf-8")
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        folder = self.root / "public" / INDEX
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(tmp_path, monkeypatch)


def test_the_index_is_made_when_a_page_has_changed(counted: Counted) -> None:
    counted.build()
    before = counted.files()
    assert counted.made == 1
    again = counted.build()
    assert (counted.made, again.published.written if again.published else None) == (1, ())
    counted.edit("content/blog/kettle.md", "whistles", "sings")
    counted.build()
    assert counted.made == 2
    after = counted.files()
    assert before.keys() != after.keys()
    counted.edit("content/blog/kettle.md", "sings", "whistles")
    counted.build()
    assert counted.files() == before  # nothing of what was indexed meanwhile is left


def test_a_file_of_the_index_that_was_lost_comes_back(counted: Counted) -> None:
    counted.build()
    before = counted.files()
    (counted.root / "public" / INDEX / "pagefind.js").unlink()
    (counted.root / "public" / INDEX / "filters.json").write_text("{}", encoding="utf-8")
    counted.build()
    assert counted.files() == before


def test_a_build_from_nothing_gives_the_same_bytes(counted: Counted) -> None:
    counted.build()
    before = counted.files()
    counted.edit("content/quotes/care.yaml", "Listen first.", "Listen.")
    counted.build()
    counted.edit("content/quotes/care.yaml", "Listen.", "Listen first.")
    built = counted.build()
    anew = counted.build(full=True, publish=False)
    assert {o.path: o.data for o in built.outputs} == {o.path: o.data for o in anew.outputs}
    assert counted.files() == before


def test_withdrawn_words_leave_the_index_with_the_next_build(counted: Counted) -> None:
    counted.build()
    counted.edit("content/testimonials/words.yaml", "how: letter}", "how: letter, expires: 2026-01-06}")
    counted.build()
    assert all(b"stayed" not in gzip.decompress(data) for path, data in counted.files().items() if "fragment" in path)
    assert b"testimonial" not in counted.files()["filters.json"]


def test_what_is_remembered_of_the_index_is_no_route(counted: Counted) -> None:
    counted.build()
    with sqlite3.connect(memory_path(counted.root)) as memory:
        paths = {path for (path,) in memory.execute("SELECT output FROM routes")}
    memory.close()
    assert f"{INDEX}pagefind.js" in paths
    counted.edit("content/blog/kettle.md", "title: The kettle", "title: The pot")
    assert counted.build().rendered
    assert not set(counted.build().rendered)
