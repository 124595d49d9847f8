"""Real web servers do with the translated rules what hosts of static sites do with `_redirects` and `_headers`."""

from __future__ import annotations

import gzip

import brotli
import pytest

from hosts.servers import WebServer

REVALIDATED = "public, max-age=0, must-revalidate"


@pytest.mark.parametrize(
    ("asked", "status", "location"),
    [
        ("/greetings/", 301, "/blog/hello/"),
        ("/greetings", 301, "/blog/hello/"),
        ("/fr%C3%BCher/", 301, "/blog/hello/"),
        ("/index.php?p=1", 301, "/blog/hello/?p=1"),
        ("/index-php", 404, ""),
        ("/it's(1)/", 301, "/blog/hello/"),
        ("/shop", 301, "https://shop.example.com:8443/start"),
        ("/shop/?a=1&b=%20", 301, "https://shop.example.com:8443/start?a=1&b=%20"),
        ("/offer", 302, "/blog/"),
        ("/asked?utm=1", 301, "/blog/?from=old"),
        ("/part?x=1", 301, "/about/?x=1#people"),
        ("/a%20price/", 301, "/prices%20(2026)/"),
        ("/news/2024/hello", 308, "/blog/hello/"),
        ("/news/2024/caf%C3%A9%20x/?q=1", 308, "/blog/caf%C3%A9%20x/?q=1"),
        ("/old/hello/", 307, "/blog/hello/"),
        ("/old/", 307, "/blog/"),
        ("/old", 307, "/blog/"),
        ("/old/a%0d%0aX-Evil:%201", 307, "/blog/a%0d%0aX-Evil:%201"),
        ("/blog/never-was/", 301, "/about/"),
        ("/closed/today.txt", 301, "/about/"),
        ("/blog/hello", 301, "/blog/hello/"),
    ],
)
def test_old_addresses_lead_on(server: WebServer, asked: str, status: int, location: str) -> None:
    answer = server.get(asked)
    sent = answer.headers.get("location", "").removeprefix(server.url)
    assert (answer.status_code, sent) == (status, location) or (
        asked == "/blog/hello" and answer.status_code in (301, 302, 308) and sent == location
    )
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ("/", 200, "Spoke"),
        ("/about/", 200, "Long enough"),
        ("/about", 301, ""),
        ("/plain", 200, "Plain"),
        ("/caf%C3%A9/", 200, "Tea"),
        ("/two%20words.txt", 200, "two"),
        ("/shown", 200, "Long enough"),
        ("/app/anything/at/all", 200, "Long enough"),
        ("/gone", 410, "Long enough"),
        ("/nothing/here/", 404, "Nothing is at this address."),
        ("/assets/", 404, "Nothing is at this address."),
        ("/_redirects", 404, "Nothing is at this address."),
        ("/_headers", 404, "Nothing is at this address."),
        ("/.caresite-output", 404, "Nothing is at this address."),
        ("/.htaccess", 404, ""),
        ("/.well-known/security.txt", 200, "mailto:"),
    ],
)
def test_what_answers(server: WebServer, asked: str, status: int, words: str) -> None:
    answer = server.get(asked)
    refused = asked == "/.htaccess" and answer.status_code == 403  # Apache's own word
    folder = asked == "/about" and answer.status_code == 308
    assert answer.status_code == status or refused or folder
    assert words in answer.text
    if words and asked.endswith("/"):
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("/", REVALIDATED),
        ("/blog/hello/", REVALIDATED),
        ("/two%20words.txt", REVALIDATED),
        ("/feed.xml", "public, max-age=600"),
        ("ASSET", "public, max-age=31536000, immutable"),
        ("/assets/none.0123456789.css", "no-cache"),
        ("/nothing/", "no-cache"),
    ],
)
def test_how_long_it_may_be_kept(server: WebServer, asset: str, asked: str, expected: str) -> None:
    answer = server.get(asked.replace("ASSET", asset))
    assert answer.headers.get_list("cache-control") == [expected]


