"""Pixels: pictures decoded, turned upright, cut, made smaller and written in the formats of the web."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

from caresite.core.model import Variation

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "FOR_SHARING",
    "BrokenPicture",
    "draw",
    "fitted",
    "in_common_colours",
    "opened",
    "redrawn",
    "turn_of",
    "upright",
]

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP")
# How well each quality is kept by AVIF, WebP and JPEG: three scales on which the same number means different things.
_QUALITIES = {"small": (45, 68, 74), "balanced": (55, 78, 82), "fine": (68, 86, 90)}
# Chosen by `bench/pictures.py --speeds`. AVIF at 8: 7 takes five times as long for 3 % fewer bytes, 9 a third of the
# time for 14 % more. WebP at 2: 4 takes six times as long for 9 % fewer bytes, and only older browsers ask for it.
FOR_SHARING = "sharing"
_MOST_BYTES_SHARED = 290_000
_AVIF_SPEED = 8
_WEBP_METHOD = 2


class BrokenPicture(Exception):
    """A file that cannot be shown; the text says why, for people."""


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Yield the picture in `data`, whose pixels are not decoded yet.

    Raises BrokenPicture for whatever is not a picture of the web, and whatever decoding it comes upon.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata, of which nothing is kept
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                yield image
    except UnidentifiedImageError:
        raise BrokenPicture("it is not a picture that the web can show") from None
    except Image.DecompressionBombError:
        raise BrokenPicture("it has too many pixels to open safely") from None
    except BrokenPicture:
        raise
    except Exception as error:  # a decoder may fail in any way on what was made to break it
        raise BrokenPicture(f"it is damaged ({type(error).__name__})") from None


def draw(data: bytes, variations: Iterable[Variation]) -> Iterator[tuple[Variation, bytes]]:
    """Yield each variation of the picture in `data` with its bytes: pixels only, upright, in sRGB.

    Raises BrokenPicture when it cannot be decoded.
    """
    wanted = sorted(variations, key=_shape_of, reverse=True)
    with opened(data) as image:
        _decode_no_more_than(image, wanted)
        whole = _with_plain_colours(upright(image))
        for _, alike in groupby(wanted, key=_shape_of):  # to make it smaller takes longer than to write it
            first, *others = alike
            small = fitted(whole, first)
            for variation in (first, *others):
                yield variation, _written(small, variation)


def redrawn(data: bytes, format: str, limit_px: int) -> bytes:
    """Return the picture in `data` upright and without metadata, at most `limit_px` wide or high.

    Raises BrokenPicture when it cannot be decoded.
    """
    with opened(data) as image:
        whole = _with_plain_colours(upright(image))
        if limit_px:
            whole.thumbnail((limit_px, limit_px))
        return _written(whole, Variation(source="", digest="", format=format, quality="fine"))


def _shape_of(variation: Variation) -> tuple[int, int, tuple[int, int]]:
    return variation.width_px, variation.height_px, variation.focus


def _decode_no_more_than(image: Image.Image, wanted: list[Variation]) -> None:
    """Let the decoder of a JPEG leave out detail that no variation can show."""
    width, height = image.size if turn_of(image) < 5 else image.size[::-1]
    scale = max((max(v.width_px / width, v.height_px / height) for v in wanted), default=1.0)
    if image.format in ("JPEG", "MPO") and scale < 1:
        image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))


def upright(image: Image.Image) -> Image.Image:
    """Return the picture as its taker held it, in sRGB, its pixels decoded."""
    from PIL import ImageOps

    image.load()
    turned = ImageOps.exif_transpose(image) if turn_of(image) != 1 else image
    return in_common_colours(turned, image.info.get("icc_profile"))


def turn_of(image: Image.Image) -> int:
    """Return how the camera was held (EXIF 2.32, tag 0x0112), 1 for upright and for whatever cannot be read."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # to look for it behind the pixels, they would have to be decoded
    try:
        turn = image.getexif().get(0x0112, 1)
    except Exception:  # damaged metadata is no reason not to show a picture
        return 1
    return turn if turn in range(1, 9) else 1


def in_common_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, as the profile that told its colours is not kept."""
    from PIL import Image, ImageCms

    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        own, common = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, own, common, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted if isinstance(converted, Image.Image) else image


def _with_plain_colours(image: Image.Image) -> Image.Image:
    """Return a picture of eight bits a channel that has pixels and nothing else."""
    if image.mode.startswith("I"):  # sixteen bits of grey, which a plain conversion would clip
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    plain = image if image.mode == mode else image.convert(mode)
    plain.info = {}  # comments and profiles would be written again
    return plain


def fitted(whole: Image.Image, variation: Variation) -> Image.Image:
    """Return the part of a picture that a variation shows, around its focus, in the variation's size."""
    from PIL.Image import Resampling

    width, height = whole.size
    size = (variation.width_px, variation.height_px)
    scale = min(width / size[0], height / size[1])
    cut_width, cut_height = min(width, size[0] * scale), min(height, size[1] * scale)
    if width - cut_width < scale and height - cut_height < scale:  # less than a pixel of the result
        cut_width, cut_height = width, height
    left = min(max(0.0, width * variation.focus[0] / 100 - cut_width / 2), width - cut_width)
    top = min(max(0.0, height * variation.focus[1] / 100 - cut_height / 2), height - cut_height)
    box = (left, top, left + cut_width, top + cut_height)
    return whole.resize(size, Resampling.LANCZOS, box=box, reducing_gap=2.0)


def _written(image: Image.Image, variation: Variation) -> bytes:
    if variation.quality == FOR_SHARING:
        return _light_jpeg(image)
    avif, webp, jpeg = _QUALITIES[variation.quality]
    file = io.BytesIO()
    match variation.format:
        case "avif":
            image.save(file, "AVIF", quality=avif, speed=_AVIF_SPEED, max_threads=1)
        case "webp":
            image.save(file, "WEBP", quality=webp, method=_WEBP_METHOD)
        case "jpeg":
            image.convert("RGB").save(file, "JPEG", quality=jpeg, progressive=True, optimize=True)
        case _:
            image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _light_jpeg(image: Image.Image) -> bytes:
    """Return a picture on white as a JPEG that every service takes: WhatsApp leaves out those above some 300 KB."""
    from PIL import Image

    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    written = b""
    for quality in (82, 74, 64, 52, 40, 28):
        file = io.BytesIO()
        image.convert("RGB").save(file, "JPEG", quality=quality, progressive=True, optimize=True)
        written = file.getvalue()
        if len(written) <= _MOST_BYTES_SHARED:
            break
    return written
