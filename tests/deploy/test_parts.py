"""The small parts of deploys: crews, secrets, headers, what is in the way, the log."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caresite.core.diagnostics import Problem, Span
from caresite.deploy.crew import each
from caresite.deploy.faults import silent
from caresite.deploy.journal import Entry, alone, append, entries, live_pages, note_live_pages
from caresite.deploy.media import Media
from caresite.deploy.plan import emptied, in_the_way, made
from caresite.deploy.scratch import scratch, short_scratch
from caresite.deploy.secrets import find_secret, needed_secret
from caresite.deploy.target import File, There, Wanted
from deploy.sending import errand

# crews


def test_a_crew_does_everything_and_tells_of_each() -> None:
    seen: list[int] = []
    lock, done = threading.Lock(), list[int]()

    def work(item: int) -> None:
        with lock:
            seen.append(item)

    each(range(50), work, workers=4, done=done.append)
    assert sorted(seen) == sorted(done) == list(range(50))


def test_the_first_fault_ends_the_work_of_a_crew() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 2:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        each(range(100_000), work, workers=2, done=lambda item: None)
    assert len(begun) < 1000  # a few were begun at the same moment


# secrets


def test_a_secret_comes_from_the_environment_or_from_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from the file\n")
    (tmp_path / "token").chmod(0o600)
    assert find_secret(errand(tmp_path, environ={"TOKEN": " from outside "}), variable="TOKEN") == "from outside"
    assert find_secret(errand(tmp_path), variable="TOKEN", file="token") == "from the file"
    assert find_secret(errand(tmp_path), variable="TOKEN") == ""


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [("secret-1", 0o640, "others on this computer"), ("", 0o600, "is empty"), (None, 0, "cannot be read")],
)
def test_a_secret_that_is_none_is_told(tmp_path: Path, text: str | None, mode: int, words: str) -> None:
    if text is not None:
        (tmp_path / "token").write_text(text)
        (tmp_path / "token").chmod(mode)
    with pytest.raises(Problem) as raised:
        find_secret(errand(tmp_path), variable="TOKEN", file="token")
    (found,) = raised.value.diagnostics
    assert (found.code, words in found.message, "secret-1" in found.message) == ("H112", True, False)


def test_a_missing_secret_is_told_with_the_name_of_its_variable(tmp_path: Path) -> None:
    with pytest.raises(Problem) as raised:
        needed_secret(errand(tmp_path), variable="MY_TOKEN")
    assert "MY_TOKEN" in raised.value.diagnostics[0].message


# headers


def test_headers_and_redirects_are_those_of_a_site_below_a_path(tmp_path: Path) -> None:
    (tmp_path / "h").write_text("/shop/assets/*\n  Cache-Control: max-age=9\n/shop/blog/\n  Cache-Control: max-age=8\n")
    (tmp_path / "r").write_text("/shop/old/ /shop/blog/ 301!\n/shop/blog/ /shop/x/ 301\n")
    files = {"_headers": File("_headers", tmp_path / "h", 1), "_redirects": File("_redirects", tmp_path / "r", 1)}
    files["blog/index.html"] = File("blog/index.html", tmp_path / "h", 1)
    media = Media(files, "https://www.harbour-vets.org/shop/")
    assert media.of("assets/a.css").cache_control == "max-age=9"
    assert media.of("blog/index.html").cache_control == "max-age=8"
    assert media.redirects == {"old/index.html": "/shop/blog/"}  # where a page stands, an unforced rule says nothing


# plans


def plan_of(wanted: list[str], there: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    site = Wanted({path: File(path, Path(path), 1) for path in wanted}, dict.fromkeys(wanted, "1"))
    plan = made(site, There(dict.fromkeys(there, "1")))
    return in_the_way(plan), emptied(plan, plan.delete)


@pytest.mark.parametrize(
    ("wanted", "there", "blocking", "empty"),
    [
        (["a/b.html"], ["a"], ("a",), ()),
        (["a"], ["a/b/c.html", "a/d.html"], ("a/b/c.html", "a/d.html"), ("a/b", "a")),
        (["a/new.html"], ["a/old.html", "b/c/old.html"], (), ("b/c", "b")),
        ([], [], (), ()),
    ],
)
def test_what_must_go_first_and_which_folders_are_empty_then(
    wanted: list[str], there: list[str], blocking: tuple[str, ...], empty: tuple[str, ...]
) -> None:
    assert plan_of(wanted, there) == (blocking, empty)


# what is left behind

KILLED = """
import os, pathlib, signal, sys
from caresite.deploy.scratch import scratch, short_scratch
from deploy.sending import errand

given = errand(pathlib.Path(sys.argv[1]))
with scratch(given) as folder, short_scratch(given) as short:
    (folder / "index.html.gz").write_text("packed")
    (short / "socket").touch()
    print(folder, short, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_deploy_leaves_is_cleared_by_the_next(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    folder, short = map(Path, done.stdout.split())
    theirs = tmp_path / ".caresite/deploy/production/scratch-x"
    theirs.mkdir()
    (tmp_path / "pictures").mkdir()
    (theirs / "short").symlink_to(tmp_path / "pictures")
    assert (folder.exists(), short.exists()) == (True, True)
    with alone(tmp_path):
        assert (folder.exists(), short.exists()) == (False, False)
    assert list((tmp_path / ".caresite/deploy/production").iterdir()) == []
    assert (tmp_path / "pictures").exists()


def test_folders_for_one_deploy_go_with_it(tmp_path: Path) -> None:
    with scratch(errand(tmp_path)) as folder, short_scratch(errand(tmp_path)) as short:
        assert folder.is_relative_to(tmp_path / ".caresite")
        assert short.parent == Path(tempfile.gettempdir())
    assert not folder.exists()
    assert not short.exists()


# the journal


def test_the_log_passes_over_what_it_cannot_read(tmp_path: Path) -> None:
    entry = Entry(at=datetime(2026, 11, 22, tzinfo=UTC), name="a", target="folder", base_url="https://a.example/")
    append(tmp_path, entry)
    with (tmp_path / ".caresite/deploys.jsonl").open("ab") as file:
        file.write(b"half a li\n")
    append(tmp_path, entry)
    assert list(entries(tmp_path)) == [entry, entry]


def test_what_is_live_is_remembered_and_may_be_forgotten(tmp_path: Path) -> None:
    assert live_pages(tmp_path / "state") == {}
    note_live_pages(tmp_path / "state", {"content/a.md": "/a/"})
    assert live_pages(tmp_path / "state") == {"content/a.md": "/a/"}
    (tmp_path / "state/live.json").write_text("not JSON")
    assert live_pages(tmp_path / "state") == {}


# faults


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "or there is no network"),
        (TimeoutError(), "did not answer in time"),
        (OSError(113, "No route to host"), "no route to host"),
        (EOFError(), "EOFError"),
    ],
)
def test_a_host_that_is_silent_is_told_with_the_reason(error: Exception, words: str) -> None:
    (found,) = silent(Span("caresite.yaml"), "ssh.example.com", error).diagnostics
    assert (found.code, found.message.startswith("ssh.example.com cannot be reached: ")) == ("H205", True)
    assert words.lower() in found.message.lower()
