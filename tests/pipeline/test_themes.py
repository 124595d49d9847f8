"""Where a theme's parts come from, and the options it declares and the config sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caresite.core.config import load_config
from caresite.core.diagnostics import Problem
from caresite.pipeline.themes import Theme, bundled_themes, load_theme
from caresite.testing import BuiltSite, write_site

SmallSite = Callable[..., BuiltSite]
CONFIG = "title: Example\nbase_url: https://example.com/\ntimezone: Europe/London\nplugins: []\n"
OPTIONS = """
-- themes/own/theme.yaml --
name: own
version: 2.1.0
options:
  logo: {type: string, default: none.svg, help: A picture.}
  brand: {type: color, default: "#123456"}
  wide: {type: bool, default: true}
  columns: {type: int, default: 3}
  mode: {type: choice, choices: [auto, dark], default: auto}
  home: {type: list, of: [hero, wall], default: [hero, wall]}
  links: {type: list}
  show:
    type: map
    keys:
      stars: {type: bool, default: true}
      share: {type: list, of: [email, link], default: [email]}
"""


def theme_of(root: Path, theme: str, text: str = OPTIONS) -> Theme:
    write_site(root, text, {"caresite.yaml": f"{CONFIG}theme: {theme}\n".encode()})
    settings, _ = load_config(root)
    loaded, found = load_theme(root, settings)
    assert found == ()
    return loaded


def faults(root: Path, theme: str, text: str = OPTIONS) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        theme_of(root, theme, text)
    return [(d.code, d.message) for d in caught.value.diagnostics]


def test_options_have_the_defaults_that_the_theme_declares(tmp_path: Path) -> None:
    theme = theme_of(tmp_path, "own")
    options = theme.options
    assert (options.logo, options.brand, options.wide, options.columns) == ("none.svg", "#123456", True, 3)
    assert (options.mode, options.home, options.links) == ("auto", ("hero", "wall"), ())
    assert (options.show.stars, options.show.share) == (True, ("email",))
    assert (theme.name, theme.version) == ("own", "2.1.0")


@pytest.mark.parametrize(
    ("given", "option", "value"),
    [
        ("logo: a.svg", "logo", "a.svg"),
        ('brand: "#abc"', "brand", "#abc"),
        ("wide: no", "wide", False),
        ("columns: 2", "columns", 2),
        ("mode: dark", "mode", "dark"),
        ("home: [wall]", "home", ("wall",)),
        ("home: wall", "home", ("wall",)),
        ("links: [a, b]", "links", ("a", "b")),
        ("show: {stars: false}", "show.stars", False),
    ],
)
def test_the_config_sets_options(tmp_path: Path, given: str, option: str, value: Any) -> None:
    found: Any = theme_of(tmp_path, f"{{name: own, {given}}}").options
    for part in option.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("brand: red", "V202", "`brand` must be a colour"),
        ('brand: "#12"', "V202", "`brand` must be a colour"),
        ("wide: perhaps", "V201", "true or false"),
        ("columns: many", "V201", "whole number"),
        ("mode: drak", "V202", "auto, dark"),
        ("home: [hero, wal]", "V202", "hero, wall"),
        ("colums: 3", "V206", "colums"),
        ("show: {starz: true}", "V206", "starz"),
        ("show: [stars]", "V201", "show"),
    ],
)
def test_a_bad_option_is_an_error_at_its_place(tmp_path: Path, given: str, code: str, said: str) -> None:
    ((found, message),) = faults(tmp_path, f"{{name: own, {given}}}")
    assert (found, said in message) == (code, True)


@pytest.mark.parametrize(
    "option",
    [
        "x: {default: 1}",
        "x: {type: colour}",
        "x: 5",
        "x: {type: choice, default: a}",
        "x: {type: int, default: many}",
        "x: {type: list, of: 5}",
    ],
)
def test_a_theme_that_declares_nonsense_is_not_usable_and_says_so(tmp_path: Path, option: str) -> None:
    text = f"-- themes/own/theme.yaml --\nname: own\noptions:\n  {option}\n"
    assert [code for code, _ in faults(tmp_path, "own", text)] == ["C104"]


def test_a_child_adds_to_its_parents_options_and_changes_their_defaults(tmp_path: Path) -> None:
    text = (
        OPTIONS
        + """
-- themes/child/theme.yaml --
name: child
parent: own
options:
  columns: {type: int, default: 4}
  extra: {type: bool}
