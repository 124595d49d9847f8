"""Text that YAML cuts off: what it takes for a comment or for an anchor, and its author meant as text.

A comment is what people meant where a space follows the `#`: `draft: true # not yet`, `language: en  # British`. It is
text where none does, `the #1 shop`, where a number does, `Rated # 1`, or nothing, `C #`. Numbers, dates, choices and
truth values are never text. A value in quotes is never cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Severity, Span, fault
from caresite.core.values import Scalar, Sequence, Table, Value, plain

__all__ = ["cut_fault", "cut_faults", "reason_and_hint"]

_MEANT = re.compile(
    r"\A\s*#[\s#=*~!-]|\A\n#[\w-]+:(?:\s|$)"
)  # a space, a rule, or a line of YAML that was switched off
_COUNTED = re.compile(r" #[ \t]?\d")


def cut_fault(name: str, value: Scalar, *, unsure: Severity | None = None) -> Diagnostic | None:
    """Return what is wrong with the text `name` when YAML cut it, else None.

    `unsure` is how grave it is when a comment after several words may be one, or text: `Service # quality`.
    """
    if not value.comment and not value.anchor:
        return None
    severity: Severity | None = "warning" if value.anchor or _is_text(value) else unsure if _may_be(value) else None
    if severity is None:
        return None
    reason, hint = reason_and_hint(value)
    return fault(codes.CUT_TEXT, _place(value), f"`{name}` {reason}", hint=hint, severity=severity)


def cut_faults(value: Value, name: str = "") -> Iterator[Diagnostic]:
    """Return what is wrong with every text that was cut inside `value`, of which nobody declared the types."""
    stack = [(name, value)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, Table):
            stack += ((f"{name}.{key}" if name else key, item) for key, item in value.entries.items())
        elif isinstance(value, Sequence):
            stack += ((f"{name}[{number}]", item) for number, item in enumerate(value.items, start=1))
        elif (found := cut_fault(name or "the text", value)) and isinstance(plain(value), str | None):
            yield found


def reason_and_hint(value: Scalar) -> tuple[str, str]:
    """Return what YAML did to a text that it cut, and what to do: the whole value in quotes."""
    comment = value.comment.strip()
    whole = f"{value.anchor}{'' if value.is_null else value.text.strip()} {comment}".strip()
    hint = f"put the whole value in quotes: `{_quoted(whole)}`"
    if value.anchor:
        return f"lacks `{value.anchor.strip()}`: in YAML, a & at the beginning gives the value a name", hint
    if value.is_null:
        return f"has no value: in YAML, # begins a comment, so `{comment}` is not read", hint
    return f"ends before `{comment}`: in YAML, # after a space begins a comment", hint


def _place(value: Scalar) -> Span:
    return value.comment_span if value.comment_span and not value.anchor else value.span


def _is_text(value: Scalar) -> bool:
    """Tell whether what was taken for a comment is text."""
    if value.comment.strip() == "#":
        return not value.is_null
    return _COUNTED.match(value.comment) is not None or not _MEANT.search(value.comment)


def _may_be(value: Scalar) -> bool:
    return value.comment.startswith(" #") and " " in value.text.strip()


def _quoted(text: str) -> str:
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
