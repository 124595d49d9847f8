"""Every block of code in README.md and docs/ is done, or is marked as only to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from caresite.cli import cli
from caresite.core.diagnostics import Problem
from docs.walk import DOCS, PAGES, ROOT, accept, blocks_of, build_text, in_process, walk

WALKED = {ROOT / "README.md", DOCS / "tutorial.md", *(DOCS / "how-to").glob("*.md")}  # by tests of their own
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {block.does for block in blocks_of(page)} <= {"run", "write", "add", "compare", "accept", "build"}


@pytest.mark.parametrize("page", [page for page in PAGES if page not in WALKED], ids=lambda page: page.stem)
def test_a_page_to_look_things_up_is_true(page: Path, tmp_path: Path) -> None:
    assert walk(page, tmp_path, in_process) == tmp_path


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_is_only_read_exists(page: Path) -> None:
    for line in commands_only_read(page):
        words = re.split(r"\s{2,}", line)[0].split()[1:]  # what follows explains it
        assert unknown_in(words) == [], f"{page.name}: {line}"


def commands_only_read(page: Path) -> Iterator[str]:
    """Yield the lines of blocks that nobody runs, and of the text, which call caresite."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield from (line for line in block.splitlines() if line.startswith("caresite "))
    yield from re.findall(r"`(caresite [a-z][^`]*)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def unknown_in(words: list[str]) -> list[str]:
    """Return the commands and options among `words` that caresite does not have."""
    command: click.Command = cli
    groups: list[click.Command] = [cli]
    unknown = []
    for word in words:
        if not word.startswith("-") or word == "-":
            name = {"preview": "serve", "dev": "serve"}.get(word, word)
            if isinstance(command, click.Group) and name in command.commands:
                command = command.commands[name]
                groups.append(command)
            elif command is cli and re.fullmatch("[a-z]+", word) and not any(w.startswith("-") for w in words):
                unknown.append(word)
        elif word.partition("=")[0] not in {opt for each in groups for p in each.params for opt in options_of(p)}:
            unknown.append(word)
    return unknown


def options_of(parameter: click.Parameter) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts, "--help", "-h"]


def test_an_unknown_command_or_option_is_found() -> None:
    assert unknown_in(["stories", "ask", "ID", "--language", "es"]) == []
    assert unknown_in(["stories", "ask", "ID", "--lang", "es"]) == ["--lang"]
    assert unknown_in(["pull"]) == ["pull"]


@pytest.mark.parametrize("text", ["thme: hearth\n", "theme: {name: hearth, brnd: red}\n", "theme: [\n", "- a list\n"])
def test_what_caresite_does_not_accept_is_found(text: str, tmp_path: Path) -> None:
    with pytest.raises(Problem):
        accept(text, tmp_path)


@pytest.mark.parametrize("text", ["::: quote care#lissen\n:::\n", "::: quote care#listen\n", "[x](../blog/no.md)\n"])
def test_what_does_not_build_is_found(text: str) -> None:
    with pytest.raises(AssertionError, match=r"page\.md:7: "):
        build_text(text, "page.md:7")


def test_a_block_without_a_purpose_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```\ncaresite build\n```\n")
    with pytest.raises(AssertionError, match="nothing says what this block is for"):
        list(blocks_of(page))
