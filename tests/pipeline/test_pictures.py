"""What is known of a picture file, what of it may stand on a site, and how a page's pictures are written."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from PIL import Image

from caresite.core.config import Images
from caresite.core.model import Variation
from caresite.pipeline.metadata import is_complete, stripped
from caresite.pipeline.picture_tags import Shown, with_pictures
from caresite.pipeline.pictures import Facts, Wish, focus_of, key_of, look, name_of, ready, variations_of
from caresite.pipeline.pixels import BrokenPicture, draw
from caresite.pipeline.vector import BrokenDrawing, safe_drawing
from caresite.testing import picture

SECRET = "rosa@private.example"
LIMIT = {"limit_px": 2560, "max_megapixels": 60}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">{}</svg>'
TURNED = 0x0112


def photo(width: int = 300, height: int = 200, format: str = "JPEG", **more: Any) -> bytes:
    """Return a picture that is red at the left, blue at the right, and white at the top."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    image.paste("white", (0, 0, width, height // 10))
    file = io.BytesIO()
    image.save(file, format, **more)
    return file.getvalue()


def exif(**tags: Any) -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = SECRET
    for name, value in tags.items():
        found[{"turned": TURNED}[name]] = value
    return found


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


# what is known of a file


class Kind(NamedTuple):
    """A file, and what must be known of it."""

    data: bytes
    format: str
    size: tuple[int, int]
    tells: bool = False
    anew: bool = False


def moving(format: str) -> bytes:
    frames = [Image.new("RGB", (80, 60), color) for color in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:])
    return file.getvalue()


def gif_with_xmp() -> bytes:
    """Return a GIF that moves, with XMP as programs put it there: in no blocks, behind it a ramp that ends them."""
    plain, ramp = moving("GIF"), bytes([1, *range(255, -1, -1), 0])
    xmp = f"<x:xmpmeta><dc:creator>{SECRET}</dc:creator></x:xmpmeta>".encode()
    return plain[:-1] + b"\x21\xff\x0bXMP DataXMP" + xmp + ramp + plain[-1:]


@pytest.mark.parametrize(
    "kind",
    [
        Kind(photo(), "JPEG", (300, 200)),
        Kind(photo(exif=exif()), "JPEG", (300, 200), tells=True),
        Kind(photo(comment=SECRET.encode()), "JPEG", (300, 200), tells=True),
        Kind(photo(exif=exif(turned=6)), "JPEG", (200, 300), tells=True, anew=True),
        Kind(photo(exif=exif(turned=3)), "JPEG", (300, 200), tells=True, anew=True),
        Kind(photo(3000, 100), "JPEG", (3000, 100), anew=True),
        Kind(photo() + b"a second picture", "JPEG", (300, 200), tells=True),
        Kind(photo(format="PNG"), "PNG", (300, 200)),
        Kind(photo(format="PNG", exif=exif()), "PNG", (300, 200), tells=True),
        Kind(photo(format="WEBP"), "WEBP", (300, 200)),
        Kind(photo(format="WEBP", exif=exif()), "WEBP", (300, 200), tells=True),
        Kind(photo(format="AVIF", exif=exif()), "AVIF", (300, 200), anew=True),
        Kind(photo(format="GIF"), "GIF", (300, 200)),
        Kind(photo(format="GIF", comment=SECRET.encode() * 60), "GIF", (300, 200), tells=True),
        Kind(gif_with_xmp(), "GIF", (80, 60), tells=True),
        Kind(photo(format="BMP"), "BMP", (300, 200)),
        Kind(SVG.format("").encode(), "SVG", (1200, 600)),
    ],
    ids=lambda kind: f"{kind.format}-{kind.tells}-{kind.anew}-{kind.size}",
)
def test_a_file_is_known_and_what_stands_on_the_site_shows_the_same_and_tells_no_more(kind: Kind) -> None:
    facts = look(kind.data, **LIMIT)
    assert (facts.format, (facts.width_px, facts.height_px), facts.tells, facts.anew, facts.trouble) == (*kind[1:], "")
    there = ready(kind.data, facts, 2560)
    assert SECRET.encode() not in there
    if kind.format == "SVG" or not (kind.tells or kind.anew):
        assert there == kind.data
        return
    again = look(there, **LIMIT)
    assert (again.tells, again.anew) == (False, False)
    assert max(again.width_px, again.height_px) <= 2560
    if not kind.anew:
        assert opened(there).tobytes() == opened(kind.data).tobytes(), "pixels are as they were"


