"""Editors: how a link in the browser opens a file where a fault is."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from msgspec import Struct

from caresite.core.diagnostics import Span

__all__ = ["Editor", "editor_of"]

# How the editors with a window of their own are told a place.
_ARGUMENTS = {
    "code": ("--goto", "{file}:{line}:{column}"),
    "code-insiders": ("--goto", "{file}:{line}:{column}"),
    "codium": ("--goto", "{file}:{line}:{column}"),
    "vscodium": ("--goto", "{file}:{line}:{column}"),
    "cursor": ("--goto", "{file}:{line}:{column}"),
    "windsurf": ("--goto", "{file}:{line}:{column}"),
    "zed": ("{file}:{line}:{column}",),
    "zeditor": ("{file}:{line}:{column}",),
    "subl": ("{file}:{line}:{column}",),
    "sublime_text": ("{file}:{line}:{column}",),
    "atom": ("{file}:{line}:{column}",),
    "pulsar": ("{file}:{line}:{column}",),
    "lapce": ("{file}:{line}:{column}",),
    "mate": ("--line", "{line}:{column}", "{file}"),
    "bbedit": ("+{line}:{column}", "{file}"),
    "gedit": ("+{line}:{column}", "{file}"),
    "gnome-text-editor": ("+{line}:{column}", "{file}"),
    "kate": ("--line", "{line}", "--column", "{column}", "{file}"),
    "kwrite": ("--line", "{line}", "--column", "{column}", "{file}"),
    "geany": ("--line", "{line}", "--column", "{column}", "{file}"),
    "mousepad": ("--line", "{line}", "--column", "{column}", "{file}"),
    "pluma": ("+{line}", "{file}"),
    "xed": ("+{line}", "{file}"),
    "gvim": ("+{line}", "{file}"),
    "mvim": ("+{line}", "{file}"),
    "notepad++": ("-n{line}", "-c{column}", "{file}"),
    "idea": ("--line", "{line}", "--column", "{column}", "{file}"),
    "pycharm": ("--line", "{line}", "--column", "{column}", "{file}"),
    "phpstorm": ("--line", "{line}", "--column", "{column}", "{file}"),
    "webstorm": ("--line", "{line}", "--column", "{column}", "{file}"),
}


class Editor(Struct, frozen=True):
    """Either an address such as `vscode://file/{file}:{line}:{column}`, or the words of a command with such places."""

    address: str = ""
    command: tuple[str, ...] = ()

    def link(self, root: Path, span: Span) -> str:
        """Return the address that opens `span`; empty when a command does."""
        return _filled(self.address, root, span, quoted=True) if self.address else ""

    def open(self, root: Path, span: Span) -> None:
        """Start the command that opens `span`. Raises OSError when it cannot be started."""
        words = [_filled(word, root, span, quoted=False) for word in self.command]
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it goes on when the preview ends
        )
        Thread(target=process.wait, name="caresite-editor", daemon=True).start()  # so that it is let go when it ends


def editor_of(named: str, environ: Mapping[str, str]) -> Editor | None:
    """Return the editor that is `named`, else that of `$VISUAL` or `$EDITOR`, else what the system opens files with.

    `named` is an address with `://`, or a command; one without places gets the file at its end. An editor that
    needs the terminal is passed over, since the preview speaks there. None when nothing is left.
    """
    if "://" in named:
        return Editor(address=named if "{file}" in named else named + "{file}")
    if named:
        return Editor(command=_command(shlex.split(named)))
    for variable in ("VISUAL", "EDITOR"):
        words = shlex.split(environ.get(variable, ""))
        if words and _name(words[0]) in _ARGUMENTS and shutil.which(words[0]):
            return Editor(command=_command([word for word in words if word not in ("-w", "--wait")]))
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    has_screen = opener != "xdg-open" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    found = shutil.which(opener) if has_screen else None
    return Editor(command=(found, "{file}")) if found else None


def _command(words: list[str]) -> tuple[str, ...]:
    if any("{file}" in word for word in words):
        return tuple(words)
    program = shutil.which(words[0]) or words[0]
    return (program, *words[1:], *_ARGUMENTS.get(_name(words[0]), ("{file}",)))


def _name(program: str) -> str:
    return Path(program).name.lower().removesuffix(".exe").removesuffix(".cmd")


def _filled(text: str, root: Path, span: Span, *, quoted: bool) -> str:
    file = str(root / span.path)
    values = {
        "{file}": quote(file.replace(os.sep, "/")) if quoted else file,
        "{line}": str(span.line or 1),
        "{column}": str(span.column or 1),
    }
    for place, value in values.items():
        text = text.replace(place, value)
    return text
