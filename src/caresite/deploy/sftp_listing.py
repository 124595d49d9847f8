"""What lies in a folder at the other end of an SFTP line: asked of the server's `find`, else folder by folder.

A site has thousands of folders, and SFTP takes four answers for each. A server that lets us run a command says it all
at once. Whether it speaks of the same folder is seen by comparing its top with what SFTP says.
"""

from __future__ import annotations

import posixpath
import shlex
import stat
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from caresite.deploy.crew import each

__all__ = ["Ask", "Listing", "listed", "stamp_of"]

T = TypeVar("T")
Ask = Callable[[Callable[[Any], Any]], Any]
"""Does something with an SFTP channel, again when the line breaks."""

_WORKERS = 6  # servers let one line have ten channels
_PATIENCE_S = 10
_MOST_BYTES = 64 * 1024 * 1024


class Listing(NamedTuple):
    """The stamp of each file by path, and the folders."""

    files: dict[str, str]
    folders: set[str]


def listed(ask: Ask, folder: str) -> Listing:
    """Return what lies below `folder`, which is there."""
    top: list[Any] = ask(lambda sftp: sftp.listdir_attr(folder))
    found: Listing | None = ask(lambda sftp: _found(sftp, folder))
    if found is not None and _top_of(found) == _top_of(_entries("", top)):
        return found
    return _walked(ask, folder, top)


def stamp_of(entry: Any) -> str:
    """Return size and time of a file, by which the ledger tells it."""
    return f"{entry.st_size}-{int(entry.st_mtime or 0)}"


def _top_of(listing: Listing) -> dict[str, str]:
    """Return what stands at the top: files with their stamps, folders without."""
    top = {path: stamp for path, stamp in listing.files.items() if "/" not in path}
    return top | {path: "" for path in listing.folders if "/" not in path}


# all at once


def _found(sftp: Any, folder: str) -> Listing | None:
    """Return what the server's `find` says; None where it lets us run nothing, or has another `find`."""
    command = f"find {shlex.quote(folder)}/ -mindepth 1 -printf '%y %s %T@ %P\\0'"
    import paramiko

    try:
        with sftp.get_channel().get_transport().open_session() as channel:
            channel.settimeout(60)
            channel.exec_command(command)
            channel.shutdown_write()
            said = b"".join(_parts(channel))
            channel.status_event.wait(_PATIENCE_S)  # it comes after what was said, or never
            status = channel.exit_status
    except (paramiko.SSHException, EOFError, OSError):
        return None
    return _read(said) if status == 0 and len(said) < _MOST_BYTES else None


def _parts(channel: Any) -> Any:
    size = 0
    while (part := channel.recv(65_536)) and size < _MOST_BYTES:
        size += len(part)
        yield part


def _read(said: bytes) -> Listing | None:
    files, folders = dict[str, str](), set[str]()
    for line in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        kind, size, time, path = line.split(" ", 3)
        if kind == "d":
            folders.add(path)
        else:
            files[path] = f"{size}-{int(float(time))}"
    return Listing(files, folders)


# folder by folder


def _walked(ask: Ask, folder: str, top: list[Any]) -> Listing:
    """Return what SFTP says; folders of one depth are listed several at once."""
    found = _entries("", top)
    level = sorted(found.folders)
    while level:
        below: list[Listing] = []

        def take(path: str, below: list[Listing] = below) -> None:
            below.append(_entries(path, ask(lambda sftp: sftp.listdir_attr(posixpath.join(folder, path)))))

        each(level, take, workers=_WORKERS, done=lambda path: None)
        for listing in below:
            found.files.update(listing.files)
            found.folders.update(listing.folders)
        level = sorted(path for listing in below for path in listing.folders)
    return found


def _entries(folder: str, entries: list[Any]) -> Listing:
    files, folders = dict[str, str](), set[str]()
    for entry in entries:
        path = posixpath.join(folder, entry.filename)
        if stat.S_ISDIR(entry.st_mode or 0):
            folders.add(path)
        else:
            files[path] = stamp_of(entry)
    return Listing(files, folders)
