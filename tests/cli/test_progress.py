"""What is shown while work goes on, and how to look at what was made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caresite.commands.progress import lines_of

from .conftest import Run
from .terminal import on_terminal


def test_where_nobody_looks_a_line_comes_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, *(n / 2 for n in range(1, 200))])
    now = 0.0

    def clock() -> float:
        return now

    tell = lines_of(clock)
    for step in range(1, 101):
        now = next(moments)
        tell("pictures", step, 1200)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[0] == "Drawing pictures: 21 of 1,200"
    assert len(said.err.splitlines()) == 4


def test_work_that_is_done_soon_says_nothing(run: Run) -> None:
    assert "Writing pages" not in run("build").output


def test_a_terminal_shows_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    import click
    from rich.console import Console

    from caresite.commands import progress

    with click.Context(click.Command("x")):
        bars = progress._bars()
    bars.live.console = Console(file=io.StringIO(), force_terminal=True, width=100)
    task = bars.add_task("Drawing pictures", total=100)
    seconds = iter(range(1000))
    bars.get_time = lambda: float(next(seconds))
    shown = io.StringIO()
    console = Console(file=shown, width=100)
    console.print(bars.get_renderable())
    assert "left" not in shown.getvalue(), "there is nothing to go by yet"
    for done in range(1, 20):
        bars.update(task, completed=done)
    console.print(bars.get_renderable())
    assert re.search(r"\d+ (s|min) left", shown.getvalue())


def test_a_build_ends_with_how_to_look_at_it(site: Path, run: Run) -> None:
    assert re.search(r"^Look at it: \S*(caresite|python -m caresite) serve --built$", on_terminal(site, "build"), re.M)
    again = on_terminal(site, "build")
    assert "Look at it: " in again, "also when there was nothing to do"
    assert "Look at it" not in run("build").output
    assert "Look at it" not in on_terminal(site, "-q", "build")
    assert "Look at it" not in on_terminal(site, "--json", "build")
    assert "-C" in on_terminal(site.parent, "-C", str(site), "build", columns=300).rpartition("Look at it")[2]
