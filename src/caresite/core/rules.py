"""The rules for words of customers, as `rules.yaml` has them, and which of them a fault breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from caresite.core import codes, codes_markdown, codes_rules, codes_stories
from caresite.core.diagnostics import Code, Diagnostic, Problem
from caresite.core.schema import Doc, Reading, decode
from caresite.core.values import Sequence, Table, read_yaml

__all__ = ["Rule", "all_rules", "remedy_of", "rules_by_code", "rules_of", "stops_going_live"]

_FILE = Path(__file__).with_name("rules.yaml")


class Rule(Struct, frozen=True, kw_only=True):
    """One rule: what must be or must not be, why, and what keeps it."""

    id: Annotated[str, Doc("Its name: a letter for what it is about, and a number.")]
    severity: Annotated[Literal["error", "warning"], Doc("How much it weighs.")]
    kept: Annotated[Literal["check", "gate", "command", "pages"], Doc("What keeps it.")]
    rule: Annotated[str, Doc("The rule, in one sentence.")]
    basis: Annotated[str, Doc("The law or custom that it comes from.")]
    codes: Annotated[tuple[str, ...], Doc("The faults that break it.")] = ()
    says: Annotated[str, Doc("What is in their messages when they do; a regular expression.")] = ""
    stops: Annotated[bool, Doc("Whether a site that breaks it stays offline, where that is no error already.")] = False
    how: Annotated[str, Doc("What keeps it where no fault can, or besides.")] = ""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, in the order in which they are told. Raises Problem when our own file is damaged."""
    value = read_yaml(_FILE.read_text("utf-8"), _FILE.name)
    found: list[Diagnostic] = []
    reading = Reading(ZoneInfo("UTC"), found.append, unknown="error")
    entries = value.items if isinstance(value, Sequence) else ()
    rules = [decode(entry, Rule, reading)[0] for entry in entries if isinstance(entry, Table)]
    if found:
        raise Problem(*found)
    return tuple(rule for rule in rules if rule)


@cache
def _codes() -> Mapping[str, Code]:
    modules = (codes, codes_markdown, codes_rules, codes_stories)
    return {code.id: code for module in modules for code in vars(module).values() if isinstance(code, Code)}


def rules_of(diagnostic: Diagnostic) -> tuple[Rule, ...]:
    """Return the rules that a fault breaks; none for faults that have nothing to do with customers' words."""
    return tuple(rule for rule in all_rules() if _breaks(diagnostic, rule))


def stops_going_live(diagnostic: Diagnostic) -> tuple[Rule, ...]:
    """Return the rules for whose sake a site stays offline while it has this fault; none for what is only noted."""
    if diagnostic.severity == "note":
        return ()
    return tuple(rule for rule in rules_of(diagnostic) if rule.stops or rule.kept == "gate")


def _breaks(diagnostic: Diagnostic, rule: Rule) -> bool:
    return diagnostic.code in rule.codes and re.search(rule.says, diagnostic.message, re.IGNORECASE) is not None


def remedy_of(rule: Rule) -> str:
    """Return what to do about a rule that was broken: the advice of its faults."""
    advice = (_codes()[code].advice for code in rule.codes)
    return " ".join(dict.fromkeys(advice)) or "Nothing has to be done: caresite sees to it."


def rules_by_code() -> Mapping[str, tuple[str, ...]]:
    """Return the ids of the rules that each code belongs to."""
    found: dict[str, list[str]] = {}
    for rule in all_rules():
        for code in rule.codes:
            found.setdefault(code, []).append(rule.id)
    return {code: tuple(ids) for code, ids in found.items()}