def test_a_photograph_that_was_held_upright_stands_upright() -> None:
    data = photo(exif=exif(turned=6))
    shown = opened(ready(data, look(data, **LIMIT), 2560)).convert("RGB")
    assert shown.size == (200, 300)
    top, bottom = shown.getpixel((100, 30)), shown.getpixel((100, 270))
    assert top[0] > 200 > 60 > top[2]  # type: ignore[index]
    assert bottom[2] > 200 > 60 > bottom[0]  # type: ignore[index]


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_what_moves_is_shown_as_it_is(format: str) -> None:
    facts = look(moving(format), **LIMIT)
    assert facts.moves
    assert not facts.is_drawn
    assert not facts.anew


def png_that_claims(width: int, height: int) -> bytes:
    data = bytearray(picture(1, 1))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a picture"),
        (b"\x89PNG", "not a picture"),
        (b"GIF89a/*", "not a picture"),
        (b"%PDF-1.7", "not a picture"),
        (b"GIF89a" + b"\0" * 4, "not a picture|damaged"),
        (photo()[:2000], "ends before its pixels"),
        (photo(format="PNG")[:-20], "ends before its pixels"),
        (photo(format="WEBP")[:-20], "ends before its pixels|damaged|not a picture"),
        (png_that_claims(60_000, 60_000), "too many pixels"),
        (png_that_claims(9_000, 9_000), "9,000 × 9,000 pixels, and `images.max_megapixels` is 60"),
        (b"<html><body>", "XML is broken"),
        (b"<html/>", "not an SVG drawing"),
        (b"<svg", "XML is broken"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "declares entities"),
        (SVG.format("<g>" * 400 + "</g>" * 400).encode(), "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused_with_the_reason(data: bytes, why: str) -> None:
    facts = look(data, **LIMIT)
    assert re.search(why, facts.trouble), facts.trouble
    assert not facts.is_drawn


def test_damaged_metadata_is_no_reason_not_to_show_a_picture() -> None:
    whole = bytearray(photo(exif=exif()))
    start = whole.index(b"Exif\0\0")
    whole[start + 6 : start + 40] = b"\xff" * 34
    facts = look(bytes(whole), **LIMIT)
    assert not facts.trouble
    assert opened(ready(bytes(whole), facts, 2560)).size == (300, 200)


def test_what_is_hidden_in_the_pixels_is_found_when_they_are_decoded() -> None:
    data = bytearray(photo(400, 300, format="PNG"))
    start = data.index(b"IDAT") + 4
    data[start : start + 40] = b"\0" * 40
    assert not look(bytes(data), **LIMIT).trouble
    with pytest.raises(BrokenPicture, match="damaged"):
        list(draw(bytes(data), [Variation("a.png", "", "webp", 40, 30)]))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_any_part_of_a_file_can_be_looked_at(format: str) -> None:
    """Whatever is cut off, stripping raises nothing: it gives back what it does not understand."""
    data = photo(60, 40, format=format, exif=exif())
    for end in range(len(data)):
        assert isinstance(stripped(data[:end], format), bytes)
        is_complete(data[:end], format)


# drawings


@pytest.mark.parametrize(
    ("inside", "gone"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<rect onclick="x()" width="1" height="1"/>', "onclick"),
        ('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>', "foreignObject"),
        ('<image href="https://count.example/a.png"/>', "count.example"),
        ('<use href="other.svg#a"/>', "other.svg"),
        ('<a href="javascript:alert(1)"><text>x</text></a>', "javascript"),
        ('<a href="java&#10;script:alert(1)"><text>x</text></a>', "script"),
        ('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>', "data:image/svg"),
        ("<style>@import url(https://x.example/a.css)</style>", "x.example"),
        ('<rect style="fill:url(https://x.example/#a)"/>', "x.example"),
        ('<animate attributeName="href" to="javascript:alert(1)"/>', "animate"),
        ('<set attributeName="onload" to="alert(1)"/>', "set"),
        ('<rect xmlns:x="http://x.example/ns" x:author="Rosa Bell"/>', "Rosa"),
        ("<metadata>by Rosa Bell</metadata>", "Rosa"),
    ],
)
def test_a_drawing_loses_what_could_run_load_or_tell(inside: str, gone: str) -> None:
    safe = safe_drawing(SVG.format(inside + '<circle r="4"/>').encode())
    assert gone not in safe.data.decode()
    assert b'<circle r="4"' in safe.data
    assert safe_drawing(safe.data).data is safe.data, "a second look finds nothing"


@pytest.mark.parametrize(
    "inside",
    [
        '<defs><linearGradient id="a"/></defs><rect fill="url(#a)"/><use href="#a"/>',
        "<style>@media (prefers-color-scheme: dark) { path { fill: white } }</style>",
        '<image href="data:image/png;base64,iVBORw0KGgo="/>',
        '<a href="https://example.org/"><text>x</text></a>',
        '<animate attributeName="opacity" from="0" to="1" dur="1s"/>',
    ],
)
def test_a_drawing_keeps_what_draws(inside: str) -> None:
    data = SVG.format(inside).encode()
    assert safe_drawing(data).data is data


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('width="40" height="30"', (40, 30)),
        ('width="40px" height="30px" viewBox="0 0 4 3"', (40, 30)),
        ('width="100%" viewBox="0 0 4 3"', (1200, 900)),
        ('width="60" viewBox="0,0,4,3"', (60, 45)),
        ('height="60" viewBox="0 0 4 3"', (80, 60)),
        ("", (0, 0)),
        ('viewBox="0 0 0 0"', (0, 0)),
        ('viewBox="a b c d"', (0, 0)),
    ],
)
def test_a_drawing_says_how_large_it_is(head: str, size: tuple[int, int]) -> None:
    drawing = safe_drawing(f'<svg xmlns="http://www.w3.org/2000/svg" {head}/>'.encode())
    assert (drawing.width_px, drawing.height_px) == size


