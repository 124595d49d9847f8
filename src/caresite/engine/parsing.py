"""Parsing: every source of a site becomes a document, from memory where its content is known, else in processes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import MAX_TEXT_BYTES
from caresite.core.model import Document, Source
from caresite.engine.memory import KnownDocument, Memory, Stamp, separated, stamp_of
from caresite.engine.pool import Lost, spread
from caresite.pipeline.notes import fingerprint
from caresite.pipeline.parse import Parser, Syntax

__all__ = ["Read", "parse_all", "parse_known", "reading"]

Read = Callable[[str], bytes]
Tell = Callable[[str, int, int], None]
WORTH_PROCESSES = 48  # fewer documents are parsed sooner than processes are started


def reading(root: Path, names: Mapping[str, str]) -> Read:
    """Return a function that reads a file of the site; `names` maps a path to its name on disk where they differ."""

    def read(path: str) -> bytes:
        try:
            with (root / names.get(path, path)).open("rb") as file:
                return file.read(MAX_TEXT_BYTES + 1)
        except OSError as error:
            raise Problem(fault(codes.UNREADABLE, Span(path), f"the file cannot be read: {error.strerror}")) from None

    return read


def parse_all(
    sources: Sequence[Source], syntax: Syntax, read: Read, tell: Tell
) -> tuple[list[Document], list[Diagnostic]]:
    """Return the documents of all sources, and what kept a source from becoming one."""
    parser = Parser(syntax)
    documents: list[Document] = []
    found: list[Diagnostic] = []
    for number, source in enumerate(sources, start=1):
        try:
            documents.append(parser.parse(source, read(source.path)))
        except Problem as problem:
            found.extend(problem.diagnostics)
        tell("parse", number, len(sources))
    return documents, found


class _Parsed(NamedTuple):
    """A document on its way into memory: the key of its content, its head, packed, and the words of its bodies."""

    key: bytes
    head: Document
    words: bytes


def parse_known(
    root: Path,
    names: Mapping[str, str],
    sources: Sequence[Source],
    syntax: Syntax,
    memory: Memory,
    *,
    edition: bytes,
    workers: int,
    tell: Tell,
) -> tuple[list[Document], list[Diagnostic]]:
    """Return the documents of all sources as `parse_all` does, from memory where the content of a source is known.

    `edition` is a digest of the code that parses. A document with an error is not remembered.
    """
    prefix = hashlib.blake2b(edition + fingerprint(syntax, {}), digest_size=16).digest()
    read, now = reading(root, names), time.time_ns()
    documents: dict[str, Document] = {}
    found: list[Diagnostic] = []
    unknown: list[Source] = []
    stamps: dict[str, Stamp | None] = {}
    for source in sources:
        stamp = stamps[source.path] = stamp_of(f"{root}/{names.get(source.path, source.path)}", now)
        known = memory.documents.get(source.path)
        if known is None or not _is_known(known, source, stamp, prefix, read):
            unknown.append(source)
            continue
        documents[source.path] = known.document
        if known.stamp != stamp:
            memory.documents[source.path] = known._replace(stamp=stamp)
    done = len(documents)
    tell("parse", done, len(sources))
    for source, parsed in _parsed(root, names, unknown, syntax, prefix, workers):
        done += 1
        tell("parse", done, len(sources))
        if isinstance(parsed, _Parsed):
            lasting = not any(d.severity == "error" for d in parsed.head.diagnostics)
            stamp = stamps[source.path] if lasting else None
            key = parsed.key if lasting else b""
            documents[source.path] = memory.keep_document(source.path, key, stamp, parsed.head, parsed.words)
        else:
            found.extend(parsed)
    for path in memory.documents.keys() - documents.keys():
        memory.drop_document(path)
    memory.save_documents()
    return [documents[s.path] for s in sources if s.path in documents], found


def _is_known(known: KnownDocument, source: Source, stamp: Stamp | None, prefix: bytes, read: Read) -> bool:
    before = known.document.source
    if (before.kind, before.collection) != (source.kind, source.collection) or not known.key.startswith(prefix):
        return False
    if stamp is not None and stamp == known.stamp:
        return True
    try:
        return known.key == _key(prefix, read(source.path))
    except Problem:
        return False


def _key(prefix: bytes, data: bytes) -> bytes:
    return prefix + hashlib.blake2b(data, digest_size=16).digest()


def _parsed(
    root: Path, names: Mapping[str, str], sources: Sequence[Source], syntax: Syntax, prefix: bytes, workers: int
) -> Iterable[tuple[Source, _Parsed | tuple[Diagnostic, ...]]]:
    setup = partial(_worker, root, names, syntax, prefix)
    if workers < 2 or len(sources) < WORTH_PROCESSES:
        work = setup()
        yield from ((source, work(source)) for source in sources)
        return
    for place, parsed in spread(setup, sources, workers=workers):
        if isinstance(parsed, Lost):
            message = f"the file could not be read: {parsed.reason}"
            yield sources[place], (fault(codes.UNREADABLE, Span(sources[place].path), message),)
        else:
            yield sources[place], parsed


def _worker(
    root: Path, names: Mapping[str, str], syntax: Syntax, prefix: bytes
) -> Callable[[Source], _Parsed | tuple[Diagnostic, ...]]:
    parser, read = Parser(syntax), reading(root, names)

    def parse(source: Source) -> _Parsed | tuple[Diagnostic, ...]:
        try:
            data = read(source.path)
            document = parser.parse(source, data)
        except Problem as problem:
            return problem.diagnostics
        digests = [fingerprint(item.body.html, {}).hex() for item in document.items]
        head, words = separated(document, digests)
        return _Parsed(_key(prefix, data), head, words)

    return parse
