"""Addresses that were published before: a build names those that nothing answers any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caresite.engine.build import Built, Options, build
from caresite.testing import write_site

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORDS = "It came out of the oven at five, and nobody had to wait for it."
CONFIG = "title: Bakery\nbase_url: https://bakery.example/shop/\ntimezone: Europe/London\n"
CONSENT = "consent: {given_by: self, at: 2026-01-01, scopes: [publish_text, publish_name], how: letter}"
SITE = f"""
-- caresite.yaml --
{CONFIG}
-- content/blog/pie-number-1/index.md --
---
title: Pie
date: 2026-03-01
tags: [baking]
---
{WORDS}
-- content/pages/team.md --
---
title: Our team
---
Agnes bakes the bread, and Tom brings it to you.
-- content/stories/oven.md --
---
title: The oven
date: 2026-03-01
author: {{name: Ada Quill}}
relation: customer
{CONSENT}
---
They came at seven in the evening, with a van and a lamp.
-- content/quotes/care.yaml --
title: Care
quotes:
  - id: call
    text: Say when you will ring and ring then
    author: {{name: Agnes}}
    source: {{title: A note}}
    status: verified
    rights: own
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_site(tmp_path, SITE)
    assert made(tmp_path).published
    return tmp_path


def made(root: Path, **options: object) -> Built:
    return build(root, Options(now=NOW, **options))  # type: ignore[arg-type]


