"""A whole tree listed over one SFTP channel, with many folders asked for at once.

A folder costs three questions that have to wait for one another (open, read, read again until the end). A site has
thousands of folders, so they are not asked for one after another: questions go out together, and answers are taken in
whatever order they come. Questions and answers: draft-ietf-secsh-filexfer-02, version 3, which every server speaks.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
import struct
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["Entry", "walked"]

_INIT, _VERSION, _CLOSE, _OPENDIR, _READDIR = 1, 2, 4, 11, 12
_STATUS, _HANDLE, _NAME = 101, 102, 104
_EOF, _NO_SUCH_FILE, _PERMISSION_DENIED = 1, 2, 3
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 1 << 31

_AT_ONCE = 64  # folders that are open at one time; a server that has no room for so many gets fewer
_READS = 2  # a folder of few files is read and at its end after two
_PIECE = 1 << 18
_LONGEST = 1 << 24  # bytes of one answer; servers send a quarter of a megabyte at most


class Entry(NamedTuple):
    """What stands at a path: its kind and rights as in `st_mode`, its size in bytes, when it was changed (seconds)."""

    path: str
    mode: int
    size: int
    time: int

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


class _Folder:
    """A folder that is being read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.handle = b""
        self.unanswered = 1
        self.is_read = False


def walked(channel: Any, root: str) -> Iterator[Entry]:
    """Yield what lies below the folder `root`, by paths from there, over a channel that speaks SFTP already.

    A folder that goes meanwhile has nothing in it. Raises OSError for what the server refuses, and EOFError when it
    hangs up.
    """
    return _Walk(channel, root).entries()


class _Walk:
    """The questions that are out, and the folders that nobody has asked for yet."""

    def __init__(self, channel: Any, root: str) -> None:
        self._channel = channel
        self._root = root
        self._waiting = deque([""])
        self._asked: dict[int, _Folder | None] = {}
        self._open = 0
        self._most = _AT_ONCE
        self._number = 0
        self._said = bytearray()

    def entries(self) -> Iterator[Entry]:
        """Yield what is found, as answers come."""
        answers = _answers(self._channel)
        self._channel.sendall(struct.pack(">IBI", 5, _INIT, 3))
        if next(answers)[0] != _VERSION:
            raise _nonsense()
        while self._waiting or self._asked:
            self._begin()
            self._channel.sendall(bytes(self._said))
            self._said.clear()
            kind, body = next(answers)
            yield from self._taken(kind, body)

    def _begin(self) -> None:
        while self._waiting and self._open < self._most:
            path = self._waiting.popleft()
            self._open += 1
            name = posixpath.join(self._root, path).encode("utf-8", "surrogateescape")
            self._ask(_OPENDIR, name, _Folder(path))

    def _ask(self, kind: int, text: bytes, folder: _Folder | None) -> None:
        self._number += 1
        self._asked[self._number] = folder
        self._said += struct.pack(">IBII", 9 + len(text), kind, self._number, len(text)) + text

    def _taken(self, kind: int, body: bytes) -> Iterator[Entry]:
        """Take an answer in, ask what follows from it, and yield what it tells of."""
        folder = self._asked.pop(_number(body, 0), None)
        if folder is None:
            return  # of a folder that was closed
        folder.unanswered -= 1
        if kind == _HANDLE:
            folder.handle = body[8 : 8 + _number(body, 4)]
        elif kind == _NAME:
            yield from self._named(folder, body)
        elif kind == _STATUS:
            self._refused(folder, _number(body, 4))
        else:
            raise _nonsense()
        if folder.handle and not folder.unanswered:
            self._go_on(folder)

    def _go_on(self, folder: _Folder) -> None:
        if folder.is_read:
            self._open -= 1
            self._ask(_CLOSE, folder.handle, None)
            return
        folder.unanswered = _READS
        for _ in range(_READS):
            self._ask(_READDIR, folder.handle, folder)

    def _named(self, folder: _Folder, body: bytes) -> Iterator[Entry]:
        for entry in _entries(folder.path, body):
            if entry.is_folder:
                self._waiting.append(entry.path)
            yield entry

    def _refused(self, folder: _Folder, status: int) -> None:
        """Take in that a folder is at its end, or cannot be read. Raises OSError when nothing can be done about it."""
        if folder.handle:
            folder.is_read = True
            if status != _EOF:
                raise _error(status, folder.path)
            return
        self._open -= 1
        if status == _NO_SUCH_FILE:
            return
        if status == _PERMISSION_DENIED or not self._open:
            raise _error(status, folder.path)
        self._most = max(1, self._open)  # no room for so many
        self._waiting.append(folder.path)


def _answers(channel: Any) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of each answer."""
    held = bytearray()
    while True:
        while len(held) >= 5 and len(held) >= 4 + (length := _number(held, 0)):
            yield held[4], bytes(held[5 : 4 + length])
            del held[: 4 + length]
        if len(held) >= 4 and _number(held, 0) > _LONGEST:
            raise _nonsense()
        piece = channel.recv(_PIECE)
        if not piece:
            raise EOFError
        held += piece


def _entries(folder: str, body: bytes) -> Iterator[Entry]:
    """Yield what one answer tells of a folder, without the folder itself and the one above it."""
    at = 8
    for _ in range(_number(body, 4)):
        name, at = _text(body, at)
        _, at = _text(body, at)
        mode, size, time, at = _attributes(body, at)
        if name not in (b".", b".."):
            yield Entry(posixpath.join(folder, name.decode("utf-8", "surrogateescape")), mode, size, time)


def _attributes(body: bytes, at: int) -> tuple[int, int, int, int]:
    """Return mode, size and time of a file, 0 where the server does not tell them, and where they end."""
    flags, at = _number(body, at), at + 4
    mode = size = time = 0
    if flags & _HAS_SIZE:
        (size,), at = struct.unpack_from(">Q", body, at), at + 8
    at += 8 if flags & _HAS_OWNER else 0
    if flags & _HAS_MODE:
        mode, at = _number(body, at), at + 4
    if flags & _HAS_TIMES:
        time, at = _number(body, at + 4), at + 8
    if flags & _HAS_MORE:
        count, at = _number(body, at), at + 4
        for _ in range(2 * count):
            _, at = _text(body, at)
    return mode, size, time, at


def _text(body: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4 + _number(body, at)
    return body[at + 4 : end], end


def _number(body: bytes | bytearray, at: int) -> int:
    try:
        found: int = struct.unpack_from(">I", body, at)[0]
    except struct.error:
        raise _nonsense() from None
    return found


def _error(status: int, path: str) -> OSError:
    number = errno.EACCES if status == _PERMISSION_DENIED else errno.EIO
    return OSError(number, os.strerror(number), path)


def _nonsense() -> OSError:
    return OSError(errno.EPROTO, "the server answers what SFTP does not know")
