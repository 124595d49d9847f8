"""Whatever else lies in a site's folders: each gets one diagnostic, and the site is built without it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caresite.commands import doctor
from caresite.commands.session import Session
from caresite.engine.build import Built, Options, build
from caresite.testing import write_site

TEXT = "---\ntitle: Rye\ndate: 2026-01-01\n---\nWe bake.\n"
SITE = f"""
-- caresite.yaml --
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
theme: plain
plugins: []
-- content/blog/rye.md --
{TEXT}
-- data/ovens.yaml --
- one
-- static/robots.txt --
x
-- assets/own.css --
p {{}}
-- consent/wording.md --
---
title: May we print it?
purposes: {{publish_text: Yes}}
---
We ask.
"""
THEME = Path(__file__).parent / "themes/plain"
REPORTED = ("content/blog", "static", "data", "assets", "consent", "templates", "i18n", "drawings")
FOLDERS = (*REPORTED, "themes/plain/templates")  # of these, `doctor` alone reports the last
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other odd files")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "site"
    root.mkdir()
    write_site(root, SITE)
    shutil.copytree(THEME, root / "themes/plain")
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    yield root
    subprocess.run(["rm", "-rf", root], check=True)  # pytest itself cannot remove folders that are nested so deep


def built(root: Path) -> Built:
    result = build(root, Options(now=datetime(2026, 11, 22, tzinfo=UTC), asked="so"))
    assert result.ok, result.diagnostics
    assert result.published
    assert (root / "public/blog/rye/index.html").exists()
    return result


def two_links(folder: Path) -> None:
    (folder / "one.md").symlink_to("two.md")
    (folder / "two.md").symlink_to("one.md")


def a_link_out(folder: Path) -> None:
    (folder / "out").symlink_to("/usr", target_is_directory=True)


def a_name_in_latin_1(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.md")).write_text(TEXT)


def a_folder_with_a_name_in_latin_1(folder: Path) -> None:
    inner = folder / os.fsdecode(b"caf\xe9")
    inner.mkdir()
    (inner / "x.md").write_text(TEXT)


def a_name_with_a_line_break(folder: Path) -> None:
    (folder / "two\nlines.md").write_text(TEXT)


def a_name_that_steers_a_terminal(folder: Path) -> None:
    (folder / "\x1b[31mred.md").write_text(TEXT)


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")


def a_socket(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("s.md")
    finally:
        os.chdir(before)


def deep_folders(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.md").write_text(TEXT)
    finally:
        os.chdir(before)


ODD: dict[str, tuple[Callable[[Path], None], str, int]] = {
    "two links that name each other": (two_links, "D103", 2),
    "a link to itself": (lambda folder: (folder / "me.md").symlink_to("me.md"), "D103", 1),
    "a link that leads nowhere": (lambda folder: (folder / "x.md").symlink_to("nowhere.md"), "D103", 1),
    "a link out of the site": (a_link_out, "D103", 1),
    "a link to the folder it is in": (lambda folder: (folder / "up").symlink_to("."), "D103", 1),
    "a name that is not UTF-8": (a_name_in_latin_1, "D110", 1),
    "a folder whose name is not UTF-8": (a_folder_with_a_name_in_latin_1, "D110", 1),
    "a name with a line break": (a_name_with_a_line_break, "D110", 1),
    "a name that steers a terminal": (a_name_that_steers_a_terminal, "D110", 1),
    "a named pipe": (a_pipe, "D106", 1),
    "a socket": (a_socket, "D106", 1),
    "1,200 nested folders": (deep_folders, "D111", 1),
}


@pytest.mark.parametrize("name", ODD)
def test_each_gets_one_diagnostic_in_every_folder(root: Path, name: str) -> None:
    make, code, count = ODD[name]
    for folder in FOLDERS:
        make(root / folder)
    found = [d for d in built(root).diagnostics if d.code == code]
    assert {d.severity for d in found} == {"warning"}
    for folder in REPORTED:
        assert len([d for d in found if d.span.path.startswith(f"{folder}/")]) == count, folder
    assert all(str(d.span).isprintable() for d in found)
    wrong = [f.text for f in doctor.examine(Session(root=root)) if f.state == "wrong"]
    for folder in FOLDERS:
        assert any(text.startswith(f"{folder}/") for text in wrong), folder


def test_a_folder_linked_inside_the_site_is_read_like_any_other(root: Path) -> None:
    (root / "real").mkdir()
    (root / "real/about.md").write_text("---\ntitle: About\n---\nHello.\n")
    (root / "content/pages").symlink_to("../real", target_is_directory=True)
    (root / "shared").mkdir()
    (root / "shared/flyer.txt").write_text("x")
    (root / "static/shared").symlink_to("../shared", target_is_directory=True)
    shutil.move(root / "themes/plain", root.parent / "plain")
    (root / "themes/plain").symlink_to(root.parent / "plain", target_is_directory=True)
    result = built(root)
    assert not [d for d in result.diagnostics if d.severity == "warning"]
    assert (root / "public/about/index.html").exists()
    assert (root / "public/shared/flyer.txt").exists()
    assert built(root).published.written == ()  # type: ignore[union-attr]


def test_folders_of_links_to_each_other_do_not_double_with_each_level(root: Path) -> None:
    for level in range(30):
        folder = root / f"levels/{level:02}"
        folder.mkdir(parents=True)
        for name in "ab":
            (folder / name).symlink_to(f"../{level + 1:02}", target_is_directory=True)
    (root / "levels/30").mkdir()
    (root / "static/bomb").symlink_to("../levels/00", target_is_directory=True)
    assert any("too many links" in d.message for d in built(root).diagnostics)


def test_what_strangers_put_into_the_output_goes_with_the_next_build(root: Path) -> None:
    built(root)
    for make, _, _ in ODD.values():
        make(root / "public")
    built(root)
    left = {path.name for path in (root / "public").rglob("*") if not path.is_dir()} & {"pipe.md", "s.md", "x.md"}
    assert not left


MAY_NOT_READ = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs a root that may not read everything (util-linux)")
@pytest.mark.parametrize("name", [*REPORTED, "data/ovens.yaml", "static/robots.txt", "caresite.yaml"])
def test_what_may_not_be_read_is_an_error_that_names_it(root: Path, name: str) -> None:
    built(root)
    (root / name).chmod(0)
    command = [*(MAY_NOT_READ if os.getuid() == 0 else ()), sys.executable, "-m", "caresite", "build"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    (root / name).chmod(0o755)
    said = run.stdout + run.stderr
    assert (run.returncode, "Traceback" in said) == (1, False), said
    assert said.count("error[") == 1
    assert "error[D104]" in said
    assert Path(name).name in said
    assert (root / "public/blog/rye/index.html").exists()
