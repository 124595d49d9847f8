"""Declarations: one annotated record per kind or config section is decoder, JSON Schema, manual and scaffold.

A field is declared as `name: Annotated[type, Doc("help", ...)] = default`. Types are str, bool, int, float,
datetime, Literal, tuples and mappings of these, other records, and any of them `| None`. Decoding reports every
fault at its place and goes on, so that one run shows them all.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from functools import cache
from math import isfinite
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.cut_text import cut_fault, cut_faults, reason_and_hint
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Code, Report, Severity, Span, fault
from caresite.core.numbers import MOST_DIGITS, integer_of
from caresite.core.personal import looks_personal
from caresite.core.suggest import nearest
from caresite.core.texts import INVISIBLE, with_spaces, without_invisible
from caresite.core.urls import is_safe
from caresite.core.values import Scalar, Sequence, Table, Value, plain

__all__ = ["Doc", "Field", "Reading", "Shape", "decode", "field_name", "fields_of", "first_line", "json_schema"]

T = TypeVar("T", bound=Struct)
_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))
_SHOWN = 60
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_UNKNOWN = 100
_HINTS = {
    "text": "put the text in quotes",
    "true or false": "write `true` or `false`",
    "a whole number": "write digits alone, without words or units",
    "a number": "write digits alone, without words or units",
    "a mapping of `key: value` lines": "write its keys on lines of their own below it, each with a colon and a value",
}


class Doc(Struct, frozen=True):
    """What people need to know of a field: help, an example, bounds, other tools' names for it.

    `split` means that one string is split at commas, `address` that the text becomes a link or a picture on a page;
    `peers` are compared without case and with `_` for `-`.
    """

    help: str
    example: str = ""
    ge: float | None = None
    le: float | None = None
    split: bool = False
    address: bool = False
    peers: tuple[str, ...] = ()


class Shape(Struct, frozen=True):
    """A type, taken apart."""

    kind: Literal["text", "bool", "int", "float", "date", "choice", "list", "map", "record", "any"]
    choices: tuple[str, ...] = ()
    item: Shape | None = None
    record: Any = None
    nullable: bool = False


class Field(Struct, frozen=True):
    """One declared field of a record."""

    name: str
    shape: Shape
    doc: Doc
    required: bool
    default: Any


class Reading(Struct, frozen=True):
    """How to read: the zone of dates without one, where faults go, and what to say of unknown keys.

    `foreign` maps a key of another tool to what to do instead; `unknown` is "error" for the config and "kept"
    for front matter, where only a near miss of a known key is worth a warning; "dropped" keeps none, for the words of
    customers. `expected` are keys that somebody else reads, a taxonomy of the config for one; they are kept without a
    word. Decoding notes in `places` where
    each value stands, by its path: `title`, `consent.at`, `metrics[2].label`, counted from 1.
    """

    zone: tzinfo
    report: Report
    unknown: Literal["error", "kept", "dropped"] = "kept"
    foreign: Mapping[str, str] = {}
    notes: bool = True
    expected: frozenset[str] = frozenset()
    places: dict[str, Span] = msgspec.field(default_factory=dict)


@cache
def fields_of(record: type[Struct]) -> tuple[Field, ...]:
    """Return the declared fields of `record`, in order."""
    hints = get_type_hints(record, include_extras=True)
    found = []
    for field in msgspec.structs.fields(record):
        hint = hints[field.name]
        doc = next((a for a in getattr(hint, "__metadata__", ()) if isinstance(a, Doc)), Doc(""))
        shape = _shape(get_args(hint)[0] if hasattr(hint, "__metadata__") else hint)
        default = field.default
        if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        required = default is msgspec.NODEFAULT
        found.append(Field(field.name, shape, doc, required, None if required else default))
    return tuple(found)


def _shape(hint: Any) -> Shape:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = next(a for a in args if a is not type(None))
        return msgspec.structs.replace(_shape(inner), nullable=True)
    if origin is Literal:
        return Shape("choice", choices=tuple(args))
    if origin is tuple:
        return Shape("list", item=_shape(args[0]))
    if origin in (dict, Mapping):
        return Shape("map", item=_shape(args[1]))
    if isinstance(hint, type) and issubclass(hint, Struct):
        return Shape("record", record=hint)
    simple: dict[Any, Shape] = {
        str: Shape("text"),
        bool: Shape("bool"),
        int: Shape("int"),
        float: Shape("float"),
        datetime: Shape("date"),
        Any: Shape("any"),
    }
    return simple[hint]


@cache
def _names(record: type[Struct]) -> dict[str, Field]:
    names: dict[str, Field] = {}
    for field in fields_of(record):
        for peer in field.doc.peers:
            names.setdefault(_fold(peer), field)
    for field in fields_of(record):
        names[_fold(field.name)] = field
    return names


def _fold(name: str) -> str:
    return name.strip().replace("-", "_").replace(" ", "_").casefold()


class _Failed(Exception):
    """A value could not be decoded; the fault has been reported."""


def decode(table: Table, record: type[T], reading: Reading, at: str = "") -> tuple[T | None, dict[str, Any]]:
    """Return `table` as a `record` and the keys that nobody declared, as plain data.

    `at` is the path of the table itself, with a dot at its end. Every fault goes to `reading.report` with its place;
    after an error the record is None.
    """
    try:
        return _record(table, record, at, reading)
    except _Failed:
        return None, {}


def _record(table: Table, record: type[T], at: str, reading: Reading) -> tuple[T, dict[str, Any]]:
    """Decode `table`, whose own path is `at`: empty, or with the dot that its keys follow."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    extra: dict[str, Any] = {}
    failed: set[str] = set()
    unknown = 0
    for key, value in table.entries.items():
        field = _find(key, record)
        if field is None:
            unknown += 1
            if unknown > _UNKNOWN:  # somebody's data; nobody reads a note for each
                extra |= {key: plain(value)} if reading.unknown != "dropped" else {}
            elif not _take_unknown(key, table, record, at, extra, reading):
                failed.add(key)
            continue
        if key != field.name and reading.notes:
            message = f"`{at}{key}` is called `{at}{field.name}` here; it was understood"
            reading.report(fault(codes.PEER_NAME, _key_span(table, key), message))
        if isinstance(value, Scalar) and (value.is_null or (not value.text and field.shape.kind != "text")):
            if not field.required and _holds_text(field.shape):
                _report_cut(value, at + field.name, reading)
            continue
        reading.places.setdefault(at + field.name, _place(value, _key_span(table, key)))
        try:
            decoded = _value(value, field.shape, field.doc, at + field.name, reading)
        except _Failed:
            failed.add(field.name)
            continue
        if field.name in origins and values[field.name] != decoded:
            message = f"`{at}{key}` and `{at}{origins[field.name]}` mean the same and differ"
            first = _key_span(table, origins[field.name])
            reading.report(fault(codes.TWO_NAMES, _key_span(table, key), message, related=(first,)))
            failed.add(field.name)
            continue
        values[field.name] = decoded
        origins[field.name] = key
    for field in fields_of(record):
        if field.required and field.name not in values and field.name not in failed:
            _report_missing(field, table, record, at, reading)
            failed.add(field.name)
    if failed:
        raise _Failed
    return record(**values), extra


