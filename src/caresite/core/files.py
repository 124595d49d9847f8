"""Files at the edge: text out of bytes, and writes that are never half done."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.walk import is_file, leads_into_private

__all__ = [
    "MAX_TEXT_BYTES",
    "decode_text",
    "exchange",
    "lies_within",
    "linked",
    "make_way",
    "may_be_read",
    "put_in_site",
    "read_as_text",
    "remove_below",
    "remove_tree",
    "stays_within",
    "try_lock",
    "write_atomically",
]

MAX_TEXT_BYTES = 5 * 1024 * 1024


def decode_text(data: bytes, path: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text of a source file with `\\n` line ends and no byte-order mark, and what was odd about it.

    Reads UTF-8, and UTF-16 when it has its mark. Raises Problem for anything else, with the place of the
    first byte that is not UTF-8.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise Problem(fault(codes.TOO_LARGE, Span(path), "the file has more than the 5 MB that a text may have"))
    notes: tuple[Diagnostic, ...] = ()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _decode_utf16(data, path)
        notes = (
            fault(
                codes.OTHER_ENCODING,
                Span(path),
                "the file is saved as UTF-16; it was read all the same",
                hint="save it as UTF-8",
            ),
        )
    else:
        text = _decode_utf8(data, path)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, notes


def _decode_utf8(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
        raise Problem(
            fault(
                codes.BAD_ENCODING,
                Span(path, line, column),
                f"byte 0x{data[error.start]:02X} is not UTF-8; the file seems to be saved in an older encoding",
                hint="open it in your editor and save it as UTF-8",
            )
        ) from None


def _decode_utf16(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError:
        raise Problem(
            fault(codes.BAD_ENCODING, Span(path), "the file starts as UTF-16 and goes on as something else")
        ) from None


def read_as_text(path: Path) -> str:
    """Return the text of a file as well as it can be read, for showing where a fault stands; empty without a file."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TEXT_BYTES)
    except OSError:
        return ""
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def lies_within(path: Path, folder: Path) -> bool:
    """Tell whether `path` is a file that lies inside `folder`, wherever links lead."""
    return is_file(path) and os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)


def may_be_read(path: Path, folder: Path) -> bool:
    """Tell whether a page may be made from the file `path`: it lies inside `folder` and not in its private folder."""
    return lies_within(path, folder) and not leads_into_private(os.path.realpath(path), os.path.realpath(folder))


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part.

    The new file stands beside the old one under a temporary name until it is whole. Raises OSError, which names `path`.
    """
    try:
        _write_beside(path, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def put_in_site(root: Path, path: Path, data: bytes) -> None:
    """Write a file of the site in `root`, and the folders above it. Raises Problem where it cannot be written, or
    where a link above it leads out of the site: nothing else is ours to change."""
    if not stays_within(root, path):
        hint = "a folder above it is a link; make it a folder of the site, or run the command in the one it leads to"
        where = os.path.relpath(path, root).replace(os.sep, "/")
        raise Problem(fault(codes.CANNOT_WRITE, Span(where), "it leads out of the site", hint=hint))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)


def stays_within(root: Path, path: Path) -> bool:
    """Tell whether `path` is in the folder `root`, wherever the folders above it lead."""
    top = os.path.realpath(root)
    return os.path.realpath(path.parent) == top or os.path.realpath(path.parent).startswith(top.rstrip(os.sep) + os.sep)


def _write_beside(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".caresite-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


# whole trees


def linked(source: Path, target: Path) -> bool:
    """Give a file a second name, where the file system has such links; tell whether it has."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system can (Linux, `renameat2` with `RENAME_EXCHANGE`)."""
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    here, both = -100, 2
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), both) == 0)


def make_way(folder: Path, path: str) -> Path:
    """Return where the file `path` belongs below `folder`, when nothing is in its way there any more.

    A link or a file where it needs a folder goes, and so does a folder that stands in its place.
    """
    target, parent = folder / path, folder
    for part in Path(path).parts[:-1]:
        parent = parent / part
        if parent.is_symlink() or parent.is_file():
            parent.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        remove_tree(target)
    return target


def remove_tree(folder: Path) -> None:
    """Remove a folder and everything below it, however deep; links in it are removed and not followed.

    Raises OSError for what cannot be removed. `shutil.rmtree` calls itself for each level, until Python 3.13.
    """
    folders = [os.fspath(folder)]
    for path in folders:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    Path(entry.path).unlink()
    for path in reversed(folders):
        Path(path).rmdir()


def remove_below(folder: Path, path: str) -> None:
    """Remove the file at `path` below `folder`, and the folders that it leaves empty."""
    if (folder / path).is_dir() and not (folder / path).is_symlink():
        return  # it was a link, and is a folder of ours now
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # its folder may be a file of ours now
        (folder / path).unlink()
    for parent in (folder / path).parents:
        if parent == folder or not _remove_if_empty(parent):
            return


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


# locks

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: BinaryIO) -> None:
        """Lock an open file for as long as it is open. Raises OSError when another process has it locked."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def try_lock(file: BinaryIO) -> None:
        """Lock an open file for as long as it is open. Raises OSError when another process has it locked."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