def gone(built: Built) -> list[str]:
    assert built.ok, built.diagnostics
    return [f"{d.span.path}: {d.message}; {d.hint}" for d in built.diagnostics if d.code == "D112"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_renamed_post_is_told_with_the_line_that_leads_on(root: Path) -> None:
    (root / "content/blog/pie-number-1").rename(root / "content/blog/the-first-pie")
    file = "content/blog/the-first-pie/index.md"
    message = f"{file}: /shop/blog/pie-number-1/ is gone: that page is at /shop/blog/the-first-pie/ now"
    expected = [f"{message}; add `aliases: [/blog/pie-number-1/]` to {file}"]
    assert gone(made(root, publish=False)) == expected, "a check tells it too"
    assert gone(made(root)) == expected
    assert gone(made(root)) == [], "it is news of one build"


def test_with_that_line_nothing_is_gone(root: Path) -> None:
    (root / "content/blog/pie-number-1").rename(root / "content/blog/the-first-pie")
    edit(root / "content/blog/the-first-pie/index.md", "title: Pie", "title: Pie\naliases: [/blog/pie-number-1/]")
    assert gone(made(root)) == []


@pytest.mark.parametrize("where", ["caresite.yaml", "static/_redirects"])
def test_nor_with_a_rule_of_the_site(root: Path, where: str) -> None:
    (root / "content/blog/pie-number-1").rename(root / "content/blog/the-first-pie")
    if where == "caresite.yaml":
        (root / where).write_text(CONFIG + "redirects: [{from: /blog/pie-number-1/*, to: /blog/the-first-pie/}]\n")
    else:
        write_site(root, f"-- {where} --\n/shop/blog/pie-number-1/ /shop/blog/the-first-pie/ 301\n")
    assert gone(made(root)) == []


def rename(root: Path) -> None:
    (root / "content/pages/team.md").rename(root / "content/pages/people.md")


def change_slug(root: Path) -> None:
    edit(root / "content/pages/team.md", "title: Our team", "title: Who we are\nslug: people")


def rewrite(root: Path) -> None:
    rename(root)
    edit(root / "content/pages/people.md", "Agnes bakes the bread, and Tom brings it to you.", "There are two of us.")


def retitle(root: Path) -> None:
    rename(root)
    edit(root / "content/pages/people.md", "Our team", "Who we are")


@pytest.mark.parametrize("change", [rename, change_slug, rewrite, retitle])
def test_the_same_page_is_known_by_its_file_its_words_or_its_title(root: Path, change: Callable[[Path], None]) -> None:
    change(root)
    [told] = gone(made(root))
    assert "/shop/team/ is gone: that page is at /shop/people/ now; add `aliases: [/team/]`" in told


def test_it_is_known_by_its_translation_key(root: Path) -> None:
    edit(root / "content/pages/team.md", "title: Our team", "title: Our team\ntranslation_key: team")
    made(root)
    retitle(root)
    edit(root / "content/pages/people.md", "Agnes bakes the bread, and Tom brings it to you.", "There are two of us.")
    assert "that page is at /shop/people/ now" in gone(made(root))[0]


def test_a_removed_page_is_told_without_a_guess(root: Path) -> None:
    (root / "content/pages/team.md").unlink()
    [told] = gone(made(root))
    assert told.startswith("content/pages/team.md: /shop/team/ is gone: links to it from elsewhere lead nowhere now;")
    assert "if another page has taken its place, add `aliases: [/team/]` to that page" in told


def test_a_quote_in_a_list_is_led_on_by_a_rule(root: Path) -> None:
    edit(root / "content/quotes/care.yaml", "id: call", "id: ring")
    told = [line for line in gone(made(root)) if "/quotes/care/call/" in line]
    assert told == [] or "add `- {from: /quotes/care/call/, to: /quotes/care/ring/}` below `redirects:`" in told[0]


def test_a_page_with_a_fault_has_not_gone(root: Path) -> None:
    (root / "content/pages/team.md").write_text('---\ntitle: "Our team\n---\nX.\n', encoding="utf-8")
    failed = made(root)
    assert not failed.ok
    assert "D112" not in {d.code for d in failed.diagnostics}


@pytest.mark.parametrize("line", ["draft: true", "date: 2031-01-01", "expires: 2026-10-01"])
def test_what_is_held_back_has_not_vanished(root: Path, line: str) -> None:
    file = root / "content/blog/pie-number-1/index.md"
    edit(file, "date: 2026-03-01", line if line.startswith("date") else f"date: 2026-03-01\n{line}")
    assert gone(made(root)) == []


def withdraw(file: Path) -> None:
    edit(file, "how: letter}", "how: letter, withdrawn: 2026-10-01}")


def retract(file: Path) -> None:
    edit(file, CONSENT + "\n", "")


@pytest.mark.parametrize("take_down", [Path.unlink, withdraw, retract])
def test_the_address_of_a_story_that_was_taken_down_is_never_named(
    root: Path, take_down: Callable[[Path], None]
) -> None:
    take_down(root / "content/stories/oven.md")
    write_site(
        root, "-- content/blog/oven.md --\n---\ntitle: The oven\ndate: 2026-05-01\n---\nWe bought another one.\n"
    )
    built = made(root)
    assert [d for d in built.diagnostics if d.code == "D112"] == []
    kept = b"".join(path.read_bytes() for path in (root / ".caresite/published").rglob("*.json"))
    assert b"stories/oven" not in kept


def test_a_story_that_moved_with_its_consent_is_told(root: Path) -> None:
    (root / "content/stories/oven.md").rename(root / "content/stories/the-lamp.md")
    assert "add `aliases: [/stories/oven/]` to content/stories/the-lamp.md" in gone(made(root))[0]


def test_filters_tags_and_drafts_of_a_preview_are_no_pages_of_it(root: Path) -> None:
    edit(root / "content/blog/pie-number-1/index.md", "tags: [baking]", "tags: [cakes]")
    write_site(root, "-- content/blog/idea.md --\n---\ntitle: Idea\ndraft: true\n---\nNot yet.\n")
    from caresite.pipeline.gates import Gates

    made(root, gates=Gates(drafts=True))
    (root / "content/blog/idea.md").unlink()
    assert gone(made(root)) == []


def test_a_new_pattern_of_addresses_is_told_in_a_few_lines(root: Path) -> None:
    posts = [f"-- content/blog/n{n}.md --\n---\ntitle: N{n}\ndate: 2026-01-01\n---\nHi\n" for n in range(40)]
    write_site(root, "".join(posts))
    made(root)
    (root / "caresite.yaml").write_text(CONFIG + "permalinks: {blog: /news/:slug/}\n")
    told = gone(made(root))
    assert len(told) == 13
    assert "one rule below `redirects:` serves all of them" in "".join(told)


def test_failing_builds_and_other_folders_change_no_record(root: Path) -> None:
    rename(root)
    write_site(root, "-- content/blog/bad.md --\n---\ntitle: [\n---\n")
    assert not made(root).ok
    (root / "content/blog/bad.md").unlink()
    assert gone(made(root, output_dir="other")) == []
    assert gone(made(root, dry_run=True)) == gone(made(root)) != []


def test_a_build_from_nothing_has_the_same_pages(root: Path) -> None:
    rename(root)
    again = made(root)
    full = made(root, full=True, publish=False)
    assert {o.path: o.data for o in again.outputs} == {o.path: o.data for o in full.outputs}
