"""Serve: the site is built, shown, watched, and built again, until somebody ends it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from msgspec import Struct

from caresite.core.urls import decoded_path
from caresite.engine.build import Options
from caresite.preview.app import asset_folder, built_app, preview_app
from caresite.preview.editors import Editor
from caresite.preview.finisher import Finisher
from caresite.preview.generations import Ahead, Generation, Generations, Tell, changed_paths
from caresite.preview.guard import Guard, is_loopback, names_of
from caresite.preview.hub import Hub
from caresite.preview.isolation import Isolation
from caresite.preview.pages import Addition, Workbench, status_page
from caresite.preview.server import Server, listening
from caresite.preview.tree import BuiltTree
from caresite.preview.watch import Burst, Watch

__all__ = ["How", "Preview", "Rebuilt", "serve_built"]

_LOOK_AGAIN_S = 1.0
_JOIN_S = 2.0
_HEAD_START_S = 0.1
_LONGEST_AHEAD_S = 1.0  # a build goes on after that, whatever is to be shown ahead of it
_WINDOWS_WAIT_S = 0.5  # there, Ctrl-C cannot end a wait


class How(Struct, frozen=True, kw_only=True):
    """How to preview: what the command line says. `bare` leaves the pages as they are, without script or toolbar.

    `clock_is_set` says that the options name another moment than now.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    bare: bool = False
    poll_ms: int = 0
    follow: bool = False
    editor: Editor | None = None
    clock_is_set: bool = False


class Rebuilt(NamedTuple):
    """What came of a burst of saves: the new generation, the one told of before, and output paths that differ.

    `crash` is what the build ended with, if that was nothing it should.
    """

    paths: frozenset[str]
    generation: Generation
    before: Generation
    changed: frozenset[str]
    crash: Exception | None = None


