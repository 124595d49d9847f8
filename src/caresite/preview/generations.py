"""Generations of a site: what a build made, what differs from the one before, and the last good one after a fault.

The only module of the preview that knows the engine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.diagnostics import Diagnostic, Problem, Span
from caresite.core.files import read_as_text
from caresite.core.model import Output
from caresite.core.urls import decoded_path
from caresite.engine.ahead import pages_ahead
from caresite.engine.build import Built, Options, build
from caresite.engine.finishing import finish, finishing_key, is_finished_later, page_digests
from caresite.engine.memory import Memory, MemoryLost
from caresite.pipeline.assets import asset_outputs, collect_assets
from caresite.pipeline.catalog import Site
from caresite.pipeline.themes import Theme, load_theme
from caresite.preview.due import next_due
from caresite.preview.moves import moved_pages
from caresite.preview.tree import Entry, MadeTree, entry_of_file

__all__ = ["Ahead", "Generation", "Generations", "Tell", "changed_paths", "unnumbered"]

_IN_ASSETS = re.compile(r"assets/|themes/[^/]+/assets/")
_SWAPPED = (".css", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
_DIGEST = re.compile(r"\.[0-9a-f]{10}(?=\.[A-Za-z0-9]+$)")

Tell = Callable[[str, int, int], None]


class Generation(Struct, frozen=True, kw_only=True):
    """The site at one moment. After an error, `tree` still has what was good, and `faults` say what is not.

    `site` is what the last build knew of the content, None before one got that far. `texts` has the files that
    diagnostics point into. `moved` are the pages' old URLs with their new ones since the preview began, `folders` those
    that the site is read from besides the usual ones, `next_due` is when its state next changes by itself. The first,
    before any build, has the number 0.
    """

    number: int
    tree: MadeTree
    site: Site | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    texts: Mapping[str, str] = {}
    moved: Mapping[str, str] = {}
    folders: tuple[Path, ...] = ()
    next_due: datetime | None = None
    seconds: float = 0.0

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity == "error")


class Ahead(NamedTuple):
    """What was shown without a build: anything at all, and everything there is to be seen of a save."""

    something: bool
    everything: bool


class _Unfinished(NamedTuple):
    """What there is to finish: a site, its files, and what tells whether they are others than before."""

    site: Site
    outputs: tuple[Output, ...]
    digests: Mapping[str, bytes]
    meta: Mapping[str, bytes]


class Generations:
    """Makes one generation after another of the site in `root`; `options` says how, at the moment it is asked."""

    def __init__(self, root: Path, options: Callable[[], Options]) -> None:
        self._root = root
        self._options = options
        self._memory = Memory()
        self._theme: Theme | None = None
        self._lock = Lock()
        self._ahead: frozenset[str] = frozenset()  # what has changed since the build that goes on began
        self._unfinished: _Unfinished | None = None
        self._finished = b""
        self._later: Mapping[str, Entry] = {}
        self._good: frozenset[str] | None = None  # what has changed since the last build without a fault
        self.current = Generation(number=0, tree=MadeTree(root))

    @property
    def is_unfinished(self) -> bool:
        """Whether something takes its time that `finish` could make."""
        return self._unfinished is not None

    def make(self, paths: frozenset[str], moved: Mapping[str, str] | None = None, tell: Tell | None = None) -> None:
        """Build the site, of which `paths` have changed, and make it the current generation.

        `moved` maps files that were renamed to their new names. Never raises for what is wrong with the site.
        """
        start = time.perf_counter()
        with self._lock:
            self._ahead = frozenset()
        built = self._build(tell)
        self._unfinished = self._what_is_unfinished(built)
        faulty = {d.span.path for d in built.diagnostics if d.severity == "error"}
        self._good = None if built.ok else (self._good or frozenset()) | paths
        tree = self._tree(built, faulty)
        before = self.current
        site = built.site or before.site
        gone = before.moved or before.tree.entries.keys() - tree.entries.keys()
        made = Generation(
            number=before.number + 1,
            tree=tree,
            site=site,
            diagnostics=built.diagnostics,
            texts=self._texts(built.diagnostics),
            moved=moved_pages(before.site, site, tree=tree, renamed=moved or {}, known=before.moved) if gone else {},
            folders=self._folders(site),
            next_due=next_due(site) if site else None,
            seconds=time.perf_counter() - start,
        )
        with self._lock:
            now = self._run_ahead_of(made, self._ahead)  # what was saved while this was built
            self.current = replace(now, number=self.current.number + 1)

    def _what_is_unfinished(self, built: Built) -> _Unfinished | None:
        if not built.ok or built.site is None or not is_finished_later(built.site):
            return None
        return _Unfinished(built.site, built.outputs, page_digests(self._memory), dict(self._memory.meta))

    def finish(self) -> None:
        """Make of the pages that are shown what takes its time, such as the search index, if they are others than then.

        May be called from another thread than `make`, also while that goes on.
        """
        what = self._unfinished
        if what is None:
            return
        key = finishing_key(what.site, what.digests, what.meta)
        if key == self._finished:
            return
        try:
            made, _ = finish(what.site, what.outputs)
        except MemoryLost:  # a build has gone on meanwhile, and will be finished itself
            return
        self._later = {output.path: Entry(output.path, output) for output in made}
        self._finished = key

    def run_ahead(self, paths: frozenset[str]) -> Ahead:
        """Show at once what needs no build: stylesheets, pictures, files that are copied, and the words of pages.

        May be called from another thread than `make`, also while that goes on.
        """
        with self._lock:
            self._ahead |= paths
            before = self.current
            now = self._run_ahead_of(before, paths)
            if now is not before:
                self.current = replace(now, number=before.number + 1)
        shown = set(now.site.files.values()) if now.site else set()
        shown |= _sources_of(e for path, e in now.tree.entries.items() if e is not before.tree.entries.get(path))
        seen = now is not before
        return Ahead(seen, seen and all(path in shown or _is_swapped(path) for path in paths))

    def _run_ahead_of(self, before: Generation, paths: frozenset[str]) -> Generation:
        """Return `before` with what `paths` are now, as far as it needs no build.

        The pages still name the old assets; `renamed` of the tree says what has taken their place.
        """
        files = self._files_anew(before, paths) if paths else {}
        assets = self._assets_anew(before, paths) if paths else ()
        pages = self._pages_anew(before, paths) if paths else ()
        if not files and not assets and not pages:
            return before
        entries = {**before.tree.entries, **files, **{o.path: Entry(o.path, o) for o in (*assets, *pages)}}
        renamed = dict(before.tree.renamed) | _renamed(entries, assets)
        tree = MadeTree(self._root, entries, before.tree.base_path, renamed, self._made_later)
        return replace(before, tree=tree)

    def _build(self, tell: Tell | None) -> Built:
        """Build with what is remembered of the builds before; one that ends badly leaves nothing worth remembering."""
        options = replace(self._options(), finish=False)
        try:
            return build(self._root, options, progress=tell, memory=self._memory)
        except MemoryLost:
            self._memory = Memory()
            return build(self._root, options, progress=tell, memory=self._memory)
        except BaseException:
            self._memory = Memory()
            raise

    def fail(self, error: Exception) -> None:
        """Show that a build ended in a way that nobody expected, over what was shown before."""
        message = f"caresite itself failed, which is no fault of your site: {type(error).__name__}: {error}"
        hint = "the terminal has the lines to report; saving again tries again"
        told = Diagnostic("", "error", Span("caresite"), message, hint)
        with self._lock:
            now = self.current
            self.current = replace(now, number=now.number + 1, diagnostics=(told,))

    def page_of(self, paths: Iterable[str]) -> str:
        """Return the URL of the page that the first of `paths` makes; empty when none of them makes one."""
        site, tree = self.current.site, self.current.tree
        for path in sorted(paths) if site else ():
            page = site.pages.get(site.sources.get(path, "")) if site else None
            if page and page.has_page:
                return page.url
            made = (e.output.url for e in tree.entries.values() if e.output and e.is_page and e.output.source == path)
            if url := next(made, ""):
                return url
        return ""

    # what is shown

    def _tree(self, built: Built, faulty: set[str]) -> MadeTree:
        """Return the files to show: those of the build, where it failed those before, if there were any.

        While nothing but the faulty files has changed since all was well, everything stays as it was: a post does not
        leave its lists for as long as a bracket is open.
        """
        before = self.current.tree
        known = bool(before.entries)
        if built.site is None or (known and not built.ok and self._good is not None and self._good <= faulty):
            return before
        entries = {output.path: _entry(output, before) for output in built.outputs}
        for path, source in built.site.files.items():
            if entry := entry_of_file(path, self._root / source):
                entries[path] = entry
        if not built.ok:
            entries |= {path: entry for path, entry in before.entries.items() if _is_better(entry, entries, faulty)}
            entries = {path: entry for path, entry in entries.items() if entry.file or _has_bytes(entry)}
        return MadeTree(self._root, entries, decoded_path(built.site.settings.base_path), later=self._made_later)

    def _made_later(self) -> Mapping[str, Entry]:
        return self._later

    def _texts(self, diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
        paths = {d.span.path for d in diagnostics if d.span.line}
        return {path: read_as_text(self._root / path) for path in sorted(paths)}

    def _folders(self, site: Site | None) -> tuple[Path, ...]:
        if site is None:
            return ()
        own = (self._root / collection.path for collection in site.settings.collections.values())
        try:
            self._theme, _ = load_theme(self._root, site.settings)
        except (Problem, OSError):
            return self.current.folders
        return (*own, *(layer.folder for layer in self._theme.layers[1:]))

    # what needs no build

    def _files_anew(self, before: Generation, paths: frozenset[str]) -> dict[str, Entry]:
        if before.site is None:
            return {}
        copied = {source: path for path, source in before.site.files.items()}
        found = (entry_of_file(copied[p], self._root / p) for p in paths if p in copied)
        return {entry.path: entry for entry in found if entry and before.tree.entries.get(entry.path) != entry}

    def _pages_anew(self, before: Generation, paths: frozenset[str]) -> tuple[Output, ...]:
        """Return the pages that are not as they were, if only their words have changed and nothing is wrong."""
        if before.site is None or before.faults:
            return ()
        made = pages_ahead(self._root, self._memory, paths, before.tree.entries)
        return tuple(page for page in made if before.tree.entries[page.path].output != page)

    def _assets_anew(self, before: Generation, paths: frozenset[str]) -> tuple[Output, ...]:
        """Return the assets of the theme and the site that are not as they were, if only such files have changed."""
        if before.site is None or not any(map(_is_swapped, paths)):
            return ()
        if self._theme is None:
            return ()
        try:
            assets, _ = collect_assets(self._theme, before.site.settings.config.title)
        except (Problem, OSError):
            return ()  # the build will say what is wrong
        shown = {unnumbered(path) for path, entry in before.tree.entries.items() if _is_asset(entry)}
        asked = [name for name, asset in assets.items() if unnumbered(asset.output) in shown]
        made = asset_outputs(assets, asked)
        return tuple(o for o in made if o.path not in before.tree.entries and o.path.endswith(_SWAPPED))


def _sources_of(entries: Iterable[Entry]) -> set[str]:
    return {entry.output.source for entry in entries if entry.output}


def _is_swapped(path: str) -> bool:
    """Tell whether `path` is an asset that a page can change for another without beginning anew."""
    return _IN_ASSETS.match(path) is not None and path.endswith(_SWAPPED)


def unnumbered(path: str) -> str:
    """Return the name of an asset without the digest of what is in it."""
    return _DIGEST.sub("", path)


def _is_asset(entry: Entry) -> bool:
    return entry.output is not None and entry.output.kind == "asset"


def _renamed(entries: Mapping[str, Entry], assets: Iterable[Output]) -> dict[str, str]:
    now = {unnumbered(output.path): output.path for output in assets}
    return {path: now[unnumbered(path)] for path, e in entries.items() if _is_asset(e) and unnumbered(path) in now}


def _entry(output: Output, before: MadeTree) -> Entry:
    """Return the entry of `output`; the one before, if nothing is different, so that its bytes are kept once."""
    known = before.entries.get(output.path)
    same = known and (known.output is output or known.output == output)
    return known if known and same else Entry(output.path, output)


def _has_bytes(entry: Entry) -> bool:
    return entry.output is not None and (not entry.is_page or bool(entry.output.data))


def _is_better(entry: Entry, entries: Mapping[str, Entry], faulty: set[str]) -> bool:
    """Tell whether what was shown before is better than what a failing build made of it."""
    now = entries.get(entry.path)
    if now is None:
        return entry.output is not None and entry.output.source in faulty
    return now.output is not None and (not _has_bytes(now) or now.output.source in faulty)


def changed_paths(before: MadeTree, now: MadeTree) -> frozenset[str]:
    """Return the output paths whose bytes are not the same in both."""
    if before is now:
        return frozenset()
    paths = before.entries.keys() | now.entries.keys()
    return frozenset(path for path in paths if _differs(before.entries.get(path), now.entries.get(path)))


def _differs(before: Entry | None, now: Entry | None) -> bool:
    if before is now:
        return False
    if before is None or now is None:
        return True
    if before.output and now.output:
        return before.output.data != now.output.data
    return before != now
