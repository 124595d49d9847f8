"""`caresite serve` as people run it: what it says, how it begins, how it ends, and that nothing of it is published."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest

from caresite.testing import write_site

from .conftest import Run

COMMAND = (sys.executable, "-m", "caresite")
PATIENCE_S = 30.0


class Serving:
    """A running `caresite serve`, whose lines can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._ended = False
        self._queue: queue.Queue[str | None] = queue.Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def line(self, *words: str) -> str:
        """Wait for a line with all these words. Raises AssertionError when none comes."""
        end = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < end, f"{words} was never said:\n" + "\n".join(self.lines)
            try:
                line = self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
            self._ended = line is None
            assert line is not None, f"it ended without {words}:\n" + "\n".join(self.lines)
            self.lines.append(line)
            if all(word in line for word in words):
                return line

    def rest(self) -> str:
        """Return all that was said, after the end."""
        while not self._ended:
            line = self._queue.get(timeout=PATIENCE_S)
            self._ended = line is None
            self.lines.extend([line] if line is not None else [])
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        said = next(line for line in self.lines if "http://" in line)
        return "http://" + said.split("http://")[1].split()[0].rstrip("/")

    def get(self, path: str) -> str:
        with urlopen(self.url + path, timeout=10) as answer:
            return str(answer.read().decode())

    def wait_for(self, path: str) -> None:
        """Wait until there is something at `path`. Raises AssertionError when nothing comes."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(HTTPError):
                self.get(path)
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} was never there:\n" + "\n".join(self.lines))

    def end(self, number: int = signal.SIGINT) -> float:
        """End it as Ctrl-C does and return the seconds that takes."""
        start = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - start


@contextmanager
def serving(site: Path, *words: str, ready: str = " in ", **env: str) -> Iterator[Serving]:
    """Serve `site` on a free port until the context ends."""
    command = (*COMMAND, "-C", str(site), "serve", "--port", "0", *words)
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ)
    running = Serving(process)
    try:
        if ready:
            running.line(ready)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        running.rest()
        assert process.stdout
        process.stdout.close()


def test_it_says_where_the_site_is_and_what_was_rebuilt(site: Path) -> None:
    with serving(site) as running:
        assert "The site is at http://127.0.0.1:" in running.lines[0]
        assert running.lines[1].endswith("/_caresite/")
        assert "pages in" in running.lines[-1]
        assert "We listen." in running.get("/blog/hello/")
        text = (site / "content/blog/hello.md").read_text()
        (site / "content/blog/hello.md").write_text(text.replace("We listen.", "We hear."))
        line = running.line("content/blog/hello.md: ", "changed in", " ms")
        assert " page" in line
        assert "We hear." in running.get("/blog/hello/")


def test_a_fault_is_said_once(site: Path) -> None:
    with serving(site) as running:
        write_site(site, "-- content/blog/bad.md --\n---\ntitle: Bad\ndate: never\n---\n")
        running.line("content/blog/bad.md:3:7: error[V204]")
        running.line("1 error; the last good pages are shown")
        write_site(site, "-- content/blog/more.md --\n---\ntitle: More\n---\nMore.\n")
        running.line("content/blog/more.md: 1 error")
        (site / "content/blog/bad.md").unlink()
        running.line("all is well again")
        running.end()
        assert running.rest().count("error[V204]") == 1


def test_ctrl_c_ends_it_at_once_with_all_its_threads(site: Path) -> None:
    with serving(site) as running:
        tab = urlopen(f"{running.url}/_caresite/events?path=/", timeout=10)
        assert tab.readline().startswith(b"retry:")
        assert running.end() < 2
        assert running.process.returncode == 0
        assert "Traceback" not in running.rest()
        tab.close()


def test_it_ends_at_once_in_the_middle_of_a_build(site: Path) -> None:
    posts = "".join(f"-- content/blog/p{n}.md --\n---\ntitle: P{n}\n---\n{'Word. ' * 300}\n" for n in range(600))
    write_site(site, posts)
    with serving(site, ready="The site is at") as running:
        time.sleep(1)
        children = psutil.Process(running.process.pid).children(recursive=True)
        assert running.end() < 3
        assert running.process.returncode == 0
        assert "Traceback" not in running.rest()
        assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


def test_whoever_ends_it_politely_is_heard(site: Path) -> None:
    with serving(site) as running:
        assert running.end(signal.SIGTERM) < 2
        assert running.process.returncode == 0


def test_a_busy_port_means_the_next_one_and_that_is_said(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(site, "--port", str(port)) as running:
            assert f"Port {port} is busy" in running.lines[0]
            assert int(running.url.rpartition(":")[2]) > port


def test_without_a_site_it_ends_with_a_clear_fault(tmp_path: Path) -> None:
    done = subprocess.run((*COMMAND, "serve"), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "error[C101]" in done.stdout
    assert "caresite init" in done.stdout


def test_it_begins_with_a_broken_config_and_goes_on_when_that_is_mended(site: Path) -> None:
    config = (site / "caresite.yaml").read_text()
    (site / "caresite.yaml").write_text(config + "titel: Twice\n")
    with serving(site, ready="there is nothing to show yet") as running:
        with pytest.raises(HTTPError, match="503") as refused:
            running.get("/")
        assert "titel" in refused.value.read().decode()
        (site / "caresite.yaml").write_text(config)
        running.line("all is well again")
        assert "We listen." in running.get("/blog/hello/")


def test_drafts_are_shown_unless_it_is_as_in_production(site: Path) -> None:
    with serving(site) as running:
        assert "Not yet." in running.get("/blog/plans/")
        assert "Later." in running.get("/blog/new-year/")
        assert "Gone." in running.get("/blog/offer/")
    with serving(site, "--production") as running:
        assert "it is a draft" in running.get("/_caresite/")
        for path in ("/blog/plans/", "/blog/new-year/", "/blog/offer/"):
            with pytest.raises(HTTPError, match="404"):
                running.get(path)
    with serving(site, "--production", "-D") as running:
        assert "Not yet." in running.get("/blog/plans/")
        with pytest.raises(HTTPError, match="404"):
            running.get("/blog/offer/")


def test_nothing_of_the_preview_is_published(site: Path) -> None:
    with serving(site) as running:
        assert "_caresite" in running.get("/blog/hello/")
        assert not (site / "public").exists()
        done = subprocess.run((*COMMAND, "-C", str(site), "build"), capture_output=True, text=True, check=True)
        assert "Built" in done.stdout
    files = [path for path in (site / "public").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if b"_caresite" in path.read_bytes()] == []
    own = {"caresite.yaml", "content", "public", ".public.caresite-output", ".caresite"}
    assert {path.name for path in site.iterdir()} <= own


def test_built_serves_the_output_folder_as_it_is(site: Path) -> None:
    subprocess.run((*COMMAND, "-C", str(site), "build"), capture_output=True, check=True)
    (site / "public/blog/hello/index.html").write_text("<title>As it is</title>")
    with serving(site, "--built", ready="The site is at") as running:
        assert running.get("/blog/hello/") == "<title>As it is</title>"
        assert running.end() < 2
        assert running.process.returncode == 0


def test_built_without_an_output_folder_says_what_to_do(run: Run) -> None:
    done = run("serve", "--built")
    assert done.exit_code == 1
    assert "caresite build" in done.output


def test_another_host_is_warned_of(site: Path) -> None:
    with serving(site, "--host", "0.0.0.0") as running:
        said = "\n".join(running.lines)
        assert "Warning: everybody who can reach 0.0.0.0 can read this" in said
    with serving(site, "--host", "localhost") as running:
        assert "Warning" not in "\n".join(running.lines)


def test_a_host_that_is_not_this_computer_is_wrong_usage(run: Run) -> None:
    done = run("serve", "--host", "192.0.2.1")
    assert done.exit_code == 2
    assert "192.0.2.1" in done.output


def test_machines_get_a_line_of_json_for_each_event(site: Path) -> None:
    with serving(site, "--json", ready='"built"') as running:
        serving_event, built = (json.loads(line) for line in running.lines)
        assert serving_event["event"] == "serving"
        assert serving_event["url"].startswith("http://127.0.0.1:")
        assert (built["ok"], built["paths"]) == (True, [])
        write_site(site, "-- content/blog/bad.md --\n---\ntitle: Bad\ndate: never\n---\n")
        event = json.loads(running.line("bad.md"))
        assert (event["ok"], event["paths"]) == (False, ["content/blog/bad.md"])
        assert [d["code"] for d in event["diagnostics"]] == ["V204"]
        assert event["ms"] > 0


def test_the_moment_can_be_another_one(site: Path) -> None:
    with serving(site, "--clock", "2031-01-02", "--production") as running:
        assert "Later." in running.get("/blog/new-year/")


@pytest.mark.parametrize("name", ["serve", "preview", "dev"])
def test_it_has_the_names_that_others_use(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert "updated with every save" in done.output


def test_what_was_scheduled_appears_when_it_is_due(site: Path) -> None:
    soon = time.strftime("%Y-%m-%d %H:%M:%S +0000", time.gmtime(time.time() + 6))
    write_site(site, f"-- content/blog/soon.md --\n---\ntitle: Soon\ndate: {soon}\n---\nAt last.\n")
    with serving(site, "--production") as running:
        running.wait_for("/blog/soon/")
        assert "At last." in running.get("/blog/soon/")


def test_other_commands_import_nothing_of_it(site: Path) -> None:
    heavy = ("starlette", "uvicorn", "watchdog", "asyncio", "caresite.preview.app")
    script = (
        "import sys\nfrom caresite.cli import cli\n"
        "cli.main(sys.argv[1:], standalone_mode=False)\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    for words in (("build",), ("check",), ("list",)):
        command = (sys.executable, "-c", script, "-C", str(site), *words)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]", words
