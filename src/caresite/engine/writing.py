"""Writing: every route becomes an output, unless the file that stands there is what it would become."""

from __future__ import annotations

import errno
import os
import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.disk import is_full
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
from caresite.engine.pool import Lost, can_fork, spread
from caresite.pipeline.catalog import Site
from caresite.pipeline.notes import Read
from caresite.pipeline.reader import Plan
from caresite.pipeline.render import Renderer, facts_of

__all__ = ["FINISHED", "Placed", "Spool", "Spooled", "made_of_all", "note_published", "write_all", "write_known"]

Tell = Callable[[str, int, int], None]
FINISHED = "finished"  # the kind of files that were made of finished pages
WORTH_PROCESSES = 200  # fewer pages are written sooner than processes are started and have said what they read


class Spool:
    """Where the bytes of files wait until all are there and none has an error, so that they need no memory.

    Processes that are forked from the one that made it may all keep bytes in it: each adds to its end (O_APPEND).
    """

    def __init__(self) -> None:
        self._file, self._name = tempfile.mkstemp(prefix="caresite-")
        os.close(self._file)
        self._file = os.open(self._name, os.O_RDWR | os.O_APPEND)
        os.unlink(self._name)  # noqa: PTH108 - nobody else needs its name, so it goes with whoever holds it
        self._owner = os.getpid()
        weakref.finalize(self, os.close, self._file)

    def keep(self, data: bytes) -> Spooled:
        """Add bytes to the end, whole. Raises OSError when there is no room for them."""
        if self._owner != os.getpid():  # forked processes share the place in a file, so each opens it for itself
            self._file = os.open(f"/proc/self/fd/{self._file}", os.O_RDWR | os.O_APPEND)
            self._owner = os.getpid()
        try:
            whole = os.write(self._file, data) == len(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._name) from error
        if not whole:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._name)
        return Spooled(os.lseek(self._file, 0, os.SEEK_CUR) - len(data), len(data), self)

    def read(self, start: int, length: int) -> bytes:
        parts = []
        while length and (part := os.pread(self._file, length, start)):
            parts.append(part)
            start, length = start + len(part), length - len(part)
        return b"".join(parts)


class Spooled(NamedTuple):
    """Bytes in a spool."""

    start: int
    length: int
    spool: Spool

    def read(self) -> bytes:
        return self.spool.read(self.start, self.length)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Placed, (self.start, self.length))  # the other process has the spool


class Placed(NamedTuple):
    """Where bytes stand in a spool that both sides have."""

    start: int
    length: int

    def read(self) -> bytes:
        raise LookupError("it is not known in which spool they stand")


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
    for place, written in _written(renderer, [routes[place] for place in stale], memory, workers, spool):
        known[stale[place]] = KnownRoute(digests[stale[place]], *written)
        done += 1
        tell("render", done, len(routes))
    found = [route for route in known if route is not None]
    finished = {path: known for path, known in memory.routes.items() if known.output.kind == FINISHED}
    memory.routes = finished | {known.output.path: known for known in found if is_lasting(known.output)}
    memory.meta |= {"frame": frame, "structure": structure}
    memory.assembled, memory.pending = memory.pending, None
    return [known.output for known in found], [routes[place].output for place in stale]


class _Written(NamedTuple):
    """The numbers of the reads that were made for an output, the output, and the digest of its bytes."""

    reads: array[int]
    output: Output
    digest: bytes


def _rendered(renderer: Renderer, route: Route, spool: Spool | None) -> tuple[Output, bytes]:
    """Return an output, its bytes in the spool if there is one, and their digest."""
    output = renderer.render(route)
    digest = digest_of(output.data)
    return (replace(output, content=spool.keep(output.data)) if spool and output.content else output), digest


