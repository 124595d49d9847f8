"""Disk: what the operating system refuses, as diagnostics that say which file or disk it is and what to do."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.walk import printable_path

__all__ = ["disk_fault", "is_full"]

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_NOT_FOR_WRITING = frozenset((errno.EROFS, errno.ENOTEMPTY, errno.EEXIST, errno.EXDEV, errno.ETXTBSY))


def is_full(error: OSError) -> bool:
    """Tell whether there was no room left for what was to be written."""
    return error.errno in _FULL


def disk_fault(error: OSError, root: Path, path: str = "") -> Diagnostic:
    """Return a diagnostic for an error that the operating system reports.

    `path` says what was written, where the error does not name a file; paths inside `root` are shown from there.
    """
    named = error.filename2 or error.filename or path
    full = os.fsdecode(named) if isinstance(named, (str, bytes, os.PathLike)) else path
    reason = error.strerror or str(error)
    reason = f"{reason[:1].lower()}{reason[1:]}"
    span = Span(_shown(full, root) or ".")
    if is_full(error):
        message, hint = _full_disk(full, root, error)
        return fault(codes.DISK_FULL, span, message, hint=hint)
    if error.errno == errno.ENOENT and "temporary directory" in reason:
        message = "there is no folder for temporary files that can be written to"
        return fault(codes.CANNOT_WRITE, Span("TMPDIR"), message, hint="set TMPDIR to a folder that you can write to")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        hint = "raise the limit with `ulimit -n 4096`, or build with fewer processes: `caresite build -j 1`"
        return fault(codes.UNREADABLE, span, f"too many files are open at once ({reason})", hint=hint)
    if path or error.errno in _NOT_FOR_WRITING:
        return fault(codes.CANNOT_WRITE, span, f"it cannot be written: {reason}")
    return fault(codes.UNREADABLE, span, f"it cannot be read or written: {reason}")


def _full_disk(path: str, root: Path, error: OSError) -> tuple[str, str]:
    """Return what is wrong and what to do, where there is no room for the file at `path`."""
    if error.errno == errno.EFBIG:
        return "the file would be larger than the system allows", "raise the limit with `ulimit -f unlimited`"
    disk = _mount_of(path)
    what = "your quota is used up on" if error.errno == errno.EDQUOT else "there is no space left on"
    message = f"it cannot be written: {what} the disk at {disk}"
    if _is_below(path, tempfile.tempdir or "") and not _is_below(path, str(root)):
        return message, "free some space there, or set TMPDIR to a folder on another disk"
    return message, "free some space there, then run the command again"


def _is_below(path: str, folder: str) -> bool:
    real = os.path.realpath(folder)
    return bool(folder) and (os.path.realpath(path) == real or os.path.realpath(path).startswith(real + os.sep))


def _mount_of(path: str) -> str:
    """Return the folder at which the disk of `path` begins, as `df` prints it."""
    full = Path(os.path.realpath(path or "."))
    return str(next((folder for folder in (full, *full.parents) if os.path.ismount(folder)), full))


def _shown(path: str, root: Path) -> str:
    home = os.path.realpath(root)
    full = str(Path(path).absolute()) if path else ""
    inside = full.startswith(home + os.sep)
    return printable_path(os.path.relpath(full, home).replace(os.sep, "/") if inside else full)
