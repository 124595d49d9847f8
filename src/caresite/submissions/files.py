"""Files of the private store: records as YAML that people can read, writes that are whole, one writer at a time."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec
import yaml
from msgspec import Struct

from caresite.core.codes_stories import STORE_BROKEN, STORE_BUSY
from caresite.core.diagnostics import Problem, Span, fault

__all__ = [
    "TEMPORARY",
    "decode_record",
    "encode_record",
    "held",
    "make_folder",
    "write_all",
    "write_private",
    "writing",
]

T = TypeVar("T", bound=Struct)
TEMPORARY = ".new-"
_WIDTH = 100
_MANY = 8
PATIENCE_SECONDS = 10.0
_KEPT = (datetime, date)  # YAML knows them


class _Dumper(yaml.CSafeDumper):
    """Writes words of several lines as a block, so that they can be read as they were written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def encode_record(record: Struct) -> bytes:
    """Return `record` as YAML in UTF-8."""
    plain = _without_empty(msgspec.to_builtins(record, builtin_types=_KEPT))
    text: bytes = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, encoding="utf-8")
    return text


def _without_empty(value: Any) -> Any:
    """Return mappings without those in them that say nothing."""
    if not isinstance(value, dict):
        return value
    return {key: kept for key, inner in value.items() if (kept := _without_empty(inner)) != {}}


def decode_record(data: bytes, record: type[T], shown: str) -> T:
    """Return the record that `data` holds. Raises Problem, which names the file as `shown` and its line."""
    try:
        plain = yaml.load(data.decode("utf-8-sig"), Loader=yaml.CSafeLoader)
        return msgspec.convert(plain, record)
    except UnicodeDecodeError:
        raise Problem(fault(STORE_BROKEN, Span(shown), "the file is not UTF-8 text")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown)
        raise Problem(fault(STORE_BROKEN, place, f"the file cannot be read: {error.problem}")) from None
    except (msgspec.ValidationError, yaml.YAMLError, ValueError) as error:
        message = f"the file does not hold what it should: {_in_words(str(error))}"
        raise Problem(fault(STORE_BROKEN, Span(shown), message)) from None


def _in_words(message: str) -> str:
    what, _, path = message.partition(" - at ")
    where = path.strip("`").removeprefix("$.").removeprefix("$")
    return f"{what[:1].lower()}{what[1:]} at `{where}`" if where else f"{what[:1].lower()}{what[1:]}"


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
    """Write many files as `write_private` does, but wait for the disk once, which is most of the time.

    Each is in its place or not there at all, also when this is stopped on the way.
    """
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: list[tuple[Future[Path], Path]] = []
    try:
        with ThreadPoolExecutor(_MANY) as pool:  # a disk gathers what is asked of it at once
            waiting.extend((pool.submit(_write_aside, path.parent, data), path) for path, data in files)
        for name, path in [(written.result(), path) for written, path in waiting]:
            name.replace(path)
    except BaseException:
        for written, _ in waiting:
            if written.done() and not written.exception():
                written.result().unlink(missing_ok=True)
        raise


def _write_aside(folder: Path, data: bytes) -> Path:
    with _aside(folder) as (name, file):
        file.write(data)
    return name


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


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
                _try_lock(file)
                break
            except OSError:
                if time.monotonic() > deadline:
                    message = "another caresite is writing to the private store"
                    raise Problem(fault(STORE_BUSY, Span(path.parent.name), message)) from None
                time.sleep(0.05)
        yield
