"""Generations: what a save changes, what stays when a build fails, and that all is what a build would make."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.engine.build import Options, build
from caresite.pipeline.gates import Gates
from caresite.preview.about import about_page
from caresite.preview.generations import Generations, changed_paths
from caresite.preview.state import digest_of, fault_of, state_of
from caresite.testing import picture, write_site

from .conftest import SITE
from .running import NOW

OPTIONS = Options(now=NOW, gates=Gates(True, True, True), publish=False)
POST = "content/blog/hello.md"


class Written:
    """A site on disk and its generations, built when something is written."""

    def __init__(self, root: Path, text: str = SITE) -> None:
        self.root = root
        write_site(root, text)
        self.generations = Generations(root, lambda: OPTIONS)
        self.generations.make(frozenset())

    def write(self, path: str, text: str) -> frozenset[str]:
        """Write a file, build, and return the output paths that are different."""
        before = self.generations.current.tree
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)
        self.generations.make(frozenset((path,)))
        return changed_paths(before, self.generations.current.tree)

    def edit(self, path: str, old: str, new: str) -> frozenset[str]:
        text = (self.root / path).read_text()
        assert old in text
        return self.write(path, text.replace(old, new))

    def page(self, path: str) -> str:
        entry = self.generations.current.tree.get(path)
        assert entry is not None
        return entry.read().decode()

    def state(self, path: str) -> tuple[str, dict[str, str]]:
        found = state_of(self.generations.current, path, scripts="", opens=lambda path, line, column: "")
        return found.page, dict(found.assets)


@pytest.fixture
def site(tmp_path: Path) -> Written:
    return Written(tmp_path / "site")


def everything(written: Written) -> dict[str, bytes]:
    written.generations.finish()
    tree = written.generations.current.tree
    return {path: entry.read() for path, entry in (*tree.entries.items(), *tree.later().items())}


def clean(written: Written) -> dict[str, bytes]:
    built = build(written.root, OPTIONS)
    assert built.ok
    assert built.site is not None
    files = {path: (written.root / source).read_bytes() for path, source in built.site.files.items()}
    return {output.path: output.data for output in built.outputs} | files


# the same as a build


def test_what_is_shown_is_what_a_build_makes(site: Written) -> None:
    assert everything(site) == clean(site)


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.edit(POST, "We listen.", "We hear."),
        lambda s: s.edit(POST, "title: Hello", "title: Good day"),
        lambda s: s.edit(POST, "tags: [care]", "tags: [repairs]"),
        lambda s: s.write("content/blog/new.md", "---\ntitle: New\ndate: 2026-11-01\n---\nNew words.\n"),
        lambda s: s.write("static/new.txt", "new"),
        lambda s: s.write("assets/mine.css", "body { color: red; }"),
        lambda s: s.edit("caresite.yaml", "title: Harbour Vets", "title: Harbour Dogs"),
        lambda s: s.write("templates/page.html", '{% extends "hearth/page.html" %}'),
        lambda s: shutil.rmtree(s.root / "content/pages") or s.write("static/x.txt", "x"),
    ],
    ids=["body", "title", "tags", "post", "static", "style", "config", "template", "folder"],
)
def test_it_still_is_after_a_save(site: Written, act: Callable[[Written], object]) -> None:
    act(site)
    assert site.generations.current.faults == ()
    assert everything(site) == clean(site)


def test_an_edit_of_a_body_changes_that_page_and_what_quotes_it(site: Written) -> None:
    changed = site.edit(POST, "Paragraph 7 has", "Paragraph 7 had")
    assert "blog/hello/index.html" in changed
    assert not {path for path in changed if path.endswith(".html")} - {"blog/hello/index.html"}


# what can be shown without a build


def test_a_stylesheet_needs_no_build(site: Written) -> None:
    generations = site.generations
    before = generations.current
    page, assets = site.state("/about/")
    (site.root / "assets/mine.css").write_text("body { --mine: second; }")
    ahead = generations.run_ahead(frozenset(("assets/mine.css",)))
    assert ahead == (True, True)
    assert generations.current.number == before.number + 1
    now, new_assets = site.state("/about/")
    assert now == page
    address = new_assets["/assets/mine.css"]
    assert address != assets["/assets/mine.css"]
    assert "second" in site.page(address.removeprefix("/"))
    generations.make(frozenset(("assets/mine.css",)))
    assert site.state("/about/") == (now, new_assets)
    assert everything(site) == clean(site)


def test_what_is_saved_during_a_build_is_not_forgotten(site: Written) -> None:
    generations = site.generations
    (site.root / "assets/mine.css").write_text("body { --mine: second; }")

    def save(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("render", total):  # the build has read the assets by now
            (site.root / "assets/mine.css").write_text("body { --mine: third; }")
            generations.run_ahead(frozenset(("assets/mine.css",)))

    generations.make(frozenset(("assets/mine.css",)), tell=save)
    _, assets = site.state("/about/")
    assert "third" in site.page(assets["/assets/mine.css"].removeprefix("/"))


def test_a_copied_file_needs_no_build(site: Written) -> None:
    site.write("static/notes.txt", "one")
    (site.root / "static/notes.txt").write_text("another")
    assert site.generations.run_ahead(frozenset(("static/notes.txt",))) == (True, True)
    assert site.page("notes.txt") == "another"


def test_words_need_no_build(site: Written) -> None:
    generations = site.generations
    post = site.root / POST
    post.write_text(post.read_text().replace("Paragraph 7 has", "Paragraph 7 had"))
    assert generations.run_ahead(frozenset((POST,))) == (True, True)
    shown = site.page("blog/hello/index.html")
    assert "Paragraph 7 had" in shown
    assert generations.run_ahead(frozenset((POST,))) == (False, False)
    generations.make(frozenset((POST,)))
    assert site.page("blog/hello/index.html") == shown
    assert everything(site) == clean(site)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Hello", "title: Good day"),
        ("Paragraph 7 has", "## A heading\n\nParagraph 7 has"),
        ("Paragraph 7 has", "::: callout\nParagraph 7 has"),
        ("Paragraph 7 has", "[Gone](gone.md) has"),
        ("We listen.", "We hear."),  # the excerpt stands in lists
    ],
)
def test_words_that_others_show_need_one(site: Written, old: str, new: str) -> None:
    post = site.root / POST
    assert old in post.read_text()
    post.write_text(post.read_text().replace(old, new, 1))
    before = site.page("blog/hello/index.html")
    assert site.generations.run_ahead(frozenset((POST,))) == (False, False)
    assert site.page("blog/hello/index.html") == before


def test_words_wait_for_the_build_while_something_is_wrong(site: Written) -> None:
    site.edit("caresite.yaml", "title: Harbour Vets", "titel: Harbour Vets")
    post = site.root / POST
    post.write_text(post.read_text().replace("Paragraph 7 has", "Paragraph 7 had"))
    assert site.generations.run_ahead(frozenset((POST,))) == (False, False)


def test_a_script_and_a_template_need_one(site: Written) -> None:
    for path in ("assets/mine.js", "templates/page.html"):
        (site.root / path).write_text((site.root / path).read_text() + "\n" if (site.root / path).exists() else "1;")
        assert site.generations.run_ahead(frozenset((path,))) == (False, False)


def test_a_stylesheet_shows_while_the_config_is_broken(site: Written) -> None:
    site.edit("caresite.yaml", "title: Harbour Vets", "titel: Harbour Vets")
    (site.root / "assets/mine.css").write_text("body { --mine: second; }")
    assert site.generations.run_ahead(frozenset(("assets/mine.css",))) == (True, True)
    site.generations.make(frozenset(("assets/mine.css",)))
    assert "second" in site.page(site.state("/about/")[1]["/assets/mine.css"].removeprefix("/"))


def test_a_stylesheet_that_cannot_be_read_is_left_to_the_build(site: Written) -> None:
    (site.root / "assets/mine.css").write_bytes(b"\xff\x00\xfe")
    assert site.generations.run_ahead(frozenset(("assets/mine.css",))) == (False, False)


# faults


def test_while_one_post_is_broken_everything_stays_as_it_was(site: Written) -> None:
    assert site.edit(POST, "date: 2026-03-01", "date: never") == frozenset()
    assert [fault.code for fault in site.generations.current.faults] == ["V204"]
    assert "We listen." in site.page("blog/hello/index.html")
    assert "Hello" in site.page("blog/index.html")
    assert site.edit(POST, "date: never", "date: 2026-03-02") != frozenset()
    assert site.generations.current.faults == ()
    assert everything(site) == clean(site)


def test_the_rest_goes_on_while_one_post_is_broken(site: Written) -> None:
    site.edit(POST, "date: 2026-03-01", "date: never")
    changed = site.edit("content/blog/second.md", "We answer.", "We answer soon.")
    assert "blog/second/index.html" in changed
    assert "We answer soon." in site.page("blog/second/index.html")
    assert "We listen." in site.page("blog/hello/index.html")  # the last good one
    site.write("content/blog/third.md", "---\ntitle: Third\ndate: 2026-03-03\n---\nNew.\n")
    assert "Third" in site.page("blog/index.html")
    site.edit(POST, "date: never", "date: 2026-03-01")
    assert everything(site) == clean(site)


def test_a_broken_template_leaves_the_last_good_pages(site: Written) -> None:
    before = everything(site)
    site.write("templates/post.html", "{% block %}")
    assert [fault.code for fault in site.generations.current.faults] == ["T102"]
    assert everything(site) == before
    site.edit("content/blog/second.md", "We answer.", "We answer soon.")
    assert "We answer." in site.page("blog/second/index.html")
    (site.root / "templates/post.html").unlink()
    site.generations.make(frozenset(("templates/post.html",)))
    assert everything(site) == clean(site)


def test_a_broken_config_leaves_everything(site: Written) -> None:
    before = everything(site)
    site.edit("caresite.yaml", "title: Harbour Vets", "titel: Harbour Vets")
    assert site.generations.current.faults != ()
    assert everything(site) == before


def test_a_site_that_is_broken_from_the_start_shows_what_is_good(tmp_path: Path) -> None:
    site = Written(tmp_path / "site", SITE.replace("title: Second", "title: ["))
    assert site.generations.current.faults != ()
    assert "We listen." in site.page("blog/hello/index.html")
    assert site.generations.current.tree.get("blog/second/index.html") is None


def test_with_a_broken_config_from_the_start_there_is_nothing(tmp_path: Path) -> None:
    site = Written(tmp_path / "site", SITE.replace("timezone: Europe/London", "timezone: Nowhere"))
    assert not site.generations.current.tree.entries
    assert digest_of(site.generations.current, "/").startswith("none-")


def test_a_fault_of_ours_is_told_and_the_next_build_is_good(site: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(site)
    with monkeypatch.context() as patch:
        patch.setattr("caresite.preview.generations.build", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            site.generations.make(frozenset())
    site.generations.fail(ZeroDivisionError("division by zero"))
    [fault] = site.generations.current.faults
    assert "caresite itself failed" in fault.message
    assert everything(site) == before
    site.edit(POST, "We listen.", "We hear.")
    assert site.generations.current.faults == ()
    assert everything(site) == clean(site)


# what is known of a page


def test_the_digest_of_a_page_leaves_its_assets_out(site: Written) -> None:
    page, _ = site.state("/about/")
    site.write("assets/mine.css", "body { --mine: second; }")
    assert site.state("/about/")[0] == page
    site.edit("content/pages/about.md", "About us.", "About all of us.")
    assert site.state("/about/")[0] != page


def test_addresses_that_are_not_pages_have_a_state_too(site: Written) -> None:
    assert site.state("/nowhere/")[0].startswith("404-")
    assert site.state("/feed.xml")[1] == {}
    assert site.state("/%ff/")[0].startswith("404-")
    assert site.state("/_caresite/")[0] != ""
    assert site.state("/_caresite/stories/") == ("", {})


def test_a_move_is_known_by_the_file_or_by_the_page(site: Written) -> None:
    text = (site.root / POST).read_text()
    (site.root / POST).rename(site.root / "content/blog/welcome.md")
    site.generations.make(frozenset((POST, "content/blog/welcome.md")), {POST: "content/blog/welcome.md"})
    assert site.generations.current.moved == {"/blog/hello/": "/blog/welcome/"}
    (site.root / "content/blog/welcome.md").unlink()
    site.write("content/blog/good-day.md", text)
    assert site.generations.current.moved == {
        "/blog/hello/": "/blog/good-day/",
        "/blog/welcome/": "/blog/good-day/",
    }
    site.write(POST, text.replace("title: Hello", "title: Hello again"))  # a page stands there again
    assert site.generations.current.moved == {"/blog/welcome/": "/blog/good-day/"}


def test_a_deleted_page_has_gone_nowhere(site: Written) -> None:
    (site.root / POST).unlink()
    site.generations.make(frozenset((POST,)))
    assert site.generations.current.moved == {}


def test_the_page_of_a_file(site: Written) -> None:
    page_of = site.generations.page_of
    assert page_of((POST,)) == "/blog/hello/"
    assert page_of(("templates/page.html",)) == ""
    assert page_of(("caresite.yaml", POST)) == "/blog/hello/"


def test_a_fault_has_its_line(site: Written) -> None:
    site.edit(POST, "date: 2026-03-01", "date: never")
    current = site.generations.current
    fault = fault_of(current.faults[0], current.texts, lambda path, line, column: f"{path}|{line}|{column}")
    assert fault.place == f"{POST}:3:7"
    assert fault.opens == f"{POST}|3|7"
    assert fault.frame == "  3 | date: never\n    |       ^^^^^"


def test_about_a_page(site: Written) -> None:
    about = about_page(site.generations.current, "/blog/", lambda path, line, column: "#")
    assert about.held == {"/blog/new-year/": "future", "/blog/offer/": "expired", "/blog/plans/": "draft"}
    assert about.next_due == "2031-01-01 09:30 GMT"
    assert about.source == ""
    page = about_page(site.generations.current, "/blog/plans/", lambda path, line, column: "#")
    assert (page.state, page.reason, page.source, page.opens) == (
        "draft",
        "it is a draft",
        "content/blog/plans.md",
        "#",
    )
    assert page.result is not None
    assert page.result.address == "harbour.example › blog › plans"
    assert about_page(site.generations.current, "/nowhere/", lambda path, line, column: "").kind == "404"


def test_pictures_are_drawn_for_whoever_looks_and_a_new_one_is_another_address(site: Written) -> None:
    photo = site.root / "content/blog/photo.jpg"
    photo.write_bytes(picture(300, 200, format="JPEG"))
    site.edit(POST, "---\n", "---\nimage: {src: photo.jpg, alt: A photo}\n")
    kept = site.root / ".caresite/pictures"
    assert not kept.exists() or not list(kept.iterdir()), "no build of a preview draws"
    first = addresses_of(site.page("blog/hello/index.html"))
    assert {address.rpartition(".")[2] for address in first} == {"avif", "webp", "jpg"}
    for address in first:
        entry = site.generations.current.tree.get(address)
        assert entry
        assert len(entry.read()) > 100
    drawn = {file.name for file in kept.iterdir()}
    assert len(drawn) == len(first)
    photo.write_bytes(picture(300, 200, format="JPEG", color="red"))
    site.generations.make(frozenset(("content/blog/photo.jpg",)))
    assert not addresses_of(site.page("blog/hello/index.html")) & first
    assert {file.name for file in kept.iterdir()} == drawn


def addresses_of(page: str) -> frozenset[str]:
    """Return the output paths of the pictures and share images of a page."""
    return frozenset(re.findall(r"assets/(?:pictures|cards)/[^\s\",]+", page))
