"""Progress of long work: bars on a terminal, and elsewhere a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from caresite.commands.session import Session

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Tell", "lines_of", "shown_progress"]

Tell = Callable[[str, int, int], None]
_VERBS = {"parse": "Reading", "render": "Writing pages", "pictures": "Drawing pictures"}
_QUIET_S = 10
_FEWEST_DONE = 3  # steps, before their speed says how long the rest takes


@contextmanager
def shown_progress(session: Session) -> Iterator[Tell | None]:
    """Yield what a build tells its progress to; None for those who asked for quiet or for JSON."""
    if session.quiet or session.json:
        yield None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _on(bars)
    else:
        yield lines_of(time.monotonic)


def lines_of(clock: Callable[[], float]) -> Tell:
    """Return what prints a line for every ten seconds of work, and nothing for work that is done sooner."""
    last = clock()

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last
        if clock() - last >= _QUIET_S:
            last = clock()
            click.echo(f"{_VERBS.get(stage, stage)}: {done:,} of {total:,}", err=True)

    return tell


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        def render(self, task: Task) -> Text:
            left = task.time_remaining if task.completed >= _FEWEST_DONE and not task.finished else None
            return Text(f"{_time_text(left)} left" if left else "")

    console = Console(stderr=True, no_color=click.get_current_context().color is False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    return Progress(*columns, console=console, transient=True)


def _time_text(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} min"


def _on(bars: Progress) -> Tell:
    tasks = {}

    def tell(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(_VERBS.get(stage, stage), total=total)
        bars.update(tasks[stage], completed=done)

    return tell