"""
    )
    theme = theme_of(tmp_path, "child", text)
    assert (theme.options.columns, theme.options.extra, theme.options.logo) == (4, False, "none.svg")
    assert [layer.name for layer in theme.layers] == ["site", "child", "own"]


@pytest.mark.parametrize(
    ("theme", "text", "said"),
    [
        ("nobody", OPTIONS, "no theme `nobody`"),
        ("../own", OPTIONS, "no theme `../own`"),
        ("own", "-- themes/own/theme.yaml --\nparent: nobody\n", "no theme `nobody`"),
        ("own", "-- themes/own/theme.yaml --\nparent: own\n", "its own parent"),
        ("a", "-- themes/a/theme.yaml --\nparent: b\n-- themes/b/theme.yaml --\nparent: a\n", "its own parent"),
    ],
)
def test_a_theme_that_cannot_be_found_or_circles_is_an_error(tmp_path: Path, theme: str, text: str, said: str) -> None:
    ((code, message),) = faults(tmp_path, theme, text)
    assert (code, said in message) == ("C104", True)


def test_the_name_that_was_meant_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        theme_of(tmp_path, "heart")
    assert "`hearth`" in caught.value.diagnostics[0].hint


def test_hearth_comes_along_and_its_defaults_decode(tmp_path: Path) -> None:
    theme = theme_of(tmp_path, "hearth")
    assert theme.layers[1].folder == bundled_themes() / "hearth"
    assert theme.options.brand == "#9b1c4b"


def test_a_sites_own_theme_of_the_same_name_wins(tmp_path: Path) -> None:
    theme = theme_of(tmp_path, "hearth", "-- themes/hearth/theme.yaml --\nname: hearth\nversion: 9.0.0\n")
    assert theme.version == "9.0.0"


# assets


def test_assets_have_names_that_change_when_they_do(small_site: SmallSite) -> None:
    page = b"{{ asset('x.css') }} {{ asset('deep/y.js') }}"

    def names(css: bytes) -> list[str]:
        files = {"assets/x.css": css, "assets/deep/y.js": b"1", "templates/home.html": page}
        return small_site(files=files).html("/").split()

    one, other = names(b"a{}"), names(b"b{}")
    assert one[0] != other[0]
    assert one[1] == other[1]
    assert one[0].startswith("/assets/x.")
    assert one[0].endswith(".css")


def test_a_stylesheet_follows_the_pictures_it_uses(small_site: SmallSite) -> None:
    files = {
        "assets/css/x.css": b"a{src:url(../img/p.svg)} b{src:url('https://x.example/q')} c{src:url(x.woff)}",
        "assets/img/p.svg": b"<svg/>",
        "templates/home.html": b"{{ asset('css/x.css') }}",
    }
    site = small_site(files=files)
    css = site.text(site.html("/"))
    picture = next(path for path in site.outputs if path.startswith("assets/img/p."))
    assert f"url(../{picture.removeprefix('assets/')})" in css
    assert "url('https://x.example/q')" in css


def test_a_sites_asset_wins_over_the_themes(small_site: SmallSite) -> None:
    files = {"assets/hearth.css": b"/* mine */", "templates/home.html": b"{{ asset('hearth.css') }}"}
    site = small_site(files=files, config="theme: hearth\n")
    assert site.text(site.html("/")) == "/* mine */"


def test_assets_stand_below_the_sites_path(small_site: SmallSite) -> None:
    files = {"assets/x.css": b"a{}", "templates/home.html": b"{{ asset('x.css') }}"}
    site = small_site(files=files, config="base_url: https://example.com/shop/\n")
    assert site.html("/shop/").startswith("/shop/assets/x.")


@pytest.mark.parametrize("accent", ["marigold", "0", "359"])
def test_an_accent_is_a_name_or_a_hue(small_site: SmallSite, accent: str) -> None:
    assert small_site(config=f"theme: {{name: hearth, accent: {accent}}}\n").ok


@pytest.mark.parametrize("accent", ["360", "-5", "mango"])
def test_an_accent_that_is_neither_is_an_error_at_its_place(small_site: SmallSite, accent: str) -> None:
    site = small_site(config=f"theme:\n  name: hearth\n  accent: {accent}\n")
    (fault,) = [d for d in site.diagnostics if d.severity == "error"]
    assert (fault.code, fault.span.path, fault.span.line) == ("V202", "caresite.yaml", 7)
