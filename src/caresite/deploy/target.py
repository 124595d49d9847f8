"""What a target is: it looks at what visitors get now, is sent a plan, and keeps the site whole on the way.

    look  what is there, by path          →  plan (`caresite.deploy.plan`)
    send  the plan, step by step          →  what visitors get from then on

A target says by which digest it knows files, so that what is there can be compared without fetching it. Everything it
may use of the world comes with its `Errand`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from caresite.core.diagnostics import Span

if TYPE_CHECKING:
    from caresite.deploy.plan import Plan

__all__ = ["DigestName", "Errand", "File", "Sent", "Target", "Tell", "There", "Wanted"]

DigestName = Literal["blake2b", "md5", "sha1", "git"]
"""How a target knows files: BLAKE2b of 20 bytes, MD5, SHA-1, or the object name that git gives a file."""

Tell = Callable[[str, int, int], None]
"""Hears of progress: what is being done, how many are done, of how many."""


class File(Struct, frozen=True):
    """One file to be online: its path below the site's root, where it lies here, its size in bytes."""

    path: str
    source: Path
    size: int


class Wanted(Struct, frozen=True):
    """Everything that is to be online: files and their digests, by path."""

    files: Mapping[str, File]
    digests: Mapping[str, str]


class There(Struct, frozen=True):
    """What visitors get now.

    `files` has the digest of each file by path, an empty one where nobody knows. `foreign` are those of them that no
    deploy of caresite put there. `owner` is the `base_url` of the site that was last put there, if one was. `url` is
    the site's address as the host knows it, if it does. `leftovers` are unfinished files of deploys that were ended.
    """

    files: Mapping[str, str] = {}
    foreign: frozenset[str] = frozenset()
    owner: str = ""
    url: str = ""
    leftovers: tuple[str, ...] = ()


class Sent(Struct, frozen=True):
    """What a target says of a deploy: where it is to be seen, and the name by which the host knows it."""

    url: str = ""
    id: str = ""


class Errand(Struct, frozen=True, kw_only=True):
    """What a target may use of the world.

    `state` is a folder of its own below `.caresite/`, made when first used, that may be lost at any time. `base_url` is
    the address that the site was built for, `span` where the config names this target. `preview` asks for a version
    that visitors do not get. `message` is said of the deploy where the host keeps such a line.
    """

    root: Path
    name: str
    span: Span
    state: Path
    base_url: str
    environ: Mapping[str, str]
    now: datetime
    message: str = ""
    preview: bool = False
    sleep: Callable[[float], None] = time.sleep


class Target(Protocol):
    """A place that a site can be sent to. Raises Problem, with a code `H2…`, for what the host does not do."""

    digest: DigestName

    def look(self, wanted: Wanted) -> There:
        """Return what visitors get now, having changed nothing. `wanted` is what they are to get."""

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Make the site what `plan` says, so that visitors never get a page whose assets are missing.

        Whenever it is ended, by a fault or a signal, the next `look` and `send` bring the site to the same end.
        """
