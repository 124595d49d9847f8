"""Other tools' front matter, brought into our shape before it is decoded.

Single renamed keys are declared beside each field. Here stand the habits that a rename does not cover:
`published: false`, `date: {created: …}`, a testimonial's person spread over flat keys.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from caresite.core import codes
from caresite.core.diagnostics import Report, fault
from caresite.core.schema import fields_of
from caresite.core.suggest import nearest
from caresite.core.values import Scalar, Sequence, Table, Value
from caresite.kinds.content import Content

__all__ = ["in_our_shape"]

_STATUSES = {
    "published": False,
    "publish": False,
    "featured": False,
    "draft": True,
    "private": True,
    "hidden": True,
    "pending": True,
}
_PLAIN_LAYOUTS = frozenset(
    (
        "post",
        "posts",
        "page",
        "pages",
        "default",
        "single",
        "article",
        "blog",
        "base",
        "news",
        "layout",
        "none",
        "null",
    )
)
_PERSON_KEYS = {
    "name": ("name", "spokesman", "from", "quote_author", "testimonial_author", "byline", "username", "handle", "character", "by"),
    "role": ("role", "designation", "position", "job_title", "profession", "info", "quote_title"),
    "company": ("company", "org", "organization", "organisation", "client", "customer"),
    "url": ("url", "link", "website", "org_link", "exturl"),
    "photo": ("photo", "avatar", "image", "image_url", "picture", "picture_link", "icon", "author_avatar"),
    "location": ("location",),
}  # fmt: skip
_PICTURE_SWITCHES = frozenset(("relative", "hidden", "responsiveimages", "linkfullimages"))
_WORDS_OF_PICTURES = {"_alt": "alt", "_caption": "caption"}


def in_our_shape(kind: str, table: Table, report: Report) -> Table:
    """Return `table` with other tools' habits turned into the keys that `kind` declares.

    What was understood is reported as a note, what is contradictory as an error.
    """
    draft = _Draft(table, report)
    draft.each("published", _published)
    draft.each("permalink", _permalink)
    draft.each("date", _dates)
    draft.each("taxonomies", _hoist)
    draft.each("layout", _layout)
    for key in ("image", "images"):
        draft.each(key, _first_of)
    _gather_picture(draft)
    for key in ("author", "authors"):
        draft.each(key, _names)
    if kind not in ("quote", "quotes"):
        draft.each("status", _status)
    if kind == "testimonial":
        _gather_person(draft, "author")
        draft.each("verified", _hand_set)
    if kind == "story":
        draft.each("author", _speaker)
    if kind == "quote":
        _gather_person(draft, "author", only=("name", "role", "url"))
        draft.each("source", _source)
    return draft.table()


class _Draft:
    """A table being changed."""

    def __init__(self, table: Table, report: Report) -> None:
        self.entries, self.keys, self.span, self.report = (
            dict(table.entries),
            dict(table.keys),
            table.span,
            report,
        )

    def each(self, name: str, change: Callable[[_Draft, str, Value], None]) -> None:
        for key in [k for k in self.entries if _folded(k) == name]:
            change(self, key, self.entries[key])

    def put(self, key: str, value: Value, origin: str) -> None:
        if key not in self.entries:
            self.entries[key] = value
            self.keys[key] = self.keys.get(origin, value.span)

    def drop(self, key: str) -> None:
        del self.entries[key]

    def note(self, key: str, message: str) -> None:
        self.report(fault(codes.PEER_NAME, self.keys[key], message))

    def table(self) -> Table:
        return Table(self.entries, self.keys, self.span)


def _published(draft: _Draft, key: str, value: Value) -> None:
    """Read Jekyll's switch and Hugo's date, which share a name; the type tells them apart."""
    if not isinstance(value, Scalar):
        return
    draft.drop(key)
    word = value.text.strip().casefold()
    if word in ("true", "yes", ""):
        return
    if word in ("false", "no"):
        draft.put("draft", Scalar("true", False, value.span), key)
        draft.note(key, f"`{key}: {value.text}` was read as `draft: true`")
    else:
        draft.put("publish_date", value, key)
        draft.note(key, f"`{key}` is called `publish_date` here; it was understood")


def _status(draft: _Draft, key: str, value: Value) -> None:
    if not isinstance(value, Scalar):
        return
    word = value.text.strip().casefold()
    if word in _STATUSES:
        draft.drop(key)
        if _STATUSES[word]:
            draft.put("draft", Scalar("true", False, value.span), key)
            draft.note(key, f"`{key}: {value.text}` was read as `draft: true`")
    elif near := nearest(word, _STATUSES):
        choices = ", ".join(_STATUSES)
        draft.report(
            fault(
                codes.NOT_A_CHOICE,
                value.span,
                f"`{key}` must be one of {choices}, not “{value.text}”",
                hint=f"did you mean “{near}”?",
            )
        )
        draft.drop(key)


def _permalink(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Scalar) and value.text.strip().casefold() in ("true", "false"):
        draft.drop(key)


def _dates(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Table):
        draft.drop(key)
        for name, inner in value.entries.items():
            draft.put({"created": "date"}.get(name, name), inner, key)


def _hoist(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Table):
        draft.drop(key)
        for name, inner in value.entries.items():
            draft.put(name, inner, key)


def _layout(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Scalar) and value.text.strip().casefold() in _PLAIN_LAYOUTS:
        draft.drop(key)


def _first_of(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Sequence):
        real = [item for item in value.items if not (isinstance(item, Scalar) and item.is_null)]
        draft.drop(key)
        if real:
            draft.put(key, real[0], key)


def _gather_picture(draft: _Draft) -> None:
    """Read a lead picture that is a mapping of another tool's, or whose words stand in keys beside it."""
    for name in [name for name in draft.entries if _folded(name) in _picture_names()]:
        value = draft.entries[name]
        words = {k: p for k in draft.entries if (p := _WORDS_OF_PICTURES.get(_folded(k).removeprefix(_folded(name))))}
        if isinstance(value, Scalar) and words and not value.is_null:
            value = Table({"src": value}, {"src": value.span}, value.span)
        if not isinstance(value, Table):
            continue
        beside = {part: draft.entries.pop(key) for key, part in words.items()}
        entries = {key: inner for key, inner in value.entries.items() if _folded(key) not in _PICTURE_SWITCHES}
        draft.entries[name] = Table({**beside, **entries}, value.keys, value.span)
        if any(_is_true(inner) for key, inner in value.entries.items() if _folded(key) == "hidden"):
            draft.note(name, f"`{name}` is hidden; it was left out")
            draft.drop(name)


