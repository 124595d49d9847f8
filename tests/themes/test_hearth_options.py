"""Every option of the theme hearth acts: each of its values builds a site without a fault, which looks as it should."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import pytest

from caresite.core.files import decode_text
from caresite.core.values import plain, read_yaml
from caresite.pipeline import assets
from caresite.pipeline.palette import ACCENTS, Pair, palette_of
from caresite.pipeline.themes import bundled_themes
from caresite.testing import BuiltSite, build_site, picture

CONTENT = """
-- content/blog/promise.md --
---
title: A promise has a day in it
date: 2026-03-01
image: {src: /images/shop.jpg, alt: The shop at dusk}
tags: [care]
---
One word.

## First
Text.
## Second
Text.
## Third
Text.
-- content/blog/names.md --
---
title: Forty names without looking
date: 2026-02-01
tags: [care]
---
## Only this
Text.
-- content/blog/platform.md --
---
title: Four seconds on Platform 2
date: 2026-01-01
---
Text.
-- content/stories/bakery.md --
---
title: The bakery that paid twice
date: 2026-03-02
featured: true
author: {name: Ines Example, role: Owner, company: Salt Lane}
customer: {name: Salt Lane, industry: Bakery}
consent: {at: 2026-03-01, scopes: [publish_text, publish_name, publish_company], how: letter}
quotes: [{text: They ==rang me== before I opened the shop.}]
---
The flour came from two mills.
-- content/testimonials/words.yaml --
- {id: kettle, rating: 5, text: They rang when they had said., author: {name: Edith Example}, date: 2026-02-01,
   consent: {at: 2026-02-01, scopes: [publish_text, publish_name], how: letter}}
- {id: ladder, rating: 3, text: He carried the ladder up., author: {name: Otto Example}, date: 2026-01-01,
   consent: {at: 2026-02-01, scopes: [publish_text, publish_name], how: letter}}
-- content/quotes/care.yaml --
title: On care
items:
  - {id: listen, text: Listen first., author: {name: Wren Example}, source: {title: A small book}, status: sourced}
