"""Build: the stages in order. The only place that knows all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.config import Settings, load_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, as_errors, fault, sort_key
from caresite.core.files import MAX_TEXT_BYTES
from caresite.core.model import Document, Output, Route
from caresite.core.urls import collision_key, stays_inside
from caresite.core.values import Table
from caresite.pipeline.assets import asset_outputs, collect_assets
from caresite.pipeline.catalog import Site, assemble
from caresite.pipeline.check import check
from caresite.pipeline.data import check_wordings, read_data, read_lock
from caresite.pipeline.discover import Discovery, discover
from caresite.pipeline.gates import Gates
from caresite.pipeline.markdown import MarkdownOptions
from caresite.pipeline.parse import Parser, Syntax, parse_defaults
from caresite.pipeline.publish import Published, output_folder, publish
from caresite.pipeline.reader import Plan
from caresite.pipeline.render import Renderer, facts_of
from caresite.pipeline.route import route
from caresite.pipeline.themes import Theme, load_theme

__all__ = ["Built", "Options", "Watch", "build", "load_site", "markdown_options"]

T = TypeVar("T")


class Options(Struct, frozen=True, kw_only=True):
    """How to build: what the command line says. `now` is the moment that decides what is due.

    `compiled` is where compiled templates are kept; below `.caresite/` unless given, nowhere when nothing is written.
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
    compiled: Path | None = None


class Built(Struct, frozen=True, kw_only=True):
    """What a build made: without `site` it did not get that far; with errors nothing was published."""

    diagnostics: tuple[Diagnostic, ...]
    site: Site | None = None
    outputs: tuple[Output, ...] = ()
    published: Published | None = None
    seconds: Mapping[str, float] = {}
    output_dir: Path | None = None

    @property
    def ok(self) -> bool:
        return not any(d.severity == "error" for d in self.diagnostics)


