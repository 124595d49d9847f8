"""Tables and long lines on terminals of every width."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from caresite.testing import write_site
from submissions.deciding import Words, given

from .conftest import WITHHELD, Run
from .terminal import on_terminal

LONG_PATH = "content/stories/my-oven-died-at-six-on-christmas-eve-with-the-goose-in-it.md"
WIDTHS = pytest.mark.parametrize("columns", [60, 80, 100])
CLOCK = ("--clock", "2026-11-22")


def fits(shown: str, columns: int) -> bool:
    return all(cell_len(line) <= columns for line in shown.split("\n"))


@WIDTHS
def test_the_list_of_content_can_be_read(site: Path, columns: int) -> None:
    write_site(site, f"-- {LONG_PATH} --\n---\ntitle: My oven died at six on Christmas Eve\ndraft: true\n---\nHi\n")
    write_site(
        site, WITHHELD + "-- content/blog/wide.md --\n---\ntitle: 家のかまどが壊れた日のこと\ndate: 2026-01-01\n---\n"
    )
    shown = on_terminal(site, "list", *CLOCK, columns=columns)
    assert fits(shown, columns), shown
    for part in ("published", "2026-03-01", "My oven died at six on", "there is no consent on"):
        assert part in shown
    assert LONG_PATH in "".join(shown.split())


def test_where_there_is_room_a_row_is_one_line(site: Path) -> None:
    shown = on_terminal(site, "list", *CLOCK, columns=130).splitlines()
    assert shown[0].split() == ["state", "kind", "date", "title", "reason", "path"]
    assert len(shown) == 1 + 5 + 1


def test_in_a_pipe_every_row_is_one_line_without_a_head(run: Run, site: Path) -> None:
    write_site(site, f"-- {LONG_PATH} --\n---\ntitle: My oven\ndraft: true\n---\nHi\n")
    lines = run("list", *CLOCK).output.splitlines()
    assert len(lines) == 6
    assert next(line for line in lines if LONG_PATH in line).split("  ")[0] == "draft"


@WIDTHS
@pytest.mark.parametrize("command", [("stories", "list"), ("stories", "stats")])
def test_tables_of_submissions_can_be_read(site: Path, columns: int, command: tuple[str, ...]) -> None:
    words = Words(body="They came at seven in the evening, with a van that was cold and a stove that was warm.")
    given(site, text=words)
    shown = on_terminal(site, *command, columns=columns)
    assert fits(shown, columns), shown
    wanted = "They came at seven" if command[1] == "list" else "approved"
    assert wanted in shown


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("command", [("theme", "list"), ("doctor",), ("deploy", "--dry-run")])
def test_entries_of_lists_are_folded_at_words(site: Path, run: Run, columns: int, command: tuple[str, ...]) -> None:
    with (site / "caresite.yaml").open("a") as file:
        file.write("deploy: {live: {target: folder, path: ../www}}\n")
    shown = on_terminal(site, *command, columns=columns)
    listed = [line for line in shown.split("\n") if line.startswith("  ")]
    assert fits("\n".join(listed), columns), shown
    known = set(run(*command).output.split())
    broken = [word for line in listed for word in line.split() if word.isalpha() and word not in known]
    assert broken == []
