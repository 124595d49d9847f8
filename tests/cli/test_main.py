"""The command line as people run it: processes, exit codes, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caresite import __version__
from caresite.cli import main
from caresite.testing import write_site

from .conftest import SITE

COMMAND = (sys.executable, "-m", "caresite")


def caresite(*words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*COMMAND, *words), cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **env}
    )


def test_build_check_and_clean_end_with_0_and_speak_plainly_in_a_pipe(site: Path) -> None:
    for words in (("build",), ("check",), ("list",), ("clean",)):
        done = caresite(*words, cwd=site)
        assert (done.returncode, done.stderr) == (0, "")
        assert "\x1b" not in done.stdout


def test_a_fault_of_the_site_ends_with_1(site: Path) -> None:
    write_site(site, "-- content/blog/bad.md --\n---\ntitle: Bad\ndate: never\n---\n")
    assert caresite("build", cwd=site).returncode == 1


@pytest.mark.parametrize("words", [("bild",), ("build", "--fast"), ("-C", "no/such/folder", "build"), ("new", "post")])
def test_wrong_usage_ends_with_2(site: Path, words: tuple[str, ...]) -> None:
    done = caresite(*words, cwd=site)
    assert done.returncode == 2
    assert done.stdout == ""


def test_without_a_verb_nothing_is_done_and_help_is_shown(site: Path) -> None:
    done = caresite(cwd=site)
    assert done.returncode == 2
    assert "Commands:" in done.stdout + done.stderr


def test_version_and_help_import_nothing_heavy() -> None:
    heavy = ("jinja2", "yaml", "babel", "rich", "msgspec", "markdown_it", "pygments", "asyncio", "importlib.metadata")
    script = (
        "import sys\nfrom caresite.cli import cli\n"
        "cli.main(sys.argv[1:], standalone_mode=False)\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    for word in ("--version", "--help"):
        done = subprocess.run((sys.executable, "-c", script, word), capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]"
    assert caresite("--version").stdout == f"caresite {__version__}\n"


def test_json_is_alone_on_standard_output(site: Path) -> None:
    done = caresite("--json", "build", cwd=site)
    assert json.loads(done.stdout)["ok"] is True
    assert done.stderr == ""


def test_a_reader_that_goes_away_is_no_fault_of_ours(site: Path) -> None:
    process = subprocess.Popen(
        (*COMMAND, "schema"), cwd=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert errors == ""


def test_an_interrupted_build_leaves_nothing_half_written(tmp_path: Path) -> None:
    posts = "".join(f"-- content/blog/p{n}.md --\n---\ntitle: P{n}\n---\n{'Word. ' * 300}\n" for n in range(400))
    write_site(tmp_path, SITE + posts)
    process = subprocess.Popen(
        (*COMMAND, "build"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Stopped. No file was left half-written." in errors
    assert "Traceback" not in errors
    assert not list(tmp_path.rglob(".caresite-*"))


def test_what_nobody_expected_is_called_our_fault(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("seven")

    monkeypatch.setattr("caresite.commands.clean.output_folder", fail)
    monkeypatch.setattr("sys.argv", ["caresite", "-C", str(site), "clean"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    errors = capsys.readouterr().err
    assert "RuntimeError: seven" in errors
    assert "This is a fault of caresite, not of your site." in errors


def test_no_color_is_honoured(site: Path) -> None:
    write_site(site, "-- content/blog/bad.md --\n---\ntitle: Bad\ndate: never\n---\n")
    assert "\x1b" not in caresite("build", cwd=site, NO_COLOR="1").stdout
