"""Where decoding says that a value stands."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from caresite.core.diagnostics import Diagnostic
from caresite.core.schema import Doc, Reading, decode
from caresite.core.values import Table, read_yaml


class Entry(Struct, frozen=True, kw_only=True):
    """One entry."""

    url: Annotated[str, Doc("Where it leads.")] = ""


class Menu(Struct, frozen=True, kw_only=True):
    """A list of entries."""

    main: Annotated[tuple[Entry, ...], Doc("The entries.")] = ()
    names: Annotated[tuple[str, ...], Doc("Names.")] = ()


def decoded(text: str) -> tuple[Menu, dict[str, str]]:
    found: list[Diagnostic] = []
    reading = Reading(ZoneInfo("UTC"), found.append)
    table = read_yaml(text, "x.yaml")
    assert isinstance(table, Table)
    menu, _ = decode(table, Menu, reading)
    assert menu is not None, found
    return menu, {path: str(span) for path, span in reading.places.items()}


def test_entries_are_counted_as_they_are_decoded() -> None:
    menu, places = decoded("main:\n  -\n  - {url: /a/}\n  - {}\n  - {url: /b/}\nnames: ['', x]\n")
    assert [entry.url for entry in menu.main] == ["/a/", "", "/b/"]
    assert (places["main[1].url"], places["main[3].url"]) == ("x.yaml:3:11", "x.yaml:5:11")
    assert places["names[1]"] == "x.yaml:6:13"


@pytest.mark.parametrize("text", ["main: {url: /a/}\n", "main:\n  - {url: /a/}\n"])
def test_one_entry_alone_is_the_first_of_its_list(text: str) -> None:
    assert "main[1].url" in decoded(text)[1]
