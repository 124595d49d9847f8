"""Texts: what is taken out of them, and that words stay apart where it separated them."""

from __future__ import annotations

from datetime import UTC

import pytest

from caresite.core.diagnostics import Diagnostic
from caresite.core.schema import Reading, decode
from caresite.core.texts import without_invisible
from caresite.core.values import Table, plain, read_json, read_toml, read_yaml
from caresite.kinds import Content
from caresite.pipeline.data import read_data
from caresite.submissions.fold import clean_line, clean_text

SEPARATORS = "\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
DROPPED = "\0\x01\x1b\x7f\x9f\u202e\ufeff\uffff"


@pytest.mark.parametrize("clean", [without_invisible, clean_text, clean_line])
def test_words_stay_apart_and_the_rest_goes(clean: object) -> None:
    assert callable(clean)
    for char in SEPARATORS:
        assert clean(f"first{char}second") == "first second", f"U+{ord(char):04X}"
    for char in DROPPED:
        assert clean(f"first{char}second") == "firstsecond", f"U+{ord(char):04X}"


def test_titles_keep_their_words_apart_in_every_format() -> None:
    for char in SEPARATORS:
        shown = f"first{char}second"
        escaped = f'"first\\u{ord(char):04x}second"'
        tables = (
            read_yaml(f"title: {shown}\n", "x.yaml"),
            read_yaml(f"title: {escaped}\n", "x.yaml"),
            read_json(f'{{"title": {escaped}}}', "x.json"),
            read_toml(f"title = {escaped}\n", "x.toml"),
        )
        for table in tables:
            assert plain(table) == {"title": "first second"}
            assert isinstance(table, Table)
            found: list[Diagnostic] = []
            meta, _ = decode(table, Content, Reading(UTC, found.append))
            assert meta is not None
            assert (meta.title, found) == ("first second", [])
        data, faults = read_data(["data/t.csv"], lambda _, text=shown: f'name\n"{text}"\n'.encode())
        assert (data["t"], faults) == ([{"name": "first second"}], ())
