"""Writing: every route becomes an output, unless the file that stands there is what it would become."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, fault
from caresite.core.model import Output, Route
from caresite.core.urls import collision_key, stays_inside
from caresite.engine.current import (
    Standing,
    changed_reads,
    digest_of,
    is_current,
    is_lasting,
    route_digest,
    standing,
    structure_of,
)
from caresite.engine.memory import KnownRoute, Memory
from caresite.pipeline.catalog import Site
from caresite.pipeline.reader import Plan
from caresite.pipeline.render import Renderer, facts_of

__all__ = ["made_of_all", "note_published", "write_all", "write_known"]

Tell = Callable[[str, int, int], None]


def write_all(renderer: Renderer, routes: Sequence[Route], tell: Tell) -> list[Output]:
    """Return the outputs of all routes."""
    outputs = []
    for number, route in enumerate(routes, start=1):
        outputs.append(renderer.render(route))
        tell("render", number, len(routes))
    return outputs


def write_known(
    renderer: Renderer,
    routes: Sequence[Route],
    plan: Plan,
    memory: Memory,
    *,
    frame: bytes,
    folder: Path | None,
    tell: Tell,
) -> tuple[list[Output], list[str]]:
    """Return the outputs of all routes as `write_all` does, and the paths of those that were not known.

    `frame` is a digest of what everything depends on. With a `folder` the bytes of current files stand there;
    without, memory has them.
    """
    if memory.meta.get("frame") != frame:
        memory.forget_routes()
    structure = structure_of(renderer.site, plan, renderer.notes.pages)
    same = memory.meta.get("structure") == structure
    changed = changed_reads(memory, renderer, same_structure=same) if memory.routes else frozenset()
    outputs: list[Output] = []
    rendered: list[str] = []
    kept: dict[str, KnownRoute] = {}
    for number, route in enumerate(routes, start=1):
        digest = route_digest(route)
        known = _standing(memory.routes.get(route.output), digest, changed, folder)
        if known is None:
            known = _remembered(renderer.render(route), digest, renderer, memory)
            rendered.append(route.output)
        outputs.append(known.output)
        if is_lasting(known.output):
            kept[route.output] = known
        tell("render", number, len(routes))
    memory.routes = kept
    memory.meta |= {"frame": frame, "structure": structure}
    return outputs, rendered


def _standing(
    known: KnownRoute | None, digest: bytes, changed: frozenset[int], folder: Path | None
) -> KnownRoute | None:
    if known is None or not is_current(known, digest, changed):
        return None
    if folder is None:
        return known
    path = folder / known.output.path
    found = standing(known, path)
    return found._replace(output=replace(found.output, content=Standing(path))) if found else None


def _remembered(output: Output, route: bytes, renderer: Renderer, memory: Memory) -> KnownRoute:
    answers = renderer.notes.answers
    reads = array("I", [memory.number_of(read, answers[read]) for read in output.reads])
    return KnownRoute(route, reads, replace(output, reads=()), digest_of(output.data))


def note_published(memory: Memory, folder: Path) -> None:
    """Note that the files of all routes stand on disk, now that they do.

    One that was just written gets no stamp before its bytes were looked at: another build may have written since.
    """
    for path, known in memory.routes.items():
        if not isinstance(known.output.content, Standing):
            output = replace(known.output, content=Standing(folder / path))
            memory.routes[path] = known._replace(stamp=None, output=output)


def made_of_all(site: Site, outputs: tuple[Output, ...]) -> tuple[list[Output], list[Diagnostic]]:
    """Return the files that plugins make from all pages, and what is wrong with them."""
    taken = {collision_key(path) for path in (*site.files, *(output.path for output in outputs))}
    made: list[Output] = []
    found: list[Diagnostic] = []
    for active in site.settings.plugins:
        if not active.plugin.rendered:
            continue
        name = active.plugin.name
        try:
            for output in active.plugin.rendered(site, outputs, active.options):
                if not stays_inside(output.path) or collision_key(output.path) in taken:
                    where = "which is there already" if stays_inside(output.path) else "outside the output folder"
                    message = f"the plugin `{name}` wants to write `{output.path}`, {where}"
                    found.append(fault(codes.PLUGIN_OUTPUT, active.span, message))
                    continue
                taken.add(collision_key(output.path))
                made.append(replace(output, **facts_of(output.path, output.data.decode(errors="replace"))))
        except Problem as problem:
            found.extend(problem.diagnostics)
        except Exception as error:
            message = f"the plugin `{name}` failed in `rendered`: {type(error).__name__}: {error}"
            found.append(fault(codes.PLUGIN_FAILED, active.span, message))
    return made, found
