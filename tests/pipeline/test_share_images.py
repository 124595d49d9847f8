"""Share images that owners bring: services get a light JPEG of them, or a drawn card where they would show none."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from caresite.testing import BuiltSite, build_site, picture

FIXTURES = Path(__file__).parents[1] / "fixtures" / "share-images"
PHOTOGRAPH = {suffix: (FIXTURES / f"photograph.{suffix}").read_bytes() for suffix in ("webp", "png")}
TINY = (FIXTURES / "tiny.jpg").read_bytes()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"><path d="M0 0h9v9"/></svg>'
MOST_BYTES = 300_000


def moving(width: int, height: int, format: str) -> bytes:
    file = io.BytesIO()
    first, *more = (Image.new("RGB", (width, height), color) for color in ("red", "green", "blue"))
    first.save(file, format, save_all=True, append_images=more, duration=100)
    return file.getvalue()


def built(name: str, data: bytes, *, cards: bool = True, more: str = "", key: str = "share_image") -> BuiltSite:
    text = (
        "-- caresite.yaml --\ntitle: Lab\nbase_url: https://www.example.com/\ntimezone: Europe/London\n"
        f"social_cards: {{enabled: {str(cards).lower()}}}\n"
        "-- content/blog/a/index.md --\n---\ntitle: A\ndate: 2026-01-02\n"
        f"{key}: {{src: {name}, alt: x{more}}}\n---\n\nText.\n"
    )
    site = build_site(text, files={f"content/blog/a/{name}": data})
    assert site.codes == (), site.report
    return site


def shared(site: BuiltSite) -> tuple[str, Image.Image, int]:
    """Return the path of the share image, its pixels and its weight."""
    (url,) = re.findall(r'<meta property="og:image" content="https://www.example.com/([^"]+)">', site.html("/blog/a/"))
    data = site.data(url)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return url, image, len(data)


def reasons(site: BuiltSite) -> list[str]:
    return [d.message for d in site.diagnostics if d.code == "V216"]


USED = {
    "photograph.webp": PHOTOGRAPH["webp"],
    "photograph.png": PHOTOGRAPH["png"],
    "a.avif": picture(1200, 630, format="AVIF"),
    "a.jpg": picture(4000, 3000, format="JPEG"),
    "portrait.jpg": picture(900, 1200, format="JPEG"),
    "through.webp": picture(1200, 630, format="WEBP"),
    "enough.png": picture(600, 315),
}


@pytest.mark.parametrize("name", USED)
@pytest.mark.parametrize("cards", [True, False])
def test_a_photograph_is_shared_as_a_light_jpeg(name: str, cards: bool) -> None:
    site = built(name, USED[name], cards=cards)
    url, image, weight = shared(site)
    assert url.startswith("assets/pictures/")
    assert image.format == "JPEG"
    assert weight < MOST_BYTES
    assert image.width >= 600
    assert image.width / image.height == pytest.approx(1200 / 630, rel=0.01)
    assert "summary_large_image" in site.html("/blog/a/")
    assert reasons(site) == []


def test_what_can_be_seen_through_is_set_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (1200, 630), (0, 0, 0, 0)).save(file, "PNG")
    _, image, _ = shared(built("logo.png", file.getvalue()))
    assert image.getpixel((600, 300)) == (255, 255, 255)


@pytest.mark.parametrize(("name", "format"), [("a.gif", "GIF"), ("a.webp", "WEBP"), ("a.png", "PNG")])
def test_of_what_moves_the_first_picture_is_shared(name: str, format: str) -> None:
    site = built(name, moving(1200, 630, format))
    _, image, _ = shared(site)
    assert image.format == "JPEG"
    red, green, _ = image.getpixel((600, 300))  # type: ignore[misc]
    assert red > 200 > 50 > green
    assert "moves" in reasons(site)[0]


REFUSED = {
    "tiny.jpg": (TINY, "100 by 80 pixels"),
    "icon.png": (picture(48, 48), "48 by 48 pixels"),
    "narrow.jpg": (picture(590, 2000, format="JPEG"), "too small"),
    "tall.jpg": (picture(1000, 4000, format="JPEG"), "lose most of itself"),
    "banner.jpg": (picture(3000, 400, format="JPEG"), "lose most of itself"),
    "moving.gif": (moving(200, 100, "GIF"), "too small"),
    "drawing.svg": (SVG, "an SVG drawing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_services_would_not_show_gives_way_to_a_card(name: str) -> None:
    data, reason = REFUSED[name]
    site = built(name, data)
    url, image, weight = shared(site)
    assert url.startswith("assets/cards/")
    assert image.size == (1200, 630)
    assert weight < MOST_BYTES
    (said,) = reasons(site)
    assert reason in said
    assert [(d.span.path, d.span.line, d.severity) for d in site.diagnostics if d.code == "V216"] == [
        ("content/blog/a/index.md", 4, "note")
    ]


def test_a_tall_picture_is_on_the_card() -> None:
    (card,) = (
        o.content.card for o in built("tall.jpg", REFUSED["tall.jpg"][0]).built.outputs if "cards/blog" in o.path
    )  # type: ignore[union-attr]
    assert card.photo == "blog/a/tall.jpg"


def test_a_stated_focus_makes_a_tall_picture_do() -> None:
    site = built("tall.jpg", REFUSED["tall.jpg"][0], more=", focus: top")
    assert shared(site)[0].startswith("assets/pictures/")
    assert reasons(site) == []


def test_without_cards_a_small_picture_is_shown_small() -> None:
    site = built("tiny.jpg", TINY, cards=False)
    _, image, _ = shared(site)
    assert image.size == (100, 52)
    assert '<meta name="twitter:card" content="summary">' in site.html("/blog/a/")
    assert len(reasons(site)) == 1


def test_without_cards_a_drawing_is_no_share_image() -> None:
    site = built("drawing.svg", SVG, cards=False)
    assert "og:image" not in site.html("/blog/a/")
    assert len(reasons(site)) == 1


def test_a_lead_picture_that_stands_in_is_light_too() -> None:
    _, image, weight = shared(built("photograph.png", PHOTOGRAPH["png"], cards=False, key="image"))
    assert (image.format, image.size) == ("JPEG", (1200, 630))
    assert weight < MOST_BYTES


def test_search_engines_are_told_of_the_same_picture() -> None:
    site = built("photograph.webp", PHOTOGRAPH["webp"])
    assert f'"image":"https://www.example.com/{shared(site)[0]}"' in site.html("/blog/a/")
