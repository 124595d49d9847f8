"""What `_redirects` and `_headers` say, taken apart for servers; what no server of one's own can follow is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.deploy.hosts import apache, caddy, nginx
from caresite.deploy.hosts.rules import HostRules, rules_in


def rules_of(root: Path, redirects: str = "", headers: str = "", base: str = "/") -> HostRules:
    (root / "about").mkdir(parents=True, exist_ok=True)
    (root / "about/index.html").write_text("<p>About", "utf-8")
    (root / "_redirects").write_text(redirects, "utf-8")
    (root / "_headers").write_text(headers, "utf-8")
    return rules_in(root, base)


@pytest.mark.parametrize(
    "line",
    [
        "/a /b 302 Country=de",
        "/a /b 302 Language=fr",
        "/a id=:id /b/:id 301",
        "/api/* https://api.example/:splat 200",
        "/a /nowhere/ 200",
        "/a/%0Ab /about/ 301",
        "https://other.example/* /about/ 301",
        "/a",
    ],
)
def test_what_cannot_be_followed_is_left_out_and_named(tmp_path: Path, line: str) -> None:
    rules = rules_of(tmp_path, f"# A comment.\n\n/old /about/ 301!\n{line}\n")
    assert [move.path for move in rules.moves] == ["/old"]
    assert rules.left_out == (line,)


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        ("/a /about/ 301\n/a/ /b/ 301\n", ["/a"]),  # the first that fits
        ("/about /b/ 301\n", []),  # the page answers
        ("/about /b/ 301!\n", ["/about"]),
        ("/x/* /about/ 301\n/x/y /b/ 301\n/z /b/ 301\n", ["", "/z"]),
        ("/z /b/ 301\n/* /about/ 301\n", ["/z", ""]),
    ],
)
def test_only_what_ever_answers_is_kept(tmp_path: Path, lines: str, paths: list[str]) -> None:
    assert [move.path for move in rules_of(tmp_path, lines).moves] == paths


def test_thousands_of_rules_are_no_matter(tmp_path: Path) -> None:
    lines = "".join(f"/old-{n}/ /about/ 301!\n" for n in range(5000))
    rules = rules_of(tmp_path, lines)
    assert len(rules.moves) == 5000
    for text in (nginx.server(rules), caddy.snippet(rules), apache.htaccess(rules)):
        assert text.count("/old-4999") >= 1


def test_sites_of_one_server_share_no_names(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, "/x/* /about/ 301\n", '/*\n  X-A: $caresite_x "quoted"\n')
    one, other = (nginx.maps(rules, site) for site in ("https://a.example/", "https://b.example/"))
    names = [{line.split()[2] for line in text.splitlines() if line.startswith("map ")} for text in (one, other)]
    assert names[0]
    assert not names[0] & names[1]
    assert 'dollar}caresite_x \\"quoted\\""' in one  # what the owner wrote stays


def test_a_long_name_of_a_header_fits_into_nginx(tmp_path: Path) -> None:
    name = "X-A-Header-Whose-Name-Is-Longer-Than-Nginx-Likes"
    text = nginx.maps(rules_of(tmp_path, headers=f"/*\n  {name}: a\n"), "https://a.example/")
    assert max(len(word) for line in text.splitlines() if line.startswith("map ") for word in line.split()) <= 46


def test_nothing_at_all_is_a_site_too(tmp_path: Path) -> None:
    rules = rules_in(tmp_path / "none", "/")
    assert (rules.moves, rules.headers, rules.left_out) == ((), (), ())
    assert "public, max-age=0, must-revalidate" in nginx.maps(rules)
