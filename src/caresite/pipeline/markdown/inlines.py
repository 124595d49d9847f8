"""Inline syntax beyond CommonMark: ==marks==, ~~strikethrough~~, bare addresses, footnote marks."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import emphasis as markdown_it_emphasis
from markdown_it.rules_inline import strikethrough as markdown_it_strikethrough
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

__all__ = [
    "bare_url",
    "bare_www",
    "emails",
    "emphasis_outside_figures",
    "footnote_ref",
    "mark",
    "mark_pairs",
    "strikethrough",
]

_EQUALS = ord("=")


def mark(state: StateInline, silent: bool) -> bool:
    """Read a run of `=`: every two may open or close a mark."""
    if silent:
        return False
    scanned = state.scanDelims(state.pos, True)
    if scanned.length < 2:
        return False
    if scanned.length % 2:
        state.push("text", "", 0).content = "="
    for _ in range(scanned.length // 2):
        state.push("text", "", 0).content = "=="
        state.delimiters.append(Delimiter(_EQUALS, 0, len(state.tokens) - 1, -1, scanned.can_open, scanned.can_close))
    state.pos += scanned.length
    return True


def mark_pairs(state: StateInline) -> None:
    """Turn the pairs of `==` into tags."""
    _mark_pairs(state, state.delimiters)
    for meta in state.tokens_meta:
        if meta:
            _mark_pairs(state, meta["delimiters"])


def _mark_pairs(state: StateInline, delimiters: list[Delimiter]) -> None:
    for opener in delimiters:
        if opener.marker == _EQUALS and opener.end >= 0:
            opening, closing = state.tokens[opener.token], state.tokens[delimiters[opener.end].token]
            opening.type, opening.tag, opening.nesting, opening.content = "mark_open", "mark", 1, ""
            closing.type, closing.tag, closing.nesting, closing.content = "mark_close", "mark", -1, ""


def strikethrough(state: StateInline, silent: bool) -> bool:
    """Read a run of exactly two `~`: a single one is a range, `10~15`, or an “about” of its author's."""
    if silent or not state.src.startswith("~~", state.pos):
        return False
    return markdown_it_strikethrough.tokenize(state, silent)


def emphasis_outside_figures(state: StateInline, silent: bool) -> bool:
    """Read `*` and `_`, but not the signs of `60*40*20`."""
    pos = state.pos
    if state.src[pos] == "*" and state.src[pos - 1 : pos].isdecimal() and state.src[pos + 1 : pos + 2].isdecimal():
        return False
    return markdown_it_emphasis.tokenize(state, silent)


_SCHEME = re.compile(r"(?<![A-Za-z])(?:https?|ftp)\Z", re.IGNORECASE)
_DOMAIN = re.compile(r"[^\s!-,/:-@\[-^`{-~]+")
_REST = re.compile(r"[^\s<]*")
_TRAILING = frozenset("?!.,:*_~'\"”’»…。，、！？）")
_TRAILING_ENTITY = re.compile(r"&[A-Za-z0-9]+;\Z")
_ENTITY = re.compile(r"&#?\w+;")


def bare_url(state: StateInline, silent: bool) -> bool:
    """Read `https://example.org/x` without brackets, at its colon (GFM, 6.9)."""
    if silent or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    pending = state.pending
    scheme = _SCHEME.search(pending, max(0, len(pending) - 6))
    if not scheme:
        return False
    end = _end_of_address(state, state.pos + 3)
    if end < 0:
        return False
    state.pending = pending[: scheme.start()]
    text = scheme[0] + state.src[state.pos : end]
    return _link(state, text, text, end)


def bare_www(state: StateInline, silent: bool) -> bool:
    """Read `www.example.org` without brackets."""
    if silent or state.linkLevel:
        return False
    end = _end_of_address(state, state.pos + 4)
    if end < 0:
        return False
    text = state.src[state.pos : end]
    return _link(state, "http://" + text, text, end)


