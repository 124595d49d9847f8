"""Folders of the site that are links out of it: no command writes through them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite.cli import cli

COMMANDS = {
    "a post": ("content", ("new", "post", "Soup")),
    "a quote": ("content", ("new", "quote", "Soup")),
    "a story": ("content", ("new", "story", "Soup")),
    "a template": ("templates", ("theme", "copy", "post.html")),
    "a stylesheet": ("assets", ("theme", "copy", "hearth.css")),
    "a theme": ("themes", ("theme", "new", "ours")),
    "a site over another": ("content", ("init", ".", "--force", "--yes")),
    "what a host needs": (".github", ("deploy", "init", "github-pages")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_writes_through_a_link(
    site: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder, command = COMMANDS[name]
    outside = tmp_path_factory.mktemp("outside")
    if (site / folder).exists():
        (site / folder).rename(site / "kept")
    (site / folder).symlink_to(outside, target_is_directory=True)
    if command[0] == "init":
        (site / "caresite.yaml").unlink()
    monkeypatch.chdir(site)
    done = CliRunner().invoke(cli, command)
    assert done.exit_code != 0
    assert "leads out of the site" in done.output
    assert [files for _, _, files in os.walk(outside) if files] == []
