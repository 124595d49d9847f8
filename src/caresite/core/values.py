"""Values read from YAML and TOML that remember where they stood.

YAML is read from libyaml's events, not composed: nothing recurses, so depth is bounded by us and not by the C
stack, and a plain scalar stays the text that was written. `no`, `012` and `1:30` only become something else
where a declaration asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from math import inf, isfinite
from typing import Any

import yaml
from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Code, Problem, Span, fault
from caresite.core.texts import with_spaces, without_invisible
from caresite.core.yaml_bounds import is_too_deep

__all__ = [
    "MAX_DATA_VALUES",
    "Scalar",
    "Sequence",
    "Table",
    "Value",
    "plain",
    "read_json",
    "read_toml",
    "read_yaml",
    "split_front_matter",
]

MAX_FRONT_MATTER = 1024 * 1024
MAX_VALUES = 20_000
MAX_DATA_VALUES = 400_000
MAX_DEPTH = 60
_TOO_DEEP = f"values are nested more than {MAX_DEPTH} deep"

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_FENCE = re.compile(r"\s*?^(---|\+\+\+)[ \t]*\n", re.MULTILINE)
_LONGEST_NUMBER = 10**400
_MANY_DIGITS = re.compile(r"[0-9][0-9_]{4000,}")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_LINE_END = re.compile(r"\r\n?|\n")
_COMMENT = re.compile(r"([ \t]+)(#.*)")
_ANY_COMMENT = re.compile(r"^[ \t]*#|[ \t]#", re.MULTILINE)
_ESCAPE = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.IGNORECASE | re.DOTALL)
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?")


class Scalar(Struct, frozen=True):
    """Text as written; `quoted` tells whether quotation marks or a block made it text beyond doubt.

    `comment` is what follows an unquoted value: white space, `#` and all to the end of the line, or such a line below
    it. `anchor` is a name before it, `&name `, that nothing refers to. Either may be text that YAML cut off.
    """

    text: str
    quoted: bool
    span: Span
    comment: str = ""
    comment_span: Span | None = None
    anchor: str = ""

    @property
    def is_null(self) -> bool:
        return not self.quoted and self.text in _NULLS


class Sequence(Struct, frozen=True):
    """A list."""

    items: tuple[Value, ...]
    span: Span


class Table(Struct, frozen=True):
    """Keys and values; `keys` holds where each key stands."""

    entries: dict[str, Value]
    keys: dict[str, Span]
    span: Span


Value = Scalar | Sequence | Table


def split_front_matter(text: str, path: str) -> tuple[Table | None, str, int]:
    """Return the front matter of `text`, the body after it, and the line the body starts on.

    YAML stands between `---` lines, TOML between `+++`; blank lines before it are fine. Without any, the table
    is None. Raises Problem when it cannot be read.
    """
    match = _FENCE.match(text)
    if not match:
        return None, text, 1
    fence, start = match.group(1), match.end()
    closing = re.compile(rf"^{re.escape(fence)}[ \t]*$" if fence == "+++" else r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
    end = closing.search(text, start)
    first_line = text.count("\n", 0, start) + 1
    if not end:
        if fence == "---" and ":" not in text[start : start + 400].partition("\n")[0]:
            return None, text, 1  # a thematic break, not front matter
        raise Problem(
            fault(
                codes.UNCLOSED_FRONT_MATTER,
                Span(path, first_line - 1, 1, 3),
                f"the front matter that starts here is never closed with `{fence}`",
            )
        )
    if end.start() - start > MAX_FRONT_MATTER:
        raise Problem(
            fault(
                codes.YAML_TOO_LARGE,
                Span(path, first_line),
                f"the front matter has {(end.start() - start) // 1024:,} KB; 1,024 KB is the most",
            )
        )
    inner = text[start : end.start()]
    value = read_toml(inner, path, first_line) if fence == "+++" else read_yaml(inner, path, first_line)
    if isinstance(value, Scalar) and value.is_null:
        value = Table({}, {}, Span(path, first_line))
    if not isinstance(value, Table):
        raise Problem(fault(codes.NOT_A_MAPPING, value.span, "the front matter is not made of `key: value` lines"))
    body_start = min(end.end() + 1, len(text))
    return value, text[body_start:], text.count("\n", 0, body_start) + 1


def read_yaml(text: str, path: str, first_line: int = 1, *, max_values: int = MAX_VALUES) -> Value:
    """Return the one YAML document in `text` with positions counted from `first_line`.

    Raises Problem for bad syntax, a repeated key, a tag, several documents, or more values or levels than a
    person writes; aliases count as often as they are used, so an alias bomb is refused before it grows.
    """
    text = with_spaces(text)  # YAML 1.1 refuses some of these, and ends lines at others that people do not see
    builder = _Builder(path, first_line, max_values, text)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise Problem(_syntax_fault(error, path, first_line, text)) from None
    except yaml.reader.ReaderError as error:
        line = first_line + text.count("\n", 0, error.position or 0)
        raise Problem(
            fault(
                codes.BAD_YAML,
                Span(path, line),
                f"there is a control character (U+{_code_point(error):04X}) in the YAML",
            )
        ) from None
    return builder.result or Scalar("", False, Span(path, first_line))


def read_json(text: str, path: str, *, max_values: int = MAX_VALUES) -> Value:
    """Return the JSON in `text`, which is read as the YAML that it is, and has places like it.

    YAML has no pairs of surrogates (RFC 8259, 7), so they become the character they stand for.
    """
    return read_yaml(_ESCAPE.sub(_character, text), path, max_values=max_values)


def _character(match: re.Match[str]) -> str:
    if not match[1]:
        return match[0]
    return chr(0x10000 + ((int(match[1], 16) - 0xD800) << 10) + int(match[2], 16) - 0xDC00)


def _code_point(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")


class _Open:
    """A list or table that is still being read."""

    __slots__ = ("anchor", "entries", "indent", "items", "key", "keys", "merges", "size", "span")

    def __init__(self, span: Span, event: Any, is_table: bool) -> None:
        self.span, self.anchor, self.size = span, event.anchor, 1
        self.indent = None if event.flow_style else event.start_mark.column
        self.items: list[Value] = []
        self.entries: dict[str, Value] | None = {} if is_table else None
        self.keys: dict[str, Span] = {}
        self.merges: list[Value] = []
        self.key: Scalar | None = None


class _Builder:
    """Builds values from YAML events with a stack of its own."""

    def __init__(self, path: str, first_line: int, max_values: int, text: str) -> None:
        self.path, self.first_line, self.max_values, self.text = path, first_line, max_values, text
        self.lines = _LINE_END.split(text) if _ANY_COMMENT.search(text) else []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.result: Value | None = None
        self.size = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._refuse_tag(event)
                self._add(self._scalar(event), 1, event.anchor)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_tag(event)
                if len(self.stack) >= MAX_DEPTH:
                    raise self._problem(codes.YAML_TOO_LARGE, event, _TOO_DEEP)
                self.stack.append(_Open(self._span(event), event, isinstance(event, yaml.MappingStartEvent)))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = self.stack.pop()
                self._add(_close(done), done.size, done.anchor)
            case yaml.AliasEvent():
                if event.anchor not in self.anchors:
                    raise self._problem(
                        codes.BAD_YAML, event, f"`*{event.anchor}` names nothing that was finished before it"
                    )
                value, size = self.anchors[event.anchor]
                self._add(value, size, None)
            case yaml.DocumentStartEvent() if self.result is not None:
                raise self._problem(codes.BAD_YAML, event, "a second document starts here; one file holds one")
            case _:
                pass

    def _scalar(self, event: Any) -> Scalar:
        if event.style:
            return Scalar(event.value, True, self._span(event))
        anchor = f"&{event.anchor} " if event.anchor and f"*{event.anchor}" not in self.text else ""
        line, comment = self._comment_after(event) if self.lines else (0, "")
        if not comment:
            return Scalar(event.value, False, self._span(event), anchor=anchor)
        column = self.lines[line].find("#", event.end_mark.column if line == event.end_mark.line else 0)
        span = Span(self.path, line + self.first_line, column + 1, len(comment.strip()))
        return Scalar(event.value, False, self._span(event), comment, span, anchor)

    def _comment_after(self, event: Any) -> tuple[int, str]:
        """Return the comment that ends an unquoted value, and its line: after it, or where its text would go on."""
        line, column = event.end_mark.line, event.end_mark.column
        rest = self.lines[line][column:] if line < len(self.lines) else ""
        if match := _COMMENT.match(rest):
            return line, match[0].rstrip()
        indent = self.stack[-1].indent if self.stack else None
        if rest.strip() or indent is None:
            return line, ""
        below = next((n for n in range(line + 1, len(self.lines)) if self.lines[n].strip()), line)
        match = _COMMENT.match(self.lines[below]) if below > line else None
        return (below, f"\n{match[2].rstrip()}") if match and len(match[1]) > indent else (line, "")

    def _add(self, value: Value, size: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.result = value
            return
        parent = self.stack[-1]
        parent.size += size
        if parent.size > self.max_values:
            message = f"there are more than {self.max_values:,} values here, aliases counted as often as they are used"
            raise Problem(fault(codes.YAML_TOO_LARGE, value.span, message))
        if parent.entries is None:
            parent.items.append(value)
        elif parent.key is None:
            parent.key = self._as_key(value)
        else:
            key, parent.key = parent.key, None
            if key.text == "<<" and not key.quoted:
                parent.merges.append(value)
                return
            if key.text in parent.keys:
                message = f"`{key.text}` stands here a second time"
                hint = f"put the lines of both below one `{key.text}`" if isinstance(value, Table) else ""
                first = (parent.keys[key.text],)
                raise Problem(fault(codes.DUPLICATE_KEY, key.span, message, hint=hint, related=first))
            parent.entries[key.text] = value
            parent.keys[key.text] = key.span

    def _as_key(self, value: Value) -> Scalar:
        if not isinstance(value, Scalar):
            hint = "put the value in quotes" if isinstance(value, Table) else ""
            raise Problem(fault(codes.BAD_YAML, value.span, "a list or a mapping cannot be a key", hint=hint))
        return value

    def _refuse_tag(self, event: Any) -> None:
        if event.tag and event.tag not in ("!", "tag:yaml.org,2002:str"):
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self._problem(codes.YAML_TAG, event, f"the tag `{shown}` is not allowed")

    def _problem(self, code: Code, event: Any, message: str) -> Problem:
        return Problem(fault(code, self._span(event), message))

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return Span(self.path, start.line + self.first_line, start.column + 1, max(1, length))


def _close(done: _Open) -> Value:
    if done.entries is None:
        return Sequence(tuple(done.items), done.span)
    for merged in _tables(done.merges):
        for key, value in merged.entries.items():
            if key not in done.entries:
                done.entries[key] = value
                done.keys[key] = merged.keys[key]
    return Table(done.entries, done.keys, done.span)


def _tables(values: list[Value]) -> Iterator[Table]:
    for value in values:
        for item in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(item, Table):
                yield item


_CLOSE_IT = "close it at the end of that line"
_PLAIN_REASONS = (
    ("mapping values are not allowed", "a colon stands where the value should go on", "put the whole value in quotes"),
    (
        "cannot start any token",
        "a character stands here that cannot begin a value",
        "indent with spaces, not tabs, and put values that begin with @, %, ` or a tab in quotes",
    ),
    (
        "could not find expected ':'",
        "a key without its colon",
        "write `key: value`; long texts go in quotes or after `|`",
    ),
    (
        "did not find expected key",
        "a line that does not fit its neighbours",
        "check the indentation, and quotation marks inside quotes; a text that begins with [ or { goes in quotes",
    ),
    ("found unexpected end of stream", "a quotation mark is never closed", _CLOSE_IT),
    (
        "invalid Unicode character escape",
        "an escape `\\u…` names no character",
        "write the character itself",
    ),
    ("found undefined alias", "a value that begins with * is read as a reference", "put the value in quotes"),
    (
        "did not find expected alphabetic or numeric character",
        "a value that begins with * or & is read as a reference",
        "put the value in quotes",
    ),
    (
        "did not find expected comment or line break",
        "text stands on the line of the `>` or `|`",
        "begin it on the next line, indented, or put it in quotes",
    ),
    ("entries are not allowed in this context", "a text begins with - here", "put the value in quotes"),
    ("mapping keys are not allowed in this context", "a text begins with ? here", "put the value in quotes"),
    ("did not find expected", "something is missing before this place", "check brackets, quotes and indentation"),
)


def _syntax_fault(error: yaml.MarkedYAMLError, path: str, first_line: int, text: str) -> Any:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "")
    span = Span(path, mark.line + first_line, mark.column + 1) if mark else Span(path, first_line)
    if is_too_deep(error):
        return fault(codes.YAML_TOO_LARGE, span, _TOO_DEEP)
    if mark and (opened := _open_quote(text, mark.line)):
        place = Span(path, opened[0] + first_line, opened[1] + 1)
        return fault(codes.BAD_YAML, place, "a quotation mark opens here and is never closed", hint=_CLOSE_IT)
    for needle, message, hint in _PLAIN_REASONS:
        if needle in problem:
            first = error.context_mark.line if error.context_mark else span.line - first_line - 1
            hint = _cut_before(text, max(0, first), span.line - first_line) or hint
            return fault(codes.BAD_YAML, span, message, hint=hint)
    return fault(codes.BAD_YAML, span, f"the YAML cannot be read: {problem}")


_KEY_BEFORE = re.compile(r"(?:^|[\s\[{,])(?:[\w-]+:|-)[ \t]+$")
_OPENED = re.compile(r"""(?:^|[:,\[{-][ \t]+|^[ \t]+|[\[{,])(["'])""")


def _open_quote(text: str, last: int) -> tuple[int, int] | None:
    """Return line and column of the quotation mark that was never closed; None when that is not what broke the YAML.

    The text goes on to the next mark of its kind, which was meant to open a value, or to the end of the file.
    """
    lines = _LINE_END.split(text)
    opened: tuple[int, int, str] | None = None
    for number, line in enumerate(lines[: last + 1]):
        column = 0
        while True:
            if opened is None:
                match = _OPENED.search(line, column)
                if not match or " #" in line[column : match.start(1)]:
                    break
                opened, column = (number, match.start(1), match[1]), match.end()
                continue
            end = _end_of_quote(line, column, opened[2])
            if end < 0:
                break
            if number > opened[0] and _KEY_BEFORE.search(line[: end - 1]):
                return opened[:2]
            opened, column = None, end
    return opened[:2] if opened and not any(opened[2] in line for line in lines[opened[0] + 1 :]) else None


def _end_of_quote(line: str, column: int, mark: str) -> int:
    """Return the column after the mark that ends a quoted text; -1 when that is not on this line (YAML 1.2, 7.3)."""
    inside = re.compile(r'(?:[^"\\]|\\.)*"' if mark == '"' else r"(?:[^']|'')*'")
    match = inside.match(line, column)
    return match.end() if match else -1


_CUT = re.compile(r"(?:^|[ \t])(#[^\s#].*)$")


def _cut_before(text: str, first: int, last: int) -> str:
    """Return what to do about text in these lines that YAML takes for a comment, so that the lines below break."""
    for line in _LINE_END.split(text)[first : last + 1]:
        match = _CUT.search(line)
        if match and line[: match.start()].count('"') % 2 == 0:
            return f"` {match[1].strip()}` is read as a comment, which ends the value; put the whole value in quotes"
    return ""


def read_toml(text: str, path: str, first_line: int = 1) -> Table:
    """Return the TOML in `text`; a key's position is that of the first line that assigns it.

    Raises Problem for bad syntax.
    """
    import tomllib

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also for a number of thousands of digits
        if "integer string conversion" in str(error) and (long := _MANY_DIGITS.search(text)):
            raise _long_number(Span(path, first_line + text.count("\n", 0, long.start()))) from None
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(match[1]), int(match[2])) if match else (1, 0)
        reason = re.sub(r" \(at .*", "", str(error)) or "it is nested too deep"
        message = f"the TOML cannot be read: {reason[:1].lower()}{reason[1:]}"
        hint = 'put texts in quotes: `title = "Hello"`; or write YAML between `---` lines'
        raise Problem(fault(codes.BAD_TOML, Span(path, first_line + line - 1, column), message, hint=hint)) from None
    if _count(data) > MAX_VALUES:
        message = f"there are more than {MAX_VALUES:,} values here"
        raise Problem(fault(codes.YAML_TOO_LARGE, Span(path, first_line), message))
    lines = text.split("\n")
    positions: dict[str, Span] = {}
    for number, line_text in enumerate(lines):
        if match := re.match(r"\s*(?:\[+\s*)?[\"']?([\w.-]+)[\"']?\s*[=\]]", line_text):
            for key in match[1].split("."):
                positions.setdefault(key, Span(path, first_line + number, match.start(1) + 1, len(key)))
    value = _from_toml(data, Span(path, first_line), positions)
    assert isinstance(value, Table)
    return value


def _count(data: Any) -> int:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(_count(item) for item in inner)


def _long_number(span: Span) -> Problem:
    hint = "put it in quotes if it is a text"
    return Problem(fault(codes.BAD_TOML, span, "a number has more than the 400 digits that it may have", hint=hint))


def _from_toml(data: Any, span: Span, positions: dict[str, Span]) -> Value:
    match data:
        case dict():
            keys = {key: positions.get(key, span) for key in data}
            return Table({k: _from_toml(v, keys[k], positions) for k, v in data.items()}, keys, span)
        case list():
            return Sequence(tuple(_from_toml(item, span, positions) for item in data), span)
        case bool():
            return Scalar("true" if data else "false", False, span)
        case str():
            return Scalar(data, True, span)
        case datetime() | date() | time():
            return Scalar(data.isoformat(), True, span)
        case int() if abs(data) >= _LONGEST_NUMBER:
            raise _long_number(span)
        case _:
            return Scalar(str(data), False, span)


def plain(value: Value) -> Any:
    """Return `value` as Python data for templates: true and false, numbers as people write them, else text."""
    if isinstance(value, Table):
        return {key: plain(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    if value.quoted:
        return without_invisible(value.text)
    if value.is_null:
        return None
    if value.text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return value.text.lower() == "true"
    if _INT.fullmatch(value.text) and len(value.text) < 19:
        return int(value.text)
    if (_FLOAT.fullmatch(value.text) and not value.text.lstrip("+-").startswith("0")) or re.fullmatch(
        r"-?0?\.\d+", value.text
    ):
        number = float(value.text) if len(value.text) < 25 and not value.text.isdigit() else inf
        return number if isfinite(number) else value.text
    return without_invisible(value.text)
