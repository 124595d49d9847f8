"""Cards: what the share image of each page shows, so that a link to it looks like the firm wherever it is put."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from caresite.core import codes
from caresite.core.config import Images, SocialCards
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.model import Card, Image, Page, Variation
from caresite.core.urls import decoded_path, encode_file, slug_of, split_address
from caresite.kinds import Story
from caresite.pipeline.assets import Asset, palette_for
from caresite.pipeline.card_drawing import SIZES, Studio
from caresite.pipeline.contexts import Here
from caresite.pipeline.drawings import Drawings
from caresite.pipeline.markdown.typography import marks_for
from caresite.pipeline.pictures import Facts, Wish, focus_of, light_variation, name_of, shape_of, shared_variation
from caresite.pipeline.themes import Theme
from caresite.pipeline.words import date_in

__all__ = ["Cards", "Firm", "Shared", "card_key", "card_name", "studio_of", "words_on"]

_EDITION = "1"  # counts the ways in which we drew cards
_MARKED = re.compile(r"==(?=\S)(.+?)(?<=\S)==", re.DOTALL)
_CORNERS_PX = {"square": 0, "small": 7, "soft": 15, "round": 22}
_LONGEST_NUMBER = 12
_ENOUGH_PX = 600  # below it, services show a picture small or not at all
_LEAST_KEPT = 0.3


class Shared(Struct, frozen=True):
    """The picture that other services show beside a link, in pixels; `square` is the address of a quote to pass on."""

    url: str
    alt: str
    width_px: int = 0
    height_px: int = 0
    square: str = ""


class _Own(NamedTuple):
    """A share image that the owner gave, None where it cannot serve, and what is wrong with it."""

    shared: Shared | None
    fault: str = ""


class Firm(NamedTuple):
    """Who speaks on a card: the site's name, its line, and where it stands."""

    name: str
    tagline: str
    host: str


def studio_of(
    theme: Theme, assets: Mapping[str, Asset], drawings: Drawings, files: Mapping[str, str], cards: SocialCards
) -> Studio | None:
    """Return what the cards of a site are made with; None when there shall be none, or the theme has no colours.

    `files` are the site's, output path to source below the site's folder.
    """
    palette = palette_for(theme) if cards.enabled else None
    if palette is None:
        return None
    options = theme.options
    own = {voice: str(getattr(options, f"font_{voice}", "")) for voice in ("sans", "serif")}
    business, customer = (theme.voices.get(voice, ()) for voice in ("business", "customer"))
    if getattr(options, "fonts", "") == "serif":
        business = customer
    sans = tuple(_fonts(assets, (own["sans"], *business, *cards.fonts)))
    serif = tuple(_fonts(assets, (own["serif"], *customer, *cards.fonts)))
    if not sans:
        return None
    dark = getattr(options, "mode", "auto") == "dark"
    root = theme.layers[0].folder
    logos = [_logo(root, assets, files, str(getattr(options, name, ""))) for name in ("logo", "logo_dark")]
    logo = (logos[1] or logos[0]) if dark else logos[0]
    drawn = drawings.pictures if getattr(options, "covers", "") == "drawn" else {}
    studio = Studio("", palette.dark if dark else palette.light, sans, serif or sans, drawn, logo, logos[1])
    studio = msgspec.structs.replace(studio, corner_px=_CORNERS_PX.get(getattr(options, "radius", ""), 15))
    return msgspec.structs.replace(studio, digest=_digest_of(studio))


def _fonts(assets: Mapping[str, Asset], names: Iterable[str]) -> Iterable[bytes]:
    return (assets[name].data for name in dict.fromkeys(names) if name in assets)


def _logo(root: Path, assets: Mapping[str, Asset], files: Mapping[str, str], name: str) -> bytes:
    """Return the bytes of a logo that is an asset or a file of the site; nothing for one elsewhere."""
    if name in assets:
        return assets[name].data
    source = files.get(name.lstrip("/")) if name.startswith("/") else None
    try:
        return (root / source).read_bytes() if source else b""
    except OSError:
        return b""


def _digest_of(studio: Studio) -> str:
    digest = hashlib.blake2b(_EDITION.encode(), digest_size=16)
    for part in (*studio.sans, *studio.serif, studio.logo, studio.logo_on_band):
        digest.update(hashlib.blake2b(part, digest_size=16).digest())
    others = (sorted(studio.colors.items()), sorted(studio.drawings.items()), studio.corner_px)
    digest.update(repr(others).encode())
    return digest.hexdigest()


