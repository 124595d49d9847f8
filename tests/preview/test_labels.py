"""Advice in the browser names its buttons and boxes, never a command to type."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import caresite.submissions.review
from caresite.preview.stories import labels
from caresite.preview.stories.labels import in_browser

REVIEW = Path(caresite.submissions.review.__file__).parent
PAGE = Path(labels.__file__).parent / "templates/story.html"
FOR_FILES = ("# ", "What was learned")  # what is written into files, and what no tool can reach


def advice() -> Iterator[str]:
    """Yield every text of the review that names a command or an option, with `x` for what is filled in."""
    for path in sorted(REVIEW.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = _text(node)
            is_advice = re.search(r"`(caresite stories|--)", text) and not text.startswith(FOR_FILES)
            if is_advice and not text.startswith('"""') and "\n" not in text:
                yield text


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in node.values)
    return ""


@pytest.mark.parametrize("text", sorted({text for text in advice() if text.count("`") % 2 == 0}))
def test_no_advice_of_the_review_names_a_command_in_the_browser(text: str) -> None:
    shown = in_browser(text)
    assert not re.search(r"`(caresite|--)", shown), shown


def test_what_it_names_is_on_the_page() -> None:
    page = html.unescape(PAGE.read_text(encoding="utf-8"))
    for label in {*labels._BOXES.values(), *labels._BUTTONS.values()}:
        assert label in page, label


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("take it out, `caresite stories edit 1e315a --text …`, or ask", "take it out, “Words”, or ask"),
        ("ask the author: `caresite stories ask 1e315a`", "ask the author: “Ask the author”"),
        ("lift it first: `caresite stories edit 1e315a --no-hold`", "lift it first: “Keep it for a dispute”"),
        (
            "take it off the site first: `caresite stories reopen 1e315a`",
            "take it off the site first: “Take it off the site”",
        ),
    ],
)
def test_each_is_named_as_the_page_calls_it(told: str, shown: str) -> None:
    assert in_browser(told) == shown
