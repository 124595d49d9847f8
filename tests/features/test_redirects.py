"""Redirects: the host's rules, the pages at old addresses, and rules that cannot work."""

from __future__ import annotations

from typing import Any

import pytest


def lines(site: Any) -> list[str]:
    return [line for line in site.text("_redirects").splitlines() if not line.startswith("#")]


def test_alias_is_a_forced_rule_and_a_page_without_script(sample: Any) -> None:
    site = sample.with_page("aliases: [/old/, /2019/about.html, /about.php]")
    assert site.codes == (), site.report
    assert lines(site) == ["/2019/about.html /about/ 301!", "/about.php /about/ 301!", "/old/ /about/ 301!"]
    html = site.html("/old/")
    assert '<meta http-equiv="refresh" content="0; url=/about/">' in html
    assert '<link rel="canonical" href="https://example.com/about/">' in html
    assert '<meta name="robots" content="noindex">' in html
    assert '<a href="/about/">About</a>' in html
    assert "<script" not in html
    assert site.html("/2019/about.html") == html
    assert "about.php" not in site.outputs


def test_rules_of_the_config(sample: Any) -> None:
    site = sample.with_page(
        "",
        config="""
        redirects:
          - {from: /a, to: /about/, status: 302}
          - {from: /news/*, to: "https://news.example/:splat", force: true}
          - {from: /shop/:id, to: "/about/?item=:id#top", status: 200}
          - {from: /b, to: content/pages/about.md}
        """,
    )
    assert site.codes == (), site.report
    assert lines(site) == [
        "/a /about/ 302",
        "/b /about/ 301",
        "/news/* https://news.example/:splat 301!",
        "/shop/:id /about/?item=:id#top 200",
    ]


def test_sub_path_stands_before_paths_of_this_site(sample: Any) -> None:
    page = "\n-- content/pages/about.md --\n---\ntitle: About\naliases: [/old/]\n---\nWords.\n"
    config = "redirects: [{from: /a, to: /about/}, {from: /b, to: 'https://example.org/'}]\n"
    site = sample.build(config, content=page, base_url="https://example.com/shop/")
    assert site.codes == (), site.report
    assert lines(site) == [
        "/shop/old/ /shop/about/ 301!",
        "/shop/a /shop/about/ 301",
        "/shop/b https://example.org/ 301",
    ]
    assert 'href="https://example.com/shop/about/"' in site.html("old/")


def test_chains_become_one_step(sample: Any) -> None:
    config = "redirects: [{from: /a, to: /b}, {from: /b, to: /old}, {from: /c, to: /a, status: 302}]\n"
    site = sample.with_page("aliases: [/old/]", config=config)
    assert site.codes == (), site.report
    assert lines(site) == ["/old/ /about/ 301!", "/a /about/ 301", "/b /about/ 301", "/c /about/ 302"]


@pytest.mark.parametrize(
    "rules",
    [
        "[{from: /a, to: /b}, {from: /b/, to: /a/}]",
        "[{from: /a, to: /a/}]",
        "[{from: /a/*, to: '/a/new/:splat'}]",
        "[{from: /about/, to: /a, force: true}, {from: /a, to: /about/}]",
    ],
)
def test_circles_are_errors(sample: Any, rules: str) -> None:
    site = sample.with_page("", config=f"redirects: {rules}\n")
    assert set(site.codes) == {"U104"}
    assert not site.ok
    assert "never ends" in site.report


def test_a_page_ends_a_chain_unless_the_rule_is_forced(sample: Any) -> None:
    site = sample.with_page("", config="redirects: [{from: /about/*, to: /about/}]\n")
    assert site.codes == (), site.report


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("{from: old, to: /about/}", "`from` must be a path on this site"),
        ("{from: 'https://x.example/', to: /about/}", "`from` must be a path on this site"),
        ("{from: /a?b=1, to: /about/}", "without `?` and `#`"),
        ("{from: /a*b, to: /about/}", "`*` may only stand alone at the end"),
        ("{from: /../etc, to: /about/}", "it would lead out of its folder"),
        ("{from: /a, to: 'javascript:alert(1)'}", "`to` must be a path on this site or an https address"),
        ("{from: /a, to: //evil.example/}", "`to` must be a path on this site or an https address"),
        ("{from: /a, to: about}", "`to` must begin with `/`"),
        ("{from: /a, to: '/about/ 200 /x'}", "`to` holds the character ' '"),
        ("{from: /a, to: '/about/:splat'}", "`to` has :splat, which `from` does not give"),
        ("{from: /a, to: /about/, status: 418}", "418 is not one of"),
    ],
)
def test_rules_that_cannot_work_are_errors(sample: Any, rule: str, reason: str) -> None:
    site = sample.with_page("", config=f"redirects: [{rule}]\n")
    assert site.codes == ("U105",)
    assert not site.ok
    assert reason in site.report