class Cards:
    """Says what the share image of a page is; whatever it wants drawn goes to `note`.

    `picture` answers what is known of the picture at an output path, `plain` turns a line of Markdown into words,
    `place` says where the front matter of a page has a key.
    """

    def __init__(
        self,
        look: str,
        base_path: str,
        drawings: Drawings,
        *,
        picture: Callable[[str], Facts | None],
        plain: Callable[[str], str],
        tone: Callable[[object], int],
        place: Callable[[Page, str], Span],
        note: Callable[[Card | Variation | Diagnostic], None],
    ) -> None:
        self.look = look
        self.base_path = base_path
        self.drawings = drawings
        self.picture = picture
        self.plain = plain
        self.tone = tone
        self.place = place
        self.note = note

    def shared(
        self, here: Here, page: Page | None, firm: Firm, authors: tuple[Page, ...], language: str
    ) -> Shared | None:
        """Return the share image of a page: its owner's, else a card, else its lead picture."""
        image = page.share if page else None
        own = self._own(image) if image else _Own(None)
        if page and own.fault:
            instead = "" if own.shared else "; a drawn one is used" if self.look else "; none is used"
            place = self.place(page, "share_image")
            self.note(fault(codes.UNFIT_SHARE_IMAGE, place, f"the share image {own.fault}{instead}"))
        if own.shared or not self.look:
            return own.shared or (self._own(here.image).shared if here.image else None)
        if page is None or not page.has_page or page.kind not in ("post", "page", "story", "quote"):
            return self._of_the_site(firm)
        if page.kind == "quote":
            return self._of_a_quote(page, firm.name)
        return self._drawn(self._page_card(page, firm.name, authors, language), f"{page.title} – {firm.name}")

    def light(self, src: str, images: Images) -> str:
        """Return the address of a picture that is light enough to be taken whole; one elsewhere stays as it is."""
        path = self._path_of(src)
        facts = self.picture(path) if path else None
        drawn = light_variation(path, facts, images) if facts else None
        if drawn is None:
            return src
        self.note(drawn)
        return self._url(name_of(drawn))

    def _own(self, image: Image) -> _Own:
        """Return a picture of the owner's as services show it, and what is wrong with it for them."""
        path = self._path_of(image.src)
        if not path:
            return _Own(Shared(image.src, image.alt) if "://" in image.src else None)
        facts = self.picture(path)
        if facts is None or facts.trouble:
            return _Own(None)
        if facts.format == "SVG":
            return _Own(None, "is an SVG drawing, which no service shows")
        drawn = shared_variation(path, facts, SIZES["wide"], focus_of(image.focus) or (50, 50))
        reason = _reason_against(facts, drawn, has_focus=bool(image.focus))
        is_icon = not facts.is_drawn and not facts.moves
        if is_icon or (reason and self.look):
            return _Own(None, reason)
        self.note(drawn)
        shared = Shared(self._url(name_of(drawn)), image.alt, drawn.width_px, drawn.height_px)
        return _Own(shared, reason or ("moves; services get its first picture" if facts.moves else ""))

    def _of_the_site(self, firm: Firm) -> Shared:
        card = Card(
            kind="page",
            source="site",
            look=self.look,
            title=firm.tagline or firm.name,
            firm=firm.name,
            detail=firm.host,
            drawing=self.drawings.choose(f"{firm.name} | {firm.tagline}"),
            tone=self.tone(firm.name),
        )
        return self._drawn(card, f"{firm.name}: {firm.tagline}" if firm.tagline else firm.name)

    def _of_a_quote(self, page: Page, firm: str) -> Shared:
        text = str(getattr(page.meta, "text", "") or page.summary)
        found = _MARKED.search(text)
        marks = marks_for(page.lang)
        said = f"{marks.opening}{self._line(text)}{marks.closing}"
        person = page.person
        name = person.name if person else ""
        card = Card(
            kind="quote",
            source=page.output,
            look=self.look,
            title=said,
            marked=self._line(found[1]) if found else "",
            firm=firm,
            name=name,
            detail=", ".join(part for part in (person.role, person.company) if part) if person else "",
            **self._face(person.photo if person else None),
        )
        square = msgspec.structs.replace(card, shape="square")
        self.note(square)
        shared = self._drawn(card, f"{said} {name}".strip())
        return msgspec.structs.replace(shared, square=self._url(card_name(square)))

    def _page_card(self, page: Page, firm: str, authors: tuple[Page, ...], language: str) -> Card:
        number = _number_of(page)
        date = page.date if page.kind == "post" else None
        face = authors[0].image if len(authors) == 1 else None
        return Card(
            kind="story" if page.kind == "story" else "page",
            source=page.output,
            look=self.look,
            title=page.title,
            firm=firm,
            above=_customer_of(page),
            name=", ".join(author.title for author in authors[:3]),
            detail=date_in(language, date, "long") if date else "",
            number=number[0],
            label=number[1],
            drawing=self.drawings.choose(_subjects_of(page)),
            tone=self.tone(_toned_by(page)),
            **self._photo(page.share if self._fills_a_column(page.share) else page.image),
            **self._face(face),
        )

    def _fills_a_column(self, image: Image | None) -> bool:
        """Tell whether a picture that is too tall to be shared suits the column that a card has for one."""
        path, _ = self._file_of(image)
        facts = self.picture(path) if path else None
        return bool(facts and facts.height_px > facts.width_px >= _ENOUGH_PX)

    def _photo(self, image: Image | None) -> dict[str, Any]:
        path, digest = self._file_of(image)
        focus = focus_of(image.focus) if image and path else None
        return {"photo": path, "photo_digest": digest, "focus": focus or (50, 50)}

    def _face(self, image: Image | None) -> dict[str, Any]:
        path, digest = self._file_of(image)
        return {"face": path, "face_digest": digest}

    def _file_of(self, image: Image | None) -> tuple[str, str]:
        """Return output path and digest of a photograph of this site; nothing for what cannot be drawn into a card."""
        path = self._path_of(image.src) if image else ""
        facts = self.picture(path) if path else None
        return (path, facts.digest) if facts and facts.is_drawn else ("", "")

    def _path_of(self, src: str) -> str:
        is_here = src.startswith(self.base_path) and not src.startswith("//")
        return decoded_path(split_address(src.removeprefix(self.base_path)).path) if is_here else ""

    def _drawn(self, card: Card, alt: str) -> Shared:
        self.note(card)
        return Shared(self._url(card_name(card)), alt, *SIZES[card.shape])

    def _url(self, path: str) -> str:
        return self.base_path + encode_file(path)

    def _line(self, text: str) -> str:
        return " ".join(self.plain(text).split())


