"""A disk without room: the message names it, nothing is half written, and the last good site stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SITE = {
    "caresite.yaml": "title: X\nbase_url: https://x.example/\ntimezone: UTC\n",
    "content/blog/a.md": "---\ntitle: A\ndate: 2026-01-01\n---\nText.\n",
}
LATER = "---\ntitle: B\ndate: 2026-01-02\n---\nText.\n"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a disk of 6 MB, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("a disk can be mounted by root on Linux only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leave: int = 0) -> None:
    (folder / "room").write_bytes(bytes(leave))
    with (folder / "fill").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    (folder / "room").unlink()


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def caresite(root: Path, *words: str, tmp: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, **({"TMPDIR": str(tmp)} if tmp else {})}
    command = [sys.executable, "-m", "caresite", *words]
    return subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("leave", [0, 8192, 65536])
def test_a_full_disk_is_named_and_the_last_good_site_stays(disk: Path, leave: int) -> None:
    write(disk, SITE)
    assert caresite(disk, "build").returncode == 0
    before = contents(disk / "public")
    write(disk, {"content/blog/b.md": LATER, "static/film.bin": "x" * 400_000})
    fill(disk, leave=leave)
    run = caresite(disk, "build")
    said = run.stdout + run.stderr
    assert (run.returncode, "Traceback" in said) == (1, False), said
    assert f"no space left on the disk at {disk}" in said
    assert "error[B103]" in said
    assert contents(disk / "public") == before
    (disk / "fill").unlink()
    assert caresite(disk, "build").returncode == 0
    assert (disk / "public/blog/b/index.html").exists()


def test_a_command_that_writes_one_file_says_so_too(disk: Path) -> None:
    write(disk, SITE)
    fill(disk)
    run = caresite(disk, "new", "post", "Hello")
    assert (run.returncode, "error[B103]" in run.stdout, "Traceback" in run.stderr) == (1, True, False), run.stderr
    assert sorted(path.name for path in (disk / "content/blog").iterdir()) == ["a.md"]


@pytest.mark.parametrize("leave", [0, 40_000])
def test_a_full_folder_for_temporary_files_is_named(disk: Path, tmp_path: Path, leave: int) -> None:
    write(tmp_path / "site", SITE)
    fill(disk, leave=leave)
    run = caresite(tmp_path / "site", "build", tmp=disk)
    said = run.stdout + run.stderr
    assert "Traceback" not in said
    assert run.returncode == 0 or ("error[B103]" in said and f"the disk at {disk}" in said and "TMPDIR" in said), said


def test_a_folder_for_temporary_files_that_is_not_there_is_no_matter(tmp_path: Path) -> None:
    write(tmp_path / "site", SITE)
    assert caresite(tmp_path / "site", "build", tmp=tmp_path / "nowhere").returncode == 0
