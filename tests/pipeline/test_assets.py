"""Assets: which are written, under which names, and the icon that is drawn when a theme has none."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from xml.etree import ElementTree

import pytest
from PIL import Image

from caresite.pipeline.icon import icon_svg, initial_of, kept_touch_icon, touch_icon
from caresite.pipeline.palette import palette_of
from caresite.pipeline.themes import bundled_themes
from caresite.testing import DEFAULT_CONFIG, BuiltSite, build_site

SmallSite = Callable[..., BuiltSite]

THEME = {
    "themes/plain/assets/look.css": b"@font-face { src: url('fonts/a.woff2') } body { background: url(\"dots.svg\") }",
    "themes/plain/assets/fonts/a.woff2": b"a",
    "themes/plain/assets/fonts/b.woff2": b"b",
    "themes/plain/assets/dots.svg": b"<svg/>",
    "themes/plain/assets/other.css": b"body { src: url(fonts/b.woff2) }",
}
NAMES = {path.removeprefix("themes/plain/assets/") for path in THEME}
HOME = "-- templates/home.html --\n<link rel=stylesheet href=\"{{ asset('look.css') }}\">\n"
FONTS = ("figtree-{}", "newsreader-{}", "newsreader-{}-bold", "newsreader-{}-italic")
QUOTES = """\
title: On care
quotes:
  - id: plain
    text: We answer on the day we said.
    author: {name: Nell Wickett}
    source: {title: Said at the counter, kind: speech, date: 2020}
    status: sourced
    rights: own
