"""A host that builds a fresh site gets the caresite that made it, wherever that came from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite import __version__
from caresite.cli import cli
from caresite.deploy.hosts import installation
from caresite.deploy.hosts.installation import INSTALL, installation_files

ROOT = Path(__file__).parents[2]
COPY = {"url": "file:///home/rosa/caresite", "dir_info": {}}
GIT = {"url": "https://git.example/caresite.git", "vcs_info": {"vcs": "git", "commit_id": "0a1b2c"}}
BUILD = """
import sys
sys.path.insert(0, sys.argv[1])
import caresite
assert caresite.__file__.startswith(sys.argv[1]), caresite.__file__
from caresite.cli import main
sys.argv = ["caresite", "build"]
main()
"""


class From:
    """An installed caresite that came from somewhere."""

    version = __version__
    files = distribution("caresite").files

    def __init__(self, origin: object) -> None:
        self.origin = origin

    def read_text(self, name: str) -> str | None:
        if name == "direct_url.json":
            return json.dumps(self.origin) if self.origin else None
        return distribution("caresite").read_text(name)


def caresite(root: Path, *words: str) -> None:
    done = CliRunner().invoke(cli, ["-C", str(root), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, f"caresite=={__version__}"),
        (GIT, "caresite @ git+https://git.example/caresite.git@0a1b2c"),
        (GIT | {"subdirectory": "py"}, "caresite @ git+https://git.example/caresite.git@0a1b2c#subdirectory=py"),
        ({"url": "https://x.example/caresite.whl", "archive_info": {}}, "caresite @ https://x.example/caresite.whl"),
        (COPY, f"./vendor/caresite-{__version__}-py3-none-any.whl"),
        (COPY | {"dir_info": {"editable": True}}, f"./vendor/caresite-{__version__}-py3-none-any.whl"),
    ],
    ids=["an index", "git", "a folder in git", "an address", "a copy", "a copy that is worked on"],
)
def test_a_host_installs_what_runs_here(origin: object, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "distribution", lambda name: From(origin))
    requirements, *wheel = installation_files()
    assert requirements.text == f"{line}\n"
    assert [file.path for file in wheel] == ([line.removeprefix("./")] if line.startswith("./") else [])


def test_netlify_builds_a_fresh_site_made_with_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command of `netlify.toml`, run where nothing but the site is, but for libraries, which an index has."""
    monkeypatch.setattr(installation, "distribution", lambda name: From(COPY))
    caresite(tmp_path, "init", "site", "--yes")
    site, packages = tmp_path / "site", tmp_path / "packages"
    install, build = tomllib.loads((site / "netlify.toml").read_text("utf-8"))["build"]["command"].split(" && ")
    assert build == "caresite build"
    offline = f"{install} --quiet --no-index --no-deps --target {packages}".split()
    subprocess.run([sys.executable, "-m", *offline], cwd=site, check=True, timeout=120)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(packages)], cwd=site, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (site / "public/blog/first-post/index.html").exists()
    assert list(packages.glob("caresite-*.dist-info/licenses/LICENSE"))
    assert {"hearth", "ledger"} <= {path.name for path in (packages / "caresite/themes").iterdir()}


def test_two_wheels_of_one_caresite_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "distribution", lambda name: From(COPY))
    wheels = [file.make() for _ in range(2) for file in installation_files() if file.make]
    assert wheels[0] == wheels[1]


def test_a_host_is_prepared_again_after_an_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caresite(tmp_path, "init", "site", "--yes")
    site = tmp_path / "site"
    assert __version__ in (site / "requirements.txt").read_text()
    monkeypatch.setattr(installation, "distribution", lambda name: From(None))
    monkeypatch.setattr(From, "version", "0.0.9")
    caresite(site, "deploy", "init", "netlify")
    assert (site / "requirements.txt").read_text().endswith("\ncaresite==0.0.9\n")
    done = CliRunner().invoke(cli, ["-C", str(site), "doctor"])
    assert f"requirements.txt names caresite 0.0.9, and this is {__version__}" in done.output


def test_every_text_says_the_same_way_to_install() -> None:
    paths = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "src/caresite/starter").rglob("*.md")]
    command = re.compile(r"(?:pip|pipx) install [^\n`]*caresite(?![-\w\[])[^\n`]*")
    said = {path.relative_to(ROOT).as_posix(): set(command.findall(path.read_text("utf-8"))) for path in paths}
    allowed = {INSTALL, INSTALL.replace("pip ", "pipx "), INSTALL.replace("install", "install --upgrade")}
    allowed.add('pip install "caresite @ git+ADDRESS"')
    assert {name: lines - allowed for name, lines in said.items() if lines - allowed} == {}
    assert INSTALL in said["README.md"]
    assert INSTALL in said["docs/tutorial.md"]
