"""A page of the documentation, walked as its reader would: files are written, commands are run, answers compared.

Six things are taken from a page, in their order:

- a block fenced with ```` ```sh ```` holds commands, which are run;
- a block after a line ``File: `path` `` is written to that path, over what stands there;
- a block after a line ``Add to: `path` `` is added at the end of that file, below an empty line;
- a block after a line `Shows:` is what the commands just run print. `…` stands for anything, also for nothing; on a
  line of its own, for any number of lines;
- any other block fenced with ```` ```yaml ```` is a part of the config: it is read together with the site's own;
- any other block fenced with ```` ```markdown ```` is a text: it is built, beside one example of everything.

Every other block is only to be read, and fenced with ```` ```text ````, so that none is left out by mistake. Paths are
below the folder that the commands are run in, which `cd` changes.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from caresite.cli import cli
from caresite.core.config import load_config
from caresite.pipeline.themes import load_theme
from caresite.testing import build_site
from docs.stock import STOCK, STOCK_PICTURES

__all__ = ["DOCS", "PAGES", "ROOT", "Block", "blocks_of", "in_process", "in_shell", "walk"]

DOCS = Path(__file__).resolve().parents[2] / "docs"
_BLOCK = re.compile(
    r"(?:^(?P<introduction>Shows|File|Add to):(?: `(?P<path>[^`\n]+)`)?\n\n?)?"
    r"^(?P<fence>`{3,})(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_INTRODUCTION = re.compile(r"^(?:Shows|File|Add to):(?: `.*)?$", re.MULTILINE)
_SECTION = re.compile(r"^(?=(\w+):)(.*\n(?:(?!\w+:).*\n)*)", re.MULTILINE)
_DEEDS = {"Shows": "compare", "File": "write", "Add to": "add"}
_BY_LANGUAGE = {"sh": "run", "yaml": "accept", "markdown": "build"}
ROOT = DOCS.parent
PAGES = tuple(sorted((ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md"))))
"""Every page whose blocks are what they say they are."""

Run = Callable[[str, Path], tuple[str, Path]]
"""Runs commands in a folder; returns what they print, and the folder they end in."""


class Block(NamedTuple):
    """One thing to do on a page; `path` is that of a file, `line` is where its text begins."""

    does: str
    text: str
    path: str
    line: int


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield what there is to do on `page`. Raises AssertionError when a block and its purpose do not come together."""
    text = page.read_text(encoding="utf-8")
    assert not _INTRODUCTION.search(_BLOCK.sub("", text)), f"{page.name}: a line `Shows:` or `File:` has no block"
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("text")) + 1
        does = _DEEDS.get(match["introduction"], _BY_LANGUAGE.get(match["language"], ""))
        assert does or match["language"] == "text", f"{page.name}:{line}: nothing says what this block is for"
        if does:
            yield Block(does, match["text"], match["path"] or "", line)


def walk(page: Path, folder: Path, run: Run) -> Path:
    """Do everything that `page` says, beginning in `folder`; return the folder in which it ends."""
    printed = ""
    for block in blocks_of(page):
        target = folder / block.path
        match block.does:
            case "run":
                printed, folder = run(block.text, folder)
            case "write":
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, encoding="utf-8")
            case "accept":
                accept(block.text, folder)
            case "build":
                build_text(block.text, f"{page.name}:{block.line}")
            case "add":
                target.write_text(f"{target.read_text(encoding='utf-8')}\n{block.text}", encoding="utf-8")
            case _:
                place = f"{page.name}:{block.line}"
                assert _fits(block.text, printed), f"{place}: the page says\n{block.text}\nand it was\n{printed}"
    return folder


def accept(text: str, folder: Path) -> None:
    """Read `text` as a part of the config of the site in `folder`. Raises Problem for what is wrong with it.

    It stands in for what the config has under the same keys.
    """
    with TemporaryDirectory() as name:
        own, part = Path(name, "caresite.yaml"), Path(name, "part.yaml")
        part.write_text(text, encoding="utf-8")
        whole = "title: T\nbase_url: https://t.example/\ntimezone: UTC\n"
        if (folder / "caresite.yaml").is_file():
            whole = (folder / "caresite.yaml").read_text("utf-8")
        given = {key for key, _ in _SECTION.findall(text)}
        left = (block for key, block in _SECTION.findall(whole) if key not in given)
        own.write_text("".join(left), encoding="utf-8")
        settings, _ = load_config(folder, files=(str(own), str(part)))
        load_theme(folder, settings)


def build_text(text: str, place: str) -> None:
    """Build `text` as a page of a site that has one example of everything. Raises AssertionError for a fault in it."""
    page = text if text.startswith("---") else f"---\ntitle: A page\n---\n\n{text}"
    site = build_site(STOCK, files={"content/pages/example.md": page.encode(), **STOCK_PICTURES})
    assert site.diagnostics == (), f"{place}: {site.report}"


def _fits(said: str, printed: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in re.split(r"^…\n|…", said, flags=re.MULTILINE))
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n", re.DOTALL) is not None


def in_shell(commands: str, folder: Path) -> tuple[str, Path]:
    """Run `commands` in a shell that finds the `caresite` of these tests. Raises AssertionError when one fails."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CARESITE__")}
    environ |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', '')}",
        "NO_COLOR": "1",
        **{f"GIT_{who}_{what}": "docs@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(
        ["sh", "-ec", f"{commands}\npwd"],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}"
    *printed, last = done.stdout.splitlines(keepends=True)
    return "".join(printed), Path(last.strip())


def in_process(commands: str, folder: Path) -> tuple[str, Path]:
    """Run `commands` as `in_shell` does, but each `caresite …` in this process, which is quicker."""
    printed = ""
    for command in commands.strip().splitlines():
        if not command.startswith("caresite "):
            answer, folder = in_shell(command, folder)
            printed += answer
            continue
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            result = CliRunner().invoke(cli, shlex.split(command)[1:], catch_exceptions=False)
        assert result.exit_code == 0, f"{command}\n{result.output}"
        printed += result.output
    return printed, folder
