"""`caresite stories export | backup | restore | train`: the store as files, and what its decisions teach."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Literal

import click
import msgspec

from caresite.commands.report import print_diagnostics
from caresite.commands.session import Session
from caresite.commands.stories_look import mended
from caresite.core.diagnostics import Problem
from caresite.core.texts import counted
from caresite.pipeline.publish import output_folder
from caresite.submissions.backup import backup, restore
from caresite.submissions.export import as_csv, as_json
from caresite.submissions.files import write_private
from caresite.submissions.inbox import limits_of
from caresite.submissions.listing import Summary
from caresite.submissions.pull import MODEL
from caresite.submissions.spam.bayes import FEWEST_OF_EACH, Example, learn, trial
from caresite.submissions.store import Store

__all__ = ["refuse_output", "run_backup", "run_export", "run_restore", "run_train"]

_REAL = frozenset(("approved", "awaiting_author", "withdrawn", "expired"))
_UNDECIDED_MOVES = 2  # in, and where the pull put it


def run_export(session: Session, format: Literal["csv", "json"], output: Path | None, state: str) -> int:
    """Print everything that is kept, or write it to `output` for you alone."""
    store = mended(session)
    found = [store.read(s.id).submission for s in store.listing().values() if not state or s.state == state]
    data = as_csv(found) if format == "csv" else as_json(found)
    print_diagnostics(session, store.broken)
    if output is None:
        click.echo(data, nl=False)
    else:
        refuse_output(session, output)
        write_private(output.absolute(), data)
        session.say(f"Wrote {counted(len(found), 'submission')} to {session.shown(output)}. It holds personal data.")
    return 1 if store.broken else 0


def refuse_output(session: Session, path: Path) -> None:
    """Raise BadParameter for a file inside the site that is published."""
    folder = output_folder(session.root, session.settings().config.output_dir).resolve()
    if path.resolve().is_relative_to(folder):
        raise click.BadParameter(f"“{path}” lies in the output folder, which is published", param_hint="--output")


def run_backup(session: Session, output: Path | None) -> int:
    """Write a copy of the private store into one file."""
    store = mended(session)
    if not store.exists:
        session.say("There is nothing to keep a copy of yet.")
        return 0
    target = output or session.root / f"private/stories-{session.now():%Y-%m-%d-%H%M}.tar.gz"
    refuse_output(session, target)
    number = backup(store, target.absolute())
    session.say(f"Wrote {counted(number, 'submission')} to {session.shown(target)}. It holds personal data.")
    return 0


def run_restore(session: Session, source: Path, *, replace: bool) -> int:
    """Bring back what a backup holds; returns 1 when some of it differs from what is there."""
    with suppress(Problem):  # a note or a record that cannot be read may be what the backup is to put right
        mended(session)
    done = restore(Store(session.root), source, replace=replace)
    session.say(f"{counted(done.written, 'file')} brought back, {done.same:,} there already.")
    for name in done.different[:20]:
        session.say(f"  {name} differs and was left; --replace takes it from the backup")
    mended(session)
    return 1 if done.different else 0


def run_train(session: Session) -> int:
    """Learn from your decisions what spam looks like, and keep it only if that is better than the rules alone."""
    store = mended(session)
    limits = limits_of(session.settings())
    examples = []
    for summary in store.listing().values():
        is_spam = _was_found_spam(summary)
        if is_spam is not None:
            item = store.read(summary.id).submission
            examples.append(Example(f"{item.text.title}\n{item.text.body}", is_spam, _rule_points(item.spam.reasons)))
    result = trial(examples, limits.spam)
    with store.locked():
        if result.is_better:
            write_private(store.folder / MODEL, msgspec.json.encode(learn(examples)))
        else:
            (store.folder / MODEL).unlink(missing_ok=True)
    if session.json:
        session.answer(msgspec.to_builtins(result))
    session.say(
        f"{counted(result.examples, 'decision')}: the rules alone are wrong in {result.rules_wrong}, "
        f"with what they teach in {result.learned_wrong}."
    )
    session.say(
        "That is better, and is used from now on."
        if result.is_better
        else f"The rules alone are used. Learning takes {FEWEST_OF_EACH} of each kind, and must be better."
    )
    return 0


def _was_found_spam(summary: Summary) -> bool | None:
    """Tell whether you found it to be spam; None while you have not decided, as what a pull thought teaches nothing."""
    if summary.reason == "spam":
        return True
    is_released = summary.state == "pending" and summary.moves > _UNDECIDED_MOVES
    return False if summary.state in _REAL or is_released else None


def _rule_points(reasons: tuple[str, ...]) -> float:
    """Return the points that rules gave, without those of an earlier model."""
    points = (reason.rpartition("(")[2].rstrip(")") for reason in reasons if "words that you know from" not in reason)
    return sum(float(each) for each in points)
