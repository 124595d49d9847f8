"""`caresite clean`: remove the output folder and the cache, and nothing else."""

from __future__ import annotations

from pathlib import Path

from caresite.commands.session import Session
from caresite.core.codes import FOREIGN_OUTPUT
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import remove_tree
from caresite.pipeline.own_output import is_own_output, mark_beside
from caresite.pipeline.publish import output_folder

__all__ = ["run"]


def run(session: Session) -> int:
    """Remove what builds have made. Raises Problem when the output folder is not one of ours."""
    output = output_folder(session.root, session.settings().config.output_dir)
    _refuse_foreign(output)
    removed = [folder for folder in (output, session.root / ".caresite") if _remove(folder)]
    mark_beside(output).unlink(missing_ok=True)
    if session.json:
        session.answer({"ok": True, "removed": [session.shown(folder) for folder in removed]})
    for folder in removed:
        session.say(f"Removed {session.shown(folder)}/")
    if not removed:
        session.say("There was nothing to remove.")
    return 0


def _refuse_foreign(folder: Path) -> None:
    if folder.is_symlink() or (folder.is_dir() and any(folder.iterdir()) and not is_own_output(folder)):
        message = f"`{folder.name}/` was not made by caresite, so it was left alone"
        raise Problem(fault(FOREIGN_OUTPUT, Span(folder.name), message, hint="remove it yourself"))


def _remove(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    remove_tree(folder)
    return True
