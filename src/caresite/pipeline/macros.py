"""Macros: a component that says the same for the same page is worked out once, however many lists show it.

A macro that is imported without context knows only its arguments, the site and the theme, which never change
during a build. So its words for a page of the site can be kept, together with what was noted while they were made
(assets asked for, faults found), and said again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from jinja2 import Environment
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.nodes import Call, Expr, Filter, Getattr, Impossible, Test
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from caresite.core.model import Page
from caresite.pipeline.notes import Notebook

__all__ = ["MacroMemory", "PlainContext", "RememberedMacro", "RememberingCodeGenerator", "macro_of"]


class MacroMemory:
    """Knows what the words of a macro depend on; what macros say is kept in the notebook."""

    def __init__(self, notes: Notebook, pages: Mapping[str, Page], language: Callable[[], str]) -> None:
        self.notes = notes
        self.pages = pages
        self.language = language

    def key_of(self, macro: int, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """Return what these words depend on, or None when an argument is more than a plain value or a page."""
        parts: list[Any] = [macro, self.language()]
        for value in (*arguments, *named.items()) if named else arguments:
            kind = value.__class__
            if isinstance(value, Page):
                if self.pages.get(value.id) is not value:
                    return None
                parts.append(("page", value.id))
            elif kind is str:
                parts.append(value)
            elif kind is bool or kind is int or value is None:
                parts.append((kind, value))
            elif kind is tuple and len(value) == 2 and isinstance(value[1], (str, int)):
                parts.append((value[0], value[1].__class__, value[1]))
            else:
                return None
        return tuple(parts)


class RememberedMacro(Macro):
    """A macro whose words depend on its arguments alone."""

    memory: MacroMemory

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        key = self.memory.key_of(id(self), args, kwargs)
        if key is None:
            return self._say(*args, **kwargs)
        return self.memory.notes.recall(key, lambda: self._say(*args, **kwargs))

    def _say(self, *args: Any, **kwargs: Any) -> str:
        if not kwargs and len(args) == self._argument_count and not self.caller:
            return Markup(self._func(*args))
        said: str = Macro.__call__(self, *args, **kwargs)
        return said


class PlainContext(Context):
    """A context that calls what templates call as Python does; only callables that ask for it get the context."""

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja names them
        if hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        return __obj(*args, **kwargs)


class RememberingCodeGenerator(CodeGenerator):
    """Compiles templates so that their macros are made by the environment, which knows which it may remember.

    A template that the environment trusts, by the file it stands in, reads and calls as Python does; in all others
    each attribute and each call is checked by the sandbox. What a template reads by a key, or through a filter, is
    checked in both, as the key may come from the other.
    """

    @cached_property
    def is_trusted(self) -> bool:
        trusts: Callable[[str | None], bool] = self.environment.trusts  # type: ignore[attr-defined]
        return trusts(self.filename)

    def _output_child_to_const(self, node: Expr, frame: Frame, finalize: Any) -> str:
        """Refuse to work out a filter while compiling: what it says depends on the site, and the code serves all."""
        if isinstance(node, (Filter, Test)) or node.find((Filter, Test)) is not None:  # type: ignore[arg-type]
            raise Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def visit_Getattr(self, node: Getattr, frame: Frame) -> None:  # noqa: N802
        if not self.is_trusted:
            super().visit_Getattr(node, frame)
            return
        self.write("environment.unchecked_getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def visit_Call(self, node: Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        self.write("context.call(" if self.is_trusted else "environment.call(context, ")
        self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        self.write("environment.macro(context, ")
        super().macro_def(macro_ref, frame)
        self.write(")")


def macro_of(memory: MacroMemory, environment: Environment, context: Context, macro: Macro) -> Macro:
    """Return `macro` as one that remembers, if its template was imported and so knows nothing of the page around it."""
    if context.parent.keys() - environment.globals.keys():
        return macro
    found = RememberedMacro.__new__(RememberedMacro)
    found.__dict__.update(macro.__dict__)
    found.memory = memory
    return found