def test_a_drawing_as_large_as_a_film_is_refused() -> None:
    with pytest.raises(BrokenDrawing, match="8 MB is the most"):
        safe_drawing(b"<svg>" + b" " * 9 * 1024 * 1024)


# sizes and formats


@pytest.mark.parametrize(
    ("natural", "wish", "widths"),
    [
        ((4000, 3000), Wish(704), [480, 800, 1200]),
        ((4000, 3000), Wish(1200), [480, 800, 1200, 1800]),
        ((4000, 3000), Wish(480), [480, 800]),
        ((4000, 3000), Wish(48), [96]),
        ((1000, 800), Wish(704), [480, 1000]),
        ((590, 400), Wish(704), [590]),
        ((900, 400), Wish(704), [480, 900]),
        ((1300, 400), Wish(704), [480, 800, 1300]),
        ((1350, 400), Wish(500), [480, 800]),
        ((1100, 800), Wish(704), [480, 800, 1100]),
        ((300, 200), Wish(704), [300]),
        ((70, 20), Wish(48), [70]),
        ((4000, 3000), Wish(), [480, 800, 1200, 1800]),
    ],
)
def test_widths_suit_the_place_and_never_grow(natural: tuple[int, int], wish: Wish, widths: list[int]) -> None:
    facts = Facts("d", "JPEG", *natural)
    drawn = variations_of("a.jpg", facts, wish, Images())
    assert list(drawn) == ["avif", "webp", "jpeg"]
    assert [v.width_px for v in drawn["avif"]] == widths
    assert all(v.width_px <= natural[0] and v.height_px <= natural[1] for vs in drawn.values() for v in vs)


@pytest.mark.parametrize(
    ("facts", "formats", "kinds"),
    [
        (Facts("d", "PNG", 400, 300), ("avif", "webp"), ["avif", "webp", "png"]),
        (Facts("d", "WEBP", 400, 300), ("avif", "webp"), ["avif", "webp"]),
        (Facts("d", "AVIF", 400, 300), ("avif", "webp"), ["avif", "webp", "jpeg"]),
        (Facts("d", "AVIF", 400, 300, alpha=True), ("avif", "webp"), ["avif", "webp", "png"]),
        (Facts("d", "GIF", 400, 300), ("webp",), ["webp", "png"]),
        (Facts("d", "JPEG", 400, 300), (), ["jpeg"]),
    ],
)
def test_a_pictures_own_format_comes_last(facts: Facts, formats: tuple[Any, ...], kinds: list[str]) -> None:
    assert list(variations_of("a", facts, Wish(), Images(formats=formats))) == kinds


def test_a_picture_is_cut_around_its_focus() -> None:
    data = photo(400, 200)

    def middle(focus: tuple[int, int]) -> tuple[int, ...]:
        facts = look(data, **LIMIT)
        wish = Wish(50, (1, 1), focus)
        one = variations_of("a.jpg", facts, wish, Images())["jpeg"][-1]
        assert (one.width_px, one.height_px) == (100, 100)
        [(_, drawn)] = draw(data, [one])
        pixel = opened(drawn).getpixel((50, 60))
        assert isinstance(pixel, tuple)
        return tuple(round(value / 255) for value in pixel)

    assert middle((0, 50)) == (1, 0, 0)
    assert middle((100, 50)) == (0, 0, 1)


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("top", (50, 0)),
        ("bottom right", (100, 100)),
        ("Left", (0, 50)),
        ("top-left", (0, 0)),
        ("center", (50, 50)),
        ("30% 20%", (30, 20)),
        ("30, 20", (30, 20)),
        ("somewhere", None),
        ("130% 20%", None),
    ],
)
def test_a_focus_is_said_in_words_or_numbers(words: str, point: tuple[int, int] | None) -> None:
    assert focus_of(words) == point