def test_faults_of_rules_are_told_where_the_rule_stands(sample: Any) -> None:
    config = """
    redirects:
      - {from: old, to: /about/}
      -
      - from: /b/
        to: about
      - {from: /c, to: /, status: 418}
      - {from: /d, to: /nope/}
      - {from: /e, to: /f}
      - {from: /f, to: /e}
      - {from: /a, to: /about/}
      - {from: /a/, to: /}
    """
    site = sample.with_page("", config=config)
    assert [(d.code, str(d.span)) for d in site.diagnostics if d.severity != "note"] == [
        ("U105", "caresite.yaml:7:12"),
        ("U105", "caresite.yaml:10:9"),
        ("U105", "caresite.yaml:11:31"),
        ("U105", "caresite.yaml:12:12"),
        ("U104", "caresite.yaml:13:12"),
        ("U104", "caresite.yaml:14:12"),
        ("U105", "caresite.yaml:16:12"),
    ]


@pytest.mark.parametrize(
    ("rules", "shown"),
    [
        ("[{from: /a, to: /b}, {from: /b/, to: /a/}]", "`/a` → `/b` → `/a/`"),
        ("[{from: /a, to: /a/}]", "`/a` → `/a/`"),
        ("[{from: /a, to: /b}, {from: /b, to: /c}, {from: /c, to: /b}]", "`/a` → `/b` → `/c` → `/b`"),
        ("[{from: /a/*, to: '/a/new/:splat'}]", "`/a/example` → `/a/new/example` → `/a/new/new/example` → …"),
    ],
)
def test_a_circle_is_shown_once_around(sample: Any, rules: str, shown: str) -> None:
    site = sample.with_page("", config=f"redirects: {rules}\n")
    [first, *_] = [d.message for d in site.diagnostics if d.code == "U104"]
    assert first.endswith(f"never ends: {shown}")


def test_two_places_for_one_address(sample: Any) -> None:
    site = sample.with_page("", config="redirects: [{from: /a, to: /about/}, {from: /a/, to: /}]\n")
    assert site.codes == ("U105",)
    assert "two places" in site.report


def test_leading_nowhere_is_a_warning(sample: Any) -> None:
    config = "redirects: [{from: /a, to: /nope/}, {from: /b, to: /.netlify/functions/b, status: 200}]\n"
    site = sample.with_page("", config=config)
    assert site.codes == ("U105",)
    assert site.ok
    assert "leads to `/nope/`, which does not exist" in site.report


def test_the_owners_file_is_kept_and_said_so(sample: Any) -> None:
    site = sample.with_page("aliases: [/old/]", extra="-- static/_redirects --\n/x /about/\n")
    assert lines(site)[0] == "/x /about/"
    assert site.codes == ("U105",)
    assert site.ok
    assert "move its lines" in site.report
    assert site.html("/old/")


def test_nothing_to_redirect_makes_no_file(sample: Any) -> None:
    assert "_redirects" not in sample.with_page("").outputs


def test_characters_outside_ascii_are_encoded(sample: Any) -> None:
    site = sample.with_page("aliases: [/über-uns/]", config="redirects: [{from: /café, to: /about/#über}]\n")
    assert site.codes == (), site.report
    assert lines(site) == ["/%C3%BCber-uns/ /about/ 301!", "/caf%C3%A9 /about/#%C3%BCber 301"]


def test_markup_in_a_title_stays_text(sample: Any) -> None:
    page = "\n-- content/pages/x.md --\n---\ntitle: '<script>x</script>'\naliases: [/old/]\n---\nWords.\n"
    assert "<script" not in sample.build(content=page).html("/old/")
