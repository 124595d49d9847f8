"""`caresite theme list`, `new`, `copy`, `diff`, `check`: a theme of one's own, and what it must bear."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caresite.engine.page_faults import faults_of
from caresite.pipeline.themes import bundled_themes
from caresite.testing import build_site

from .conftest import Run

PAGE = '<!doctype html><html lang="en"><head><title>A</title></head><body><main><h1>A</h1>{}</main></body></html>'


def use(site: Path, theme: str) -> None:
    with (site / "caresite.yaml").open("a") as file:
        file.write(f"theme: {theme}\n")


# list and new


def test_themes_are_listed_with_the_one_in_use(run: Run, site: Path) -> None:
    run("theme", "new", "our-look")
    use(site, "our-look")
    rows = {row["name"]: row for row in json.loads(run("theme", "list", "--json").output)}
    assert (rows["our-look"]["used"], rows["our-look"]["parent"], rows["hearth"]["used"]) == (True, "hearth", False)
    assert "our-look 1.0.0 (in use, on hearth, " in run("theme", "list").output


def test_a_new_theme_works_at_once(run: Run, site: Path) -> None:
    result = run("theme", "new", "our-look")
    assert result.exit_code == 0, result.output
    use(site, "{name: our-look, greeting: Good morning}")
    built = build_site(root=site)
    assert built.ok, built.report
    assert '<aside class="greeting">Good morning</aside>' in built.html("/")
    assert any(path.startswith("assets/our-look.") for path in built.outputs)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("hearth",), 1, "there is a theme `hearth` already"),
        (("Our Look",), 2, "use lower-case letters"),
        (("../x",), 2, "use lower-case letters"),
        (("x", "--parent", "harth"), 1, "did you mean `hearth`?"),
    ],
)
def test_a_theme_that_cannot_be_made_says_why(
    run: Run, site: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run("theme", "new", *arguments)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert not (site / "themes").exists()


# copy and diff


def test_a_copy_stands_in_for_the_original_and_diff_shows_what_was_changed(run: Run, site: Path) -> None:
    assert "Wrote" in run("theme", "copy", "components/share.html").output
    copy = site / "templates/components/share.html"
    original = (bundled_themes() / "hearth/templates/components/share.html").read_text()
    assert copy.read_text().startswith("{# From hearth ")
    assert copy.read_text().endswith(original)
    assert "can be removed" in run("theme", "diff").output
    copy.write_text(copy.read_text().replace('class="share"', 'class="share mine"'))
    output = run("theme", "diff", "components/share.html").output
    assert "stands in for the one of hearth (1 line more, 1 line less)" in output
    assert '+<div class="share mine"' in output
    assert "From hearth" not in output
    assert build_site(root=site).ok


def test_a_copy_goes_into_a_theme_of_ones_own(run: Run, site: Path) -> None:
    run("theme", "new", "our-look")
    use(site, "our-look")
    run("theme", "copy", "home.html")
    assert (site / "themes/our-look/templates/home.html").is_file()
    answer = json.loads(run("theme", "diff", "--json").output)
    assert [entry["path"] for entry in answer] == ["templates/base.html", "templates/home.html", "assets/our-look.css"]
    told = run("theme", "diff").output
    assert "base.html: extends the one of hearth, and changes with it." in told
    assert "our-look.css: stands in for nothing." in told


def test_what_was_changed_is_not_written_over(run: Run, site: Path) -> None:
    run("theme", "copy", "templates/404.html")
    file = site / "templates/404.html"
    file.write_text("mine")
    result = run("theme", "copy", "404.html")
    assert result.exit_code == 1
    assert "what was changed in it would be lost" in result.output
    assert file.read_text() == "mine"
    assert run("theme", "copy", "404.html", "--force").exit_code == 0
    assert file.read_text() != "mine"


def test_other_files_of_a_theme_can_be_copied(run: Run, site: Path) -> None:
    run("theme", "copy", "hearth.css")
    assert (site / "assets/hearth.css").read_bytes() == (bundled_themes() / "hearth/assets/hearth.css").read_bytes()
    (site / "assets/touch-icon.png").write_bytes(b"\x89PNG\xff")
    assert run("theme", "diff").exit_code == 0


@pytest.mark.parametrize(
    ("name", "hint"),
    [("share.html", "components/share.html"), ("hom.html", "home.html"), ("../../etc/passwd", "such as")],
)
def test_an_unknown_template_has_a_nearest_one(run: Run, name: str, hint: str) -> None:
    for verb in ("copy", "diff"):
        result = run("theme", verb, name)
        assert (result.exit_code, hint in result.output) == (1, True), result.output


def test_nothing_is_different_when_nothing_was_copied(run: Run) -> None:
    assert run("theme", "diff").output == "Nothing stands in for a file of the theme.\n"
    assert "is the theme's own" in run("theme", "diff", "home.html").output


# check


def test_every_theme_that_comes_with_caresite_bears_everything(run: Run, site: Path) -> None:
    for theme in sorted(path.parent.name for path in bundled_themes().glob("*/theme.yaml")):
        text = (site / "caresite.yaml").read_text().partition("theme:")[0]
        (site / "caresite.yaml").write_text(f"{text}theme: {theme}\n")
        before = sorted(path for path in site.rglob("*") if ".caresite" not in path.parts)
        result = run("theme", "check")
        assert result.exit_code == 0, result.output
        assert "Nothing is wrong." in result.output
        assert sorted(path for path in site.rglob("*") if ".caresite" not in path.parts) == before


def test_a_theme_that_trusts_what_people_write_is_found_out(run: Run, site: Path) -> None:
    (site / "templates").mkdir()
    (site / "templates/author.html").write_text(
        '{% extends "base.html" %}{% block main %}<h1>{{ page.title | safe }}</h1><img src="/a.png">{% endblock %}'
    )
    (site / "templates/blog.html").write_text(
        '{% extends "base.html" %}{% block main %}{{ list.items[0].title }}{% endblock %}'
    )
    result = run("theme", "check", "--json")
    answer = json.loads(result.output)
    told = {f["message"]: f["pages"] for trial in answer["trials"] for f in trial["findings"]}
    assert result.exit_code == 1
    assert any("text is not escaped" in message for message in told)
    assert "a picture has no `alt`" in told
    faults = [d for trial in answer["trials"] for d in trial["diagnostics"]]
    assert any(fault["path"] == "templates/blog.html" for fault in faults), faults  # a list without items
    assert "Something is wrong." in run("theme", "check").output


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("", ""),
        ("<p>One<p>Two", ""),
        ('<img src="/a.png" alt="">', ""),
        ('<img src="/a.png">', "a picture has no `alt`"),
        ('<p style="color: red">x</p>', "styles in the page"),
        ("<style>p {}</style>", "styles in the page"),
        ('<p onclick="x()">x</p>', "`onclick=`"),
        ("<script>x()</script>", "a script in the page"),
        ('<script type="application/ld+json">{}</script>', ""),
        ('<script src="https://count.example/x.js"></script>', "asks another host"),
        ("<h1>B</h1>", "2 `<h1>` headings"),
        ('<p id="a"></p><p id="a"></p>', "the id `a` is there 2 times"),
        ('<label for="b">x</label>', "points to the id `b`"),
        ("<div><section></div>", "`<section>` is not closed"),
        ("</div>", "`</div>` closes nothing"),
        ('<b class="planted">x</b>', "text is not escaped"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(inside: str, told: str) -> None:
    found = faults_of(PAGE.format(inside), "planted")
    assert len(found) == bool(told), found
    assert told in "".join(found)