def test_a_name_changes_with_the_picture_and_with_what_is_made_of_it_and_is_an_address() -> None:
    one = Variation("blog/my post, new/Die Küche.JPG", "a", "avif", 480, 300)
    others = [
        Variation(one.source, "b", "avif", 480, 300),
        Variation(one.source, "a", "avif", 480, 300, (50, 0)),
        Variation(one.source, "a", "avif", 480, 300, quality="fine"),
    ]
    assert re.fullmatch(r"assets/pictures/blog/my-post-new/die-kuche-480x300\.[0-9a-f]{10}\.avif", name_of(one))
    assert len({name_of(v) for v in (one, *others)}) == len({key_of(v) for v in (one, *others)}) == 4


@pytest.mark.parametrize("format", ["avif", "webp", "jpeg", "png"])
def test_every_format_is_drawn_and_tells_nothing(format: str) -> None:
    [(_, drawn)] = draw(photo(exif=exif(turned=6)), [Variation("a.jpg", "", format, 100, 150)])
    shown = opened(drawn)
    assert (str(shown.format).lower(), shown.size) == (format, (100, 150))
    assert SECRET.encode() not in drawn
    assert not shown.getexif()
    assert [*draw(photo(), [Variation("a.jpg", "", format, 60, 40)])] == [
        *draw(photo(), [Variation("a.jpg", "", format, 60, 40)])
    ], "the same every time"


def strange() -> Iterator[tuple[str, Image.Image]]:
    yield "grey of sixteen bits", Image.new("I;16", (80, 60), 40_000)
    yield "a palette with a clear colour", Image.new("P", (80, 60), 3)
    yield "black and white", Image.new("1", (80, 60), 1)
    yield "grey with alpha", Image.new("LA", (80, 60), (200, 100))
    yield "colour with alpha", Image.new("RGBA", (80, 60), (200, 100, 50, 0))


@pytest.mark.parametrize(("name", "image"), [*strange()], ids=lambda value: value if isinstance(value, str) else "")
def test_pictures_of_every_depth_are_drawn(name: str, image: Image.Image) -> None:
    file = io.BytesIO()
    image.save(file, "PNG", **({"transparency": 3} if image.mode == "P" else {}))
    facts = look(file.getvalue(), **LIMIT)
    drawn = dict(draw(file.getvalue(), [v for vs in variations_of("a", facts, Wish(), Images()).values() for v in vs]))
    assert {v.format for v in drawn} == {"avif", "webp", "png"}
    if name == "grey of sixteen bits":
        value = opened(next(data for v, data in drawn.items() if v.format == "png")).convert("L").getpixel((5, 5))
        assert value == 40_000 // 256


# tags


def shown(html: str, images: Images | None = None, **files: Facts) -> Shown:
    known = {name.replace("__", "/").replace("_", "."): facts for name, facts in files.items()}
    return with_pictures(html, "/shop/", images or Images(), known.get)


LARGE = Facts("d", "JPEG", 4000, 3000)


def test_a_picture_of_a_text_gets_formats_widths_and_its_size() -> None:
    answer = shown('<main><img src="/shop/a.jpg" alt="A &amp; B" class="wide">', a_jpg=LARGE)
    assert re.fullmatch(
        r'<main><picture><source type="image/avif" srcset="(\S+-480x360\.\w+\.avif 480w), (\S+ 800w), (\S+ 1200w)"'
        r' sizes="\(min-width: 704px\) 704px, 100vw">'
        r'<source type="image/webp" srcset="[^"]+" sizes="[^"]+">'
        r'<img src="/shop/assets/pictures/a-1200x900\.\w+\.jpg" alt="A &amp; B" class="wide" width="4000" height="3000"'
        r' fetchpriority="high" decoding="async" srcset="[^"]+ 480w, [^"]+ 1200w" sizes="[^"]+"></picture>',
        answer.html,
    ), answer.html
    assert len(answer.variations) == 9
    assert not answer.broken


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://elsewhere.example/a.jpg" alt="" loading="lazy" decoding="async">',
        '<img src="/other/a.jpg" alt="" loading="lazy" decoding="async">',
        '<img src="data:image/png;base64,x" alt="" loading="lazy" decoding="async">',
        '<!-- <img src="/shop/a.jpg" alt=""> -->',
        '<script>"<img src=/shop/a.jpg>"</script>',
        '<picture><source srcset="/shop/b.jpg"><img src="/shop/a.jpg" alt=""></picture>',
        '<img src="/shop/a.jpg" srcset="/shop/a.jpg 2x" alt="">',
        '<textarea><img src="/shop/a.jpg" alt=""></textarea>',
        "<p>no picture</p>",
    ],
)
def test_what_is_none_of_ours_or_said_already_stays(html: str) -> None:
    assert shown(html, a_jpg=LARGE) == Shown(html, (), ())


