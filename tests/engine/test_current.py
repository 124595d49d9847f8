"""What is rendered anew after an edit: the pages that show what was edited, and no other."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from engine.edits import EDITS, Files, set_key, sub
from engine.sites import (
    CONFIG,
    NOW,
    Folder,
    build_clean,
    build_here,
    difference,
    files_below,
    rich_files,
    told,
    without_marker,
)

NOTES = "content/blog/notes.md"
NOTES_PAGE = "blog/2026/notes/index.html"
AFTERWARDS = frozenset(("sitemap.xml", "_headers", "_redirects", "robots.txt"))  # made of all pages by every build


def feeds_in(folder: str) -> set[str]:
    return {f"{folder}{name}" for name in ("feed.xml", "rss.xml", "feed.json")}


def redirects(outputs: Mapping[str, bytes]) -> set[str]:
    return {path for path, data in outputs.items() if b'http-equiv="refresh"' in data or path.startswith("assets/")}


class Kept:
    """A site that was built before: what is edited in it is built again, beside a clean build of the same."""

    def __init__(self, root: Path) -> None:
        self.site = Folder(root)
        self.files: Files = dict(rich_files())
        self.site.hold(self.files, old=True)
        self.now = NOW
        _, self.outputs = build_clean(root)

    def build(self) -> tuple[set[str], set[str]]:
        """Return what was rendered, and what a clean build now has other bytes for than it had."""
        self.site.hold(self.files, old=True)
        built = build_here(self.site.root, self.now)
        assert built.ok
        before, (_, self.outputs) = self.outputs, build_clean(self.site.root, self.now)
        changed = {path for path in difference(before, self.outputs) if path in self.outputs}
        assert built.site is not None
        copied = {path for path in changed if path in built.site.files or path.startswith("assets/")}
        return set(built.rendered), changed - copied - AFTERWARDS

    def edit(self, name: str, n: int = 0) -> tuple[set[str], set[str]]:
        EDITS[name](self.files, n)
        return self.build()


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Folder(tmp_path_factory.mktemp("warm") / "site")
    folder.hold(rich_files(), old=True)
    assert build_here(folder.root).ok
    return folder.root


@pytest.fixture
def kept(warm: Path, tmp_path: Path) -> Kept:
    shutil.copytree(warm, tmp_path / "site")
    return Kept(tmp_path / "site")


def test_nothing_is_rendered_when_nothing_was_edited(kept: Kept) -> None:
    assert kept.build() == (set(), set())


def test_a_body_edit_that_keeps_the_excerpt_renders_the_page_and_the_feeds_that_have_it_in_full(kept: Kept) -> None:
    kept.files[NOTES] += b"\nOne more thing.\n"
    rendered, changed = kept.build()
    feeds = {*feeds_in(""), *feeds_in("blog/"), "tags/cats/feed.xml", "tags/paper/feed.xml"}
    assert rendered == changed == {NOTES_PAGE, *feeds}


def test_a_body_edit_renders_one_page_when_feeds_have_summaries(kept: Kept) -> None:
    sub(kept.files, CONFIG, "content: full", "content: summary")
    kept.build()
    kept.files[NOTES] += b"\nOne more thing.\n"
    assert kept.build() == ({NOTES_PAGE}, {NOTES_PAGE})


@pytest.mark.parametrize("kind", ["blog", "stories", "pages"])
def test_a_title_edit_renders_the_pages_that_show_the_title_and_no_other(kept: Kept, kind: str) -> None:
    path = {"blog": NOTES, "stories": "content/stories/the-night-call.md", "pages": "content/pages/offers.md"}[kind]
    set_key(kept.files, path, "title", "Quite another title")
    rendered, changed = kept.build()
    shown = {p for p, data in kept.outputs.items() if b"Quite another title" in data}
    assert rendered == changed == shown - AFTERWARDS
    assert 1 < len(shown) < len(kept.outputs) / 2


def test_a_tag_edit_renders_the_pages_of_the_tag_and_where_the_post_is_shown(kept: Kept) -> None:
    set_key(kept.files, NOTES, "tags", "[Cats, Dogs]")
    rendered, changed = kept.build()
    assert changed <= rendered
    assert {NOTES_PAGE, "tags/index.html", "tags/dogs/index.html"} <= changed
    without = {p for p, data in kept.outputs.items() if b"Notes" not in data and not p.startswith("tags/")}
    assert not rendered & without


@pytest.mark.parametrize(
    ("path", "users"),
    [
        ("templates/small-print.html", {"offers/index.html"}),
        ("templates/cards.html", {"authors/rosa/index.html", "authors/visiting-guest/index.html"}),
        ("templates/hours.html", {"hours/index.html"}),
        ("themes/plain/templates/search.html", set()),  # the site has its own
        ("themes/plain/templates/quotes.html", {"quotes/index.html"}),
    ],
)
def test_a_template_edit_renders_the_pages_that_use_it(kept: Kept, path: str, users: set[str]) -> None:
    kept.files[path] += b"{# another day #}\n"
    rendered, changed = kept.build()
    assert rendered == users
    assert changed <= users


def test_a_template_that_a_page_asked_for_in_vain_is_noticed_when_it_appears(kept: Kept) -> None:
    del kept.files["templates/small-print.html"]
    assert kept.build() == ({"offers/index.html"},) * 2
    kept.files["templates/small-print.html"] = b"Shells only."
    assert kept.build() == ({"offers/index.html"},) * 2


def test_a_component_edit_renders_the_pages_whose_texts_use_it_and_their_feeds(kept: Kept) -> None:
    sub(kept.files, "themes/plain/templates/components/callout.html", "<aside", "<section")
    rendered, changed = kept.build()
    assert rendered == changed
    assert {p for p in rendered if p.endswith(".html")} == {"blog/2026/a-cat-in-the-rain/index.html"}


@pytest.mark.parametrize(("path", "reader"), [("prices", "offers/index.html"), ("facts", "index.html")])
def test_a_data_file_renders_the_pages_that_read_it(kept: Kept, path: str, reader: str) -> None:
    more = {"prices": b"swim: 3\n", "facts": b"- {label: cats, value: 9}\n"}[path]
    kept.files[f"data/{path}.yaml"] += more
    assert kept.build() == ({reader},) * 2


def test_a_data_file_in_another_order_is_another_answer(kept: Kept) -> None:
    kept.files["data/prices.yaml"] = b"walk: 5\nbath: 10\n"
    assert kept.build() == ({"offers/index.html"},) * 2


def test_an_empty_data_file_is_not_the_same_as_none(kept: Kept) -> None:
    del kept.files["data/prices.yaml"]
    assert kept.build() == ({"offers/index.html"},) * 2


def test_the_title_of_the_site_renders_what_shows_it(kept: Kept) -> None:
    sub(kept.files, CONFIG, "^title: .*", "title: Quay Vets")
    rendered, changed = kept.build()
    assert rendered == changed
    assert {p for p, data in kept.outputs.items() if b"Quay Vets" in data} - AFTERWARDS == rendered


def test_a_theme_option_renders_the_pages_that_read_it(kept: Kept) -> None:
    sub(kept.files, CONFIG, "accent_word: honest", "accent_word: kind")
    rendered, changed = kept.build()
    assert rendered == changed == {p for p in kept.outputs if p.endswith(".html")} - redirects(kept.outputs)


def test_what_nobody_shows_renders_nothing(kept: Kept) -> None:
    kept.files[CONFIG] = b"# a remark\n" + kept.files[CONFIG]
    kept.files["content/blog/a-cat-in-the-rain/cat.svg"] += b"<!-- another cat -->"
    kept.files["data/more.yaml"] = b"a: 1\n"
    kept.files["templates/unused.html"] = b"unused"
    assert kept.build() == (set(), set())


def test_the_next_day_renders_the_pages_that_show_the_day(kept: Kept) -> None:
    kept.now = NOW.replace(hour=23)
    kept.build()  # the post that was due in the evening came out
    kept.now += timedelta(days=1)
    rendered, changed = kept.build()
    assert "hours/index.html" in changed
    assert rendered - changed <= {"quotes/today/index.html"}
    assert rendered <= {"hours/index.html", "quotes/today/index.html"}


def test_later_on_the_same_day_nothing_is_rendered(kept: Kept) -> None:
    kept.now += timedelta(hours=3)
    assert kept.build() == (set(), set())


def test_a_post_comes_out_when_its_moment_comes(kept: Kept) -> None:
    kept.now += timedelta(hours=12)
    rendered, changed = kept.build()
    assert rendered == changed
    assert {p for p, data in kept.outputs.items() if b"Soon" in data} - AFTERWARDS <= rendered
    assert not rendered & {"hours/index.html", "offers/index.html", "quotes/index.html"}


def test_consent_that_is_withdrawn_takes_the_words_from_every_page(kept: Kept) -> None:
    assert any(b"The long walk" in data for data in kept.outputs.values())
    kept.edit("consent", 1)
    published = kept.site.root / "public"
    assert not [p for p in published.rglob("*.*") if b"The long walk" in p.read_bytes()]
    assert not (published / "stories/the-long-walk").exists()


def test_a_renamed_post_leaves_nothing_behind(kept: Kept) -> None:
    kept.files["content/blog/jottings.md"] = kept.files.pop(NOTES)
    kept.build()
    published = kept.site.root / "public"
    assert not (published / "blog/2026/notes").exists()
    assert (published / "blog/2026/jottings/index.html").is_file()


def test_a_tag_that_nobody_has_any_more_has_no_page(kept: Kept) -> None:
    published = kept.site.root / "public"
    assert (published / "tags/paper/index.html").is_file()
    sub(kept.files, NOTES, "^tags: .*", "tags: [Cats]")
    kept.build()
    assert not (published / "tags/paper").exists()


def test_a_slug_goes_over_when_the_first_post_of_its_name_comes_and_goes(kept: Kept) -> None:
    published = kept.site.root / "public"
    set_key(kept.files, NOTES, "tags", "[C#]")
    first = b"---\ntitle: First\ndate: 2001-01-01\ntags: [C]\nauthors: [Rosa-Lind]\n---\nText.\n"
    for there in (False, True, False):
        kept.files.pop("content/blog/first.md", None)
        if there:
            kept.files["content/blog/first.md"] = first
        kept.build()
        assert difference(without_marker(files_below(published)), kept.outputs) == []
        assert (published / "tags/c-sharp/index.html").is_file() == there
        assert (published / "tags/c/index.html").is_file()


def test_another_pattern_of_addresses_moves_every_post(kept: Kept) -> None:
    sub(kept.files, CONFIG, "^permalinks: .*", 'permalinks: {blog: "/news/:slug/"}')
    kept.build()
    published = kept.site.root / "public"
    assert (published / "news/notes/index.html").is_file()
    assert not (published / "blog/2026").exists()


def test_a_fault_in_a_menu_is_told_by_every_build(kept: Kept) -> None:
    sub(kept.files, CONFIG, r"url: content/pages/about\.md", "url: content/pages/abuot.md")
    for edited in (NOTES, CONFIG, "data/prices.yaml", "content/blog/tides.md"):
        kept.files[edited] += b"# more\n"
        kept.site.hold(kept.files)
        here, (clean, _) = build_here(kept.site.root), build_clean(kept.site.root)
        assert told(here.diagnostics) == told(clean.diagnostics)
        assert any("abuot" in d.message for d in here.diagnostics)


def test_warnings_of_pages_that_are_not_rendered_again_are_told_again(kept: Kept) -> None:
    built = build_here(kept.site.root)
    assert not built.rendered
    assert {"L101"} <= {d.code for d in built.diagnostics}


def test_full_renders_everything_and_writes_nothing(kept: Kept) -> None:
    built = build_here(kept.site.root, full=True)
    pages = {path for path in kept.outputs if path.endswith(".html")} - redirects(kept.outputs)
    assert pages <= set(built.rendered)
    assert built.published is not None
    assert built.published.written == ()
