"""Compressed files: `.gz` and `.br` beside what is text, for servers that send such a file as it is.

The same bytes give the same bytes, on every machine whose zlib or Brotli is of one version: no time and no name of a
system is written into them.
"""

from __future__ import annotations

import zlib
from typing import Literal

__all__ = ["SUFFIXES", "Compression", "compressed", "gains"]

Compression = Literal["gzip", "brotli"]

SUFFIXES: dict[Compression, str] = {"gzip": ".gz", "brotli": ".br"}
_TEXT = (
    ".html .htm .css .js .mjs .json .map .xml .xsl .txt .svg .md .csv .ics .vcf .vtt .webmanifest .wasm .ico .ttf .otf"
).split()
_SMALLEST = 256  # bytes; below, what is saved fits into the same packet
_BROTLI_QUALITY = 8  # measured on pages: 11 makes a tenth less of them and takes twenty times as long
_UNKNOWN_SYSTEM = b"\xff"  # RFC 1952, 2.3.1


def gains(path: str, size: int) -> bool:
    """Tell whether a file of this name and size in bytes becomes smaller when it is compressed."""
    return size >= _SMALLEST and path.lower().endswith(tuple(_TEXT))


def compressed(data: bytes, how: Compression) -> bytes:
    """Return `data` compressed. Raises ModuleNotFoundError for Brotli where it is not installed."""
    if how == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = packer.compress(data) + packer.flush()
        return packed[:9] + _UNKNOWN_SYSTEM + packed[10:]
    import brotli

    return bytes(brotli.compress(data, quality=_BROTLI_QUALITY))
