"""The watch on a real disk: bursts, renames, folders that go and come, editors' files beside, polling."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers import Observer

from caresite.preview.watch import Burst, Watch

_PATIENCE_S = 10.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "content/blog").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    (tmp_path / "caresite.yaml").write_text("title: Example\n")
    (tmp_path / "content/blog/hello.md").write_text("Hello")
    return tmp_path


@pytest.fixture(params=["told", "polled"])
def watch(request: pytest.FixtureRequest, root: Path) -> Iterator[Watch]:
    """Return a watch of `root`, by each of the two ways of finding out."""
    with_polling = request.param == "polled"
    found = Watch(root, poll_ms=50 if with_polling else 0)
    found.start()
    time.sleep(0.15 if with_polling else 0.02)
    yield found
    found.stop()


@pytest.fixture
def told(root: Path) -> Iterator[Watch]:
    """Return a watch that the disk tells of changes."""
    found = Watch(root)
    found.start()
    yield found
    found.stop()


def gathered(watch: Watch, *, quiet_s: float = 0.4) -> list[Burst]:
    """Return the bursts until it is quiet."""
    bursts = [watch.next(_PATIENCE_S)]
    while (burst := watch.next(quiet_s)).paths:
        bursts.append(burst)
    return bursts


def paths(bursts: list[Burst]) -> set[str]:
    return {path for burst in bursts for path in burst.paths}


def test_a_save_in_place_is_one_burst(watch: Watch, root: Path) -> None:
    (root / "content/blog/hello.md").write_text("Hello again, and for longer")
    bursts = gathered(watch)
    assert [burst.paths for burst in bursts] == [{"content/blog/hello.md"}]


def test_a_save_by_renaming_is_one_burst_and_names_the_file_alone(watch: Watch, root: Path) -> None:
    for beside in ("hello.md~", ".hello.md.swp", "hello.md.tmp", "4913"):
        (root / "content/blog" / beside).write_text("Hello again")
        (root / "content/blog" / beside).replace(root / "content/blog/hello.md")
        assert paths(gathered(watch)) == {"content/blog/hello.md"}


def test_a_backup_is_nobodys_business(told: Watch, root: Path) -> None:
    (root / "content/blog/hello.md~").write_text("old")
    (root / "content/blog/.hello.md.swp").write_text("new")
    (root / ".git").mkdir()
    (root / "static/node_modules").mkdir()
    (root / "notes.txt").write_text("of my own")
    (root / "public").mkdir()
    (root / "public/index.html").write_text("built")
    (root / "private").mkdir()
    assert told.next(0.3).paths == frozenset()


def test_the_config_and_the_lock_count(told: Watch, root: Path) -> None:
    for name in ("caresite.yaml", "caresite.production.yaml", "consent.lock.yaml", "authors.yaml"):
        (root / name).write_text("a: b\n")
        assert paths(gathered(told)) == {name}


def test_a_burst_of_500_files_is_one(told: Watch, root: Path) -> None:
    for number in range(500):
        (root / f"content/blog/post-{number}.md").write_text("Words. " * 50)
    bursts = gathered(told)
    assert len(bursts) == 1
    assert len(bursts[0].paths) == 500


def test_a_checkout_is_one(told: Watch, root: Path) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
        subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)

    for number in range(500):
        (root / f"content/blog/post-{number}.md").write_text("One.\n")
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    git("checkout", "-b", "other")
    for number in range(500):
        (root / f"content/blog/post-{number}.md").write_text("Two, and more.\n")
    git("commit", "-a", "-m", "two")
    gathered(told)
    git("checkout", "main")
    bursts = gathered(told)
    assert len(bursts) == 1
    assert len(bursts[0].paths) == 500


def test_one_save_is_told_within_a_tenth_of_a_second(told: Watch, root: Path) -> None:
    spent = []
    for number in range(10):
        start = time.perf_counter()
        (root / "content/blog/hello.md").write_text(f"Hello {number}")
        told.next(_PATIENCE_S)
        spent.append(time.perf_counter() - start)
    assert sorted(spent)[5] < 0.1, spent


def test_a_rename_is_told_with_both_names(watch: Watch, root: Path) -> None:
    (root / "content/blog/hello.md").rename(root / "content/blog/welcome.md")
    bursts = gathered(watch)
    assert paths(bursts) == {"content/blog/hello.md", "content/blog/welcome.md"}
    assert bursts[0].moved == {"content/blog/hello.md": "content/blog/welcome.md"}


def test_a_renamed_folder_moves_what_is_in_it(told: Watch, root: Path) -> None:
    (root / "content/blog/walk").mkdir()
    (root / "content/blog/walk/index.md").write_text("Walk")
    gathered(told)
    (root / "content/blog/walk").rename(root / "content/blog/stroll")
    moved = {old: new for burst in gathered(told) for old, new in burst.moved.items()}
    assert moved["content/blog/walk/index.md"] == "content/blog/stroll/index.md"


def test_a_folder_that_goes_and_comes_is_watched_again(watch: Watch, root: Path) -> None:
    for _ in range(3):
        shutil.rmtree(root / "content")
        gathered(watch)
        watch.follow(())
        (root / "content/blog").mkdir(parents=True)
        (root / "content/blog/hello.md").write_text("Hello")
        gathered(watch)
        watch.follow(())
        time.sleep(0.15)
        (root / "content/blog/hello.md").write_text("Hello once more")
        assert "content/blog/hello.md" in paths(gathered(watch))
        assert watch.is_alive


def test_a_folder_that_is_new_is_watched(watch: Watch, root: Path) -> None:
    (root / "templates").mkdir()
    gathered(watch)
    watch.follow(())
    time.sleep(0.15)
    (root / "templates/post.html").write_text("{{ page.title }}")
    assert "templates/post.html" in paths(gathered(watch))


def test_folders_of_the_config_are_watched(told: Watch, root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("themes") / "mine"
    (elsewhere / "templates").mkdir(parents=True)
    (root / "letters").mkdir()
    told.follow((root / "letters", elsewhere))
    (root / "letters/first.md").write_text("Dear")
    assert "letters/first.md" in paths(gathered(told))
    (elsewhere / "templates/post.html").write_text("{{ page.title }}")
    assert paths(gathered(told)) == {"themes/mine/templates/post.html"}


def test_a_folder_behind_a_link_is_watched(root: Path) -> None:
    (root / "shared").mkdir()
    (root / "shared/notes.md").write_text("Notes")
    (root / "content/blog/linked").symlink_to(root / "shared")
    watch = Watch(root)
    watch.start()
    try:
        (root / "shared/notes.md").write_text("Notes again")
        assert paths(gathered(watch)) == {"shared/notes.md"}
    finally:
        watch.stop()


def test_what_was_missed_is_found(told: Watch, root: Path) -> None:
    time.sleep(0.05)
    before = time.time_ns() / 1e9
    assert told.written_since(time.time_ns() / 1e9) == frozenset()
    (root / "content/blog/hello.md").write_text("Hello again")
    (root / "content/blog/hello.md~").write_text("old")
    os.utime(root / "content/blog/hello.md", (1, 1))  # an unpacked archive keeps old dates
    assert told.written_since(before) == {"content/blog/hello.md"}
    time.sleep(0.05)
    before = time.time_ns() / 1e9
    assert told.written_since(before) == frozenset()
    time.sleep(0.05)
    (root / "content/blog/hello.md").unlink()
    assert told.written_since(before) == {"content/blog"}


def test_reading_is_no_change(told: Watch, root: Path) -> None:
    for _ in range(20):
        (root / "content/blog/hello.md").read_text()
    list((root / "content").rglob("*"))
    assert told.next(0.3).paths == frozenset()


def test_a_system_without_watches_is_polled(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Observer):  # type: ignore[misc, valid-type]
        def schedule(self, *given: object, **named: object) -> object:
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("caresite.preview.watch.Observer", Full)
    watch = Watch(root)
    watch.start()
    try:
        assert watch.poll_ms == 500
        time.sleep(0.6)
        (root / "content/blog/hello.md").write_text("Hello again, and for longer")
        assert paths(gathered(watch, quiet_s=0.8)) == {"content/blog/hello.md"}
    finally:
        watch.stop()


def test_stopping_ends_every_thread(root: Path) -> None:
    before = threading.active_count()
    watch = Watch(root)
    watch.start()
    assert threading.active_count() > before
    watch.stop()
    time.sleep(0.2)
    assert threading.active_count() == before


@pytest.fixture(params=["told", "polled"])
def started(request: pytest.FixtureRequest, root: Path) -> Iterator[Callable[[], Watch]]:
    """Return what starts a watch, by each of the two ways of finding out, when its links are there."""
    watches: list[Watch] = []

    def start() -> Watch:
        watches.append(Watch(root, configs=("conf/live.yaml",), poll_ms=50 if request.param == "polled" else 0))
        watches[-1].start()
        time.sleep(0.15)
        return watches[-1]

    yield start
    for watch in watches:
        watch.stop()


def saved(watch: Watch, path: Path, text: str) -> set[str]:
    """Return what is told of a save, after the watch was brought up to date as a preview does with each burst."""
    watch.follow(())
    time.sleep(0.15)
    path.write_text(text)
    return paths(gathered(watch))


def test_a_file_behind_a_link_is_watched(started: Callable[[], Watch], root: Path) -> None:
    (root / "shared/inner").mkdir(parents=True)
    (root / "shared/inner/sh.md").write_text("One")
    (root / "shared/inner/other.md").write_text("One")
    (root / "content/blog/sh.md").symlink_to("../../shared/inner/sh.md")
    watch = started()
    assert saved(watch, root / "shared/inner/sh.md", "One two") == {"shared/inner/sh.md"}
    (root / "shared/inner/other.md").write_text("nobody's business")
    assert watch.next(0.4).paths == frozenset()


def test_a_link_that_comes_later_is_followed(started: Callable[[], Watch], root: Path) -> None:
    (root / "more/deep").mkdir(parents=True)
    (root / "more/deep/mo.md").write_text("One")
    watch = started()
    (root / "content/blog/more").symlink_to("../../more")
    gathered(watch)
    assert saved(watch, root / "more/deep/mo.md", "One two") == {"more/deep/mo.md"}


def test_a_link_that_leads_elsewhere_now_is_followed_there(started: Callable[[], Watch], root: Path) -> None:
    for name in ("real", "real2"):
        (root / name).mkdir()
        (root / name / "r.md").write_text("One")
    (root / "content/pages").symlink_to("../real")
    watch = started()
    (root / "content/new").symlink_to("../real2")
    (root / "content/new").replace(root / "content/pages")
    gathered(watch)
    assert "real2/r.md" in saved(watch, root / "real2/r.md", "One two")


def test_a_link_on_the_way_of_a_link_is_watched(started: Callable[[], Watch], root: Path) -> None:
    for name in ("v1", "v2"):
        (root / "releases" / name).mkdir(parents=True)
        (root / "releases" / name / "r.md").write_text(name)
    (root / "releases/current").symlink_to("v1")
    (root / "content/pages").symlink_to("../releases/current")
    watch = started()
    (root / "releases/new").symlink_to("v2")
    (root / "releases/new").replace(root / "releases/current")
    assert "releases/current" in paths(gathered(watch))
    assert "releases/v2/r.md" in saved(watch, root / "releases/v2/r.md", "v2, and more")


def test_what_a_link_waits_for_is_noticed(started: Callable[[], Watch], root: Path) -> None:
    (root / "content/blog/later.md").symlink_to("../../later/x.md")
    watch = started()
    (root / "later").mkdir()
    assert paths(gathered(watch)) == {"later"}
    assert "later/x.md" in saved(watch, root / "later/x.md", "Here")


def test_links_in_circles_end(started: Callable[[], Watch], root: Path) -> None:
    (root / "content/a").symlink_to("b")
    (root / "content/b").symlink_to("a")
    (root / "content/up").symlink_to("..")
    (root / "shared").mkdir()
    (root / "shared/back").symlink_to("../content")
    (root / "content/shared").symlink_to("../shared")
    watch = started()
    assert saved(watch, root / "shared/x.md", "x") == {"shared/x.md"}


def test_a_config_in_a_folder_is_watched(started: Callable[[], Watch], root: Path) -> None:
    (root / "conf").mkdir()
    (root / "conf/live.yaml").write_text("title: One\n")
    watch = started()
    (root / "conf/live.yaml").write_text("title: One two\n")
    assert paths(gathered(watch)) == {"conf/live.yaml"}
