"""`caresite theme`: what a theme makes of the colours and options of this site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session
from caresite.core.codes import CANNOT_WRITE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import write_atomically
from caresite.core.model import Output
from caresite.engine.preview import preview
from caresite.pipeline.themes import load_theme

__all__ = ["DEFAULT_FILE", "run_preview"]

DEFAULT_FILE = "theme-preview/index.html"
_DIGEST = "[0-9a-f]{10}"


def run_preview(session: Session, output: Path | None) -> int:
    """Write the preview of the site's theme to `output`, its assets beside it; returns 1 when it cannot be rendered."""
    settings = session.settings()
    theme, found = load_theme(session.root, settings)
    (page, *assets), more = preview(settings, theme, session.now())
    diagnostics = (*found, *more)
    ok = not any(d.severity == "error" for d in diagnostics)
    file = output or session.root / DEFAULT_FILE
    if ok:
        _write(file, page, assets)
    if session.json:
        written = {"file": session.shown(file)} if ok else {}
        session.answer({"ok": ok, **written, "diagnostics": as_data(diagnostics)})
        return 0 if ok else 1
    print_diagnostics(session, diagnostics)
    session.say(f"Wrote {session.shown(file)}: open it in a browser." if ok else "Nothing was written.")
    return 0 if ok else 1


def _write(file: Path, page: Output, assets: Iterable[Output]) -> None:
    """Write the page and its assets, and remove what these were before. Raises Problem when the disk says no."""
    try:
        for asset in assets:
            path = file.parent / asset.path
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, asset.data)
            _remove_others(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, page.data)
    except OSError as error:
        message = f"the preview cannot be written: {error.strerror}"
        raise Problem(fault(CANNOT_WRITE, Span(str(file)), message)) from None


def _remove_others(path: Path) -> None:
    """Remove the same asset with other contents: its name is the same but for the digest."""
    name = PurePosixPath(path.name)
    stem = name.stem.rpartition(".")[0]
    same = re.compile(rf"{re.escape(stem)}\.{_DIGEST}{re.escape(name.suffix)}")
    for other in path.parent.iterdir():
        if other != path and same.fullmatch(other.name):
            other.unlink()
