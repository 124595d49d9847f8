"""One run shows every fault of a config, also beside those that keep a value from being read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.core.config import load_config
from caresite.core.diagnostics import Problem
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
HEAD = "title: Example\nbase_url: https://example.com/\ntimezone: Europe/London\n"


def faults(folder: Path, text: str) -> list[tuple[str, str]]:
    (folder / "caresite.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as caught:
        load_config(folder)
    return sorted((d.code, f"{d.span.line}:{d.span.column}") for d in caught.value.diagnostics)


def test_a_value_of_the_wrong_type_hides_no_other_fault(tmp_path: Path) -> None:
    text = HEAD.replace("Europe/London", "Mars/Olympus") + "language: en_GB\nsample: perhaps\noutput_dir: ../x\n"
    assert faults(tmp_path, text) == [("C102", "3:11"), ("C106", "6:13"), ("C108", "4:11"), ("V201", "5:9")]


def test_a_missing_key_hides_no_other_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, "timezone: Mars/Olympus\n") == [("C102", "1:11"), ("V205", "1:1"), ("V205", "1:1")]


def test_what_was_refused_makes_no_second_fault(tmp_path: Path) -> None:
    text = HEAD + (
        "collections:\n"
        "  recipes:\n"
        "    kind: recipe\n"
        "    path: private/recipes\n"
        "  news: {kind: post, per_page: lots}\n"
        "permalinks: {recipes: '/r/:slug/', news: '/n/'}\n"
        "menus: {main: [{text: No address}, {text: Good, url: /good/}]}\n"
    )
    assert faults(tmp_path, text) == [
        ("C107", "9:42"),
        ("C110", "7:11"),
        ("V201", "8:32"),
        ("V202", "6:11"),
        ("V205", "10:16"),
    ]


def test_faults_of_the_theme_stand_beside_those_of_the_config(small_site: SmallSite) -> None:
    site = small_site(config="sample: perhaps\ntheme: plainn\n")
    assert {d.code for d in site.diagnostics} == {"V201", "C104"}


def test_a_config_of_nothing_but_faults_ends(tmp_path: Path) -> None:
    assert ("V201", "1:8") in faults(tmp_path, "title: [a]\nbase_url: {a: b}\ntimezone: [[]]\nmenus: x\ncheck: [x]\n")
