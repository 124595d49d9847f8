"""A quotation mark that is never closed is reported where it opens."""

from __future__ import annotations

import pytest

from caresite.core.diagnostics import Problem
from caresite.core.values import read_yaml, split_front_matter

CLOSE = "close it at the end of that line"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('title: "Hello\ndate: 2026-01-01\ntags: [a]\n', 1, 8),
        ("title: 'Hello\ndate: 2026-01-01\n", 1, 8),
        ('date: 2026-01-01\ntitle: "Hello\nsummary: "Soup"\ntags: [a]\n', 2, 8),
        ("title: Soup\nauthor:\n  name: 'Ada Quill\n  role: 'Baker'\n", 3, 9),
        ('quotes:\n  - "Say when you will ring\n  - "and ring then"\n', 2, 5),
        ('quotes:\n  - {id: a, text: "Say when}\n  - {id: b, text: "Ring"}\n', 2, 19),
        ('a: "one"\nb: "two \\" three"\nc: "four\nd: five\n', 3, 4),
    ],
)
def test_it_is_reported_where_it_opens(text: str, line: int, column: int) -> None:
    with pytest.raises(Problem) as raised:
        read_yaml(text, "a.yaml")
    [told] = raised.value.diagnostics
    assert "a quotation mark opens here and is never closed" in told.message
    assert (told.span.line, told.span.column, told.hint) == (line, column, CLOSE)


def test_in_front_matter_too() -> None:
    with pytest.raises(Problem) as raised:
        split_front_matter('---\ntitle: "Hello\ndate: 2026-01-01\n---\nWords, "quoted" ones.\n', "a.md")
    assert (raised.value.diagnostics[0].span.line, raised.value.diagnostics[0].span.column) == (2, 8)


@pytest.mark.parametrize(
    "text",
    [
        'title: "two\n  lines"\ntags: [a\n',
        "title: It's 5 o'clock\ntags: [a\n",
        'title: A: B\nsummary: "good"\n',
        "title: 'It''s'\n\tindent: x\n",
    ],
)
def test_other_faults_are_not_taken_for_it(text: str) -> None:
    with pytest.raises(Problem) as raised:
        read_yaml(text, "a.yaml")
    assert "quotation mark opens here" not in raised.value.diagnostics[0].message
