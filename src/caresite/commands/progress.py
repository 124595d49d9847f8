"""Progress of long work, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from caresite.commands.session import Session

__all__ = ["Tell", "shown_progress"]

Tell = Callable[[str, int, int], None]
_VERBS = {"parse": "Reading", "render": "Writing pages", "pictures": "Drawing pictures"}


@contextmanager
def shown_progress(session: Session) -> Iterator[Tell | None]:
    """Yield what a build tells its progress to; None when nobody is looking at the screen."""
    if session.quiet or session.json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    plain = click.get_current_context().color is False
    console = Console(stderr=True, no_color=plain)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as bar:

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(_VERBS.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done)

        yield tell