@pytest.mark.parametrize("asked", ["/", "/blog/hello/", "/about/", "/nothing/", "/feed.xml", "/caf%C3%A9/", "/offer"])
def test_every_answer_is_protected_once(server: WebServer, asked: str) -> None:
    answer = server.get(asked)
    for name, value in {
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "strict-transport-security": "max-age=31536000",
        "x-frame-options": "DENY",
    }.items():
        assert answer.headers.get_list(name) == [value]
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    # the 404 page and what lies outside the pages' rules has the ceiling, which allows what any page needs
    assert ("films.example" in policies[0]) is (asked in ("/nothing/", "/feed.xml", "/offer")), policies


def test_a_page_that_needs_more_gets_more(server: WebServer) -> None:
    assert "https://films.example" in server.get("/blog/film/").headers["content-security-policy"]


def test_headers_of_the_owner(server: WebServer) -> None:
    assert server.get("/about/").headers["x-said"] == 'he said "50 % off $5 {x} `now`"'
    assert server.get("/blog/hello/").headers["x-robots-tag"] == "noarchive"
    assert "x-robots-tag" not in server.get("/about/").headers
    assert server.get("/caf%C3%A9/").headers["x-where"] == "tea"


@pytest.mark.parametrize("asked", ["/about/", "/feed.xml", "ASSET"])
@pytest.mark.parametrize("accepted", ["gzip", "br", "gzip, deflate, br", "identity", ""])
def test_compressed_files_go_out_as_they_are(
    server: WebServer, finished_files: dict[str, bytes], asset: str, asked: str, accepted: str
) -> None:
    path = asked.replace("ASSET", asset)
    file = path.lstrip("/") + ("index.html" if path.endswith("/") else "")
    answer, raw = server.raw(path, accepted)
    encoding = answer.headers.get("content-encoding", "")
    if "br" in accepted and server.brotli:
        assert encoding == "br"
        assert (raw, brotli.decompress(raw)) == (finished_files[f"{file}.br"], finished_files[file])
    elif "gzip" in accepted:
        assert encoding == "gzip"
        assert (raw, gzip.decompress(raw)) == (finished_files[f"{file}.gz"], finished_files[file])
    else:
        assert (encoding, raw) == ("", finished_files[file])
    assert "accept-encoding" in answer.headers.get("vary", "").lower()
    types = {"/about/": "text/html; charset=utf-8", "ASSET": "text/css; charset=utf-8"}
    kind = answer.headers["content-type"]
    assert kind == types[asked] if asked in types else "xml" in kind


@pytest.mark.parametrize(
    ("asked", "status", "location"),
    [
        ("/shop/greetings/?a=b", 301, "/shop/blog/hello/?a=b"),
        ("/shop/old/x", 307, "/shop/blog/x"),
        ("/shop/about/", 200, ""),
        ("/shop/nothing/", 404, ""),
    ],
)
def test_below_a_path(server_below: WebServer, asked: str, status: int, location: str) -> None:
    answer = server_below.get(asked)
    sent = answer.headers.get("location", "").removeprefix(server_below.url)
    assert (answer.status_code, sent) == (status, location)
    if status == 404:
        assert "Nothing is at this address." in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("asked", "status", "location"),
    [
        ("/my%20b%C3%BC/greetings/?a=b", 301, "/my%20b%C3%BC/blog/hello/?a=b"),
        ("/my%20b%C3%BC/old/x", 307, "/my%20b%C3%BC/blog/x"),
        ("/my%20b%c3%bc/about/", 200, ""),
        ("/my%20b%C3%BC/nothing/", 404, ""),
        ("/my%20b%C3%BC/_headers", 404, ""),
    ],
)
def test_below_a_path_that_is_encoded(server_below_encoded: WebServer, asked: str, status: int, location: str) -> None:
    answer = server_below_encoded.get(asked)
    sent = answer.headers.get("location", "").removeprefix(server_below_encoded.url)
    assert (answer.status_code, sent) == (status, location)
    if status == 404:
        assert "Nothing is at this address." in answer.text
    assert "content-security-policy" in answer.headers
