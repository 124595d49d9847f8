"""What lies in a folder at the other end of an SFTP line: asked of the server's `find`, else over SFTP itself.

A server that lets us run a command says it all at once. Whether it speaks of the same folder is seen by comparing its
top with what SFTP says.
"""

from __future__ import annotations

import shlex
import stat
from collections.abc import Callable
from typing import Any, NamedTuple

from caresite.deploy.sftp_walk import walked

__all__ = ["Ask", "Listing", "listed", "stamp_of"]

Ask = Callable[[Callable[[Any], Any]], Any]
"""Does something with an SFTP channel, again when the line breaks."""

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
    if found is not None and _top_of(found) == {entry.filename: _told(entry) for entry in top}:
        return found
    walked_through: Listing = ask(lambda sftp: _walked(sftp, folder))
    return walked_through


def stamp_of(entry: Any) -> str:
    """Return size and time of a file, by which the ledger tells it."""
    return _stamp(entry.st_size or 0, entry.st_mtime or 0)


def _stamp(size: int, time: float) -> str:
    return f"{size}-{int(time)}"


def _top_of(listing: Listing) -> dict[str, str]:
    """Return what stands at the top: files with their stamps, folders without."""
    top = {path: stamp for path, stamp in listing.files.items() if "/" not in path}
    return top | {path: "" for path in listing.folders if "/" not in path}


def _told(entry: Any) -> str:
    return "" if stat.S_ISDIR(entry.st_mode or 0) else stamp_of(entry)


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
            files[path] = _stamp(int(size), float(time))
    return Listing(files, folders)


# over SFTP


def _walked(sftp: Any, folder: str) -> Listing:
    """Return what SFTP says, over a channel of its own."""
    files, folders = dict[str, str](), set[str]()
    with sftp.get_channel().get_transport().open_session() as channel:
        channel.settimeout(sftp.get_channel().gettimeout())
        channel.invoke_subsystem("sftp")
        for entry in walked(channel, folder):
            if entry.is_folder:
                folders.add(entry.path)
            else:
                files[entry.path] = _stamp(entry.size, entry.time)
    return Listing(files, folders)
