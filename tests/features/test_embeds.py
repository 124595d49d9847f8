"""Embeds: what other sites of the owner may show, who may, and what is pasted there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite.cli import cli
from caresite.features.embeds.snippet import snippet_of
from caresite.testing import BuiltSite, build_site, write_site

CONTENT = """
-- content/testimonials/words.yaml --
- id: ida
  text: "They ==came== & <stayed>."
  rating: 4
  author: {name: Ida Roe, role: Baker, display: full}
  disclosure: Ida had a free lamp.
  date: 2026-01-05
  consent: {at: 2026-01-05, scopes: [publish_text, publish_name, publish_company], how: letter}
- id: otto
  text: Thank you.
  author: {name: Otto, display: full}
  date: 2026-01-06
  consent: {at: 2026-01-05, scopes: [publish_text, publish_name], how: letter}
- id: unasked
  text: Nobody asked me.
  author: {name: Una Sked, display: full}
-- content/quotes/care.yaml --
title: Care
quotes:
  - {id: listen, text: Listen first., status: anonymous}
"""
CONFIG = "-- caresite.yaml --\ntitle: Lamps & Co\nbase_url: https://lamps.example/uk/\ntimezone: UTC\n"
SITES = "embeds: [https://shop.example, 'https://letters.example/']\n"
PAGES = {
    "embed/quotes/care/listen/index.html",
    "embed/testimonials/badge/index.html",
    "embed/testimonials/ida/index.html",
    "embed/testimonials/index.html",
    "embed/testimonials/otto/index.html",
}


@pytest.fixture(scope="module")
def site() -> BuiltSite:
    built = build_site(f"{CONTENT}{CONFIG}{SITES}")
    assert built.ok, built.report
    return built


def test_there_are_none_until_sites_are_named(site: BuiltSite) -> None:
    assert {path for path in site.outputs if path.startswith("embed/")} == PAGES
    assert not [path for path in build_site(f"{CONTENT}{CONFIG}").outputs if path.startswith("embed/")]


def test_these_pages_alone_may_be_framed_by_these_sites_alone(site: BuiltSite) -> None:
    framed = {o.path: o.csp["frame-ancestors"] for o in site.built.outputs if "frame-ancestors" in o.csp}
    assert framed == dict.fromkeys(PAGES, ("https://letters.example", "https://shop.example"))
    blocks = site.text("_headers").split("\n/")
    for block in blocks:
        path = block.partition("\n")[0]
        if "Content-Security-Policy" in block and path != "*" and path != "# Made":
            may = "frame-ancestors https://letters.example https://shop.example" in block
            assert may is ("X-Frame-Options: DENY" not in block), block
            assert may is ("embed" in path or path in ("uk/e*", "*")), path


def test_a_page_for_a_frame_has_the_words_and_all_that_must_be_said(site: BuiltSite) -> None:
    page = site.html("/uk/embed/testimonials/ida/")
    assert "They <mark>came</mark> &amp; &lt;stayed&gt;." in page
    assert "Ida had a free lamp." in page
    assert '<base target="_top">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert 'href="https://lamps.example/uk/testimonials/"' in page
    assert "<script src" not in page
    assert "<header" not in page
    assert "Listen first." in site.html("/uk/embed/quotes/care/listen/")
    assert "embed" not in site.text("sitemap.xml")


def test_the_wall_has_the_newest_and_nobody_unasked(site: BuiltSite) -> None:
    wall = site.html("/uk/embed/testimonials/")
    assert wall.index("Thank you.") < wall.index("stayed")
    assert "Nobody asked" not in "".join(site.html(path) for path in PAGES)
    few = build_site(f"{CONTENT}{CONFIG}embeds: {{sites: [https://shop.example], wall: 1}}\n")
    assert "stayed" not in few.html("/uk/embed/testimonials/")


def test_the_badge_says_how_many_and_the_mean_only_where_all_are_shown(site: BuiltSite) -> None:
    assert "2 customers on Lamps &amp; Co, in their own words" in site.html("/uk/embed/testimonials/badge/")
    reviews = "testimonials: {mode: reviews, show_average: true, verification_note: We rang.}\n"
    rated = build_site(f"{CONTENT}{CONFIG}{SITES}{reviews}")
    assert "4 out of 5 from one review of Lamps &amp; Co" in rated.html("/uk/embed/testimonials/badge/")


@pytest.mark.parametrize(
    "name", ["shop.example", "https://shop.example/path", "*", "https://a.example https://b.example; x"]
)
def test_what_is_no_site_is_told(name: str) -> None:
    site = build_site(f"{CONTENT}{CONFIG}embeds: {{sites: ['{name}']}}\n")
    assert not site.ok
    assert "is not the address of a site" in site.report


# snippets


class Seen(HTMLParser):
    """What a snippet has in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.depth = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _ in attrs)}
        self.depth += tag != "br"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


def test_a_snippet_stands_by_itself(site: BuiltSite) -> None:
    snippet = snippet_of(site.html("/uk/embed/testimonials/ida/"), "https://lamps.example/uk/embed/testimonials/ida/")
    seen = Seen(snippet)
    assert seen.depth == 0
    assert not seen.names & {"class", "id", "svg", "script", "img", "link", "src", "span", "onclick"}
    assert "They <mark>came</mark> &amp; &lt;stayed&gt;." in snippet
    assert "Ida had a free lamp." in snippet
    assert "4 out of 5 stars" in snippet
    assert "Ida Roe<br>Baker" in snippet
    assert '<a href="https://lamps.example/uk/testimonials/">More at Lamps &amp; Co</a>' in snippet


@pytest.mark.parametrize(
    "page",
    ["", "<p>x", '<div class="embed"><p>x', '<div class="embed"></p></div></div>', "<div class='embed'>&lt;script&gt;"],
)
def test_a_damaged_page_makes_no_harm(page: str) -> None:
    assert "<script" not in snippet_of(page, "https://a.example/")


# the command


def run(root: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["-C", str(root), "embed", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout, result.output


def test_the_command_prints_what_can_be_pasted(tmp_path: Path) -> None:
    write_site(tmp_path, CONTENT + CONFIG)
    code, listed, _ = run(tmp_path)
    assert (code, set(listed.split())) == (
        0,
        {path.removeprefix("embed/").removesuffix("/index.html") for path in PAGES},
    )
    code, snippet, said = run(tmp_path, "testimonials/otto")
    assert (code, "Thank you." in snippet) == (0, True)
    assert "when the words are taken back" in said
    code, _, said = run(tmp_path, "testimonials/ott")
    assert (code, "did you mean `testimonials/otto`?" in said) == (1, True)
    code, _, said = run(tmp_path, "testimonials", "--frame")
    assert (code, "no site may show pages of this one in a frame" in said) == (1, True)
    assert not (tmp_path / "public").exists()


def test_the_command_prints_a_frame_for_sites_that_may(tmp_path: Path) -> None:
    write_site(tmp_path, CONTENT + CONFIG + SITES)
    code, frame, _ = run(tmp_path, "testimonials/badge", "--frame")
    assert code == 0
    assert frame.startswith('<iframe src="https://lamps.example/uk/embed/testimonials/badge/" title="Lamps &amp; Co"')
