"""Share images say what a page says, in the firm's colours and fonts; what no font has is left out, never a box."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image, ImageDraw, ImageFont

from caresite.core.model import Card
from caresite.engine.pictures import DrawnCard
from caresite.pipeline.card_drawing import SIZES, Studio, draw_card, lacking_letters, rasterized
from caresite.pipeline.cards import card_key, card_name, words_on
from caresite.pipeline.lettering import Lettering, Word, words_of
from caresite.pipeline.palette import palette_of
from caresite.pipeline.pixels import BrokenPicture
from caresite.testing import BuiltSite, build_site, picture

FONTS = Path(__file__).resolve().parents[2] / "themes/hearth/assets/fonts"
SANS = tuple((FONTS / name).read_bytes() for name in ("figtree-latin.woff2", "figtree-latin-ext.woff2"))
SERIF = tuple((FONTS / name).read_bytes() for name in ("newsreader-latin.woff2", "newsreader-latin-ext.woff2"))
COLORS = palette_of("#1f6152").light
DRAWING = '<path class="f3" d="M-600-300h1680v1000H-600z"/><circle class="f1" cx="240" cy="200" r="150"/>'
STUDIO = Studio("x", COLORS, SANS, SERIF, {"disc": DRAWING})
PAGE = Card(kind="page", source="a", look="x", firm="Wickett & Daughter", title="A promise", drawing="disc")
QUOTE = replace(PAGE, kind="quote", title="“Listen first.”")
SAID = Lettering(SANS, 700)


def rgb(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def near(color: Any, other: tuple[int, ...]) -> bool:
    """Tell whether two colours look the same; a palette of 128 may be off by a hair."""
    return all(abs(a - b) <= 2 for a, b in zip(color, other, strict=True))


def shown(card: Card, studio: Studio = STUDIO, **pictures: bytes) -> Image.Image:
    return Image.open(io.BytesIO(draw_card(card, studio, **pictures))).convert("RGB")


# letters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We listen", "We listen"),
        ("We listen 😀 again 👩‍👩‍👧", "We listen again"),
        ("Žluťoučký kůň", "Žluťoučký kůň"),
        ("cafe\u0301", "café"),
        ("Привет Ελλάδα", "Привет Ελλάδα"),
        ("שלום", "שלום"),
        ("مرحبا", "مرحبا"),
        ("我们的故事", ""),
        ("Story 故事", ""),
        ("🎉", ""),
        ("", ""),
        ("a\u202eb\u200d", "ab"),
        ("A \ufdfd b", "A b"),  # more strokes than FreeType can fill
    ],
)
def test_what_no_font_has_is_left_out(text: str, said: str) -> None:
    assert SAID.said(text).replace(" ", "") == said.replace(" ", "")


@pytest.mark.parametrize(
    "title",
    # what is unseen, right behind a letter that stands in a font without a space; and U+FDFD, which overflows
    ["ł\u200cł", "Łódź\ufe0f", "ł\u034fx", "ł\u17b5", "\u200c", "\ufdfd", "A \ufdfd b", "می\u200cخواهم Łódź\u200c"],
)
def test_no_title_keeps_a_card_from_being_drawn(title: str) -> None:
    for card in (replace(PAGE, title=title, name=title), replace(QUOTE, title=title, marked=title)):
        assert shown(card).size == SIZES["wide"]


def test_what_can_be_drawn_small_only_is_left_out_large(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Lettering(SANS, 700)
    fitted = said.fit(words_of("We listen"), 600, (72,), 2)
    image = Image.new("RGB", (600, 200))

    def overflow(*_: object, **__: object) -> None:
        raise OSError("raster overflow")

    monkeypatch.setattr(ImageFont.FreeTypeFont, "getmask2", overflow)
    end = said.draw(ImageDraw.Draw(image), fitted, (0, 0), width_px=600, fill=("#fff", "#fff"), leading=1)
    assert (end, image.getbbox()) == (72, None)


@pytest.mark.parametrize(
    ("card", "letters"),
    [
        (replace(PAGE, title="黑麦 and 黑 rye 😀", name="Łukasz Ωmega"), ("黑", "麦")),
        (replace(QUOTE, title="“Ça va, Ålesund, Привет, שלום, مرحبا, ½”", name="面"), ("面",)),
        (PAGE, ()),
    ],
)
def test_letters_that_no_font_has_are_named_once(card: Card, letters: tuple[str, ...]) -> None:
    assert lacking_letters(card, STUDIO) == letters


@pytest.mark.parametrize(
    "text",
    [
        "What a good apology looks like on paper",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller",
        "word " * 200,
        "w" * 500,
        "a",
        "שלום עולם אנחנו מקשיבים " * 9,
    ],
)
@pytest.mark.parametrize("width", [200, 652])
def test_lines_are_never_wider_than_their_place_nor_more_than_there_is_room_for(text: str, width: int) -> None:
    fitted = SAID.fit(words_of(text), width, (72, 60, 44), 3)
    assert 1 <= len(fitted.lines) <= 3
    for line in fitted.lines:
        assert SAID.width(" ".join(word.text for word in line), fitted.size_px) <= width + 1
    said = "".join(word.text for line in fitted.lines for word in line)
    assert said == text.replace(" ", "") if fitted.whole else said.endswith("…") or said == text.replace(" ", "")


def test_a_long_title_is_set_smaller_and_a_short_one_large() -> None:
    sizes = [SAID.fit(words_of("word " * count), 652, (72, 60, 50, 44), 3).size_px for count in (3, 12, 15, 40)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 72
    assert sizes[-1] == 44


def test_a_marked_phrase_is_found_with_what_stands_right_behind_it() -> None:
    words = words_of("They rang before I asked, and again.", "before I asked")
    assert [word.text for word in words if word.marked] == ["before", "I", "asked,"]
    assert words_of("No mark", "elsewhere") == (Word("No"), Word("mark"))


# cards


@pytest.mark.parametrize("card", [PAGE, QUOTE, replace(QUOTE, shape="square"), replace(PAGE, number="11 hours")])
def test_a_card_has_the_size_that_services_want_and_the_firms_colours(card: Card) -> None:
    drawn = draw_card(card, STUDIO)
    assert drawn == draw_card(card, STUDIO), "the same every time"
    assert len(drawn) < 120_000
    image = shown(card)
    assert image.size == SIZES[card.shape]
    ground = COLORS["band" if card.kind == "quote" else "paper"]
    assert near(image.getpixel((5, 5)), rgb(ground))
    assert any(near(color, rgb(COLORS["brand"])) for _, color in image.getcolors(200_000) or ())


@pytest.mark.parametrize(
    "card",
    [
        replace(PAGE, title="Long words " * 30, above="A firm " * 20, name="Somebody " * 20, detail="Somewhere " * 20),
        replace(PAGE, title="Long words " * 30, number="1,000,000", label="of all the things that can be " * 5),
        replace(QUOTE, title="Said and said " * 60, name="W" * 80, detail="Q" * 90),
        replace(QUOTE, shape="square", title="Said and said " * 90, name="W" * 80),
        replace(QUOTE, title="Said and said " * 60 + "and meant it.", marked="and meant it."),
    ],
)
def test_words_stay_in_the_safe_area_however_many_there_are(card: Card) -> None:
    """Services round corners and cut edges: 64 pixels hold nothing."""
    image, (width, height) = shown(card), SIZES[card.shape]
    right = width if card.kind == "quote" else width - 420
    ground = rgb(COLORS["band" if card.kind == "quote" else "paper"])
    edges = [(0, 0, right, 60), (0, 0, 60, height)]
    if card.kind != "quote":  # the rings of a quote run over the edge
        edges += [(0, height - 56, right, height), (right - 56, 0, right, height)]
    for box in edges:
        assert all(near(color, ground) for _, color in image.crop(box).getcolors() or ())


@pytest.mark.parametrize("field", ["title", "above", "name", "detail", "firm"])
def test_an_emoji_is_left_out_as_if_it_had_not_been_written(field: str) -> None:
    plain = replace(PAGE, **{field: "Hester Wickett"})
    assert draw_card(replace(PAGE, **{field: "Hester 🎉 Wickett 👩🏽‍🔧"}), STUDIO) == draw_card(plain, STUDIO)


def test_words_that_no_font_has_give_way_to_the_firm() -> None:
    assert draw_card(replace(PAGE, title="我们的故事"), STUDIO) == draw_card(replace(PAGE, title=PAGE.firm), STUDIO)
    assert draw_card(replace(PAGE, name="李雷"), STUDIO) == draw_card(PAGE, STUDIO)


def test_a_title_from_right_to_left_stands_at_the_right() -> None:
    def weight(card: Card) -> tuple[int, int]:
        image = shown(card).crop((60, 152, 724, 560)).convert("L").point(lambda value: 255 if value < 128 else 0)
        left, right = image.crop((0, 0, 300, 408)), image.crop((364, 0, 664, 408))
        return sum(left.histogram()[255:]), sum(right.histogram()[255:])

    left, right = weight(replace(PAGE, title="שלום"))
    assert (left, right) == (0, right)
    assert right > 0
    left, right = weight(replace(PAGE, title="Hi"))
    assert right == 0 < left


def test_a_theme_without_drawings_has_cards_without_a_column_for_them() -> None:
    plain = replace(STUDIO, digest="plain", drawings={})
    image = shown(PAGE, plain)
    assert near(image.getpixel((600, 3)), rgb(COLORS["brand"]))
    assert near(image.getpixel((1100, 300)), rgb(COLORS["paper"]))
    long = replace(PAGE, title="A title of several words that would have been broken into more lines")
    assert draw_card(long, plain) != draw_card(long, STUDIO)


def test_a_photograph_stands_in_place_of_a_drawing() -> None:
    card = replace(PAGE, photo="a.jpg")
    photo = picture(900, 600, format="JPEG", color="#3366cc")
    drawn = draw_card(card, STUDIO, photo=photo)
    assert drawn[:2] == b"\xff\xd8"
    pixel = Image.open(io.BytesIO(drawn)).getpixel((1000, 300))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(pixel, rgb("#3366cc"), strict=True))
    with pytest.raises(BrokenPicture):
        draw_card(card, STUDIO, photo=photo[: len(photo) // 2])


@pytest.mark.parametrize(
    "logo",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><path fill="red" d="M0 0h200v40H0z"/></svg>',
        picture(400, 80, color="#ff0000"),
    ],
)
def test_a_logo_stands_in_place_of_the_initial(logo: bytes) -> None:
    assert shown(PAGE, replace(STUDIO, digest="logo", logo=logo)).getpixel((100, 90)) in ((255, 0, 0), (254, 0, 0))


@pytest.mark.parametrize(
    "logo", [b"<svg", b"nothing", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"]
)
def test_a_broken_logo_is_no_reason_for_no_card(logo: bytes) -> None:
    assert shown(PAGE, replace(STUDIO, digest="broken", logo=logo)).size == (1200, 630)


def test_nothing_is_loaded_for_a_drawing(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(10, 10, color="red"))
    image = f'<image href="{tmp_path}/a.png" width="10" height="10"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{image}</svg>'
    for text in (svg, svg.replace(str(tmp_path), f"file://{tmp_path}")):
        studio = replace(STUDIO, digest=text, logo=text.encode())
        assert rgb("#ff0000") not in {color for _, color in shown(PAGE, studio).getcolors(200_000) or ()}
    assert rasterized(svg.replace("<image", "<rect"), 10, 10).size == (10, 10)


def test_a_name_changes_with_what_is_seen_and_with_nothing_else() -> None:
    assert card_name(PAGE) == card_name(replace(PAGE))
    fields = ("title", "firm", "above", "name", "detail", "number", "label", "drawing", "look", "photo_digest")
    others = [replace(PAGE, **{field: "other"}) for field in fields]
    assert len({card_key(card) for card in (PAGE, *others)}) == len(fields) + 1
    assert re.fullmatch(
        r"assets/cards/blog/my-post\.\w{10}\.png", card_name(replace(PAGE, source="blog/My Post/index.html"))
    )
    assert card_name(replace(PAGE, source="index.html")).startswith("assets/cards/home.")
    assert "-square." in card_name(replace(QUOTE, shape="square"))


# pages

CONSENT = (
    "consent: {given_by: self, at: 2026-01-01, scopes: [publish_text, publish_name, publish_company], how: letter}"
)
SITE = f"""
-- caresite.yaml --
title: Harbour Vets
base_url: https://example.com/vets/
timezone: Europe/London
language: en-GB
-- content/blog/cat.md --
---
title: A cat in the rain
date: 2026-03-01
authors: [rosa]
---
Words.
-- content/blog/own.md --
---
title: With a picture of its own
date: 2026-03-02
share_image: {{src: own.jpg, alt: Three cats, focus: top}}
---
Words.
-- content/stories/night.md --
---
title: The night call
date: 2026-03-03
author: {{name: Ines Okafor, display: initials}}
customer: {{name: Salt Lane Bakery, industry: Bakery}}
metrics: [{{value: "11", unit: hours, label: back each month, period: a year, source: our books}}]
{CONSENT}
---
Once.
-- content/quotes/care.yaml --
title: On care
items:
  - {{id: listen, text: "Listen ==first==, then speak.", author: {{name: Wren Example, role: Writer}},
     source: {{title: A small book}}, status: sourced}}
