"""Where a site is: the folder of its config, searched upward from a folder inside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

__all__ = ["CONFIG_NAMES", "find_site", "has_config"]

CONFIG_NAMES = ("caresite.yaml", "caresite.yml", "caresite.toml")


def has_config(folder: Path) -> bool:
    """Tell whether `folder` is the root of a site."""
    return any((folder / name).is_file() for name in CONFIG_NAMES)


def find_site(start: Path) -> Path | None:
    """Return the nearest folder with a config, `start` or one above it; None when there is none.

    The search ends at the home folder, at the edge of a file system, and at a folder of somebody else: a config
    that another user left in a shared folder, such as /tmp, is not for us (git's `safe.directory`, CVE-2022-24765).
    """
    if has_config(start):
        return start if _is_whole(start) else None
    with suppress(OSError, RuntimeError):  # a folder that was removed meanwhile; no home
        home = Path.home().resolve()
        for folder, above in pairwise((start.resolve(), *start.resolve().parents)):
            if folder == home or folder.stat().st_dev != above.stat().st_dev:
                return None
            if has_config(above):
                return above if _is_of_same_owner(above, start) else None
    return None


def _is_of_same_owner(folder: Path, start: Path) -> bool:
    """Tell whether nobody but this user, or the owner of `start`, can have put the config there."""
    if not hasattr(os, "geteuid"):
        return True
    is_open_to_all = folder.stat().st_mode & 0o002
    return not is_open_to_all and _owners(folder) <= {os.geteuid(), start.stat().st_uid} and _is_whole(folder)


def _is_whole(folder: Path) -> bool:
    """Tell whether the config in `folder` has one owner: a link to the config of another would speak for both."""
    return len(_owners(folder)) <= 1


def _owners(folder: Path) -> frozenset[int]:
    """Return whose the config and its overlays are, and the links on the way to them."""
    files = {folder / name for name in CONFIG_NAMES} | {*folder.glob("caresite.*.y*ml")}
    return frozenset(owner for file in files if file.is_file() for owner in _owners_of(file))


def _owners_of(file: Path) -> Iterator[int]:
    yield file.lstat().st_uid
    if file.is_symlink():
        yield from _owners_of(file.parent / file.readlink())
