"""`caresite theme list`, `new`, `copy`, `diff`: the files of themes, and those of the site that stand in for them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from caresite.commands.session import Session, printable
from caresite.commands.table import fold
from caresite.core import codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import put_in_site
from caresite.core.suggest import nearest
from caresite.core.texts import counted
from caresite.core.walk import files_below, is_file
from caresite.pipeline.themes import Layer, Theme, about_theme, bundled_themes, is_built_in, load_theme

__all__ = ["run_copy", "run_diff", "run_list", "run_new"]

_FOLDERS = ("templates", "assets", "drawings", "i18n")
_REPLACING = ("templates", "assets", "drawings")  # words go over each other one by one
_NAME = re.compile(r"[a-z0-9][\w-]*")
_ORIGIN = "{# From %s %s. What is different here: caresite theme diff %s #}\n"
_ORIGIN_LINE = re.compile(r"\{# From .* #\}\n")
_REACH = {
    True: "May do everything: its templates run without the sandbox.",
    False: "May read the content of the site: its templates run in the sandbox, without files or programs.",
}
_NEW: dict[str, str] = {
    "theme.yaml": """\
name: {name}
version: 1.0.0
description: What it is for, in a sentence.
parent: {parent}

# Options of this theme, besides those of {parent}. They are set below `theme` in caresite.yaml, and templates read
# them as `theme.greeting`.
options:
  greeting:
    type: string
    default: ""
    help: A line above every page.
""",
    "templates/base.html": """\
{{% extends "{parent}/base.html" %}}
{{% block styles %}}
{{{{ super() }}}}
<link rel="stylesheet" href="{{{{ asset('{name}.css') }}}}">
{{% endblock %}}
{{% block header %}}
{{% if theme.greeting %}}<aside class="greeting">{{{{ theme.greeting }}}}</aside>{{% endif %}}
{{{{ super() }}}}
{{% endblock %}}
""",
    "assets/{name}.css": """\
/* What is not in a layer wins over everything of {parent}. Its tokens are a good place to begin. */
:root {{
  --wide: 68rem;
}}

.greeting {{
  padding: .5rem 1rem;
  text-align: center;
}}
""",
}


class _File(NamedTuple):
    """A file of the site, or of a theme of its own, that stands in for one of a theme below it."""

    path: str
    own: Path
    other: Path | None
    layer: Layer | None


def run_list(session: Session) -> int:
    """List the themes that the config may name."""
    theme = _theme(session)
    trusted = {layer.folder.resolve() for layer in theme.layers if layer.trusted}
    rows = []
    for folder in sorted({*_themes(session.root / "themes"), *_themes(bundled_themes())}, key=lambda path: path.name):
        about = about_theme(folder, folder.name)
        own = folder.is_relative_to(session.root / "themes")
        parent, description = str(about.get("parent") or ""), str(about.get("description") or "")
        version = str(about.get("version") or "")
        where = session.shown(folder) if own else "comes with caresite"
        is_trusted = is_built_in(folder) or folder.resolve() in trusted
        rows.append((folder.name, version, parent, folder.name == theme.name, where, description, is_trusted))
    if session.json:
        keys = ("name", "version", "parent", "used", "where", "description", "trusted")
        session.answer([dict(zip(keys, row, strict=True)) for row in rows])
        return 0
    for name, version, parent, is_used, where, description, is_trusted in rows:
        notes = ", ".join(part for part in ("in use" if is_used else "", parent and f"on {parent}", where) if part)
        for line in (f"{name} {version} ({notes})", f"  {description}", f"  {_REACH[is_trusted]}"):
            click.echo(fold(printable(line)))
    return 0


def _themes(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if is_file(path / "theme.yaml"))


def run_new(session: Session, name: str, parent: str) -> int:
    """Write the beginning of a theme of one's own; returns 1 when there is one of that name."""
    if not _NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r}: use lower-case letters, digits and dashes, such as `our-look`")
    known = {path.name for path in (*_themes(session.root / "themes"), *_themes(bundled_themes()))}
    if parent not in known:
        near = nearest(parent, known)
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(sorted(known))}"
        raise Problem(fault(codes.UNKNOWN_THEME, Span("--parent"), f"there is no theme `{parent}`", hint=hint))
    folder = session.root / "themes" / name
    if name in known or folder.exists():
        message = f"there is a theme `{name}` already"
        raise Problem(fault(codes.CANNOT_WRITE, Span(session.shown(folder)), message, hint="choose another name"))
    files = {path.format(name=name): text.format(name=name, parent=parent) for path, text in _NEW.items()}
    for path, text in files.items():
        _write(session.root, folder / path, text.encode())
    if session.json:
        session.answer({"written": [session.shown(folder / path) for path in files]})
        return 0
    for path in files:
        session.say(f"Wrote {session.shown(folder / path)}")
    session.say(f"Say `theme: {name}` in caresite.yaml, or `name: {name}` where `theme` has options.")
    session.say("Then `caresite serve` shows it, and `caresite theme check` tries every type of page.")
    return 0


