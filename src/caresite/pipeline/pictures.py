"""Pictures: what is known of a picture file, and in which sizes and formats a page wants it."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.config import Images
from caresite.core.model import Variation
from caresite.core.urls import slug_of
from caresite.pipeline.metadata import is_complete, stripped
from caresite.pipeline.pixels import FOR_SHARING, BrokenPicture, opened, redrawn, turn_of
from caresite.pipeline.vector import BrokenDrawing, safe_drawing

__all__ = [
    "FOLDER",
    "LIMIT_PX",
    "PICTURE_SUFFIXES",
    "Facts",
    "Wish",
    "as_shown",
    "focus_of",
    "key_of",
    "light_variation",
    "look",
    "name_of",
    "ready",
    "shape_of",
    "shared_variation",
    "variations_of",
]

PICTURE_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".bmp", ".svg"))
FOLDER = "assets/pictures"
LIMIT_PX = 2560  # of a picture beside a text, under its own address; what lies in `static/` keeps its size
_LIGHT_PX = 1600  # the width that is enough for whoever shows a picture of ours elsewhere
_EDITION = "1"  # counts the ways in which we drew pictures
_ICON_PX = 64
_MAX_BYTES = 80 * 1024 * 1024
_PLAIN = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp", "AVIF": "jpeg", "GIF": "png", "BMP": "jpeg"}
_SUFFIXES = {"avif": "avif", "webp": "webp", "jpeg": "jpg", "png": "png"}
_FOCUS = {"left": (0, None), "right": (100, None), "top": (None, 0), "bottom": (None, 100), "center": (None, None)}
_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?%?[\s,]+(\d{1,3})(?:\.\d+)?%?")


class Facts(Struct, frozen=True):
    """What is known of a picture file: the digest of its bytes, its format, its size when it is held upright.

    It `moves` when it has several pictures, which are shown as they are. It `tells` when the file holds more than is
    seen, and needs to be drawn `anew` when it lies on its side, or is larger than anybody needs: then other bytes stand
    under its own address. `trouble` says why it cannot be shown, `removed` what an SVG drawing had to lose.
    """

    digest: str = ""
    format: str = ""
    width_px: int = 0
    height_px: int = 0
    alpha: bool = False
    moves: bool = False
    tells: bool = False
    anew: bool = False
    trouble: str = ""
    removed: tuple[str, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Whether it is made in other sizes: drawings scale by themselves, what moves would stand, icons are small."""
        is_still = self.format != "SVG" and not self.moves and not self.trouble
        return is_still and max(self.width_px, self.height_px) > _ICON_PX


class Wish(Struct, frozen=True):
    """How a page wants a picture: at most `shown_px` CSS pixels wide, cut to the shape `crop`, around `focus`."""

    shown_px: int = 0
    crop: tuple[float, float] = (0, 0)
    focus: tuple[int, int] = (50, 50)


def look(data: bytes, *, limit_px: int, max_megapixels: int) -> Facts:
    """Return what there is to know of the picture in `data`, without decoding it."""
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    try:
        if _is_svg(data):
            drawing = safe_drawing(data)
            tells = drawing.data is not data
            size = (drawing.width_px, drawing.height_px)
            return Facts(digest, "SVG", *size, alpha=True, tells=tells, removed=drawing.removed)
        return _look_at_pixels(data, digest, limit_px, max_megapixels)
    except (BrokenPicture, BrokenDrawing) as broken:
        return Facts(digest, trouble=str(broken))


