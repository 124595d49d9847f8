"""`caresite build`: make the site and publish it, or say why not."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from caresite.commands.progress import shown_progress
from caresite.commands.report import (
    as_data,
    counted,
    held_as_data,
    print_diagnostics,
    print_held_back,
    seconds_text,
)
from caresite.commands.session import Session
from caresite.core.codes import CANNOT_WRITE
from caresite.engine.build import Built, Options, build
from caresite.engine.clock import moment, site_zone
from caresite.pipeline.gates import Gates

__all__ = ["Flags", "data_of", "now_of", "pages_of", "run"]


class Flags(NamedTuple):
    """The options of `build`."""

    drafts: bool = False
    future: bool = False
    expired: bool = False
    base_url: str = ""
    output_dir: str = ""
    strict: bool = False
    clean: bool = False
    clock: str = ""
    profile: bool = False
    dry_run: bool = False


def run(session: Session, flags: Flags) -> int:
    """Build the site, tell what was found, and return 0 when it was published, 1 when not."""
    options = _options(session, flags)
    start = time.perf_counter()
    with shown_progress(session) as tell:
        built = build(session.root, options, progress=tell)
    seconds = time.perf_counter() - start
    if session.json:
        stages = {"stages": built.seconds} if flags.profile else {}
        session.answer(data_of(built, seconds, ok=built.ok) | _published(built) | stages)
    else:
        _tell(session, built, flags, options.now, seconds)
    return 0 if built.ok else 1


def now_of(session: Session, clock: str) -> datetime:
    """Return the moment that decides what is due. Raises UsageError when `clock` is not a date."""
    zone = site_zone(session.root, files=session.configs, env=session.env, environ=os.environ)
    try:
        return moment(zone, clock)
    except ValueError as error:
        raise click.BadParameter(f"{clock!r}: {error}", param_hint="--clock") from None


def pages_of(built: Built) -> int:
    """Return how many pages people can visit."""
    return sum(output.path.endswith(".html") and bool(output.content) for output in built.outputs)


def _options(session: Session, flags: Flags) -> Options:
    return Options(
        now=now_of(session, flags.clock),
        configs=session.configs,
        env=session.env,
        environ=os.environ,
        base_url=flags.base_url,
        output_dir=flags.output_dir,
        gates=Gates(flags.drafts, flags.future, flags.expired),
        strict=flags.strict,
        clean=flags.clean,
        dry_run=flags.dry_run,
    )


def _tell(session: Session, built: Built, flags: Flags, now: datetime, seconds: float) -> None:
    print_diagnostics(session, built.diagnostics)
    if site := built.site:
        print_held_back(session, site.held_back, site.next_due, site.clock)
        if site.settings.config.sample:
            session.say("The people on this site are made up (`sample: true`), and each page says so.")
    if flags.profile:
        for stage, spent in built.seconds.items():
            session.say(f"  {stage:<10} {spent:7.3f} s")
    session.say(_last_line(session, built, flags, seconds))


def _last_line(session: Session, built: Built, flags: Flags, seconds: float) -> str:
    if built.published is None:
        return _failure(built)
    done = built.published
    pages, folder = counted(pages_of(built), "page"), f"{session.shown(built.output_dir or Path())}/"
    written, removed = len(done.written), len(done.removed)
    if flags.dry_run:
        numbers = f"{written} to write, {done.unchanged} unchanged, {removed} to remove"
        return f"Would build {pages} into {folder} ({numbers}). This was a dry run: nothing was changed."
    numbers = f"{written} written, {done.unchanged} unchanged, {removed} removed"
    return f"Built {pages} in {seconds_text(seconds)} into {folder} ({numbers})"


def _failure(built: Built) -> str:
    errors = sum(d.severity == "error" for d in built.diagnostics)
    warnings = sum(d.severity == "warning" for d in built.diagnostics)
    found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}."
    if any(d.code == CANNOT_WRITE.id for d in built.diagnostics):
        return f"{found} Publishing stopped on the way: old and new pages may stand side by side until you build again."
    return f"{found} Nothing was published: what is on disk was left as it was."


def _published(built: Built) -> dict[str, Any]:
    done = built.published
    return {
        "written": list(done.written) if done else [],
        "removed": list(done.removed) if done else [],
        "unchanged": done.unchanged if done else 0,
    }


def data_of(built: Built, seconds: float, *, ok: bool) -> dict[str, Any]:
    """Return what a build found, as JSON has it."""
    site = built.site
    zone = site.clock.tzinfo if site else None
    return {
        "ok": ok,
        "pages": pages_of(built),
        "seconds": round(seconds, 3),
        "diagnostics": as_data(built.diagnostics),
        "held_back": held_as_data(site.held_back, zone) if site else [],
        "next_due": site.next_due.astimezone(zone) if site and site.next_due else None,
    }
