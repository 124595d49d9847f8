"""Views: the texts that a file holds, also those inside pictures, documents and archives."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

__all__ = ["is_text_file", "texts_in"]

_MAX_INNER = 64 * 1024 * 1024
_MAX_MEMBERS = 2_000
_DEEPEST = 2
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TEXT_SUFFIXES = (
    *(".html", ".htm", ".xhtml", ".xml", ".svg", ".json", ".jsonl", ".geojson", ".webmanifest", ".txt", ".md", ".css"),
    *(".js", ".mjs", ".map", ".csv", ".tsv", ".ics", ".vcf", ".yaml", ".yml", ".rss", ".atom", ".eml", ".toml"),
)


def is_text_file(name: str) -> bool:
    """Tell whether a file is text by its name."""
    return name.lower().endswith(_TEXT_SUFFIXES)


def texts_in(data: bytes, path: str, depth: int = 0) -> Iterator[str]:
    """Yield every text in a file: the file itself, or what is written into a picture, a PDF, or a packed file."""
    if is_text_file(path) or not path:
        yield _decoded(data)
        return
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _blocks(_png(data))
    elif data.startswith(b"\xff\xd8"):
        yield from _blocks(_jpeg(data))
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        yield from _blocks(_riff(data))
    elif data.startswith(b"%PDF"):
        yield from _blocks((data, *_pdf(data)))
    elif data.startswith(b"\x1f\x8b") and depth < _DEEPEST:
        yield from _inner(_gunzipped(data), path.removesuffix(".gz"), depth)
    elif data.startswith(b"PK\x03\x04") and depth < _DEEPEST:
        yield from _zipped(data, depth)
    elif _is_text(data):
        yield _decoded(data)
    else:
        yield from _blocks((data,))


def _inner(data: bytes, path: str, depth: int) -> Iterator[str]:
    yield from texts_in(data, path if "." in path.rpartition("/")[2] else "", depth + 1)


def _is_text(data: bytes) -> bool:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    try:
        data[:4096].decode()
    except UnicodeDecodeError as error:
        return error.start > 4000
    return b"\0" not in data[:4096]


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _blocks(blocks: tuple[bytes, ...] | Iterator[bytes]) -> Iterator[str]:
    """Yield each block of a binary file as the texts that it may be: UTF-8, and UTF-16 where it looks like that."""
    for block in blocks:
        yield block.decode("utf-8", "replace")
        if block.count(0) * 4 > len(block):
            for start in (0, 1):
                yield block[start : start + (len(block) - start) // 2 * 2].decode("utf-16-le", "replace")
                yield block[start : start + (len(block) - start) // 2 * 2].decode("utf-16-be", "replace")


def _png(data: bytes) -> Iterator[bytes]:
    """Yield the chunks of a PNG that are not pixels; compressed text is unpacked (PNG 3rd edition, 11.3)."""
    place = 8
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += 12 + size
        if kind in (b"IDAT", b"IHDR", b"PLTE", b"fdAT"):
            continue
        yield body
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            yield from (_inflated(body[start.end() :]) for start in re.finditer(rb"\x00", body[:400]))
    yield data[place:]


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Yield the segments of a JPEG before its pixels, and what stands behind its end (ITU T.81, B.1)."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == 0xDA:
            break
        if marker in (0xFE, *range(0xE0, 0xF0)):
            yield data[place + 4 : place + 2 + size]
        place += 2 + max(2, size)
    end = data.rfind(b"\xff\xd9")
    yield data[end + 2 :] if end >= 0 else b""


def _riff(data: bytes) -> Iterator[bytes]:
    """Yield the chunks of a WebP that are not pixels."""
    place = 12
    while place + 8 <= len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if kind not in (b"VP8 ", b"VP8L", b"ALPH", b"ANMF"):
            yield data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _pdf(data: bytes) -> Iterator[bytes]:
    """Yield the streams of a PDF that are packed in the usual way."""
    for match in _PDF_STREAM.finditer(data):
        if unpacked := _inflated(match[1]):
            yield unpacked


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MAX_INNER)
    except zlib.error:
        return b""


def _gunzipped(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as file:
            return file.read(_MAX_INNER)
    except (OSError, EOFError, zlib.error):
        return b""


def _zipped(data: bytes, depth: int) -> Iterator[str]:
    """Yield the texts of the files in an archive or an office document, and those files' names."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist()[:_MAX_MEMBERS]:
                yield entry.filename
                if entry.file_size <= _MAX_INNER and not entry.flag_bits & 1:
                    yield from texts_in(archive.read(entry), entry.filename, depth + 1)
    except (zipfile.BadZipFile, OSError, zlib.error, NotImplementedError, RuntimeError):
        return
