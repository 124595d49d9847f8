"""The examples of the CommonMark specification, through our parser with its additions switched on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caresite.core.model import Body
from caresite.pipeline.markdown import Markdown

# Beside the project, not a part of it.
_SPECS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "specs"
_FILE = _SPECS / "commonmark" / "commonmark.json"
_EXAMPLES: list[dict[str, Any]] = json.loads(_FILE.read_text("utf-8")) if _FILE.exists() else []

# What we do otherwise, and why.
_EXCEPTIONS = {
    163: "`<Warning>` is no element of HTML: it is shown as text and reported, where a browser would drop it",
}

_LONE_IMAGE = re.compile(r"<p><img ([^<>]*) title=\"([^\"]*)\" /></p>")


def _with_captions(html: str) -> str:
    """Return the expected HTML with pictures that stand alone and have a title as figures."""
    return _LONE_IMAGE.sub(r"<figure><img \1 /><figcaption>\2</figcaption></figure>", html)


@pytest.mark.skipif(not _EXAMPLES, reason="the examples of the CommonMark specification are not on this computer")
def test_all_examples_are_there() -> None:
    assert len(_EXAMPLES) == 652


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda e: f"{e['example']}-{e['section'].replace(' ', '-')}")
def test_example(
    example: dict[str, Any], plain: Markdown, joined: Callable[[Body], str], normal: Callable[[str], str]
) -> None:
    body, _ = plain.render(example["markdown"], path="example.md")
    expected = normal(_with_captions(example["html"]))
    if example["example"] in _EXCEPTIONS:
        assert normal(joined(body)) != expected, "this exception is no longer needed"
    else:
        assert normal(joined(body)) == expected
