"""`caresite deploy rollback`: visitors get an earlier deploy again, as the host has kept it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from caresite.commands.deploy import chosen, errand_for, exit_code
from caresite.commands.report import print_problem
from caresite.commands.session import Session, printable
from caresite.core.diagnostics import Problem
from caresite.deploy.journal import alone
from caresite.deploy.target import Sent
from caresite.deploy.versions import KeepsVersions, Version

__all__ = ["Flags", "run"]

_SHOWN = 10


class Flags(NamedTuple):
    """The argument and options of `deploy rollback`."""

    name: str = ""
    to: str = ""
    list: bool = False
    yes: bool = False


def run(session: Session, flags: Flags) -> int:
    """Go back; returns 0 when visitors get the earlier deploy, 1 when there is none, 3 when the host failed."""
    if not (flags.yes or flags.list or sys.stdin.isatty()):
        raise click.UsageError("Nobody is here to be asked: say `-y` to go back, or `--list` to see the deploys.")
    deployment = chosen(session.settings().deployments, flags.name)
    errand = errand_for(session, deployment, preview=False, message="")
    try:
        with alone(session.root), deployment.kind.open(deployment.options, errand) as target:
            if not isinstance(target, KeepsVersions):
                raise click.UsageError(
                    f"A target of the kind `{deployment.kind.name}` keeps no earlier deploys: take back the change in "
                    "your texts, and deploy again."
                )
            return _back(session, flags, target)
    except Problem as problem:
        print_problem(session, problem)
        return exit_code(problem)


def _back(session: Session, flags: Flags, target: KeepsVersions) -> int:
    versions = target.versions()
    if flags.list:
        _say(session, versions)
        return 0
    wanted = _wanted(versions, flags.to)
    if wanted is None:
        _answer(session, ok=False, message="There is no earlier deploy to go back to.")
        return 1
    about = f"{wanted.id}, made {wanted.at}{f' (“{wanted.message}”)' if wanted.message else ''}"
    if not flags.yes and not click.confirm(f"Give visitors the deploy {printable(about)} again?", default=False):
        return 1
    sent = target.restore(wanted.id)
    _answer(session, ok=True, message=f"Visitors get the deploy {about} again.", sent=sent)
    return 0


def _wanted(versions: Sequence[Version], to: str) -> Version | None:
    """Return the version asked for by the beginning of its id, else the one before that which is shown."""
    if to:
        found = [version for version in versions if version.id.startswith(to)]
        if len(found) != 1:
            said = "no deploy that can be shown again" if not found else "more than one deploy"
            raise click.UsageError(f"`{to}` names {said}; see `caresite deploy rollback --list`.")
        return found[0]
    shown = next((n for n, version in enumerate(versions) if version.is_shown), -1)
    return versions[shown + 1] if 0 <= shown < len(versions) - 1 else None


def _say(session: Session, versions: Sequence[Version]) -> None:
    if session.json:
        session.answer({"ok": True, "deploys": versions})
        return
    for version in versions[:_SHOWN]:
        mark = "→" if version.is_shown else " "
        session.say(f"{mark} {version.id}  {version.at}  {version.message}".rstrip())


def _answer(session: Session, *, ok: bool, message: str, sent: Sent | None = None) -> None:
    if session.json:
        session.answer({"ok": ok, "message": message, **({"id": sent.id, "url": sent.url} if sent else {})})
    elif ok:
        session.say(message)
    else:
        click.echo(message, err=True)
