"""What a build found, told to people and to machines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from caresite.commands.session import Session, printable
from caresite.core.codes import GONE_ADDRESS, MISSING_DISCLOSURE, MISSING_IMAGE, MISSING_PAGE, WITHHELD
from caresite.core.codes_deploy import STAND_IN
from caresite.core.codes_rules import MACHINE_WORDS
from caresite.core.codes_stories import DEAD_FORM
from caresite.core.diagnostics import Diagnostic, Problem, Span, format_text
from caresite.core.files import read_as_text
from caresite.core.texts import counted

if TYPE_CHECKING:
    from caresite.core.config import Checks
    from caresite.core.model import HeldBack

__all__ = [
    "as_data",
    "held_as_data",
    "is_broken_link",
    "is_dead_form",
    "is_named_by",
    "is_withheld",
    "moment_text",
    "print_diagnostics",
    "print_held_back",
    "print_problem",
]

_NEWS = frozenset((GONE_ADDRESS.id, STAND_IN.id))  # notes to see now: the next run has none, or should not
_WITHHOLDING = frozenset((WITHHELD.id, MISSING_DISCLOSURE.id, MACHINE_WORDS.id))
_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
_SEVERITIES = tuple(_COLORS)
_HEAD = re.compile(r"(.*?): (error|warning|note)\[([A-Z]\d+)\] (.*)", re.DOTALL)


# people


def print_diagnostics(session: Session, diagnostics: Sequence[Diagnostic]) -> None:
    """Print errors, then warnings, then notes when they are asked for, each with its line of the file."""
    texts = _texts(session.root, diagnostics)
    shown = [d for severity in _SEVERITIES for d in diagnostics if d.severity == severity and _is_shown(session, d)]
    for diagnostic in shown:
        click.echo(_styled(printable(format_text(diagnostic, texts))))
        for line in _rules(diagnostic) if session.verbose else ():
            click.echo(line)
    notes = sum(d.severity == "note" for d in diagnostics) - sum(d.severity == "note" for d in shown)
    if notes and not session.quiet:
        them = "it" if notes == 1 else "them"
        click.echo(f"{counted(notes, 'more note')}; see {them} with `{_again_with('-v')}`")


def _again_with(option: str) -> str:
    """Return the command that runs, as somebody would type it with an option of caresite besides."""
    names: list[str] = []
    context = click.get_current_context(silent=True)
    while context is not None and context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(("caresite", option, *names))


def _rules(diagnostic: Diagnostic) -> Iterator[str]:
    """Yield a line for each rule for customers' words that a fault breaks."""
    from caresite.core.rules import rules_of

    yield from (f"  rule {rule.id}: {rule.rule} ({rule.basis})" for rule in rules_of(diagnostic))


def print_problem(session: Session, problem: Problem) -> None:
    """Tell why a command could not go on."""
    if session.json:
        session.answer({"ok": False, "diagnostics": as_data(problem.diagnostics)})
    else:
        print_diagnostics(session, problem.diagnostics)


def _is_shown(session: Session, diagnostic: Diagnostic) -> bool:
    if session.quiet:
        return diagnostic.severity == "error"
    return diagnostic.severity != "note" or session.verbose or diagnostic.code in _NEWS


def _texts(root: Path, diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    return {path: read_as_text(root / path) for path in {d.span.path for d in diagnostics if d.span.line}}


def _styled(text: str) -> str:
    head, *rest = text.split("\n")
    if match := _HEAD.fullmatch(head):
        place, severity, code, message = match.groups()
        name = click.style(f"{severity}[{code}]", fg=_COLORS[severity], bold=True)
        head = f"{click.style(place, bold=True)}: {name} {message}"
    return "\n".join((head, *(_styled_line(line) for line in rest)))


def _styled_line(line: str) -> str:
    if line.startswith("  hint:"):
        return line.replace("hint:", click.style("hint:", fg="green"), 1)
    if re.match(r"  [ \d]+ \| +\^+$", line):
        return click.style(line, fg="red")
    return click.style(line, dim=True)


def print_held_back(session: Session, held: Sequence[HeldBack], due: datetime | None, now: datetime) -> None:
    """Print what is not on the site, why, and when that next changes by itself."""
    if session.quiet:
        return
    if held:
        session.say(f"Held back: {counted(len(held), 'item')}")
    for item in held:
        session.say(f"  {item.state:<9} {_held_line(item, now.tzinfo)}")
    if due:
        session.say(f"Next due: {moment_text(due, now.tzinfo)}, {_distance(due - now)}")


def _held_line(item: HeldBack, zone: tzinfo | None) -> str:
    title = "" if is_named_by(item.id, item.title) else f"  “{_short(item.title)}”"
    if item.state == "draft":
        return item.id + title
    when = f"goes live {moment_text(item.due, zone)}" if item.due else item.reason
    return f"{item.id}{title}: {when}"


def is_named_by(page_id: str, title: str) -> bool:
    """Tell whether the path of an item ends in its title already: for want of another, that is its key."""
    return title == page_id or page_id.endswith(f"#{title}")


def _short(title: str) -> str:
    return title if len(title) <= 60 else title[:59] + "…"


def moment_text(moment: datetime, zone: tzinfo | None) -> str:
    """Return a moment in `zone`, with the zone's name: `2026-12-01 09:00 GMT`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _distance(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size:
            return f"in {minutes // size} {unit}s"
    return f"in {counted(minutes, 'minute')}"


# machines


def as_data(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Return diagnostics as JSON has them: one flat object each, `related` as places, `rules` by their ids."""
    from caresite.core.rules import rules_of

    return [
        {
            "code": d.code,
            "severity": d.severity,
            **_place(d.span),
            "message": d.message,
            "hint": d.hint,
            "rules": [rule.id for rule in rules_of(d)],
            "related": [_place(span) for span in d.related],
        }
        for d in diagnostics
    ]


def _place(span: Span) -> dict[str, Any]:
    return {"path": span.path, "line": span.line, "column": span.column, "length": span.length}


def held_as_data(held: Iterable[HeldBack], zone: tzinfo | None) -> list[Mapping[str, Any]]:
    """Return what is held back as JSON has it."""
    return [
        {
            "id": item.id,
            "title": item.title,
            "kind": item.kind,
            "state": item.state,
            "reason": item.reason,
            "date": item.date.astimezone(zone) if item.date else None,
            "due": item.due.astimezone(zone) if item.due else None,
            "line": item.span.line,
        }
        for item in held
    ]


def is_broken_link(diagnostic: Diagnostic, checks: Checks) -> bool:
    """Tell whether a link or a picture of the site leads nowhere, where the config does not make that a warning."""
    level = {MISSING_PAGE.id: checks.links, MISSING_IMAGE.id: checks.images}.get(diagnostic.code, "warning")
    return level == "error"


def is_dead_form(diagnostic: Diagnostic) -> bool:
    """Tell whether what people send with a form would be lost at one of the site's targets."""
    return diagnostic.code == DEAD_FORM.id


def is_withheld(diagnostic: Diagnostic) -> bool:
    """Tell whether a customer's words wait for the owner to settle their consent."""
    return diagnostic.code in _WITHHOLDING and diagnostic.severity != "note"