def run_copy(session: Session, name: str, *, force: bool) -> int:
    """Copy a file of the theme to where it stands in for the original; returns 1 when one stands there already."""
    theme = _theme(session)
    home, below = _own_and_others(session, theme)
    path, layer = _found(below, name)
    target = home / path
    if target.exists() and not force:
        message = "it is there already, and what was changed in it would be lost"
        hint = f"`caresite theme diff {path}` shows what is different; `--force` copies it anew"
        raise Problem(fault(codes.CANNOT_WRITE, Span(session.shown(target)), message, hint=hint))
    data = (layer.folder / path).read_bytes()
    if path.startswith("templates/"):
        version = str(about_theme(layer.folder, layer.name).get("version") or "")
        data = (_ORIGIN % (layer.name, version, path.removeprefix("templates/"))).encode() + data
    _write(session.root, target, data)
    if session.json:
        session.answer({"written": session.shown(target), "from": layer.name})
        return 0
    session.say(f"Wrote {session.shown(target)}: it stands in for the one of {layer.name} from now on.")
    return 0


def run_diff(session: Session, name: str) -> int:
    """Show what the site's own files change in the theme; returns 0, also when nothing is different."""
    home, below = _own_and_others(session, _theme(session))
    files = list(_standing_in(session.root, home, below))
    if name:
        wanted = [file for file in files if name in _names(file.path)]
        if not wanted:
            _found(below, name)  # says so when there is no such file at all
            session.say(f"`{name}` is the theme's own: nothing stands in for it.")
            return 0
        files = wanted
    if session.json:
        session.answer([{"path": f.path, "theme": f.layer.name if f.layer else "", "diff": _diff(f)} for f in files])
        return 0
    if not files:
        session.say("Nothing stands in for a file of the theme.")
    for file in files:
        _tell(session, file)
    return 0


def _tell(session: Session, file: _File) -> None:
    place = session.shown(file.own)
    if file.layer is None:
        session.say(f"{place}: stands in for nothing. It is used where a template or a page names it.")
        return
    if _extends(file):
        session.say(f"{place}: extends the one of {file.layer.name}, and changes with it.")
        return
    diff = _diff(file)
    if not diff:
        session.say(f"{place}: says what {file.layer.name} says, and can be removed.")
        return
    more, less = (sum(line.startswith(sign) for line in diff[2:]) for sign in "+-")
    lines = f"{counted(more, 'line')} more, {counted(less, 'line')} less"
    session.say(f"{place}: stands in for the one of {file.layer.name} ({lines})")
    for line in diff:
        click.echo(printable(line))


def _extends(file: _File) -> bool:
    """Tell whether a template takes the one it stands in for as its frame; the rest of it is all its own."""
    assert file.layer
    frame = f'"{file.layer.name}/{file.path.removeprefix("templates/")}"'
    return file.path.endswith(".html") and f"{{% extends {frame} %}}" in file.own.read_text("utf-8", "replace")


def _diff(file: _File) -> list[str]:
    """Return the lines of a unified diff from the theme's file to one's own; one line for what is no text."""
    if file.other is None or file.layer is None:
        return []
    theirs, ours = file.other.read_bytes(), file.own.read_bytes()
    try:
        before, after = theirs.decode(), _ORIGIN_LINE.sub("", ours.decode(), count=1)
    except UnicodeDecodeError:
        return [] if theirs == ours else ["(a file that is no text)"]
    names = f"{file.layer.name}/{file.path}", file.path
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), *names, n=2, lineterm=""))


def _theme(session: Session) -> Theme:
    theme, _ = load_theme(session.root, session.settings())
    return theme


def _own_and_others(session: Session, theme: Theme) -> tuple[Path, tuple[Layer, ...]]:
    """Return where a copy belongs, and the themes it stands over: in a theme of the site's own, that is its home."""
    first, *others = theme.layers[1:]
    if others and first.folder.is_relative_to(session.root):
        return first.folder, tuple(others)
    return session.root, (first, *others)


def _found(layers: Iterable[Layer], name: str) -> tuple[str, Layer]:
    """Return the path and the theme of the file that `name` means. Raises Problem with the nearest one."""
    known: dict[str, tuple[str, Layer]] = {}
    for layer in layers:
        for path in _files(layer.folder, _FOLDERS):
            for short in _names(path):
                known.setdefault(short, (path, layer))
    if name in known:
        return known[name]
    near = next((path for path in known if path.endswith(f"/{name}")), "") or nearest(name, known)
    hint = (
        f"did you mean `{near.removeprefix('templates/')}`?"
        if near
        else "such as `base.html` or `components/share.html`"
    )
    raise Problem(
        fault(codes.TEMPLATE_UNKNOWN, Span(name), f"the theme has no file `{name}`", hint=hint, severity="error")
    )


def _names(path: str) -> tuple[str, ...]:
    """Return what a file may be called: `templates/home.html`, or `home.html`."""
    return (path, path.partition("/")[2])


def _standing_in(root: Path, home: Path, below: tuple[Layer, ...]) -> Iterator[_File]:
    own = (root,) if home == root else (root, home)
    for folder in own:
        themes = below if folder == home else (Layer(home.name, home), *below)
        for path in _files(folder, _REPLACING):
            layer = next((one for one in themes if (one.folder / path).is_file()), None)
            yield _File(path, folder / path, layer.folder / path if layer else None, layer)


def _files(folder: Path, parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield from (path.relative_to(folder).as_posix() for path in files_below(folder / part, folder)[0])


def _write(root: Path, path: Path, data: bytes) -> None:
    try:
        put_in_site(root, path, data)
    except OSError as error:
        raise Problem(fault(codes.CANNOT_WRITE, Span(str(path)), f"it cannot be written: {error.strerror}")) from None
