"""How a record is written: as YAML that its owner can read and edit, and back.

Writing and reading go straight between records and YAML. A general loader and dumper would do the same several times
more slowly, and a store has thousands of files. What is read may come from any editor, so it is read as libyaml reads
it; only what no record needs is refused: anchors, tags and a key that stands there twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import Struct
from yaml.resolver import Resolver

from caresite.core.codes_stories import STORE_BROKEN
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.yaml_bounds import is_too_deep

__all__ = ["decode_record", "encode_record"]

T = TypeVar("T", bound=Struct)
_KEPT = (datetime, date)
_WIDTH = 100
_DEEPEST = 12
_TOO_DEEP = "it is nested too deeply"
_LONGEST_KEY = 1_000  # a longer one has to be announced (YAML 1.2, 7.4.3)
# characters that YAML takes for line ends, or does not take at all, are written by their number (YAML 1.2, 5.1)
_UNSEEN = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BESIDES = re.compile(r'["\\\n]')
_SIMPLE = re.compile(r"[^\W\d_]{6}[\w .,;!?()'’“”…/@&+-]*(?<! )")  # most of all texts; its beginning is no `false`
_INDICATOR = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`=<~]|\.\.\.")
_PARTED = re.compile(r":(?= |$)| #|^ | $")
_NUMBER = re.compile(r"[-+]?[\d.][\d_.,:eExXoO+-]*+[\da-fA-F]*")
_FOLD = re.compile(rf"(?=.{{{_WIDTH + 1}}})(.{{1,{_WIDTH - 2}}}[^ ]) (?=[^ ])")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]\d+)?")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTHS: dict[str, bool] = yaml.constructor.SafeConstructor.bool_values


# writing


def encode_record(record: Struct) -> bytes:
    """Return `record` as YAML in UTF-8; what is empty is left out."""
    plain = msgspec.to_builtins(record, builtin_types=_KEPT)
    return ("\n".join(_mapping(plain, "")) + "\n").encode()


def _mapping(value: dict[str, Any], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        name = _key(key)
        head = f"{indent}{name}:" if len(name) < _LONGEST_KEY else f"{indent}? {name}\n{indent}:"
        if isinstance(inner, dict):
            if inner:
                yield head
                yield from _mapping(inner, indent + "  ")
        elif isinstance(inner, (list, tuple)) and inner:
            yield head
            yield from _sequence(inner, indent)
        else:
            yield f"{head} {_scalar(inner, indent + '  ')}"


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    return _one_line(name)


def _sequence(values: Sequence[Any], indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict) and value:
            first, *rest = _mapping(value, indent + "  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(value, indent + '  ')}"


def _scalar(value: Any, indent: str) -> str:
    """Return a value, or an empty list, as it stands behind its key; further lines begin with `indent`."""
    match value:
        case str():
            return _text(value, indent)
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case float():
            return repr(value) if "." in repr(value) else repr(value).replace("e", ".0e")
        case None:
            return "null"
        case list() | tuple():
            return "[]"
        case _:
            return str(value)


def _text(text: str, indent: str) -> str:
    if "\n" in text:
        return _block(text, indent)
    line = _one_line(text)
    return _FOLD.sub(rf"\1\n{indent}", line) if len(line) > _WIDTH and line[0] != '"' else line


def _block(text: str, indent: str) -> str:
    """Return text of several lines as it was written, unless its ends could not be told from the block's own."""
    words = text.removesuffix("\n")
    if not words or words[0] in " \n\t" or words[-1] == "\n" or _UNSEEN.search(text):
        return _escaped(text)
    mark = "|" if text != words else "|-"
    return "\n".join((mark, *(indent + line if line else "" for line in words.split("\n"))))


