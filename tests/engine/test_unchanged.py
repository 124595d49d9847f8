"""A build with nothing to do says so before it has loaded anything, and one with something to do is never fooled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from caresite.engine.build import Options
from caresite.engine.build import build as engine_build
from caresite.engine.unchanged import Report, report_if_unchanged

SITE = {
    "caresite.yaml": "title: Harbour Vets\nbase_url: https://harbour.example/\ntimezone: Europe/London\n",
    "content/blog/a.md": "---\ntitle: A\ndate: 2026-01-01\n---\nText.\n",
    "content/blog/b.md": "---\ntitle: B\ndate: 2026-01-02\n---\nMore text.\n",
    "data/team.yaml": "- Rosa\n",
    "static/robots-extra.txt": "hello\n",
    "templates/archive.html": '{% extends "hearth/archive.html" %}\n',
}
# Whatever a build with nothing to do may not load: it would pay for what it does not use.
HEAVY = (
    *("jinja2", "yaml", "markdown_it", "pygments", "babel", "rich", "watchdog", "uvicorn", "starlette", "httpx"),
    *("PIL", "multiprocessing", "concurrent.futures", "caresite.pipeline", "caresite.engine.build"),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in SITE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        make_old(path)
    build(tmp_path)
    for path in tmp_path.rglob("*"):
        make_old(path)
    build(tmp_path)
    return tmp_path


def make_old(path: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))


def build(root: Path, *options: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "-m", "caresite", "build", "-j", "1", *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


def modules_of(run: subprocess.CompletedProcess[str]) -> set[str]:
    return {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}


def loads_a_pipeline(root: Path, *options: str) -> bool:
    return "caresite.engine.build" in modules_of(build(root, *options, python=("-X", "importtime")))


def test_a_build_with_nothing_to_do_loads_next_to_nothing(site: Path) -> None:
    run = build(site, python=("-X", "importtime"))
    assert "0 written" in run.stdout
    loaded = modules_of(run)
    assert "caresite.engine.unchanged" in loaded
    assert not [m for m in loaded if any(m == heavy or m.startswith(heavy + ".") for heavy in HEAVY)]


def test_it_says_what_the_build_before_it_said(site: Path) -> None:
    (site / "content/blog/c.md").write_text("---\ntitle: C\ndate: 2026-01-03\ndraft: true\n---\n[x](#nowhere)\n")
    (site / "content/blog/d.md").write_text("---\ntitle: D\ndate: 2026-01-03\n---\n[x](#nowhere)\n")
    make_old(site / "content/blog/c.md")
    make_old(site / "content/blog/d.md")
    first, second = build(site), build(site)
    assert "warning" in first.stdout
    assert "Held back: 1 item" in first.stdout
    assert second.stdout.split("Built")[0] == first.stdout.split("Built")[0]


def write(name: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return edit


def remove(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


EDITS = {
    "a text": write("content/blog/a.md", "---\ntitle: A\ndate: 2026-01-01\n---\nOther words.\n"),
    "a new text": write("content/blog/new.md", "---\ntitle: New\ndate: 2026-01-01\n---\nWords.\n"),
    "a text gone": remove("content/blog/b.md"),
    "the config": write("caresite.yaml", SITE["caresite.yaml"].replace("Vets", "Cats")),
    "data": write("data/team.yaml", "- Tom\n"),
    "a template": write("templates/archive.html", '{% extends "hearth/archive.html" %}\n{# #}\n'),
    "a first template": write("templates/post.html", '{% extends "hearth/post.html" %}\n'),
    "a static file": write("static/more.txt", "x\n"),
    "a file in the output": write("public/index.html", "mine now"),
    "a stranger in the output": write("public/x.html", "mine"),
    "a file gone from the output": remove("public/index.html"),
    "an author's file": write("authors.yaml", "rosa: {name: Rosa}\n"),
    "an empty folder of content": lambda root: (root / "content/stories").mkdir(),
}


@pytest.mark.parametrize("name", EDITS)
def test_whatever_is_edited_is_noticed(site: Path, name: str) -> None:
    EDITS[name](site)
    assert loads_a_pipeline(site)


@pytest.mark.parametrize("is_below", [False, True])
def test_what_git_is_told_to_keep_is_noticed_where_something_is_private(site: Path, is_below: bool) -> None:
    keeper = site.parent if is_below else site
    subprocess.run(["git", "init", "-q", keeper], check=True)
    build(site)
    subprocess.run(["git", "-C", site, "add", "caresite.yaml"], check=True)
    assert not loads_a_pipeline(site)
    (site / "private").mkdir()
    (site / "private/letter.txt").write_text("Dear all")
    build(site)
    subprocess.run(["git", "-C", site, "add", "private"], check=True)
    run = build(site)
    assert run.returncode == 1
    assert "error[S102] git keeps `private/letter.txt`" in run.stdout + run.stderr


def test_a_file_saved_twice_in_a_moment_is_read_again(site: Path) -> None:
    path = site / "content/blog/a.md"
    path.write_text(path.read_text().replace("Text", "Test"))
    build(site)
    status = path.stat()
    path.write_text(path.read_text().replace("Test", "Tent"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    build(site)
    assert "Tent" in (site / "public/blog/a/index.html").read_text()


@pytest.mark.parametrize("options", [("--drafts",), ("--base-url", "https://other.example/"), ("--strict",)])
def test_another_way_of_asking_is_another_build(site: Path, options: tuple[str, ...]) -> None:
    assert loads_a_pipeline(site, *options)


def test_a_variable_that_the_config_reads_is_noticed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARESITE__TITLE", "Other Vets")
    assert loads_a_pipeline(site)


def test_a_site_in_another_place_is_looked_at(site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "site"
    shutil.copytree(site, other)
    (other / "content/blog/a.md").write_text("---\ntitle: A\ndate: 2026-01-01\n---\nOther words.\n")
    build(other)
    assert "Other words" in (other / "public/blog/a/index.html").read_text()


def test_a_date_that_comes_is_noticed(site: Path) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=5)
    (site / "content/blog/soon.md").write_text(
        f"---\ntitle: Soon\ndate: {soon:%Y-%m-%dT%H:%M:%SZ}\n---\nIt has come.\n"
    )
    assert "Held back: 1 item" in build(site).stdout
    page = site / "public/blog/soon/index.html"
    while not page.is_file() and datetime.now(UTC) < soon + timedelta(seconds=60):
        build(site)
    assert "It has come" in page.read_text()


# edits while a build goes on


def built_with_an_edit_at(root: Path, stage: str, edit: Callable[[], object]) -> Report | None:
    """Build, with an edit when a stage begins, and return what a build with nothing to do would then say."""
    left = [edit]

    def listen(now_at: str, done: int, total: int) -> None:
        if now_at == stage and left:
            left.pop()()

    now = datetime.now(UTC)
    assert engine_build(root, Options(now=now, asked="so"), progress=listen).ok
    assert not left
    return report_if_unchanged(root, "so", now.timestamp())


@pytest.fixture
def edited(site: Path) -> Path:
    """Return a site with something to do."""
    (site / "content/blog/b.md").write_text("---\ntitle: B\ndate: 2026-01-02\n---\nFirst words.\n")
    time.sleep(0.1)  # longer than a tick of the file system's clock
    return site


@pytest.mark.parametrize("stage", ["parse", "render"])
def test_what_is_edited_while_a_build_goes_on_is_built_by_the_next(edited: Path, stage: str) -> None:
    post = edited / "content/blog/a.md"
    assert built_with_an_edit_at(edited, stage, lambda: post.write_text(post.read_text() + "\nLate words.\n")) is None
    build(edited)
    assert "Late words" in (edited / "public/blog/a/index.html").read_text()


@pytest.mark.parametrize("name", ["content/blog/late.md", "static/late.txt", "content/blog/late/index.md"])
def test_what_is_added_while_a_build_goes_on_is_built_by_the_next(edited: Path, name: str) -> None:
    def add() -> None:
        (edited / name).parent.mkdir(exist_ok=True)
        (edited / name).write_text("---\ntitle: Late\ndate: 2026-01-03\n---\nLate words.\n")

    assert built_with_an_edit_at(edited, "render", add) is None
    build(edited)
    assert [path for path in (edited / "public").rglob("*") if path.is_file() and "Late words" in text_of(path)]


def text_of(path: Path) -> str:
    return path.read_text(errors="replace")


def test_what_is_removed_while_a_build_goes_on_goes_with_the_next(edited: Path) -> None:
    built_with_an_edit_at(edited, "render", (edited / "content/blog/a.md").unlink)
    build(edited)
    assert not (edited / "public/blog/a/index.html").exists()


def test_a_build_that_nobody_disturbs_leaves_a_record(edited: Path) -> None:
    assert built_with_an_edit_at(edited, "render", lambda: None) is not None


def test_the_record_does_not_name_private_files(site: Path) -> None:
    letter = site / "private/inbox/Helen Marchbanks - Thank you.eml"
    letter.parent.mkdir(parents=True)
    letter.write_text("Dear all")
    for path in (letter, letter.parent, letter.parent.parent):
        make_old(path)
    build(site)
    build(site)
    kept = b"".join(path.read_bytes() for path in (site / ".caresite").rglob("*") if path.is_file())
    assert b"Marchbanks" not in kept
    assert not loads_a_pipeline(site)
    letter.write_text("Dear everybody")
    assert loads_a_pipeline(site)
