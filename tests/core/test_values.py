"""YAML and TOML with positions, and without surprises."""

import pytest

from caresite.core.diagnostics import Problem
from caresite.core.values import Scalar, Table, plain, read_toml, read_yaml, split_front_matter


def problem(text: str) -> tuple[str, str]:
    with pytest.raises(Problem) as caught:
        read_yaml(text, "x.yaml")
    (fault,) = caught.value.diagnostics
    return fault.code, str(fault.span)


def test_scalars_stay_as_written() -> None:
    table = read_yaml("a: no\nb: 012\nc: 1:30\nd: 2018-12-17 10:30:00 -0500\n", "x.yaml")
    assert isinstance(table, Table)
    assert [v.text for v in table.entries.values() if isinstance(v, Scalar)] == [
        "no",
        "012",
        "1:30",
        "2018-12-17 10:30:00 -0500",
    ]


def test_plain_data_has_no_norway_and_no_sexagesimal() -> None:
    text = "a: no\nb: 012\nc: 1:30\nd: true\ne: 12\nf: 1.5\ng: ~\nh: '5'\ni: [1, x]\nj: 2018-12-17\nk: 0.5\nl: -3"
    assert plain(read_yaml(text, "x.yaml")) == {
        "a": "no",
        "b": "012",
        "c": "1:30",
        "d": True,
        "e": 12,
        "f": 1.5,
        "g": None,
        "h": "5",
        "i": [1, "x"],
        "j": "2018-12-17",
        "k": 0.5,
        "l": -3,
    }


def test_positions_count_from_the_first_line_of_the_file() -> None:
    table, body, line = split_front_matter("\n\n---\ntitle: A\ntags: [x]\n---\nBody\n", "x.md")
    assert table is not None
    assert str(table.entries["title"].span) == "x.md:4:8"
    assert str(table.keys["tags"]) == "x.md:5:1"
    assert (body, line) == ("Body\n", 7)


def test_toml_between_plus_signs() -> None:
    table, body, _ = split_front_matter('+++\ntitle = "A"\n[extra]\nx = 1\n+++\nBody', "x.md")
    assert table is not None
    assert plain(table) == {"title": "A", "extra": {"x": 1}}
    assert str(table.keys["title"]) == "x.md:2:1"
    assert body == "Body"


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    table, body, _ = split_front_matter("---\nHello there\n", "x.md")
    assert table is None
    assert body.startswith("---")


def test_anchors_and_merges_are_read() -> None:
    text = "base: &b {x: 1, y: 2}\nthing:\n  <<: *b\n  y: 3\n"
    assert plain(read_yaml(text, "x.yaml")) == {"base": {"x": 1, "y": 2}, "thing": {"y": 3, "x": 1}}


@pytest.mark.parametrize(
    ("text", "code", "span"),
    [
        ("a: 1\nb: c: d\n", "Y101", "x.yaml:2:5"),
        ("a: 1\n\tb: 2\n", "Y101", "x.yaml:2:1"),
        ('a: "x\nb: 1\n', "Y101", "x.yaml:1:4"),
        ("a: *nothing\n", "Y101", "x.yaml:1:4"),
        ("a: 1\n---\nb: 2\n", "Y101", "x.yaml:2:1"),
        ("a: 1\nb: 2\na: 3\n", "Y102", "x.yaml:3:1"),
        ("a: !!python/object/apply:os.system [id]\n", "Y104", "x.yaml:1:4"),
        ("a: !!binary aGk=\n", "Y104", "x.yaml:1:4"),
        ("{a: 1}: b\n", "Y101", "x.yaml:1:1"),
        ("a: \0\n", "Y101", "x.yaml:1"),
    ],
)
def test_a_fault_has_its_place(text: str, code: str, span: str) -> None:
    assert problem(text) == (code, span)


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 50_000, "- " * 50_000 + "x", "a: {b: " * 10_000], ids=["flow", "block", "maps"]
)
def test_depth_is_bounded(text: str) -> None:
    assert problem(text)[0] in ("Y103", "Y101")


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert problem("\n".join(levels))[0] == "Y103"


def test_an_alias_to_itself_is_refused() -> None:
    assert problem("a: &a [*a]\n")[0] == "Y101"


def test_a_hundred_thousand_keys_are_too_many_for_front_matter() -> None:
    text = "\n".join(f"k{n}: 1" for n in range(100_000))
    assert problem(text)[0] == "Y103"


def test_front_matter_that_never_ends_is_named() -> None:
    with pytest.raises(Problem) as caught:
        split_front_matter("---\ntitle: x\nhello\n", "x.md")
    assert caught.value.diagnostics[0].code == "Y106"


def test_toml_faults_have_their_place() -> None:
    with pytest.raises(Problem) as caught:
        read_toml("a = 1\nb = = 2\n", "x.md", 2)
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.span.line) == ("Y105", 3)