_UNSURE: Mapping[str, Severity] = {
    "kept": "note",
    "dropped": "warning",
}  # nobody comments on a customer's sentence in it


def _report_cut(value: Value, name: str, reading: Reading) -> None:
    """Report each text in `value` of which YAML cut off a part."""
    unsure = _UNSURE.get(reading.unknown)
    found = [cut_fault(name, value, unsure=unsure)] if isinstance(value, Scalar) else cut_faults(value, name)
    for each in found:
        if each:
            reading.report(each)


def _holds_text(shape: Shape) -> bool:
    """Tell whether the value of a shape may be written as a text."""
    if shape.kind == "list":
        return shape.item is not None and _holds_text(shape.item)
    return shape.kind in ("text", "any") or (shape.kind == "record" and hasattr(shape.record, "__shorthand__"))


def _find(key: str, record: type[Struct]) -> Field | None:
    return _names(record).get(_fold(key))


def field_name(key: str, record: type[Struct]) -> str:
    """Return the name of the field that `key` means in `record`, also when it is a peer's name; else nothing."""
    field = _find(key, record)
    return field.name if field else ""


def _key_span(table: Table, key: str) -> Span:
    return table.keys.get(key, table.span)


def _place(value: Value, key: Span) -> Span:
    """Return where people look for a value: itself, or its key when it begins on a line below."""
    return value.span if value.span.line == key.line else key


