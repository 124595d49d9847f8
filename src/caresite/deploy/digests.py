"""Digests: the files of the output, and by what a target tells them apart."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from caresite.core.diagnostics import Problem
from caresite.core.files import write_atomically
from caresite.core.walk import diagnostic_of, walk
from caresite.deploy.target import DigestName, File, Wanted
from caresite.pipeline.own_output import MARK_INSIDE

__all__ = ["digest_of", "output_files", "recalled", "wanted_from"]

_CHUNK = 1 << 18
_MARGIN_NS = 2_000_000_000
"""No clock of a file system is coarser: a file that was changed before may not change again and keep its stamp."""

_Stamp = tuple[int, int, int, int]
"""Size, time of change, time of change of anything about the file, inode: a file with the same ones is the same."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def digest_of(source: Path, name: DigestName) -> str:
    """Return the digest of a file in hexadecimal digits, never holding more than a piece of it in memory."""
    with source.open("rb", buffering=0) as file:
        digest = _begun(name, os.fstat(file.fileno()).st_size)
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _begun(name: DigestName, size: int) -> _Hash:
    """Return a digest to go on with. MD5 and SHA-1 are what hosts name files by; nothing is kept safe by them."""
    match name:
        case "blake2b":
            return hashlib.blake2b(digest_size=20)
        case "md5":
            return hashlib.md5(usedforsecurity=False)
        case "sha1":
            return hashlib.sha1(usedforsecurity=False)
        case "git":
            return hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)


def output_files(folder: Path) -> dict[str, File]:
    """Return the files of a finished site by path, in order; the mark that caresite makes in the folder is none."""
    found = dict(_walked(str(folder)))
    found.pop(MARK_INSIDE, None)
    return dict(sorted(found.items()))


def _walked(folder: str) -> list[tuple[str, File]]:
    """Return the regular files below `folder`. Raises Problem for what no host can be sent."""
    found, top = [], os.path.realpath(folder)
    for entry in walk(folder, top):
        path = entry.path.removeprefix(f"{folder}{os.sep}").replace(os.sep, "/")
        if entry.reason:
            raise Problem(replace(diagnostic_of(entry, f"{Path(folder).name}/{path}"), severity="error"))
        if entry.kind == "file":
            found.append((path, File(path, Path(entry.path), Path(entry.path).stat().st_size)))
    return found


def wanted_from(files: Mapping[str, File], name: DigestName) -> Wanted:
    """Return the files with their digests."""
    return Wanted(files, {path: digest_of(file.source, name) for path, file in files.items()})


def recalled(files: Mapping[str, File], name: DigestName, folder: Path, *, now_ns: int) -> Wanted:
    """Return the files with their digests; what has not changed since the last time is not read again.

    What is known is kept in `folder`, and may be lost. `now_ns` is the time of this machine, in nanoseconds.
    """
    memory = folder / f"digests-{name}.json"
    known, kept, digests = _known(memory), dict[str, tuple[_Stamp, str]](), dict[str, str]()
    for path, file in files.items():
        stamp = _stamp(file.source)
        seen, digest = known.get(path, (None, ""))
        digests[path] = digest if seen == stamp else digest_of(file.source, name)
        if sys.platform != "win32" and max(stamp[1:3]) < now_ns - _MARGIN_NS:  # Windows does not tell the second time
            kept[path] = (stamp, digests[path])
    if kept != known:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(memory, msgspec.json.encode(kept))
    return Wanted(files, digests)


def _known(memory: Path) -> dict[str, tuple[_Stamp, str]]:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=dict[str, tuple[_Stamp, str]])
    except (OSError, msgspec.MsgspecError):
        return {}


def _stamp(source: Path) -> _Stamp:
    status = source.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
