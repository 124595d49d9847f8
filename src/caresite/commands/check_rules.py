"""`caresite check consent`: the rules for customers' words, one by one, with what was found against each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session
from caresite.core.codes_rules import KEPT_TOO_LONG, LOPSIDED, ONE_SENDER
from caresite.core.diagnostics import Diagnostic
from caresite.core.rules import Rule, all_rules, remedy_of, rules_of
from caresite.core.texts import counted
from caresite.engine.build import Built

__all__ = ["kept_diagnostics", "rules_as_data", "tell_rules"]

_KEEPERS = {"check": "a check", "gate": "the gate", "command": "the commands", "pages": "the pages themselves"}
_OF_THE_STORE = frozenset((KEPT_TOO_LONG.id, LOPSIDED.id, ONE_SENDER.id))


def kept_diagnostics(session: Session, built: Built) -> tuple[Diagnostic, ...]:
    """Return what the private store tells of the rules; nothing where there is none, as on a host."""
    site = built.site
    if site is None or not (session.root / "private/submissions").is_dir():
        return ()
    from caresite.submissions.promises import check_kept
    from caresite.submissions.store import Store

    shown = {str(getattr(page.meta, "consent_ref", "")) for page in site.pages.values()}
    return tuple(check_kept(Store(session.root), site.clock.date(), shown=shown, settings=site.settings))


def tell_rules(session: Session, found: Sequence[Diagnostic], *, has_store: bool) -> None:
    """Print each broken rule with what breaks it; with `-v` the others too, and what keeps them."""
    broken = _broken(found)
    for rule in all_rules():
        if rule in broken:
            session.say(f"{rule.id}  {rule.rule} ({rule.severity}; {rule.basis})")
            print_diagnostics(session._replace(verbose=False), broken[rule])
            session.say()
    for rule in all_rules() if session.verbose else ():
        if rule not in broken:
            session.say(f"{rule.id}  kept by {_KEEPERS[rule.kept]}: {rule.rule} {rule.how}".rstrip())
    session.say(f"Looked at {counted(len(all_rules()), 'rule')} for customers’ words: {_verdict(broken)}.")
    unseen = [rule.id for rule in all_rules() if _OF_THE_STORE & set(rule.codes)]
    if not has_store:
        session.say(f"There is no private store here, so {', '.join(unseen)} could be looked at only in part.")


def _verdict(broken: Mapping[Rule, object]) -> str:
    return f"{len(broken)} broken, {', '.join(rule.id for rule in broken)}" if broken else "none is broken"


def _broken(found: Iterable[Diagnostic]) -> Mapping[Rule, list[Diagnostic]]:
    broken: dict[Rule, list[Diagnostic]] = {}
    for diagnostic in found:
        for rule in rules_of(diagnostic) if diagnostic.severity != "note" else ():
            broken.setdefault(rule, []).append(diagnostic)
    return broken


def rules_as_data(found: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """Return every rule as JSON has it, with what was found against it."""
    broken = _broken(found)
    return [
        {
            "id": rule.id,
            "severity": rule.severity,
            "rule": rule.rule,
            "basis": rule.basis,
            "kept_by": rule.kept,
            "how": rule.how,
            "remedy": remedy_of(rule),
            "codes": list(rule.codes),
            "findings": as_data(broken.get(rule, ())),
        }
        for rule in all_rules()
    ]
