"""`caresite deploy`: build the site, look twice, and put online what changed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace

from caresite.commands.deploy_words import answer, confirmed, say_done, say_live, say_plan
from caresite.commands.progress import shown_progress
from caresite.commands.report import is_broken_link, is_withheld, print_diagnostics, print_problem
from caresite.commands.session import Session
from caresite.core.config import Settings
from caresite.core.deployments import Deployment, TargetOptions
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.core.suggest import nearest
from caresite.core.texts import counted
from caresite.deploy import guards
from caresite.deploy.compressed import with_compressed
from caresite.deploy.digests import output_files, recalled
from caresite.deploy.journal import Entry, alone, append, live_pages, note_live_pages, state_folder
from caresite.deploy.plan import Plan, made
from caresite.deploy.target import Errand, File, Sent, Target, Wanted
from caresite.deploy.verify import sampled, verified
from caresite.engine.build import Built, Options, build
from caresite.engine.pool import cores
from caresite.engine.published import gone_since, read_published, record_published
from caresite.pipeline.check import inspect
from caresite.pipeline.gone import PublishedPage, published_pages

__all__ = ["Flags", "chosen", "errand_for", "exit_code", "run"]


class Flags(NamedTuple):
    """The options of `deploy`."""

    name: str = ""
    dry_run: bool = False
    preview: bool = False
    no_build: bool = False
    allow_sample: bool = False
    take_down: bool = False
    take_over: bool = False
    max_deletes: int = 256
    message: str = ""
    minify: bool | None = None
    no_verify: bool = False
    yes: bool = False


class _Going(NamedTuple):
    """A deploy under way: where to, with which options, and what the target may use of the world."""

    session: Session
    flags: Flags
    deployment: Deployment
    options: TargetOptions
    errand: Errand

    @property
    def is_asked(self) -> bool:
        return not (self.flags.yes or self.flags.dry_run)


class _Site(NamedTuple):
    """What is left of a build when nothing stands in the way: its files, and where each item has its page."""

    settings: Settings
    files: Mapping[str, File]
    pages: Mapping[str, str]
    published: Mapping[str, PublishedPage]


def run(session: Session, flags: Flags) -> int:
    """Put the site online; returns 0 when it is, 1 when something stands in the way, 3 when the host failed."""
    going = _going(session, flags)
    if going.is_asked and not _is_somebody_here():
        raise click.UsageError("Nobody is here to be asked: say `-y` to go online, or `--dry-run` to see the plan.")
    try:
        with alone(session.root):
            return _send(going, _ready(going))
    except Problem as problem:
        print_problem(session, problem)
        if exit_code(problem) == 1:
            session.say("Nothing was deployed.")
        return exit_code(problem)


def _is_somebody_here() -> bool:
    return sys.stdin.isatty()


def exit_code(problem: Problem) -> int:
    """Return 3 when it was the network or the host that failed, else 1."""
    return 3 if any(d.severity == "error" and d.code.startswith("H2") for d in problem.diagnostics) else 1


# where to


def _going(session: Session, flags: Flags) -> _Going:
    deployment = chosen(session.settings().deployments, flags.name)
    options = deployment.options
    if flags.preview:
        options = deployment.preview or options
        if not (deployment.kind.previews or deployment.preview):
            raise click.UsageError(
                f"A target of the kind `{deployment.kind.name}` has no previews of its own: say under "
                f"`deploy.{deployment.name}.preview` where they go."
            )
    errand = errand_for(session, deployment, preview=flags.preview, message=flags.message)
    return _Going(session, flags, replace(deployment, options=options), options, errand)


def chosen(deployments: Iterable[Deployment], name: str) -> Deployment:
    """Return the entry of `deploy:` called `name`; without a name the only one, or `production`.

    Raises UsageError, which names those that there are.
    """
    by_name = {deployment.name: deployment for deployment in deployments}
    if not by_name:
        raise click.UsageError("The config does not say where to: add `deploy:`. See `caresite deploy --help`.")
    wanted = name or (next(iter(by_name)) if len(by_name) == 1 else "production")
    if wanted in by_name:
        return by_name[wanted]
    near = nearest(wanted, by_name) if name else ""
    hint = f" Did you mean `{near}`?" if near else ""
    raise click.UsageError(
        f"There is no `{wanted}` under `deploy`; there are: {', '.join(by_name)}.{hint}"
        if name
        else f"Say where to: {', '.join(by_name)}."
    )


def errand_for(session: Session, deployment: Deployment, *, preview: bool = False, message: str = "") -> Errand:
    """Return what the target of an entry may use of the world."""
    settings = session.settings()
    options = (deployment.preview or deployment.options) if preview else deployment.options
    name = f"{deployment.name}-preview" if preview else deployment.name
    return Errand(
        root=session.root,
        name=deployment.name,
        span=deployment.span,
        state=state_folder(session.root, name),
        base_url=options.url or settings.config.base_url,
        environ=os.environ,
        now=datetime.now(UTC),
        message=message,
        preview=preview,
    )


# the site


def _ready(going: _Going) -> _Site:
    """Return the site, built and looked at. Raises Problem with what stands in the way."""
    built = _built(going)
    assert built.site
    folder = _output_folder(built)
    files = output_files(folder) if folder.is_dir() else {}
    _refuse(_standing_in_the_way(going, built, files), built.diagnostics)
    _say_gone(going, built)
    pages = {page.id: page.url for page in built.site.pages.values()}
    return _Site(built.site.settings, files, pages, published_pages(built.site))


def _say_gone(going: _Going, built: Built) -> None:
    """Name the addresses that visitors had until now, and that this deploy takes away."""
    assert built.site
    if going.session.json or going.flags.preview:
        return
    before = read_published(going.errand.state)
    gone = gone_since(before, going.session.root, built.site, built.addresses, built.outputs)
    print_diagnostics(going.session, gone)


def _built(going: _Going) -> Built:
    """Build for visitors, or look at what a build would give. Raises Problem with what is wrong."""
    session, flags, errand = going.session, going.flags, going.errand
    options = Options(
        now=session.now(),
        configs=session.configs,
        env=session.env,
        environ=_environ(errand),
        base_url=errand.base_url,
        minify=bool(flags.minify),
        publish=not flags.no_build,
        workers=cores(),
    )
    with shown_progress(session) as tell:
        built = build(session.root, options, progress=tell)
    if not built.ok:
        raise Problem(*built.diagnostics)
    if not session.json:
        refused = frozenset(_broken_links(built))
        print_diagnostics(session, [d for d in built.diagnostics if d.severity != "note" and d not in refused])
        session.say(f"{'Checked' if flags.no_build else 'Built'} {counted(built.pages, 'page')}.")
    return built


def _environ(errand: Errand) -> Mapping[str, str]:
    """Return the environment of the build; search engines are asked to leave a preview alone."""
    return {**errand.environ, "CARESITE__SEO__NOINDEX": "true"} if errand.preview else errand.environ


def _output_folder(built: Built) -> Path:
    assert built.output_dir
    return built.output_dir


def _standing_in_the_way(going: _Going, built: Built, files: Mapping[str, File]) -> Iterable[Diagnostic]:
    """Yield what must not go online as it is."""
    assert built.site
    flags, settings = going.flags, built.site.settings
    if not flags.allow_sample:
        yield from guards.sample_people(settings)
    yield from guards.unreachable_address(settings, going.deployment)
    yield from guards.dead_on_target(settings, built.outputs, going.deployment)
    if flags.no_build:
        known = {output.path for output in built.outputs} | built.site.files.keys()
        yield from guards.other_output(settings, _output_folder(built), files, known)
        leaks = tuple(_leaks(going, built, files))
        yield from (*leaks, *guards.unpublished_words(leaks))
    yield from (replace(d, severity="error") for d in _broken_links(built))
    yield from guards.private_files(files)
    yield from guards.unpublished_words(built.diagnostics)
    yield from guards.unsettled_words(d for d in built.diagnostics if not is_withheld(d))
    if not flags.take_down:
        withheld = [d for d in built.diagnostics if is_withheld(d)]
        yield from guards.withheld_words(withheld, built.site.held_back, live_pages(going.errand.state))


def _broken_links(built: Built) -> Iterator[Diagnostic]:
    assert built.site
    checks = built.site.settings.config.check
    yield from (d for d in built.diagnostics if is_broken_link(d, checks))


def _leaks(going: _Going, built: Built, files: Mapping[str, File]) -> Iterable[Diagnostic]:
    """Yield what the last look before publishing finds in files that no build has looked at just now."""
    from caresite.core.model import Output

    assert built.site
    outputs = tuple(Output(path=path, content=_Read(file.source)) for path, file in files.items())
    return inspect(going.session.root, built.site, outputs)


class _Read(NamedTuple):
    """The bytes of a file, read when somebody asks."""

    path: Path

    def read(self) -> bytes:
        return self.path.read_bytes()


def _refuse(found: Iterable[Diagnostic], known: Iterable[Diagnostic] = ()) -> None:
    """Raise Problem when something was found that stands in the way."""
    errors = [d for d in found if d.severity == "error" and d not in known]
    if errors:
        raise Problem(*errors)


# the target


def _send(going: _Going, site: _Site) -> int:
    session, flags, start = going.session, going.flags, time.perf_counter()
    kind = going.deployment.kind
    with_twins = with_compressed(site.files, going.options, going.errand)
    with _noted(going) as notes, with_twins as files, kind.open(going.options, going.errand) as target:
        wanted = recalled(files, target.digest, going.errand.state, now_ns=time.time_ns())
        plan = _planned(going, site.settings, wanted, target)
        if not session.json:
            say_plan(session, plan, going.deployment, every=flags.dry_run)
        if flags.dry_run or plan.is_empty or (going.is_asked and not confirmed()):
            return _done(going, plan, Sent(), seconds=0.0, is_sent=False)
        with shown_progress(session) as tell:
            sent = target.send(plan, tell or (lambda stage, done, total: None))
        seconds = time.perf_counter() - start
        notes.append(_entry(going, plan, sent, seconds))
        note_live_pages(going.errand.state, site.pages)
        record_published(going.errand.state, site.published)
    return _done(going, plan, sent, seconds=seconds, is_sent=True)


def _planned(going: _Going, settings: Settings, wanted: Wanted, target: Target) -> Plan:
    """Return the plan. Raises Problem when it is not one to carry out."""
    flags, span = going.flags, going.deployment.span
    plan = made(wanted, target.look(wanted), take_over=flags.take_over)
    found = [] if flags.preview else [*guards.other_address(settings, going.deployment, plan.there.url)]
    if not flags.take_over:
        found.extend(guards.not_ours(plan, going.errand.base_url, span))
    if not flags.dry_run:
        found.extend(guards.too_many_deletes(plan, flags.max_deletes, span))
    _refuse(found)
    return plan


@contextmanager
def _noted(going: _Going) -> Iterator[list[Entry]]:
    """Write what becomes of the deploy into the log, also when a fault ends it."""
    notes: list[Entry] = []
    try:
        yield notes
    except Problem as problem:
        notes.append(replace(_entry(going, None, Sent(), 0.0), fault=problem.diagnostics[0].code))
        raise
    finally:
        for entry in notes:
            append(going.session.root, entry)


def _entry(going: _Going, plan: Plan | None, sent: Sent, seconds: float) -> Entry:
    errand = going.errand
    return Entry(
        at=errand.now,
        name=errand.name,
        target=going.deployment.kind.name,
        base_url=errand.base_url,
        preview=errand.preview,
        added=len(plan.add) if plan else 0,
        changed=len(plan.change) if plan else 0,
        deleted=len(plan.delete) if plan else 0,
        bytes=plan.bytes if plan else 0,
        seconds=round(seconds, 3),
        url=sent.url,
        id=sent.id,
    )


def _done(going: _Going, plan: Plan, sent: Sent, *, seconds: float, is_sent: bool) -> int:
    """Look at the live site, tell what was done, and return the exit code."""
    session, flags = going.session, going.flags
    url = sent.url or ("" if flags.preview and not going.options.url else going.errand.base_url)
    samples = sampled(plan, url) if is_sent and url and not flags.no_verify else ()
    wrong = verified(samples, patience_s=going.deployment.kind.patience_s, sleep=going.errand.sleep) if samples else ()
    if session.json:
        answer(session, going.deployment, plan, sent, seconds=seconds, is_sent=is_sent, url=url, wrong=wrong)
    elif is_sent:
        say_done(session, plan, url, seconds)
        say_live(session, samples, wrong)
    elif flags.dry_run:
        session.say("This was a dry run: nothing was sent.")
    elif not plan.is_empty:
        session.say("Nothing was sent.")
    return 3 if wrong else 0