def _one_line(text: str) -> str:
    """Return text on one line: plain, in single quotes when it could be taken for something else, or escaped."""
    if _SIMPLE.fullmatch(text):
        return text
    if "\n" in text or _UNSEEN.search(text):
        return _escaped(text)
    if not text or _INDICATOR.match(text) or _PARTED.search(text) or _means_more(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def _means_more(text: str) -> bool:
    """Tell whether readers of YAML, old and new, take plain `text` for a number, a date, a truth value or nothing."""
    if _NUMBER.fullmatch(text):
        return True
    resolvers = Resolver.yaml_implicit_resolvers.get(text[0], ())
    return any(pattern.match(text) for _, pattern in resolvers)


def _escaped(text: str) -> str:
    words = _BESIDES.sub(lambda match: {"\n": "\\n"}.get(match[0], "\\" + match[0]), text)
    return '"' + _UNSEEN.sub(lambda match: f"\\U{ord(match[0]):08X}", words) + '"'


# reading


def decode_record(data: bytes, record: type[T], shown: str) -> T:
    """Return the record that `data` holds. Raises Problem, which names the file as `shown` and its line."""
    try:
        return msgspec.convert(_plain(data.decode("utf-8-sig")), record)
    except UnicodeDecodeError:
        raise Problem(fault(STORE_BROKEN, Span(shown), "the file is not UTF-8 text")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown)
        reason = _TOO_DEEP if is_too_deep(error) else error.problem
        raise Problem(fault(STORE_BROKEN, place, f"the file cannot be read: {reason}")) from None
    except (msgspec.ValidationError, yaml.YAMLError, ValueError) as error:
        message = f"the file does not hold what it should: {_in_words(str(error))}"
        raise Problem(fault(STORE_BROKEN, Span(shown), message)) from None


def _in_words(message: str) -> str:
    what, _, path = message.partition(" - at ")
    where = path.strip("`").removeprefix("$.").removeprefix("$")
    return f"{what[:1].lower()}{what[1:]} at `{where}`" if where else f"{what[:1].lower()}{what[1:]}"


def _plain(text: str) -> Any:
    """Return what YAML holds, as plain values; dates stay text, which msgspec reads where a date belongs.

    It follows the events of libyaml without recursion, so that brackets within brackets cannot break it.
    """
    root: list[Any] = []
    around: list[Callable[[Any, Any], None]] = []
    put: Callable[[Any, Any], None] = _adder(root)
    event: Any
    for event in iter(yaml.CSafeLoader(text).get_event, None):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            _refuse(event)
            put(event, _meant(event.value) if event.implicit[0] else event.value)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            _refuse(event)
            if len(around) == _DEEPEST:
                raise _unread(event, _TOO_DEEP)
            value: Any = {} if kind is yaml.MappingStartEvent else []
            put(event, value)
            around.append(put)
            put = _setter(value) if kind is yaml.MappingStartEvent else _adder(value)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            put = around.pop()
        elif kind is yaml.AliasEvent:
            raise _unread(event, "an alias is not used here")
    return root[0] if len(root) == 1 else None


def _adder(values: list[Any]) -> Callable[[Any, Any], None]:
    return lambda event, value: values.append(value)


def _setter(values: dict[Any, Any]) -> Callable[[Any, Any], None]:
    """Return what takes keys and values in turn."""
    keys: list[Any] = []

    def put(event: Any, value: Any) -> None:
        if not keys:
            if type(event) is not yaml.ScalarEvent:
                raise _unread(event, "a key has to be a word")
            if event.value in values:
                raise _unread(event, f"`{event.value}` stands there twice")
            keys.append(event.value)
        else:
            values[keys.pop()] = value

    return put


def _refuse(event: Any) -> None:
    if event.anchor or event.tag not in (None, "!"):
        raise _unread(event, "anchors and tags are not used here")


def _unread(event: Any, why: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def _meant(text: str) -> Any:
    """Return what a plain scalar says."""
    if text[:1].isalpha():
        return _TRUTHS.get(text.lower(), None if text in _NULLS else text)
    if text in _NULLS:
        return None
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
