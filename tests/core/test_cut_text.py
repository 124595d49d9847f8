"""Text that YAML cuts off: what is reported, and which comments are left alone."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Literal

import pytest
from msgspec import Struct

from caresite.core.cut_text import cut_faults
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.core.schema import Doc, Reading, decode
from caresite.core.values import Table, read_yaml
from caresite.testing import BuiltSite


def found_in(text: str) -> list[str]:
    return [f"{d.span.line}:{d.span.column} {d.hint.partition('`')[2][:-1]}" for d in cut_faults(read_yaml(text, "x"))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("text: They are the #1 shop\n", '1:20 "They are the #1 shop"'),
        ("text:\tRated\t#1\n", '1:13 "Rated #1"'),
        ("text: Rated # 1\n", '1:13 "Rated # 1"'),
        ("text: Made in C #\n", '1:17 "Made in C #"'),
        ("text: #1 in town\n", '1:7 "#1 in town"'),
        ("text: #love\n", '1:7 "#love"'),
        ("text: We are #1: the best\n", '1:14 "We are #1: the best"'),
        ("text: They are\n  the #1 shop\n", '2:7 "They are the #1 shop"'),
        ("text: They are\n  #1 in town\nb: c\n", '2:3 "They are #1 in town"'),
        ("text: They are\n\n  #1 in town\n", '3:3 "They are #1 in town"'),
        ("- C #\n", '1:5 "C #"'),
        ("- #1 fan\n", '1:3 "#1 fan"'),
        ("a: [b,\n  c #d\n  ]\n", '2:5 "c #d"'),
        ("a: {b: {c: d #e\n  }}\n", '1:14 "d #e"'),
        ('text: Say "we are" #1\n', "1:20 'Say \"we are\" #1'"),
        ("text: &Co is great\n", '1:7 "&Co is great"'),
        ("text: é😀 #1\r\nb: é #2\r\n", '1:10 "é😀 #1"'),
    ],
)
def test_text_is_not_cut_in_silence(text: str, said: str) -> None:
    assert said in found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "draft: true # not yet\n",
        "draft: true #not yet\n",
        "language: en  # British\n",
        "size: 12 #pixels\n",
        "host: ssh.example.com       # or a name from your ~/.ssh/config\n",
        "a: b  # 2 of 3\n",
        "a: b ## section ##\n",
        "a: b #--------\n",
        "text: 'the #1 shop' #1\n",
        "text: |\n  the #1 shop\n  #2\n",
        "text: a#1\n",
        "address: https://example.com/#top\n",
        "a:\n  - b\n  #- c\n  # - d\n  - e\n",
        "blog:\n  #path: x\n  # index: y\n",
        "a: b\n# c\n#d\n",
        "a: {b: c}  #d\n",
        "a: &name b\nc: *name\n",
    ],
)
def test_a_comment_is_left_alone(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("text: They are the #1 shop\n  in town\n", 2),
        ("text: They are\n  #1 in town\n  and near\n", 3),
        ("tags: [a, b #c]\n", 2),
        ("author: {name: Ann #1}\nb: c\n", 2),
    ],
)
def test_where_the_rest_does_not_parse_the_comment_is_named(text: str, line: int) -> None:
    with pytest.raises(Problem) as raised:
        read_yaml(text, "x")
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.span.line) == ("Y101", line)
    assert "is read as a comment" in diagnostic.hint


@pytest.mark.parametrize("text", ["text: > the best\n  shop\n", "text: *best*\n", "text: - best\n", "text: ? why\n"])
def test_what_cannot_begin_a_text_is_explained(text: str) -> None:
    with pytest.raises(Problem, match=r"line of the|reference|begins with"):
        read_yaml(text, "x")


class Typed(Struct, kw_only=True):
    """One field of each type."""

    name: Annotated[str, Doc("The name.")]
    text: Annotated[str, Doc("A text.")] = ""
    many: Annotated[tuple[str, ...], Doc("Texts.", split=True)] = ()
    choice: Annotated[Literal["a", "b"], Doc("One of two.")] = "a"
    number: Annotated[int, Doc("A number.")] = 0
    switch: Annotated[bool, Doc("A switch.")] = False


@pytest.mark.parametrize(
    ("unknown", "text", "severities"),
    [
        ("error", "name: n\ntext: two words # a comment\n", []),
        ("kept", "name: n\ntext: two words # a comment\n", ["note"]),
        ("dropped", "name: n\ntext: two words # a comment\n", ["warning"]),
        ("dropped", "name: n\ntext: two words  # a comment\n", []),
        ("kept", "name: n\ntext: word # a comment\n", []),
        ("error", "name: n\ntext: the #1\n", ["warning"]),
        ("error", "name: n\ntext: #1\n", ["warning"]),
        ("kept", "name: n\nmany: a, b #c\n", ["warning"]),
        ("kept", "name: n\nmany:\n- a #c\n- #d\n", ["warning", "warning"]),
        ("kept", "name: n\nchoice: b #c\nnumber: 3 #c\nswitch: on #c\n", []),
        ("kept", "name: n\nother: a #c\n", ["warning", "note"]),
        ("kept", "name: #n\n", ["error"]),
    ],
)
def test_only_text_can_be_cut(unknown: Literal["error", "kept", "dropped"], text: str, severities: list[str]) -> None:
    found: list[Diagnostic] = []
    table = read_yaml(text, "x")
    assert isinstance(table, Table)
    decode(table, Typed, Reading(UTC, found.append, unknown=unknown))
    assert [d.severity for d in found] == severities


def test_a_title_that_is_a_comment_is_quoted(small_site: type[BuiltSite]) -> None:
    site = small_site("-- content/blog/a.md --\n---\ntitle: #1 in town\n---\nText.\n")
    (fault,) = site.diagnostics
    assert (fault.code, fault.span.line, fault.span.column) == ("D108", 2, 8)
    assert "`#1 in town` is not read" in fault.message
    assert '`"#1 in town"`' in fault.hint


def test_config_data_and_translations_are_read_with_the_same_care(small_site: type[BuiltSite]) -> None:
    files = {
        "data/facts.yaml": b"- Rated #1\n",
        "i18n/en.yaml": b"newest: Our #1\n",
        "content/blog/_defaults.yaml": b"summary: Post #1\n",
    }
    site = small_site("", config="description: We are #1\nparams: {}\n", files=files)
    cut = {d.span.path for d in site.diagnostics if d.code == "Y109"}
    assert cut >= {"caresite.yaml", "data/facts.yaml", "i18n/en.yaml"}
