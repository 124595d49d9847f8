"""Shapes: JSON as the form services write it, told apart by what is in it and taken down to answers.

    Netlify     a submission, or {"payload": submission}            keys: data, created_at, number
    Formspree   {"fields": [...], "submissions": [...]}              entries have `_date`
    Typeform    {"form_response": {...}}                             answers lie under the name of their type
    Tally       {"eventType": "FORM_RESPONSE", "data": {"fields"}}   choices are ids, told by `options`
    Basin       {"payload_params": {...}}
    Getform     {"data": {"submissions": [...]}}
    Google      {"reviews": [...]}                                   a comment may be missing
    any other   a flat object, or a list of them

Unknown members are passed over; every one that is known may be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Any

from caresite.core.diagnostics import Span
from caresite.submissions.entries import Answers

__all__ = ["answers_in", "flat"]

_MAX_DEPTH = 6


def answers_in(value: Any, span: Span, source: str = "json") -> Iterator[Answers]:
    """Yield the answers that a JSON value holds; `source` is what a shape nobody knows is called."""
    for entry, reader, wrapper in _entries(value):
        if isinstance(entry, Mapping):
            yield reader(entry, span, wrapper, source)


def _entries(value: Any) -> Iterator[tuple[Any, Any, Mapping[str, Any]]]:
    """Yield each entry with the function that reads it and what it was wrapped in."""
    if isinstance(value, list):
        for item in value:
            yield from _entries(item)
        return
    if not isinstance(value, Mapping):
        return
    match value:
        case {"payload": Mapping() as inner} if "payload_params" not in value:
            yield inner, _netlify, {}
        case {"data": Mapping(), "created_at": _}:
            yield value, _netlify, {}
        case {"submissions": list(items), "fields": _}:
            yield from ((item, _formspree, value) for item in items)
        case {"form_response": Mapping() as inner}:
            yield inner, _typeform, {}
        case {"items": list(items)} if items and "answers" in (items[0] if isinstance(items[0], Mapping) else {}):
            yield from ((item, _typeform, value) for item in items)
        case {"data": {"fields": list()} as inner}:
            yield {**inner, "createdAt": inner.get("createdAt") or value.get("createdAt")}, _tally, value
        case {"payload_params": Mapping()}:
            yield value, _basin, {}
        case {"data": {"submissions": list(items)}}:
            yield from ((item, _getform, value) for item in items)
        case {"reviews": list(items)}:
            yield from ((item, _google, value) for item in items)
        case {"submissions": list(items)} | {"entries": list(items)} | {"responses": list(items)}:
            yield from _entries(items)
        case _:
            yield value, _any, {}


def flat(value: Any, depth: int = 0) -> str:
    """Return a JSON value as text: lists one below the other, an uploaded file by its address."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case {"url": str(url)} | {"file_url": str(url)}:
            return url
        case list() if depth < _MAX_DEPTH:
            return "\n".join(text for item in value if (text := flat(item, depth + 1)))
        case Mapping() if depth < _MAX_DEPTH:
            return "\n".join(f"{key}: {text}" for key, item in value.items() if (text := flat(item, depth + 1)))
        case _:
            return ""


def _flat_fields(fields: Any) -> dict[str, str]:
    return {str(key): flat(value) for key, value in fields.items()} if isinstance(fields, Mapping) else {}


def _inside(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = entry.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _listed(entry: Mapping[str, Any], name: str) -> list[Any]:
    inner = entry.get(name)
    return inner if isinstance(inner, list) else []


def _text(entry: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if (text := flat(entry.get(name)))), "")


