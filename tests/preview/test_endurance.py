"""Five hundred saves in a row, good, half-written and broken, and the preview still shows what a build makes."""

from __future__ import annotations

import gc
import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from caresite.engine.build import build

from .conftest import SITE, Show
from .running import Shown

psutil = pytest.importorskip("psutil", reason="psutil is not installed: pip install psutil")

SAVES = 500
GROWTH_MB = 50
_SEED = 20261122
_TAGS = ("care", "repairs", "winter", "letters")


class Writer:
    """Somebody who saves whatever comes to their mind, as all kinds of programs do."""

    def __init__(self, shown: Shown, rng: random.Random) -> None:
        self.shown = shown
        self.root = shown.root
        self.rng = rng
        self.deeds: tuple[Callable[[], None], ...] = (
            self.write_post,
            self.write_post,
            self.write_post,
            self.write_half,
            self.write_invalid,
            self.write_undecodable,
            self.rename_post,
            self.delete_post,
            self.delete_folder,
            self.write_style,
            self.write_static,
            self.write_template,
            self.write_config,
            self.write_burst,
            self.put_right,
        )

    def act(self) -> None:
        self.rng.choice(self.deeds)()

    def post(self) -> Path:
        return self.root / f"content/blog/post-{self.rng.randrange(8)}.md"

    def text(self) -> str:
        number = self.rng.randrange(1000)
        tags = ", ".join(self.rng.sample(_TAGS, k=self.rng.randint(1, 3)))
        draft = "draft: true\n" if self.rng.random() < 0.2 else ""
        front = (
            f"title: Post {number}\ndate: 2026-0{self.rng.randint(1, 9)}-1{self.rng.randint(0, 9)}\ntags: [{tags}]\n"
        )
        return f"---\n{front}{draft}---\nWords {number}.\n\n" + "More words. " * self.rng.randint(1, 200)

    def put(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.rng.random() < 0.5:
            path.write_bytes(data)
        else:
            beside = path.with_name(f".{path.name}.tmp")
            beside.write_bytes(data)
            beside.replace(path)

    def write_post(self) -> None:
        self.put(self.post(), self.text().encode())

    def write_half(self) -> None:
        """Write a part, wait, and write the rest, as a slow disk does."""
        path, text = self.post(), self.text()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            file.write(text[: len(text) // 3])
            file.flush()
            time.sleep(self.rng.choice((0, 0.05)))
            if self.rng.random() < 0.7:
                file.write(text[len(text) // 3 :])

    def write_invalid(self) -> None:
        self.put(
            self.post(), self.rng.choice((b"---\ntitle: [\n---\n", b"---\ntitle: 'x\n---\n", b"", b"---\n", b"!!"))
        )

    def write_undecodable(self) -> None:
        self.put(self.post(), bytes(self.rng.randrange(256) for _ in range(200)))

    def rename_post(self) -> None:
        path = self.post()
        if path.exists():
            path.rename(self.post())

    def delete_post(self) -> None:
        self.post().unlink(missing_ok=True)

    def delete_folder(self) -> None:
        name = self.rng.choice(("content/pages", "static", "templates", "assets", "content/blog", "content"))
        shutil.rmtree(self.root / name, ignore_errors=True)

    def write_style(self) -> None:
        self.put(self.root / "assets/mine.css", f"body {{ --mine: {self.rng.randrange(1000)}; }}".encode())

    def write_static(self) -> None:
        self.put(self.root / f"static/file-{self.rng.randrange(3)}.txt", self.text().encode())

    def write_template(self) -> None:
        good = '{% extends "hearth/post.html" %}'
        self.put(self.root / "templates/post.html", self.rng.choice((good, good, "{% block %}")).encode())

    def write_config(self) -> None:
        title = self.rng.choice(("Harbour Vets", "Harbour Dogs", "Harbour Cats", "["))
        config = f"title: {title}\nbase_url: https://harbour.example/\ntimezone: Europe/London\n"
        self.put(self.root / "caresite.yaml", config.encode())

    def write_burst(self) -> None:
        for number in range(8):
            self.put(self.root / f"content/blog/post-{number}.md", self.text().encode())

    def put_right(self) -> None:
        """Bring the site into a state that can be built."""
        for path in (self.root / "content").glob("blog/post-*.md"):
            path.unlink()
        shutil.rmtree(self.root / "templates", ignore_errors=True)
        self.put(
            self.root / "caresite.yaml",
            b"title: Harbour Vets\nbase_url: https://harbour.example/\ntimezone: Europe/London\n",
        )
        self.put(self.root / "content/blog/last.md", b"---\ntitle: Last\ndate: 2026-11-01\n---\nThe last words.\n")


@pytest.mark.timeout(600)  # five hundred saves take a minute or two, and more where others are at work
def test_after_500_saves_all_is_as_a_build_makes_it(show: Show) -> None:
    shown = show(SITE)
    rng = random.Random(_SEED)
    writer = Writer(shown, rng)
    process = psutil.Process(os.getpid())
    for _ in range(SAVES // 10):  # what is loaded once is not growth
        writer.act()
        time.sleep(0.02)
    threads = {thread.name for thread in threading.enumerate() if thread.name.startswith("caresite")}
    crashes: list[Exception] = []
    before = memory_mb(process)
    for _ in range(SAVES):
        writer.act()
        time.sleep(rng.choice((0.0, 0.005, 0.02, 0.1)))
        assert shown.ask("/").status in (200, 404, 503)
        crashes += [rebuilt.crash for rebuilt in shown.told if rebuilt.crash]
        shown.told.clear()  # each holds the whole site as it was then, which the preview itself lets go of
    grown = memory_mb(process) - before  # before the builds that it is compared with, which are made in this process
    assert grown < GROWTH_MB, f"{grown:.0f} MB more"
    settle(shown, writer)
    assert shown.is_running
    assert shown.preview.is_alive
    assert threads <= {thread.name for thread in threading.enumerate()}
    assert crashes == []
    assert shows_what_a_build_makes(shown)
    assert "The last words." in shown.ask("/blog/last/").text
    shown.save("content/blog/last.md", "---\ntitle: Last\ndate: 2026-11-01\n---\nThe very last words.\n")
    shown.wait(lambda: "The very last words." in shown.ask("/blog/last/").text)


def settle(shown: Shown, writer: Writer) -> None:
    """Put the site right, and wait until the preview shows that."""
    writer.put_right()
    shown.wait(lambda: not shown.current.faults and shows_what_a_build_makes(shown))


def shows_what_a_build_makes(shown: Shown) -> bool:
    built = build(shown.root, replace(shown.options, finish=False))  # the preview makes the search index later
    if not built.ok or built.site is None:
        return False
    files = {path: (shown.root / source).read_bytes() for path, source in built.site.files.items()}
    made = {output.path: output.data for output in built.outputs} | files
    return {path: entry.read() for path, entry in shown.current.tree.entries.items()} == made


def memory_mb(process: psutil.Process) -> float:
    gc.collect()
    return float(process.memory_info().rss / 1048576)
