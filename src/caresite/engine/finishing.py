"""Finishing: what plugins make of finished pages and takes its time, made anew only when the pages have changed."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from caresite.core.diagnostics import Diagnostic
from caresite.core.model import Output
from caresite.engine.current import Standing, digest_of, standing
from caresite.engine.memory import KnownRoute, Memory
from caresite.engine.writing import FINISHED, made_of_all
from caresite.pipeline.catalog import Site

__all__ = ["finish", "finish_known", "finishing_key", "is_finished_later", "page_digests"]


def is_finished_later(site: Site) -> bool:
    """Tell whether any plugin makes something of finished pages."""
    return any(active.plugin.finished for active in site.settings.plugins)


def finish(site: Site, outputs: tuple[Output, ...]) -> tuple[list[Output], list[Diagnostic]]:
    """Return what plugins make of finished pages, and what is wrong with it."""
    made, found = made_of_all(site, outputs, "finished")
    return [replace(output, kind=FINISHED) for output in made], found


def finish_known(
    site: Site, outputs: tuple[Output, ...], memory: Memory, folder: Path
) -> tuple[list[Output], list[Diagnostic]]:
    """Return the same as `finish`; from `folder`, where it stands, while no page is another one than then."""
    before = {path: known for path, known in memory.routes.items() if known.output.kind == FINISHED}
    key = finishing_key(site, page_digests(memory), memory.meta)
    still = _still(before, key, folder)
    if still is not None:
        memory.routes |= still
        return [known.output for known in still.values()], []
    for path in before:
        del memory.routes[path]
    made, found = finish(site, outputs)
    memory.routes |= {o.path: KnownRoute(key, array("I"), o, digest_of(o.data)) for o in made}
    return made, found


def page_digests(memory: Memory) -> dict[str, bytes]:
    """Return the digest of every page by its path, as they were just written."""
    return {path: known.digest for path, known in memory.routes.items() if path.endswith(".html")}


def finishing_key(site: Site, digests: Mapping[str, bytes], meta: Mapping[str, bytes]) -> bytes:
    """Return a digest of everything that finishing may look at: pages, what lists know of them, and our code.

    `meta` is what the memory of the build knows of the site. Words that stand on no page of their own count by
    themselves: a theme may show less of them.
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in (meta.get("frame", b""), meta.get("structure", b""), *_told(digests), *_words(site)):
        digest.update(len(part).to_bytes(4) + part)
    return digest.digest()


def _told(digests: Mapping[str, bytes]) -> Iterable[bytes]:
    for path in sorted(digests):
        yield path.encode()
        yield digests[path]


def _words(site: Site) -> Iterable[bytes]:
    shared = sorted(page.id for page in site.pages.values() if not page.has_page)
    return (str(site.bodies[page_id].html).encode() for page_id in shared if page_id in site.bodies)


def _still(before: Mapping[str, KnownRoute], key: bytes, folder: Path) -> dict[str, KnownRoute] | None:
    """Return what was made for the same pages, if all of it stands as it was written."""
    if not before or any(known.route != key for known in before.values()):
        return None
    found = {}
    for path, known in before.items():
        there = standing(known, f"{folder}/{path}")
        if there is None:
            return None
        found[path] = there._replace(output=replace(there.output, content=Standing(f"{folder}/{path}")))
    return found
