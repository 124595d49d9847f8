"""HTML in the text of customers, as exports of other systems hold it.

Entities are read, `<p>` and `<br>` become paragraphs and breaks. Any other tag is shown as it is written, and reported.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Report, Span, fault
from caresite.core.schema import fields_of
from caresite.core.texts import without_invisible

__all__ = ["CustomerHtml"]

_LONG = frozenset(("text", "context"))  # fields in Markdown, of several paragraphs
_ENTITY = re.compile(r"(?<!\\)&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|(?!amp;#?\w+;)[A-Za-z][A-Za-z0-9]{1,31});")
_MARKS = frozenset("\\`*_[]#~=|{}")  # an entity that keeps Markdown from reading these as marks stays one
_BREAK = re.compile(r"<br\s*/?>[ \t]*\n?", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"(?:<br\s*/?>\s*)*(?:</?(?:p|div)(?:\s[^<>]*)?>|<br\s*/?>\s*<br\s*/?>)"
    r"(?:\s*(?:</?(?:p|div)(?:\s[^<>]*)?>|<br\s*/?>))*",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"(?<!\\)</?(?:a|abbr|article|b|big|blockquote|body|br|button|center|code|dd|del|div|dl|dt|em|embed|figure|font|form"
    r"|h[1-6]|head|hr|html|i|iframe|img|input|ins|label|li|link|mark|meta|object|ol|option|p|pre|s|script|section|select"
    r"|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|tr|tt|u|ul|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


class CustomerHtml:
    """Reads the HTML in one customer's item; `places` says where each of its values stands."""

    def __init__(self, places: dict[str, Span], otherwise: Span, report: Report) -> None:
        self.places, self.otherwise, self.report = places, otherwise, report

    def read(self, record: Any, at: str = "") -> Any:
        """Return `record` with the HTML in all its texts read; addresses stay as they are."""
        changes = {}
        kind: type[Struct] = type(record)
        for field in fields_of(kind):
            value = getattr(record, field.name)
            if (
                value
                and field.name != "id"
                and not field.doc.address
                and (changed := self._value(value, at + field.name)) is not value
            ):
                changes[field.name] = changed
        return replace(record, **changes) if changes else record

    def _value(self, value: Any, name: str) -> Any:
        match value:
            case str():
                return self.text(value, name) if "<" in value or "&" in value else value
            case Struct():
                return self.read(value, f"{name}.")
            case tuple():
                items = tuple(self._value(item, f"{name}[{number}]") for number, item in enumerate(value, start=1))
                return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
            case _:
                return value

    def text(self, text: str, name: str) -> str:
        """Return one text with its HTML read."""
        is_long = name.rpartition(".")[2] in _LONG
        text = _paragraphs(text) if is_long else " ".join(_BREAK.sub(" ", _BLOCK_TAG.sub(" ", text)).split())
        text = _with_entities_read(text, is_long=is_long)
        tags = list(dict.fromkeys(tag[0] for tag in _TAG.finditer(text)))
        if tags:
            message = f"`{name}` holds HTML, which is shown as it is written: {' '.join(tags[:4])}"
            self.report(fault(codes.HTML_IN_TEXT, self.places.get(name, self.otherwise), message))
        return text


def _paragraphs(text: str) -> str:
    parts = (_BREAK.sub("  \n", part).strip() for part in _BLOCK_TAG.split(text))
    return "\n\n".join(part for part in parts if part)


def _with_entities_read(text: str, *, is_long: bool) -> str:
    """Return `text` with its entities read, in Markdown without those that keep marks from being read as such."""

    def read(entity: re.Match[str]) -> str:
        char = unescape(entity[0]) or " "  # a control character
        return entity[0] if is_long and char in _MARKS else without_invisible(char)

    return _ENTITY.sub(read, text)
