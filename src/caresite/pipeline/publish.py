"""Publish: what changed is written, what is stale removed, nothing is ever half done."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import SOURCE_FOLDERS
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.disk import disk_fault
from caresite.core.files import exchange, linked, make_way, remove_below, remove_tree
from caresite.core.model import Content, Output
from caresite.core.urls import stays_inside
from caresite.pipeline.own_output import MARK_INSIDE, is_own_output, mark_as_own

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Published", "holds_sources", "output_folder", "publish"]

_YOUNG_NS = 2_000_000_000  # a file changed twice within this may have one time for both
_BLOCK = 4096  # of most file systems: a file takes whole ones
_MASS = 64  # from this many files on a new tree is made faster than files are replaced one by one


class Published(Struct, frozen=True):
    """What publishing did: output paths written and removed, and how many were right already."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def output_folder(root: Path, name: str) -> Path:
    """Return the folder that `name` means, seen from the site's `root`.

    Raises Problem when it is the site itself, a folder above it, or one that holds its sources.
    """
    folder = root / name
    if holds_sources(root, folder):
        hint = "use a folder of its own, such as `public`"
        message = f"`{name}` cannot be the output folder: the site itself would be overwritten"
        raise Problem(fault(codes.BAD_OUTPUT_DIR, Span(name), message, hint=hint))
    return folder


def holds_sources(root: Path, folder: Path) -> bool:
    """Tell whether `folder` is the site at `root`, lies above it, or is one that its owner writes in."""
    real, home = folder.resolve(), root.resolve()
    below = real.relative_to(home).parts[:1] if real.is_relative_to(home) else ()
    return home.is_relative_to(real) or any(part.casefold() in SOURCE_FOLDERS for part in below)


def publish(
    folder: Path,
    outputs: Iterable[Output],
    files: Mapping[str, Path],
    *,
    clean: bool = False,
    dry_run: bool = False,
) -> Published:
    """Bring `folder` to hold exactly `outputs` and copies of `files` (output path → source file).

    Writes a file only when its bytes differ, and whole or not at all. Removes what nothing produces any more.
    Raises Problem when the folder holds files of somebody else, unless `clean`, or cannot be written.
    """
    try:
        with _alone(folder.parent):
            return _publish(folder, outputs, files, clean, dry_run)
    except OSError as error:
        raise Problem(disk_fault(error, folder.parent, str(folder))) from error


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Let one build at a time publish below `parent`; the lock goes with the process, however that ends."""
    if fcntl is None or not parent.is_dir():
        yield
        return
    handle = os.open(parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _publish(
    folder: Path, outputs: Iterable[Output], files: Mapping[str, Path], clean: bool, dry_run: bool
) -> Published:
    if not dry_run:
        _recover(folder)
    _refuse_foreign(folder, clean)
    there = set(_listing(folder)) - {MARK_INSIDE}
    contents = dict(_contents(outputs, files))
    for path in contents:
        if not stays_inside(path):
            raise Problem(fault(codes.CANNOT_WRITE, Span(path), "it lies outside the output folder"))
    stays = {path for path in contents if path in there and _stands(folder, path, contents[path])}
    written = tuple(path for path in contents if path not in stays)
    removed = tuple(sorted(there - contents.keys()))
    if not dry_run and (removed or written):
        _check_readable(contents, stays)
        _require_room(folder, [content for path, content in contents.items() if path not in stays])
        if not (_is_mass_change(len(written), len(contents)) and _swap(folder, contents, stays)):
            _write_in_place(folder, contents, stays, removed)
    if not dry_run:
        mark_as_own(folder)
    return Published(written, removed, len(stays))


def _is_mass_change(written: int, all_files: int) -> bool:
    return written >= _MASS and written * 4 > all_files


def _write_in_place(
    folder: Path, contents: Mapping[str, bytes | Content], stays: set[str], removed: Iterable[str]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mark_as_own(folder)
    for path in sorted(contents.keys() - stays, key=_turn):
        _write(folder, path, contents[path])
    for path in removed:
        remove_below(folder, path)


def _turn(path: str) -> tuple[int, str]:
    """Return when it is a file's turn: what pages and styles ask for comes before them, so that none ever lacks it."""
    return (2 if path.endswith(".html") else 1 if path.endswith(".css") else 0, path)


class _Copy:
    """The bytes of a file that is published as it is; its copy carries its time, by which the two are compared."""

    def __init__(self, source: Path) -> None:
        self.source = source

    def read(self) -> bytes:
        return self.source.read_bytes()

    def stands_at(self, path: Path) -> bool:
        here, there = self.source.stat(), path.stat()
        if here.st_size != there.st_size:
            return False
        untouched = here.st_ctime_ns < there.st_ctime_ns - _YOUNG_NS  # its time may have been set back since
        if untouched and here.st_mtime_ns == there.st_mtime_ns and here.st_mtime_ns < time.time_ns() - _YOUNG_NS:
            return True
        filecmp.clear_cache()  # it goes by sizes and times too
        return filecmp.cmp(self.source, path, shallow=False)

    def copy_to(self, path: Path) -> None:
        shutil.copyfile(self.source, path)
        status = self.source.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _check_readable(contents: Mapping[str, bytes | Content], stays: set[str]) -> None:
    for path, content in contents.items():
        if isinstance(content, _Copy) and path not in stays and not os.access(content.source, os.R_OK):
            raise Problem(fault(codes.UNREADABLE, Span(path), "the file cannot be read"))


