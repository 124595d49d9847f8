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
import textwrap
import time
from pathlib import Path
from typing import NamedTuple

import psutil

VOCABULARY = """
care customer promise answer letter kettle workshop morning invoice ladder garden harbour number window question
friend paper second quiet early honest mend choose carry listen return thank call write keep notice follow repair
open gentle plain small large always seldom perhaps together because before after while under between nobody
everybody somebody Tuesday winter spring the the the and and of of to to a a in it we they with for on was had is
don't it's we're customer's
"""
WORDS = tuple(VOCABULARY.split())
TOPICS = "care hiring prices apologies repairs letters speed goals thanks winter growth trust"
TAGS = tuple(TOPICS.split())
CATEGORIES = ("Notes", "Letters", "Workshop", "Figures")
LABELS = ("prices", "letters", "repairs", "opening-hours")
AUTHORS = ("Rosa Lind", "Tom Pascoe", "Ada Marsh")

# How often a sentence has such a phrase in it, as counted in posts of public business blogs: a link every 60 to 110
# words, emphasis every 150, code every 200, a pair of quotation marks every 120.
PHRASES = {
    "[{}](https://example.com/notes/2024/{})": 0.13,
    "[{}][{}]": 0.03,
    "<https://example.com/{1}/>": 0.01,
    "**{}**": 0.05,
    "*{}*": 0.03,
    "_{}_": 0.02,
    "`{}`": 0.06,
    '"{}"': 0.10,
    "({})": 0.06,
    "<em>{}</em>": 0.02,
    "{} &amp; {}": 0.01,
    "{} -- {}": 0.04,
}
CODE = """\
from pathlib import Path


def totals(folder: Path, *, currency: str = "GBP") -> dict[str, int]:
    \"\"\"Add up what stands in the books.\"\"\"
    found = {}
    for book in sorted(folder.glob("*.csv")):
        rows = book.read_text().splitlines()[1:]  # the first line has names
        found[book.stem] = sum(int(row.split(",")[2]) for row in rows if row.endswith(currency))
    return found
"""


class Run(NamedTuple):
    """One measured build."""

    wall: float
    cpu: float
    peak_mb: float
    stages: dict[str, float]
    pages: int


def make_post(number: int, rng: random.Random) -> str:
    """Return a post of 300 to 900 words, marked up as densely as posts of real sites are."""
    front = [
        "---",
        f'title: "Post {number}: {words(rng, 4)}"',
        f"date: {2012 + number % 14}-{1 + number % 12:02}-{1 + number % 28:02}",
        f"tags: [{', '.join(rng.sample(TAGS, k=rng.randint(1, 4)))}]",
        f"categories: [{rng.choice(CATEGORIES)}]",
        f"authors: [{rng.choice(AUTHORS)}]",
        "---",
        "",
    ]
    target, blocks = rng.randint(300, 860), []
    makers, shares = tuple(BLOCKS), tuple(BLOCKS.values())
    while sum(len(block.split()) for block in blocks) < target:
        blocks.append(rng.choices(makers, shares)[0](rng))
    blocks.append("\n".join(f'[{word}]: https://example.com/{word}/ "{word.title()}"' for word in LABELS))
    return "\n".join(front) + "\n\n".join(blocks) + "\n"


def words(rng: random.Random, count: int) -> str:
    """Return `count` words."""
    return " ".join(rng.choices(WORDS, k=count))


def sentence(rng: random.Random) -> str:
    """Return a sentence, now and then with a link, emphasis or code in it."""
    parts = [words(rng, rng.randint(4, 9)).capitalize()]
    for phrase, share in PHRASES.items():
        if rng.random() < share:
            parts += [phrase.format(words(rng, rng.randint(1, 3)), rng.choice(LABELS))]
    return ", ".join([*parts, words(rng, rng.randint(3, 8))]) + "."


def paragraph(rng: random.Random) -> str:
    """Return two to four sentences; every third paragraph is wrapped into lines."""
    text = " ".join(sentence(rng) for _ in range(rng.randint(2, 4)))
    return textwrap.fill(text, 88, break_long_words=False, break_on_hyphens=False) if rng.random() < 0.33 else text


def heading(rng: random.Random) -> str:
    return f"{rng.choice(('##', '##', '###'))} {words(rng, 4).capitalize()}"


def items(rng: random.Random) -> str:
    """Return a list, one in six with numbers."""
    mark = "1." if rng.random() < 0.16 else "-"
    return "\n".join(f"{mark} {sentence(rng)}" for _ in range(rng.randint(3, 7)))


def quotation(rng: random.Random) -> str:
    return f"> {sentence(rng)}\n>\n> {sentence(rng)}"


def fence(rng: random.Random) -> str:
    return f"```python\n{CODE}```"


def table(rng: random.Random) -> str:
    rows = [f"| {words(rng, 2)} | {rng.randint(1, 900)} | {words(rng, 3)} |" for _ in range(rng.randint(3, 6))]
    return "\n".join(["| What | How many | Since |", "| --- | ---: | --- |", *rows])


def picture(rng: random.Random) -> str:
    return f'![{words(rng, 4).capitalize()}](https://example.com/pictures/{rng.choice(LABELS)}.jpg "{words(rng, 3)}")'


def raw(rng: random.Random) -> str:
    return f'<div class="aside">\n<p>{words(rng, 12)}</p>\n</div>'


# What a post is made of, by how often.
BLOCKS = {
    paragraph: 0.70,
    heading: 0.12,
    items: 0.07,
    quotation: 0.03,
    fence: 0.03,
    table: 0.01,
    picture: 0.02,
    raw: 0.02,
}


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
    command = [sys.executable, "-m", "caresite", "-C", str(folder), "--json", "build", "--profile"]
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
    print(
        f"{'posts':>6} {'pages':>6} {'wall s':>8} {'CPU s':>7} {'peak MB':>8} {'ms/page':>8} {'bare s':>7} "
        f"{'ratio':>6}  stages (s)"
    )
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
