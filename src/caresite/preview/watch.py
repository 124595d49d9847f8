"""Watch: which files of the site have changed, told in bursts."""

from __future__ import annotations

import os
import platform
import queue
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserverVFS

from caresite.core.walk import is_folder
from caresite.preview.links import Links, links_in

__all__ = ["FOLDERS", "Burst", "Watch"]

FOLDERS = ("content", "templates", "themes", "data", "static", "assets", "i18n", "consent")
_ROOT_FILES = re.compile(r"caresite\.[\w.-]+|consent\.lock\.yaml|netlify\.toml|authors\.ya?ml")
_PASSING = re.compile(r".*~|#.*#|\.#.*|.*\.(?:sw[a-z]|tmp|part|bak)|.*___jb_(?:tmp|old)___|4913", re.IGNORECASE)
_EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_QUIET_S = 0.01  # after a file was closed or renamed, when it is whole
_QUIET_WHILE_OPEN_S = 0.05
_QUIET_AFTER_MANY_S = 0.1  # a checkout takes a breath now and then
_MANY = 3
_LONGEST_S = 5.0  # who never stops writing gets a build all the same
_CLOCK_STEP_S = 0.02  # file systems round their stamps to the tick of the kernel
_POLL_MS = 500
_JOIN_S = 2.0


class _Change(NamedTuple):
    """A file that changed, the name it had before if it was renamed, and whether somebody may still be writing it."""

    path: str
    old: str = ""
    is_open: bool = False


class Burst(NamedTuple):
    """Files that changed together: paths below the root, and for those that were renamed the old with the new."""

    paths: frozenset[str] = frozenset()
    moved: Mapping[str, str] = {}