"""


def assets_of(site: BuiltSite) -> set[str]:
    """Return the names of the assets that were written, without their digests."""
    names = {path.removeprefix("assets/") for path in site.outputs if path.startswith("assets/")}
    return {re.sub(r"\.[0-9a-f]{10}(?=\.)", "", name) for name in names}


def hearth_site(config: str = "", files: Mapping[str, bytes] | None = None) -> BuiltSite:
    return build_site(files={"caresite.yaml": (DEFAULT_CONFIG + config).encode(), **(files or {})})


def test_of_a_theme_only_what_a_page_asks_for_is_written_and_what_that_links_to(small_site: SmallSite) -> None:
    site = small_site(HOME, files=THEME)
    assert site.codes == ()
    assert assets_of(site) & NAMES == {"look.css", "fonts/a.woff2", "dots.svg"}


def test_what_nothing_asks_for_is_not_written(small_site: SmallSite) -> None:
    assert not assets_of(small_site(files=THEME)) & NAMES


def test_the_sites_own_assets_are_always_written_with_what_they_link_to(small_site: SmallSite) -> None:
    own = {"assets/mine.css": b"body { src: url(fonts/b.woff2) }", "assets/letter.pdf": b"%PDF"}
    site = small_site(files={**THEME, **own})
    assert assets_of(site) & {*NAMES, "mine.css", "letter.pdf"} == {"mine.css", "letter.pdf", "fonts/b.woff2"}


def test_a_stylesheet_leads_to_the_file_under_its_written_name(small_site: SmallSite) -> None:
    site = small_site(HOME, files=THEME)
    sheet = next(data.decode() for path, data in site.outputs.items() if path.startswith("assets/look."))
    targets = re.findall(r"url\(([^)]+)\)", sheet)
    assert len(targets) == 2
    assert all(f"assets/{target}" in site.outputs for target in targets)


# the theme hearth


@pytest.mark.parametrize("fonts", ["system", "serif"])
def test_hearth_with_the_fonts_of_the_device_ships_no_font(fonts: str) -> None:
    site = hearth_site(f"theme: {{fonts: {fonts}}}\n")
    assert not [name for name in assets_of(site) if name.startswith("fonts")]
    assert "preload" not in site.html("/")


def test_hearth_ships_its_fonts_and_loads_the_letters_of_headings_first() -> None:
    site = hearth_site()
    files = {f"fonts/{font.format(letters)}.woff2" for font in FONTS for letters in ("latin", "latin-ext")}
    assert {name for name in assets_of(site) if name.startswith("fonts")} == {"fonts.css", *files}
    preloaded = re.findall(r'<link rel="preload"[^>]* href="/([^"]+)"', site.html("/"))
    assert [path.partition(".")[0] for path in preloaded] == ["assets/fonts/figtree-latin"]
    assert preloaded[0] in site.outputs


def test_a_page_that_opens_with_a_quote_loads_its_letters_first_too() -> None:
    site = hearth_site(files={"content/quotes/care.yaml": QUOTES.encode()})
    assert re.search(r"preload[^>]*newsreader-latin\.", site.html("/quotes/care/plain/")), site.report
    assert not re.search(r"preload[^>]*newsreader-latin\.", site.html("/quotes/care/"))


# the icon


@pytest.mark.parametrize(
    ("title", "letter"),
    [("Wickett & Daughter", "W"), ("“Éclair”", "É"), ("<3 Flowers", "3"), ("ßig", "S"), ("…", "…"), ("花屋", "花")],
)
def test_the_icon_has_the_first_letter_of_the_title(title: str, letter: str) -> None:
    assert initial_of(title) == letter


def test_the_icon_is_drawn_in_the_brand_colour_and_follows_the_device() -> None:
    palette = palette_of("#9b1c4b")
    icon = icon_svg("<&>", palette)
    assert ElementTree.fromstring(icon)[-1].text == "<"
    assert palette.light["brand"] in icon
    assert palette.dark["brand"] in icon
    assert palette.light["brand"] not in icon_svg("A", palette, "dark")
    assert "<style>" not in icon_svg("A", palette, "light")


def test_hearth_shows_the_drawn_icon_the_owners_or_the_logo() -> None:
    drawn = hearth_site()
    assert re.search(r'<link rel="icon" type="image/svg\+xml" href="/assets/icon\.\w+\.svg">', drawn.html("/"))
    assert ">E</text>" in next(data.decode() for path, data in drawn.outputs.items() if "/icon." in path)
    own = hearth_site(files={"assets/icon.svg": b"<svg/>"})
    assert [data for path, data in own.outputs.items() if "/icon." in path] == [b"<svg/>"]
    logo = hearth_site("theme: {logo: /logo.png}\n", files={"static/logo.png": b"\x89PNG"})
    assert '<link rel="apple-touch-icon" href="/logo.png">' in logo.html("/")
    assert "icon.svg" not in assets_of(logo)


_FONT_FILES = bundled_themes() / "hearth/assets/fonts"
LETTERS = tuple((_FONT_FILES / f"figtree-{part}.woff2").read_bytes() for part in ("latin", "latin-ext"))


def test_the_icon_for_home_screens_is_a_picture_of_the_letter() -> None:
    palette = palette_of("#1f6152", 85)
    picture = Image.open(io.BytesIO(touch_icon("Wickett", palette, "auto", LETTERS)))
    assert (picture.format, picture.size, picture.mode) == ("PNG", (180, 180), "RGB")
    colors = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(1 << 16) or ()}
    assert {palette.light["brand"], palette.light["on-brand"]} <= colors


def test_a_letter_that_only_the_second_font_has_is_drawn_in_it() -> None:
    palette = palette_of("#1f6152", 85)
    assert touch_icon("Łódź", palette, "auto", LETTERS) != touch_icon("Łódź", palette, "auto", LETTERS[:1])


def test_an_icon_is_drawn_again_when_something_in_it_or_our_code_is_new() -> None:
    palette, other = palette_of("#1f6152", 85), palette_of("#7a1f4b", 85)
    kept = {"code": b"one"}
    drawn = kept_touch_icon(kept, "Wickett", palette, "auto", LETTERS)
    assert drawn == touch_icon("Wickett", palette, "auto", LETTERS)
    [name] = kept.keys() - {"code"}
    kept[name] = kept[name].replace(drawn, b"as it was kept")
    assert kept_touch_icon(kept, "Wickett & Co", palette, "auto", LETTERS) == b"as it was kept"
    assert kept_touch_icon(dict(kept), "Wickett", other, "auto", LETTERS) == touch_icon("W", other, "auto", LETTERS)
    assert kept_touch_icon(kept | {"code": b"two"}, "Wickett", palette, "auto", LETTERS) == drawn


def touch_icon_of(site: BuiltSite) -> Image.Image:
    return Image.open(io.BytesIO(next(data for path, data in site.outputs.items() if "/touch-icon." in path)))


@pytest.mark.parametrize("place", ["assets/mark.svg", "static/mark.svg"])
def test_a_drawn_logo_becomes_the_icon_for_home_screens_unless_it_is_far_from_square(place: str) -> None:
    square = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path fill="#f00" d="M0 0h10v10H0z"/></svg>'
    name = "mark.svg" if place.startswith("assets") else "/mark.svg"
    drawn = touch_icon_of(hearth_site(f"theme: {{logo: {name}}}\n", files={place: square}))
    assert drawn.getpixel((90, 90)) == (255, 0, 0)
    assert drawn.getpixel((5, 5)) != (255, 0, 0)
    wide = square.replace(b"0 0 10 10", b"0 0 90 10")
    letter = touch_icon_of(hearth_site(f"theme: {{logo: {name}}}\n", files={place: wide}))
    assert letter.tobytes() == touch_icon_of(hearth_site()).tobytes()
    broken = touch_icon_of(hearth_site(f"theme: {{logo: {name}}}\n", files={place: b"<svg"}))
    assert broken.tobytes() == letter.tobytes()


def test_a_letter_that_no_font_has_is_never_a_box() -> None:
    palette = palette_of("#1f6152", 85)
    assert touch_icon("日本", palette, "auto", LETTERS) == touch_icon("語", palette, "auto", ())
