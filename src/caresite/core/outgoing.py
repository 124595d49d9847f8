"""What the config may have sent or started: secrets over encrypted lines alone, and no value that a program takes for
one of its own options."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from caresite.core.values import Scalar, Sequence, Table, Value

__all__ = ["is_loopback", "is_private_line", "looks_like_option", "unsafe_values"]

_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


def is_loopback(address: str) -> bool:
    """Tell whether an address leads to this computer itself."""
    return urlsplit(address).hostname in _LOOPBACK


def is_private_line(address: str) -> bool:
    """Tell whether nobody on the way can read what is sent to `address`: it is encrypted, or stays on this computer."""
    return urlsplit(address).scheme.lower() == "https" or is_loopback(address)


def looks_like_option(value: str) -> bool:
    """Tell whether a program could take `value` for an option, or for more than one value."""
    return unquote(value).lstrip().startswith("-") or any(ord(c) < 32 or ord(c) == 127 for c in unquote(value))


def unsafe_values(name: str, value: Value) -> Iterator[tuple[str, Scalar]]:
    """Yield the texts in `value` that look like an option, each with its path below `name`."""
    if isinstance(value, Scalar):
        if looks_like_option(value.text) and not _is_number(value.text):
            yield name, value
    elif isinstance(value, Sequence):
        for number, item in enumerate(value.items, start=1):
            yield from unsafe_values(f"{name}[{number}]", item)
    elif isinstance(value, Table):
        for key, item in value.entries.items():
            yield from unsafe_values(f"{name}.{key}", item)


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit()
