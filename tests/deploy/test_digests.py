"""Digests of the output: the ones that hosts know, and read again only for what has changed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.deploy import digests
from caresite.deploy.digests import digest_of, output_files, recalled, wanted_from
from caresite.deploy.target import Wanted
from deploy.sending import PAGES, write

LATER_NS = 10_000_000_000


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return write(tmp_path / "public", PAGES)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of files as they are read."""
    names: list[str] = []

    def noted(source: Path, name: digests.DigestName) -> str:
        names.append(source.name)
        return digest_of(source, name)

    monkeypatch.setattr(digests, "digest_of", noted)
    return names


def recall(public: Path, later_ns: int = LATER_NS) -> Wanted:
    """Return what is wanted, when so much time has passed since the files were made."""
    files = output_files(public)
    found = recalled(files, "blake2b", public.parent / "state", now_ns=time.time_ns() + later_ns)
    assert found == Wanted(files, {path: digest_of(file.source, "blake2b") for path, file in files.items()})
    return found


def same_size(path: Path) -> None:
    path.write_text("x" * path.stat().st_size)


def as_old_as_before(path: Path) -> None:
    before = path.stat()
    same_size(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def another_file(path: Path) -> None:
    path.with_name("new").write_text("x" * path.stat().st_size)
    path.with_name("new").replace(path)


def test_what_has_not_changed_is_read_once(public: Path, read: list[str]) -> None:
    recall(public)
    assert sorted(read) == sorted(Path(path).name for path in PAGES)
    recall(public)
    assert len(read) == len(PAGES)


@pytest.mark.parametrize("change", [same_size, as_old_as_before, another_file])
def test_what_has_changed_is_read_again(public: Path, read: list[str], change: Callable[[Path], None]) -> None:
    recall(public)
    read.clear()
    change(public / "feed.xml")
    recall(public)
    assert read == ["feed.xml"]


def test_what_was_made_just_now_is_read_again(public: Path, read: list[str]) -> None:
    recall(public, 0)
    recall(public, 0)
    assert len(read) == 2 * len(PAGES)


def test_a_memory_that_is_lost_or_broken_costs_time_alone(public: Path, read: list[str]) -> None:
    recall(public)
    memory = public.parent / "state/digests-blake2b.json"
    for broken in ("[]", "half of it {", '{"feed.xml": ["x", 1]}'):
        memory.write_text(broken)
        recall(public)
    assert len(read) == 4 * len(PAGES)


def test_the_names_of_git_are_those_that_git_gives(public: Path) -> None:
    wanted = wanted_from(output_files(public), "git")
    paths = [str(public / path) for path in wanted.files]
    said = subprocess.run(["git", "hash-object", "--no-filters", *paths], capture_output=True, text=True, check=True)
    assert list(wanted.digests.values()) == said.stdout.split()