class Watch:
    """Collects the diagnostics and the seconds of each stage while a build goes on."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.seconds: dict[str, float] = {}
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

    def sorted(self, strict: bool) -> tuple[Diagnostic, ...]:
        unique = sorted(set(self.found), key=sort_key)
        return tuple(as_errors(unique) if strict else unique)


def build(root: Path, options: Options, *, progress: Callable[[str, int, int], None] | None = None) -> Built:
    """Build the site in `root` and publish it, unless a fault was found.

    Never raises for what is wrong with the site: that is in the diagnostics of the answer.
    """
    watch = Watch()
    tell = progress or (lambda stage, done, total: None)
    try:
        with watch.stage("config"):
            settings = watch.keep(
                load_config(
                    root,
                    files=options.configs,
                    env=options.env,
                    environ=options.environ,
                    base_url=options.base_url,
                )
            )
            theme = watch.keep(load_theme(root, settings))
        site, plan, routes = load_site(root, settings, options, watch, tell)
        outputs = _render(root, site, plan, routes, theme, options, watch, tell)
        with watch.stage("check"):
            watch.found.extend(check(site, plan, outputs))
        diagnostics = watch.sorted(options.strict)
        folder = output_folder(root, options.output_dir or settings.config.output_dir)
        failed = any(d.severity == "error" for d in diagnostics)
        published = None
        if options.publish and not failed:
            with watch.stage("publish"):
                files = {output: root / path for output, path in site.files.items()}
                published = publish(folder, outputs, files, clean=options.clean, dry_run=options.dry_run)
        return Built(
            diagnostics=diagnostics,
            site=site,
            outputs=outputs,
            published=published,
            seconds=watch.seconds,
            output_dir=folder,
        )
    except Problem as problem:
        watch.found.extend(problem.diagnostics)
        return Built(diagnostics=watch.sorted(options.strict), seconds=watch.seconds)


def load_site(
    root: Path,
    settings: Settings,
    options: Options,
    watch: Watch | None = None,
    tell: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> tuple[Site, Plan, tuple[Route, ...]]:
    """Run discover, parse, assemble and route; diagnostics go to `watch`."""
    watch = watch or Watch()
    with watch.stage("discover"):
        discovery = discover(root, settings)
        watch.found.extend(discovery.diagnostics)
    read = _reading(root, discovery)
    with watch.stage("parse"):
        documents = _parse(settings, discovery, read, watch, tell)
    with watch.stage("assemble"):
        data = watch.keep(read_data(discovery.data, read))
        lock = watch.keep(read_lock(discovery.lock, discovery.wordings, read, settings.zone))
        watch.found.extend(check_wordings(documents, discovery.wordings))
        clock = options.now.astimezone(settings.zone)
        site = watch.keep(
            assemble(settings, discovery, documents, clock=clock, lock=lock, data=data, gates=options.gates)
        )
    with watch.stage("route"):
        routes, plan, found = route(site)
        watch.found.extend(found)
    return site, plan, routes


def _reading(root: Path, discovery: Discovery) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        try:
            with (root / discovery.names.get(path, path)).open("rb") as file:
                return file.read(MAX_TEXT_BYTES + 1)
        except OSError as error:
            raise Problem(fault(codes.UNREADABLE, Span(path), f"the file cannot be read: {error.strerror}")) from None

    return read


def _parse(
    settings: Settings,
    discovery: Discovery,
    read: Callable[[str], bytes],
    watch: Watch,
    tell: Callable[[str, int, int], None],
) -> tuple[Document, ...]:
    parser = Parser(_syntax(settings, _defaults(discovery, read, watch)))
    documents = []
    for number, source in enumerate(discovery.sources):
        try:
            document = parser.parse(source, read(source.path))
        except Problem as problem:
            watch.found.extend(problem.diagnostics)
            continue
        watch.found.extend(document.diagnostics)
        documents.append(document)
        tell("parse", number + 1, len(discovery.sources))
    return tuple(documents)


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


def _render(
    root: Path,
    site: Site,
    plan: Plan,
    routes: Iterable[Route],
    theme: Theme,
    options: Options,
    watch: Watch,
    tell: Callable[[str, int, int], None],
) -> tuple[Output, ...]:
    with watch.stage("assets"):
        assets = watch.keep(collect_assets(theme, site.settings.config.title))
    outputs: list[Output] = []
    writes = options.publish and not options.dry_run
    compiled = options.compiled or (root / ".caresite/templates" if writes else None)
    renderer = Renderer(site, plan, theme, assets, markdown_options(site.settings), compiled=compiled)
    routes = tuple(routes)
    with watch.stage("render"):
        for number, made in enumerate(routes):
            output = renderer.render(made)
            watch.add_once(output.diagnostics)
            outputs.append(output)
            tell("render", number + 1, len(routes))
        outputs.extend(asset_outputs(assets, {name for output in outputs for name in output.assets}))
        outputs.extend(_rendered(site, tuple(outputs), watch))
    return tuple(sorted(outputs, key=lambda o: o.path))


def _rendered(site: Site, outputs: tuple[Output, ...], watch: Watch) -> Iterable[Output]:
    """Ask the plugins for files that are made from all pages."""
    taken = {collision_key(path) for path in (*site.files, *(output.path for output in outputs))}
    for active in site.settings.plugins:
        if not active.plugin.rendered:
            continue
        try:
            for output in active.plugin.rendered(site, outputs, active.options):
                key = collision_key(output.path)
                if stays_inside(output.path) and key not in taken:
                    taken.add(key)
                    yield replace(output, **facts_of(output.path, output.data.decode(errors="replace")))
                    continue
                where = "which is there already" if key in taken else "outside the output folder"
                message = f"the plugin `{active.plugin.name}` wants to write `{output.path}`, {where}"
                watch.found.append(fault(codes.PLUGIN_OUTPUT, active.span, message))
        except Problem as problem:
            watch.found.extend(problem.diagnostics)
        except Exception as error:
            message = f"the plugin `{active.plugin.name}` failed in `rendered`: {type(error).__name__}: {error}"
            watch.found.append(fault(codes.PLUGIN_FAILED, active.span, message))
