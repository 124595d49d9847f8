"""Nesting is bounded by us, with every version of libyaml: those that have no bound of their own end the process."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from caresite.core.diagnostics import Problem
from caresite.core.values import read_yaml
from caresite.core.yaml_bounds import is_too_deep, load_yaml

STARTS = ("[", "{a: ", "- ", "? ", "[{a: ", "- ? ")


@pytest.mark.parametrize("levels", [61, 300, 1_001, 50_000])
@pytest.mark.parametrize("start", STARTS)
def test_what_is_nested_too_deeply_is_reported_as_that(start: str, levels: int) -> None:
    text = start * levels + "a"
    with pytest.raises(Problem) as caught:
        read_yaml(text, "x.yaml")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("Y103", "values are nested more than 60 deep")
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)


@pytest.mark.parametrize("text", ["a: [", "a: b: c", '"', "\t- a", "- a\n b: c", "*a", "a: {]"])
def test_bad_syntax_is_no_question_of_depth(text: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        load_yaml(text)
    assert not is_too_deep(caught.value)


@pytest.mark.parametrize("text", ["day: 2026-02-31", "at: 2026-01-01 25:00:00", f"n: {'9' * 5_000}"])
def test_a_value_that_cannot_be_is_reported_as_yaml_that_cannot_be_read(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)


def test_what_people_write_is_read() -> None:
    assert load_yaml("day: 2026-02-28\nlists: [[[a]]]\n") == {"day": date(2026, 2, 28), "lists": [[["a"]]]}
    assert load_yaml("[" * 60 + "]" * 60)
    assert load_yaml("") is None