class Preview:
    """Shows the site in `root`, built as `options` say at the moment they are asked, and keeps it up to date.

    `tell` hears of every build, in the thread that runs the preview; `progress` of how far one has come.
    """

    def __init__(
        self,
        root: Path,
        options: Callable[[], Options],
        how: How,
        *,
        tell: Callable[[Rebuilt], None] = lambda rebuilt: None,
        progress: Tell | None = None,
        additions: Iterable[Addition] = (),
    ) -> None:
        self._how = how
        self._options = options
        self._tell = tell
        self.progress = progress
        self._hub = Hub()
        self.generations = Generations(root, options)
        self.watch = Watch(root, configs=options().configs, poll_ms=how.poll_ms)
        bench = Workbench(
            root,
            current=lambda: self.generations.current,
            editor=how.editor if is_loopback(how.host) else None,
            assets=asset_folder(),
            ask_for_build=self.watch.wake,
            now=lambda: options().now,
            clock_is_set=how.clock_is_set,
        )
        added = [make(bench) for make in (status_page, *additions)]
        bench.links = tuple(page.link for page in added)
        app = Guard(
            Isolation(preview_app(bench, self._hub, added, bare=how.bare)),
            names_of(how.host),
            any_address=not is_loopback(how.host),
        )
        self.server = Server(app, listening(how.host, how.port))
        self._told = self.generations.current
        self._stopping = False
        self._ahead_until = 0.0
        self._unchecked_since = 0.0
        self._saved: SimpleQueue[Burst] = SimpleQueue()
        self._finisher = Finisher(self.generations.finish)
        self._listener = Thread(target=self._listen, name="caresite-listener", daemon=True)

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        return _url(self._how.host, self.server.port)

    @property
    def is_alive(self) -> bool:
        """Whether all threads of the preview are at work."""
        return self.server.is_alive and self.watch.is_alive and self._listener.is_alive()

    def open(self) -> None:
        """Build for the first time, and begin to serve and to watch.

        Until then whoever comes waits at the door: a process with one thread can be copied, so that the first build,
        which is the longest, has all processors.
        """
        began = time.time_ns() / 1e9
        made = self._make(Burst())
        self.server.start()
        self.watch.start()
        self.watch.follow(self.generations.current.folders)
        self._unchecked_since = 0.0 if self.watch.poll_ms else began
        self._listener.start()
        self._finisher.start()
        self._tell(made)

    def run(self) -> None:
        """Build with every burst of saves, and when something is due, until `stop` is called or Ctrl-C comes."""
        while not self._stopping:
            burst = self._next_burst(self._patience_s())
            if self._stopping:
                return
            if burst.paths:
                self._rebuild(burst)
            elif self._is_due():
                self._rebuild(Burst())
            elif self._unchecked_since and time.time_ns() / 1e9 - self._unchecked_since > _LOOK_AGAIN_S:
                missed = self.watch.written_since(self._unchecked_since)
                self._unchecked_since = 0.0
                if missed:
                    self._saved.put(Burst(missed))

    def stop(self) -> None:
        """End `run`; from any thread."""
        self._stopping = True
        self.watch.wake()

    def close(self) -> None:
        """End every thread and connection."""
        self.stop()
        self._hub.close()
        self._finisher.stop()
        if self._listener.is_alive():
            self._listener.join(_JOIN_S)
        self.watch.stop()
        self.server.stop()

    def _listen(self) -> None:
        """Hand on what is saved, also while a build goes on, and show at once what needs none."""
        while not self._stopping:
            burst = self.watch.next(None)
            if self._stopping:
                break
            try:
                self.watch.follow(self.generations.current.folders)
                self._ahead_until = time.monotonic() + _LONGEST_AHEAD_S
                ahead = self.generations.run_ahead(burst.paths)
            except Exception:  # whatever is wrong, also on a disk that changes meanwhile, the build will tell it
                ahead = Ahead(False, False)
            self._ahead_until = time.monotonic() + _HEAD_START_S if ahead.something else 0.0
            if ahead.something:
                self._hub.announce()
            if ahead.everything:
                time.sleep(_HEAD_START_S)  # there is nothing more to be seen, so the browsers go first
            self._saved.put(burst)
        self._saved.put(Burst())

    def _next_burst(self, patience_s: float | None) -> Burst:
        """Return all that was saved since the last build, as one; an empty burst when nothing was in time."""
        bursts = []
        try:
            bursts.append(self._saved.get(timeout=patience_s))
            while True:
                bursts.append(self._saved.get_nowait())
        except Empty:
            paths = frozenset(path for burst in bursts for path in burst.paths)
            return Burst(paths, {old: path for burst in bursts for old, path in burst.moved.items()})

    def _rebuild(self, burst: Burst) -> None:
        self._unchecked_since = 0.0 if self.watch.poll_ms else time.time_ns() / 1e9
        made = self._make(burst)
        self.watch.follow(self.generations.current.folders)
        self._tell(made)

    def _go_on(self, stage: str, done: int, total: int) -> None:
        """Tell how far a build has come, and let it wait while something is shown ahead of it, as somebody looks on."""
        while not self._stopping and (left := self._ahead_until - time.monotonic()) > 0:
            time.sleep(min(left, 0.02))
        if self.progress:
            self.progress(stage, done, total)

    def _make(self, burst: Burst) -> Rebuilt:
        """Build, let the tabs know, and return what there is to tell."""
        crash = None
        try:
            self.generations.make(burst.paths, burst.moved, self._go_on)
        except Exception as error:  # a fault of ours must not end the preview
            self.generations.fail(error)
            crash = error
        if self.generations.is_unfinished:
            self._finisher.wake()
        current = self.generations.current
        saved = self.generations.page_of(burst.paths) if self._how.follow else ""
        self._hub.announce(saved)
        before, self._told = self._told, current
        changed = changed_paths(before.tree, current.tree)
        return Rebuilt(burst.paths - {""}, current, before, changed, crash)

    def _patience_s(self) -> float | None:
        """Return how long to wait for a save before looking at what else there is to do."""
        waits = [_WINDOWS_WAIT_S] if os.name == "nt" else []
        if self._unchecked_since:
            waits.append(_LOOK_AGAIN_S)
        if due := self.generations.current.next_due:
            waits.append(max(0.1, min(3600.0, (due - self._options().now).total_seconds())))
        return min(waits, default=None)

    def _is_due(self) -> bool:
        due = self.generations.current.next_due
        return due is not None and due <= self._options().now


def serve_built(folder: Path, how: How, base_path: str) -> tuple[Server, str]:
    """Return a server of an output folder as it is, which has been started, and its address."""
    app = Guard(
        Isolation(built_app(BuiltTree(folder, decoded_path(base_path)))),
        names_of(how.host),
        any_address=not is_loopback(how.host),
    )
    server = Server(app, listening(how.host, how.port))
    server.start()
    return server, _url(how.host, server.port)


def _url(host: str, port: int) -> str:
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{named}:{port}"