def _is_svg(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _look_at_pixels(data: bytes, digest: str, limit_px: int, max_megapixels: int) -> Facts:
    if len(data) > _MAX_BYTES:
        raise BrokenPicture(f"it has {len(data) // 1_048_576} MB; {_MAX_BYTES // 1_048_576} MB is the most")
    with opened(data) as image:
        width, height = image.size
        if width * height > max_megapixels * 1_000_000:
            raise BrokenPicture(
                f"it has {width:,} × {height:,} pixels, and `images.max_megapixels` is {max_megapixels}"
            )
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        turn = turn_of(image)
        moves = kind in ("GIF", "PNG", "WEBP", "AVIF") and bool(getattr(image, "is_animated", False))
        alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
        has_exif = kind == "AVIF" and bool(image.info.get("exif") or image.info.get("xmp"))
    if not is_complete(data, kind):
        raise BrokenPicture("it ends before its pixels do; perhaps it was not copied whole")
    if turn in (5, 6, 7, 8):
        width, height = height, width
    too_large = bool(limit_px) and max(width, height) > limit_px
    anew = not moves and (turn != 1 or has_exif or too_large)
    return Facts(digest, kind, width, height, alpha, moves, tells=len(stripped(data, kind)) != len(data), anew=anew)


def ready(data: bytes, facts: Facts, limit_px: int) -> bytes:
    """Return what stands under a picture's own address: the same to look at, and nothing else in it.

    Raises BrokenPicture or BrokenDrawing when it cannot be read.
    """
    if facts.format == "SVG":
        return safe_drawing(data).data
    if not facts.anew:
        return stripped(data, facts.format)
    return redrawn(data, "avif" if facts.format == "AVIF" else _PLAIN[facts.format], limit_px)


def as_shown(facts: Facts) -> Facts:
    """Return what of the facts a page depends on: its bytes only where others are made from them."""
    digest = facts.digest if facts.is_drawn or facts.moves else ""
    return replace(facts, digest=digest, tells=False, anew=False, removed=())


def focus_of(words: str) -> tuple[int, int] | None:
    """Return the point that `words` name, in percent from left and top; None when they name none."""
    if match := _PERCENT.fullmatch(words.strip()):
        point = (int(match[1]), int(match[2]))
        return point if max(point) <= 100 else None
    x: int | None = None
    y: int | None = None
    for word in words.replace("-", " ").lower().split():
        if word not in _FOCUS:
            return None
        x, y = _FOCUS[word][0] if x is None else x, _FOCUS[word][1] if y is None else y
    return (50 if x is None else x, 50 if y is None else y)


def variations_of(source: str, facts: Facts, wish: Wish, images: Images) -> dict[str, tuple[Variation, ...]]:
    """Return how a picture is drawn for a page, by format, the picture's own last; in each, the narrowest first."""
    width, height = shape_of(facts, wish)
    widths = _widths(round(width), wish, images)
    own = "png" if facts.alpha and _PLAIN[facts.format] == "jpeg" else _PLAIN[facts.format]
    formats = (*(small for small in images.formats if small != own), own)
    focus = wish.focus if wish.crop[0] else (50, 50)
    return {
        kind: tuple(
            Variation(source, facts.digest, kind, w, max(1, round(w * height / width)), focus, images.quality)
            for w in widths
        )
        for kind in formats
    }


def light_variation(source: str, facts: Facts, images: Images) -> Variation | None:
    """Return a picture as others take it from us whole; None for one that is light as it is.

    Its width is one that pages have it in too, if there is such a one, so that nothing is drawn for it alone.
    """
    if not facts.is_drawn or facts.width_px <= _LIGHT_PX:
        return None
    width = max((width for width in images.widths if 0 < width <= _LIGHT_PX), default=_LIGHT_PX)
    one = replace(images, formats=(), widths=(width,))
    [drawn] = variations_of(source, facts, Wish(), one).values()
    return drawn[-1]


def shared_variation(source: str, facts: Facts, size: tuple[int, int], focus: tuple[int, int]) -> Variation:
    """Return a picture as other services show it beside a link: cut to a shape, as a light JPEG, never enlarged."""
    width, height = shape_of(facts, Wish(crop=size))
    scale = min(1.0, size[0] / width)
    sides = (max(1, round(width * scale)), max(1, round(height * scale)))
    return Variation(source, facts.digest, "jpeg", *sides, focus, FOR_SHARING)


def shape_of(facts: Facts, wish: Wish) -> tuple[float, float]:
    """Return the largest part of a picture that has the shape that is wished for, in its own pixels."""
    if not wish.crop[0]:
        return facts.width_px, facts.height_px
    scale = min(facts.width_px / wish.crop[0], facts.height_px / wish.crop[1])
    return wish.crop[0] * scale, wish.crop[1] * scale


def _widths(natural: int, wish: Wish, images: Images) -> tuple[int, ...]:
    """Return the widths that screens of up to two device pixels a CSS pixel can make use of, never above `natural`.

    A picture that is small itself is offered in its own width: letters in a screenshot blur when a copy is enlarged.
    """
    most = min(natural, max(images.widths, default=natural))
    if wish.shown_px:
        most = min(most, 2 * wish.shown_px)
    fitting = tuple(sorted({width for width in images.widths if 0 < width <= most}))
    if not fitting or fitting[-1] * 1.25 < most:
        return (*fitting, max(1, most))
    # of a large one, nobody sees the difference on a screen with so many pixels
    return (*fitting[:-1], most) if most == natural else fitting


def key_of(variation: Variation) -> str:
    """Return the name that a variation's bytes are kept under: a digest of the picture and of what is made of it."""
    recipe = "\0".join(
        (
            _EDITION,
            variation.digest,
            variation.format,
            f"{variation.width_px}x{variation.height_px}",
            f"{variation.focus[0]},{variation.focus[1]}",
            variation.quality,
        )
    )
    return hashlib.blake2b(recipe.encode(), digest_size=16).hexdigest()


def name_of(variation: Variation) -> str:
    """Return the output path of a variation. It changes with the picture and with what is made of it."""
    path = PurePosixPath(variation.source)
    folder = "/".join((FOLDER, *(slug_of(part) for part in path.parts[:-1])))
    size = f"{variation.width_px}x{variation.height_px}"
    return f"{folder}/{slug_of(path.stem)}-{size}.{key_of(variation)[:10]}.{_SUFFIXES[variation.format]}"