-- content/authors/rosa.yaml --
name: Rosa Bell
"""
FILES = {"content/blog/own.jpg": picture(2000, 1500, format="JPEG")}


@pytest.fixture(scope="module")
def built() -> BuiltSite:
    site = build_site(SITE, files=FILES)
    assert site.ok, site.report
    return site


def shared_of(site: BuiltSite, url: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="og:(image[^"]*)" content="([^"]*)">', site.html(url)))


def card_of(site: BuiltSite, url: str) -> Card:
    address = shared_of(site, url)["image"].removeprefix("https://example.com/vets/")
    output = next(output for output in site.built.outputs if output.path == address)
    assert isinstance(output.content, DrawnCard)
    return output.content.card


def test_a_post_names_who_wrote_it_and_when(built: BuiltSite) -> None:
    card = card_of(built, "/vets/blog/cat/")
    assert (card.kind, card.title, card.name, card.detail) == ("page", "A cat in the rain", "Rosa Bell", "1 March 2026")
    shared = shared_of(built, "/vets/blog/cat/")
    assert (shared["image:width"], shared["image:height"]) == ("1200", "630")
    assert shared["image:alt"] == "A cat in the rain – Harbour Vets"


def test_a_story_names_the_customer_and_what_came_of_it(built: BuiltSite) -> None:
    card = card_of(built, "/vets/stories/night/")
    assert (card.kind, card.above, card.number, card.label) == (
        "story",
        "Salt Lane Bakery",
        "11 hours",
        "back each month",
    )
    assert "Okafor" not in words_on(card)


def test_a_quote_is_told_whole_and_has_a_square_to_pass_on(built: BuiltSite) -> None:
    card = card_of(built, "/vets/quotes/care/listen/")
    assert (card.title, card.marked, card.name, card.detail) == (
        "“Listen first, then speak.”",
        "first",
        "Wren Example",
        "Writer",
    )
    assert shared_of(built, "/vets/quotes/care/listen/")["image:alt"] == "“Listen first, then speak.” Wren Example"
    assert any("-square." in output.path for output in built.built.outputs)


def test_lists_share_one_card_of_the_firm(built: BuiltSite) -> None:
    images = {shared_of(built, url)["image"] for url in ("/vets/", "/vets/blog/", "/vets/stories/", "/vets/404.html")}
    assert len(images) == 1
    assert card_of(built, "/vets/").title == "Harbour Vets"


def test_a_page_may_bring_its_own(built: BuiltSite) -> None:
    shared = shared_of(built, "/vets/blog/own/")
    assert shared["image:alt"] == "Three cats"
    path = shared["image"].removeprefix("https://example.com/vets/")
    with Image.open(io.BytesIO(built.data(path))) as image:
        assert image.size == (1200, 630)


def test_without_cards_a_page_shows_its_own_picture_or_none() -> None:
    text = SITE.replace("language: en-GB", "language: en-GB\nsocial_cards: {enabled: false}").replace(
        "share_image", "image"
    )
    site = build_site(text, files=FILES)
    assert "assets/pictures/blog/own-1200x630." in shared_of(site, "/vets/blog/own/")["image"]
    assert shared_of(site, "/vets/blog/cat/") == {}
    assert not [output for output in site.built.outputs if isinstance(output.content, DrawnCard)]


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        (lambda text: text.replace("A cat in the rain", "A dog in the rain"), True),
        (lambda text: text.replace("name: Rosa Bell", "name: Rosa Field"), True),
        (lambda text: text.replace("title: Harbour Vets", "title: Harbour Vet"), True),
        (lambda text: text.replace("timezone:", 'theme: {name: hearth, brand: "#0057ff"}\ntimezone:'), True),
        (lambda text: text.replace("authors: [rosa]\n---\nWords.", "authors: [rosa]\n---\nOther words."), False),
    ],
)
def test_a_card_is_another_one_when_something_on_it_is(
    built: BuiltSite, change: Callable[[str], str], changes: bool
) -> None:
    after = build_site(change(SITE), files=FILES)
    before = shared_of(built, "/vets/blog/cat/")["image"]
    assert (shared_of(after, "/vets/blog/cat/")["image"] != before) == changes


def test_a_build_draws_cards_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr("caresite.engine.pictures.draw_card", lambda *a: drawn.append(a[0].title) or draw_card(*a))
    publish = partial(build_site, root=tmp_path, publish=True)
    publish(SITE, files=FILES)
    first = len(drawn)
    assert first >= 4
    publish(SITE.replace("A cat in the rain", "A cow in the rain"))
    assert drawn[first:] == ["A cow in the rain"]


@pytest.mark.parametrize(
    ("fonts", "hint"),
    [
        ("[]", "name a font that has them in `social_cards.fonts`"),
        ("[fonts/noto.woff2]", "there is no `fonts/noto.woff2` in `assets/`; did you mean `fonts/note.woff2`?"),
        ("[fonts/note.woff2]", "`fonts/note.woff2` is no font that can be read"),
    ],
)
def test_a_page_whose_letters_no_font_has_is_named_with_what_to_do(fonts: str, hint: str) -> None:
    config = f"title: A\nbase_url: https://a.example/\ntimezone: UTC\nsocial_cards: {{fonts: {fonts}}}\n"
    files = {"caresite.yaml": config.encode(), "assets/fonts/note.woff2": b"no font"}
    site = build_site("-- content/blog/rye.md --\n---\ntitle: 黑麦面包\ndate: 2026-01-01\n---\nRye.\n", files=files)
    [told] = [diagnostic for diagnostic in site.diagnostics if diagnostic.code == "L109"]
    assert (told.span.path, told.span.line) == ("content/blog/rye.md", 2)
    assert "`黑麦面包`" in told.message
    assert told.hint.startswith(hint)
