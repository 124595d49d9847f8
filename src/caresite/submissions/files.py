"""Files of the private store: writes that are whole, and one writer at a time."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from caresite.core.codes_stories import STORE_BUSY
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import try_lock

__all__ = ["TEMPORARY", "held", "make_folder", "write_all", "write_private", "writing"]

TEMPORARY = ".new-"
_MANY = 8
_LOT = 20
PATIENCE_SECONDS = 10.0


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, that only its owner may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path` for its owner alone: whole or not at all, and on the disk when this returns."""
    with writing(path) as file:
        file.write(data)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which is put at `path` when it is whole."""
    with _aside(path.parent) as (name, file):
        yield file
    try:
        name.replace(path)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def write_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write many files as `write_private` does, and go on with the next ones while the disk is at work.

    Each is in its place or not there at all, also when this is stopped on the way. None is in its place before the
    last of `files` was made.
    """
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: list[Future[list[tuple[Path, Path]]]] = []
    every = iter(files)
    try:
        with ThreadPoolExecutor(_MANY) as pool:  # a disk gathers what is asked of it at once
            while some := list(islice(every, _LOT)):
                waiting.append(pool.submit(_write_aside, some))
        for name, path in [pair for written in waiting for pair in written.result()]:
            name.replace(path)
    except BaseException:
        _remove(pair for written in waiting if not written.exception() for pair in written.result())
        raise


def _write_aside(files: Iterable[tuple[Path, bytes]]) -> list[tuple[Path, Path]]:
    """Write files under names of their own, all or none; return these with the names they are to have."""
    written: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            with _aside(path.parent) as (name, file):
                file.write(data)
            written.append((name, path))
    except BaseException:
        _remove(written)
        raise
    return written


def _remove(written: Iterable[tuple[Path, Path]]) -> None:
    for name, _ in written:
        name.unlink(missing_ok=True)


@contextmanager
def _aside(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give a new file in `folder`, for its owner alone, that is on the disk afterwards; one that fails is gone."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Path(name), file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; the system lets go of it when this process ends, however it ends.

    Raises Problem when somebody else holds it for longer than ten seconds.
    """
    with path.open("ab") as file:
        path.chmod(0o600)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                try_lock(file)
                break
            except OSError:
                if time.monotonic() > deadline:
                    message = "another caresite is writing to the private store"
                    raise Problem(fault(STORE_BUSY, Span(path.parent.name), message)) from None
                time.sleep(0.05)
        yield
