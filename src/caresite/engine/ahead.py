"""Ahead: the pages whose words were edited, before the build that looks at everything else."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from caresite.core.diagnostics import Problem
from caresite.core.model import Document, Output
from caresite.engine.assembling import Assembled, with_other_words
from caresite.engine.memory import Memory, MemoryLost
from caresite.engine.parsing import reading
from caresite.pipeline.parse import Parser, Syntax
from caresite.pipeline.pictures import name_of
from caresite.pipeline.render import Renderer

__all__ = ["pages_ahead"]


def pages_ahead(root: Path, memory: Memory, paths: Collection[str], there: Collection[str]) -> tuple[Output, ...]:
    """Return the pages of the sources at `paths` as the next build will make them.

    That is known without a build when nothing but the words of these sources is other than in the one that `memory`
    is of. Where more has changed, or a page has a fault or needs a file that is not `there`, there are none.
    """
    before: Assembled | None = memory.assembled
    if before is None or memory.renderer_of is None:
        return ()
    try:
        documents = _documents_anew(root, before, memory.syntax, paths)
        now = with_other_words(before, before.parts, documents, before.site.clock) if documents else None
        if now is None or now.words is None:
            return ()
        renderer: Renderer = memory.renderer_of(now.site)
        made = tuple(renderer.render(route) for route in before.routes if route.page_id in now.words)
    except (Problem, OSError, MemoryLost):
        return ()
    return made if all(_is_whole(output, renderer, there) for output in made) else ()


def _documents_anew(root: Path, before: Assembled, syntax: Syntax, paths: Collection[str]) -> list[Document]:
    """Return all documents, those at `paths` parsed anew; none when there is another file among these."""
    places = {document.source.path: place for place, document in enumerate(before.documents)}
    if not places.keys() >= set(paths):
        return []
    documents, parser = list(before.documents), Parser(syntax)
    read = reading(root, before.parts.discovery.names)
    for path in paths:
        documents[places[path]] = parser.parse(documents[places[path]].source, read(path))
    return documents


def _is_whole(output: Output, renderer: Renderer, there: Collection[str]) -> bool:
    needed = {renderer.assets[name].output for name in output.assets} | {name_of(v) for v in output.pictures}
    faulty = any(d.severity == "error" for d in output.diagnostics)
    return bool(output.data) and not faulty and all(path in there for path in needed)