def _report_missing(field: Field, table: Table, record: type[Struct], at: str, reading: Reading) -> None:
    empty = next((key for key in table.entries if _find(key, record) is field), "")
    value = table.entries.get(empty)
    if isinstance(value, Scalar) and value.comment:
        reason, hint = reason_and_hint(value)
        reading.report(fault(codes.MISSING_KEY, _key_span(table, empty), f"`{at}{field.name}` {reason}", hint=hint))
        return
    message = f"`{at}{field.name}` has no value" if empty else f"`{at}{field.name}` is missing"
    says = field.doc.help.partition(". ")[0].removesuffix(".")
    says = says[:1].lower() + says[1:]
    hint = f"add `{field.name}: {field.doc.example}`" if field.doc.example else f"add `{field.name}:` ({says})"
    reading.report(fault(codes.MISSING_KEY, _key_span(table, empty), message, hint=hint))


def _take_unknown(
    key: str, table: Table, record: type[Struct], at: str, extra: dict[str, Any], reading: Reading
) -> bool:
    """Keep a key that nobody declared where that is possible; tell whether the record can still be made."""
    span, shown = _key_span(table, key), f"`{at}{_shortened(key)}`"
    known = [f.name for f in fields_of(record)]
    near = nearest(key, known)
    meant = f"did you mean `{near}`?" if near else ""
    if reading.unknown == "error":
        hint = reading.foreign.get(_fold(key).replace("_", ""), "") if not at else ""
        hint = hint or meant or f"known here: {', '.join(known)}"
        reading.report(fault(codes.UNKNOWN_KEY, span, f"{shown} is not a key of this place", hint=hint))
        return False
    value = plain(table.entries[key])
    if reading.unknown != "dropped":
        _report_cut(table.entries[key], f"{at}{_shortened(key)}", reading)
    is_expected = key in reading.expected and not at
    if is_expected or reading.unknown == "kept":
        extra[key] = value
    if is_expected:
        return True
    if reading.unknown == "dropped" and looks_personal(key, value):
        message = f"{shown} looks like personal data; it was left out"
        reading.report(fault(codes.PERSONAL_DATA, span, message))
    elif at:
        hint = meant or f"known here: {', '.join(known)}"
        message = f"{shown} is not known; it was left out"
        reading.report(fault(codes.UNKNOWN_KEY, span, message, hint=hint, severity="warning" if near else "note"))
    elif near and near not in table.entries:
        is_kept = reading.unknown == "kept"
        hint = f"{meant} It is kept in `page.params` for now" if is_kept else meant
        message = f"{shown} is not known" + ("" if is_kept else "; it was left out")
        reading.report(fault(codes.UNKNOWN_KEY, span, message, hint=hint, severity="warning"))
    elif reading.unknown == "dropped":
        reading.report(fault(codes.DROPPED_KEY, span, f"{shown} is not one of our keys; it was left out"))
    elif reading.notes:
        reading.report(fault(codes.KEPT_KEY, span, f"{shown} is not one of our keys; it is kept in `page.params`"))
    return True


