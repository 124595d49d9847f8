"""Compressed files go beside what they are made of: the same bytes every time, and none is left over."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import brotli
import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.deploy import compressed as module
from caresite.deploy.compressed import compressed, gains
from caresite.deploy.plan import turn
from caresite.testing import write_site

SITE = """
-- caresite.yaml --
title: Spoke & Bell
base_url: https://bikes.example/
timezone: Europe/London
theme: plain
plugins: []
deploy:
  disk: {{target: folder, path: www, precompress: {how}}}
-- content/blog/hello.md --
---
title: Hello
date: 2026-03-02
---
{words}
-- static/robots.txt --
short
-- static/given.txt --
{words}
-- static/given.txt.gz --
mine
"""
WORDS = "Rope and twine. " * 40


@pytest.mark.parametrize("data", [b"", b"a", WORDS.encode(), os.urandom(5000)])
def test_what_is_compressed_can_be_read_and_is_always_the_same(data: bytes) -> None:
    small = compressed(data, "gzip"), compressed(data, "brotli")
    assert (gzip.decompress(small[0]), brotli.decompress(small[1])) == (data, data)
    assert small == (compressed(data, "gzip"), compressed(data, "brotli"))
    assert small[0][4:10] == b"\0\0\0\0\x02\xff"  # no time, the smallest, no system (RFC 1952, 2.3.1)


@pytest.mark.parametrize(
    ("path", "size", "expected"),
    [
        ("index.html", 5000, True),
        ("INDEX.HTML", 5000, True),
        ("feed.json", 256, True),
        ("feed.json", 255, False),
        ("photo.avif", 5000, False),
        ("font.woff2", 5000, False),
        ("html", 5000, False),
    ],
)
def test_what_is_worth_it(path: str, size: int, expected: bool) -> None:
    assert gains(path, size) is expected


def test_a_compressed_page_has_the_turn_of_the_page() -> None:
    for path in ("index.html", "assets/a.css", "feed.xml", "assets/a.woff2"):
        assert {turn(path + suffix) for suffix in ("", ".gz", ".br")} == {turn(path)}


def deploy(root: Path, how: str, words: str = WORDS) -> Result:
    theme = Path(__file__).parents[1] / "themes" / "plain"
    files = {f"themes/plain/{p.relative_to(theme).as_posix()}": p.read_bytes() for p in theme.rglob("*.*")}
    write_site(root, SITE.format(how=how, words=words), files)
    return CliRunner().invoke(cli, ["-C", str(root), "deploy", "-y", "--no-verify"], catch_exceptions=False)


def online(root: Path) -> dict[str, bytes]:
    paths = (p for p in (root / "www").rglob("*") if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(root / "www").as_posix(): p.read_bytes() for p in paths}


def test_a_deploy_sends_them_and_takes_them_away(tmp_path: Path) -> None:
    done = deploy(tmp_path, "[gzip, brotli]")
    assert done.exit_code == 0, done.output
    files = online(tmp_path)
    page = files["blog/hello/index.html"]
    assert gzip.decompress(files["blog/hello/index.html.gz"]) == page
    assert brotli.decompress(files["blog/hello/index.html.br"]) == page
    assert "robots.txt.gz" not in files  # too short
    assert files["given.txt.gz"] == b"mine\n"  # the owner's own
    assert not list((tmp_path / "public").rglob("*.br"))
    assert "0 added" not in done.output

    assert "nothing" in deploy(tmp_path, "[gzip, brotli]").output.lower()
    deploy(tmp_path, "gzip", "Other words. " * 50)
    files = online(tmp_path)
    assert gzip.decompress(files["blog/hello/index.html.gz"]) == files["blog/hello/index.html"] != page
    assert not any(path.endswith(".br") for path in files)
    deploy(tmp_path, "[]")
    assert [path for path in online(tmp_path) if path.endswith(".gz")] == ["given.txt.gz"]


def test_brotli_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    done = deploy(tmp_path, "brotli")
    assert done.exit_code == 3
    assert 'pip install "caresite[brotli]"' in done.output
    assert online(tmp_path) == {}
