"""Pictures are kept as pictures and as nothing else; what is not what it says is refused."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from caresite.submissions.pictures import MAX_BYTES, RefusedPicture, redraw

SECRET = b"ada@customers.example"


def picture(format: str = "JPEG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 40, 90)[: len(mode)]).save(out, format, **how)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x0112], made[0x010E] = orientation, SECRET.decode()
    made.get_ifd(0x8825)[1] = "N"
    return made


def png_with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_text("More", SECRET.decode(), zip=True)
    return picture("PNG", pnginfo=info)


@pytest.mark.parametrize(
    ("data", "name", "type"),
    [
        (picture(exif=exif(), comment=SECRET), "me.jpg", "image/jpeg"),
        (picture(exif=exif()), "ME.JPEG", "image/pjpeg"),
        (picture(exif=exif()), "", "application/octet-stream"),
        (picture(exif=exif(), xmp=b"<x>" + SECRET + b"</x>"), "me.jpe", ""),
        (picture() + b"PK\x03\x04" + SECRET, "me.jpg", ""),
        (png_with_text(), "me.png", "image/png"),
        (picture("WEBP", exif=exif()), "me.webp", "image/webp"),
    ],
)
def test_nothing_but_the_picture_is_kept(data: bytes, name: str, type: str) -> None:
    drawn = redraw(data, name, type)
    assert SECRET in data or b"zTXt" in data
    assert SECRET not in drawn.data
    assert all(mark not in drawn.data for mark in (b"Exif", b"GPS", b"xmp", b"PK\x03\x04", b"tEXt", b"zTXt"))
    with Image.open(io.BytesIO(drawn.data)) as image:
        image.load()
        assert image.size == (drawn.width_px, drawn.height_px) == (300, 200)
        assert not image.getexif()
        assert set(image.info) - {"duration", "timestamp"} <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "dpi",
            "loop",
            "background",
        }


def test_a_picture_stands_upright_afterwards() -> None:
    assert redraw(picture(exif=exif(6)), "me.jpg")[2:4] == (200, 300)


def test_a_large_one_is_made_smaller_and_a_see_through_one_stays_so() -> None:
    assert redraw(picture(size=(6000, 3000)), "me.jpg")[2:4] == (4096, 2048)
    with Image.open(io.BytesIO(redraw(picture("PNG", mode="RGBA"), "me.png").data)) as image:
        assert image.mode == "RGBA"


def test_colours_are_those_that_the_profile_meant() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    drawn = redraw(picture(icc_profile=profile), "me.jpg")
    with Image.open(io.BytesIO(drawn.data)) as image:
        assert "icc_profile" not in image.info
        red, green, blue = image.getpixel((10, 10))  # type: ignore[misc]
        assert (abs(red - 200), abs(green - 30), abs(blue - 40)) < (8, 8, 8)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 10_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "name", "type", "said"),
    [
        (b"<html><script>", "me.jpg", "image/jpeg", "not a JPEG, PNG or WebP"),
        (b"<svg onload=alert(1)>", "me.svg", "image/svg+xml", "only pictures"),
        (b"%PDF-1.7", "me.pdf", "application/pdf", "only pictures"),
        (b"PK\x03\x04", "me.zip", "application/zip", "only pictures"),
        (b"MZ", "me.jpg.exe", "application/octet-stream", "only pictures"),
        (picture("GIF"), "me.gif", "image/gif", "only pictures"),
        (picture("GIF"), "me.jpg", "image/jpeg", "not a JPEG, PNG or WebP"),
        (picture("BMP"), "me.png", "", "not a JPEG, PNG or WebP"),
        (picture("PNG"), "me.jpg", "image/jpeg", "says that it is JPEG, and is PNG"),
        (picture("JPEG"), "me.jpg", "image/png", "says that it is JPEG and PNG"),
        (picture()[:600], "me.jpg", "", "damaged"),
        (b"", "me.jpg", "", "not a JPEG, PNG or WebP"),
        (claiming(60_000, 60_000), "me.png", "", "too many"),
        (claiming(9_000, 9_000), "me.png", "", "too many"),
        (picture(size=(4, 4)), "me.jpg", "", "only 4 × 4"),
        (b"\xff\xd8" + b"\0" * MAX_BYTES, "me.jpg", "", "MB"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_words(data: bytes, name: str, type: str, said: str) -> None:
    start = time.monotonic()
    with pytest.raises(RefusedPicture, match=said):
        redraw(data, name, type)
    assert time.monotonic() - start < 10
