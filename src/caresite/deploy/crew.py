"""The crew: one piece of work over many things at once, and the first fault ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

__all__ = ["each"]

T = TypeVar("T")

_GLANCE_S = 0.2


def each(items: Iterable[T], work: Callable[[T], object], *, workers: int, done: Callable[[T], None]) -> None:
    """Do `work` on every item in up to `workers` threads; `done` hears of each in this one.

    After a fault nothing more is begun, what is under way comes to its end, and the fault is raised.
    """
    failed = threading.Event()

    def attempt(item: T) -> None:
        if failed.is_set():
            return
        try:
            work(item)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(max_workers=workers) as pool:
        under_way = {pool.submit(attempt, item): item for item in items}
        try:
            while under_way:
                finished, _ = wait(under_way, return_when=FIRST_EXCEPTION, timeout=_GLANCE_S)
                for future in sorted(finished, key=lambda future: future.exception() is None):
                    future.result()
                    done(under_way.pop(future))
        except BaseException:
            failed.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
