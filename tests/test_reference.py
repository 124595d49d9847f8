"""The reference says what the declarations say, and no option goes without help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from msgspec import Struct

from caresite import reference
from caresite.cli import cli
from caresite.commands.schemas import built_in_plugins, default_theme
from caresite.core.config import Config
from caresite.core.schema import Shape, fields_of
from caresite.kinds import KINDS, ConsentLock
from caresite.pipeline.components import COMPONENTS

FOLDER = Path(__file__).parent.parent / "docs/reference"
RECORDS = (Config, ConsentLock, *KINDS.values(), *(plugin.options for plugin in built_in_plugins()))


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_each_committed_page_is_the_generated_one(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == reference.pages()[name], "run `make docs`"


def fields(record: type[Struct], path: str = "") -> Iterator[tuple[str, str]]:
    for field in fields_of(record):
        here = f"{path}.{field.name}"
        yield here, field.doc.help
        if inner := inner_record(field.shape):
            yield from fields(inner, here)


def inner_record(shape: Shape) -> type[Struct] | None:
    if shape.kind == "record":
        found: type[Struct] = shape.record
        return found
    return inner_record(shape.item) if shape.item else None


@pytest.mark.parametrize("record", [*RECORDS, default_theme().record], ids=lambda record: record.__name__)
def test_every_key_has_help_that_is_a_sentence(record: type[Struct]) -> None:
    lacking = [name for name, words in fields(record, record.__name__) if not words.endswith((".", "?", "`"))]
    assert lacking == []


def test_every_option_of_every_command_has_help() -> None:
    context = click.Context(cli)
    commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    lacking = [
        f"{name} {option.opts[0]}"
        for name, command in {**commands, "": cli}.items()
        if command
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert lacking == []
    assert [name for name, command in commands.items() if not (command and command.help)] == []


def test_every_component_and_its_arguments_have_help() -> None:
    lacking = [spec.name for spec in COMPONENTS if not spec.help or not spec.example]
    lacking += [f"{spec.name} {arg.name}" for spec in COMPONENTS for arg in spec.args if not arg.help]
    assert lacking == []


def test_every_fault_has_an_id_a_name_and_advice_of_its_own() -> None:
    codes = reference.all_codes()
    assert len({code.id for code in codes}) == len(codes)
    assert len({code.name for code in codes}) == len(codes)
    assert [code.id for code in codes if not code.summary or not code.advice] == []


def test_every_fault_has_an_anchor() -> None:
    page = reference.diagnostics()
    assert [code.id for code in reference.all_codes() if f'<a id="{code.id.lower()}"></a>' not in page] == []


def test_links_inside_a_page_lead_to_a_heading() -> None:
    for name, text in reference.pages().items():
        headings = {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in re.findall(r"^#+ (.*)$", text, re.M)}
        assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings, name


def test_without_a_folder_it_says_how_to_be_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_it_writes_every_page(tmp_path: Path) -> None:
    assert reference.main([str(tmp_path / "new")]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(reference.pages())
