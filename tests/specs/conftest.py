"""What the spec tests share: the parsers, and how two pieces of HTML are compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from markdown_it import MarkdownIt

from caresite.core.model import Body, Reference
from caresite.pipeline.markdown import Markdown, MarkdownOptions

_NORMAL = MarkdownIt()
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)(?P<attrs>(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*?)\s*/?>")
_ATTRIBUTE = re.compile(r"([\w:-]+)=\"([^\"]*)\"")
_BLOCK = "blockquote|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|th|thead|tr|ul|del"
_AROUND_BLOCKS = re.compile(rf"\s*(</?(?:{_BLOCK})(?:\s[^<>]*)?>)\s*")


def _joined(body: Body) -> str:
    """Return a body with its references put back as a browser would get them."""
    parts = []
    for segment in body.html:
        if isinstance(segment, Reference):
            parts.append(_NORMAL.normalizeLink(segment.target).replace("&", "&amp;").replace('"', "&quot;"))
        else:
            assert isinstance(segment, str)
            parts.append(segment)
    return "".join(parts)


def _normal(html: str) -> str:
    """Return HTML with everything evened out that means nothing: void tags, order of attributes, spaces, quotes."""
    parts = re.split(r"(<pre.*?</pre>)", html, flags=re.DOTALL)
    return "".join(_tags(part) if part.startswith("<pre") else _AROUND_BLOCKS.sub(r"\1", _tags(part)) for part in parts)


def _tags(html: str) -> str:
    html = re.sub(r'(<div class="tbl"|<pre(?: class="highlight")?) tabindex="0">', r"\1>", html)
    html = re.sub(r'<div class="tbl">\s*(<table>.*?</table>)\s*</div>', r"\1", html, flags=re.DOTALL)
    html = re.sub(r"</?label>", "", html)
    return _TAG.sub(_tag, html).replace("&quot;", '"')


def _tag(match: re.Match[str]) -> str:
    attrs = match["attrs"]
    quoted = _ATTRIBUTE.findall(attrs)
    if quoted and _ATTRIBUTE.sub("", attrs).strip() == "":
        attrs = "".join(f' {key}="{_value(key, value)}"' for key, value in sorted(quoted))
    return f"<{match['end']}{match['name']}{attrs.rstrip()}>"


def _value(key: str, value: str) -> str:
    if key in ("href", "src"):
        return _NORMAL.normalizeLink(re.sub(r"[\t\n\r]", "", unescape(value)))
    return unescape(value)


@pytest.fixture(scope="session")
def plain() -> Markdown:
    """Return the parser with everything off that is meant to change the text."""
    return Markdown(MarkdownOptions(typographer=False, linkify=False, heading_ids=False, highlight=False))


@pytest.fixture(scope="session")
def linking() -> Markdown:
    """Return the same parser with bare addresses made into links."""
    return Markdown(MarkdownOptions(typographer=False, heading_ids=False, highlight=False))


@pytest.fixture(scope="session")
def joined() -> Callable[[Body], str]:
    """Return what puts a body together as a browser would get it."""
    return _joined


@pytest.fixture(scope="session")
def normal() -> Callable[[str], str]:
    """Return what evens HTML out for comparison."""
    return _normal
