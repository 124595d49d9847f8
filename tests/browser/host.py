"""A host like those that serve static sites: addresses without file names, a sub-path, `404.html`, `_headers`.

Where two rules of `_headers` name the same header it sends both, as the strictest hosts do. Text goes out compressed.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

__all__ = ["Answer", "answer", "rules_of", "serving"]

Headers = tuple[tuple[str, str], ...]

_COMPRESSED = ("text/", "image/svg+xml", "application/json")
_CONTROL_FILES = frozenset(("_headers", "_redirects"))
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


class Answer(NamedTuple):
    """What the host says to one request."""

    status: int
    headers: Headers
    body: bytes


def answer(files: Mapping[str, bytes], base_path: str, path: str) -> Answer:
    """Return what is said to a request for `path`, which is quoted as in a request line."""
    path = urlsplit(path).path
    headers = _headers_for(path, files.get("_headers", b"").decode())
    inside = unquote(path).removeprefix(base_path) if path.startswith(base_path) else None
    if inside is None or inside in _CONTROL_FILES:
        return Answer(404, (("Content-Type", "text/plain"),), b"There is nothing here.")
    if f"{inside}/index.html" in files:
        return Answer(301, (("Location", f"{path}/"),), b"")
    name = f"{inside}index.html" if inside.endswith("/") or not inside else inside
    status = 200 if name in files else 404
    shown = name if status == 200 else "404.html"
    return Answer(status, (("Content-Type", _type_of(shown)), *headers), files.get(shown, b""))


def rules_of(text: str) -> tuple[tuple[str, Headers], ...]:
    """Return the rules of a `_headers` file: a path pattern, and below it indented `Name: value` lines."""
    rules: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith((" ", "\t")):
            rules.append((line.strip(), []))
        elif rules:
            name, _, value = line.strip().partition(":")
            rules[-1][1].append((name.strip(), value.strip()))
    return tuple((path, tuple(values)) for path, values in rules)


@contextmanager
def serving(files: Mapping[str, bytes], base_path: str = "/") -> Iterator[str]:
    """Serve `files` by output path below `base_path`; yields the origin, such as `http://127.0.0.1:40123`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = answer(files, base_path, self.path)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if dict(headers)["Content-Type"].startswith(_COMPRESSED) and "gzip" in self.headers["Accept-Encoding"]:
                body = compressed(body)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the tests report what matters."""

    compressed = cache(lambda body: gzip.compress(body, mtime=0))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _headers_for(path: str, text: str) -> Headers:
    return tuple(header for pattern, values in rules_of(text) if _matches(pattern, path) for header in values)


def _matches(pattern: str, path: str) -> bool:
    """Tell whether `*` standing for anything, also for nothing after a `/`, makes the two equal."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, path) is not None


def _type_of(name: str) -> str:
    suffix = name[name.rfind(".") :]
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