-- data/facts.yaml --
- {value: "212", label: drawers, source: counted}
-- templates/partials/head.html --
<meta name="shop" content="{{ site.title }}">
<script src="https://count.example/x.js" defer></script>
<link rel="stylesheet" href="https://type.example/a.css">
-- assets/mark.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- assets/mark-dark.svg --
<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>
"""
FILES = {
    "static/images/shop.jpg": picture(format="JPEG"),
    "static/images/mark.png": picture(),
    "assets/fonts/ours.woff2": b"wOF2 and so on",
    "assets/fonts/old.woff2": b"wOFF and so on",
}
HOME, BLOG, POST, SHORT, STORY, WALL = (
    "/",
    "/blog/",
    "/blog/promise/",
    "/blog/names/",
    "/stories/bakery/",
    "/testimonials/",
)


class Case(NamedTuple):
    """One value of an option, as it stands in the config, and what a page then has and lacks."""

    option: str
    value: str
    url: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


CASES = (
    Case("brand", '"#0057ff"', HOME, ('content="#0057ff"',)),
    *(Case("accent", accent, HOME) for accent in (*ACCENTS, "0", "200", "359")),
    Case("mode", "auto", HOME, ('data-mode="auto"', 'name="color-scheme" content="light dark"')),
    Case("mode", "light", HOME, ('data-mode="light"', 'name="color-scheme" content="light"')),
    Case("mode", "dark", HOME, ('data-mode="dark"', 'name="color-scheme" content="dark"')),
    Case("logo", '""', HOME, ("logo-letter",), ("logo-picture",)),
    Case("logo", "mark.svg", HOME, ('class="logo-picture" src="/assets/mark.',), ("logo-letter",)),
    Case("logo", "/images/mark.png", HOME, ('class="logo-picture" src="/images/mark.png"',), ("logo-letter",)),
    Case("logo", "https://cdn.example/m.svg", HOME, ('class="logo-picture" src="https://cdn.example/m.svg"',)),
    Case(
        "logo_dark",
        "mark-dark.svg\n  logo: mark.svg",
        HOME,
        ('(prefers-color-scheme: dark)" srcset="/assets/mark-dark.',),
    ),
    Case(
        "logo_dark",
        "mark-dark.svg\n  logo: mark.svg\n  mode: dark",
        HOME,
        ('src="/assets/mark-dark.',),
        ("<picture>",),
    ),
    Case("logo_dark", "mark-dark.svg\n  logo: mark.svg\n  mode: light", HOME, ('src="/assets/mark.',), ("<picture>",)),
    Case("fonts", "hearth", HOME, ('data-fonts="hearth"', "/assets/fonts.")),
    Case("fonts", "system", HOME, ('data-fonts="system"',), ("/assets/fonts",)),
    Case("fonts", "serif", HOME, ('data-fonts="serif"',), ("/assets/fonts",)),
    Case("font_sans", "fonts/ours.woff2", HOME, ("/assets/own-fonts.", "/fonts/ours."), ("/fonts/figtree",)),
    Case("font_serif", "fonts/ours.woff2", HOME, ("/assets/own-fonts.", "/fonts/figtree"), ("newsreader-latin.",)),
    *(Case("radius", radius, HOME, (f'data-radius="{radius}"',)) for radius in ("square", "small", "soft", "round")),
    *(Case("density", density, HOME, (f'data-density="{density}"',)) for density in ("compact", "cosy", "roomy")),
    Case("covers", "drawn", BLOG, ("/images/shop.jpg", '<div class="art art-thumb tone-')),
    Case("covers", "photo", BLOG, ("/images/shop.jpg",), ("<svg viewBox=",)),
    Case("covers", "plain", BLOG, (), ('"/images/shop.jpg"', '<div class="art')),
    Case("covers", "photo", POST, ("/images/shop.jpg",)),
    Case("covers", "plain", POST, ("/images/shop.jpg",)),
    Case("covers", "plain", STORY, ("face-initials",), ('<div class="art', "page-head-split")),
    Case("home", "[hero]", HOME, ('class="hero ',), ("stories-heading", "wall-heading", 'class="band"')),
    Case("home", "[facts]", HOME, ("facts-heading", "visually-hidden"), ('class="hero ',)),
    Case("home", "[stories]", HOME, ("stories-heading",)),
    Case("home", "[wall]", HOME, ("wall-heading",)),
    Case("home", "[blog]", HOME, ("blog-heading",)),
    Case("home", "[quotes]", HOME, ("quotes-heading",)),
    Case("home", "[call]", HOME, ("call-heading",)),
    Case("home", "[newsletter]\n  newsletter: {action: https://post.example/join}", HOME, ("newsletter-heading",)),
    Case("hero", "quote", HOME, ("hero-quote", 'class="say say-', "<mark>rang me</mark>")),
    Case("hero", "statement", HOME, ("hero-statement",), ('class="say say-',)),
    Case("hero", "story", HOME, ("hero-story", 'hero-title" id="hero-heading"><a href="/stories/bakery/"')),
    Case("hero", "grid", HOME, ("hero-grid", "wall-grid"), ('class="say say-',)),
    Case("blog_list", "rows", BLOG, ('class="rows"', "card-wide")),
    Case("blog_list", "cards", BLOG, ('class="three"',), ('class="rows"',)),
    Case("blog_list", "titles", BLOG, ('class="title-rows"',), ('class="rows"', 'class="three"')),
    Case("story_head", "split", STORY, ("page-head-split", "page-head-picture"), ("page-cover",)),
    Case("story_head", "wide", STORY, ("page-cover",), ("page-head-split",)),
    Case("story_head", "plain", STORY, (), ("page-cover", "page-head-split")),
    *(Case("wall", wall, WALL, (f'class="wall wall-{wall}"',)) for wall in ("columns", "grid", "list")),
    Case("toc", "auto", POST, ('class="toc"',)),
    Case("toc", "auto", SHORT, (), ('class="toc"',)),
    Case("toc", "always", SHORT, ('class="toc"',)),
    Case("toc", "never", POST, (), ('class="toc"',)),
    Case("show", "{reading_time: true}", POST, ("min read",)),
    Case("show", "{reading_time: false}", POST, (), ("min read",)),
    Case("show", "{ratings: true}", WALL, ('class="stars"',)),
    Case("show", "{ratings: false}", WALL, (), ('class="stars"',)),
    Case("show", "{share: [email]}", POST, ('href="mailto:?subject=',), ('rel="bookmark"',)),
    Case("show", "{share: [link]}", POST, ('rel="bookmark"',), ('href="mailto:?subject=',)),
    Case("show", "{share: [quote]}", POST, ('class="share"',)),
    Case("show", "{share: []}", POST, (), ('class="share"',)),
    Case("head", '""', HOME, (), ("count.example",)),
    Case("head", "partials/head.html", HOME, ('<meta name="shop" content="Harbour Vets">', "https://count.example/")),
    Case("newsletter", "{action: https://post.example/join, field: EMAIL, title: One a month, text: Not more.}", HOME,
         ('action="https://post.example/join"', 'name="EMAIL"', "One a month", "Not more.")),
    Case("newsletter", '{action: ""}', HOME, (), ('class="wrap newsletter"',)),
)  # fmt: skip


@cache
def site_with(options: str) -> BuiltSite:
    config = "title: Harbour Vets\nbase_url: https://harbour.example/\ntimezone: Europe/London\nlanguage: en-GB\n"
    config += "business: {name: Harbour Vets, email: hello@harbour.example}\ntheme:\n  name: hearth\n"
    return build_site(f"-- caresite.yaml --\n{config}{options}{CONTENT}", files=FILES)


def of(option: str, value: str) -> BuiltSite:
    return site_with(f"  {option}: {value}\n")


def asset(site: BuiltSite, name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    path = next(path for path in site.outputs if re.fullmatch(rf"assets/{stem}\.\w+\.{suffix}", path))
    return site.outputs[path].decode()


def declared() -> dict[str, Any]:
    text, _ = decode_text((bundled_themes() / "hearth" / "theme.yaml").read_bytes(), "theme.yaml")
    about = plain(read_yaml(text, "theme.yaml"))
    assert isinstance(about, dict)
    options: dict[str, Any] = about["options"]
    return options


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.option}-{c.value.splitlines()[0]}-{c.url}")
def test_a_value_acts(case: Case) -> None:
    site = of(case.option, case.value)
    assert site.codes == (), site.report
    page = site.html(case.url)
    assert [text for text in case.has if text not in page] == []
    assert [text for text in case.lacks if text in page] == []


@pytest.mark.parametrize("option", declared())
def test_every_value_has_a_case(option: str) -> None:
    tried = {case.value.splitlines()[0] for case in CASES if case.option == option}
    assert tried
    about = declared()[option]
    assert set(about.get("choices", ())) <= tried
    assert set(about.get("of", ())) <= {value.strip("[]") for value in tried}


def test_the_sections_of_the_home_page_stand_in_the_order_of_the_config() -> None:
    page = of("home", "[blog, wall, hero, stories]").html(HOME)
    places = [page.index(f'aria-labelledby="{name}-heading"') for name in ("blog", "wall", "hero", "stories")]
    assert places == sorted(places)


def test_each_look_that_is_not_the_usual_one_has_rules_in_the_stylesheet() -> None:
    css = asset(of("radius", "soft"), "hearth.css")
    for option, values in {
        "radius": ("square", "small", "round"),
        "density": ("compact", "roomy"),
        "fonts": ("system", "serif"),
    }.items():
        assert all(f'[data-{option}="{value}"]' in css for value in values)
    assert all(f".wall-{wall} {{" in css for wall in ("columns", "grid", "list"))


def test_the_palette_is_that_of_brand_and_accent() -> None:
    css = asset(site_with('  brand: "#0057ff"\n  accent: 200\n'), "palette.css")
    light, dark = palette_of("#0057ff", 200)
    assert f"--brand: {light['brand']};" in css
    assert f"--spark: {light['spark']};" in css
    assert f"--brand: {dark['brand']};" in css
    sparks = {re.search(r"--spark: (#\w+)", asset(of("accent", accent), "palette.css"))[1] for accent in ACCENTS}  # type: ignore[index]
    assert len(sparks) == len(ACCENTS)


def test_fonts_are_carried_only_by_sites_that_use_them() -> None:
    assert any(path.endswith(".woff2") for path in of("fonts", "hearth").outputs)
    of_the_theme = ("figtree", "newsreader")
    assert not any(name in path for path in of("fonts", "system").outputs for name in of_the_theme)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("accent: purple", "V202"),
        ("accent: 360", "V202"),
        ("brand: crimson", "V202"),
        ("mode: dusk", "V202"),
        ("hero: qoute", "V202"),
        ("home: [hero, heroes]", "V202"),
        ("density: 2", "V202"),
        ("sidebar: true", "V206"),
        ("show: {stars: true}", "V206"),
        ("head: partials/hed.html", "T101"),
        ("logo: none.svg", "T104"),
        ("font_sans: fonts/our.woff2", "T104"),
        ("font_serif: fonts/old.woff2", "V202"),
    ],
)
def test_a_wrong_value_is_an_error(options: str, code: str) -> None:
    site = site_with(f"  {options}\n")
    assert not site.ok
    assert code in site.codes, site.report


def test_a_missing_head_template_names_the_nearest() -> None:
    assert "did you mean `partials/head.html`?" in of("head", "partials/hed.html").report


def test_hosts_in_the_head_are_in_the_policy() -> None:
    policy = of("head", "partials/head.html").text("_headers")
    assert "script-src https://count.example" in policy
    assert "style-src 'self' https://type.example" in policy
    assert "count.example" not in of("head", '""').text("_headers")


def test_a_pair_that_could_not_be_read_would_stop_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "failing_pairs", lambda mode: [(Pair("ink", "paper", 4.5), 3.21)])
    site = site_with('  brand: "#9b1c4c"\n')
    assert not site.ok
    assert "the brand #9b1c4c cannot be used: `ink` on `paper` in light mode" in site.report
    assert "3.21 and needs 4.5" in site.report


def test_a_logo_is_found_below_a_sub_path() -> None:
    site = build_site("-- caresite.yaml --\ntitle: A\nbase_url: https://a.example/shop/\ntimezone: UTC\n"
                      "theme: {name: hearth, logo: /images/mark.png}\n", files=FILES)  # fmt: skip
    assert site.codes == (), site.report
    assert 'class="logo-picture" src="/shop/images/mark.png"' in site.html("/shop/")
