"""Unchanged: whether there is anything to build at all, told from the files' stamps before anything else is loaded.

A build leaves a record of every file it could have read and every file it wrote. While all of them have the stamps they
had, and no date has come since, the site is what it was, and so is what the build had to say.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import caresite
from caresite.core.walk import walk

if TYPE_CHECKING:
    from caresite.core.diagnostics import Diagnostic
    from caresite.core.model import HeldBack

__all__ = [
    "ALWAYS",
    "FORMAT",
    "Record",
    "Report",
    "Seen",
    "Tree",
    "asked_for",
    "memory_name",
    "record_of",
    "report_if_unchanged",
]

FORMAT = 4
_YOUNG_NS = 2_000_000_000
_CLOCK_STEP_NS = 20_000_000  # the clock of a file system may be as late as that
_IGNORED = frozenset(("__pycache__", "node_modules", ".git"))
_PRIVATE = "private"
ALWAYS = ("content", "data", "static", "assets", "templates", "i18n", "drawings", "themes", "consent", _PRIVATE)


def memory_name() -> str:
    """Return the name of the file that keeps what builds found out, which says its format and our version."""
    return f"build-{FORMAT}-{caresite.__version__}.db"


class Report(NamedTuple):
    """What a build has to say: pages people can visit, files that stand, what was found and what is held back."""

    pages: int
    files: int
    folder: str
    sample: bool
    clock: datetime
    diagnostics: tuple[Diagnostic, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    next_due: datetime | None = None


class Tree(NamedTuple):
    """Where a build reads and writes: files and folders of the site, its themes and plugins, and its output folder.

    An input is a path from the site's folder or an absolute one; it need not be there yet. One that ends with a slash
    is a folder whose list of files was read and nothing else.
    """

    inputs: tuple[str, ...]
    output: str


class Seen(NamedTuple):
    """What a build saw: when it `started` (nanoseconds since 1970), the paths that it `opened`, whoever did, and the
    digests of the files in its output folder, as far as they are known."""

    started: int
    opened: Iterable[str]
    digests: Mapping[str, bytes]


class Record(NamedTuple):
    """The record of a build, ready to be kept, and the files it read that lie where a build does not look by itself."""

    data: bytes = b""
    others: tuple[str, ...] = ()


def asked_for(values: Iterable[Any], environ: Mapping[str, str]) -> str:
    """Return a digest of how the build was asked for: the options, and the variables that the config reads."""
    named = sorted((k, v) for k, v in environ.items() if k.upper().startswith("CARESITE"))
    return hashlib.blake2b(repr((tuple(values), named, _code())).encode(), digest_size=16).hexdigest()


def _code() -> tuple[str, ...]:
    """Return the stamps of everything that runs, as far as they show that it was replaced."""
    package = os.path.dirname(caresite.__file__)
    libraries = os.path.dirname(os.path.dirname(sys.modules["click"].__file__ or "")) if "click" in sys.modules else ""
    stamps = sorted(f"{path} {_stamp(path, status)}" for path, status in _walk(package) if path.endswith(".py"))
    folders = sorted({path for path in sys.path if path.endswith("-packages") and os.path.isdir(path)} | {libraries})
    return (sys.version, *stamps, *(str(os.stat(path).st_mtime_ns) for path in folders if path))


def record_of(root: Path, tree: Tree, asked: str, report: Report, seen: Seen) -> Record:
    """Return the record of a build that has just been published: plain text, its parts ended by NUL.

    What the build found is in it packed, so that only a build that found something has to load what that is made of.
    It is empty when something was changed after the build started, as it may not have seen it, and when something
    cannot be recorded.
    """
    try:
        return _record_of(root, tree, asked, report, seen)
    except (OSError, ValueError):
        return Record()


def _record_of(root: Path, tree: Tree, asked: str, report: Report, seen: Seen) -> Record:
    from caresite.engine.memory import packed
    from caresite.engine.reads import outside_reads
    from caresite.pipeline.compiled_templates import compiled_folder
    from caresite.pipeline.own_output import mark_beside

    home = os.path.realpath(root)
    known = {path for path, _ in _files(root, tree)}
    output = Path(home, tree.output)
    own = (Path(home, ".caresite"), output, mark_beside(output), *filter(None, [compiled_folder()]))
    others = outside_reads(seen.opened, known, map(str, own))
    tree = Tree((*tree.inputs, *(path for path in others if path not in tree.inputs)), tree.output)
    lines = _stamped(root, tree, seen)
    if lines is None:
        return Record(others=others)
    until = _midnight_after(report.clock)
    if report.next_due:
        until = min(until, report.next_due.timestamp())
    found = report.diagnostics or report.held_back or report.next_due
    head = (asked, repr(report.clock.timestamp()), repr(until), tree.output, *map(str, report[:4]))
    more = packed(tuple(report)).hex() if found else ""
    parts = (*head, more, str(len(tree.inputs)), *tree.inputs, *lines)
    return Record("\0".join(parts).encode(errors="surrogateescape"), others)


def _midnight_after(moment: datetime) -> float:
    return (moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)).timestamp()


def report_if_unchanged(root: Path, asked: str, now: float) -> Report | None:
    """Return what the last build said if this one would do nothing; None when it may have something to do.

    `now` is the moment of the build, in seconds since 1970.
    """
    try:
        record = _read_record(root)
        return _report_of(record, root, asked, now) if record else None
    except Exception:  # whatever is wrong with the record: the build will find out what there is to do
        return None


def _report_of(record: bytes, root: Path, asked: str, now: float) -> Report | None:
    parts = record.decode(errors="surrogateescape").split("\0")
    asked_then, since, until, output, pages, files, folder, sample, more, count = parts[:10]
    if asked != asked_then or not float(since) <= now < float(until):
        return None
    end = 10 + int(count)
    if not _same_stamps(root, Tree(tuple(parts[10:end]), output), parts[end:]):
        return None
    if not more:
        return Report(int(pages), int(files), folder, sample == "True", datetime.fromtimestamp(now).astimezone())
    from caresite.engine.memory import unpacked

    return Report(*unpacked(bytes.fromhex(more)))


def _read_record(root: Path) -> bytes | None:
    file = root / ".caresite" / memory_name()
    if not file.is_file():
        return None
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        row = connection.execute("SELECT value FROM meta WHERE name = 'record'").fetchone()
    finally:
        connection.close()
    return row[0] if row else None


def _same_stamps(root: Path, tree: Tree, lines: list[str]) -> bool:
    """Tell whether the files are those of `lines`, which go by three: path, stamp, and a digest for young files."""
    then = dict(zip(lines[::3], zip(lines[1::3], lines[2::3], strict=True), strict=True))
    private, seen = _private_folder(root), 0
    for path, status in _files(root, tree):
        stamp_then, digest = then.get(_known_by(path, private), ("", ""))
        if _stamp(path, status) != stamp_then or (digest and digest != _digest(path)):
            return False
        seen += 1
    return seen == len(then)


def _stamped(root: Path, tree: Tree, build: Seen) -> list[str] | None:
    """Return path, stamp and digest of every file, one after another; None when an input was touched by then."""
    now, since = time.time_ns(), build.started - _CLOCK_STEP_NS
    private = _private_folder(root)
    output = os.path.join(os.path.realpath(root), tree.output)
    inside = output + os.sep
    lines: list[str] = []
    for path, status in _files(root, tree):
        is_output = path.startswith(inside) or path == output
        is_list = path.endswith(os.sep)  # of names, which the stamp holds
        if not is_output and not is_list and os.lstat(path).st_ctime_ns >= since:
            return None
        young = status and max(status.st_mtime_ns, status.st_ctime_ns) > now - _YOUNG_NS
        digest = build.digests.get(path.removeprefix(inside)) if is_output else None
        lines += (_known_by(path, private), _stamp(path, status))
        lines.append((digest.hex() if digest else _digest(path)) if young else "")
    return lines


def _private_folder(root: Path) -> str:
    """Return the folder whose files the record knows by digests: they may be named after their senders."""
    return os.path.join(os.path.realpath(root), _PRIVATE, "")


def _known_by(path: str, private: str) -> str:
    """Return what the record calls a file: its path, but for those in the folder `private`."""
    if not path.startswith(private):
        return path
    return hashlib.blake2b(path.encode(errors="surrogateescape"), digest_size=16).hexdigest()


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.blake2b(file.read(), digest_size=16).hexdigest()


def _files(root: Path, tree: Tree) -> Iterator[tuple[str, os.stat_result | None]]:
    """Yield the path of everything that a build of this site may read or has written, and the status of files."""
    yielded: set[str] = set()
    for path, status in _reached(root, tree):
        if path not in yielded:  # a link and what it leads to may both be named
            yielded.add(path)
            yield path, status


def _reached(root: Path, tree: Tree) -> Iterator[tuple[str, os.stat_result | None]]:
    base = os.path.realpath(root)
    seen: set[str] = set()
    with os.scandir(base) as entries:
        for entry in entries:
            if entry.name.endswith((".yaml", ".yml")) and os.path.isfile(entry.path):
                seen.add(entry.path)
                yield entry.path, entry.stat()
    for path in sorted({*ALWAYS, *tree.inputs}, key=len):
        full = os.path.join(base, path)
        if full in seen or any(full.startswith(other + os.sep) and not os.path.islink(full) for other in seen):
            continue
        if full.endswith(os.sep):
            yield full, None
        elif os.path.isdir(full):
            seen.add(full)
            yield from _walk(full, "" if path == _PRIVATE or os.path.isabs(path) else base)
        elif os.path.isfile(full):
            seen.add(full)
            yield full, os.stat(full)
        elif os.path.islink(full):
            yield full, None
    if index := _git_index(base):
        yield index, os.stat(index)
    yield from _walk(os.path.join(base, tree.output))


def _git_index(base: str) -> str:
    """Return git's list of what it keeps, for a site with a private folder: a build tells when that is in it."""
    if not os.path.isdir(os.path.join(base, "private")):
        return ""
    folder, parent = base, os.path.dirname(base)
    while folder != parent and not os.path.exists(os.path.join(folder, ".git")):
        folder, parent = parent, os.path.dirname(parent)
    git = os.path.join(folder, ".git")
    if os.path.isfile(git):  # of a further working tree, which says where its own things are (gitrepository-layout)
        with open(git, encoding="utf-8") as file:
            git = os.path.join(folder, file.read().removeprefix("gitdir:").strip())
    index = os.path.join(git, "index")
    return index if os.path.isfile(index) else ""


def _walk(folder: str, top: str = "") -> Iterator[tuple[str, os.stat_result | None]]:
    """Yield what is below `folder`, also links that were not followed: those that lead out of `top`, or of `folder`."""
    for entry in walk(folder, top or os.path.realpath(folder), lambda name: name not in _IGNORED):
        if entry.kind == "unreadable":
            raise OSError(entry.reason)
        yield entry.path, os.stat(entry.path) if entry.kind == "file" else None


def _stamp(path: str, status: os.stat_result | None) -> str:
    """Return what shows that a file, a link or the list of a folder's files is another one than it was."""
    if status is not None:
        return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
    if os.path.islink(path):
        return f"link {os.readlink(path)} {os.path.exists(path)}"
    if path.endswith(os.sep):
        names = os.listdir(path) if os.path.isdir(path) else ["no folder"]
        return f"list {sorted(name for name in names if not name.startswith('.'))}"
    return "folder"
