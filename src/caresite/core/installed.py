"""Installed: what packages offer under a group of entry points, looked up once for as long as nothing is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from caresite.core.diagnostics import Code, Problem, Span, fault
from caresite.core.suggest import nearest

__all__ = ["installed", "load_record"]

T = TypeVar("T")


def installed(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of `group` by name, in the order of their names."""
    return _installed(group, tuple(map(_state_of, sys.path)))


def load_record(
    group: str, name: str, record: type[T], span: Span, *, called: str, unknown: Code, broken: Code, hint: str = ""
) -> T:
    """Return the `record` that packages offer as `name` under `group`; messages name it as `called`.

    Raises Problem with the code `unknown` when there is none, and with `broken` and the `hint` when it cannot be had.
    """
    available = installed(group)
    if name not in available:
        near = nearest(name, available)
        others = f"did you mean `{near}`?" if near else f"there are: {', '.join(sorted(available))}"
        raise Problem(fault(unknown, span, f"there is no {called} `{name}`", hint=others))
    try:
        found = available[name].load()
    except Exception as error:
        message = f"the {called} `{name}` cannot be loaded: {type(error).__name__}: {error}"
        raise Problem(fault(broken, span, message, hint=hint)) from error
    if not isinstance(found, record):
        message = f"the entry point of the {called} `{name}` is not a caresite {record.__name__} record"
        raise Problem(fault(broken, span, message))
    return found


@lru_cache(maxsize=16)
def _installed(group: str, folders: tuple[tuple[str, int], ...]) -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in sorted(entry_points(group=group), key=lambda entry: entry.name)}


def _state_of(folder: str) -> tuple[str, int]:
    """Return a folder that packages are found in, with the moment in which something last came or went in it."""
    try:
        return folder, os.stat(folder or ".").st_mtime_ns  # noqa: PTH116 - most are no folders, or the current one
    except OSError:
        return folder, 0