def _value(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> Any:
    match shape.kind:
        case "list":
            return _list(value, shape, doc, name, reading)
        case "map":
            return _map(value, shape, doc, name, reading)
        case "record":
            return _nested(value, shape, doc, name, reading)
        case "any":
            _report_cut(value, name, reading)
            return plain(value)
        case _:
            return _scalar(value, shape, doc, name, reading)


def _scalar(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> Any:
    if not isinstance(value, Scalar):
        raise _wrong_type(value, _described(shape), doc, name, reading)
    text = value.text.strip()
    match shape.kind:
        case "text":
            return _text(value, doc, name, reading)
        case "bool":
            if text.casefold() not in _TRUE | _FALSE:
                raise _wrong_type(value, "true or false", doc, name, reading)
            return text.casefold() in _TRUE
        case "date":
            try:
                return parse_date(text, reading.zone)
            except ValueError as error:
                message = f"`{name}: {_shortened(text)}` cannot be used: {error}"
                raise _refused(codes.BAD_DATE, value.span, message, "", reading) from None
        case "choice":
            return _choice(value.span, text, shape, name, reading)
        case _:
            return _number(value, shape, doc, name, reading)


def _text(value: Scalar, doc: Doc, name: str, reading: Reading) -> str:
    _report_cut(value, name, reading)
    text = with_spaces(value.text if "\n" in value.text else value.text.strip())
    if found := INVISIBLE.search(text):
        message = f"`{name}` holds the invisible character U+{ord(found.group()):04X}, which was left out"
        is_plain = not value.quoted and "\n" not in value.text
        place = replace(value.span, column=value.span.column + found.start(), length=1) if is_plain else value.span
        reading.report(fault(codes.INVISIBLE, place, message))
        text = without_invisible(text)
    if doc.address and not is_safe(text):
        message = f"`{name}` cannot be the address “{_shortened(text)}”"
        hint = "use an https address, a path on this site, or `mailto:` and `tel:`"
        raise _refused(codes.UNSAFE_LINK, value.span, message, hint, reading)
    return text


def _choice(span: Span, text: str, shape: Shape, name: str, reading: Reading) -> str:
    if text in shape.choices:
        return text
    near = nearest(text, shape.choices)
    message = f"`{name}` must be {_described(shape)}, not “{_shortened(text)}”"
    raise _refused(codes.NOT_A_CHOICE, span, message, f"did you mean “{near}”?" if near else "", reading)


def _number(value: Scalar, shape: Shape, doc: Doc, name: str, reading: Reading) -> float:
    text = value.text.strip()
    if sum(c.isdecimal() for c in text) > MOST_DIGITS and _NUMBER.fullmatch(text):
        message = f"`{name}` has more than the {MOST_DIGITS} digits that a number may have"
        raise _refused(codes.OUT_OF_BOUNDS, value.span, message, "write a number with fewer digits", reading)
    try:
        number = integer_of(text) if shape.kind == "int" else float(text)
        if not isfinite(number):
            raise ValueError
    except ValueError:
        raise _wrong_type(value, _described(shape), doc, name, reading) from None
    if (doc.ge is not None and number < doc.ge) or (doc.le is not None and number > doc.le):
        bounds = f"from {doc.ge:g} to {doc.le:g}" if doc.ge is not None and doc.le is not None else _bound(doc)
        message = f"`{name}` must be {bounds}, not {_shortened(text)}"
        raise _refused(codes.OUT_OF_BOUNDS, value.span, message, "", reading)
    return number


def _bound(doc: Doc) -> str:
    return f"at least {doc.ge:g}" if doc.ge is not None else f"at most {doc.le:g}"


def _list(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> tuple[Any, ...]:
    assert shape.item is not None
    each = Doc(doc.help, example=doc.example, ge=doc.ge, le=doc.le, address=doc.address)
    if isinstance(value, Scalar):
        if shape.item.kind == "text":
            _report_cut(value, name, reading)
        parts = value.text.split(",") if doc.split else [value.text]
        items = [(name, Scalar(part.strip(), value.quoted, value.span)) for part in parts if part.strip()]
        return tuple(_each(items, shape.item, each, reading))
    if isinstance(value, Table):
        if shape.item.kind != "record":
            raise _wrong_type(value, "a list", doc, name, reading)
        return tuple(_each([(f"{name}[1]", value)], shape.item, each, reading))
    for number, item in enumerate(value.items, start=1):
        if _is_empty(item) and _holds_text(shape.item):
            _report_cut(item, f"{name}[{number}]", reading)
    kept = [item for item in value.items if not _is_empty(item)]
    named = [(f"{name}[{number}]", item) for number, item in enumerate(kept, start=1)]
    return tuple(_each(named, shape.item, each, reading))


def _is_empty(value: Value) -> bool:
    return isinstance(value, Scalar) and (value.is_null or not value.text.strip())


def _each(items: Iterable[tuple[str, Value]], shape: Shape, doc: Doc, reading: Reading) -> list[Any]:
    decoded, failed = [], False
    for name, item in items:
        reading.places.setdefault(name, item.span)
        try:
            decoded.append(_value(item, shape, doc, name, reading))
        except _Failed:
            failed = True
    if failed:
        raise _Failed
    return decoded


def _map(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> dict[str, Any]:
    assert shape.item is not None
    if not isinstance(value, Table):
        raise _wrong_type(value, "a mapping of `key: value` lines", doc, name, reading)
    for key, item in value.entries.items():
        reading.places.setdefault(f"{name}.{key}", _place(item, _key_span(value, key)))
    named = ((f"{name}.{key}", item) for key, item in value.entries.items())
    return dict(zip(value.entries, _each(named, shape.item, doc, reading), strict=True))


def _nested(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> Any:
    shorthand = getattr(shape.record, "__shorthand__", "")
    listed = getattr(shape.record, "__list_shorthand__", "")
    if isinstance(value, Scalar) and shorthand:
        value = Table({shorthand: value}, {shorthand: value.span}, value.span)
    elif isinstance(value, Sequence) and listed:
        value = Table({listed: value}, {listed: value.span}, value.span)
    if not isinstance(value, Table):
        raise _wrong_type(value, "a mapping of `key: value` lines", doc, name, reading)
    record, _ = _record(value, shape.record, f"{name}.", reading)
    return record


def _wrong_type(value: Value, wanted: str, doc: Doc, name: str, reading: Reading) -> _Failed:
    found = {Sequence: "a list", Table: "a mapping"}.get(type(value), "text")
    if isinstance(value, Scalar) and "mapping" not in wanted:
        found = f"“{_shortened(value.text.strip())}”"
    key = name.split("[")[0].rpartition(".")[2]
    hint = f"write it like this: `{key}: {doc.example}`" if doc.example else _HINTS.get(wanted, "")
    place = reading.places.get(name, value.span)
    return _refused(codes.WRONG_TYPE, place, f"`{name}` must be {wanted}, not {found}", hint, reading)


def _refused(code: Code, span: Span, message: str, hint: str, reading: Reading) -> _Failed:
    """Report what is wrong with one value; return what its reader raises."""
    reading.report(fault(code, span, message, hint=hint))
    return _Failed()


def _shortened(text: str) -> str:
    """Return what people need of a value to know it again."""
    line = " ".join(text[:200].split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _described(shape: Shape) -> str:
    names = {
        "text": "text",
        "bool": "true or false",
        "int": "a whole number",
        "float": "a number",
        "date": "a date",
        "choice": "one of " + ", ".join(choice for choice in shape.choices if choice),
    }
    return names.get(shape.kind, shape.kind)


def first_line(text: str) -> str:
    """Return the first sentence or line of a docstring."""
    return text.strip().split("\n", 1)[0]


def json_schema(record: type[Struct], *, title: str = "", open_ended: bool = True) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `record`, with the looser shapes that decoding accepts."""
    definitions: dict[str, Any] = {}
    schema = _object_schema(record, definitions, open_ended)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title or record.__name__}
    return {**head, **schema, **({"$defs": definitions} if definitions else {})}


def _object_schema(record: type[Struct], definitions: dict[str, Any], open_ended: bool) -> dict[str, Any]:
    properties = {}
    for field in fields_of(record):
        node = _schema_of(field.shape, field.doc, definitions, open_ended)
        if field.doc.help:
            node = {**node, "description": field.doc.help}
        if field.doc.example:
            node["examples"] = [field.doc.example]
        if not field.required and _is_plain(field.default):
            node["default"] = field.default
        properties[field.name] = node
    out: dict[str, Any] = {
        "type": "object",
        "description": first_line(record.__doc__ or ""),
        "properties": properties,
    }
    required = [f.name for f in fields_of(record) if f.required]
    if required:
        out["required"] = required
    if not open_ended:
        out["additionalProperties"] = False
    return out


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool)) and value != ""


def _schema_of(shape: Shape, doc: Doc, definitions: dict[str, Any], open_ended: bool) -> dict[str, Any]:
    match shape.kind:
        case "text":
            return {"type": ["string", "number", "boolean", "null"]}
        case "bool":
            return {"type": "boolean"}
        case "int" | "float":
            bounds = {k: v for k, v in (("minimum", doc.ge), ("maximum", doc.le)) if v is not None}
            return {"type": "integer" if shape.kind == "int" else "number", **bounds}
        case "date":
            return {"type": "string", "description": "YYYY-MM-DD, or YYYY-MM-DD HH:MM"}
        case "choice":
            return {"enum": list(shape.choices)}
        case "list":
            assert shape.item is not None
            items = _schema_of(shape.item, Doc("", ge=doc.ge, le=doc.le), definitions, open_ended)
            array = {"type": "array", "items": items}
            return {"anyOf": [array, {"type": "string"}]} if shape.item.kind in ("text", "choice") else array
        case "map":
            assert shape.item is not None
            return {
                "type": "object",
                "additionalProperties": _schema_of(shape.item, Doc(""), definitions, open_ended),
            }
        case "record":
            name = shape.record.__name__
            if name not in definitions:
                definitions[name] = {}
                definitions[name] = _object_schema(shape.record, definitions, open_ended)
            ref = {"$ref": f"#/$defs/{name}"}
            shorter = _shorter_forms(shape.record, definitions, open_ended)
            return {"anyOf": [ref, *shorter]} if shorter else ref
        case _:
            return {}


def _shorter_forms(record: type[Struct], definitions: dict[str, Any], open_ended: bool) -> list[dict[str, Any]]:
    """Return the schemas of what may stand for the whole record: a string, or a list."""
    forms: list[dict[str, Any]] = [{"type": "string"}] if hasattr(record, "__shorthand__") else []
    if listed := getattr(record, "__list_shorthand__", ""):
        field = next(field for field in fields_of(record) if field.name == listed)
        forms.append(_schema_of(field.shape, field.doc, definitions, open_ended))
    return forms
