"""A tree listed over one SFTP channel: all of it, from servers with little room, and nothing of what is no answer."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from caresite.deploy.sftp_listing import _walked
from caresite.deploy.sftp_walk import walked
from deploy.sending import errand, opened, sent
from deploy.servers import Server, ssh_program, ssh_server

VERSION = struct.pack(">IBI", 5, 2, 3)


@pytest.fixture(scope="module")
def cramped_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that has few folders open at one time."""
    if not ssh_program():
        pytest.skip("there is no SSH server: apt-get install openssh-server")
    with ssh_server(tmp_path_factory.mktemp("cramped"), only_sftp=True, most_open=48) as server:
        yield server


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with many folders, deep ones, one with many files, links and odd names."""
    root = tmp_path_factory.mktemp("tree")
    for number in range(90):
        (root / f"blog/{number}").mkdir(parents=True)
        (root / f"blog/{number}/index.html").write_text("x" * number)
    (root / "many").mkdir()
    for number in range(450):
        (root / f"many/{number}-{'long' * 20}.txt").write_text("")
    (root / "/".join("deep")).mkdir(parents=True)
    (root / "/".join("deep") / "caf\u00e9 #1?.html").write_text("deep down")
    (root / "link").symlink_to(root / "blog")
    (root / "empty").mkdir()
    (root / b"caf\xe9".decode("utf-8", "surrogateescape")).write_text("a name from long ago")
    return root


@pytest.mark.parametrize("server", ["bare_sshd", "cramped_sshd"])
def test_everything_is_found(request: pytest.FixtureRequest, tree: Path, server: str) -> None:
    sshd: Server = request.getfixturevalue(server)
    with opened("sftp", sshd.options(tree), errand(tree)) as target:
        found = target._asked(lambda sftp: _walked(sftp, str(tree)))  # type: ignore[attr-defined]
    below = [path for path in tree.rglob("*") if "link" not in path.relative_to(tree).parts[:-1]]
    folders = {path.relative_to(tree).as_posix() for path in below if path.is_dir() and not path.is_symlink()}
    stats = {path.relative_to(tree).as_posix(): path.lstat() for path in below}
    files = {path: f"{stat.st_size}-{int(stat.st_mtime)}" for path, stat in stats.items() if path not in folders}
    assert (found.files, found.folders) == (files, folders)
    assert len(files) == 90 + 450 + 3


def test_a_server_that_keeps_all_to_itself_is_asked_to_show_it(site: Path, cramped_sshd: Server) -> None:
    with opened("sftp", cramped_sshd.options(site / "www"), errand(site)) as target:
        sent(target, site / "public")
    files = {
        path.stat().st_mode & 0o777 for path in (site / "www").rglob("*.*") if path.is_file() and path.name[0] != "."
    }
    folders = {path.stat().st_mode & 0o777 for path in (site / "www").rglob("*") if path.is_dir()}
    assert (files, folders) == ({0o644}, {0o755})


class Channel:
    """Gives the bytes that it was made with, whatever it is asked."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def sendall(self, data: bytes) -> None:
        pass

    def recv(self, size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def answer(kind: int, *words: int, text: bytes = b"") -> bytes:
    body = struct.pack(f">B{len(words)}I", kind, *words) + text
    return struct.pack(">I", len(body)) + body


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([answer(101, 1, 4)], "does not know"),
        ([struct.pack(">IB", 1 << 30, 2)], "does not know"),
        ([VERSION, answer(103, 1, 4)], "does not know"),
        ([VERSION, answer(102, 1, 2, text=b"hi"), answer(104, 2, 9)], "does not know"),
        ([VERSION, answer(101, 1, 3)], "Permission denied"),
        ([VERSION, answer(101, 1, 4)], "Input/output error"),
        ([VERSION, answer(102, 1, 2, text=b"hi"), answer(101, 2, 4)], "Input/output error"),
    ],
)
def test_what_is_no_answer_is_told(pieces: list[bytes], words: str) -> None:
    with pytest.raises(OSError, match=words):
        list(walked(Channel(*pieces), "www"))


def test_a_server_that_hangs_up_is_no_empty_folder() -> None:
    with pytest.raises(EOFError):
        list(walked(Channel(VERSION, answer(102, 1, 2, text=b"hi")), "www"))


def test_a_folder_that_goes_meanwhile_has_nothing_in_it() -> None:
    whole = VERSION + answer(101, 1, 2)
    assert list(walked(Channel(whole[:7], whole[7:]), "www")) == []
