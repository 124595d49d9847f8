"""A photograph that was not copied whole, a text that is called a picture, and one that would fill the memory."""

import zlib
from pathlib import Path

from caresite.testing import picture


def make(folder: Path) -> None:
    beside = folder / "content/blog/oven"
    photo = picture(400, 300, format="JPEG")
    (beside / "oven.jpg").write_bytes(photo[: len(photo) // 2])
    (beside / "bill.png").write_bytes(b"Two hundred and twelve pounds.")
    (beside / "wall.png").write_bytes(_png_that_claims(60_000, 60_000))


def _png_that_claims(width: int, height: int) -> bytes:
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