def _written(
    renderer: Renderer, routes: Sequence[Route], memory: Memory, workers: int, spool: Spool | None
) -> Iterator[tuple[int, _Written]]:
    """Yield the outputs of routes with their places, in any order."""
    first = {route.template: place for place, route in reversed(list(enumerate(routes)))}
    apart = workers > 1 and len(routes) >= WORTH_PROCESSES and can_fork()
    here = sorted(first.values()) if apart else range(len(routes))  # templates are compiled once, before forking
    for place in here:
        output, digest = _rendered(renderer, routes[place], spool)
        answers = renderer.notes.answers
        reads = array("I", [memory.number_of(read, answers[read]) for read in output.reads])
        yield place, _Written(reads, replace(output, reads=()), digest)
    if apart:
        others = [place for place in range(len(routes)) if place not in first.values()]
        yield from _written_apart(renderer, routes, others, memory, workers, spool)


class _Sent(NamedTuple):
    """What a process sends back: an output, its reads by the process's own numbers, and those reads that are new."""

    process: int
    output: Output
    digest: bytes
    reads: array[int]
    new: tuple[tuple[Read, bytes], ...]


def _written_apart(
    renderer: Renderer,
    routes: Sequence[Route],
    places: Sequence[int],
    memory: Memory,
    workers: int,
    spool: Spool | None,
) -> Iterator[tuple[int, _Written]]:
    numbers: dict[int, list[int]] = {}
    asked = [routes[place] for place in places]
    for number, sent in spread(partial(_sender, renderer, spool), asked, workers=workers):
        if isinstance(sent, Lost):
            route = asked[number]
            message = f"{route.url} could not be written: {sent.reason}"
            lost = fault(codes.TEMPLATE_FAILED, Span(route.template or route.output), message)
            output = Output(path=route.output, content=b"", diagnostics=(lost,))
            yield places[number], _Written(array("I"), output, digest_of(b""))
            continue
        known = numbers.setdefault(sent.process, [])
        known.extend(memory.number_of(Read(*read), answer) for read, answer in sent.new)
        output = sent.output
        if spool and isinstance(output.content, Placed):
            output = replace(output, content=Spooled(*output.content, spool))
        yield places[number], _Written(array("I", [known[n] for n in sent.reads]), output, sent.digest)


def _sender(renderer: Renderer, spool: Spool | None) -> Callable[[Route], _Sent]:
    numbers: dict[Read, int] = {}

    def send(route: Route) -> _Sent:
        output, digest = _rendered(renderer, route, spool)
        new = []
        for read in output.reads:
            if read not in numbers:
                numbers[read] = len(numbers)
                new.append((read, renderer.notes.answers[read]))
        reads = array("I", [numbers[read] for read in output.reads])
        return _Sent(os.getpid(), replace(output, reads=()), digest, reads, tuple(new))

    return send


def _standing(
    known: KnownRoute | None, digest: bytes, changed: frozenset[int], folder: Path | None
) -> KnownRoute | None:
    if known is None or not is_current(known, digest, changed):
        return None
    if folder is None:
        return known
    path = f"{folder}/{known.output.path}"
    found = standing(known, path)
    return found._replace(output=replace(found.output, content=Standing(path))) if found else None


def note_published(memory: Memory, folder: Path) -> None:
    """Note that the files of all routes stand on disk, now that they do.

    One that was just written gets no stamp before its bytes were looked at: another build may have written since.
    """
    for path, known in memory.routes.items():
        if not isinstance(known.output.content, Standing):
            output = replace(known.output, content=Standing(f"{folder}/{path}"))
            memory.routes[path] = known._replace(stamp=None, output=output)


def made_of_all(
    site: Site, outputs: tuple[Output, ...], seam: Literal["rendered", "finished"] = "rendered"
) -> tuple[list[Output], list[Diagnostic]]:
    """Return the files that plugins make from all pages at `seam`, and what is wrong with them."""
    taken = {collision_key(path) for path in (*site.files, *(output.path for output in outputs))}
    made: list[Output] = []
    found: list[Diagnostic] = []
    for active in site.settings.plugins:
        make = getattr(active.plugin, seam)
        if not make:
            continue
        name = active.plugin.name
        try:
            for output in make(site, outputs, active.options):
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
            if isinstance(error, OSError) and is_full(error):
                raise
            message = f"the plugin `{name}` failed in `{seam}`: {type(error).__name__}: {error}"
            found.append(fault(codes.PLUGIN_FAILED, active.span, message))
    return made, found