class Watch:
    """Watches the files that a site in `root` is made of. `configs` are config files that are read besides the usual.

    With `poll_ms` the disk is looked at so often, for network disks that tell nothing.
    """

    def __init__(self, root: Path, *, configs: Iterable[str] = (), poll_ms: int = 0) -> None:
        self._root = Path(os.path.realpath(root))
        self._configs = frozenset(configs)
        self._poll_ms = poll_ms or (_POLL_MS if _tells_nothing(self._root) else 0)
        self._changes: queue.SimpleQueue[_Change] = queue.SimpleQueue()
        self._handler = _Handler(self)
        self._observer: BaseObserver | None = None  # one that exists has a thread already
        self._watches: dict[Path, tuple[tuple[int, int], ObservedWatch]] = {}
        self._folders: tuple[Path, ...] = ()
        self._linked = Links()
        self._links_changed = True
        self._lock = Lock()

    @property
    def poll_ms(self) -> int:
        """How often the disk is looked at; 0 when it tells by itself."""
        return self._poll_ms

    @property
    def is_alive(self) -> bool:
        """Whether all threads of the watch are at work."""
        if self._observer is None or not self._observer.is_alive():
            return False
        return {watch for _, watch in self._watches.values()} <= _alive(self._observer)

    def start(self) -> None:
        """Begin to watch."""
        self._observer = self._new_observer()
        self._observer.start()
        self.follow(())

    def stop(self) -> None:
        """End all threads of the watch."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(_JOIN_S)
            self._observer = None
            self._watches.clear()

    def follow(self, folders: Iterable[Path]) -> None:
        """Watch the usual folders and `folders`, also those that have come, or come again, since the last call.

        So are the files and folders that links lead to. From any thread. A system that has no watches left is polled
        instead.
        """
        with self._lock:
            self._folders = tuple(folders)
            if self._links_changed:
                self._links_changed = False
                self._linked = links_in(self._named_folders(), self._root)
            if self._observer is not None:
                self._follow(self._observer)

    def _follow(self, observer: BaseObserver) -> None:
        try:
            self._schedule(observer)
        except OSError:
            if self._poll_ms:
                return  # what cannot be looked at now is tried again with the next save
            self._poll_ms = _POLL_MS
            self.stop()
            self._observer = self._new_observer()
            self._observer.start()
            self._schedule(self._observer)

    def _schedule(self, observer: BaseObserver) -> None:
        outer = self._existing()
        beside = {folder: False for folder in self._beside() if not any(folder.is_relative_to(o) for o in outer)}
        wanted = beside | dict.fromkeys(outer, True) | {self._root: False}
        alive = _alive(observer)
        for folder, (key, watch) in tuple(self._watches.items()):
            if folder not in wanted or _identity(folder) != key or watch not in alive:
                with suppress(KeyError):  # it may have ended by itself when its folder was removed
                    observer.unschedule(watch)
                del self._watches[folder]
        for folder, recursive in wanted.items():
            identity = _identity(folder)
            if folder in self._watches or identity is None:
                continue
            with suppress(FileNotFoundError, NotADirectoryError):  # it went just now, which will be told
                watch = observer.schedule(self._handler, str(folder), recursive=recursive, event_filter=_EVENTS)
                self._watches[folder] = (identity, watch)

    def next(self, timeout_s: float | None) -> Burst:
        """Return the next burst of changes, when it is over; an empty one after `timeout_s` without any."""
        try:
            first = self._changes.get(timeout=timeout_s)
        except queue.Empty:
            return Burst()
        return _joined((first, *self._rest(first)))

    def written_since(self, moment_s: float) -> frozenset[str]:
        """Return the files that were written after `moment_s`, whatever was told: a watch can miss a flood."""
        limit, now = moment_s - _CLOCK_STEP_S, time.time_ns() / 1e9
        found = {self.path_of(path) for path, stamp in self._stamps() if limit < stamp <= now} - {""}
        told = {path.rpartition("/")[0] for path in found}  # a folder is written when a file in it comes or goes
        return frozenset(found - told or found)

    def path_of(self, path: str | bytes) -> str:
        """Return `path` as the site names it; empty for a file that the site is not made of."""
        text = os.fsdecode(path)
        relative = os.path.relpath(text, self._root).replace(os.sep, "/")
        outside = relative == "." or relative.startswith("../")
        if outside:
            layer = next((f for f in self._folders if text.startswith(f"{f}{os.sep}")), None)
            if layer is None:
                return ""
            relative = f"themes/{layer.name}/" + text.removeprefix(f"{layer}{os.sep}").replace(os.sep, "/")
        return unicodedata.normalize("NFC", relative) if self._matters(relative) else ""

    def note(self, path: str | bytes, came_from: str | bytes = "", *, is_open: bool = False) -> None:
        """Take in that a file has changed; `came_from` is the name it had before, `is_open` says that more may come."""
        known, old = self.path_of(path), self.path_of(came_from) if came_from else ""
        if known and (
            Path(os.fsdecode(path)).is_symlink() or is_folder(os.fsdecode(path)) or known in self._linked.steps
        ):
            self._links_changed = True
        if known or old:
            self._changes.put(_Change(known or old, old if known else "", is_open))

    def wake(self) -> None:
        """End the wait for a burst, as if everything had changed."""
        self._changes.put(_Change(""))

    def _matters(self, relative: str) -> bool:
        if self._linked.concern(relative):
            return not _PASSING.fullmatch(relative.rpartition("/")[2])
        parts = relative.split("/")
        hidden = any(part.startswith(".") and part != ".well-known" for part in parts)
        if hidden or _PASSING.fullmatch(parts[-1]) or "node_modules" in parts or "__pycache__" in parts:
            return False
        if len(parts) == 1 and relative not in self._tops():
            return _ROOT_FILES.fullmatch(relative) is not None or relative in self._configs
        return parts[0] in self._tops() or relative in self._configs

    def _tops(self) -> frozenset[str]:
        """Return the first parts of the paths of all folders that are watched."""
        own = (folder.relative_to(self._root).parts for folder in self._folders if folder.is_relative_to(self._root))
        return frozenset((*FOLDERS, *(parts[0] for parts in own if parts)))

    def _existing(self) -> list[Path]:
        """Return the folders to be watched, none of them inside another, links resolved."""
        named = [*self._named_folders(), *(self._root / folder for folder in self._linked.folders)]
        real = sorted({Path(os.path.realpath(folder)) for folder in named if is_folder(folder)})
        outer: list[Path] = []
        for folder in real:
            if folder != self._root and not any(folder.is_relative_to(other) for other in outer):
                outer.append(folder)
        return outer

    def _named_folders(self) -> list[Path]:
        return [*(self._root / name for name in FOLDERS), *self._folders]

    def _beside(self) -> set[Path]:
        """Return the folders that hold what a link leads to or a config, or that will hold it: the nearest there is."""
        found = set()
        for path in (*self._linked.steps, *self._configs):
            folder = (self._root / path).parent
            while not is_folder(folder):
                folder = folder.parent
            found.add(Path(os.path.realpath(folder)))
        return {folder for folder in found if folder != self._root and folder.is_relative_to(self._root)}

    def _rest(self, first: _Change) -> Iterator[_Change]:
        """Yield the changes that follow the first, until it is quiet."""
        end, count, change = time.monotonic() + _LONGEST_S, 1, first
        written: set[str] = set()  # and not closed yet
        while (left := end - time.monotonic()) > 0:
            (written.add if change.is_open else written.discard)(change.path)
            quiet = _QUIET_WHILE_OPEN_S if written else _QUIET_S
            try:
                change = self._changes.get(timeout=min(left, quiet if count <= _MANY else _QUIET_AFTER_MANY_S))
            except queue.Empty:
                return
            yield change
            count += 1

    def _stamps(self) -> Iterator[tuple[str, float]]:
        with suppress(OSError):
            yield from ((str(path), _stamp(path)) for path in self._root.iterdir() if not path.is_dir())
        yield from ((str(self._root / path), _stamp(self._root / path)) for path in self._linked.steps)
        folders = [str(folder) for folder in self._existing()]
        while folders:
            folder = folders.pop()
            yield f"{folder}{os.sep}", _stamp(Path(folder))
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    yield entry.path, _stamp(Path(entry.path))

    def _new_observer(self) -> BaseObserver:
        return _polling(self._poll_ms) if self._poll_ms else Observer()


class _Handler(FileSystemEventHandler):
    """Hands on what the observer's threads are told."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in ("created", "modified", "deleted", "moved", "closed"):
            return  # the build itself opens and closes every file
        if event.is_directory and event.event_type == "modified":
            return
        if event.event_type == "moved":
            self._watch.note(event.dest_path, event.src_path)
            self._watch.note(event.src_path)
        else:
            self._watch.note(event.src_path, is_open=event.event_type in ("modified", "created"))


def _polling(poll_ms: int) -> BaseObserver:
    """Return an observer that looks at the disk; it follows no links, which may lead in a circle."""
    return PollingObserverVFS(os.lstat, os.scandir, polling_interval=poll_ms / 1000)


def _alive(observer: BaseObserver) -> set[ObservedWatch]:
    """Return the watches whose threads are at work: that of a folder that was removed has ended."""
    return {emitter.watch for emitter in observer.emitters if emitter.is_alive()}


def _joined(changes: Iterable[_Change]) -> Burst:
    given = tuple(changes)
    return Burst(frozenset(c.path for c in given), {c.old: c.path for c in given if c.old})


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _stamp(path: Path) -> float:
    """Return when a file was last written, renamed or changed, whichever is later; 0 without one."""
    try:
        found = path.lstat()
    except OSError:
        return 0.0
    return max(found.st_mtime, found.st_ctime)


def _tells_nothing(root: Path) -> bool:
    """Tell whether the disk is one of Windows, seen from its Linux: nothing is told of changes there."""
    return "microsoft" in platform.release().lower() and str(root).startswith("/mnt/")
