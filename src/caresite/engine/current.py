"""Current: which files of the last build are still what this build would write.

A file is current when its route is the same, every question that was asked to write it has the answer that it had, and
it stands on disk as it was written. Nothing is guessed from what was edited.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

import caresite
from caresite.core.model import Output, Route
from caresite.core.plugins import Plugin
from caresite.core.walk import files_below
from caresite.engine.memory import KnownRoute, Memory, stamp_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.notes import fingerprint, plain_fingerprint
from caresite.pipeline.reader import Plan
from caresite.pipeline.render import Renderer
from caresite.pipeline.themes import Theme

__all__ = [
    "Standing",
    "changed_reads",
    "code_digest",
    "digest_of",
    "frame_of",
    "is_current",
    "is_lasting",
    "route_digest",
    "sources_of",
    "standing",
    "structure_of",
]

# What may have another answer though the structure of the site is the same.
_APART_FROM_STRUCTURE = frozenset(
    ("segments", "template", "words", "asset", "theme", "site", "picture", "look", "everything")
)


class Standing:
    """The bytes of a file that stands in the output folder as it was written; `path` leads to it."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self) -> bytes:
        return Path(self.path).read_bytes()


def code_digest() -> bytes:
    """Return a digest of everything that runs: this package, and the versions of all that is installed beside it."""
    package = Path(caresite.__file__).parent
    digest = hashlib.blake2b(sys.version.encode(), digest_size=16)
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    digest.update("\n".join(sorted(_installed())).encode())
    return digest.digest()


def _installed() -> Iterable[str]:
    for distribution in distributions():
        folder = getattr(distribution, "_path", None)
        yield folder.name if folder is not None else f"{distribution.name}-{distribution.version}"


def frame_of(site: Site, theme: Theme, *, code: bytes) -> bytes:
    """Return a digest of what every file depends on without asking for it."""
    settings = site.settings
    plugins = [(a.plugin.name, a.plugin.version, a.options, _module_digest(a.plugin)) for a in settings.plugins]
    markdown, config = settings.config.markdown, settings.config
    general = (config.language, config.base_url, config.timezone, settings.base_path, settings.path)
    drawn = [_drawings_digest(layer.folder / "drawings") for layer in theme.layers]
    return fingerprint((code, plugins, markdown, general, drawn, config.seo, config.images), {})


def sources_of(plugin: Plugin) -> tuple[str, ...]:
    """Return the files and folders that a plugin comes from, unless it is one of ours."""
    seams = (getattr(plugin, name) for name in plugin.__struct_fields__)
    functions = (*(value for value in seams if callable(value)), *plugin.filters.values())
    names = sorted({f.__module__ for f in functions if getattr(f, "__module__", None)})
    modules = (sys.modules.get(name) for name in names if not name.startswith("caresite."))
    files = (getattr(module, "__file__", None) for module in modules)
    return (*filter(None, files), *(str(folder) for folder in (plugin.templates, plugin.words) if folder))


def _module_digest(plugin: Plugin) -> bytes:
    """Return a digest of the files that a plugin's functions come from, for plugins that are being written."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sources_of(plugin):
        if Path(source).is_file():
            digest.update(Path(source).read_bytes())
    return digest.digest()


def _drawings_digest(folder: Path) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for path in files_below(folder, folder.parent)[0]:
        if path.parent == folder:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def structure_of(site: Site, plan: Plan, pages: dict[str, bytes]) -> bytes:
    """Return a digest of everything that can be asked of a site apart from the words of its bodies."""
    headings = [(page_id, body.headings) for page_id, body in sorted(site.bodies.items()) if body.headings]
    held = [(held.id, held.kind) for held in site.held_back]
    settings = site.settings
    declared = (settings.config, settings.collections, settings.taxonomies, settings.places)
    places = sorted(site.places.items())
    every_page = fingerprint([site.pages[page_id] for page_id in sorted(site.pages)], pages)
    parts = (
        every_page,
        headings,
        (site.terms, site.term_slugs, site.author_slugs),
        held,
        (site.sections, site.sources, site.resources, site.unread),
        places,
        site.data,
        sorted(site.wordings.items()),
        (sorted(plan.addresses), plan.lists, plan.feeds),
        declared,
    )
    return plain_fingerprint(parts)


def changed_reads(
    memory: Memory, renderer: Renderer, *, same_structure: bool, words: frozenset[str] | None = None
) -> frozenset[int]:
    """Return the numbers of the reads that have another answer than they had.

    `words` has the ids of the pages whose words are others than they were, where that is known.
    """
    return frozenset(
        number
        for number, read in enumerate(memory.reads)
        if not (same_structure and read.what not in _APART_FROM_STRUCTURE)
        and not (words is not None and read.what == "segments" and read.of[0].page not in words)
        and (read.what == "everything" or renderer.answer(read) != memory.answers[number])
    )


def is_current(known: KnownRoute | None, route: bytes, changed: frozenset[int]) -> bool:
    """Tell whether a route is the one that was written, and nothing that was read for it has changed."""
    return known is not None and known.route == route and (not changed or changed.isdisjoint(known.reads))


def standing(known: KnownRoute, path: str) -> KnownRoute | None:
    """Return what is known of a file that stands at `path` as it was written; None when it does not."""
    stamp = stamp_of(path)
    if stamp is None or stamp != known.stamp:
        try:
            if Path(path).is_symlink() or digest_of(Path(path).read_bytes()) != known.digest:
                return None
        except OSError:
            return None
    return known._replace(stamp=stamp)


def digest_of(content: bytes) -> bytes:
    """Return the digest that a written file is known by."""
    return hashlib.blake2b(content, digest_size=16).digest()


def route_digest(route: Route) -> bytes:
    """Return a digest of a route, which is plain data."""
    return plain_fingerprint(route)


def is_lasting(output: Output) -> bool:
    """Tell whether an output may be remembered; one with an error is tried again."""
    return not any(d.severity == "error" for d in output.diagnostics)
