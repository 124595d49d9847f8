"""A quote added to a collection's file, with every other line of the file left as it is."""

from __future__ import annotations

from pathlib import Path

from caresite.commands.scaffold import Start, help_of, list_item, yaml_text
from caresite.core import codes
from caresite.core.diagnostics import Problem, fault
from caresite.core.files import decode_text
from caresite.core.values import Sequence, Table, Value, plain, read_yaml

__all__ = ["add_quote", "new_collection"]


def new_collection(title: str, start: Start) -> str:
    """Return the text of a new collection that holds one quote."""
    return f"title: {yaml_text(title)}\n\n{help_of('quote')}quotes:\n{list_item(start, '  ')}"


def add_quote(path: Path, name: str, start: Start) -> str:
    """Return the text of the collection at `path`, called `name` in messages, with the new quote at its end.

    Raises Problem when the file cannot be read, has the id already, or is written in a way that nothing can
    be added to without touching the rest.
    """
    text, _ = decode_text(path.read_bytes(), name)
    value = read_yaml(text, name)
    found = _quotes(value)
    if found is None:
        raise Problem(fault(codes.NO_ITEMS, value.span, "no list of quotes was found in the file"))
    _refuse_twice(found, start.slug)
    added = _inserted(text, value, found, start)
    if not _is_same_but_one(text, added, name):
        hint = "add the quote by hand: \n" + list_item(start, "  ")
        message = "the list is not written one quote below another, so none was added"
        raise Problem(fault(codes.BAD_YAML, found.span, message, hint=hint))
    return added


def _quotes(value: Value) -> Sequence | None:
    if isinstance(value, Sequence):
        return value
    for key in ("quotes", "items"):
        listed = value.entries.get(key) if isinstance(value, Table) else None
        if isinstance(listed, Sequence):
            return listed
    return None


def _refuse_twice(quotes: Sequence, slug: str) -> None:
    for item in quotes.items:
        given = item.entries.get("id") if isinstance(item, Table) else None
        if given is not None and plain(given) == slug:
            hint = "give the new one another id with `--slug`"
            raise Problem(fault(codes.DUPLICATE_ID, given.span, f"there is a quote `{slug}` already", hint=hint))


def _inserted(text: str, value: Value, quotes: Sequence, start: Start) -> str:
    """Put the quote after the list: before the next key of the file, or at its end."""
    lines = text.splitlines(keepends=True)
    last = quotes.items[-1].span.line if quotes.items else quotes.span.line
    following = [span.line for span in value.keys.values()] if isinstance(value, Table) else []
    place = min((line - 1 for line in following if line > last), default=len(lines))
    while place > last and _is_empty(lines[place - 1]):
        place -= 1
    if place and not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    indent = " " * max(0, quotes.span.column - 1)
    return "".join((*lines[:place], "\n", list_item(start, indent), *lines[place:]))


def _is_empty(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _is_same_but_one(before: str, after: str, name: str) -> bool:
    """Tell whether `after` says what `before` does, and one quote more at the end of the list."""
    try:
        old, new = read_yaml(before, name), read_yaml(after, name)
    except Problem:
        return False
    olds, news = _quotes(old), _quotes(new)
    if olds is None or news is None or plain(olds) != plain(news)[:-1]:
        return False
    return not isinstance(old, Table) or list(plain(old)) == list(plain(new))