def _end_of_address(state: StateInline, start: int) -> int:
    """Return where the address ends whose domain is at `start`, or -1."""
    domain = _DOMAIN.match(state.src, start, state.posMax)
    if not domain or not domain[0][0].isalnum():
        return -1
    if any("_" in part for part in domain[0].rstrip(".-_").split(".")[-2:]):
        return -1
    rest = _REST.match(state.src, start, state.posMax)
    return start + _trimmed(rest[0]) if rest else -1


def _trimmed(text: str) -> int:
    """Return the length of an address without the punctuation of the sentence around it."""
    end = len(text)
    unopened = text.count(")") - text.count("(")
    while end:
        last = text[end - 1]
        if last == ")" and unopened > 0:
            unopened -= 1
            end -= 1
        elif last == ";":
            entity = _TRAILING_ENTITY.search(text, max(0, end - 40), end)
            end = entity.start() if entity else end - 1
        elif last in _TRAILING:
            end -= 1
        else:
            break
    return end


def _link(state: StateInline, url: str, text: str, end: int) -> bool:
    url, text = _ENTITY.sub(_entity, url), _ENTITY.sub(_entity, text)
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": state.md.normalizeLink(url)}
    opening.info = "auto"
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1).info = "auto"
    state.pos = end
    return True


def _entity(match: re.Match[str]) -> str:
    return unescape(match[0])


_EMAIL = re.compile(
    r"(?<![A-Za-z0-9.+_/@-])(?:mailto:)?[A-Za-z0-9.+_-]{1,64}"
    r"@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?![A-Za-z0-9_@-])"
)


def emails(state: StateInline) -> None:
    """Link the bare e-mail addresses in the finished tokens of a block."""
    if "@" not in state.src:
        return
    tokens: list[Token] = []
    depth = 0
    for token in state.tokens:
        if token.type in ("link_open", "link_close"):
            depth += token.nesting
        elif token.type == "html_inline" and token.content[:2].lower() in ("<a", "</"):
            depth += _anchor_step(token.content)
        if token.type == "text" and depth <= 0 and "@" in token.content:
            tokens += _with_emails(token)
        else:
            tokens.append(token)
    state.tokens[:] = tokens


def _anchor_step(html: str) -> int:
    name = html.lower()
    if name.startswith("</a>"):
        return -1
    return 1 if name.startswith(("<a ", "<a\n", "<a>")) else 0


def _with_emails(token: Token) -> list[Token]:
    out: list[Token] = []
    done = 0
    for match in _EMAIL.finditer(token.content):
        if not match[0][-1].isalpha():
            continue
        address = match[0]
        href = address if address.startswith("mailto:") else "mailto:" + address
        opening = Token("link_open", "a", 1, attrs={"href": href}, info="auto")
        closing = Token("link_close", "a", -1, info="auto")
        out += (_text(token.content[done : match.start()]), opening, _text(address), closing)
        done = match.end()
    out.append(_text(token.content[done:]))
    return out


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token


_FOOTNOTE = re.compile(r"\[\^([^\s\[\]]{1,200})\]")


def footnote_ref(state: StateInline, silent: bool) -> bool:
    """Read `[^name]` where a footnote of that name is defined."""
    footnotes: Any = state.env.get("footnotes")
    match = _FOOTNOTE.match(state.src, state.pos, state.posMax) if footnotes else None
    if not match or ":" + match[1] not in footnotes["refs"]:
        return False
    if not silent:
        _push_footnote(state, footnotes, match[1])
    state.pos = match.end()
    return True


def _push_footnote(state: StateInline, footnotes: Any, label: str) -> None:
    """Number the footnote at its first mark; the shapes are those that the plugin's tail reads."""
    refs, notes = footnotes["refs"], footnotes["list"]
    if refs[":" + label] < 0:
        refs[":" + label] = len(notes)
        notes[len(notes)] = {"label": label, "count": 0}
    note = notes[refs[":" + label]]
    token = state.push("footnote_ref", "", 0)
    token.meta = {"id": refs[":" + label], "subId": note["count"], "label": label}
    note["count"] += 1
