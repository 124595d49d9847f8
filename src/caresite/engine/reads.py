"""Reads: which files this process opens and which folders it lists, whoever does it.

Python reports every file that it opens to audit hooks (PEP 578). So no reader can be forgotten: a plugin that reads
by itself is recorded like a stage of the build, and so is a file that was looked for and was not there.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import source_from_cache
from pathlib import Path

import caresite

__all__ = ["add_reads", "outside_reads", "recorded_reads", "take_reads"]

_ONLY_WRITES = os.O_WRONLY
_OF_THE_SYSTEM = ("/proc/", "/dev/", "/sys/", "/etc/", "/run/")
_recorders: list[set[str]] = []  # a hook cannot be removed, so it does nothing while nobody records


@contextmanager
def recorded_reads() -> Iterator[set[str]]:
    """Return the set to which the path of every file that is opened and every folder that is listed is added."""
    _add_hook()
    opened: set[str] = set()
    _recorders.append(opened)
    try:
        yield opened
    finally:
        _recorders[:] = [each for each in _recorders if each is not opened]


def take_reads() -> tuple[str, ...]:
    """Return what was recorded in this process since the last call: a worker sends it to the process it works for."""
    taken = tuple(sorted(set().union(*_recorders)))
    for recorder in _recorders:
        recorder.clear()
    return taken


def add_reads(paths: Iterable[str]) -> None:
    """Record what another process has read for this one."""
    for recorder in _recorders:
        recorder.update(paths)


@cache
def _add_hook() -> None:
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if not _recorders or event not in ("open", "os.scandir", "os.listdir"):
        return
    path = arguments[0]
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, str):
        return  # a file that is open already
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE == _ONLY_WRITES:
        return
    for recorder in _recorders:
        recorder.add(path if event == "open" else os.path.join(path, ""))


def outside_reads(opened: Iterable[str], recorded: Container[str], own: Iterable[str]) -> tuple[str, ...]:
    """Return the absolute paths of `opened` that are not `recorded` yet, sorted; those of folders end with a slash.

    What is below a folder of `own` is left out, and so are Python, what is installed, and files that a build made for
    itself. Paths in `recorded` have no links in the folder of the site.
    """
    left_out = (*(os.path.join(os.path.realpath(folder), "") for folder in (*own, *_code_folders())), *_OF_THE_SYSTEM)
    found = set()
    for path in opened:
        full, is_list = os.path.abspath(path), path.endswith(os.sep)
        if path in recorded or full in recorded or (os.path.isdir(full) and not is_list):
            continue  # a folder may also be opened to be locked
        if full.endswith(".pyc"):
            full = _source_of(full)
        real = os.path.realpath(full)
        if is_list and (real in sys.path or full in sys.path):
            continue  # Python looked for a module
        if real in recorded or full.startswith(left_out) or f"{real}{os.sep}".startswith(left_out):
            continue
        if not _was_temporary(full):
            found.add(os.path.join(full, "") if is_list else full)
    return tuple(sorted(found))


def _code_folders() -> tuple[str, ...]:
    """Return the folders of Python, of what is installed, and of caresite, which the record knows in another way."""
    paths = sysconfig.get_paths()
    python = (paths["stdlib"], paths["platstdlib"])
    installed = (path for path in sys.path if path.endswith(("-packages", ".zip")))
    return (*python, *installed, str(Path(caresite.__file__).parent))


def _source_of(compiled: str) -> str:
    try:
        return source_from_cache(compiled)
    except ValueError:  # not in `__pycache__`
        return compiled


def _was_temporary(path: str) -> bool:
    """Tell whether a file has gone, with its folder, that was in the one for temporary files: a build made it."""
    top, folder = tempfile.gettempdir(), os.path.dirname(path)
    is_gone = not os.path.lexists(path) and (folder == top or not os.path.isdir(folder))
    return is_gone and path.startswith(os.path.join(top, ""))
