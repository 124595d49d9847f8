"""The sandbox: what a template of the site or of a downloaded theme may read and call.

Such a template gets data: pages, records, lists, dates, text. It reaches no file, no program, no environment variable
and no Python object behind them. caresite's own themes are compiled to code without these checks
(`pipeline.macros`), so they cost nothing there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from functools import lru_cache, partial, wraps
from types import BuiltinMethodType, GenericAlias, MappingProxyType, MethodType, ModuleType
from typing import Any

from jinja2 import Undefined
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace, generate_lorem_ipsum
from msgspec import Struct

__all__ = ["OutOfBounds", "Sandbox", "bounded", "may_read"]

MOST = 1_000_000  # characters, items or steps that one expression may ask for
_MOST_BITS = 10_000  # of a whole number
_DATA: tuple[type, ...] = (
    *(str, bytes, int, float, complex, bool, type(None), list, tuple, dict, set, frozenset, range, slice),
    *(date, time, timedelta, MappingProxyType),
    *(type({}.keys()), type({}.values()), type({}.items())),
    *(LoopContext, Namespace, TemplateModule, Undefined),
)
_SOME = {
    Macro: frozenset(("name", "arguments", "catch_kwargs", "catch_varargs", "caller")),
    Cycler: frozenset(("next", "reset", "current")),
    BlockReference: frozenset(("super",)),
}
_CALLED = (Macro, LoopContext, BlockReference, Joiner, partial)
_OURS = frozenset(("caresite", "jinja2", "builtins", *sys.stdlib_module_names))
_WIDTH = re.compile(r"\d{6}")
_LONG_FILTERS = ("batch", "center", "indent", "round", "slice")


class OutOfBounds(SecurityError):
    """A template asks for more than a page can need."""


@lru_cache(maxsize=4096)
def may_read(kind: type, name: str) -> bool:
    """Tell whether templates in the sandbox may read the attribute `name` of values of type `kind`.

    A class of ours that is made for templates says in `kept_from_templates` which of its names are not; of records
    they may read the fields that hold data. Values of plugins are theirs to answer for.
    """
    if name.startswith("_") or issubclass(kind, type):
        return False
    kept = getattr(kind, "kept_from_templates", None)
    if kept is not None:
        return name not in kept
    for base, names in _SOME.items():
        if issubclass(kind, base):
            return name in names
    if issubclass(kind, (*_DATA, Struct)):
        return True
    return kind.__module__.partition(".")[0] not in _OURS


def _is_bound_to_data(call: Any) -> bool:
    """Tell whether `call` is a method of a value that templates may read."""
    if not isinstance(call, (MethodType, BuiltinMethodType)):
        return False
    owner = call.__self__
    if owner is None or isinstance(owner, ModuleType):
        return False
    kind = owner if isinstance(owner, type) else type(owner)  # `dict.fromkeys` belongs to the class
    return may_read(kind, call.__name__)


class _Format:
    """`format` of a text, with what its fields may read under the same rules."""

    def __init__(self, text: str, fill: Callable[..., str]) -> None:
        self._text = text
        self._fill = fill

    def __call__(self, *args: Any, **named: Any) -> str:
        _check_width(self._text)
        return self._fill(*args, **named)


class Sandbox(SandboxedEnvironment):
    """An environment whose templates reach data alone. Lists stay mutable, as templates collect things in them."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.binop_table |= {"*": _product, "**": _power, "%": _remainder}
        self.globals |= {"range": _range, "lipsum": bounded(generate_lorem_ipsum, 1000)}
        self.filters |= {name: bounded(self.filters[name]) for name in _LONG_FILTERS}
        self.filters["format"] = _format_filter(self.filters["format"])

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        kind: type = type(obj)
        return super().is_safe_attribute(obj, attr, value) and may_read(kind, attr)

    def is_safe_callable(self, obj: Any) -> bool:
        if not super().is_safe_callable(obj):
            return False
        is_known = isinstance(obj, (*_CALLED, _Format)) or any(obj is known for known in self.globals.values())
        if is_known or isinstance(obj, Undefined) or _is_bound_to_data(obj):
            return True
        return not isinstance(obj, (type, GenericAlias)) and type(obj).__module__.partition(".")[0] not in _OURS

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        raise SecurityError(f"`{attribute}` of {_called(obj)} is out of reach for this template")

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        fill = super().wrap_str_format(value)
        return _Format(str(value.__self__), fill) if fill else None

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja's
        if not __self.is_safe_callable(__obj):
            raise SecurityError(f"{_called(__obj)} cannot be called by this template")
        if isinstance(getattr(__obj, "__self__", None), (str, bytes, list)):
            _check_numbers((*args, *kwargs.values()), MOST)
        return __context.call(__obj, *args, **kwargs)


def _called(value: Any) -> str:
    if hasattr(type(value), "kept_from_templates"):
        return f"`{getattr(type(value), 'name_in_templates', type(value).__name__)}`"
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} `{name}`"


# bounds


def _refuse(what: str) -> OutOfBounds:
    return OutOfBounds(f"{what}; one expression may ask for {MOST:,} at most")


def _check_numbers(values: Any, most: int) -> None:
    for value in values:
        if isinstance(value, int) and abs(value) > most:
            raise _refuse(f"{value:,} is too much here")


def _check_width(text: str) -> None:
    if _WIDTH.search(text):
        raise _refuse("the width in this format is too much")


def _range(*args: int) -> range:
    steps = range(*args)
    if len(steps[: MOST + 1]) > MOST:
        raise _refuse(f"`range({', '.join(map(str, args))})` is too long")
    return steps


def bounded(call: Callable[..., Any], most: int = MOST) -> Callable[..., Any]:
    """Return `call` as a function that refuses whole numbers beyond `most`."""

    @wraps(call)
    def checked(*args: Any, **named: Any) -> Any:
        _check_numbers((*args, *named.values()), most)
        return call(*args, **named)

    return checked


def _format_filter(fill: Callable[..., str]) -> Callable[..., str]:
    @wraps(fill)
    def checked(value: Any, *args: Any, **named: Any) -> str:
        _check_width(str(value))
        _check_numbers((*args, *named.values()) if "*" in str(value) else (), MOST)
        return fill(value, *args, **named)

    return checked


def _product(left: Any, right: Any) -> Any:
    for text, times in ((left, right), (right, left)):
        if isinstance(times, int) and hasattr(text, "__len__") and len(text) * times > MOST:
            raise _refuse(f"{times:,} times {_called(text)} is too much")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > _MOST_BITS:
        raise _refuse(f"{left} to the power of {right} is too much")
    return left**right


def _remainder(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        values = right.values() if isinstance(right, Mapping) else right if isinstance(right, tuple) else (right,)
        _check_width(left)
        _check_numbers(values if "*" in left else (), MOST)
    return left % right
