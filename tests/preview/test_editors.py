"""How a link in the browser comes to open a file."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from caresite.core.diagnostics import Span
from caresite.preview.editors import editor_of

SPAN = Span("content/blog/a b.md", 3, 7)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"code": "/usr/bin/code", "subl": "/usr/bin/subl", "xdg-open": "/usr/bin/xdg-open"}
    monkeypatch.setattr(shutil, "which", lambda name: known.get(name))
    monkeypatch.setattr(sys, "platform", "linux")


def test_an_address_is_filled_and_quoted() -> None:
    editor = editor_of("vscode://file/{file}:{line}:{column}", {})
    assert editor is not None
    assert editor.link(Path("/my site"), SPAN) == "vscode://file//my%20site/content/blog/a%20b.md:3:7"
    short = editor_of("idea://open?file=", {})
    assert short is not None
    assert short.link(Path("/site"), Span("a.md")) == "idea://open?file=/site/a.md"


@pytest.mark.parametrize(
    ("named", "environ", "command"),
    [
        ("code", {}, ("/usr/bin/code", "--goto", "{file}:{line}:{column}")),
        ("code --reuse-window", {}, ("/usr/bin/code", "--reuse-window", "--goto", "{file}:{line}:{column}")),
        ("myeditor", {}, ("myeditor", "{file}")),
        ("myeditor +{line} {file}", {}, ("myeditor", "+{line}", "{file}")),
        ("", {"EDITOR": "subl --wait"}, ("/usr/bin/subl", "{file}:{line}:{column}")),
        ("", {"VISUAL": "code -w", "EDITOR": "subl"}, ("/usr/bin/code", "--goto", "{file}:{line}:{column}")),
        ("", {"EDITOR": "vim", "DISPLAY": ":0"}, ("/usr/bin/xdg-open", "{file}")),
        ("", {"WAYLAND_DISPLAY": "wayland-0"}, ("/usr/bin/xdg-open", "{file}")),
    ],
)
def test_a_command_is_told_the_place(named: str, environ: dict[str, str], command: tuple[str, ...]) -> None:
    editor = editor_of(named, environ)
    assert editor is not None
    assert editor.command == command
    assert editor.link(Path("/site"), SPAN) == ""


@pytest.mark.parametrize("environ", [{}, {"EDITOR": "vim"}, {"VISUAL": "nano", "EDITOR": "emacs -nw"}])
def test_an_editor_that_needs_the_terminal_is_none(environ: dict[str, str]) -> None:
    assert editor_of("", environ) is None
