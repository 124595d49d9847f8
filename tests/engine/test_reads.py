"""The record of a build names every file of the site that it opened, whoever did; and a change to one is seen."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caresite.engine import build as engine
from caresite.engine.build import Built, Options
from caresite.engine.memory import memory_path
from caresite.engine.unchanged import report_if_unchanged
from caresite.testing import write_site

SITE = """
-- caresite.yaml --
title: Harbour Vets
base_url: https://harbour.example/
timezone: Europe/London
theme: plain
plugins: [reads_by_itself]
-- conf/live.yaml --
description: One
-- content/blog/a.md --
---
title: A
date: 2026-01-01
---
Text.
-- shared/b.md --
---
title: B
date: 2026-01-02
---
Text.
-- other/c.md --
---
title: C
date: 2026-01-02
---
Text.
-- data/team.yaml --
- Rosa
-- static/robots.txt --
hello
-- prices/list.txt --
One
-- plugins/reads_by_itself-1.0.dist-info/METADATA --
Metadata-Version: 2.1
Name: reads-by-itself
Version: 1.0
-- plugins/reads_by_itself-1.0.dist-info/entry_points.txt --
[caresite.plugins]
reads_by_itself = reads_by_itself:PLUGIN
-- plugins/reads_by_itself.py --
from pathlib import Path

from caresite.core.model import Output
from caresite.core.plugins import Plugin


def made(site, outputs, options):
    said = Path("prices/list.txt").read_text()
    try:
        said += Path("prices/more.txt").read_text()
    except FileNotFoundError:
        pass
    said += " ".join(sorted(path.name for path in Path("prices").iterdir()))
    return (Output(path="prices.txt", content=said.encode(), kind="page"),)


PLUGIN = Plugin(name="reads_by_itself", version="1", rendered=made)
"""
THEME = Path(__file__).parent.parent / "themes/plain"
CONFIGS = ("caresite.yaml", "conf/live.yaml")
_listeners: list[set[str]] = []
sys.addaudithook(lambda event, arguments: _hear(event, arguments))


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str) and not (int(arguments[2]) & os.O_ACCMODE):  # type: ignore[call-overload]
        for opened in _listeners:
            opened.add(os.path.realpath(arguments[0]))


@contextmanager
def listening() -> Iterator[set[str]]:
    opened: set[str] = set()
    _listeners.append(opened)
    yield opened
    _listeners.remove(opened)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "site"
    root.mkdir()
    write_site(root, SITE)
    shutil.copytree(THEME, root / "themes/plain")
    (root / "content/pages").symlink_to("../other", target_is_directory=True)
    (root / "content/blog/b.md").symlink_to("../../shared/b.md")
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(root / "plugins")
    monkeypatch.delitem(sys.modules, "reads_by_itself", raising=False)
    return root


def build(root: Path) -> Built:
    wait_for_the_clock(root)
    built = engine.build(root, Options(now=datetime.now(UTC), configs=CONFIGS, asked="so"))
    assert built.ok, built.diagnostics
    assert not built.trouble
    return built


def wait_for_the_clock(root: Path) -> None:
    """Wait until a file that is written now is younger than all there are: else no record can be trusted."""
    for path in (*root.rglob("*"), root):
        os.utime(path, (1, 1), follow_symlinks=False)
    time.sleep(0.05)


def is_unchanged(root: Path) -> bool:
    return report_if_unchanged(root, "so", time.time()) is not None


def recorded(root: Path) -> set[str]:
    """Return the real paths of the files that the record of the last build names."""
    with sqlite3.connect(memory_path(root)) as connection:
        (record,) = connection.execute("SELECT value FROM meta WHERE name = 'record'").fetchone()
    parts = record.decode(errors="surrogateescape").split("\0")
    named = [root / part for part in parts if os.sep in part or part.endswith(".yaml")]
    return {os.path.realpath(path) for path in named}


def test_every_file_of_the_site_that_a_build_opens_is_in_its_record(site: Path) -> None:
    with listening() as opened:
        build(site)
    made = (".caresite/", "public/", ".public.caresite-output", "plugins/__pycache__/")
    left_out = tuple(f"{site}/{name}" for name in made)
    of_the_site = {path for path in opened if path.startswith(f"{site}/") and not path.startswith(left_out)}
    assert {f"{site}/{name}" for name in ("conf/live.yaml", "prices/list.txt", "other/c.md")} <= of_the_site
    files = {path for path in of_the_site if not Path(path).is_dir()}
    assert sorted(files - recorded(site)) == []


def write(name: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return edit


def relink(name: str, target: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / name).unlink()
        (root / name).symlink_to(target)

    return edit


EDITS = {
    "a second config in a folder": write("conf/live.yaml", "description: Two\n"),
    "a text behind a linked folder": write("other/c.md", "---\ntitle: D\ndate: 2026-01-02\n---\nText.\n"),
    "a text in a linked folder": write("other/e.md", "---\ntitle: E\ndate: 2026-01-02\n---\nText.\n"),
    "a text behind a link": write("shared/b.md", "---\ntitle: F\ndate: 2026-01-02\n---\nText.\n"),
    "a link to another file": relink("content/blog/b.md", "../../other/c.md"),
    "a link to another folder": relink("content/pages", "../shared"),
    "a link to nothing": relink("content/pages", "../nothing"),
    "a new link": lambda root: (root / "content/blog/new.md").symlink_to("../../other/c.md"),
    "a file that a plugin reads by itself": write("prices/list.txt", "Two"),
    "a file that a plugin looked for in vain": write("prices/more.txt", "Two"),
    "a file in a folder that a plugin lists": write("prices/z.csv", ""),
    "a file of the plugin": write("plugins/reads_by_itself.py", "raise SystemExit"),
    "a file of the theme": write("themes/plain/templates/post.html", "x"),
    "a first template": write("templates/post.html", "x"),
}


def test_what_a_build_read_and_what_it_looked_for_is_noticed(site: Path, tmp_path: Path) -> None:
    build(site)
    shutil.copytree(site, tmp_path / "before", symlinks=True)
    for name, edit in EDITS.items():
        assert is_unchanged(site), f"before {name}"
        edit(site)
        assert not is_unchanged(site), name
        put_back(site, tmp_path / "before")
        build(site)


def put_back(site: Path, before: Path) -> None:
    for folder in ("content", "shared", "other", "prices", "conf", "themes", "plugins", "templates"):
        shutil.rmtree(site / folder, ignore_errors=True)
        if (before / folder).exists():
            shutil.copytree(before / folder, site / folder, symlinks=True)


def test_a_page_is_made_anew_when_a_file_that_its_plugin_read_by_itself_has_changed(site: Path) -> None:
    build(site)
    (site / "prices/list.txt").write_text("Two")
    build(site)
    assert (site / "public/prices.txt").read_text() == "Twolist.txt"
    (site / "content/blog/a.md").write_text("---\ntitle: A\ndate: 2026-01-01\n---\nOther.\n")
    build(site)
    (site / "prices/list.txt").write_text("Three")
    assert not is_unchanged(site)


def test_what_cannot_be_recorded_is_no_failure(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied", "conf")

    monkeypatch.setattr("caresite.engine.unchanged._stamped", refuse)
    build(site)
    assert not is_unchanged(site)
