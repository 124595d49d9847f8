"""Which files make up a site, and what each of them is taken for."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.core.config import load_config
from caresite.pipeline.discover import Discovery, discover
from caresite.testing import BuiltSite, write_site

SmallSite = Callable[..., BuiltSite]


def found_in(root: Path, text: str = "", config: str = "") -> Discovery:
    base = "title: Example\nbase_url: https://example.com/\ntimezone: Europe/London\nplugins: []\n"
    write_site(root, text, {"caresite.yaml": (base + config).encode()})
    settings, _ = load_config(root)
    return discover(root, settings)


def kinds(found: Discovery) -> dict[str, str]:
    return {source.path: source.kind for source in found.sources}


def warnings(found: Discovery) -> list[tuple[str, str]]:
    return [(d.code, d.span.path) for d in found.diagnostics]


def test_a_folder_says_what_its_files_are(tmp_path: Path) -> None:
    text = """
    -- content/blog/a.md --
    -- content/blog/b.markdown --
    -- content/stories/c.md --
    -- content/quotes/d.yaml --
    -- content/quotes/folder/e.md --
    -- content/quotes/folder/_index.md --
    -- content/testimonials/f.yml --
    -- content/testimonials/g.md --
    -- content/testimonials/h.json --
    -- content/pages/i.md --
    -- content/authors/j.yaml --
    -- content/tags/care.md --
    -- content/authors.yaml --
    """
    assert kinds(found_in(tmp_path, text)) == {
        "content/authors.yaml": "author",
        "content/authors/j.yaml": "author",
        "content/blog/a.md": "post",
        "content/blog/b.markdown": "post",
        "content/pages/i.md": "page",
        "content/quotes/d.yaml": "quotes",
        "content/quotes/folder/_index.md": "quotes",
        "content/quotes/folder/e.md": "quote",
        "content/stories/c.md": "story",
        "content/tags/care.md": "term",
        "content/testimonials/f.yml": "testimonial",
        "content/testimonials/g.md": "testimonial",
        "content/testimonials/h.json": "testimonial",
    }


def test_the_index_of_a_collection_is_the_text_of_its_list(tmp_path: Path) -> None:
    found = found_in(
        tmp_path, "-- content/blog/_index.md --\n-- content/quotes/_index.md --\n-- content/tags/_index.md --\n"
    )
    assert set(kinds(found).values()) == {"section"}


def test_a_collection_inside_another_takes_its_files_first(tmp_path: Path) -> None:
    config = "collections: {news: {kind: post, path: content/blog/news}}\n"
    found = found_in(tmp_path, "-- content/blog/a.md --\n-- content/blog/news/b.md --\n", config)
    assert [(s.path, s.collection) for s in found.sources] == [
        ("content/blog/a.md", "blog"),
        ("content/blog/news/b.md", "news"),
    ]


def test_texts_of_terms_stay_texts_of_terms_whatever_collection_is_around_them(tmp_path: Path) -> None:
    text = files_text("content/a.md", "content/tags/care.md", "content/tags/care.jpg", "content/stories/s.md")
    found = found_in(tmp_path, text, "collections: {blog: {path: content}}\n")
    assert [(s.path, s.kind) for s in found.sources] == [
        ("content/a.md", "post"),
        ("content/stories/s.md", "story"),
        ("content/tags/care.md", "term"),
    ]
    assert found.resources == ("content/tags/care.jpg",)


def test_files_beside_texts_are_kept_apart_from_them(tmp_path: Path) -> None:
    found = found_in(
        tmp_path, "-- content/blog/a/index.md --\n-- content/blog/a/plan.PDF --\n-- content/blog/a/_defaults.yaml --\n"
    )
    assert found.resources == ("content/blog/a/plan.PDF",)
    assert found.defaults == ("content/blog/a/_defaults.yaml",)


def test_a_file_nobody_understands_is_named(tmp_path: Path) -> None:
    found = found_in(tmp_path, "-- content/blog/a.rst --\n-- content/blog/list.yaml --\n")
    assert warnings(found) == [("D106", "content/blog/a.rst"), ("D106", "content/blog/list.yaml")]


def test_texts_in_a_folder_that_is_no_collection_are_named_once(tmp_path: Path) -> None:
    found = found_in(
        tmp_path, "-- content/posts/a.md --\n-- content/posts/b.md --\n-- content/c.md --\n-- content/blog/d.md --\n"
    )
    assert warnings(found) == [("D106", "content/c.md"), ("D106", "content/posts")]
    (told,) = [d for d in found.diagnostics if d.span.path == "content/posts"]
    assert "`path: content/posts`" in told.hint


def test_a_folder_of_pictures_for_everybody_is_nothing_to_warn_of(tmp_path: Path) -> None:
    assert warnings(found_in(tmp_path, files_text("content/images/a.jpg"))) == []


def files_text(*paths: str) -> str:
    return "".join(f"-- {path} --\n" for path in paths)


def test_hidden_files_and_copies_of_editors_are_left_alone(tmp_path: Path) -> None:
    found = found_in(
        tmp_path, files_text("content/blog/.draft.md", "content/blog/a.md~", "content/blog/.obsidian/x.md")
    )
    assert (found.sources, found.resources, found.diagnostics) == ((), (), ())


def test_static_files_keep_their_place_and_hidden_ones_stay_home(tmp_path: Path) -> None:
    text = files_text(
        "static/robots.txt", "static/images/a.png", "static/.well-known/x", "static/.git/config", "static/.env"
    )
    assert found_in(tmp_path, text).statics == {
        ".well-known/x": "static/.well-known/x",
        "images/a.png": "static/images/a.png",
        "robots.txt": "static/robots.txt",
    }


def test_files_with_a_dot_that_hosts_read_are_copied(tmp_path: Path) -> None:
    names = (".htaccess", ".nojekyll", ".domains", "shop/.htaccess", ".well-known/a/b")
    found = found_in(tmp_path, files_text(*(f"static/{name}" for name in names)))
    assert found.statics == {name: f"static/{name}" for name in names}
    assert found.diagnostics == ()


def test_other_files_with_a_dot_stay_home_and_are_named_once(tmp_path: Path) -> None:
    text = files_text("static/.env", "static/a/.secret/x", "static/a/.secret/y", "static/.well-known/.htpasswd")
    found = found_in(tmp_path, text)
    assert found.statics == {}
    assert [(d.code, d.severity, d.span.path) for d in found.diagnostics] == [
        ("D106", "note", "static/.env"),
        ("D106", "note", "static/.well-known/.htpasswd"),
        ("D106", "note", "static/a/.secret"),
    ]


def test_what_systems_and_git_leave_behind_is_nothing_to_say(tmp_path: Path) -> None:
    text = files_text("static/.DS_Store", "static/a/._b.png", "static/.git/config", "static/.gitkeep", "static/.svn/x")
    found = found_in(tmp_path, text)
    assert (found.statics, found.diagnostics) == ({}, ())


def test_data_lock_and_wordings_are_found(tmp_path: Path) -> None:
    text = files_text("data/a.yaml", "data/b/c.csv", "data/notes.txt", "consent/w.md", "consent.lock.yaml")
    found = found_in(tmp_path, text)
    assert found.data == ("data/a.yaml", "data/b/c.csv")
    assert (found.wordings, found.lock) == (("consent/w.md",), "consent.lock.yaml")


def test_private_is_never_looked_into(tmp_path: Path) -> None:
    found = found_in(tmp_path, files_text("private/submissions/a.md", "private/inbox.yaml"))
    assert "private" not in repr(found)


@pytest.mark.parametrize(
    ("target", "said"),
    [("../outside", "leads out of the site"), ("nowhere", "leads nowhere"), (".", "leads back into a folder")],
)
def test_a_link_that_leaves_or_circles_is_not_followed(tmp_path: Path, target: str, said: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    root = tmp_path / "site"
    (root / "content" / "blog").mkdir(parents=True)
    (root / "content" / "blog" / "link").symlink_to(
        "../../../outside" if target == "../outside" else target, target_is_directory=True
    )
    found = found_in(root)
    assert found.sources == ()
    assert warnings(found) == [("D103", "content/blog/link")]
    assert said in found.diagnostics[0].message


def test_a_link_inside_the_site_is_followed(tmp_path: Path) -> None:
    write_site(tmp_path, "-- shared/a.md --\n")
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "blog").symlink_to("../shared", target_is_directory=True)
    assert kinds(found_in(tmp_path)) == {"content/blog/a.md": "post"}


def test_names_are_composed_and_lead_back_to_the_name_on_disk(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "content/blog/Müller.md")
    write_site(tmp_path, "", {decomposed: b"---\ntitle: A\n---\n"})
    found = found_in(tmp_path)
    assert [s.path for s in found.sources] == ["content/blog/Müller.md"]
    assert found.names == {"content/blog/Müller.md": decomposed}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits to take away")
def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path, "-- content/blog/closed/a.md --\n-- content/blog/b.md --\n")
    real = os.scandir

    def refuse(path: str | Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = found_in(tmp_path)
    assert [s.path for s in found.sources] == ["content/blog/b.md"]
    assert warnings(found) == [("D104", "content/blog/closed")]


def test_the_order_of_the_disk_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = files_text("content/blog/b.md", "content/blog/a.md", "content/pages/z.md", "static/y.txt", "static/x.txt")
    before = found_in(tmp_path, text)
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: list(reversed(list(real(path)))))
    assert found_in(tmp_path) == before


@pytest.mark.parametrize("name", ["IMG_0171.HEIC", "scan.tiff"])
def test_a_picture_that_no_browser_shows_is_told_with_the_way_out(small_site: SmallSite, name: str) -> None:
    site = small_site(files={f"content/blog/{name}": b"\0"})
    [told] = [d for d in site.diagnostics if d.span.path.endswith(name)]
    assert told.code == "D106"
    assert "save the picture as JPEG" in told.hint
