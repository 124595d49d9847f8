"""Block syntax beyond CommonMark: components, admonitions, the excerpt marker, footnotes that keep their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.rules_block import StateBlock, html_block, list_block, reference
from markdown_it.token import Token

from caresite.core.codes_markdown import (
    NO_ALT_TEXT,
    STRAY_FENCE,
    UNCLOSED_COMPONENT,
    UNKNOWN_COMPONENT,
)
from caresite.core.suggest import nearest
from caresite.pipeline.components import ComponentSpec, Value, bind, callout_kind, is_callout_word
from caresite.pipeline.markdown.reading import Fence, Reading, reading_of

__all__ = [
    "MORE",
    "Call",
    "admonition",
    "closes_component",
    "component_rule",
    "html_in_component",
    "list_from_one",
    "more",
    "noted",
    "used_reference",
]


class Call(NamedTuple):
    """One use of a component, as its opening token carries it."""

    name: str
    args: dict[str, Value]
    lines: tuple[str, ...] = ()


MORE = re.compile(r"<!--[ \t]*more[ \t]*-->[ \t]*", re.IGNORECASE)


def more(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read the line `<!-- more -->`."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not MORE.fullmatch(state.src, begin, state.eMarks[start]):
        return False
    if not silent:
        state.push("more", "", 0).map = [start, start + 1]
        state.line = start + 1
    return True


_YEAR = re.compile(r"0*(?!0|1\b)\d+[.)]")


def list_from_one(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a list, but no numbered one that begins with `1986.`: people who write no Markdown begin sentences so."""
    if not silent and _YEAR.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start]):
        return False
    return list_block(state, start, end, silent)


_DEFINED = re.compile(r"\[([^\[\]]+)\]:")


def used_reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `[label]: address` where something refers to it; else the line is text, and would vanish."""
    label = _DEFINED.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start])
    if not label or state.src.casefold().count(f"[{label[1]}]".casefold()) < 2:
        return False
    return reference(state, start, end, silent)


_FENCE = re.compile(r"(:{3,})[ \t]*(.*)")
_TRAILING_COLONS = re.compile(r"[ \t]:{3,}\Z")
_NAME = re.compile(r"[A-Za-z][\w-]*|\{[^\s{}]*\}?")


def component_rule(specs: Mapping[str, ComponentSpec]) -> RuleFuncBlockType:
    """Return the rule that reads `::: name args` and all up to its closing line."""

    def component(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        match = _fence_at(state, start)
        if match is None:
            return False
        reading = reading_of(state.env)
        name = _NAME.match(match[2])
        if name is None:
            if not match[2] and not silent:
                message = f"this line of {len(match[1])} colons closes nothing"
                reading.report(STRAY_FENCE, reading.span(start, _column(state, match)), message)
            return silent and not match[2] and bool(reading.fences)
        if not silent:
            _read_component(state, start, end, (match, name, specs))
        return True

    return component


def closes_component(state: StateBlock, line: int) -> bool:
    """Tell whether `line` ends a component that is open just around it, and note which one."""
    reading = reading_of(state.env)
    match = _fence_at(state, line) if reading.fences else None
    if match is None or match[2]:
        return False
    found = _closed_by(reading.fences, len(match[1]), state.level)
    reading.closing = found
    return found >= 0


def _fence_at(state: StateBlock, line: int) -> re.Match[str] | None:
    if state.is_code_block(line):
        return None
    return _FENCE.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])


def _closed_by(fences: list[Fence], length: int, level: int) -> int:
    """Return the index of the component that so many colons close: the nearest of that length, else a shorter.

    Only components without another block in between can be closed, each one level further out than the last.
    """
    around = [index for index in range(len(fences) - 1, -1, -1) if fences[index].level == level - (len(fences) - index)]
    exact = [index for index in around if fences[index].length == length]
    shorter = [index for index in around if fences[index].length < length]
    return (exact or shorter or [-1])[0]


def _read_component(
    state: StateBlock,
    start: int,
    end: int,
    found: tuple[re.Match[str], re.Match[str], Mapping[str, ComponentSpec]],
) -> None:
    match, name, specs = found
    reading = reading_of(state.env)
    spec = specs.get(name[0])
    opening = state.push("component_open", "", 1)
    opening.map = [start, end]
    index = len(state.tokens)
    closed = _read_body(state, start, end, len(match[1]))
    body_end = state.line
    if closed:
        state.line += 1
    else:
        _report_unclosed(state, reading, start, match)
        if _may_stand_alone(spec):
            _close_early(state, index)
    if closed or not _may_stand_alone(spec):
        state.push("component_close", "", -1)
    opening.map = [start, state.line]
    call = _call(state, reading, start, found)
    if call is not None:
        opening.meta["call"] = call
        opening.meta["spec"] = spec
        if spec is not None and spec.body == "lines":
            opening.meta["call"] = call._replace(lines=_lines(state, start + 1, body_end))


def _read_body(state: StateBlock, start: int, end: int, length: int) -> bool:
    """Read the blocks inside; tell whether the component's own closing line was met."""
    reading = reading_of(state.env)
    reading.fences.append(Fence(length, state.level - 1))
    reading.closing = -1
    parent, state.parentType = state.parentType, "container"
    state.line = start + 1
    state.md.block.tokenize(state, start + 1, end)
    state.parentType = parent
    reading.fences.pop()
    return reading.closing == len(reading.fences)


