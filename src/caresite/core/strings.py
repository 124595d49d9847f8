"""Strings of a record: list every one with its path, or change them all, however deep they are nested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

__all__ = ["change_strings", "strings_of"]


def strings_of(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each string in a record, mapping or tuple with its path, written as in front matter: `quotes[2].text`.

    List items are counted from 1. Keys of mappings are yielded too, as somebody wrote them.
    """
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from strings_of(getattr(value, name), _below(path, name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield _below(path, str(key)), str(key)
            yield from strings_of(inner, _below(path, str(key)))
    elif isinstance(value, (tuple, list)):
        for number, inner in enumerate(value, start=1):
            yield from strings_of(inner, f"{path}[{number}]")


def change_strings(value: Any, change: Callable[[str], str], keep: frozenset[str] = frozenset()) -> Any:
    """Return `value` with `change` applied to each string, but to none below a field or key named in `keep`."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Struct):
        fields = [name for name in value.__struct_fields__ if name not in keep]
        return replace(value, **{name: change_strings(getattr(value, name), change, keep) for name in fields})
    if isinstance(value, Mapping):
        return {k: inner if k in keep else change_strings(inner, change, keep) for k, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(change_strings(inner, change, keep) for inner in value)
    return value


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
