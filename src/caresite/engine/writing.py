"""Writing: every route becomes an output, unless the file that stands there is what it would become."""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.model import Content, Output, Route
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
from caresite.engine.pool import Lost, can_fork, spread
from caresite.pipeline.catalog import Site
from caresite.pipeline.notes import Read
from caresite.pipeline.reader import Plan
from caresite.pipeline.render import Renderer, facts_of

__all__ = ["Spool", "Spooled", "made_of_all", "note_published", "write_all", "write_known"]

Tell = Callable[[str, int, int], None]
WORTH_PROCESSES = 200  # fewer pages are written sooner than processes are started and have said what they read


class Spool:
    """Where the bytes of files wait until all are there and none has an error, so that they need no memory."""

    def __init__(self) -> None:
        self._file, name = tempfile.mkstemp(prefix="caresite-")
        os.unlink(name)  # noqa: PTH108 - nobody else needs its name, so it goes with whoever holds it
        self._end = 0
        weakref.finalize(self, os.close, self._file)

    def keep(self, data: bytes) -> Spooled:
        start = self._end
        while data:
            written = os.pwrite(self._file, data, self._end)
            self._end, data = self._end + written, data[written:]
        return Spooled(self, start, self._end - start)

    def read(self, start: int, length: int) -> bytes:
        parts = []
        while length and (part := os.pread(self._file, length, start)):
            parts.append(part)
            start, length = start + len(part), length - len(part)
        return b"".join(parts)


class Spooled(NamedTuple):
    """Bytes in a spool."""

    spool: Spool
    start: int
    length: int

    def read(self) -> bytes:
        return self.spool.read(self.start, self.length)


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
    workers: int,
    tell: Tell,
) -> tuple[list[Output], list[str]]:
    """Return the outputs of all routes as `write_all` does, and the paths of those that were not known.

    `frame` is a digest of what everything depends on. With a `folder` the bytes of current files stand there;
    without, memory has them.
    """
    if memory.meta.get("frame") != frame:
        memory.forget_routes()
    words = memory.pending.words if memory.pending and memory.assembled else None
    structure = (
        memory.meta["structure"] if words is not None else structure_of(renderer.site, plan, renderer.notes.pages)
    )
    same = memory.meta.get("structure") == structure
    changed = changed_reads(memory, renderer, same_structure=same, words=words) if memory.routes else frozenset()
    spool = Spool() if folder and hasattr(os, "pread") else None
    if memory.routes_seen[0] is not routes:
        memory.routes_seen = (routes, [route_digest(route) for route in routes])
    digests = memory.routes_seen[1]
    known = [
        _standing(memory.routes.get(route.output), digest, changed, folder)
        for route, digest in zip(routes, digests, strict=True)
    ]
    stale = [place for place, found in enumerate(known) if found is None]
    done = len(routes) - len(stale)
    for place, written in _written(renderer, [routes[place] for place in stale], memory, workers):
        output = replace(written.output, content=_kept(written.output, spool))
        known[stale[place]] = KnownRoute(digests[stale[place]], written.reads, output, digest_of(written.output.data))
        done += 1
        tell("render", done, len(routes))
    found = [route for route in known if route is not None]
    memory.routes = {known.output.path: known for known in found if is_lasting(known.output)}
    memory.meta |= {"frame": frame, "structure": structure}
    memory.assembled, memory.pending = memory.pending, None
    return [known.output for known in found], [routes[place].output for place in stale]


def _kept(output: Output, spool: Spool | None) -> bytes | Content:
    return spool.keep(output.data) if spool and output.content else output.content


class _Written(NamedTuple):
    """An output, and the numbers of the reads that were made for it."""

    output: Output
    reads: array[int]


def _written(
    renderer: Renderer, routes: Sequence[Route], memory: Memory, workers: int
) -> Iterator[tuple[int, _Written]]:
    """Yield the outputs of routes with their places, in any order."""
    first = {route.template: place for place, route in reversed(list(enumerate(routes)))}
    apart = workers > 1 and len(routes) >= WORTH_PROCESSES and can_fork()
    here = sorted(first.values()) if apart else range(len(routes))  # templates are compiled once, before forking
    for place in here:
        output = renderer.render(routes[place])
        answers = renderer.notes.answers
        reads = array("I", [memory.number_of(read, answers[read]) for read in output.reads])
        yield place, _Written(replace(output, reads=()), reads)
    if apart:
        others = [place for place in range(len(routes)) if place not in first.values()]
        yield from _written_apart(renderer, routes, others, memory, workers)


class _Sent(NamedTuple):
    """What a process sends back: an output, its reads by the process's own numbers, and those reads that are new."""

    process: int
    output: Output
    reads: array[int]
    new: tuple[tuple[Read, bytes], ...]


def _written_apart(
    renderer: Renderer, routes: Sequence[Route], places: Sequence[int], memory: Memory, workers: int
) -> Iterator[tuple[int, _Written]]:
    numbers: dict[int, list[int]] = {}
    asked = [routes[place] for place in places]
    for number, sent in spread(partial(_sender, renderer), asked, workers=workers):
        if isinstance(sent, Lost):
            route = asked[number]
            message = f"{route.url} could not be written: {sent.reason}"
            lost = fault(codes.TEMPLATE_FAILED, Span(route.template or route.output), message)
            yield places[number], _Written(Output(path=route.output, content=b"", diagnostics=(lost,)), array("I"))
            continue
        known = numbers.setdefault(sent.process, [])
        known.extend(memory.number_of(Read(*read), answer) for read, answer in sent.new)
        yield places[number], _Written(sent.output, array("I", [known[n] for n in sent.reads]))


def _sender(renderer: Renderer) -> Callable[[Route], _Sent]:
    numbers: dict[Read, int] = {}

    def send(route: Route) -> _Sent:
        output = renderer.render(route)
        new = []
        for read in output.reads:
            if read not in numbers:
                numbers[read] = len(numbers)
                new.append((read, renderer.notes.answers[read]))
        reads = array("I", [numbers[read] for read in output.reads])
        return _Sent(os.getpid(), replace(output, reads=()), reads, tuple(new))

    return send


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
