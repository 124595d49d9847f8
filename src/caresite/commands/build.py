"""`caresite build`: make the site and publish it, or say why not."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from caresite.commands.session import Session
from caresite.core.texts import counted, seconds_text

if TYPE_CHECKING:
    from caresite.core.diagnostics import Diagnostic
    from caresite.core.model import HeldBack
    from caresite.engine.build import Built, Options
    from caresite.engine.unchanged import Report

__all__ = ["Flags", "data_of", "pages_of", "run"]


class Flags(NamedTuple):
    """The options of `build`."""

    drafts: bool = False
    future: bool = False
    expired: bool = False
    base_url: str = ""
    output_dir: str = ""
    strict: bool = False
    clean: bool = False
    profile: bool = False
    dry_run: bool = False
    full: bool = False
    verify: bool = False
    jobs: int = 0
    minify: bool | None = None


def run(session: Session, flags: Flags) -> int:
    """Build the site, tell what was found, and return 0 when it was published, 1 when not."""
    start = time.perf_counter()
    flags = flags._replace(output_dir=session.typed(flags.output_dir))
    asked = _asked(session, flags)
    if report := _unchanged(session, flags, asked):
        _say_report(session, report)
        session.say(_last_line(session, report, (0, report.files, 0), flags, time.perf_counter() - start))
        _say_how_to_look(session, flags)
        return 0
    return _build(session, flags, asked, start)


def _asked(session: Session, flags: Flags) -> str:
    """Return a digest of how this build was asked for; nothing for builds that leave no record."""
    if flags.dry_run or session.clock:
        return ""
    from caresite.engine.unchanged import asked_for

    shaping = (flags.drafts, flags.future, flags.expired, flags.base_url, flags.output_dir, flags.strict, flags.minify)
    return asked_for((*shaping, session.configs, session.env), os.environ)


def _unchanged(session: Session, flags: Flags, asked: str) -> Report | None:
    """Return what the last build said when this one has nothing to do, which is found out before all else."""
    if not asked or flags.full or flags.clean or flags.profile or flags.verify or session.json:
        return None
    from caresite.engine.unchanged import report_if_unchanged

    return report_if_unchanged(session.root, asked, time.time())


def _build(session: Session, flags: Flags, asked: str, start: float) -> int:
    from caresite.commands.progress import shown_progress
    from caresite.engine.build import build

    options = _options(session, flags, asked)
    with shown_progress(session) as tell:
        built = build(session.root, options, progress=tell)
    seconds = time.perf_counter() - start
    differing = _differing(session, built, options) if flags.verify and built.published else ()
    if session.json:
        stages = {"stages": built.seconds} if flags.profile else {}
        verified = {"differing": list(differing)} if flags.verify else {}
        ok = built.ok and not differing
        session.answer(data_of(built, seconds, ok=ok) | _published(built) | stages | verified)
    else:
        _tell(session, built, flags, seconds)
        if flags.verify and built.published:
            session.say(_verdict(differing))
    return 0 if built.ok and not differing else 1


def _differing(session: Session, built: Built, options: Options) -> tuple[str, ...]:
    """Build everything anew beside what was published, and return the files whose bytes are not the same."""
    from msgspec.structs import replace

    from caresite.engine.build import build

    anew = build(session.root, replace(options, publish=False, full=True))
    wanted = {output.path: output.data for output in anew.outputs}
    there = {output.path: output.data for output in built.outputs}
    return tuple(sorted(path for path in wanted.keys() | there.keys() if wanted.get(path) != there.get(path)))


def _verdict(differing: tuple[str, ...]) -> str:
    if not differing:
        return "Verified: a build from nothing gives the same bytes."
    names = "".join(f"\n  {path}" for path in differing)
    return (
        f"These files are not what a build from nothing gives:{names}\n"
        "That is a fault of caresite: please report it. `caresite build --full` mends them."
    )


def pages_of(built: Built) -> int:
    """Return how many pages people can visit."""
    return built.pages


def _options(session: Session, flags: Flags, asked: str) -> Options:
    from caresite.engine.build import Options
    from caresite.engine.pool import cores
    from caresite.pipeline.gates import Gates

    return Options(
        now=session.now(),
        configs=session.configs,
        env=session.env,
        environ=os.environ,
        base_url=flags.base_url,
        output_dir=flags.output_dir,
        gates=Gates(flags.drafts, flags.future, flags.expired, today=session.real_now()),
        minify=bool(flags.minify),
        strict=flags.strict,
        clean=flags.clean,
        dry_run=flags.dry_run,
        full=flags.full,
        workers=flags.jobs or cores(),
        asked=asked,
    )


def _tell(session: Session, built: Built, flags: Flags, seconds: float) -> None:
    from caresite.commands.report import print_diagnostics
    from caresite.engine.build import report_of

    if built.trouble:
        session.say(f"The memory of earlier builds {built.trouble}.")
    if built.site is None or built.published is None:
        print_diagnostics(session, built.diagnostics)
        if site := built.site:
            _say_held_back(session, site.held_back, site.next_due, site.clock)
        _say_stages(session, built, flags)
        session.say(_failure(built))
        return
    report, done = report_of(built), built.published
    _say_report(session, report)
    _say_stages(session, built, flags)
    session.say(_last_line(session, report, (len(done.written), done.unchanged, len(done.removed)), flags, seconds))
    _say_how_to_look(session, flags)


def _say_how_to_look(session: Session, flags: Flags) -> None:
    """Name the command that shows what was built, to a person: pages are not for a double click (`file://`)."""
    if sys.stdout.isatty() and not flags.dry_run and not flags.output_dir:
        session.say(f"Look at it: {session.command('serve --built')}")


def _say_report(session: Session, report: Report) -> None:
    """Tell what a build that was published found, by itself or when it was last made."""
    if report.diagnostics:
        from caresite.commands.report import print_diagnostics

        print_diagnostics(session, report.diagnostics)
    _say_held_back(session, report.held_back, report.next_due, report.clock)
    if report.sample:
        session.say("The people on this site are made up (`sample: true`), and each page says so.")


def _say_held_back(session: Session, held: tuple[HeldBack, ...], due: datetime | None, now: datetime) -> None:
    if held or due:
        from caresite.commands.report import print_held_back

        print_held_back(session, held, due, now)


def _say_stages(session: Session, built: Built, flags: Flags) -> None:
    if flags.profile:
        for stage, spent in built.seconds.items():
            session.say(f"  {stage:<10} {spent:7.3f} s")


def _last_line(session: Session, report: Report, done: tuple[int, int, int], flags: Flags, seconds: float) -> str:
    written, unchanged, removed = done
    pages = counted(report.pages, "page")
    folder = f"{session.shown(Path(report.folder))}/"
    if flags.dry_run:
        numbers = f"{written} to write, {unchanged} unchanged, {removed} to remove"
        return f"Would build {pages} into {folder} ({numbers}). This was a dry run: nothing was changed."
    numbers = f"{written} written, {unchanged} unchanged, {removed} removed"
    return f"Built {pages} in {seconds_text(seconds)} into {folder} ({numbers})"


def _failure(built: Built) -> str:
    from caresite.core.codes import CANNOT_WRITE

    errors = sum(d.severity == "error" for d in built.diagnostics)
    warnings = sum(d.severity == "warning" for d in built.diagnostics)
    found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}."
    if any(d.code == CANNOT_WRITE.id or _is_half_written(d) for d in built.diagnostics):
        return f"{found} Publishing stopped on the way: old and new pages may stand side by side until you build again."
    return f"{found} Nothing was published: what is on disk was left as it was."


def _is_half_written(diagnostic: Diagnostic) -> bool:
    """Tell whether the disk was full at one file of the output, after it had seemed to have room for all of them."""
    from caresite.core.codes import DISK_FULL

    path = diagnostic.span.path
    return diagnostic.code == DISK_FULL.id and "/" in path and not path.startswith("/")


def _published(built: Built) -> dict[str, Any]:
    done = built.published
    return {
        "written": list(done.written) if done else [],
        "removed": list(done.removed) if done else [],
        "unchanged": done.unchanged if done else 0,
    }


def data_of(built: Built, seconds: float, *, ok: bool) -> dict[str, Any]:
    """Return what a build found, as JSON has it."""
    from caresite.commands.report import as_data, held_as_data

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
