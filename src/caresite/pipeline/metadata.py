"""Metadata: what cameras and programs write beside the pixels, taken out of a file without touching these."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["is_complete", "stripped"]

# JPEG (ITU-T T.81, table B.1): what is kept of the segments for applications. JFIF, the colour profile, and Adobe's
# word on how colours are stored change what is seen; EXIF, XMP, IPTC and comments tell who took it, where and when.
_KEPT_IN_JPEG = ((0xE0, b"JFIF"), (0xE2, b"ICC_PROFILE"), (0xEE, b"Adobe"))
# PNG (third edition, 11.3): words, the time and EXIF.
_DROPPED_FROM_PNG = frozenset((b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"))
_DROPPED_FROM_WEBP = frozenset((b"EXIF", b"XMP "))
# GIF89a, 26: of what programs put into it, what says how often it moves, and its colours; XMP stands there too.
_KEPT_IN_GIF = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_EXIF_AND_XMP = 0b1100  # their flags in VP8X (RFC 9649, section 2.7)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # 00 is a byte of the pixels, D0 to D7 begin anew within them
_PNG = b"\x89PNG\r\n\x1a\n"


def stripped(data: bytes, format: str) -> bytes:
    """Return a file without metadata, its pixels as they were; one of another format, or damaged, as it is."""
    try:
        match format:
            case "JPEG":
                return b"".join(_of_jpeg(data))
            case "PNG":
                return _PNG + b"".join(_of_png(data))
            case "WEBP":
                return _of_webp(data)
            case "GIF":
                return b"".join(_of_gif(data))
            case _:
                return data
    except (IndexError, ValueError):
        return data


def is_complete(data: bytes, format: str) -> bool:
    """Tell whether a file ends where its format says; one that was cut off while it was copied does not."""
    match format:
        case "JPEG":
            return b"\xff\xd9" in data[-65_536:] or b"\xff\xd9" in data
        case "PNG":
            return b"IEND" in data[-65_536:]
        case "WEBP":
            return len(data) >= int.from_bytes(data[4:8], "little") + 8
        case _:
            return True


def _of_jpeg(data: bytes) -> Iterator[bytes]:
    """Yield the parts of a JPEG up to its end; some cameras put a second picture, or their own notes, behind it."""
    yield data[:2]
    place = 2
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xD9:
            yield data[place : place + 2]
            return
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if end <= place + 2:
            raise ValueError("a segment without a length")
        if marker == 0xDA:
            end = _end_of_scan(data, end)
        is_told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_told or any(marker == m and data.startswith(n, place + 4) for m, n in _KEPT_IN_JPEG):
            yield data[place:end]
        place = end
    raise ValueError("not a segment")


def _end_of_scan(data: bytes, place: int) -> int:
    """Return where the marker stands that ends the pixels which begin at `place`."""
    match = _MARKER.search(data, place)
    if match is None:
        raise ValueError("no end")
    return match.start()


def _of_png(data: bytes) -> Iterator[bytes]:
    place = len(_PNG)
    while True:
        kind, length = data[place + 4 : place + 8], int.from_bytes(data[place : place + 4], "big")
        end = place + 12 + length
        if len(kind) < 4 or end > len(data):
            raise ValueError("a part is cut off")
        if kind not in _DROPPED_FROM_PNG:
            yield data[place:end]
        if kind == b"IEND":
            return
        place = end


def _of_webp(data: bytes) -> bytes:
    parts, place = [], 12
    while place + 8 <= len(data):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        end = place + 8 + length + length % 2
        part = data[place:end]
        if kind == b"VP8X":
            part = part[:8] + bytes((part[8] & ~_EXIF_AND_XMP,)) + part[9:]
        if kind not in _DROPPED_FROM_WEBP:
            parts.append(part)
        place = end
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _of_gif(data: bytes) -> Iterator[bytes]:
    """Yield the parts of a GIF but for comments and the notes of programs (GIF89a, 17 to 27)."""
    place = 13 + _table_size(data[10])
    yield data[:place]
    while data[place] != 0x3B:
        start, is_picture = place, data[place] == 0x2C
        if not is_picture and data[place] != 0x21:
            raise ValueError("not a part")
        place += 11 + _table_size(data[place + 9]) if is_picture else 2
        is_note = data[start + 1] == 0xFE or (data[start + 1] == 0xFF and not data.startswith(_KEPT_IN_GIF, place + 1))
        while data[place]:
            place += data[place] + 1
        place += 1
        if is_picture or not is_note:
            yield data[start:place]
    yield data[place : place + 1]


def _table_size(flags: int) -> int:
    """Return how many bytes a table of colours takes; none where the flags say that there is none."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
