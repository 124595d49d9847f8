"""Odd requests and odd rules of the host: each gets an answer, none a traceback, and nobody is led to another site."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest

from caresite.preview.serve import How, serve_built
from caresite.preview.server import Server
from preview.running import showing

DIGITS = b"9" * 5000
REDIRECTS = """\
/old/* /:splat
/cafe/:name /blog/:name/
/search q=:q /find/:q
/ort/* https://other.example/:splat
/naïve /blog/naïve/
"""
HEADERS = "/*\n  X-Name: Café 日本\n  X-Odd: a\x01b\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("public")
    (folder / "index.html").write_text("<h1>Home</h1>")
    (folder / "film.bin").write_bytes(bytes(1000))
    (folder / "_redirects").write_text(REDIRECTS)
    (folder / "_headers").write_text(HEADERS)
    found, _ = serve_built(folder, How(port=0), "/")
    yield found
    found.stop()


def sent(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are, and return status, headers and body of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in fields}, body


def get(path: bytes, *headers: bytes, host: bytes = b"127.0.0.1", method: bytes = b"GET") -> bytes:
    return b"\r\n".join(
        (method + b" " + path + b" HTTP/1.1", b"Host: " + host, b"Connection: close", *headers, b"", b"")
    )


REQUESTS = {
    "a range of 5,000 digits": get(b"/film.bin", b"Range: bytes=0-" + DIGITS),
    "a range from 5,000 digits on": get(b"/film.bin", b"Range: bytes=" + DIGITS + b"-"),
    "the last 5,000 digits": get(b"/", b"Range: bytes=-" + DIGITS),
    "a range of a page": get(b"/", b"Range: bytes=" + DIGITS + b"-" + DIGITS),
    "a length of 5,000 digits": get(b"/", b"Content-Length: " + DIGITS),
    "a length that is no number": get(b"/", b"Content-Length: \xb2"),
    "a number in the query": get(b"/?page=" + DIGITS),
    "bytes in the query": get(b"/search?q=%FF%FE"),
    "bytes in the path": get(b"/%FF%FE/"),
    "NUL in the path": get(b"/a%00b"),
    "a line break in the path": get(b"/old/a%0d%0aSet-Cookie:%20x=1"),
    "headers that are not UTF-8": get(b"/", b"Accept-Language: \xff\xfe", b"If-None-Match: \xff", b"Cookie: \xe9"),
    "a referrer that is not UTF-8": get(b"/", b"Referer: http://127.0.0.1/\xff"),
    "letters outside Latin-1": get(b"/cafe/" + b"%E6%97%A5%E6%9C%AC"),
    "an address without a bracket": get(b"/", host=b"[::1"),
    "a name with a port that is none": get(b"/", host=b"localhost:@evil.example"),
    "a path that is a host": get(b"//evil.example/"),
    "a path that climbs": get(b"/../../etc/passwd"),
    "a long path": get(b"/" + b"a" * 20_000),
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"POST"])
def test_an_odd_request_gets_an_answer(
    server: Server, name: str, method: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        status, _, body = sent(server.port, REQUESTS[name].replace(b"GET", method, 1))
    assert status < 500
    assert b"Traceback" not in body
    assert not caplog.records


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_the_preview_answers_it_too(preview_port: int, name: str, method: bytes) -> None:
    status, headers, body = sent(preview_port, REQUESTS[name].replace(b"GET", method, 1))
    assert status < 500
    assert b"Traceback" not in body
    assert not headers.get("location", "").startswith(("//", "/\\"))


@pytest.mark.parametrize("path", [b"//evil.example/", b"/\\evil.example/", b"/\\/evil.example", b"\\\\evil.example/"])
def test_a_form_sent_to_an_odd_address_leads_to_no_other_host(preview_port: int, path: bytes) -> None:
    _, headers, _ = sent(preview_port, get(path, b"Content-Length: 0", method=b"POST"))
    location = headers.get("location", "/")
    assert location.startswith("/")
    assert location[1:2] not in ("/", "\\")
    assert "\\" not in location


@pytest.fixture(scope="module")
def preview_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    config = "title: X\nbase_url: https://x.example/\ntimezone: UTC\nredirects: [{from: '/old/*', to: '/:splat'}]\n"
    site = f"-- caresite.yaml --\n{config}-- content/blog/a.md --\n---\ntitle: A\ndate: 2026-01-01\n---\nText.\n"
    with showing(tmp_path_factory.mktemp("site"), site) as shown:
        yield shown.preview.server.port


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        (b"/old//evil.example/x", "/evil.example/x"),
        (b"/old/%5Cevil.example", "/evil.example"),
        (b"/old///evil.example", "/evil.example"),
        (b"/old/%09/evil.example", "/%09/evil.example"),
        (b"/cafe/%E6%97%A5%E6%9C%AC", "/blog/%E6%97%A5%E6%9C%AC/"),
        (b"/na%C3%AFve", "/blog/na%C3%AFve/"),
        (b"/search?q=%E6%97%A5", "/find/%E6%97%A5?q=%E6%97%A5"),
        (b"/ort/%E6%97%A5", "https://other.example/%E6%97%A5"),
    ],
)
def test_a_redirect_stays_where_its_rule_leads(server: Server, asked: bytes, location: str) -> None:
    status, headers, _ = sent(server.port, get(asked))
    assert (status, headers["location"]) == (301, location)
    assert "set-cookie" not in headers


def test_a_header_outside_latin_1_is_sent_as_utf_8(server: Server) -> None:
    _, headers, _ = sent(server.port, get(b"/"))
    assert headers["x-name"].encode("latin-1").decode() == "Café 日本"
    assert "x-odd" not in headers
