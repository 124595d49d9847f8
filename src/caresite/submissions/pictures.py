"""Pictures that strangers send: looked at, drawn anew without what cameras write into them, or refused.

Nothing of the file that came is kept: not its name, not its metadata, not what may hide behind its pixels.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from caresite.pipeline.pixels import upright

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_BYTES", "Picture", "RefusedPicture", "redraw"]

MAX_BYTES = 20 * 1024 * 1024
_MAX_PIXELS = 50_000_000
_MAX_SIDE = 4096
_LEAST_SIDE = 32
_FORMATS = ("JPEG", "PNG", "WEBP")
_CLAIMS = {
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "jpe": "JPEG",
    "jfif": "JPEG",
    "pjpeg": "JPEG",
    "png": "PNG",
    "x-png": "PNG",
    "webp": "WEBP",
}
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_NEUTRAL = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/x-download"))


class RefusedPicture(Exception):
    """A file that is not kept; the text says why, for people."""


class Picture(NamedTuple):
    """A picture drawn anew: `suffix` with its dot."""

    data: bytes
    suffix: str
    width_px: int
    height_px: int
    sha256: str


def redraw(data: bytes, name: str, claimed_type: str = "") -> Picture:
    """Return the picture in `data`, drawn anew without metadata; at most 4,096 pixels wide or high.

    `name` and `claimed_type` (a media type) are what the sender says it is. Raises RefusedPicture for what is not a
    JPEG, PNG or WebP, is not what it says, is damaged, or is too large to be safe.
    """
    claims = _claims(name, claimed_type)
    if len(data) > MAX_BYTES:
        raise RefusedPicture(f"it has {len(data) // 1_048_576} MB; {MAX_BYTES // 1_048_576} MB is the most")
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata, of which nothing is kept
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                _check(str(image.format), image.size, claims)
                return _drawn(image, str(image.format))
    except UnidentifiedImageError:
        raise RefusedPicture("it is not a JPEG, PNG or WebP picture") from None
    except RefusedPicture:
        raise
    except Image.DecompressionBombError:
        raise RefusedPicture("it has too many pixels to open safely") from None
    except Exception as error:  # a decoder may fail in any way on what was made to break it
        raise RefusedPicture(f"it is damaged ({type(error).__name__})") from None


def _claims(name: str, claimed_type: str) -> set[str]:
    """Return the formats that name and type say. Raises RefusedPicture when they speak of something else."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower().removeprefix(".")
    main, _, sub = claimed_type.partition(";")[0].strip().lower().partition("/")
    found = {_CLAIMS[word] for word in (suffix, sub if main == "image" else "") if word in _CLAIMS}
    declared = claimed_type.partition(";")[0].strip().lower()
    if (suffix and suffix not in _CLAIMS) or (declared not in _NEUTRAL and sub not in _CLAIMS):
        raise RefusedPicture("only pictures are kept, as JPEG, PNG or WebP")
    return found


def _check(format: str, size: tuple[int, int], claims: set[str]) -> None:
    width, height = size
    if claims - {format}:
        raise RefusedPicture(f"it says that it is {' and '.join(sorted(claims))}, and is {format}")
    if width * height > _MAX_PIXELS:
        raise RefusedPicture(f"it has {width:,} × {height:,} pixels, too many to open safely")
    if min(width, height) < _LEAST_SIDE:
        raise RefusedPicture(f"it has only {width} × {height} pixels")


def _drawn(image: Image.Image, format: str) -> Picture:
    from PIL import Image

    whole = upright(image)
    has_alpha = whole.mode in ("RGBA", "LA", "PA") or "transparency" in whole.info
    clean = whole.convert("RGBA" if has_alpha and format != "JPEG" else "RGB")
    clean.thumbnail((_MAX_SIDE, _MAX_SIDE))
    fresh = Image.new(clean.mode, clean.size)
    fresh.paste(clean)  # pixels only: what else the record carries stays behind
    out = io.BytesIO()
    fresh.save(out, format, **({} if format == "PNG" else {"quality": 88}))
    drawn = out.getvalue()
    return Picture(drawn, _SUFFIXES[format], *fresh.size, hashlib.sha256(drawn).hexdigest())
