"""What `--help` prints is whole at 80 columns, and in plain English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from caresite.cli import cli

UNCLEAR = re.compile(
    r"\b(?:anew|told|tells?|mend(?:s|ing)?|slips|whoever|wherever|lay|goes online|put online|held to|take in|"
    r"takes back|taken back|all the same|otherwise|the words|their yes|a yes|as it is|decide about|look after)\b",
    re.IGNORECASE,
)


def commands(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    yield above
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        else:
            yield (*above, name)


COMMANDS = tuple(commands(cli))


def help_of(words: tuple[str, ...]) -> str:
    done = CliRunner().invoke(cli, [*words, "--help"], terminal_width=80, prog_name="caresite")
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "caresite")
def test_help_is_whole_and_plain(words: tuple[str, ...]) -> None:
    text = help_of(words)
    *_, listed = text.partition("Commands:")
    assert not re.search(r"\.\.\.$", listed, re.MULTILINE), listed
    assert [match[0] for match in UNCLEAR.finditer(text)] == []


@pytest.mark.parametrize("words", [words for words in COMMANDS if words], ids=" ".join)
def test_a_summary_is_one_sentence_that_says_what_to_do(words: tuple[str, ...]) -> None:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    first = (command.help or "").strip().split("\n\n")[0]
    assert "\n" not in first
    assert len(first) <= 66
    assert first.endswith(".")
    assert first[0].isupper()
