"""Card drawing: a share image made of a theme's colours, fonts and drawings, and of nothing from elsewhere."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from caresite.core.model import Card, Variation
from caresite.pipeline.lettering import Fitted, Lettering, Word, words_of
from caresite.pipeline.pixels import fitted, opened, upright

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

__all__ = ["SIZES", "Studio", "draw_card", "lacking_letters", "logo_picture", "rasterized"]

SIZES = {"wide": (1200, 630), "square": (1080, 1080)}
_SAFE = 64
_ART_PX = 420
_RULE_PX = 12  # at the head of a card without a picture
_HEAD_PX = 152
_TITLE_SIZES = (72, 60, 50, 44, 38)
_QUOTE_SIZES = {"wide": (84, 68, 54, 44), "square": (96, 80, 64, 52, 44)}
_QUOTE_LINES = {"wide": 6, "square": 10}
_RINGS = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><circle cx="200" cy="200" r="64" fill="{c}"/>'
    '<g fill="none" stroke="{c}" stroke-width="3"><circle cx="200" cy="200" r="98"/><circle cx="200" cy="200" r="132"/>'
    '<circle cx="200" cy="200" r="166"/><circle cx="200" cy="200" r="198"/></g></svg>'
)
_COLORS = 128
_LAST_LATIN = "\u017f"  # up to here, fonts of Latin have everything; for what is beyond, they are asked
_FRAME = "-10 -172 500 750"  # of a drawing in a column: its ground runs far beyond what is drawn on it


class Studio(Struct, frozen=True):
    """What all cards of a site are made with: colours by role, fonts of both voices, drawings by name, logos.

    Without drawings a card has a picture only where there is a photograph. A logo is its bytes; `digest` stands for all
    of it. The tile behind an initial has round corners of `corner_px`.
    """

    digest: str
    colors: Mapping[str, str]
    sans: tuple[bytes, ...]
    serif: tuple[bytes, ...]
    drawings: Mapping[str, str]
    logo: bytes = b""
    logo_on_band: bytes = b""
    corner_px: int = 15


def draw_card(card: Card, studio: Studio, photo: bytes = b"", face: bytes = b"") -> bytes:
    """Return a card as PNG, or as JPEG where it has a photograph; equal cards are equal bytes.

    `photo` and `face` are the files of its pictures. Raises BrokenPicture when one cannot be decoded.
    """
    return _Drawing(card, studio, photo, face).finished()


def lacking_letters(card: Card, studio: Studio) -> tuple[str, ...]:
    """Return the letters on a card that no font of the studio has. Words with one of them are not drawn."""
    others = (card.firm, card.above, card.name, card.detail, card.number, card.label)
    spoken = {"serif" if card.kind == "quote" else "sans": card.title}
    spoken["sans"] = " ".join((spoken.get("sans", ""), *others))
    unusual = {
        voice: "".join(sign for sign in text if sign > _LAST_LATIN and sign.isalnum()) for voice, text in spoken.items()
    }
    found = (_lettering(studio, voice, 440).lacking(text) for voice, text in unusual.items() if text)
    return tuple(dict.fromkeys(letter for letters in found for letter in letters))


def rasterized(svg: str, width_px: int, height_px: int, style: str = "") -> Image.Image:
    """Return a drawing as pixels. Nothing is loaded for it, neither files nor the fonts of this machine.

    Raises ValueError when it is no SVG.
    """
    import resvg_py
    from PIL import Image

    png = resvg_py.svg_to_bytes(
        svg_string=svg, width=width_px, height=height_px, skip_system_fonts=True, style_sheet=style or None
    )
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


@lru_cache(maxsize=24)
def _kept(svg: str, width_px: int, height_px: int, style: str) -> Image.Image:
    """Return the same as `rasterized`; what several cards have in common is drawn once."""
    return rasterized(svg, width_px, height_px, style)


class _Drawing:
    """One card on its way."""

    def __init__(self, card: Card, studio: Studio, photo: bytes, face: bytes) -> None:
        from PIL import Image, ImageDraw

        self.card = card
        self.studio = studio
        self.colors = studio.colors
        self.photo = photo
        self.face = face
        self.size = SIZES[card.shape]
        ground = self.colors["band" if card.kind == "quote" else "paper"]
        self.image: Image.Image = Image.new("RGB", self.size, ground)
        self.pen: ImageDraw.ImageDraw = ImageDraw.Draw(self.image)

    def finished(self) -> bytes:
        from PIL import Image

        if self.card.kind == "quote":
            self.quote()
        else:
            self.page()
        file = io.BytesIO()
        if self.photo:
            self.image.save(file, "JPEG", quality=86, progressive=True)
        else:
            method, dither = Image.Quantize.FASTOCTREE, Image.Dither.NONE
            flat = self.image.quantize(_COLORS, method, dither=dither)  # a third of the bytes, and nobody sees it
            flat.save(file, "PNG", compress_level=6)
        return file.getvalue()

    # a page

    def page(self) -> None:
        """Draw the firm, the title and who wrote it at the left, a photograph or a drawing at the right."""
        card, colors = self.card, self.colors
        column = _ART_PX if self.photo or self.studio.drawings else 0
        if column:
            self.art()
        else:
            self.pen.rectangle((0, 0, self.size[0], _RULE_PX), fill=colors["brand"])
        width = self.size[0] - column - 2 * _SAFE
        self.firm(width, colors["ink"], self.studio.logo)
        bottom = self.size[1] - _SAFE
        foot = self.figure(width, bottom) if card.number else self.people(width, bottom, ("ink", "ink-2"))
        words = words_of(self.bold.said(card.title) or self.bold.said(card.firm))
        above = self.strong.fit(words_of(self.strong.said(card.above)), width, (28,), 1)
        room = foot - _HEAD_PX - 44 * len(above.lines)
        title = next(t for t in self.titles(words, width) if _height(t, 1.08) <= room or t.size_px == _TITLE_SIZES[-1])
        top = _HEAD_PX + max(0, (room - _height(title, 1.08)) // 2)
        top = self.strong.draw(self.pen, above, (_SAFE, top), width_px=width, fill=self.both("brand"), leading=1.57)
        self.bold.draw(self.pen, title, (_SAFE, top), width_px=width, fill=self.both("ink"), leading=1.08)

    def titles(self, words: Sequence[Word], width: int) -> Iterator[Fitted]:
        """Yield a title as it could be set, the largest first."""
        for number, size in enumerate(_TITLE_SIZES):
            title = self.bold.fit(words, width, (size,), 3 if number < len(_TITLE_SIZES) - 1 else 4)
            if title.whole or size == _TITLE_SIZES[-1]:
                yield title

    def art(self) -> None:
        left, size = self.size[0] - _ART_PX, (_ART_PX, self.size[1])
        if self.photo:
            self.image.paste(_cut(self.photo, size, self.card.focus), (left, 0))
            return
        tone = self.card.tone
        mixed = {"ta": self.colors[f"t{tone}a"], "t": self.colors[f"t{tone}"]}
        style = "".join(f".{name}{{{rule}}}" for name, rule in _rules(mixed, self.colors).items())
        inner = self.studio.drawings.get(self.card.drawing, "")
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_FRAME}">{inner}</svg>'
        self.pen.rectangle((left, 0, *self.size), fill=mixed["t"])
        drawn = _kept(svg, *size, style)
        self.image.paste(drawn, (left, 0), drawn)

    def figure(self, width: int, bottom: int) -> int:
        """Draw what came of it, large, and what it counts; return where that begins."""
        number = self.bold.fit(words_of(self.bold.said(self.card.number)), width, (120, 96, 72), 1)
        label = self.plain.fit(words_of(self.plain.said(self.card.label)), width, (26, 24), 2)
        top = bottom - len(label.lines) * 34 - round(number.size_px * 0.95)
        under = self.bold.draw(self.pen, number, (_SAFE, top), width_px=width, fill=self.both("brand"), leading=0.95)
        self.plain.draw(self.pen, label, (_SAFE, under), width_px=width, fill=self.both("ink-2"), leading=1.3)
        return top

    # a quote

    def quote(self) -> None:
        """Draw a customer's words in the voice of customers on the dark ground."""
        card, colors = self.card, self.colors
        across, down = self.size
        side = 520 if card.shape == "wide" else 760
        rings = _kept(_RINGS.format(c=colors["on-band"]), side, side, "").copy()
        rings.putalpha(rings.getchannel("A").point(lambda value: value * 18 // 255))
        self.image.paste(rings, (across - side * 58 // 100, down - side * 58 // 100), rings)
        width = across - 2 * _SAFE
        self.firm(width, colors["on-band"], self.studio.logo_on_band)
        foot = self.people(width, down - _SAFE, ("on-band", "on-band-2"))
        words = self.words()
        most = _QUOTE_LINES[card.shape]
        said = self.serif.fit(words, width, _QUOTE_SIZES[card.shape], most)
        height = _height(said, 1.14)
        top = max(_HEAD_PX, (_HEAD_PX + foot - height) // 2)
        fill = (colors["on-band"], colors["spark"])
        self.serif.draw(self.pen, said, (_SAFE, top), width_px=width, fill=fill, leading=1.14)

    def words(self) -> tuple[Word, ...]:
        """Return the words to be set; where they are too many, the marked phrase stands for them."""
        said, marked = self.serif.said(self.card.title), self.serif.said(self.card.marked)
        words = words_of(said or self.serif.said(self.card.firm), marked)
        most, sizes = _QUOTE_LINES[self.card.shape], _QUOTE_SIZES[self.card.shape]
        fits = len(self.serif.fit(words, self.size[0] - 2 * _SAFE, sizes[-1:], 99).lines) <= most
        return words if fits or not marked else words_of(f"“… {marked.rstrip(',;:.–—-')} …”", marked)

    # what all have

    def firm(self, width: int, color: str, logo: bytes) -> None:
        """Draw the firm's logo; without one, its initial and its name."""
        if logo and (picture := logo_picture(logo, 56, min(width, 420))):
            self.image.paste(picture, (_SAFE, _SAFE), picture)
            return
        name = self.strong.said(self.card.firm)
        self.pen.rounded_rectangle(
            (_SAFE, _SAFE, _SAFE + 56, _SAFE + 56), self.studio.corner_px, fill=self.colors["brand"]
        )
        initial = self.bold.said(next((sign for sign in name if sign.isalnum()), "").upper()[:1])
        if initial:
            letter = self.bold.fit(words_of(initial), 56, (34,), 1)
            across = self.bold.width(initial, 34)
            place = (_SAFE + round((56 - across) / 2), _SAFE + 13)
            self.bold.draw(self.pen, letter, place, width_px=56, fill=self.both("on-brand"), leading=1)
        line = self.strong.fit(words_of(name), width - 76, (32, 28, 24), 1)
        place = (_SAFE + 76, _SAFE + 28 - round(line.size_px * 0.46))
        self.strong.draw(
            self.pen, line, place, width_px=round(self.strong.width(name, line.size_px)), fill=(color, color), leading=1
        )

    def people(self, width: int, bottom: int, colors: tuple[str, str]) -> int:
        """Draw who wrote or said it, above `bottom`; return where that begins."""
        card = self.card
        name, detail = self.strong.said(card.name), self.plain.said(card.detail)
        if not name and not detail:
            return bottom
        left = _SAFE
        if self.face:
            self.round_face((left, bottom - 76), 76)
            left += 96
            width -= 96
        top = bottom - (72 if name and detail else 38)
        if name:
            line = self.strong.fit(words_of(name), width, (30, 26, 24), 1)
            self.strong.draw(self.pen, line, (left, top), width_px=width, fill=self.both(colors[0]), leading=1)
        if detail:
            line = self.plain.fit(words_of(detail), width, (26, 24), 1)
            self.plain.draw(self.pen, line, (left, bottom - 32), width_px=width, fill=self.both(colors[1]), leading=1)
        return top - 12

    def round_face(self, place: tuple[int, int], side: int) -> None:
        from PIL import Image, ImageDraw

        disc = Image.new("L", (side * 4, side * 4), 0)
        ImageDraw.Draw(disc).ellipse((0, 0, side * 4 - 1, side * 4 - 1), fill=255)
        self.image.paste(_cut(self.face, (side, side), (50, 50)), place, disc.resize((side, side)))

    def both(self, role: str) -> tuple[str, str]:
        return (self.colors[role], self.colors[role])

    @cached_property
    def bold(self) -> Lettering:
        return _lettering(self.studio, "sans", 720)

    @cached_property
    def strong(self) -> Lettering:
        return _lettering(self.studio, "sans", 650)

    @cached_property
    def plain(self) -> Lettering:
        return _lettering(self.studio, "sans", 450)

    @cached_property
    def serif(self) -> Lettering:
        return _lettering(self.studio, "serif", 440)


_LETTERINGS: dict[tuple[str, str, int], Lettering] = {}


def _lettering(studio: Studio, voice: str, weight: int) -> Lettering:
    """Return the lettering of a voice; opening fonts takes longer than drawing with them."""
    key = (studio.digest, voice, weight)
    if key not in _LETTERINGS:
        if len(_LETTERINGS) > 16:
            _LETTERINGS.clear()
        _LETTERINGS[key] = Lettering(getattr(studio, voice), weight)
    return _LETTERINGS[key]


def _height(text: Fitted, leading: float) -> int:
    return len(text.lines) * round(text.size_px * leading)


def _cut(data: bytes, size: tuple[int, int], focus: tuple[int, int]) -> Image.Image:
    with opened(data) as image:
        wanted = Variation("", "", "png", *size, focus)
        if image.format in ("JPEG", "MPO"):
            image.draft(None, (size[0] * 3, size[1] * 3))
        return fitted(upright(image).convert("RGB"), wanted)


def _rules(tone: Mapping[str, str], colors: Mapping[str, str]) -> dict[str, str]:
    """Return what the six fills and the line of a drawing are in a tone, as the stylesheet has them."""
    strong, ground = tone["ta"], tone["t"]
    return {
        "f1": f"fill:{strong}",
        "f2": f"fill:{_mixed(strong, ground, 0.52)}",
        "f3": f"fill:{_mixed(strong, ground, 0.2)}",
        "f4": f"fill:{colors['spark']}",
        "f5": f"fill:{colors['paper']}",
        "f6": f"fill:{ground}",
        "s1": f"fill:none;stroke:{strong};stroke-width:7;stroke-linecap:round;stroke-linejoin:round",
        "s1-thin": "stroke-width:3",
    }


def _mixed(one: str, other: str, share: float) -> str:
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def logo_picture(data: bytes, height_px: int, most_px: int) -> Image.Image | None:
    """Return a logo in its shape, at most as high and as wide; None when it cannot be drawn."""
    from caresite.pipeline.pixels import BrokenPicture
    from caresite.pipeline.vector import BrokenDrawing, safe_drawing

    try:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            drawing = safe_drawing(data)
            ratio = drawing.width_px / drawing.height_px if drawing.height_px else 1.0
            width = round(min(most_px, height_px * ratio))
            return rasterized(drawing.data.decode(), width, round(width / ratio))
        with opened(data) as image:
            whole = upright(image).convert("RGBA")
            whole.thumbnail((most_px, height_px))
            return whole
    except (BrokenDrawing, BrokenPicture, ValueError, UnicodeDecodeError):
        return None
