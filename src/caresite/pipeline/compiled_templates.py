"""Compiled templates: the code that templates were compiled to, kept so that the next build need not compile them.

What is kept is run. So it lies in a folder of the user's own, never in that of a site, which may come from a stranger.
"""

from __future__ import annotations

import contextlib
import os
import stat
from functools import cache
from pathlib import Path

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from caresite import __version__

__all__ = ["compiled_folder", "kept_templates"]

_EDITION = 5  # counts the ways in which we compiled them
_MOST_KEPT = 2_000
_NEWEST_KEPT = 500


def kept_templates() -> BytecodeCache:
    """Return what was compiled earlier: on disk, or for as long as this process runs where no folder is safe."""
    return _in_memory() if compiled_folder() is None else _OnDisk()


@cache
def compiled_folder() -> Path | None:
    """Return the folder of what was compiled, which nobody but this user may write; None where there is none."""
    from platformdirs import user_cache_path

    try:
        caches = user_cache_path("caresite", appauthor=False)
        caches.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (caches, caches / "templates"):
            folder.mkdir(mode=0o700, exist_ok=True)
            if not _is_ours_alone(folder):
                return None
    except (OSError, RuntimeError):  # there is no home
        return None
    return folder


def _is_ours_alone(folder: Path) -> bool:
    status = os.lstat(folder)
    if not hasattr(os, "getuid"):  # Windows keeps what belongs to a user from others
        return stat.S_ISDIR(status.st_mode)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


class _ByTrust(BytecodeCache):
    """Keeps what was compiled for the sandbox apart from what was compiled without, whatever file it came from."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        trusted: bool = environment.trusts(filename)  # type: ignore[attr-defined]
        return super().get_bucket(environment, f"{'trusted' if trusted else 'sandbox'}:{name}", filename, source)


class _OnDisk(_ByTrust, FileSystemBytecodeCache):
    """Files named by the digest of their source; one that cannot be read or kept is compiled anew."""

    def __init__(self) -> None:
        super().__init__(str(compiled_folder()), f"%s-{__version__}-{_EDITION}-{jinja2.__version__}.compiled")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever a damaged file makes of itself
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            _tidy(self.directory)
            super().dump_bytecode(bucket)


class _InMemory(_ByTrust):
    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_in_memory = cache(_InMemory)


def _tidy(folder: str) -> None:
    """Remove the oldest files when there are too many, of versions and templates that nobody uses any more."""
    with os.scandir(folder) as entries:
        files = list(entries)
    if len(files) > _MOST_KEPT:
        files.sort(key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-_NEWEST_KEPT]:
            Path(file).unlink()
