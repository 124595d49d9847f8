"""Compressed files: `.gz` and `.br` beside what is text, for servers that send such a file as it is.

The same bytes give the same bytes, on every machine whose zlib or Brotli is of one version: no time and no name of a
system is written into them. They are made for one deploy, in a folder that goes with it, and never kept: what was
taken back must not lie about in another shape.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from caresite.core.deployments import TargetOptions
from caresite.core.schema import Doc
from caresite.deploy.faults import missing_extra
from caresite.deploy.scratch import scratch
from caresite.deploy.target import Errand, File

__all__ = ["SUFFIXES", "Compression", "ServedOptions", "compressed", "gains", "with_compressed"]

Compression = Literal["gzip", "brotli"]

SUFFIXES: dict[Compression, str] = {"gzip": ".gz", "brotli": ".br"}
_PAGES = (".html", ".htm", ".css", ".js", ".mjs", ".json", ".map", ".xml", ".xsl", ".txt", ".svg", ".webmanifest")
_OTHERS = (".md", ".csv", ".ics", ".vcf", ".vtt", ".wasm", ".ico", ".ttf", ".otf")
_SMALLEST = 256  # bytes; below, what is saved fits into the same packet
_BROTLI_QUALITY = 8  # measured on pages: 11 makes a tenth less of them and takes twenty times as long
_UNKNOWN_SYSTEM = b"\xff"  # RFC 1952, 2.3.1


class ServedOptions(TargetOptions, frozen=True, kw_only=True):
    """What targets share from which a web server of one's own sends files."""

    precompress: Annotated[
        tuple[Compression, ...],
        Doc(
            "Send text files compressed too, as `.gz` and `.br` beside them, for a server that sends such files as "
            "they are; `caresite deploy init` sets nginx, Caddy and Apache up for it.",
            split=True,
            example="[gzip, brotli]",
        ),
    ] = ()


def gains(path: str, size: int) -> bool:
    """Tell whether a file of this name and size in bytes becomes smaller when it is compressed."""
    return size >= _SMALLEST and path.lower().endswith((*_PAGES, *_OTHERS))


def compressed(data: bytes, how: Compression) -> bytes:
    """Return `data` compressed. Raises ModuleNotFoundError for Brotli where it is not installed."""
    if how == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = packer.compress(data) + packer.flush()
        return packed[:9] + _UNKNOWN_SYSTEM + packed[10:]
    import brotli

    return bytes(brotli.compress(data, quality=_BROTLI_QUALITY))


@contextmanager
def with_compressed(files: Mapping[str, File], options: TargetOptions, errand: Errand) -> Iterator[Mapping[str, File]]:
    """Yield `files`, and beside them what `options` asks for compressed, as long as it is needed.

    A file of the site's own stays what it is, also where a compressed one would stand. Raises Problem when Brotli is
    asked for and not installed.
    """
    wanted = tuple(dict.fromkeys(getattr(options, "precompress", ())))
    if not wanted:
        yield files
        return
    if "brotli" in wanted and find_spec("brotli") is None:
        raise missing_extra(errand.span, errand.name, "brotli")
    with scratch(errand) as folder:
        made = _made(files, wanted, folder)
        yield dict(sorted({**made, **files}.items()))


def _made(files: Mapping[str, File], wanted: Sequence[Compression], folder: Path) -> Mapping[str, File]:
    pairs = [(file, how) for file in files.values() if gains(file.path, file.size) for how in wanted]
    with ThreadPoolExecutor() as pool:  # zlib and Brotli let other threads work
        done = pool.map(_written, pairs, (folder / str(number) for number in range(len(pairs))))
        return {file.path: file for file in done}


def _written(pair: tuple[File, Compression], target: Path) -> File:
    file, how = pair
    data = compressed(file.source.read_bytes(), how)
    target.write_bytes(data)
    return File(file.path + SUFFIXES[how], target, len(data))
