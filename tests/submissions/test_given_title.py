"""A title that was given at approval is the one that lists and the record show."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite.cli import cli
from caresite.kinds.testimonial import DISPLAYS

from .conftest import Run
from .deciding import BODY, ID, Words, given


def test_lists_and_the_record_show_the_title_given_at_approval(site: Path, run: Run) -> None:
    given(site, text=Words(body=BODY))
    done = run("approve", ID, "--title", "The big lamp", "--by", "Agnes")
    assert done.exit_code == 0, done.output
    assert "“The big lamp”" in run("list").output
    assert "title shown:  The big lamp" in run("show", ID).output


@pytest.mark.parametrize("command", ["approve", "edit"])
def test_help_names_every_way_to_show_a_name(command: str) -> None:
    shown = "".join(CliRunner().invoke(cli, ["stories", command, "--help"]).output.split())  # folded at hyphens
    for display in DISPLAYS[command == "edit" :]:
        assert display in shown
