"""`caresite theme check`: every type of page, with nothing in it, with as little as possible, and with nasty words."""

from __future__ import annotations

from collections.abc import Iterable

import click

from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session, printable
from caresite.core.texts import counted
from caresite.engine.trial import Trial, try_theme

__all__ = ["run_check"]

_SHOWN = 3


def run_check(session: Session) -> int:
    """Try the theme of the site; returns 1 when anything is wrong with a page that it makes."""
    settings = session.settings()
    trials = try_theme(session.root, settings, session.now())
    bad = any(trial.findings or trial.diagnostics for trial in trials)
    if session.json:
        session.answer({"ok": not bad, "trials": [_data(trial) for trial in trials]})
        return int(bad)
    for trial in trials:
        print_diagnostics(session, trial.diagnostics)
    for message, places in _by_message(trials).items():
        click.echo(printable(_line(message, places)))
    pages, kinds = sum(trial.pages for trial in trials), len({kind for trial in trials for kind in trial.kinds})
    tried = f"{counted(pages, 'page')} of {counted(kinds, 'type')}: empty, with little, and with nasty words"
    session.say(f"Tried {tried}. " + ("Something is wrong." if bad else "Nothing is wrong."))
    return int(bad)


def _by_message(trials: Iterable[Trial]) -> dict[str, dict[str, list[str]]]:
    """Return what is wrong, on which pages, and with what in them."""
    found: dict[str, dict[str, list[str]]] = {}
    for trial in trials:
        for message, pages in trial.findings:
            for page in pages:
                found.setdefault(message, {}).setdefault(page, []).append(trial.name)
    return found


def _line(message: str, places: dict[str, list[str]]) -> str:
    shown = [f"{page} ({', '.join(trials)})" for page, trials in places.items()]
    more = f" and {counted(len(shown) - _SHOWN, 'other page')}" if len(shown) > _SHOWN else ""
    return f"{message}\n  on {', '.join(shown[:_SHOWN])}{more}"


def _data(trial: Trial) -> dict[str, object]:
    return {
        "trial": trial.name,
        "pages": trial.pages,
        "kinds": sorted(trial.kinds),
        "diagnostics": as_data(trial.diagnostics),
        "findings": [{"message": finding.message, "pages": finding.pages} for finding in trial.findings],
    }