def _reason_against(facts: Facts, drawn: Variation, *, has_focus: bool) -> str:
    """Return why a picture makes no share image; nothing when it does."""
    size = f"{facts.width_px} by {facts.height_px} pixels"
    if drawn.width_px < _ENOUGH_PX:
        return f"is too small: {size}, and services want {_ENOUGH_PX} by {_ENOUGH_PX * 21 // 40} or more"
    width, height = shape_of(facts, Wish(crop=SIZES["wide"]))
    kept = width * height / (facts.width_px * facts.height_px)
    if kept < _LEAST_KEPT and not has_focus:
        return f"would lose most of itself: of {size}, {kept:.0%} fit the shape that services show"
    return ""


def _customer_of(page: Page) -> str:
    if not isinstance(page.meta, Story):
        return ""
    customer = page.meta.customer
    return customer.descriptor if customer.anonymous else customer.name


def _number_of(page: Page) -> tuple[str, str]:
    """Return the first figure of a story and what it counts, if it is short enough to be set large."""
    metrics = getattr(page.meta, "metrics", ())
    for metric in metrics[:1]:
        number = " ".join(part for part in (metric.value or metric.after, metric.unit) if part)
        number = number.replace(" %", "%")
        if number and len(number) <= _LONGEST_NUMBER:
            return number, metric.label
    return "", ""


def _subjects_of(page: Page) -> str:
    """Return what a page is about, best guess first, as the covers of pages have it."""
    customer = page.meta.customer if isinstance(page.meta, Story) else None
    first = f"{customer.name} | {customer.industry} {' '.join(page.meta.industry)} | " if customer else ""
    return f"{first}{page.title} | {' '.join(term.name for term in page.terms.get('tags', ()))}"


def _toned_by(page: Page) -> str:
    customer = page.meta.customer if isinstance(page.meta, Story) else None
    return (customer.industry or customer.name if customer else "") or page.slug


def card_key(card: Card) -> str:
    """Return the name that a card's bytes are kept under: a digest of everything it shows."""
    return hashlib.blake2b(_EDITION.encode() + msgspec.msgpack.encode(card), digest_size=16).hexdigest()


def card_name(card: Card) -> str:
    """Return the output path of a card. It changes with what it shows."""
    path = PurePosixPath(card.source.removesuffix("index.html").rstrip("/") or "home").with_suffix("")
    name = "/".join(slug_of(part) for part in path.parts) + ("-square" if card.shape == "square" else "")
    return f"assets/cards/{name}.{card_key(card)[:10]}.{'jpg' if card.photo else 'png'}"


def words_on(card: Card) -> str:
    """Return everything that can be read on a card."""
    return "\n".join((card.title, card.firm, card.above, card.name, card.detail, card.number, card.label))
