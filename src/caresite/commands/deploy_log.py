"""`caresite deploy log`: what deploys from this computer did."""

from __future__ import annotations

from caresite.commands.report import moment_text
from caresite.commands.session import Session
from caresite.core.texts import counted, seconds_text, size_text
from caresite.deploy.journal import Entry, entries

__all__ = ["run"]


def run(session: Session, number: int) -> int:
    """List the last deploys, newest first."""
    newest = list(entries(session.root))[: -number - 1 : -1]
    if session.json:
        session.answer({"deploys": newest})
        return 0
    zone = session.settings().zone
    for entry in newest:
        session.say(f"{moment_text(entry.at, zone)}  {entry.name} ({entry.target}): {_result(entry)}")
    if not newest:
        session.say("No deploy has been made from this computer.")
    return 0


def _result(entry: Entry) -> str:
    kind = "preview, " if entry.preview else ""
    if entry.fault:
        return f"{kind}stopped ({entry.fault})"
    files = f"{entry.added} added, {entry.changed} changed, {entry.deleted} deleted"
    name = f", {entry.id}" if entry.id else ""
    sent = f"{size_text(entry.bytes)} in {seconds_text(entry.seconds)}"
    return f"{kind}{counted(entry.added + entry.changed, 'file')} sent ({files}; {sent}){name}"
