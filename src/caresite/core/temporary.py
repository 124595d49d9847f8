"""Temporary folders: each is named after its process, so those that a killed process left can be deleted."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["delete_abandoned_folders", "temporary_folder"]

_NAME = re.compile(r"caresite-[a-z]+-(\d+)-\w+")


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """Yield an empty folder that is deleted afterwards; `purpose` is a word of lower-case letters."""
    with tempfile.TemporaryDirectory(prefix=f"caresite-{purpose}-{os.getpid()}-") as folder:
        yield Path(folder)


def delete_abandoned_folders() -> tuple[str, ...]:
    """Delete the temporary folders of processes that are gone; return their paths."""
    deleted = []
    for folder in Path(tempfile.gettempdir()).glob("caresite-*"):
        match = _NAME.fullmatch(folder.name)
        if match and folder.is_dir() and not folder.is_symlink() and not _is_running(int(match[1])):
            shutil.rmtree(folder, ignore_errors=True)
            deleted.append(str(folder))
    return tuple(deleted)


def _is_running(process: int) -> bool:
    if sys.platform == "win32":  # where signal 0 ends a process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
