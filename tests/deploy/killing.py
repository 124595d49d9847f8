"""Deploys that are killed at any moment, and started again: what is there then, and what visitors got on the way.

python tests/deploy/killing.py KIND TIMES    (from the project's folder; with its own servers, for a long run)
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from caresite.deploy.journal import alone
from deploy.sending import errand, opened, sent, write

__all__ = ["Look", "Seen", "killed_often", "version"]

_TESTS = Path(__file__).resolve().parent.parent
_SECONDS = re.compile(r"sent in ([\d.]+)")

Look = Callable[[], Mapping[str, str]]
"""Returns what visitors get just now, by path."""


class Seen(NamedTuple):
    """What came of it: how often the deploy was ended before its end, and what was wrong at some moment."""

    killed: int
    wrong: tuple[str, ...]


def version(number: int, pages: int = 30) -> dict[str, str]:
    """Return a site whose pages all change with `number`, and with them the style that they use."""
    style = f"assets/main.{number}.css"
    link = f'<link rel="stylesheet" href="/{style}">'
    posts = {f"blog/post-{n}/index.html": f"{link}<p>{n} in version {number}" for n in range(pages)}
    gone = {f"blog/only-{number}/index.html": link, f"assets/only-{number}.png": "a picture"}
    return {"index.html": link, "feed.xml": f"<feed>{number}", style: f"p {{ order: {number} }}", **posts, **gone}


def killed_often(kind: str, options: Mapping[str, Any], root: Path, look: Look, *, times: int, seed: int) -> Seen:
    """Deploy one version after another, each killed once on the way and then done; return what was seen.

    Raises AssertionError when a target does not end up as the site is.
    """
    chance, killed, wrong = random.Random(seed), 0, list[str]()
    write(root / "public", version(0))
    length = _deployed(kind, options, root)
    assert dict(look()) == version(0)
    for number in range(1, times + 1):
        write(root / "public", version(number))
        process = _started(kind, options, root, after=chance.uniform(0, length * 1.1))
        killed += process.wait(timeout=100) != 0
        wrong += [f"version {number}, killed: {lack}" for lack in _lacking(look())]
        with _visiting(look, wrong, number):
            _deployed(kind, options, root)
        assert dict(look()) == version(number)
    return Seen(killed, tuple(wrong))


def _lacking(files: Mapping[str, str]) -> list[str]:
    """Return the pages that name an asset which is not there."""
    return [
        f"{path} names {asset}"
        for path, text in files.items()
        if path.endswith(".html")
        for asset in re.findall(r'href="/([^"]+)"', text)
        if asset not in files
    ]


class _visiting:  # noqa: N801
    """Visits the site all the time, in another thread; a page may only change while one looks."""

    def __init__(self, look: Look, wrong: list[str], number: int) -> None:
        self._look = look
        self._wrong = wrong
        self._number = number
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *about: object) -> None:
        self._done.set()
        self._thread.join()

    def _visit(self) -> None:
        while not self._done.is_set():
            lacking = set(_lacking(self._look()))
            if lacking and (still := lacking & set(_lacking(self._look()))):  # it was not between two looks
                self._wrong.append(f"version {self._number}, on the way: {min(still)}")
            time.sleep(0.01)


# the deploy, in a process of its own


def _started(kind: str, options: Mapping[str, Any], root: Path, *, after: float) -> subprocess.Popen[bytes]:
    job = json.dumps({"kind": kind, "options": options, "root": str(root), "after": after})
    code = "from deploy.killing import main; main()"
    environ = {**os.environ, "PYTHONPATH": str(_TESTS), "KILLING": job}
    with (root / "killing.log").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-c", code], env=environ, stdout=out, stderr=out, start_new_session=True
        )


def _deployed(kind: str, options: Mapping[str, Any], root: Path) -> float:
    """Deploy to the end, and return how many seconds looking and sending took."""
    status = _started(kind, options, root, after=-1).wait(timeout=100)
    said = (root / "killing.log").read_text("utf-8", "replace")
    assert status == 0, said
    found = _SECONDS.search(said)
    assert found, said
    return float(found[1])


def main() -> None:
    """Deploy as the environment says; kill this process and all that it started when the time has come."""
    job = json.loads(os.environ["KILLING"])
    root = Path(job["root"])
    environ = {**os.environ, "GIT_AUTHOR_DATE": "2026-11-22T12:00:00Z"}
    with alone(root), opened(job["kind"], job["options"], errand(root, environ=environ)) as target:
        start = time.perf_counter()
        if job["after"] >= 0:
            threading.Thread(target=_kill, args=(job["after"],), daemon=True).start()
        sent(target, root / "public")
        print(f"sent in {time.perf_counter() - start}", flush=True)


def _kill(after: float) -> None:
    time.sleep(after)
    os.killpg(os.getpgid(0), signal.SIGKILL)