@cache
def _picture_names() -> frozenset[str]:
    return frozenset(
        name for field in fields_of(Content) if field.name == "image" for name in ("image", *field.doc.peers)
    )


def _folded(key: str) -> str:
    return key.replace("-", "_").casefold()


def _is_true(value: Value) -> bool:
    return isinstance(value, Scalar) and value.text.strip().casefold() in ("true", "yes")


def _names(draft: _Draft, key: str, value: Value) -> None:
    """Turn authors given as maps into their ids or names."""
    items = (
        value.items
        if isinstance(value, Sequence)
        else (value,)
        if isinstance(value, Table) and key == "authors"
        else ()
    )
    if any(isinstance(item, Table) for item in items):
        names = [_name_in(item) if isinstance(item, Table) else item for item in items]
        draft.entries[key] = Sequence(tuple(n for n in names if n), value.span)


def _name_in(table: Table) -> Value | None:
    return next((table.entries[k] for k in ("id", "slug", "name", "display_name") if k in table.entries), None)


def _speaker(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Sequence):
        draft.drop(key)
        draft.put("authors", value, key)


def _gather_person(draft: _Draft, target: str, *, only: tuple[str, ...] = tuple(_PERSON_KEYS)) -> None:
    """Collect a person's flat keys (`name`, `designation`, `org`, …) into one mapping."""
    folded = {_folded(key): key for key in draft.entries}
    given = draft.entries.get(target)
    flat = {key: folded[alias] for key in only for alias in _PERSON_KEYS[key] if alias in folded}
    if (
        isinstance(given, Table)
        or not flat
        or ("name" not in flat and not isinstance(given, Scalar) and target == "author" and "company" not in flat)
    ):
        return
    entries: dict[str, Value] = {"name": given} if isinstance(given, Scalar) else {}
    if "title" in folded and "role" not in flat and "name" in flat:
        flat["role"] = folded["title"]
    for key, origin in flat.items():
        entries.setdefault(key, draft.entries.pop(origin))
    spans = {key: value.span for key, value in entries.items()}
    first = next(iter(entries.values()))
    draft.entries[target] = Table(entries, spans, first.span)
    draft.keys[target] = first.span


def _source(draft: _Draft, key: str, value: Value) -> None:
    if isinstance(value, Scalar) and value.text.startswith(("http://", "https://")):
        draft.entries[key] = Table(
            {"url": value, "kind": Scalar("web", False, value.span)},
            {"url": value.span, "kind": value.span},
            value.span,
        )


def _hand_set(draft: _Draft, key: str, value: Value) -> None:
    message = f"`{key}` is worked out from the records of how a statement was checked"
    draft.report(fault(codes.HAND_SET, draft.keys[key], message, hint="remove the key"))
    draft.drop(key)
