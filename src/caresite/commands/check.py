"""`caresite check`: build in memory, write nothing, and fail on what must not go online."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

from caresite.commands.build import data_of, now_of, pages_of
from caresite.commands.progress import shown_progress
from caresite.commands.report import (
    is_withheld,
    print_diagnostics,
    print_held_back,
)
from caresite.commands.session import Session
from caresite.core.diagnostics import Diagnostic
from caresite.core.texts import counted, seconds_text
from caresite.engine.build import Built, Options, build

__all__ = ["Flags", "run"]


class Flags(NamedTuple):
    """The options of `check`."""

    fail_on: Literal["error", "warning"] = "error"
    format: Literal["text", "json"] = "text"
    base_url: str = ""
    clock: str = ""


def run(session: Session, flags: Flags) -> int:
    """Check the site and return 0 when nothing stands in the way of going online, else 1."""
    session = session._replace(json=session.json or flags.format == "json")
    options = Options(
        now=now_of(session, flags.clock),
        configs=session.configs,
        env=session.env,
        environ=os.environ,
        base_url=flags.base_url,
        publish=False,
    )
    start = time.perf_counter()
    with shown_progress(session) as tell:
        built = build(session.root, options, progress=tell)
    seconds = time.perf_counter() - start
    failures = _failures(built.diagnostics, flags.fail_on)
    if session.json:
        session.answer(data_of(built, seconds, ok=not failures))
    else:
        _tell(session, built, seconds, failures)
    return 1 if failures else 0


def _failures(diagnostics: Sequence[Diagnostic], fail_on: str) -> list[Diagnostic]:
    """Return what fails the check: errors, and withheld words until the owner settles their consent."""
    severities = ("error", "warning") if fail_on == "warning" else ("error",)
    return [d for d in diagnostics if d.severity in severities or is_withheld(d)]


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