def _require_room(folder: Path, fresh: Iterable[bytes | Content]) -> None:
    """Raise OSError before anything is written when the disk of `folder` has no room for all of it."""
    needed = sum(_BLOCK * -(-_size_of(content) // _BLOCK) for content in fresh)
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
    if needed > shutil.disk_usage(there).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _size_of(content: bytes | Content) -> int:
    """Return how many bytes a content has, as far as that is known without reading it."""
    if isinstance(content, bytes):
        return len(content)
    if isinstance(content, _Copy):
        return content.source.stat().st_size
    return int(getattr(content, "length", 0))


def _put(path: Path, content: bytes | Content) -> None:
    """Write a file that is not there yet."""
    if isinstance(content, _Copy):
        content.copy_to(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.read())
    path.chmod(0o644)


# a whole tree at once: a file system flushes each file that replaces another, and none that is new


def _swap(folder: Path, contents: Mapping[str, bytes | Content], stays: set[str]) -> bool:
    """Make the new site beside the old one and put it in its place; what stays is linked into it.

    Returns False, having changed nothing, where a folder cannot be put in place of another.
    """
    if folder.is_symlink() or folder.is_mount() or not _may_rename_in(folder.parent):
        return False
    fresh, old = _beside(folder, "new"), _beside(folder, "old")
    for leftover in (fresh, old):
        _remove_leftover(leftover)
    try:
        _make_tree(folder, fresh, contents, stays)
        mark_as_own(folder, fresh)
        if not folder.exists():
            fresh.rename(folder)
        elif not exchange(fresh, folder):
            folder.rename(old)
            fresh.rename(folder)
    except OSError:
        _recover(folder)
        raise
    finally:
        for leftover in (fresh, old):
            _remove_leftover(leftover)
    return True


def _remove_leftover(folder: Path) -> None:
    with suppress(OSError):  # there is none, or the next build removes it
        remove_tree(folder)


def _beside(folder: Path, name: str) -> Path:
    return folder.parent / f".{folder.name}.caresite-{name}"


def _may_rename_in(parent: Path) -> bool:
    parent.mkdir(parents=True, exist_ok=True)
    return os.access(parent, os.W_OK | os.X_OK)


def _recover(folder: Path) -> None:
    """Put the old site back when a build was ended between taking it away and putting the new one in its place."""
    old = _beside(folder, "old")
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    for leftover in (old, _beside(folder, "new")):
        _remove_leftover(leftover)


def _make_tree(folder: Path, fresh: Path, contents: Mapping[str, bytes | Content], stays: set[str]) -> None:
    made: set[str] = set()
    for path, content in contents.items():
        parent = path.rpartition("/")[0]
        if parent not in made:
            (fresh / parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        if path in stays and linked(folder / path, fresh / path):
            continue
        _put(fresh / path, content)


def _contents(outputs: Iterable[Output], files: Mapping[str, Path]) -> Iterable[tuple[str, bytes | Content]]:
    for output in outputs:
        yield output.path, output.content
    for path in sorted(files):
        yield path, _Copy(files[path])


def _refuse_foreign(folder: Path, clean: bool) -> None:
    if clean or not folder.is_dir() or is_own_output(folder):
        return
    first = next((e.name for e in sorted(folder.iterdir(), key=lambda e: e.name)), "")
    if first:
        message = f"`{folder.name}/` holds files that caresite did not make, such as `{first}`"
        hint = "choose another `output_dir`, move them away, or let them be removed with `caresite build --clean`"
        raise Problem(fault(codes.FOREIGN_OUTPUT, Span(folder.name), message, hint=hint))


def _listing(folder: str | Path) -> Iterable[str]:
    """Yield the files below `folder` as paths from there; a link counts as a file and is never followed."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(f"{folder}/{below}") as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{below}{entry.name}/")
                else:
                    yield f"{below}{entry.name}"


def _stands(folder: Path, path: str, content: bytes | Content) -> bool:
    """Tell whether a file has this content; what lies there already is not compared with itself."""
    if getattr(content, "path", None) == f"{folder}/{path}":
        return True
    full = folder / path
    if isinstance(content, bytes):
        return _same(full, content)
    try:
        if isinstance(content, _Copy):
            return content.stands_at(full)
        return _same(full, content.read())
    except OSError:
        return False


def _same(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _write(folder: Path, path: str, content: bytes | Content) -> None:
    """Write one file; a link or a file that stands where it needs a folder goes. Raises Problem when it cannot."""
    try:
        _write_file(folder, path, content)
    except OSError as error:
        raise Problem(disk_fault(_named(error, folder / path), folder.parent, str(folder / path))) from error


def _named(error: OSError, path: Path) -> OSError:
    """Return the error with the name that the file will have: it is written under another one first."""
    return error if error.errno is None else OSError(error.errno, error.strerror, str(path))


def _write_file(folder: Path, path: str, content: bytes | Content) -> None:
    target = make_way(folder, path)
    beside = target.with_name(f".caresite-{os.getpid()}")
    try:
        _put(beside, content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
