"""Digests: the files of the output, and by what a target tells them apart."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from caresite.deploy.target import DigestName, File, Wanted
from caresite.pipeline.publish import MARKER

__all__ = ["digest_of", "output_files", "wanted_from"]

_CHUNK = 1 << 18


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
    found = dict(_walked(str(folder), ""))
    found.pop(MARKER, None)
    return dict(sorted(found.items()))


def _walked(folder: str, prefix: str) -> list[tuple[str, File]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                found.extend(_walked(entry.path, f"{path}/"))
            else:
                found.append((path, File(path, Path(entry.path), entry.stat(follow_symlinks=False).st_size)))
    return found


def wanted_from(files: Mapping[str, File], name: DigestName) -> Wanted:
    """Return the files with their digests."""
    return Wanted(files, {path: digest_of(file.source, name) for path, file in files.items()})
