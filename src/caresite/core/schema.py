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
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from caresite.core import codes
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Report, Severity, Span, fault
from caresite.core.suggest import nearest
from caresite.core.values import Scalar, Sequence, Table, Value, plain

__all__ = ["Doc", "Field", "Reading", "Shape", "decode", "fields_of", "first_line", "json_schema"]

T = TypeVar("T", bound=Struct)
_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))
# C0 and C1 controls, and the bidirectional overrides that make text read otherwise than it is
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Doc(Struct, frozen=True):
    """What people need to know of a field: help, an example, bounds, other tools' names for it.

    `split` means that one string is split at commas; `peers` are compared without case and with `_` for `-`.
    """

    help: str
    example: str = ""
    ge: float | None = None
    le: float | None = None
    split: bool = False
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
    for front matter, where only a near miss of a known key is worth a warning.
    """

    zone: tzinfo
    report: Report
    unknown: Literal["error", "kept"] = "kept"
    foreign: Mapping[str, str] = {}
    notes: bool = True


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


def decode(table: Table, record: type[T], reading: Reading) -> tuple[T | None, dict[str, Any]]:
    """Return `table` as a `record` and the keys that nobody declared, as plain data.

    Every fault goes to `reading.report` with its place; after an error the record is None.
    """
    try:
        return _record(table, record, reading)
    except _Failed:
        return None, {}


def _record(table: Table, record: type[T], reading: Reading) -> tuple[T, dict[str, Any]]:
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    extra: dict[str, Any] = {}
    failed = False
    for key, value in table.entries.items():
        field = _find(key, record)
        if field is None:
            failed |= _take_unknown(key, table, record, extra, reading)
            continue
        if key != field.name and reading.notes:
            reading.report(
                fault(
                    codes.PEER_NAME,
                    _key_span(table, key),
                    f"`{key}` is called `{field.name}` here; it was understood",
                )
            )
        if isinstance(value, Scalar) and (value.is_null or (not value.text and field.shape.kind != "text")):
            continue
        try:
            decoded = _value(value, field.shape, field.doc, field.name, reading)
        except _Failed:
            failed = True
            continue
        if field.name in origins and values[field.name] != decoded:
            reading.report(
                fault(
                    codes.TWO_NAMES,
                    _key_span(table, key),
                    f"`{key}` and `{origins[field.name]}` mean the same and differ",
                    related=(table.keys[origins[field.name]],),
                )
            )
            failed = True
            continue
        values[field.name] = decoded
        origins[field.name] = key
    for field in fields_of(record):
        if (
            field.required
            and field.name not in values
            and not (failed and any(_find(k, record) is field for k in table.entries))
        ):
            hint = f"add `{field.name}: {field.doc.example}`" if field.doc.example else f"{field.doc.help}"
            reading.report(fault(codes.MISSING_KEY, table.span, f"`{field.name}` is missing", hint=hint))
            failed = True
    if failed:
        raise _Failed
    return record(**values), extra


def _find(key: str, record: type[Struct]) -> Field | None:
    return _names(record).get(_fold(key))


def _key_span(table: Table, key: str) -> Span:
    return table.keys.get(key, table.span)


def _take_unknown(
    key: str, table: Table, record: type[Struct], extra: dict[str, Any], reading: Reading
) -> bool:
    span = _key_span(table, key)
    known = [f.name for f in fields_of(record)]
    near = nearest(key, known)
    if reading.unknown == "error":
        advice = reading.foreign.get(_fold(key).replace("_", ""))
        hint = advice or (f"did you mean `{near}`?" if near else f"known here: {', '.join(known)}")
        reading.report(fault(codes.UNKNOWN_KEY, span, f"`{key}` is not a key of this place", hint=hint))
        return True
    extra[key] = plain(table.entries[key])
    if near and near not in table.entries:
        reading.report(
            fault(
                codes.UNKNOWN_KEY,
                span,
                f"`{key}` is not known",
                hint=f"did you mean `{near}`? It is kept in `page.params` for now",
                severity="warning",
            )
        )
    elif reading.notes:
        reading.report(
            fault(codes.KEPT_KEY, span, f"`{key}` is not one of our keys; it is kept in `page.params`")
        )
    return False


def _value(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> Any:
    match shape.kind:
        case "list":
            return _list(value, shape, doc, name, reading)
        case "map":
            return _map(value, shape, doc, name, reading)
        case "record":
            return _nested(value, shape, name, reading)
        case "any":
            return plain(value)
        case _:
            return _scalar(value, shape, doc, name, reading)


def _scalar(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> Any:
    if not isinstance(value, Scalar):
        found = "a list" if isinstance(value, Sequence) else "a mapping"
        raise _report(reading, value.span, f"`{name}` must be {_described(shape)}, not {found}")
    text = value.text.strip()
    match shape.kind:
        case "text":
            return _clean(
                value if "\n" in value.text else Scalar(text, value.quoted, value.span), name, reading
            )
        case "bool":
            if text.casefold() not in _TRUE | _FALSE:
                raise _report(reading, value.span, f"`{name}` must be true or false, not “{text}”")
            return text.casefold() in _TRUE
        case "date":
            try:
                return parse_date(text, reading.zone)
            except ValueError as error:
                reading.report(fault(codes.BAD_DATE, value.span, f"`{name}: {text}` cannot be used: {error}"))
                raise _Failed from None
        case "choice":
            return _choice(value.span, text, shape, name, reading)
        case _:
            return _number(value.span, text, shape, doc, name, reading)


def _clean(value: Scalar, name: str, reading: Reading) -> str:
    if not (found := _INVISIBLE.search(value.text)):
        return value.text
    message = f"`{name}` holds the invisible character U+{ord(found.group()):04X}, which was left out"
    reading.report(fault(codes.INVISIBLE, value.span, message))
    return _INVISIBLE.sub("", value.text)


def _choice(span: Span, text: str, shape: Shape, name: str, reading: Reading) -> str:
    if text in shape.choices:
        return text
    near = nearest(text, shape.choices)
    hint = f"did you mean “{near}”?" if near else ""
    reading.report(
        fault(
            codes.NOT_A_CHOICE,
            span,
            f"`{name}` must be one of {', '.join(shape.choices)}, not “{text}”",
            hint=hint,
        )
    )
    raise _Failed


def _number(span: Span, text: str, shape: Shape, doc: Doc, name: str, reading: Reading) -> float:
    try:
        number = int(text) if shape.kind == "int" else float(text)
    except ValueError:
        raise _report(reading, span, f"`{name}` must be {_described(shape)}, not “{text[:60]}”") from None
    if (doc.ge is not None and number < doc.ge) or (doc.le is not None and number > doc.le):
        bounds = (
            f"from {doc.ge:g} to {doc.le:g}"
            if doc.ge is not None and doc.le is not None
            else f"at least {doc.ge:g}"
            if doc.ge is not None
            else f"at most {doc.le:g}"
        )
        reading.report(fault(codes.OUT_OF_BOUNDS, span, f"`{name}` must be {bounds}, not {text}"))
        raise _Failed
    return number


def _list(value: Value, shape: Shape, doc: Doc, name: str, reading: Reading) -> tuple[Any, ...]:
    assert shape.item is not None
    if isinstance(value, Scalar):
        parts = value.text.split(",") if doc.split else [value.text]
        items: Iterable[Value] = (
            Scalar(part.strip(), value.quoted, value.span) for part in parts if part.strip()
        )
    elif isinstance(value, Table):
        if shape.item.kind != "record":
            raise _report(reading, value.span, f"`{name}` must be a list, not a mapping")
        items = (value,)
    else:
        items = (item for item in value.items if not (isinstance(item, Scalar) and item.is_null))
    return tuple(_each(items, shape.item, Doc(doc.help, ge=doc.ge, le=doc.le), name, reading))


def _each(items: Iterable[Value], shape: Shape, doc: Doc, name: str, reading: Reading) -> list[Any]:
    decoded, failed = [], False
    for item in items:
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
        raise _report(reading, value.span, f"`{name}` must be a mapping of `key: value` lines")
    decoded = _each(value.entries.values(), shape.item, doc, name, reading)
    return dict(zip(value.entries, decoded, strict=True))


def _nested(value: Value, shape: Shape, name: str, reading: Reading) -> Any:
    shorthand = getattr(shape.record, "__shorthand__", "")
    listed = getattr(shape.record, "__list_shorthand__", "")
    if isinstance(value, Scalar) and shorthand:
        value = Table({shorthand: value}, {shorthand: value.span}, value.span)
    elif isinstance(value, Sequence) and listed:
        value = Table({listed: value}, {listed: value.span}, value.span)
    if not isinstance(value, Table):
        raise _report(
            reading,
            value.span,
            f"`{name}` must be a mapping of `key: value` lines, not {'a list' if isinstance(value, Sequence) else 'text'}",
        )
    record, _ = _record(value, shape.record, reading)
    return record


def _report(reading: Reading, span: Span, message: str, severity: Severity = "error") -> _Failed:
    reading.report(fault(codes.WRONG_TYPE, span, message, severity=severity))
    return _Failed()


def _described(shape: Shape) -> str:
    names = {
        "text": "text",
        "bool": "true or false",
        "int": "a whole number",
        "float": "a number",
        "date": "a date",
        "choice": "one of " + ", ".join(shape.choices),
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
            return {"type": ["string", "number", "boolean"]}
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
            return {"anyOf": [ref, {"type": "string"}]} if hasattr(shape.record, "__shorthand__") else ref
        case _:
            return {}
