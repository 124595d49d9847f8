"""Which file answers at an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.core.model import Output
from caresite.preview.tree import Answer, BuiltTree, Entry, MadeTree, Tree, answer_at

FILES = {
    "index.html": "home",
    "about/index.html": "about",
    "contact.html": "contact",
    "blog/a b/index.html": "spaced",
    "feed.xml": "<feed/>",
    "404.html": "nothing here",
    "app/index.html": "app",
    "_redirects": "/old /about/\n/about/ /elsewhere/\n/contact /forced/ 302!\n/app/* /app/index.html 200\n"
    "/sunk /about 410\n/api/* https://api.example/:splat 200\n/rewritten /contact.html 200\n",
    "_headers": "/about/\n  X-Page: about\n",
}


def made(root: Path, base_path: str = "/") -> Tree:
    entries = {path: Entry(path, Output(path=path, content=text.encode())) for path, text in FILES.items()}
    return MadeTree(root, entries, base_path)


def built(root: Path, base_path: str = "/") -> Tree:
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return BuiltTree(root, base_path)


@pytest.fixture(params=[made, built])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    found: Tree = request.param(tmp_path)
    return found


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.location or answer.proxied or (answer.entry.read().decode() if answer.entry else "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", (200, "home")),
        ("/about", (301, "/about/")),
        ("/about/", (200, "about")),
        ("/about/index.html", (200, "about")),
        ("/contact.html", (200, "contact")),
        ("/contact/", (302, "/forced/")),
        ("/blog/a b/", (200, "spaced")),
        ("/blog/a b", (301, "/blog/a%20b/")),
        ("/feed.xml", (200, "<feed/>")),
        ("/old", (301, "/about/")),
        ("/app/some/where", (200, "app")),
        ("/sunk", (410, "about")),
        ("/rewritten", (200, "contact")),
        ("/api/people", (501, "https://api.example/people")),
        ("/nowhere", (404, "nothing here")),
        ("/_redirects", (404, "nothing here")),
        ("/_headers", (404, "nothing here")),
        ("/../index.html", (404, "nothing here")),
        ("/./about/", (404, "nothing here")),
        ("//about/", (404, "nothing here")),
        ("/about//", (404, "nothing here")),
        ("/about\0", (404, "nothing here")),
        ("/\\about", (404, "nothing here")),
    ],
)
def test_what_answers(tree: Tree, path: str, expected: tuple[int, str]) -> None:
    assert said(answer_at(tree, path)) == expected


def test_headers_are_those_of_the_address_that_was_asked(tree: Tree) -> None:
    assert answer_at(tree, "/about/").headers == (("X-Page", "about"),)
    assert answer_at(tree, "/").headers == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", (302, "/shop/")),
        ("/shop", (301, "/shop/")),
        ("/shop/", (200, "home")),
        ("/shop/about", (301, "/shop/about/")),
        ("/about/", (301, "/elsewhere/")),  # the owner's rule for an address outside the site
        ("/shopping/", (404, "nothing here")),
    ],
)
def test_below_a_path(tmp_path: Path, path: str, expected: tuple[int, str]) -> None:
    assert said(answer_at(made(tmp_path, "/shop/"), path)) == expected


def test_an_output_folder_is_never_left(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "inside.txt").write_text("open")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "in.txt").symlink_to(folder / "inside.txt")
    tree = BuiltTree(folder)
    assert tree.get("in.txt") is not None
    for path in ("out.txt", "../secret.txt", str(tmp_path / "secret.txt"), "..\\secret.txt", "a/../../secret.txt", ""):
        assert tree.get(path) is None, path


def test_a_file_that_became_a_link_to_elsewhere_is_not_shown(tmp_path: Path) -> None:
    root = tmp_path / "site"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (root / "open.txt").write_text("open")
    tree = MadeTree(root, {"open.txt": Entry("open.txt", file=root / "open.txt", stamp="1")})
    assert tree.get("open.txt") is not None
    (root / "open.txt").unlink()
    (root / "open.txt").symlink_to(tmp_path / "secret.txt")
    assert tree.get("open.txt") is None