def _may_stand_alone(spec: ComponentSpec | None) -> bool:
    return spec is not None and (spec.body == "none" or spec.may_be_empty)


def _close_early(state: StateBlock, index: int) -> None:
    """End a component that takes no content where it began, so that what follows is not taken for content."""
    body = state.tokens[index:]
    del state.tokens[index:]
    state.push("component_close", "", -1)
    for token in body:
        token.level -= 1
    state.tokens.extend(body)


def _report_unclosed(state: StateBlock, reading: Reading, start: int, match: re.Match[str]) -> None:
    span = reading.span(start, _column(state, match), match.end() - match.start())
    hint = f"end it with a line `{match[1]}`"
    reading.report(UNCLOSED_COMPONENT, span, f"the component `{_shown(match)}` is never closed", hint)


def _shown(match: re.Match[str]) -> str:
    name = _NAME.match(match[2])
    return name[0] if name else match[2]


def _call(
    state: StateBlock,
    reading: Reading,
    start: int,
    found: tuple[re.Match[str], re.Match[str], Mapping[str, ComponentSpec]],
) -> Call | None:
    """Return what the opening line asks for, or report why it cannot be had."""
    match, name, specs = found
    column = _column(state, match) + match.start(2) - match.start()
    spec = specs.get(name[0])
    span = reading.span(start, column, len(name[0]))
    if spec is None:
        message = f"there is no component `{name[0]}`"
        reading.report(UNKNOWN_COMPONENT, span, message, _instead(name[0], specs))
        return None
    rest = _TRAILING_COLONS.sub("", match[2][name.end() :].rstrip(" \t"), count=1)
    bound = bind(spec, rest, span)
    reading.faults.extend(bound.faults)
    if spec.name == "figure" and bound.usable and not bound.args["alt"]:
        message = "the picture has no words for people who cannot see it"
        reading.report(NO_ALT_TEXT, span, message, 'add alt="…"')
    return Call(spec.name, bound.args) if bound.usable else None


def _instead(name: str, specs: Mapping[str, ComponentSpec]) -> str:
    if is_callout_word(name) and name.casefold() not in specs:
        return f"write `::: callout {callout_kind(name)[0]}`"
    word = nearest(name, specs)
    return f"did you mean `{word}`?" if word else "the components are " + ", ".join(sorted(specs))


def _column(state: StateBlock, match: re.Match[str]) -> int:
    return match.start() - state.src.rfind("\n", 0, match.start())


def _lines(state: StateBlock, start: int, end: int) -> tuple[str, ...]:
    text = state.getLines(start, end, state.blkIndent, False)
    return tuple(line.strip() for line in text.split("\n") if line.strip())


# Raw HTML that goes on over blank lines until its own end (CommonMark 4.6, kinds 1 to 5).
_SELF_ENDING = re.compile(r"<[!?]|<(?:script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE)


def html_in_component(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read raw HTML, but not past the line that closes the component around it."""
    if not silent and reading_of(state.env).fences:
        begin = state.bMarks[start] + state.tShift[start]
        if not _SELF_ENDING.match(state.src, begin, state.eMarks[start]):
            end = next((line for line in range(start + 1, end) if _ends_html(state, line)), end)
    return html_block(state, start, end, silent)


def _ends_html(state: StateBlock, line: int) -> bool:
    match = _fence_at(state, line)
    return state.isEmpty(line) or (match is not None and not match[2])


_ADMONITION = re.compile(
    r"(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[A-Za-z][\w-]*)(?:[ \t]+[A-Za-z][\w-]*)*"
    r"(?:[ \t]+\"(?P<title>[^\"]*)\")?[ \t]*"
)
_INDENT = 4


def admonition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `!!! note "Title"` and the indented lines below it, as a callout."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith(("!!!", "???"), begin):
        return False
    match = _ADMONITION.fullmatch(state.src, begin, state.eMarks[start])
    last = _indented_until(state, start + 1, end)
    if match is None or last == start + 1:
        return False
    if not silent:
        kind, title = callout_kind(match["kind"])
        _read_admonition(state, start, last, Call("callout", {"kind": kind, "title": match["title"] or title}))
    return True


def _indented_until(state: StateBlock, start: int, end: int) -> int:
    """Return the line after the last one that is indented below an admonition."""
    last = start
    for line in range(start, end):
        if not state.isEmpty(line):
            if state.sCount[line] - state.blkIndent < _INDENT:
                break
            last = line + 1
    return last


def _read_admonition(state: StateBlock, start: int, end: int, call: Call) -> None:
    opening: Token = state.push("component_open", "", 1)
    opening.map = [start, end]
    opening.meta["call"] = call
    parent, maximum = state.parentType, state.lineMax
    state.parentType, state.lineMax = "container", end
    state.blkIndent += _INDENT
    state.md.block.tokenize(state, start + 1, end)
    state.blkIndent -= _INDENT
    state.parentType, state.lineMax = parent, maximum
    state.push("component_close", "", -1)
    state.line = end


def noted(rule: RuleFuncBlockType) -> RuleFuncBlockType:
    """Return the footnote rule, made to remember where each footnote stands."""

    def footnote_def(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        known = len(state.tokens)
        if not rule(state, start, end, silent):
            return False
        if not silent:
            label = state.tokens[known].meta["label"]
            reading_of(state.env).footnote_lines.setdefault(label, start)
        return True

    return footnote_def
