"""What `caresite deploy` says: the plan, the question before it, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session
from caresite.core.deployments import Deployment
from caresite.core.diagnostics import Diagnostic
from caresite.core.texts import counted, seconds_text, size_text
from caresite.deploy.plan import Plan
from caresite.deploy.target import File, Sent
from caresite.deploy.verify import Sample

__all__ = ["answer", "confirmed", "say_done", "say_live", "say_plan"]

_NAMED = 8


def say_plan(session: Session, plan: Plan, deployment: Deployment, *, every: bool) -> None:
    """Print what would be sent and deleted: each file with `every`, else the first few of each."""
    head = f"{deployment.name} ({deployment.kind.name})"
    if plan.is_empty:
        session.say(f"{head}: nothing to send, all {counted(len(plan.wanted.files), 'file')} are there.")
        return
    session.say(f"{head}:")
    _say_files(session, "add", plan.add, every=every)
    _say_files(session, "change", plan.change, every=every)
    if plan.delete:
        session.say(f"  delete  {counted(len(plan.delete), 'file')}")
        _say_names(session, "-", [(path, "") for path in plan.delete], every=every)
    session.say(f"  {counted(plan.unchanged, 'file')} unchanged, {size_text(plan.bytes)} to send")
    stays = plan.there.foreign - plan.wanted.files.keys() - set(plan.delete)
    if stays:
        session.say(f"  {counted(len(stays), 'file')} there that caresite did not put there: left alone")


def _say_files(session: Session, verb: str, files: Sequence[File], *, every: bool) -> None:
    if files:
        size = size_text(sum(file.size for file in files))
        session.say(f"  {verb:<7} {counted(len(files), 'file')}, {size}")
        mark = "+" if verb == "add" else "~"
        _say_names(session, mark, [(file.path, f"  {size_text(file.size)}") for file in files], every=every)


def _say_names(session: Session, mark: str, names: Sequence[tuple[str, str]], *, every: bool) -> None:
    shown = names if every or len(names) <= _NAMED else names[:_NAMED]
    for path, size in shown:
        session.say(f"    {mark} {path}{size}")
    if len(shown) < len(names):
        session.say(f"    … and {len(names) - len(shown):,} more")


def confirmed() -> bool:
    """Ask whether the plan that was shown shall be carried out."""
    return click.confirm("Put this online?")


def say_done(session: Session, plan: Plan, url: str, seconds: float) -> None:
    """Print what was done."""
    sent, gone, cleared = len(plan.add) + len(plan.change), len(plan.delete), len(plan.there.leftovers)
    done = [f"sent {counted(sent, 'file')} ({size_text(plan.bytes)})"] if sent else []
    done += [f"deleted {f'{gone:,}' if sent else counted(gone, 'file')}"] if gone else []
    done = done or [f"cleared {counted(cleared, 'unfinished file')}"]
    where = f" It is at {url}" if url else ""
    said = ", ".join(done)
    session.say(f"{said[:1].upper()}{said[1:]} in {seconds_text(seconds)}.{where}")


def say_live(session: Session, samples: Iterable[Sample], wrong: tuple[Diagnostic, ...]) -> None:
    """Print whether the live site has what was sent."""
    looked = list(samples)
    if wrong:
        print_diagnostics(session, wrong)
    elif looked:
        session.say(f"Looked at {counted(len(looked), 'live page')}: visitors get what was sent.")


def answer(
    session: Session,
    deployment: Deployment,
    plan: Plan,
    sent: Sent,
    *,
    seconds: float,
    is_sent: bool,
    url: str,
    wrong: tuple[Diagnostic, ...],
) -> None:
    """Print the plan and what became of it as one JSON object."""
    session.answer(
        {
            "ok": not wrong,
            "name": deployment.name,
            "target": deployment.kind.name,
            "sent": is_sent,
            "add": [{"path": file.path, "bytes": file.size} for file in plan.add],
            "change": [{"path": file.path, "bytes": file.size} for file in plan.change],
            "delete": list(plan.delete),
            "unchanged": plan.unchanged,
            "bytes": plan.bytes,
            "seconds": round(seconds, 3),
            "url": url if is_sent else "",
            "id": sent.id,
            "diagnostics": as_data(wrong),
        }
    )
