"""The server answers as the host will: addresses, types, ranges, tags, rules; and only to whom it should."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from caresite.preview import serve
from caresite.preview.editors import Editor
from caresite.preview.generations import Ahead
from caresite.preview.guard import names_of
from caresite.preview.serve import How, serve_built
from caresite.preview.server import listening

from .conftest import SITE, Show
from .running import NOW, Shown, showing

RULES = (
    SITE
    + """
-- static/notes.txt --
0123456789
-- static/clip.mp4 --
not really a film
-- static/_redirects --
/old/* /blog/:splat 301
/hello /blog/hello/ 302!
/inside/* /blog/hello/ 200
/away https://elsewhere.example/ 301
-- static/_headers --
/*
  X-From-The-Host: yes
  Cache-Control: public, max-age=600
  Content-Security-Policy: default-src 'none'; style-src 'self'; connect-src 'self'
  Strict-Transport-Security: max-age=1
/blog/*
  X-Blog: yes
"""
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Return a preview that is only asked, never written to."""
    with showing(tmp_path_factory.mktemp("served"), RULES) as running:
        (running.root / "private").mkdir()
        (running.root / "private/letters.txt").write_text("secret")
        yield running


# addresses, types, ranges


@pytest.mark.parametrize(
    ("path", "status", "media_type"),
    [
        ("/", 200, "text/html; charset=utf-8"),
        ("/blog/hello/", 200, "text/html; charset=utf-8"),
        ("/feed.xml", 200, "application/xml; charset=utf-8"),
        ("/feed.json", 200, "application/json; charset=utf-8"),
        ("/robots.txt", 200, "text/plain; charset=utf-8"),
        ("/notes.txt", 200, "text/plain; charset=utf-8"),
        ("/clip.mp4", 200, "video/mp4"),
        ("/nowhere/", 404, "text/html; charset=utf-8"),
        ("/_headers", 404, "text/html; charset=utf-8"),
    ],
)
def test_each_address_has_its_type(shown: Shown, path: str, status: int, media_type: str) -> None:
    said = shown.ask(path)
    assert (said.status, said.headers["content-type"]) == (status, media_type)


def test_a_folder_without_its_slash_leads_there(shown: Shown) -> None:
    said = shown.ask("/blog/hello?from=mail")
    assert (said.status, said.headers["location"]) == (301, "/blog/hello/?from=mail")


def test_the_404_page_is_the_site_s_own(shown: Shown) -> None:
    assert "Harbour Vets" in shown.ask("/nowhere/").text


@pytest.mark.parametrize("path", ["/notes.txt", "/feed.xml"])
def test_a_range_is_that_part(shown: Shown, path: str) -> None:
    whole = shown.ask(path).body
    said = shown.ask(path, range="bytes=2-5")
    assert (said.status, said.body) == (206, whole[2:6])
    assert said.headers["content-range"] == f"bytes 2-5/{len(whole)}"
    assert shown.ask(path, range="bytes=-3").body == whole[-3:]
    assert shown.ask(path, range="bytes=3-").body == whole[3:]
    assert shown.ask(path, range="bytes=99999-").status == 416
    assert shown.ask(path, range="bytes=2-5", if_range='"another"').body == whole


@pytest.mark.parametrize("path", ["/", "/feed.xml", "/notes.txt"])
def test_what_is_known_is_not_sent_again(shown: Shown, path: str) -> None:
    tag = shown.ask(path).headers["etag"]
    said = shown.ask(path, if_none_match=tag)
    assert (said.status, said.body, said.headers["etag"]) == (304, b"", tag)
    assert shown.ask(path, if_none_match='"another"').status == 200


def test_a_head_is_a_get_without_a_body(shown: Shown) -> None:
    for path in ("/blog/hello/", "/notes.txt"):
        said = shown.ask(path, method="HEAD")
        assert (said.status, said.body) == (200, b"")
        assert int(said.headers["content-length"]) == len(shown.ask(path).body)


def test_a_form_is_taken_and_its_page_shown(shown: Shown) -> None:
    said = shown.ask("/blog/hello/", method="POST", body="a=1")
    assert (said.status, said.headers["location"]) == (303, "/blog/hello/")
    assert shown.ask("/blog/hello/", method="DELETE").status == 405


# rules


def test_redirects_are_followed_as_the_host_does(shown: Shown) -> None:
    assert shown.ask("/old/second/").headers["location"] == "/blog/second/"
    assert (shown.ask("/hello").status, shown.ask("/hello").headers["location"]) == (302, "/blog/hello/")
    assert shown.ask("/away").headers["location"] == "https://elsewhere.example/"
    rewritten = shown.ask("/inside/anything")
    assert rewritten.status == 200
    assert "We listen." in rewritten.text


def test_headers_are_sent_as_the_host_does(shown: Shown) -> None:
    said = shown.ask("/blog/hello/")
    assert (said.headers["x-from-the-host"], said.headers["x-blog"]) == ("yes", "yes")
    assert shown.ask("/").headers["x-blog"] is None
    assert said.headers["cache-control"] == "no-cache"  # nobody wants to see the old page
    assert said.headers["strict-transport-security"] is None  # there is no https here


def test_the_policy_allows_the_preview_s_own_files_and_nothing_else(shown: Shown) -> None:
    policy = shown.ask("/blog/hello/").headers["content-security-policy"]
    place = f"{shown.url}/_caresite/"
    assert policy == f"default-src 'none'; style-src 'self'; connect-src 'self'; script-src {place}"


def test_below_a_path(show: Show) -> None:
    shown = show(SITE.replace("https://harbour.example/", "https://example.org/vets/"))
    assert shown.ask("/").headers["location"] == "/vets/"
    assert "We listen." in shown.ask("/vets/blog/hello/").text
    assert shown.ask("/blog/hello/").status == 404
    assert shown.ask("/vets").headers["location"] == "/vets/"


# who may ask


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "harbour.example"},
        {"host": "127.0.0.1.harbour.example"},
        {"host": "localhost.harbour.example:8000"},
        {"host": "192.168.1.20"},
        {"host": ""},
        {"origin": "https://harbour.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/_caresite/", "/_caresite/about"])
def test_strangers_are_refused(shown: Shown, path: str, headers: dict[str, str]) -> None:
    said = shown.ask(path, **headers)
    assert said.status == 403
    assert "Harbour" not in said.text


def test_ours_are_not(shown: Shown) -> None:
    port = shown.preview.server.port
    for host in ("localhost", "127.0.0.1", "[::1]", "vets.localhost"):
        assert shown.ask("/", host=f"{host}:{port}").status == 200
        assert shown.ask("/", host=f"{host}:{port}", origin=f"http://{host}:{port}").status == 200
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert shown.ask("/", **link).status == 200
    assert shown.ask("/", method="POST", **link).status == 403
    assert shown.ask("/", method="POST", origin="null", sec_fetch_site="same-origin").status == 303


def test_asked_for_another_host_it_may_be_called_by_address(show: Show) -> None:
    shown = show(host="0.0.0.0")
    assert shown.ask("/", host="192.168.1.20:8000").status == 200
    assert shown.ask("/", host=f"{socket.gethostname()}:8000").status == 200
    assert shown.ask("/", host="harbour.example").status == 403
    assert names_of("127.0.0.1") == frozenset()


@pytest.mark.parametrize(
    "path",
    [
        "/../caresite.yaml",
        "/..%2fcaresite.yaml",
        "/%2e%2e/caresite.yaml",
        "/content/blog/hello.md",
        "/private/letters.txt",
        "/_caresite/assets/x/..%2f..%2fapp.py",
        "/_caresite/assets/x/%2e%2e%2fapp.py",
        "/%00",
        "/%ff%fe",
        "//etc/passwd",
        "/static/notes.txt",
    ],
)
def test_nothing_but_the_site_is_served(shown: Shown, path: str) -> None:
    said = shown.ask(path)
    assert said.status == 404, said.text
    assert "secret" not in said.text
    assert "timezone" not in said.text


# the preview's own addresses


def test_files_that_the_preview_did_not_name_are_not_opened(show: Show, tmp_path: Path) -> None:
    opened = tmp_path / "opened.txt"
    editor = Editor(command=("/bin/sh", "-c", f'echo "$0" >> {opened}', "{file}:{line}"))
    shown = show(editor=editor)
    for path in ("../../etc/passwd", "/etc/passwd", "caresite.yaml", "content/blog/none.md", ""):
        body = f'{{"path": "{path}", "line": 1, "column": 1}}'
        assert shown.ask("/_caresite/open", method="POST", body=body).status == 404, path
    assert shown.ask("/_caresite/open", method="POST", body="[]").status == 400
    assert shown.ask("/_caresite/open", method="POST", body="x" * 20_000).status == 400
    assert shown.ask("/_caresite/open").status == 404
    assert not opened.exists()
    body = '{"path": "content/blog/hello.md", "line": 3, "column": 1}'
    assert shown.ask("/_caresite/open", method="POST", body=body).status == 204
    shown.wait(lambda: opened.exists() and opened.read_text())
    assert opened.read_text() == f"{shown.root}/content/blog/hello.md:3\n"


def test_another_site_cannot_open_files(show: Show) -> None:
    shown = show(editor=Editor(command=("/bin/false", "{file}")))
    body = '{"path": "content/blog/hello.md", "line": 3, "column": 1}'
    said = shown.ask("/_caresite/open", method="POST", body=body, origin="https://evil.example")
    assert said.status == 403


def test_its_pages_have_a_strict_policy(shown: Shown) -> None:
    for path in ("/_caresite/", "/_caresite/about", "/_caresite/nothing", "/_caresite/assets/x/preview.js"):
        said = shown.ask(path)
        assert "default-src 'none'" in said.headers["content-security-policy"]
        assert "unsafe" not in said.headers["content-security-policy"]
        assert said.headers["x-frame-options"] == "DENY"
        assert said.headers["cross-origin-resource-policy"] == "same-origin"


def test_without_reload_the_pages_are_left_alone(show: Show) -> None:
    shown = show(bare=True)
    assert "_caresite" not in shown.ask("/blog/hello/").text
    assert "_caresite" not in str(shown.ask("/blog/hello/").headers)
    assert shown.ask("/blog/hello/").body == (shown.current.tree.entries["blog/hello/index.html"].read())


# the output folder as it is


def test_what_was_built_is_served_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "public"
    (folder / "about").mkdir(parents=True)
    (folder / "about/index.html").write_text("<!doctype html><title>About</title>")
    (folder / "_headers").write_text("/*\n  Cache-Control: public, max-age=600\n")
    server, url = serve_built(folder, How(port=0), "/")
    try:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/about/")
        said = connection.getresponse()
        assert said.read() == b"<!doctype html><title>About</title>"
        assert said.headers["cache-control"] == "public, max-age=600"
        connection.request("GET", "/about/", headers={"Host": "harbour.example"})
        assert connection.getresponse().status == 403
        connection.close()
        assert url == f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
    assert not server.is_alive


# ports


def test_a_busy_port_means_the_next_one() -> None:
    first = listening("127.0.0.1", 0)
    try:
        port = first.getsockname()[1]
        second = listening("127.0.0.1", port)
        assert port < second.getsockname()[1] < port + 50
        second.close()
    finally:
        first.close()


def test_a_host_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(OSError, match=r".+"):
        listening("192.0.2.1", 0)


@pytest.mark.skipif(os.name != "posix", reason="there is no such option elsewhere")
def test_a_port_just_left_can_be_taken_again(show: Show) -> None:
    shown = show()
    port = shown.preview.server.port
    shown.ask("/")
    shown.stop()
    again = listening("127.0.0.1", port)
    assert again.getsockname()[1] == port
    again.close()


# beside a build


def test_a_build_lets_what_is_shown_ahead_go_first(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = show()
    monkeypatch.setattr(serve, "_LONGEST_AHEAD_S", 60.0)
    run_ahead = shown.preview.generations.run_ahead
    seen: list[tuple[Thread, bool]] = []

    def watched(paths: frozenset[str]) -> Ahead:
        building = Thread(target=shown.preview._go_on, args=("render", 1, 2))
        building.start()
        building.join(0.1)
        seen.append((building, building.is_alive()))
        return run_ahead(paths)

    monkeypatch.setattr(shown.preview.generations, "run_ahead", watched)
    shown.edit("content/blog/hello.md", "We listen.", "We waited.")
    shown.wait(lambda: b"We waited" in shown.ask("/blog/hello/").body)
    building, waited = seen[0]
    assert waited
    building.join(20)
    assert not building.is_alive()


def test_what_is_scheduled_appears_when_the_clock_says_so(show: Show) -> None:
    due = NOW + timedelta(seconds=1)
    soon = f"-- content/blog/soon.md --\n---\ntitle: Soon\ndate: {due.isoformat()}\n---\nAt last.\n"
    shown = show(SITE + soon, production=True)
    assert shown.ask("/blog/soon/").status == 404
    shown.options = replace(shown.options, now=due)
    shown.wait(lambda: shown.ask("/blog/soon/").status == 200)
    assert "At last." in shown.ask("/blog/soon/").text
