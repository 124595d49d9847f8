"""Pool: every argument gets its result, or is told to be lost, whatever becomes of the processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from caresite.core import codes
from caresite.engine import parsing, pool, writing
from caresite.engine.pool import Lost, cores, spread
from caresite.pipeline.parse import Parser
from caresite.pipeline.render import Renderer
from engine.sites import Folder, build_here, files_below, rich_files

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are forked only on Linux"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
MANY = list(range(40))
REAL_CAN_FORK = pool.can_fork
BAD = 3  # the argument over which a process comes to grief
Setup = Callable[[], Callable[[int], object]]


class TwoWords(Exception):
    """An exception that cannot be made again from its one argument, so that it does not survive pickling."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def over_bad(do: Callable[[], object]) -> Setup:
    """Return a setup whose function doubles its argument, and does something else over the bad one."""

    def work(number: int) -> object:
        return do() if number == BAD else number * 2

    return lambda: work


def doubling() -> Callable[[int], int]:
    return partial(int.__mul__, 2)


def whole(setup: Setup, *, workers: int = 2, patience_s: float = 60) -> dict[int, object]:
    return dict(spread(setup, MANY, workers=workers, patience_s=patience_s))


def raise_two_words() -> None:
    raise TwoWords("over", "cast")


def raise_plain() -> None:
    raise LookupError("not here")


def fail_to_set_up() -> Callable[[int], int]:
    raise LookupError("no tools")


@pytest.fixture(autouse=True)
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes be forked though those who run the tests may have threads: none of them matters here."""
    monkeypatch.setattr(pool, "can_fork", lambda: True)
    monkeypatch.setattr(writing, "can_fork", pool.can_fork)


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    """Look that no process outlives its run."""
    before = children()
    yield
    assert children() == before


def children() -> set[int | None]:
    """Return the processes that this one has started and that have not ended."""
    return {process.pid for process in multiprocessing.active_children()}


@pytest.mark.parametrize("workers", [1, 2, 3, 100])
def test_every_argument_gets_its_result(workers: int) -> None:
    assert whole(doubling, workers=workers) == {n: 2 * n for n in MANY}


def test_nothing_to_do_is_done_by_nobody() -> None:
    assert list(spread(doubling, [], workers=2)) == []


def test_the_work_is_done_in_other_processes() -> None:
    done_by = set(dict(spread(lambda: lambda _: os.getpid(), MANY, workers=2)).values())
    assert os.getpid() not in done_by
    assert 1 <= len(done_by) <= 2


ENDS = {
    "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "the process that worked on it ended (signal 9)"),
    "terminated": (lambda: os.kill(os.getpid(), signal.SIGTERM), "the process that worked on it ended (signal 15)"),
    "gone": (lambda: os._exit(7), "the process that worked on it ended (status 7)"),
    "hanging": (lambda: time.sleep(600), "it took longer than 1 seconds"),
    "stopped": (lambda: os.kill(os.getpid(), signal.SIGSTOP), "it took longer than 1 seconds"),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_a_process_was_at_when_it_ended_is_lost_and_nothing_else(name: str) -> None:
    end, reason = ENDS[name]
    patience_s = 1 if name in ("hanging", "stopped") else 60
    results = whole(over_bad(end), patience_s=patience_s)
    assert results.pop(BAD) == Lost(reason)
    assert results == {n: 2 * n for n in MANY if n != BAD}


def test_processes_that_all_die_lose_everything_and_come_to_an_end() -> None:
    results = dict(spread(lambda: lambda _: os._exit(1), MANY[:6], workers=2))
    assert results == {n: Lost("the process that worked on it ended (status 1)") for n in range(6)}


def test_an_exception_is_raised_here() -> None:
    with pytest.raises(LookupError, match="not here"):
        whole(over_bad(raise_plain))


def test_an_exception_that_cannot_be_carried_is_raised_in_its_words() -> None:
    with pytest.raises(RuntimeError, match="TwoWords: overcast"):
        whole(over_bad(raise_two_words))


def test_a_result_that_cannot_be_carried_is_raised() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        whole(over_bad(lambda: lambda: None))


def test_a_setup_that_fails_is_raised() -> None:
    with pytest.raises(LookupError, match="no tools"):
        whole(fail_to_set_up)


def test_whoever_takes_the_results_slowly_loses_none() -> None:
    results = {}
    for place, result in spread(doubling, MANY, workers=2, patience_s=0.5):
        results[place] = result
        if place in (5, 20):
            time.sleep(1.2)
    assert results == {n: 2 * n for n in MANY}


def test_results_larger_than_a_pipe_holds_arrive() -> None:
    assert whole(over_bad(lambda: b"x" * 5_000_000))[BAD] == b"x" * 5_000_000


def test_whoever_stops_taking_leaves_no_process_behind() -> None:
    results = spread(doubling, MANY, workers=2)
    next(results)
    assert len(children()) >= 2
    results.close()  # type: ignore[attr-defined]


@pytest.fixture
def thread() -> Iterator[None]:
    """Keep another thread, with which this process may not be copied."""
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    yield
    end.set()
    other.join()


def test_where_threads_are_processes_are_started_anew(thread: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "can_fork", REAL_CAN_FORK)
    assert not pool.can_fork()
    assert dict(spread(doubling, MANY, workers=1)) == {n: 2 * n for n in MANY}


def test_there_is_a_processor() -> None:
    assert cores() >= 1


# in a build


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a site that is written by two processes."""
    monkeypatch.setattr(parsing, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(writing, "WORTH_PROCESSES", 1)
    folder = Folder(tmp_path / "site")
    folder.hold(rich_files())
    return folder.root


@pytest.mark.parametrize("stage", ["parse", "render"])
def test_a_process_that_dies_gives_a_diagnostic_and_the_next_build_is_whole(
    site: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name = {"parse": (Parser, "parse"), "render": (Renderer, "render")}[stage]
    real, here = getattr(owner, name), os.getpid()

    def die_over_notes(self: object, about: object, *more: object) -> object:
        if os.getpid() != here and "notes" in str(getattr(about, "path", getattr(about, "output", ""))):
            os._exit(9)
        return real(self, about, *more)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die_over_notes)
        built = build_here(site, workers=2)
    faults = [d for d in built.diagnostics if d.severity == "error" and "(status 9)" in d.message]
    wanted = {"parse": codes.UNREADABLE, "render": codes.TEMPLATE_FAILED}[stage]
    assert {d.code for d in faults} == {wanted.id}
    assert not (site / "public").exists()
    assert build_here(site, workers=2).ok
    assert "blog/2026/notes/index.html" in files_below(site / "public")
