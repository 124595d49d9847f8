"""The clock: `--clock` holds for everything that a command does, and a record made under it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.submissions.store import Store
from caresite.testing import write_site
from submissions.conftest import SITE, WORDING
from submissions.deciding import ID, told

AT = "2031-05-06 23:30"
FUTURE = """
-- content/blog/later.md --
---
title: Later
date: 2031-05-06
---
Words.
"""
Clocked = Callable[..., Result]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a site with a submission to decide about, and a post that is due in some years."""
    root = tmp_path / "site"
    write_site(root, SITE + FUTURE)
    store = Store(root)
    with store.locked():
        store.keep_wording(WORDING.encode())
        store.add(told())
    return root


@pytest.fixture
def at(root: Path) -> Clocked:
    """Run a command of the site at the moment `AT`, or another."""

    def call(*arguments: str, clock: str = AT, stdin: str = "") -> Result:
        command = ["-C", str(root), *arguments, "--clock", clock]
        return CliRunner().invoke(cli, command, input=stdin, catch_exceptions=False)

    return call


def test_what_is_due_depends_on_it(root: Path, at: Clocked) -> None:
    assert at("build").exit_code == 0
    assert (root / "public/blog/later/index.html").is_file()
    assert at("build", clock="2031-05-05").exit_code == 0
    assert not (root / "public/blog/later/index.html").exists()


def test_a_deploy_builds_at_it(root: Path, tmp_path: Path, at: Clocked) -> None:
    config = root / "caresite.yaml"
    target = f"deploy:\n  web: {{target: folder, served_by: netlify, path: {tmp_path / 'web'}}}\n"
    config.write_text(config.read_text("utf-8") + target, "utf-8")
    done = at("deploy", "web", "--yes", "--no-verify")
    assert done.exit_code == 0, done.output
    assert list((tmp_path / "web").rglob("later/index.html"))


def test_new_files_and_new_sites_have_its_day(root: Path, at: Clocked) -> None:
    path = root / at("new", "post", "Hello").output.strip().splitlines()[-1]
    (written,) = (found for found in (root / "content").rglob("*hello*"))
    assert "2031-05-06" in written.read_text("utf-8"), path
    assert at("init", "fresh", "--yes", "--examples", "--force").exit_code == 0
    dates = [p for p in (root / "fresh").rglob("*.*") if p.is_file() and b"2031-05-0" in p.read_bytes()]
    assert dates


def test_the_doctor_and_a_backup_tell_its_time_in_the_zone_of_the_site(root: Path, at: Clocked) -> None:
    assert "it is 2031-05-06 23:30 there" in at("doctor").output
    assert at("stories", "backup").exit_code == 0
    assert [path.name for path in (root / "private").glob("*.tar.gz")] == ["stories-2031-05-06-2330.tar.gz"]


def test_a_decision_has_its_time_and_says_whose_it_is(root: Path, at: Clocked) -> None:
    assert at("stories", "approve", ID, "--by", "Agnes").exit_code == 0
    move = Store(root).read(ID).submission.moderation.log[-1]
    assert (f"{move.at:%Y-%m-%d %H:%M}", move.by) == ("2031-05-06 22:30", "Agnes (--clock)")
    assert "approved: 2031-05-06" in (root / "consent.lock.yaml").read_text("utf-8")
    assert "Agnes (--clock)" in (root / "private/submissions/log.jsonl").read_text("utf-8")
    assert at("build").exit_code == 0
    assert list((root / "public").rglob("the-night-the-oven-died/index.html"))


def test_what_is_pulled_and_added_has_its_time(root: Path, at: Clocked) -> None:
    (root / "sent.json").write_text(json.dumps([{"name": "Bo", "story": "They came at once and stayed till noon."}]))
    assert at("stories", "pull", str(root / "sent.json")).exit_code == 0
    assert at("stories", "add", "--name", "Cy", "--text", "They answered all of my letters.").exit_code == 0
    new = [Store(root).read(each).submission for each in Store(root).listing() if each != ID]
    assert {f"{each.imported_at:%Y-%m-%d %H:%M}" for each in new} == {"2031-05-06 22:30"}
    assert all(each.moderation.log[-1].by.endswith(" (--clock)") for each in new)


def test_what_may_not_be_kept_any_longer_is_asked_of_it(root: Path, at: Clocked) -> None:
    assert at("stories", "purge", clock="2026-11-22").exit_code == 0
    assert Store(root).read(ID).submission.moderation.state == "pending"
    assert at("stories", "approve", ID, clock="2026-11-22").exit_code == 0


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize(
    "command",
    ["build", "check", "list", "doctor", "new post Hello", "stories backup", f"stories show {ID}"],
)
def test_a_clock_that_is_no_date_is_wrong_usage_everywhere(root: Path, command: str, place: str) -> None:
    clock = ["--clock", "soon"]
    arguments = [*clock, *command.split()] if place == "before" else [*command.split(), *clock]
    result = CliRunner().invoke(cli, ["-C", str(root), *arguments])
    assert result.exit_code == 2
    assert "'soon': it is not a date" in result.output
