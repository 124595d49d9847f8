"""Measure how long a save takes to show in a real browser: from the write to the change of the page.

    python bench/preview.py [--posts 1000,10000] [--runs 20] [--chromium PATH]

Prints a table; asserts nothing. Figures are milliseconds on the wall clock that the browser and this process share.
Hugo's server is measured in the same way, on the same texts with a layout of a few lines, when it is installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import psutil
from build import make_site
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
POST = "content/blog/post-00007.md"
PATH = "/blog/post-00007/"
STYLE = "assets/bench.css"
PAUSE_MS = 1000
TEMPLATE = """{% extends "hearth/post.html" %}
{% block head %}<link rel="stylesheet" href="{{ asset("bench.css") }}">{% endblock %}
"""
HUGO_LAYOUTS = {
    "_default/baseof.html": """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="stylesheet" href="/bench.css"></head><body><header><a href="/">Bench</a></header><main>
{{ block "main" . }}{{ end }}</main><footer>Bench</footer></body></html>""",
    "_default/single.html": """{{ define "main" }}<h1>{{ .Title }}</h1><time>{{ .Date.Format "2 January 2006" }}</time>
{{ .Content }}{{ range .Params.tags }}<a href="/tags/{{ . | urlize }}/">{{ . }}</a>{{ end }}{{ end }}""",
    "_default/list.html": """{{ define "main" }}<h1>{{ .Title }}</h1>{{ range (.Paginate .Pages).Pages }}
<article><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>{{ .Summary }}</article>{{ end }}{{ end }}""",
}
# Notes the moment a word first stands in the page, or a colour comes from its stylesheet, also over a reload.
OBSERVER = """(() => {
    const told = new Set();
    const tell = (what) => { if (!told.has(what)) { told.add(what); console.log(`SEEN ${what} ${Date.now()}`); } };
    const words = () => (document.body?.textContent.match(/zz\\d+zz/g) ?? []).forEach(tell);
    new MutationObserver(words).observe(document, { subtree: true, childList: true, characterData: true });
    const style = () => {
        const value = document.body && getComputedStyle(document.body).getPropertyValue('--bench').trim();
        if (value) tell(value);
        requestAnimationFrame(style);
    };
    requestAnimationFrame(style);
})()"""


class Times(NamedTuple):
    """Milliseconds from the write to the change, of each run, and of the server's own work where it tells."""

    shown: list[float]
    built: list[float]
    missed: int

    @property
    def text(self) -> str:
        spread = f"{min(self.shown):.0f}-{max(self.shown):.0f}" if self.shown else ""
        own = f"{statistics.median(self.built):.0f}" if self.built else ""
        middle = f"{statistics.median(self.shown):.0f}" if self.shown else "-"
        return f"{middle:>8} {spread:>11} {own:>8}" + (f"  {self.missed} never shown" if self.missed else "")


