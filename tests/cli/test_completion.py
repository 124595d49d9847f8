"""Tab completion: what a shell offers for each argument that names something of the site."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from caresite.cli import cli
from submissions.deciding import ID, given


def offers(site: Path, *typed: str, begun: str = "") -> set[str]:
    complete = ShellComplete(cli, {}, "caresite", "_CARESITE_COMPLETE")
    return {item.value for item in complete.get_completions(["-C", str(site), *typed], begun)}


@pytest.mark.parametrize(
    ("typed", "begun", "offered"),
    [
        (("new",), "", {"post", "story", "testimonial", "quote", "author", "page", "recipes"}),
        (("new",), "te", {"testimonial", "testimonials"}),
        (("deploy",), "", {"production", "staging", "init", "log", "rollback"}),
        (("deploy", "rollback"), "s", {"staging"}),
        (("deploy", "init"), "ne", {"netlify"}),
        (("list",), "dr", {"drafts"}),
        (("theme", "copy"), "post.h", {"post.html"}),
        (("theme", "diff"), "components/site-f", {"components/site-footer.html"}),
        (("theme", "new", "mine", "--parent"), "l", {"ledger"}),
        (("stories", "show"), "", {ID}),
        (("stories", "approve"), ID[:4], {ID}),
        (("stories", "approve", ID), "", {ID}),
        (("stories", "list"), "pend", {"pending"}),
        (("schema",), "quo", {"quote", "quotes"}),
    ],
)
def test_it_offers_the_names_of_the_site(site: Path, typed: tuple[str, ...], begun: str, offered: set[str]) -> None:
    with (site / "caresite.yaml").open("a") as config:
        config.write("collections: {recipes: {kind: post}}\n")
        config.write("deploy: {production: {target: folder, path: ../a}, staging: {target: folder, path: ../b}}\n")
    given(site)
    assert offers(site, *typed, begun=begun) >= offered


@pytest.mark.parametrize("typed", [("new",), ("deploy",), ("stories", "show"), ("theme", "copy")])
def test_without_a_site_nothing_is_said(
    tmp_path: Path, typed: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    offers(tmp_path, *typed)
    (tmp_path / "caresite.yaml").write_text("title: [")
    offers(tmp_path, *typed)
    assert capfd.readouterr() == ("", "")


def test_a_shell_gets_it(site: Path) -> None:
    environ = {**os.environ, "_CARESITE_COMPLETE": "bash_complete", "COMP_WORDS": "caresite new te", "COMP_CWORD": "2"}
    command = [sys.executable, "-c", "from caresite.cli import main; main()"]
    done = subprocess.run(command, cwd=site / "content", env=environ, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["plain,testimonial", "plain,testimonials"]
    assert done.stderr == ""
