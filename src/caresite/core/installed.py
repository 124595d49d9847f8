"""Installed: what packages offer under a group of entry points, looked up once for as long as nothing is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

__all__ = ["installed"]


def installed(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of `group` by name, in the order of their names."""
    return _installed(group, tuple(map(_state_of, sys.path)))


@lru_cache(maxsize=16)
def _installed(group: str, folders: tuple[tuple[str, int], ...]) -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in sorted(entry_points(group=group), key=lambda entry: entry.name)}


def _state_of(folder: str) -> tuple[str, int]:
    """Return a folder that packages are found in, with the moment in which something last came or went in it."""
    try:
        return folder, os.stat(folder or ".").st_mtime_ns  # noqa: PTH116 - most are no folders, or the current one
    except OSError:
        return folder, 0