class Watched:
    """A page in Chromium that tells when it changes."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_context(bypass_csp=False).new_page()
        self.seen: dict[str, float] = {}
        self.page.add_init_script(OBSERVER)
        self.page.on("console", lambda message: self._hear(message.text))

    def _hear(self, text: str) -> None:
        if text.startswith("SEEN "):
            _, what, moment = text.split()
            self.seen.setdefault(what, float(moment))

    def wait(self, what: str, patience_s: float = 60) -> float | None:
        """Return the moment at which `what` was first seen, in milliseconds since 1970; None when it never was."""
        end = time.monotonic() + patience_s
        while what not in self.seen and time.monotonic() < end:
            self.page.wait_for_timeout(5)
        return self.seen.get(what)


def measure(watched: Watched, runs: int, write: Callable[[str], None], mark: str, built: Callable[[], float]) -> Times:
    """Write `runs` times and return how long each took to show."""
    shown, own, missed = [], [], 0
    for number in range(runs + 1):
        word = mark.format(number)
        before = time.time() * 1000
        write(word)
        after = watched.wait(word)
        watched.page.wait_for_timeout(PAUSE_MS)  # what follows the change is not part of the next one
        if after is None:
            missed += 1
        elif number:  # the first is the warming up
            shown.append(after - before)
            own.append(built())
    return Times(shown, [value for value in own if value], missed)


def edit_body(file: Path) -> Callable[[str], None]:
    text = file.read_text()

    def write(word: str) -> None:
        file.write_text(f"{text}\nA word {word} at the end.\n")

    return write


def edit_style(file: Path) -> Callable[[str], None]:
    def write(word: str) -> None:
        file.write_text(f"body {{ --bench: {word}; }}\n")

    return write


@contextmanager
def caresite(folder: Path) -> Iterator[tuple[str, Callable[[], float], psutil.Process]]:
    """Serve the site in `folder`; yield its address, what tells the milliseconds of the last build, and the process."""
    command = [sys.executable, "-m", "caresite", "-C", str(folder), "--json", "serve", "--port", "0"]
    log = folder.with_suffix(".log")
    with log.open("w") as file:
        process = psutil.Popen(command, stdout=file, stderr=subprocess.STDOUT)

    def events() -> list[dict[str, Any]]:
        return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]

    try:
        while not any(event["event"] == "built" for event in events()):
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.1)
        url = next(event["url"] for event in events() if event["event"] == "serving")
        yield url, lambda: float([e["ms"] for e in events() if e["event"] == "built"][-1]), process
    finally:
        process.terminate()
        process.wait(10)
        log.unlink()


@contextmanager
def hugo(folder: Path) -> Iterator[str]:
    """Serve the same texts with Hugo and yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config.toml").write_text('baseURL = "http://127.0.0.1/"\ntitle = "Bench"\n')
    for name, text in HUGO_LAYOUTS.items():
        (folder / "layouts" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "layouts" / name).write_text(text)
    command = ["hugo", "server", "--source", str(folder), "--bind", "127.0.0.1", "--port", str(port), "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                urlopen(url + PATH, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def bench_caresite(browser: Browser, posts: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_site(folder, posts)
        (folder / "assets").mkdir()
        (folder / "templates").mkdir()
        edit_style(folder / STYLE)("first")
        (folder / "templates/post.html").write_text(TEMPLATE)
        start = time.perf_counter()
        with caresite(folder) as (url, built, process):
            print(f"{posts:>6} caresite: first build and start {time.perf_counter() - start:.1f} s", flush=True)
            watched = Watched(browser)
            watched.page.goto(url + PATH)
            watched.wait("first")
            body = measure(watched, runs, edit_body(folder / POST), "zz{}zz", built)
            print(f"{posts:>6} caresite body       {body.text}", flush=True)
            style = measure(watched, runs, edit_style(folder / STYLE), "s{}", built)
            memory = process.memory_info().rss / 1048576
            print(f"{posts:>6} caresite stylesheet {style.text}   ({memory:.0f} MB)", flush=True)
            watched.page.context.close()


def bench_hugo(browser: Browser, posts: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_site(folder, posts)
        (folder / "static").mkdir()
        edit_style(folder / "static/bench.css")("first")
        with hugo(folder) as url:
            watched = Watched(browser)
            watched.page.goto(url + PATH)
            watched.wait("first")
            body = measure(watched, runs, edit_body(folder / POST), "zz{}zz", lambda: 0.0)
            print(f"{posts:>6} Hugo     body       {body.text}", flush=True)
            style = measure(watched, runs, edit_style(folder / "static/bench.css"), "s{}", lambda: 0.0)
            print(f"{posts:>6} Hugo     stylesheet {style.text}", flush=True)
            watched.page.context.close()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--posts", default="1000,10000")
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--chromium", default=shutil.which("chromium") or "")
    options.add_argument("--without-hugo", action="store_true")
    given = options.parse_args()
    if not given.chromium:
        raise SystemExit("there is no Chromium: apt-get install chromium")
    print(f"{'posts':>6} {'':19} {'ms':>8} {'range':>11} {'build ms':>8}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, headless=True, args=list(FLAGS))
        for posts in map(int, given.posts.split(",")):
            bench_caresite(browser, posts, given.runs)
            if given.without_hugo:
                continue
            if shutil.which("hugo"):
                bench_hugo(browser, posts, given.runs)
            else:
                print(f"{posts:>6} Hugo is not installed: apt-get install hugo")
        browser.close()


if __name__ == "__main__":
    main()
