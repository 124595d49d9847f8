"""Attributes in braces: `{#id .class lang=fr}` after headings, pictures, links, code and marked words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from caresite.pipeline.markdown.reading import reading_of

__all__ = ["ALLOWED", "apply_attributes", "heading_attributes", "inline_attributes", "parsed_attributes"]

ALLOWED = frozenset(("class", "id", "width", "height", "lang", "dir", "title", "rel", "hreflang"))

_ITEM = re.compile(
    r"""\s*(?:\#(?P<id>[^\s#.{}"'=<>]+)"""
    r"""|\.(?P<class>[^\s#.{}"'=<>]+)"""
    r"""|(?P<key>[A-Za-z][\w:-]*)=(?:"(?P<double>[^"{}]*)"|'(?P<single>[^'{}]*)'|(?P<bare>[^\s"'{}=<>]+)))"""
    r"""(?=[\s}])"""
)
_END = re.compile(r"\s*\}")
_HEADING = re.compile(r"(?<![ \t])[ \t]++(\{[^{}]*\})$")
_CLOSING_HASHES = re.compile(r"(?<![ \t])[ \t]++#++$")
_TAKES = frozenset(("image", "link_close", "code_inline", "em_close", "strong_close", "s_close", "mark_close"))


def parsed_attributes(text: str, start: int) -> tuple[dict[str, str], int]:
    """Read a brace block of `text` at `start`; return its attributes and its end, or no attributes."""
    attrs: dict[str, str] = {}
    pos = start + 1
    while match := _ITEM.match(text, pos):
        kind = match.lastgroup or ""
        key = kind if kind in ("id", "class") else match["key"].lower()
        value = match[kind]
        attrs[key] = f"{attrs['class']} {value}" if key == "class" and key in attrs else value
        pos = match.end()
    end = _END.match(text, pos)
    return (attrs, end.end()) if end and attrs else ({}, start)


def apply_attributes(token: Token, attrs: Mapping[str, str], env: EnvType) -> None:
    """Give `token` what is allowed of `attrs`; what is not is noted on it, to be reported with its line."""
    dropped = [key for key in attrs if key not in ALLOWED]
    if dropped:
        token.meta["dropped"] = dropped
    for key, value in attrs.items():
        if key in ALLOWED:
            known = token.attrs.get("class") if key == "class" else None
            token.attrs[key] = f"{known} {value}" if known else value
    if "id" in attrs:
        reading_of(env).explicit_ids[attrs["id"]] += 1


def heading_attributes(state: StateCore) -> None:
    """Take the braces at the end of headings. Runs between blocks and inline."""
    if "{" not in state.src:
        return
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            inline = state.tokens[index + 1]
            found = _HEADING.search(inline.content) if inline.content.endswith("}") else None
            attrs, _ = parsed_attributes(found[1], 0) if found else ({}, 0)
            if found and attrs:
                apply_attributes(token, attrs, state.env)
                inline.content = _CLOSING_HASHES.sub("", inline.content[: found.start()])


def inline_attributes(state: StateInline) -> None:
    """Take the braces that follow directly on a picture, link, code or marked word. Runs when pairs are known."""
    if "{" not in state.src:
        return
    tokens, emptied = state.tokens, False
    for index in range(1, len(tokens)):
        token, before = tokens[index], tokens[index - 1]
        if token.type == "text" and token.content.startswith("{") and before.type in _TAKES:
            attrs, end = parsed_attributes(token.content, 0)
            if attrs:
                apply_attributes(tokens[_opening(tokens, index - 1)], attrs, state.env)
                token.content = token.content[end:]
                emptied = emptied or not token.content
    if emptied:
        tokens[:] = [token for token in tokens if token.type != "text" or token.content]


def _opening(tokens: list[Token], index: int) -> int:
    depth = 0
    for place in range(index, -1, -1):
        depth += tokens[place].nesting
        if depth == 0:
            return place
    return index