def _raw(entry: Any) -> bytes:
    return json.dumps(entry, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")


def _made(
    entry: Mapping[str, Any],
    span: Span,
    source: str,
    fields: dict[str, str],
    *,
    source_id: str = "",
    received: str = "",
    zone: tzinfo | None = None,
    form: str = "",
    marks: Iterable[str] = (),
    noticed: Iterable[str] = (),
) -> Answers:
    return Answers(
        source=source,
        source_id=source_id,
        fields=fields,
        received=received,
        zone=zone,
        form=form,
        raw=_raw(entry),
        span=span,
        marks=tuple(marks),
        noticed=tuple(noticed),
    )


def _netlify(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a submission of Netlify: `data` has the fields; `summary` is HTML and the labels are for people."""
    fields = _flat_fields(entry.get("data"))
    for name in ("email", "name", "company"):
        if not fields.get(name) and entry.get(name):
            fields[name] = flat(entry[name])
    if not fields.get("form-name"):
        fields.pop("form-name", None)
    spam = ("the service took it for spam",) if entry.get("state") == "spam" or entry.get("spam") is True else ()
    received = _text(entry, "created_at")
    form = _text(entry, "form_name")
    source_id = _text(entry, "id")
    return _made(
        entry, span, "netlify", fields, source_id=source_id, received=received, zone=UTC, form=form, marks=spam
    )


def _formspree(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a submission of Formspree. It has no id; `_date` has no zone and is UTC."""
    fields = {name: text for name, text in _flat_fields(entry).items() if name not in ("_date", "_status")}
    status = entry.get("_status")
    is_spam = entry.get("spam") is True or (isinstance(status, Mapping) and status.get("spam") is True)
    marks = ("the service took it for spam",) if is_spam else ()
    return _made(entry, span, "formspree", fields, received=_text(entry, "_date"), zone=UTC, marks=marks)


def _typeform(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a response of Typeform: each answer stands under the name of its type, its question in the definition."""
    definition = entry.get("definition") or wrapper.get("definition")
    asked = _listed(definition, "fields") if isinstance(definition, Mapping) else ()
    titles = {flat(f.get("id")): _title(f) for f in asked if isinstance(f, Mapping)}
    fields = _flat_fields(entry.get("hidden"))
    for answer in _listed(entry, "answers"):
        if isinstance(answer, Mapping):
            field = _inside(answer, "field")
            name = titles.get(flat(field.get("id"))) or flat(field.get("ref")) or flat(field.get("id")) or "answer"
            fields[_free(name, fields)] = _typed(answer)
    received, token = _text(entry, "submitted_at", "landed_at"), _text(entry, "token", "response_id")
    return _made(entry, span, "typeform", fields, source_id=token, received=received, zone=UTC)


def _title(field: Mapping[str, Any]) -> str:
    return " ".join(re.sub(r"\{\{[^{}]*\}\}", "", flat(field.get("title"))).split())


def _free(name: str, taken: Mapping[str, str]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def _typed(answer: Mapping[str, Any]) -> str:
    value = answer.get(str(answer.get("type")))
    if isinstance(value, Mapping) and ("label" in value or "labels" in value or "other" in value):
        labels = value.get("labels")
        parts = [value.get("label"), *(labels if isinstance(labels, list) else ()), value.get("other")]
        return "\n".join(text for part in parts if (text := flat(part)))
    return flat(value)


def _tally(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a response of Tally: choices are ids of options; one without its option is kept as it is, and noted."""
    fields: dict[str, str] = {}
    noticed: list[str] = []
    for field in _listed(entry, "fields"):
        if not isinstance(field, Mapping):
            continue
        name = _free(_text(field, "label", "key") or "question", fields)
        known = (option for option in _listed(field, "options") if isinstance(option, Mapping))
        options = {flat(option.get("id")): flat(option.get("text")) for option in known}
        value = field.get("value")
        ids = value if isinstance(value, list) else [value]
        if _is_choice(field) and any(isinstance(i, str) and i not in options for i in ids):
            noticed.append(f"{name}: its answer is the id of a choice whose words did not come with it")
        fields[name] = "\n".join(text for i in ids if (text := _chosen(i, options)))
    source_id = _text(entry, "submissionId", "responseId")
    return _made(
        entry, span, "tally", fields, source_id=source_id, received=_text(entry, "createdAt"), zone=UTC, noticed=noticed
    )


def _is_choice(field: Mapping[str, Any]) -> bool:
    return field.get("type") in ("DROPDOWN", "MULTIPLE_CHOICE", "CHECKBOXES", "MULTI_SELECT", "RANKING")


def _chosen(value: Any, options: Mapping[Any, str]) -> str:
    return options[value] if isinstance(value, str) and value in options else flat(value)


def _basin(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a submission of Basin: `payload_params` has the fields."""
    fields = _flat_fields(entry.get("payload_params"))
    fields.setdefault("email", _text(entry, "email"))
    marks = ("the service took it for spam",) if entry.get("spam") is True else ()
    received = _text(entry, "created_at")
    return _made(entry, span, "basin", fields, source_id=_text(entry, "id"), received=received, zone=UTC, marks=marks)


def _getform(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a submission of Getform; its date has no zone and an order that only its owner knows."""
    fields = {name: text for name, text in _flat_fields(entry).items() if name not in ("id", "submissionDate")}
    received = _text(entry, "submissionDate")
    return _made(entry, span, "getform", fields, source_id=_text(entry, "id"), received=received)


def _google(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a review of a Google business profile. Stars without words are a review too."""
    reviewer = _inside(entry, "reviewer")
    is_unnamed = reviewer.get("isAnonymous") is True
    fields = {
        "story": _text(entry, "comment"),
        "rating": _text(entry, "starRating"),
        "name": "" if is_unnamed else _text(reviewer, "displayName"),
    }
    source_id = _text(entry, "reviewId", "name")
    return _made(entry, span, "google", fields, source_id=source_id, received=_text(entry, "createTime"), zone=UTC)


def _any(entry: Mapping[str, Any], span: Span, wrapper: Mapping[str, Any], source: str) -> Answers:
    """Read a flat object whose keys are the questions. A nested `fields` or `data` has them for those around it."""
    fields = _flat_fields({k: v for k, v in entry.items() if k not in ("fields", "data", "answers")})
    for name in ("fields", "data", "answers"):
        inner = entry.get(name)
        fields |= _flat_fields(inner) if isinstance(inner, Mapping) else ({name: flat(inner)} if inner else {})
    return _made(entry, span, source, fields)
