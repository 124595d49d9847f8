"""Build: the stages in order. The only place that knows all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import TZPATH

from msgspec import Struct

from caresite.core.config import NETLIFY_FILE, Settings, read_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, as_errors, sort_key
from caresite.core.disk import disk_fault
from caresite.core.model import Output, Route
from caresite.core.values import Table
from caresite.engine.assembling import Assembled, Parts, assemble_all, with_other_words
from caresite.engine.columns import with_columns
from caresite.engine.current import code_digest, frame_of, sources_of
from caresite.engine.finishing import finish, finish_known
from caresite.engine.memory import Memory, MemoryLost, memory_path
from caresite.engine.parsing import parse_all, parse_known, reading
from caresite.engine.pictures import draw_all, drawn_outputs, faults_of, files_of, forget_others, look_at_all
from caresite.engine.published import gone_since, read_published, record_published
from caresite.engine.reads import recorded_reads
from caresite.engine.unchanged import Report, Seen, Tree, record_of
from caresite.engine.writing import made_of_all, note_published, write_all, write_known
from caresite.pipeline.assets import asset_outputs, collect_assets
from caresite.pipeline.catalog import Site
from caresite.pipeline.check import check, inspect
from caresite.pipeline.data import check_wordings, read_data, read_lock, read_wordings
from caresite.pipeline.discover import Discovery, discover
from caresite.pipeline.gates import Gates
from caresite.pipeline.gone import published_pages
from caresite.pipeline.markdown import MarkdownOptions
from caresite.pipeline.parse import Syntax, parse_defaults
from caresite.pipeline.publish import Published, output_folder, publish
from caresite.pipeline.reader import Plan
from caresite.pipeline.render import Renderer
from caresite.pipeline.themes import Theme, load_theme

__all__ = ["Built", "Options", "Watch", "build", "load_site", "markdown_options", "report_of"]

T = TypeVar("T")
Tell = Callable[[str, int, int], None]


class Options(Struct, frozen=True, kw_only=True):
    """How to build: what the command line says. `now` is the moment that decides what is due.

    `compiled` is where compiled templates are kept; below `.caresite/` unless given, nowhere when nothing is
    written. `full` forgets what earlier builds found out; `workers` is how many processes may work at once; `asked`
    is a digest of how the build was asked for, and makes it leave a record for the next one that is asked for alike.
    Without `finish`, what takes its time is left out, such as the search index.
    """

    now: datetime
    configs: tuple[str, ...] = ()
    env: str = ""
    environ: Mapping[str, str] = {}
    base_url: str = ""
    output_dir: str = ""
    gates: Gates = Gates()
    strict: bool = False
    clean: bool = False
    dry_run: bool = False
    publish: bool = True
    finish: bool = True
    full: bool = False
    minify: bool = False
    workers: int = 1
    asked: str = ""


class Built(Struct, frozen=True, kw_only=True):
    """What a build made: without `site` it did not get that far; with errors nothing was published.

    `addresses` has every address that the site answers. `rendered` names the outputs that were not known from earlier
    builds, when there is a memory of such; `trouble` is what is wrong with that memory, in a line for people.
    """

    diagnostics: tuple[Diagnostic, ...]
    site: Site | None = None
    outputs: tuple[Output, ...] = ()
    published: Published | None = None
    seconds: Mapping[str, float] = {}
    output_dir: Path | None = None
    addresses: frozenset[str] = frozenset()
    rendered: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def ok(self) -> bool:
        return not any(d.severity == "error" for d in self.diagnostics)

    @property
    def pages(self) -> int:
        """How many pages people can visit."""
        return sum(output.path.endswith(".html") and bool(output.content) for output in self.outputs)


class Watch:
    """Collects the diagnostics and the seconds of each stage while a build goes on."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.seconds: dict[str, float] = {}
        self.rendered: list[str] = []
        self._once: set[tuple[str, Span, str]] = set()

    @contextmanager
    def stage(self, name: str) -> Any:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def keep(self, answer: tuple[T, tuple[Diagnostic, ...]]) -> T:
        value, found = answer
        self.found.extend(found)
        return value

    def add_once(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Note what one page found; a fault of a template that every page has is told for the first of them."""
        for diagnostic in diagnostics:
            key = (diagnostic.code, diagnostic.span, diagnostic.message)
            if key not in self._once:
                self._once.add(key)
                self.found.append(diagnostic)

    @property
    def failed(self) -> bool:
        return any(d.severity == "error" for d in self.found)

    def sorted(self, strict: bool) -> tuple[Diagnostic, ...]:
        unique = sorted(set(self.found), key=sort_key)
        return tuple(as_errors(unique) if strict else unique)


def build(
    root: Path,
    options: Options,
    *,
    progress: Tell | None = None,
    memory: Memory | None = None,
) -> Built:
    """Build the site in `root` and publish it, unless a fault was found.

    With a `memory` of earlier builds, only what is not known from there is read and written anew; a build that
    publishes uses the one of the site's `.caresite/`. Never raises for what is wrong with the site: that is in the
    diagnostics of the answer.
    """
    tell = progress or (lambda stage, done, total: None)
    if memory is not None:
        return _build(root, options, tell, memory)
    if not options.publish or options.dry_run:
        return _build(root, options, tell, None)
    memory = Memory(memory_path(root))
    with recorded_reads() as opened:
        try:
            if not options.full:
                memory.recall()
            if memory.others_changed():
                memory.forget()
            return _build(root, options, tell, memory, opened)
        except MemoryLost as lost:
            memory.forget(f"the words of {lost} are gone")
            return _build(root, options, tell, memory, opened)
        finally:
            memory.close()


def _build(
    root: Path, options: Options, tell: Tell, memory: Memory | None, opened: Collection[str] = frozenset()
) -> Built:
    watch, started = Watch(), time.time_ns()
    try:
        with watch.stage("config"):
            settings, theme = _configured(root, options, watch)
        site, plan, routes = load_site(root, settings, options, watch, tell, memory=memory)
        folder = output_folder(root, options.output_dir or settings.config.output_dir)
        outputs = _write(root, site, plan, routes, theme, options, watch, tell, memory=memory, folder=folder)
        with watch.stage("check"):
            watch.found.extend(check(site, plan, outputs))
            if not watch.failed and (memory is None or memory.file):  # a page with a fault has not gone
                before = read_published(_published_folder(root, folder))
                watch.found.extend(gone_since(before, root, site, plan.addresses, outputs))
        if options.publish and not options.dry_run and not watch.failed:
            with watch.stage("pictures"):
                watch.found.extend(draw_all(outputs, workers=options.workers, tell=tell))
        if options.finish and not watch.failed:
            with watch.stage("finish"):
                known = (memory, folder) if memory and memory.file else None
                made, found = finish_known(site, outputs, *known) if known else finish(site, outputs)
                outputs = tuple(sorted((*outputs, *made), key=lambda output: output.path))
                watch.found.extend(found)
        with watch.stage("check"):
            watch.found.extend(inspect(root, site, outputs))
        diagnostics = with_columns(root, watch.sorted(options.strict))
        published = None
        if options.publish and not any(d.severity == "error" for d in diagnostics):
            with watch.stage("publish"):
                drawn = files_of(outputs)
                files = {output: root / path for output, path in site.files.items()} | drawn
                others = [output for output in outputs if output.path not in drawn]
                published = publish(folder, others, files, clean=options.clean, dry_run=options.dry_run)
            with watch.stage("remember"):
                if memory and memory.file and not options.dry_run:
                    forget_others(root, drawn.values())
                    note_published(memory, folder)
                    memory.save()
                if not options.dry_run:
                    record_published(_published_folder(root, folder), published_pages(site))
        built = Built(
            diagnostics=diagnostics,
            site=site,
            outputs=outputs,
            published=published,
            seconds=watch.seconds,
            output_dir=folder,
            addresses=plan.addresses,
            rendered=tuple(watch.rendered),
            trouble=memory.trouble if memory else "",
        )
        if published and memory and options.asked and not memory.trouble:
            tree = _tree(settings, theme, folder, options)
            digests = {path: known.digest for path, known in memory.routes.items()}
            seen = Seen(started, {*opened, *memory.others()}, digests)
            record = record_of(root, tree, options.asked, report_of(built), seen)
            memory.save_record(record.data, record.others)
        return built
    except Problem as problem:
        watch.found.extend(problem.diagnostics)
    except OSError as error:  # not a bug of ours: a disk is full, or a file may not be read
        watch.found.append(disk_fault(error, root))
    return Built(diagnostics=with_columns(root, watch.sorted(options.strict)), seconds=watch.seconds)


def _published_folder(root: Path, output: Path) -> Path:
    """Return where the pages published in `output` are on record; each output folder has a record of its own."""
    name = os.path.relpath(output, root).replace(os.sep, "/")
    return root / ".caresite" / "published" / quote(name, safe="")


def _configured(root: Path, options: Options, watch: Watch) -> tuple[Settings, Theme]:
    """Read the config and load its theme. Raises Problem, when both were looked at, if either has an error."""
    settings, found = read_config(
        root, files=options.configs, env=options.env, environ=options.environ, base_url=options.base_url
    )
    watch.found.extend(found)
    if settings is None:
        raise Problem
    theme = watch.keep(load_theme(root, settings))
    if any(d.severity == "error" for d in found):
        raise Problem
    return settings, theme


def report_of(built: Built) -> Report:
    """Return what there is to say of a build that was published."""
    assert built.site
    assert built.published
    return Report(
        pages=built.pages,
        files=len(built.published.written) + built.published.unchanged,
        folder=str(built.output_dir),
        diagnostics=built.diagnostics,
        held_back=built.site.held_back,
        next_due=built.site.next_due,
        clock=built.site.clock,
        sample=built.site.settings.config.sample,
    )


def _tree(settings: Settings, theme: Theme, folder: Path, options: Options) -> Tree:
    themes = (str(layer.folder.absolute()) for layer in theme.layers[1:])
    plugins = (path for active in settings.plugins for path in sources_of(active.plugin))
    folders = (collection.path for collection in settings.collections.values())
    zone = settings.config.timezone
    zones = (str(Path(place) / zone) for place in TZPATH)
    inputs = (*themes, *plugins, *folders, settings.path, NETLIFY_FILE, *options.configs, *zones)
    return Tree(inputs, os.path.realpath(folder))


def load_site(
    root: Path,
    settings: Settings,
    options: Options,
    watch: Watch | None = None,
    tell: Tell = lambda stage, done, total: None,
    *,
    memory: Memory | None = None,
) -> tuple[Site, Plan, tuple[Route, ...]]:
    """Run discover, parse, assemble and route; diagnostics go to `watch`."""
    watch = watch or Watch()
    with watch.stage("discover"):
        discovery = discover(root, settings)
        watch.found.extend(discovery.diagnostics)
    read = reading(root, discovery.names)
    with watch.stage("parse"):
        syntax = _syntax(settings, _defaults(discovery, read, watch))
        if memory is None:
            documents, found = parse_all(discovery.sources, syntax, read, tell)
        else:
            memory.code, memory.syntax = memory.code or code_digest(), syntax
            memory.meta["code"] = memory.code
            documents, found = parse_known(
                root,
                discovery.names,
                discovery.sources,
                syntax,
                memory,
                edition=memory.code,
                workers=options.workers,
                tell=tell,
            )
        watch.found.extend(found)
        watch.found.extend(d for document in documents for d in document.diagnostics)
    with watch.stage("assemble"):
        data = watch.keep(read_data(discovery.data, read))
        lock = watch.keep(read_lock(discovery.lock, discovery.wordings, read, settings.zone))
        watch.found.extend(check_wordings(documents, discovery.wordings))
        more = {"lock": lock, "data": data, "gates": options.gates}
        more["wordings"] = watch.keep(read_wordings(discovery.wordings, read))
        parts = Parts(settings=settings, discovery=discovery, more=more)
        clock = options.now.astimezone(settings.zone)
        before: Assembled | None = memory.assembled if memory else None
        made = with_other_words(before, parts, documents, clock) if before else None
        made = made or assemble_all(parts, documents, clock)
        watch.found.extend(made.found)
    if memory:
        memory.pending = made
    return made.site, made.plan, made.routes


def _defaults(discovery: Discovery, read: Callable[[str], bytes], watch: Watch) -> dict[str, Table]:
    tables = {}
    for path in discovery.defaults:
        try:
            tables[path.rpartition("/")[0] + "/"] = parse_defaults(path, read(path))
        except Problem as problem:
            watch.found.extend(problem.diagnostics)
    return tables


def markdown_options(settings: Settings) -> MarkdownOptions:
    """Return how this site reads Markdown."""
    markdown = settings.config.markdown
    return MarkdownOptions(
        language=settings.config.language,
        raw_html=markdown.raw_html,
        typographer=markdown.typographer,
        linkify=markdown.linkify,
        heading_ids=markdown.heading_ids,
        highlight=markdown.highlight,
    )


def _syntax(settings: Settings, defaults: dict[str, Table]) -> Syntax:
    expected = frozenset(taxonomy.field for taxonomy in settings.taxonomies.values())
    return Syntax(settings.config.timezone, markdown_options(settings), defaults, expected)


def _finish(options: Options) -> Callable[[str], str] | None:
    """Return what is done to a page last of all, if anything."""
    if not options.minify:
        return None
    from caresite.pipeline.minify import minified

    return minified


def _write(
    root: Path,
    site: Site,
    plan: Plan,
    routes: tuple[Route, ...],
    theme: Theme,
    options: Options,
    watch: Watch,
    tell: Tell,
    *,
    memory: Memory | None,
    folder: Path,
) -> tuple[Output, ...]:
    with watch.stage("assets"):
        assets = watch.keep(collect_assets(theme, site.settings.config.title, memory.meta if memory else None))
    with watch.stage("pictures"):
        pictures = look_at_all(root, site, memory, fresh=options.full)
        watch.found.extend(faults_of(site, pictures))
    with watch.stage("render"):
        finish, markdown = _finish(options), markdown_options(site.settings)

        known = memory.known_of(site.pages) if memory else None

        def renderer_of(site: Site) -> Renderer:
            return Renderer(*(site, plan, theme, assets, markdown), finish=finish, pictures=pictures, known=known)

        renderer = renderer_of(site)
        if memory is None:
            outputs = write_all(renderer, routes, tell)
        else:
            frame = frame_of(site, theme, code=memory.code) + (b"minified" if finish else b"")
            on_disk = folder if memory.file else None
            outputs, watch.rendered = write_known(
                renderer, routes, plan, memory, frame=frame, folder=on_disk, workers=options.workers, tell=tell
            )
            memory.renderer_of = renderer_of
        for output in outputs:
            watch.add_once(output.diagnostics)
        outputs.extend(asset_outputs(assets, {name for output in outputs for name in output.assets}))
        keeps_drawn = memory is not None and not options.dry_run
        outputs.extend(drawn_outputs(root, site, pictures, outputs, renderer.studio, keeps=keeps_drawn))
        made, found = made_of_all(site, tuple(outputs))
        watch.found.extend(found)
    return tuple(sorted((*outputs, *made), key=lambda output: output.path))
