"""Measure clean builds of generated sites: time, CPU, memory, time by stage, against bare Markdown rendering.

    python bench/build.py [--posts 100,1000,5000] [--runs 3]

Prints a table; asserts nothing. Each build runs in a process of its own; memory is the largest sum of resident
set sizes over all its processes, sampled every 20 ms. Figures are medians over the runs.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

WORDS = (
    "care customer promise answer letter kettle workshop morning invoice ladder garden harbour number "
    "window question friend paper second quiet early honest mend choose carry listen return thank call "
    "write keep notice follow repair open gentle plain small large always seldom perhaps together because "
    "before after while under between nobody everybody somebody Tuesday winter spring"
).split()
TAGS = ("care", "hiring", "prices", "apologies", "repairs", "letters", "speed", "goals", "thanks", "winter", "growth", "trust")
CATEGORIES = ("Notes", "Letters", "Workshop", "Figures")
AUTHORS = ("Rosa Lind", "Tom Pascoe", "Ada Marsh")


class Run(NamedTuple):
    """One measured build."""

    wall: float
    cpu: float
    peak_mb: float
    stages: dict[str, float]
    pages: int


def make_post(number: int, rng: random.Random) -> str:
    """Return a post of 300 to 900 words with headings, lists, emphasis, links and a quotation."""
    front = [
        "---",
        f'title: "Post {number}: {" ".join(rng.choices(WORDS, k=4))}"',
        f"date: {2012 + number % 14}-{1 + number % 12:02}-{1 + number % 28:02}",
        f"tags: [{', '.join(rng.sample(TAGS, k=rng.randint(1, 4)))}]",
        f"categories: [{rng.choice(CATEGORIES)}]",
        f"authors: [{rng.choice(AUTHORS)}]",
        "---",
        "",
    ]
    target, words, blocks = rng.randint(300, 900), 0, []
    while words < target:
        sentence = [" ".join(rng.choices(WORDS, k=rng.randint(6, 18))).capitalize() + "." for _ in range(rng.randint(2, 6))]
        words += sum(len(s.split()) for s in sentence)
        kind = rng.random()
        if kind < 0.10:
            blocks.append(f"## {' '.join(rng.choices(WORDS, k=4)).capitalize()}")
        elif kind < 0.18:
            blocks.append("\n".join(f"- {s}" for s in sentence))
        elif kind < 0.24:
            blocks.append("> " + " ".join(sentence))
        elif kind < 0.34:
            blocks.append(f"**{sentence[0]}** " + " ".join(sentence[1:]) + " See [the page](https://example.com/page).")
        else:
            blocks.append(" ".join(sentence))
    return "\n".join(front) + "\n\n".join(blocks) + "\n"


def make_site(folder: Path, posts: int) -> list[str]:
    """Write a site of `posts` posts and return the texts of their bodies."""
    rng = random.Random(posts)
    blog = folder / "content/blog"
    blog.mkdir(parents=True)
    (folder / "caresite.yaml").write_text("title: Bench\nbase_url: https://example.com/\ntimezone: Europe/London\n")
    bodies = []
    for number in range(posts):
        text = make_post(number, rng)
        (blog / f"post-{number:05}.md").write_text(text)
        bodies.append(text.split("---\n", 2)[2])
    return bodies


def bare(bodies: list[str]) -> float:
    """Return the seconds a bare CommonMark render of the same texts takes in this process."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    start = time.perf_counter()
    for body in bodies:
        parser.render(body)
    return time.perf_counter() - start


def run(folder: Path) -> Run:
    """Build the site in `folder` from nothing, in a process of its own."""
    for name in ("public", ".caresite"):
        shutil.rmtree(folder / name, ignore_errors=True)
    command = [sys.executable, "-m", "caresite", "-C", str(folder), "--json", "build"]
    start = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peak, cpu = 0.0, 0.0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(p.memory_info().rss for p in family) / 1048576)
            cpu = max(cpu, sum(sum(p.cpu_times()[:2]) for p in family))
        except psutil.Error:
            pass
        time.sleep(0.02)
    out, err = process.communicate()
    wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"the build failed:\n{out.decode()[-2000:]}\n{err.decode()[-2000:]}")
    report = json.loads(out)
    return Run(wall, cpu, peak, report["stages"], report["pages"])


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--posts", default="100,1000,5000")
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    print(f"{'posts':>6} {'pages':>6} {'wall s':>8} {'CPU s':>7} {'peak MB':>8} {'ms/page':>8} {'bare s':>7} {'ratio':>6}  stages (s)")
    for posts in map(int, given.posts.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            bodies = make_site(folder, posts)
            pairs = [(run(folder), bare(bodies)) for _ in range(given.runs)]
        wall = statistics.median(r.wall for r, _ in pairs)
        ratio = statistics.median(r.wall / b for r, b in pairs)
        stages = {k: statistics.median(r.stages[k] for r, _ in pairs) for k in pairs[0][0].stages}
        shown = " ".join(f"{k} {v:.2f}" for k, v in stages.items() if v >= 0.005)
        first = pairs[0][0]
        print(
            f"{posts:>6} {first.pages:>6} {wall:>8.2f} {statistics.median(r.cpu for r, _ in pairs):>7.2f} "
            f"{max(r.peak_mb for r, _ in pairs):>8.0f} {1000 * wall / first.pages:>8.2f} "
            f"{statistics.median(b for _, b in pairs):>7.2f} {ratio:>6.2f}  {shown}",
            flush=True,
        )


if __name__ == "__main__":
    main()
