"""The examples of GitHub's extensions: tables, strikethrough, bare addresses, task lists, footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from caresite.core.model import Body
from caresite.pipeline.markdown import Markdown


class _Example(NamedTuple):
    name: str
    markdown: str
    html: str


# Beside the project, not a part of it.
_SPECS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "specs"
_FENCED = re.compile(r"^`{32} example ?(\w*)\n(.*?)^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)

# `disabled` is how the specification marks task lists, whose rendering it leaves open.
_OURS = frozenset(("table", "strikethrough", "autolink", "disabled"))

# What we do otherwise, and why.
_EXCEPTIONS = {
    "extensions-16": "a single ~ is a range or an “about”; two strike",
    "extensions-17": "a single ~ is a range or an “about”; two strike",
    "extensions-18": "hosts with non-ASCII letters are written in Punycode, as browsers do, not percent-encoded",
    "extensions-21": "no filter of tags: authors may use raw HTML, and customers none at all",
    "extensions-22": "footnotes have roles, labels for screen readers, and ids that no heading can have",
}


def _examples() -> list[_Example]:
    found = []
    for name in ("spec", "extensions"):
        file = _SPECS / "cmark-gfm" / f"{name}.txt"
        text = file.read_text("utf-8") if file.exists() else ""
        for number, match in enumerate(_FENCED.finditer(text)):
            if match[3].strip() != "<IGNORE>" and (name == "extensions" or match[1] in _OURS):
                found.append(_Example(f"{name}-{number}", match[2].replace("→", "\t"), match[3]))
    return found


_EXAMPLES = _examples()


def _in_our_words(html: str) -> str:
    """Return HTML without what the specification leaves open: classes instead of `align`, marks of task lists."""
    html = re.sub(r'align="(\w+)"', r'class="align-\1"', html)
    html = re.sub(r' class="(?:contains-task-list|task-list-item)"', "", html)
    return re.sub(r"<input [^<>]*>", lambda box: f"<input{' checked' * ('checked' in box[0])}>", html)


@pytest.mark.skipif(not _EXAMPLES, reason="the examples of GitHub's specification are not on this computer")
def test_all_examples_are_there() -> None:
    assert len(_EXAMPLES) == 50


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: example.name)
def test_example(
    example: _Example, linking: Markdown, joined: Callable[[Body], str], normal: Callable[[str], str]
) -> None:
    body, _ = linking.render(example.markdown, path="example.md")
    same = normal(_in_our_words(joined(body))) == normal(_in_our_words(example.html))
    if example.name in _EXCEPTIONS:
        assert not same, "this exception is no longer needed"
    else:
        assert normal(_in_our_words(joined(body))) == normal(_in_our_words(example.html))
