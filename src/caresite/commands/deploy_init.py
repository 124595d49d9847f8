"""`caresite deploy init`: the files that a host needs beside the site, and what is left to do by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from caresite import __version__
from caresite.commands.report import print_problem
from caresite.commands.session import Session, printable
from caresite.core.config import Settings
from caresite.core.diagnostics import Problem, as_errors
from caresite.core.files import put_in_site, read_as_text
from caresite.core.suggest import nearest
from caresite.core.urls import decoded_path
from caresite.deploy.hosts.files import Brief, Host, HostFile, content_of, is_untouched, marked
from caresite.deploy.hosts.registry import HOSTS
from caresite.deploy.hosts.rules import HostRules, rules_in
from caresite.pipeline.dead_forms import dead_on
from caresite.pipeline.own_output import is_own_output

__all__ = ["Flags", "outdated", "prepared_hosts", "run"]


class Flags(NamedTuple):
    """The argument and options of `deploy init`."""

    host: str = ""
    force: bool = False


class _Done(NamedTuple):
    """What became of the files: written, right already, and left as somebody has changed them."""

    written: tuple[HostFile, ...]
    current: tuple[HostFile, ...]
    kept: tuple[HostFile, ...]


def run(session: Session, flags: Flags) -> int:
    """Write the files of a host. Returns 1 when the site has to be built first, or a changed file was left as it is."""
    if not flags.host:
        _say_hosts(session)
        return 0
    host = _host(flags.host)
    settings = session.settings()
    if dead := dead_on(settings, host.name):
        print_problem(session, Problem(*as_errors(dead)))
        return 1
    output = session.root / settings.config.output_dir
    if host.reads_rules and not is_own_output(output):
        return _refuse(session, f"{host.name} needs the rules of the finished site: run `caresite build` first")
    brief = _brief(settings, output)
    if host.reads_rules and brief.rules.asks_robots_to_leave and not settings.config.seo.noindex:
        return _refuse(
            session, "the finished site is a preview, which search engines stay away from: build it for visitors"
        )
    done = _write(session, host, host.files(brief), force=flags.force)
    if session.json:
        names = {name: [file.path for file in getattr(done, name)] for name in done._fields}
        session.answer({"ok": not done.kept, **names, "left_out": list(brief.rules.left_out)})
    else:
        _tell(session, host, brief, done)
    return 1 if done.kept else 0


def outdated(root: Path, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield host and path of each file with rules that are not those of the finished site any more."""
    output = root / settings.config.output_dir
    if not is_own_output(output):
        return
    brief = _brief(settings, output)
    if brief.rules.asks_robots_to_leave and not settings.config.seo.noindex:
        return  # a preview, whose rules are not for visitors
    for host in HOSTS.values():
        for file in host.files(brief) if host.reads_rules else ():
            there = read_as_text(root / file.path)
            if is_untouched(there) and there != marked(file, host.name):
                yield host.name, file.path


def _say_hosts(session: Session) -> None:
    if session.json:
        session.answer({"ok": True, "hosts": {host.name: host.about for host in HOSTS.values()}})
        return
    session.say("Say which host, as in `caresite deploy init netlify`:")
    for host in HOSTS.values():
        session.say(f"  {host.name:<18} {host.about}")


def prepared_hosts(root: Path, settings: Settings) -> Iterator[str]:
    """Yield the hosts for which files were written here."""
    brief = _brief(settings, root / settings.config.output_dir)
    for host in HOSTS.values():
        if any(_is_of(read_as_text(root / file.path), host.name) for file in host.files(brief)):
            yield host.name


def _is_of(text: str, host: str) -> bool:
    return f"Made by `caresite deploy init {host}`" in text[:200]


def _host(name: str) -> Host:
    if name not in HOSTS:
        near = nearest(name, HOSTS)
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(HOSTS)}"
        raise click.UsageError(f"Nothing is known of a host `{name}`; {hint}")
    return HOSTS[name]


def _refuse(session: Session, reason: str) -> int:
    if session.json:
        session.answer({"ok": False, "message": reason})
    else:
        click.echo(printable(reason), err=True)
    return 1


def _brief(settings: Settings, output: Path) -> Brief:
    config, base = settings.config, decoded_path(settings.base_path)
    return Brief(
        title=config.title,
        base_url=config.base_url,
        output_dir=Path(config.output_dir).as_posix(),
        version=__version__,
        rules=rules_in(output, base) if output.is_dir() else _no_rules(base),
        bucket=next((bucket for d in settings.deployments if (bucket := getattr(d.options, "bucket", ""))), ""),
    )


def _no_rules(base_path: str) -> HostRules:
    return HostRules(base_path=base_path, moves=(), headers=(), left_out=())


def _write(session: Session, host: Host, files: tuple[HostFile, ...], *, force: bool) -> _Done:
    """Write each file that is missing or as it was written before; others only with a yes."""
    found: dict[str, list[HostFile]] = {"written": [], "current": [], "kept": []}
    for file in files:
        content, target = content_of(file, host.name), session.root / file.path
        there = target.read_bytes() if target.is_file() else None
        if there is not None and (file.once or _says_the_same(there, content)):
            found["current"].append(file)
        elif there is None or _is_ours(file, there) or force or _may_be_lost(session, file):
            put_in_site(session.root, target, content)
            found["written"].append(file)
        else:
            found["kept"].append(file)
    return _Done(**{name: tuple(entries) for name, entries in found.items()})


def _says_the_same(there: bytes, content: bytes) -> bool:
    """Tell whether a file is as it would be written, whichever host it was written for first."""
    is_marked = is_untouched(there.decode(errors="replace"))
    return there == content or (is_marked and there.split(b"\n", 1)[1] == content.split(b"\n", 1)[-1])


def _is_ours(file: HostFile, there: bytes) -> bool:
    return file.make is not None or is_untouched(there.decode(errors="replace"))


def _may_be_lost(session: Session, file: HostFile) -> bool:
    if session.json or session.quiet or not sys.stdin.isatty():
        return False
    return click.confirm(f"{file.path} was changed by somebody. Write over it?", default=False)


def _tell(session: Session, host: Host, brief: Brief, done: _Done) -> None:
    for verb, files in (("Wrote", done.written), ("Right already:", done.current), ("Left as it is:", done.kept)):
        for file in files:
            session.say(f"{verb} {file.path} ({file.about})")
    if done.kept:
        session.say("A file that somebody has changed is not written over; `--force` does it.")
    if host.reads_rules:
        for line in brief.rules.left_out:
            session.say(f"This redirect works on hosts of static sites only, and was left out: {line}")
    session.say("What is left to do:")
    for step in host.steps(brief):
        session.say(f"  - {step}")
