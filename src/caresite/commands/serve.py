"""`caresite serve`: the site in a browser while it is being written."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Any, NamedTuple

import click
import msgspec

from caresite.commands.progress import shown_progress
from caresite.commands.report import as_data, print_diagnostics
from caresite.commands.session import Session, refuse_without_site
from caresite.core.codes import PLUGIN_FAILED
from caresite.core.config import load_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.installed import installed
from caresite.core.texts import counted
from caresite.engine.build import Options
from caresite.engine.clock import moment
from caresite.engine.pool import cores
from caresite.pipeline.gates import Gates
from caresite.pipeline.publish import output_folder
from caresite.preview.editors import editor_of
from caresite.preview.guard import is_loopback
from caresite.preview.pages import Addition
from caresite.preview.serve import How, Preview, Rebuilt, serve_built
from caresite.preview.state import HOME

__all__ = ["GROUP", "Flags", "additions", "run"]

GROUP = "caresite.preview"
"""The entry points whose functions add a page to the preview."""

_FILES_NAMED = 3
_TICK_S = 0.5
_SWITCH_S = 0.001  # so that the server answers while a build takes all there is


class Flags(NamedTuple):
    """The options of `serve`."""

    port: int = 8000
    host: str = "127.0.0.1"
    open: bool = False
    no_reload: bool = False
    poll: int | None = None
    follow: bool = False
    production: bool = False
    drafts: bool = False
    future: bool = False
    expired: bool = False
    built: bool = False
    editor: str = ""
    base_url: str = ""
    at: str = ""


def run(session: Session, flags: Flags) -> int:
    """Serve until Ctrl-C; returns 1 when there is nothing to serve, or no way to."""
    try:
        with _ended_by_signals():
            return _serve_built(session, flags) if flags.built else _serve(session, flags)
    except KeyboardInterrupt:
        session.say("Ended.")
        return 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let whoever ends a process politely end this one as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread, which alone hears of signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# the site as it is written


def _serve(session: Session, flags: Flags) -> int:
    refuse_without_site(session)
    with _bound(flags):
        preview = _preview(session, flags)
    with _closing(preview):
        _greet(session, flags, preview.url, preview.watch.poll_ms)
        sys.setswitchinterval(_SWITCH_S)
        with shown_progress(session) as tell:
            preview.progress = tell
            preview.open()
        preview.progress = None
        gc.collect()
        gc.freeze()  # or the site is looked through for garbage again and again, which takes longer than most builds
        if flags.open:
            _show(session, preview.url + (flags.at or _home(preview)))
        preview.run()
    return 0


def _preview(session: Session, flags: Flags) -> Preview:
    options = _options(session, flags)
    how = How(
        host=flags.host,
        port=flags.port,
        bare=flags.no_reload,
        poll_ms=flags.poll or 0,
        follow=flags.follow,
        editor=editor_of(flags.editor, os.environ),
        clock_is_set=bool(session.clock),
    )
    return Preview(session.root, options, how, tell=partial(_tell, session), additions=additions())


def _options(session: Session, flags: Flags) -> Callable[[], Options]:
    """Return what gives the options of a build at the moment it is called: what is due depends on it."""
    fixed = session.now() if session.clock else None
    shown = not flags.production
    gates = Gates(shown or flags.drafts, shown or flags.future, shown or flags.expired, today=session.real_now())
    options = partial(
        Options,
        configs=session.configs,
        env=session.env,
        environ=os.environ,
        base_url=flags.base_url,
        gates=gates,
        publish=False,
        workers=cores(),
    )
    return lambda: options(now=fixed or moment(UTC))


def additions() -> tuple[Addition, ...]:
    """Return the functions by which other parts add pages. Raises Problem when one of them cannot be loaded."""
    found = []
    for entry in installed(GROUP).values():
        try:
            found.append(entry.load())
        except Exception as error:
            message = f"the preview's page `{entry.name}` cannot be loaded: {type(error).__name__}: {error}"
            raise Problem(fault(PLUGIN_FAILED, Span(entry.value), message)) from error
    return tuple(found)


@contextmanager
def _closing(preview: Preview) -> Iterator[None]:
    try:
        yield
    finally:
        preview.close()


def _home(preview: Preview) -> str:
    site = preview.generations.current.site
    return site.settings.base_path if site else "/"


@contextmanager
def _bound(flags: Flags) -> Iterator[None]:
    """Tell a host that is none of this computer's, or ports that are all taken, as wrong usage."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(f"{flags.host} port {flags.port}: {reason}", param_hint="--host") from None


# the site as it was built