@pytest.mark.parametrize(
    ("html", "lazy"),
    [
        ('<main><h1>Title</h1><img src="/shop/a.jpg">', False),
        (f'<main><p>{"long " * 200}</p><img src="/shop/a.jpg">', True),
        ('<img src="/shop/a.jpg"><main>', True),
        ('<main><img fetchpriority="high" src="/shop/b.jpg"><img src="/shop/a.jpg">', True),
        ('<main><img src="/shop/a.jpg" data-width="48">', True),
        ('<main><img src="/shop/b.jpg"><img src="/shop/a.jpg">', True),
    ],
)
def test_only_what_is_seen_first_is_loaded_at_once(html: str, lazy: bool) -> None:
    tag = re.findall(r"<img[^>]*a-\d+x[^>]*>", shown(html, a_jpg=LARGE).html)[0]
    assert ('loading="lazy"' in tag, 'fetchpriority="high"' in tag) == (lazy, not lazy)


def test_a_card_is_cut_at_its_focus_and_says_so_to_the_stylesheet() -> None:
    html = '<img src="/shop/a.jpg" alt="" class="x" data-width="480" data-crop="16/10" data-focus="top left">'
    answer = shown(html, a_jpg=LARGE)
    assert {(v.width_px, v.height_px, v.focus) for v in answer.variations} == {
        (480, 300, (0, 0)),
        (800, 500, (0, 0)),
    }
    assert 'width="4000" height="2500"' in answer.html
    assert 'class="x focus-top-left"' in answer.html
    assert "data-" not in answer.html


def test_a_width_that_the_text_gives_is_kept() -> None:
    answer = shown('<img src="/shop/a.jpg" alt="" width="200">', a_jpg=LARGE)
    assert 'width="200" height="150"' in answer.html
    assert {v.width_px for v in answer.variations} == {400}


def test_a_broken_picture_is_named_and_a_small_one_or_a_drawing_gets_its_size_only() -> None:
    html = '<img src="/shop/a.jpg"><img src="/shop/i.png"><img src="/shop/b/d.svg">'
    answer = shown(
        html, a_jpg=Facts("d", trouble="no"), i_png=Facts("d", "PNG", 16, 16), b__d_svg=Facts("d", "SVG", 30, 20)
    )
    assert answer.broken == ("a.jpg",)
    assert not answer.variations
    assert '<img src="/shop/i.png" width="16" height="16"' in answer.html
    assert '<img src="/shop/b/d.svg" width="30" height="20"' in answer.html


def test_a_stylesheet_knows_what_can_be_seen_through() -> None:
    html = '<img src="/shop/a.png" class="wide" alt=""><img src="/shop/b.jpg" alt=""><img src="/shop/c.svg" alt="">'
    drawn = Facts("d", "SVG", 30, 20, alpha=True)
    answer = shown(html, a_png=Facts("d", "PNG", 600, 400, alpha=True), b_jpg=LARGE, c_svg=drawn).html
    assert 'class="wide see-through"' in answer
    assert answer.count("see-through") == 2


def test_what_stands_in_an_attribute_stays_in_it() -> None:
    html = """<img alt='"><script>alert(1)</script>' src="/shop/a.jpg" title="a > b">"""
    answer = shown(html, a_jpg=LARGE).html
    assert "<script" not in answer
    assert answer.count("<img") == 1
    assert 'title="a &gt; b"' in answer


def test_without_formats_there_is_the_pictures_own() -> None:
    answer = shown('<img src="/shop/a.jpg" alt="">', Images(formats=(), widths=(600,)), a_jpg=LARGE)
    assert "<source" not in answer.html
    assert [(v.format, v.width_px) for v in answer.variations] == [("jpeg", 600)]
