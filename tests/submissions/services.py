"""A form service on this computer, made from the documented shapes of Netlify's and Formspree's interfaces.

It pages, asks for its key, and fails in the ways it is told to: one `Trouble` for each request to come.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

__all__ = ["KEY", "SITE_ID", "TOKEN", "FormService", "Trouble", "form_service"]

TOKEN = "nfp_sesame"
KEY = "sesame"
SITE_ID = "0d3a9d2f-ef94-4380-93df-27ee400e2048"
FORMS = {"best-story": "5f84aaaa", "contact": "5f84bbbb", "manage-my-story": "5f84cccc"}
Trouble = Literal[
    "401", "403", "404", "429", "429 for an hour", "500", "503", "cut", "slow", "html", "endless", "redirect"
]


class FormService(ThreadingHTTPServer):
    """What a service holds, what went wrong so far, and what was asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.submissions: dict[str, list[dict[str, Any]]] = {"best-story": [], "contact": [], "manage-my-story": []}
        self.spam: list[dict[str, Any]] = []
        self.troubles: list[Trouble] = []
        self.asked: list[str] = []
        self.per_page = 100
        self.links = True
        self.files: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a line is cut: that is what it is for."""


class _Handler(BaseHTTPRequestHandler):
    server: FormService
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble:
            self._fail(trouble)
            return
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path in self.server.files:
            self._send(200, self.server.files[parts.path], {"Content-Type": "image/jpeg"})
        elif parts.path.startswith("/api/v1/"):
            self._netlify(parts.path.removeprefix("/api/v1/"), query)
        else:
            self._formspree(parts.path.removeprefix("/api/0/"), query)

    def _fail(self, trouble: Trouble) -> None:
        match trouble:
            case "429":
                self._send(429, b'{"code": 429, "message": "wait"}', {"Retry-After": "3"})
            case "429 for an hour":
                self._send(429, b"{}", {"Retry-After": "3600"})
            case "cut":
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                self.wfile.write(b'[{"id": "5f')
                self.close_connection = True
            case "slow":
                time.sleep(1.5)
                self._send(200, b"[]")
            case "html":
                self._send(200, b"<html>We will be back soon.</html>")
            case "endless":
                self._send(200, b" " * 70_000_000)
            case "redirect":
                self._send(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"})
            case status:
                self._send(int(status), b"{}")

    def _netlify(self, path: str, query: dict[str, str]) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, b'{"code": 401, "message": "Access Denied"}')
        elif path == f"sites/{SITE_ID}/forms":
            forms = [{"id": i, "site_id": SITE_ID, "name": n, "paths": None, "fields": []} for n, i in FORMS.items()]
            self._json(forms)
        elif path.startswith("forms/") and (name := _name_of(path.split("/")[1])):
            entries = self.server.spam if query.get("state") == "spam" else self.server.submissions[name]
            self._page(entries[::-1], query)
        else:
            self._send(404, b'{"code": 404, "message": "Not Found"}')

    def _page(self, entries: list[dict[str, Any]], query: dict[str, str]) -> None:
        size = min(int(query.get("per_page", 100)), self.server.per_page)
        number = int(query.get("page", 1))
        last = max(1, -(-len(entries) // size))
        links = {"Link": f'<{self.path}>; rel="next"'} if number < last else {"Link": f'<{self.path}>; rel="last"'}
        self._json(entries[(number - 1) * size : number * size], links if self.server.links else {})

    def _formspree(self, path: str, query: dict[str, str]) -> None:
        key = base64.b64encode(f":{KEY}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {key}":
            self._send(401, b'{"error": "unauthorized"}')
            return
        start, size = int(query.get("offset", 0)), min(int(query.get("limit", 25)), self.server.per_page)
        entries = self.server.submissions["best-story"][start : start + size]
        self._json({"fields": ["_date", "email", "message", "_status"], "submissions": entries})

    def _json(self, value: Any, headers: dict[str, str] | None = None) -> None:
        self._send(200, json.dumps(value).encode(), headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _name_of(form_id: str) -> str:
    return next((name for name, known in FORMS.items() if known == form_id), "")


@contextmanager
def form_service() -> Iterator[FormService]:
    """Run a service on a free port for as long as it is needed."""
    with FormService() as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.shutdown()
            thread.join()