def _serve_built(session: Session, flags: Flags) -> int:
    """Serve the output folder as it is. Raises ClickException when there is none."""
    base_path, name = _built_place(session, flags)
    folder = output_folder(session.root, name)
    if not folder.is_dir():
        raise click.ClickException(f"There is no `{name}/` to serve. Run `caresite build` first.")
    with _bound(flags):
        server, url = serve_built(folder, How(host=flags.host, port=flags.port), base_path)
    try:
        _greet(session, flags, url, 0)
        if flags.open:
            _show(session, url + base_path)
        while server.is_alive:
            time.sleep(_TICK_S)
    finally:
        server.stop()
    return 1  # nobody ended it


def _built_place(session: Session, flags: Flags) -> tuple[str, str]:
    """Return the path below which the site stands on its host, and the name of its output folder."""
    settings, _ = load_config(
        session.root, files=session.configs, env=session.env, environ=os.environ, base_url=flags.base_url
    )
    return settings.base_path, settings.config.output_dir


# what is said


def _show(session: Session, url: str) -> None:
    """Open `url` in a browser; where there is no screen, say it, as what opens files would only complain."""
    if sys.platform in ("darwin", "win32"):
        click.launch(url)
        return
    opener = shutil.which("xdg-open") if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else None
    if opener is None:
        session.say(f"Open {url} in your browser.")
        return
    with suppress(OSError):
        subprocess.Popen([opener, url], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _greet(session: Session, flags: Flags, url: str, poll_ms: int) -> None:
    if session.json:
        _answer({"event": "serving", "url": url})
        return
    if flags.port and int(url.rpartition(":")[2]) != flags.port:
        session.say(f"Port {flags.port} is busy, so it is another one.")
    if not is_loopback(flags.host):
        click.echo(f"Warning: everybody who can reach {flags.host} can read this, drafts included.", err=True)
    if not flags.poll and poll_ms:
        session.say(f"This disk does not tell of changes: it is looked at every {poll_ms} ms.")
    session.say(f"The site is at {url}/  (Ctrl-C ends it)")
    if not flags.built:
        session.say(f"Everything on it, by state: {url}{HOME}")


def _tell(session: Session, rebuilt: Rebuilt) -> None:
    """Say what was rebuilt, and what is wrong now that was not before."""
    before, now = rebuilt.before, rebuilt.generation
    new = tuple(d for d in now.diagnostics if d not in before.diagnostics)
    if session.json:
        _answer(_as_event(rebuilt, new))
        return
    if rebuilt.crash:
        click.echo("".join(traceback.format_exception(rebuilt.crash)), err=True, nl=False)
    if not rebuilt.crash:
        print_diagnostics(session, new)
    if rebuilt.changed or new or before.faults != now.faults or not before.number:
        session.say(_line(rebuilt))


def _line(rebuilt: Rebuilt) -> str:
    now = rebuilt.generation
    spent = f"{now.seconds * 1000:.0f} ms"
    if now.faults:
        kept = "the last good pages are shown" if now.tree.entries else "there is nothing to show yet"
        return f"{_when()}{_named(rebuilt.paths)}{counted(len(now.faults), 'error')}; {kept} ({spent})"
    if not rebuilt.before.number:
        return f"{_when()}{counted(_pages(rebuilt.changed), 'page')} in {spent}"
    well = "all is well again, " if rebuilt.before.faults else ""
    changed = _changed(rebuilt.changed)
    return f"{_when()}{_named(rebuilt.paths)}{well}{changed} in {spent}"


def _when() -> str:
    return f"{datetime.now():%H:%M:%S}  "


def _named(paths: Collection[str]) -> str:
    if not paths:
        return ""
    shown = ", ".join(sorted(paths)[:_FILES_NAMED])
    more = f" and {len(paths) - _FILES_NAMED} more" if len(paths) > _FILES_NAMED else ""
    return f"{shown}{more}: "


def _changed(paths: Collection[str]) -> str:
    pages = _pages(paths)
    others = len(paths) - pages
    parts = [counted(pages, "page")] if pages or not others else []
    if others:
        parts.append(counted(others, "other file" if pages else "file"))
    return f"{' and '.join(parts)} changed"


def _pages(paths: Collection[str]) -> int:
    return sum(path.endswith(".html") for path in paths)


def _as_event(rebuilt: Rebuilt, new: Sequence[Diagnostic]) -> dict[str, Any]:
    now = rebuilt.generation
    return {
        "event": "built",
        "ok": not now.faults,
        "paths": sorted(rebuilt.paths),
        "changed": len(rebuilt.changed),
        "ms": round(now.seconds * 1000),
        "diagnostics": as_data(new),
    }


def _answer(value: Mapping[str, Any]) -> None:
    """Print one event as JSON, on a line of its own."""
    click.echo(msgspec.json.encode(value).decode())
