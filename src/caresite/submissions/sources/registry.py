"""The sources that are installed: those of caresite and those of others come through the same entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from caresite.core.codes_stories import BAD_SOURCE
from caresite.core.diagnostics import Span
from caresite.core.installed import load_record
from caresite.core.intake import Form, IncomingSource
from caresite.submissions.entries import Intake, Received

__all__ = ["GROUP", "Delivery", "Errand", "SourceKind", "load_source"]

GROUP = "caresite.sources"


class Delivery(NamedTuple):
    """Bytes that were fetched, what to call them, and the form they are of where the source knows.

    `mark` is what the source will call the same bytes next time, where it can tell before it fetches them.
    """

    shown: str
    data: bytes
    form: str = ""
    mark: str = ""


class Errand(Struct, frozen=True, kw_only=True):
    """What fetching may use of the world: the site's folder, the environment, the clock, and how to wait.

    `is_taken` tells of the mark of a delivery whether it need not be fetched, as all that it holds is in the store.
    """

    root: Path
    name: str
    forms: Mapping[str, Form] = {}
    environ: Mapping[str, str]
    now: datetime
    sleep: Callable[[float], None]
    is_taken: Callable[[str], bool] = lambda mark: False


class SourceKind(Struct, frozen=True, kw_only=True):
    """A way in which stories arrive.

    read      (bytes, intake) → entries and diagnostics. It is pure: it asks no clock, no network and no disk, and it
              raises nothing for what is wrong with the bytes
    fetch     (source, errand) → deliveries, one after another; what was fetched before a fault counts. It raises
              Problem when it cannot go on. Without it, `path` in the config names the files
    suffixes  the endings of the files that `read` is for, when `path` is a folder or a file is given by name
    claims    (bytes) → whether a file given by name is of this kind, when its ending does not say so
    """

    name: str
    read: Callable[[bytes, Intake], Received]
    fetch: Callable[[IncomingSource, Errand], Iterable[Delivery]] | None = None
    suffixes: tuple[str, ...] = ()
    claims: Callable[[bytes], bool] | None = None


def load_source(name: str, span: Span) -> SourceKind:
    """Return the installed source of type `name`. Raises Problem when there is none, or it cannot be loaded."""
    return load_record(GROUP, name, SourceKind, span, called="source of type", unknown=BAD_SOURCE, broken=BAD_SOURCE)
