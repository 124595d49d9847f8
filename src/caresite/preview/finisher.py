"""The finisher: makes what takes its time, such as the search index, when nobody has saved anything for a moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

__all__ = ["Finisher"]

_PAUSE_S = 1.0
_JOIN_S = 2.0


class Finisher:
    """Runs `finish` in a thread of its own after `wake`, once for many calls that come close together."""

    def __init__(self, finish: Callable[[], None]) -> None:
        self._finish = finish
        self._woken = Event()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="caresite-finisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Tell that there is something new to finish."""
        self._woken.set()

    def stop(self) -> None:
        """End the thread; what it is at, it may still end by itself."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while self._woken.wait() and not self._stopping.is_set():
            self._woken.clear()
            if self._stopping.wait(_PAUSE_S):
                return
            if not self._woken.is_set():
                self._finish()
