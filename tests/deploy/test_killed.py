"""A deploy may be killed at any moment: the next one ends where it would have, and no page lacks its assets meanwhile.

`CARESITE_KILLS=20 python -m pytest tests/deploy/test_killed.py -rP` kills each target twenty times.
"""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.killing import Look, killed_often
from deploy.servers import Server, Storage

TIMES = int(os.environ.get("CARESITE_KILLS", "2"))


class Place(NamedTuple):
    """A target, and how to look at what is there."""

    kind: str
    options: dict[str, Any]
    look: Look


def on_disk(folder: Path) -> Look:
    """Look at a folder as a web server does: pages first, and then what they ask for."""

    def look() -> dict[str, str]:
        found = {}
        for wanted in (True, False):
            for path in _files(folder):
                if (path.suffix == ".html") is wanted and not path.name.startswith("."):
                    with suppress(FileNotFoundError):
                        found[path.relative_to(folder).as_posix()] = path.read_text("utf-8")
        return found

    return look


def _files(folder: Path) -> Iterator[Path]:
    """Yield what is there; a folder that goes meanwhile has nothing in it."""
    return (Path(place) / name for place, _, names in os.walk(folder) for name in names)


def in_repository(repository: Path) -> Look:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=repository, capture_output=True, text=True, check=False)
        return done.stdout

    def look() -> dict[str, str]:
        commit = git("rev-parse", "--verify", "--quiet", "gh-pages").strip()
        names = git("ls-tree", "-r", "--name-only", commit).split() if commit else []
        asked = "".join(f"{commit}:{name}\n" for name in names)
        words = ["git", "cat-file", "--batch=%(objectsize)"]
        data = subprocess.run(words, cwd=repository, capture_output=True, check=True, input=asked.encode()).stdout
        found = {}
        for name in names:
            size, _, data = data.partition(b"\n")
            found[name], data = data[: int(size)].decode(), data[int(size) + 1 :]
        return found

    return look


def in_bucket(storage: Storage, bucket: str) -> Look:
    client = storage.client()

    def look() -> dict[str, str]:
        found: dict[str, str] = {}
        keys = [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
        for key in sorted(keys, key=lambda key: not key.endswith(".html")):
            with suppress(client.exceptions.NoSuchKey):
                if not key.startswith(".caresite"):
                    found[key] = client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return found

    return look


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return MAKERS[request.param](request, tmp_path, monkeypatch)


def _folder(switch: bool) -> Callable[..., Place]:
    def make(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
        return Place("folder", {"path": "www", "switch": switch}, on_disk(root / "www"))

    return make


def _ssh(kind: str) -> Callable[..., Place]:
    def make(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
        sshd: Server = request.getfixturevalue("sshd")
        return Place(kind, sshd.options(root / "www"), on_disk(root / "www"))

    return make


def _git(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    sshd: Server = request.getfixturevalue("sshd")
    repository = root / "repository.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(repository)], check=True)
    monkeypatch.setenv("GIT_SSH_COMMAND", sshd.ssh_command)
    return Place("git", {"remote": f"ssh://127.0.0.1:{sshd.port}{repository}"}, in_repository(repository))


def _s3(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    moto: Storage = request.getfixturevalue("moto")
    bucket = f"killed-{uuid.uuid4().hex[:8]}"
    moto.client().create_bucket(Bucket=bucket)
    for name, value in moto.environ.items():
        monkeypatch.setenv(name, value)
    return Place("s3", {"bucket": bucket, "endpoint": moto.url}, in_bucket(moto, bucket))


MAKERS: dict[str, Callable[..., Place]] = {
    "folder, switched": _folder(True),
    "folder, in place": _folder(False),
    "sftp": _ssh("sftp"),
    "rsync": _ssh("rsync"),
    "git": _git,
    "s3": _s3,
}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("place", MAKERS, indirect=True)
def test_a_killed_deploy_goes_on_and_no_page_lacks_its_assets(place: Place, tmp_path: Path) -> None:
    seen = killed_often(place.kind, place.options, tmp_path, place.look, times=TIMES, seed=TIMES)
    print(f"{place.kind}: killed {seen.killed} of {TIMES} times on the way")
    assert seen.wrong == ()
    assert list(tmp_path.glob(".caresite/deploy/*/scratch-*")) == []
