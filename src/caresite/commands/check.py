"""`caresite check`: build in memory, write nothing, and fail on what must not go online."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from caresite.commands.build import data_of, pages_of
from caresite.commands.progress import shown_progress
from caresite.commands.report import (
    is_broken_link,
    is_dead_form,
    is_withheld,
    print_diagnostics,
    print_held_back,
)
from caresite.commands.session import Session
from caresite.core.config import Checks
from caresite.core.diagnostics import Diagnostic, sort_key
from caresite.core.rules import rules_of, stops_going_live
from caresite.core.texts import counted, seconds_text
from caresite.deploy.guards import stand_ins
from caresite.engine.build import Built, Options, build
from caresite.pipeline.gates import Gates

__all__ = ["Flags", "run"]


class Flags(NamedTuple):
    """The options of `check`."""

    fail_on: Literal["error", "warning"] = "error"
    format: Literal["text", "json"] = "text"
    base_url: str = ""
    topic: Literal["consent"] | None = None


def run(session: Session, flags: Flags) -> int:
    """Check the site and return 0 when nothing stands in the way of going online, else 1."""
    session = session._replace(json=session.json or flags.format == "json")
    options = Options(
        now=session.now(),
        gates=Gates(today=session.real_now()),
        configs=session.configs,
        env=session.env,
        environ=os.environ,
        base_url=flags.base_url,
        publish=False,
        finish=False,
    )
    start = time.perf_counter()
    with shown_progress(session) as tell:
        built = build(session.root, options, progress=tell)
    seconds = time.perf_counter() - start
    built = _with_kept(session, built)
    if flags.topic:
        return _check_rules(session, built, flags)
    failures = _failures(built.diagnostics, flags.fail_on, _checks(built))
    if session.json:
        session.answer(data_of(built, seconds, ok=not failures))
    else:
        _tell(session, built, seconds, failures)
        _say_why(session, failures, flags)
    return 1 if failures else 0


def _with_kept(session: Session, built: Built) -> Built:
    """Return what was found with what the config and the private store tell besides, where there is one."""
    found = (*built.diagnostics, *(stand_ins(built.site.settings) if built.site else ()))
    if (session.root / "private/submissions").is_dir():
        from caresite.commands.check_rules import kept_diagnostics

        found = (*found, *kept_diagnostics(session, built))
    return replace(built, diagnostics=tuple(sorted(found, key=sort_key)))


def _check_rules(session: Session, built: Built, flags: Flags) -> int:
    """Tell of the rules for customers' words alone; returns 1 when something breaks one of them."""
    from caresite.commands.check_rules import rules_as_data, tell_rules

    found = [diagnostic for diagnostic in built.diagnostics if rules_of(diagnostic)]
    failures = _failures(found, flags.fail_on, _checks(built))
    if session.json:
        session.answer({"ok": not failures, "rules": rules_as_data(found)})
    else:
        tell_rules(session, found, has_store=(session.root / "private/submissions").is_dir())
    return 1 if failures else 0


def _checks(built: Built) -> Checks:
    return built.site.settings.config.check if built.site else Checks()


def _failures(diagnostics: Sequence[Diagnostic], fail_on: str, checks: Checks) -> list[Diagnostic]:
    """Return what fails the check: errors, words withheld until their consent is settled, and what stops a deploy."""
    severities = ("error", "warning") if fail_on == "warning" else ("error",)
    return [
        d
        for d in diagnostics
        if d.severity in severities
        or is_withheld(d)
        or is_dead_form(d)
        or is_broken_link(d, checks)
        or stops_going_live(d)
    ]


def _say_why(session: Session, failures: Sequence[Diagnostic], flags: Flags) -> None:
    """Say why a check without an error fails."""
    if not failures or any(d.severity == "error" for d in failures):
        return
    stopping = [d for d in failures if d in _failures(failures, "error", Checks())]
    codes = ", ".join(sorted({d.code for d in stopping}))
    if stopping:
        them = "it" if len(stopping) == 1 else "them"
        session.say(f"The check fails because `caresite deploy` refuses {them}, whatever `--fail-on` says: {codes}.")
    else:
        session.say(f"The check fails on warnings, as `--fail-on {flags.fail_on}` asks.")


def _tell(session: Session, built: Built, seconds: float, failures: Sequence[Diagnostic]) -> None:
    print_diagnostics(session, built.diagnostics)
    if site := built.site:
        print_held_back(session, site.held_back, site.next_due, site.clock)
    checked = f"Checked {counted(pages_of(built), 'page')} in {seconds_text(seconds)}: "
    errors = sum(d.severity == "error" for d in built.diagnostics)
    warnings = sum(d.severity == "warning" for d in built.diagnostics)
    found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}."
    session.say(checked + (found if errors or warnings else "nothing is wrong."))
    withheld = sum(is_withheld(d) for d in failures)
    if withheld:
        session.say(
            f"{counted(withheld, 'item')} withheld for want of consent: record it, show less, or take the item out."
        )
