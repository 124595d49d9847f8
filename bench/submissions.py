"""Measure the private store with many submissions: pull, list, decide, and what publishing many adds to a build.

    python bench/submissions.py [--count 10000] [--approve 2000] [--pages 500] [--folder FOLDER]

Prints a table: seconds on the clock, and of processors where a command was run; asserts nothing. Each figure is one run
of the real command in a process of its own, as its user would wait for it; pages of the review are asked of a running
preview; the leak scan is timed alone, over as many pages of 2,000 words as `--pages` says.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from caresite.submissions.leaks.scan import scan_file
from caresite.submissions.leaks.search import Searcher
from caresite.submissions.leaks.secrets import secrets_of
from caresite.submissions.store import Store

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program finds its bytecode, and so does what is measured
FIRST = ("Ada", "Marta", "Devi", "Tom", "Ines", "Yusuf", "Lena", "Ciro", "Ana", "Ned", "Rosa", "Otto", "Mila", "Jun")
LAST = ("Quill", "Abara", "Raman", "Bell", "Low", "Finch", "Hartley", "Sorge", "Vidal", "Okoro", "Lund", "Keller")
SAID = """the wheel had gone soft on the hill above the harbour and somebody at the workshop took it in while I had tea
said what it would cost before a spanner moved rang at four as promised my daughter rides it to school every day nobody
tried to sell me another one they kept the old chain to show how worn it was and laughed with us about it"""
WORDS = SAID.split()
CONFIG = """\
title: Bench
base_url: https://bench.example
timezone: UTC
sources:
  paper:
    type: csv
    path: inbox/*.csv
    wording: story-2026-01
forms:
  story: {consent: story-2026-01}
"""
WORDING = """\
---
title: May we print it?
purposes:
  publish_text: You may publish my words on your website.
---
You may take it back at any time.
"""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--approve", type=int, default=2_000)
    arguments.add_argument("--pages", type=int, default=500)
    arguments.add_argument("--folder", type=Path)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        root = Path(folder)
        make_inbox(root, chosen.count)
        show("pull", run(root, "stories", "pull"))
        show("pull again, nothing new", run(root, "stories", "pull"))
        show("list", run(root, "stories", "list"))
        show("list, without what it remembers", forgetting(root))
        show("stats", run(root, "stories", "stats"))
        ids = list(Store(root).listing())[: chosen.approve]
        show("show one", run(root, "stories", "show", ids[0]))
        show("build, before any is shown", run(root, "build"))
        show(f"approve {len(ids):,}", run(root, "stories", "approve", *ids))
        show(f"build with {len(ids):,} of them", run(root, "build"))
        for what, seconds in review(root, ids[0], list(Store(root).listing())[-1]):
            show(what, Took(seconds))
        show("build again", run(root, "build"))
        show("edit one that is shown", run(root, "stories", "edit", ids[0], "--reply", "Thank you."))
        show("build after the edit", run(root, "build"))
        show("withdraw one", run(root, "stories", "withdraw", ids[1]))
        show("build after the withdrawal", run(root, "build"))
        show("list, with those that are shown", run(root, "stories", "list"))
        show("stats, with those that are shown", run(root, "stories", "stats"))
        show("export to CSV", run(root, "stories", "export", "-o", "out.csv"))
        show("backup", run(root, "stories", "backup", "-o", "copy.zip"))
        show(f"leak scan of {chosen.pages} pages", Took(scan(root, make_pages(chosen.pages))))


def make_inbox(root: Path, count: int) -> None:
    """Write a site whose inbox holds `count` rows as a form would send them."""
    chance = random.Random(7)
    (root / "inbox").mkdir()
    (root / "consent").mkdir()
    (root / "caresite.yaml").write_text(CONFIG, encoding="utf-8")
    (root / "consent" / "story-2026-01.md").write_text(WORDING, encoding="utf-8")
    with (root / "inbox" / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        facts = ("relation", "age", "incentive", "display", "publish_text")
        rows.writerow(("Timestamp", "Name", "Email", "Phone", "Rating", "Title", "Story", *facts))
        for number in range(count):
            name = f"{chance.choice(FIRST)} {chance.choice(LAST)}-{number}"
            moment = f"2026-{number % 6 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}:{number % 59:02}"
            story = " ".join(chance.choices(WORDS, k=chance.randint(20, 160)))
            address = f"{name.lower().replace(' ', '.')}@customer{number % 900}.example.org"
            said = (moment, name, address, f"+44 20 7946 {number:05}", number % 5 + 1)
            rows.writerow(
                (*said, f"Story {number}", f"{number} {story}.", "customer", "yes", "no", "first-initial", "yes")
            )


def make_pages(count: int) -> dict[str, bytes]:
    """Return the pages of a site, none of which says anything of the store."""
    chance = random.Random(8)
    page = "<!doctype html><title>{0}</title><main><h1>{0}</h1>{1}</main>"
    texts = (" ".join(chance.choices(WORDS, k=2000)) for _ in range(count))
    return {f"page-{number}/index.html": page.format(number, text).encode() for number, text in enumerate(texts)}


class Took(NamedTuple):
    """Seconds on the clock, and those of a processor, its own and the system's; the first grow where others work."""

    clock: float
    processor: float | None = None


def run(root: Path, *words: str) -> Took:
    """Return what one command takes, start and end of its process included."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CARESITE__")}
    start, before = time.perf_counter(), os.times()
    command: Sequence[str] = (sys.executable, "-m", "caresite", *words)
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(time.perf_counter() - start, processor)


def forgetting(root: Path) -> Took:
    """Return what a list takes that has to read every file."""
    (root / "private" / "submissions" / ".listing").unlink()
    return run(root, "stories", "list")


def review(root: Path, shown: str, waiting: str) -> Iterator[tuple[str, float]]:
    """Yield how many seconds the review in the browser takes for each of its pages, asked one after another."""
    command = (sys.executable, "-m", "caresite", "--json", "serve", "--port", "0")
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            events = (json.loads(line) for line in process.stdout)
            url = next(event["url"] for event in events if event["event"] == "serving")
            next(event for event in events if event["event"] == "built")
            stories = f"{url}/_caresite/stories"
            yield "review: the queue, first time", fetch(stories)[0]
            yield "review: the queue, again", fetch(stories)[0]
            yield "review: find a word", fetch(f"{stories}?group=shown&q=rosa+lund")[0]
            yield "review: one that is shown", fetch(f"{stories}/{shown}")[0]
            seconds, page = fetch(f"{stories}/{waiting}")
            yield "review: one that waits", seconds
            hidden = dict(re.findall(r'<input type="hidden" name="(token|revision)" value="([^"]*)">', page))
            form = urlencode({**hidden, "does": "edit", "note": "bench"}).encode()
            yield "review: save a note, and see it", fetch(f"{stories}/{waiting}", form)[0]
        finally:
            process.terminate()


def fetch(url: str, form: bytes | None = None) -> tuple[float, str]:
    """Return how many seconds a page takes to come, and the page; with a `form` it is posted, and what follows read."""
    start = time.perf_counter()
    with urlopen(url, form, timeout=120) as answer:
        page = answer.read().decode()
    return time.perf_counter() - start, page


def scan(root: Path, pages: dict[str, bytes]) -> float:
    """Return how many seconds it takes to look for every secret of the store in `pages`."""
    start = time.perf_counter()
    searcher = Searcher(secrets_of(list(Store(root).listing().values()), ()))
    if found := [path for path, data in pages.items() if scan_file(path, data, searcher)]:
        raise SystemExit(f"found what is not there: {found[:3]}")
    return time.perf_counter() - start


def show(what: str, took: Took) -> None:
    """Print one line of the table."""
    processor = "" if took.processor is None else f"{took.processor:8.2f} s"
    print(f"{what:<44}{took.clock:8.2f} s{processor}", flush=True)


if __name__ == "__main__":
    main()
