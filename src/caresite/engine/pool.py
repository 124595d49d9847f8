"""Pool: one function over many arguments, in several processes, whatever becomes of any of them."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from caresite.engine.reads import add_reads, take_reads

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["Lost", "can_fork", "cores", "spread"]

A = TypeVar("A")
R = TypeVar("R")
BATCH = 32
ANSWERS_S = 0.05  # how long a worker gathers answers before it sends them
PATIENCE_S = 120.0


class Lost(NamedTuple):
    """What is had instead of a result when a process died over its argument, or took too long."""

    reason: str


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Tell whether a copy of this process can go on where it is: on Linux, and while it has one thread."""
    return sys.platform == "linux" and threading.active_count() == 1


def spread(
    setup: Callable[[], Callable[[A], R]],
    arguments: Sequence[A],
    *,
    workers: int,
    patience_s: float = PATIENCE_S,
) -> Iterator[tuple[int, R | Lost]]:
    """Yield the place of each argument with what the function that `setup` returns makes of it, as they get done.

    `setup` runs once in each process. Where processes cannot be forked it is pickled, so it must be a function of a
    module, or a `partial` of one. An exception in a process is raised here.
    """
    crew: _Crew[A, R] = _Crew(setup, arguments, min(workers, len(arguments)), patience_s)
    try:
        yield from crew.results()
    finally:
        crew.dismiss()


class _Failed(NamedTuple):
    error: BaseException


class _Worker:
    """A process, and the places of the arguments it has been given and not answered, oldest first.

    `at` is shared with it: the place of the argument that it works on.
    """

    def __init__(self, setup: Any, arguments: Any) -> None:
        import multiprocessing  # most builds have too little to do for several

        context: Any = multiprocessing.get_context("fork" if can_fork() else "spawn")
        self.connection, theirs = context.Pipe()
        self.at = context.RawValue("q", -1)
        self.process = context.Process(
            target=_work, args=(setup, arguments, self.at, theirs, self.connection), daemon=True
        )
        self.process.start()
        theirs.close()
        self.given: deque[int] = deque()
        self.heard = time.monotonic()

    def give(self, places: list[int]) -> None:
        if not self.given:
            self.heard = time.monotonic()
        self.given.extend(places)
        with contextlib.suppress(OSError):  # it has died, which is seen when it is listened to
            self.connection.send(places)

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()


def _work(setup: Any, arguments: Any, at: Any, connection: Connection, other_end: Connection) -> None:
    other_end.close()
    take_reads()  # those of the parent, which it has itself
    try:
        work = setup()
    except Exception as error:
        work = partial(_raise, error)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        while True:
            answers, since = [], time.monotonic()
            for place in connection.recv():
                at.value = place
                try:
                    answer = work(arguments[place])
                except (KeyboardInterrupt, SystemExit):
                    raise
                except BaseException as error:
                    answer = _Failed(_carried(error))
                answers.append((place, answer))
                if time.monotonic() - since > ANSWERS_S:
                    connection.send_bytes(_packed(answers))
                    answers, since = [], time.monotonic()
            if answers:
                connection.send_bytes(_packed(answers))
    os._exit(0)  # nothing of the parent's may be tidied up here


def _raise(error: Exception, argument: Any) -> None:
    raise error


def _packed(answers: list[tuple[int, Any]]) -> bytes:
    """Return answers as they are sent; one that cannot be sent is a failure."""
    reads = take_reads()
    try:
        return pickle.dumps((answers, reads), protocol=5)
    except Exception:
        return pickle.dumps(([(place, _sendable(answer)) for place, answer in answers], reads), protocol=5)


def _sendable(answer: Any) -> Any:
    try:
        pickle.dumps(answer, protocol=5)
    except Exception as error:
        return _Failed(_carried(error))
    return answer


def _carried(error: BaseException) -> BaseException:
    """Return an exception that survives the way to another process, if need be one with the words of `error`."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


class _Crew(Generic[A, R]):
    """All workers of one run."""

    def __init__(self, setup: Any, arguments: Sequence[A], workers: int, patience_s: float) -> None:
        self.setup = setup
        self.arguments = arguments
        self.patience_s = patience_s
        self.waiting = deque(range(len(arguments)))
        self.froze = can_fork() and not gc.get_freeze_count()
        if self.froze:
            gc.freeze()  # a look for garbage would write on every object, and so copy the memory that is shared
        self.workers = [_Worker(setup, arguments) for _ in range(workers)]

    def results(self) -> Iterator[tuple[int, R | Lost]]:
        """Yield results until there is one for every argument."""
        from multiprocessing.connection import wait

        missing = len(self.arguments)
        for worker in self.workers:
            self._supply(worker)
        while missing:
            busy: dict[Any, _Worker] = {worker.connection: worker for worker in self.workers if worker.given}
            left, start = self._time_left(busy.values()), time.monotonic()
            ready = wait(list(busy), timeout=left)
            asleep = time.monotonic() - start - left
            if asleep > 1:  # all of us were stopped for a while, and nobody is late for that
                for worker in busy.values():
                    worker.heard += asleep
            for connection in ready:
                for answer in self._answers_of(busy[connection]):
                    yield answer
                    missing -= 1
            for worker in list(busy.values()):
                late = worker.given and time.monotonic() - worker.heard > self.patience_s
                if late and not worker.connection.poll():
                    yield self._give_up(worker, f"it took longer than {self.patience_s:g} seconds")
                    missing -= 1

    def _time_left(self, busy: Iterable[_Worker]) -> float:
        now = time.monotonic()
        return max(0.01, min(worker.heard + self.patience_s - now for worker in busy))

    def _answers_of(self, worker: _Worker) -> list[tuple[int, R | Lost]]:
        try:
            answers, reads = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError):
            worker.process.join(5)
            return [self._give_up(worker, f"the process that worked on it ended ({_ending(worker.process.exitcode)})")]
        add_reads(reads)
        worker.heard = time.monotonic()
        for place, answer in answers:
            worker.given.remove(place)
            if isinstance(answer, _Failed):
                raise answer.error
        self._supply(worker)
        return answers  # type: ignore[no-any-return]

    def _supply(self, worker: _Worker) -> None:
        if len(worker.given) < BATCH // 2 and self.waiting:
            share = max(1, min(BATCH, len(self.waiting) // (2 * len(self.workers)) or 1))
            worker.give([self.waiting.popleft() for _ in range(min(share, len(self.waiting)))])

    def _give_up(self, worker: _Worker, reason: str) -> tuple[int, Lost]:
        """Replace a worker; what it was at is lost, what else it was given is done by its successor."""
        worker.end()
        lost = worker.at.value if worker.at.value in worker.given else worker.given[0]
        rest = [place for place in worker.given if place != lost]  # some may be done, with their answers on the way
        successor = _Worker(self.setup, self.arguments)
        self.workers[self.workers.index(worker)] = successor
        self.waiting.extendleft(reversed(rest))
        self._supply(successor)
        return lost, Lost(reason)

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.end()
        if self.froze:
            gc.unfreeze()


def _ending(code: int | None) -> str:
    if code is None:
        return "it does not answer"
    return f"signal {-code}" if code < 0 else f"status {code}"
