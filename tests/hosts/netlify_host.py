"""A Netlify of one's own: the part of its interface that deploys use, with its states, and the faults one asks for.

What is asked for and answered is what Netlify's OpenAPI description says; `test_netlify.py` holds that against it.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

__all__ = ["SITE", "TOKEN", "Asked", "NetlifyHost", "netlify_host"]

TOKEN = "nfp_let-me-in"
SITE = "bikes.netlify.example"
_SITE_ID = "3f1c"
_PER_PAGE = 40
_POLLS = {"preparing": "prepared", "uploaded": "processing", "processing": "ready"}
_SLOW_S = 0.4
_UPLOAD = re.compile(r"/deploys/([^/]+)/files/(.+)")


class Asked(NamedTuple):
    """One request and its answer."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    status: int
    answer: Any


class NetlifyHost:
    """What Netlify knows: deploys by id, contents by digest, and what it shows.

    `faults` are met once each, by the first request whose method and path they fit: a status, `cut` for a line that
    breaks before the answer, `cut-late` for one that breaks when the work was done, `slow` for an answer in drops.
    `keeps_count` says whether `required` becomes shorter with each upload, which the description leaves open.
    """

    def __init__(self) -> None:
        self.deploys: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.published = ""
        self.locked = False
        self.keeps_count = True
        self.faults: list[tuple[str, int | str]] = []
        self.asked: list[Asked] = []
        self.lock = threading.RLock()
        self.url = ""

    @property
    def live(self) -> dict[str, bytes]:
        """The files that visitors get."""
        return self.files_of(self.published) if self.published else {}

    def files_of(self, id: str) -> dict[str, bytes]:
        return {path.lstrip("/"): self.contents[sha] for path, sha in self.deploys[id]["files"].items()}

    def uploads(self) -> list[str]:
        return [asked.path for asked in self.asked if asked.method == "PUT" and asked.status == 200]

    # what it answers

    def site(self) -> dict[str, Any]:
        shown = self.deploys.get(self.published)
        site = {"id": _SITE_ID, "name": "bikes", "url": "http://bikes.example", "ssl_url": "https://bikes.example"}
        return site | ({"published_deploy": _shown(shown)} if shown else {})

    def create(self, value: Any, title: str) -> tuple[int, Any]:
        files = value.get("files")
        if not isinstance(files, dict) or not files:
            return 422, {"code": 422, "message": "files is missing"}
        if odd := [path for path in files if "#" in path or "?" in path or not path.startswith("/")]:
            return 422, {"code": 422, "message": f"Invalid filename {odd[0]}"}
        if not all(re.fullmatch(r"[0-9a-f]{40}", digest) for digest in files.values()):
            return 422, {"code": 422, "message": "not a digest"}
        made = f"{len(self.deploys) + 1:024x}"
        self.deploys[made] = {
            "id": made,
            "site_id": _SITE_ID,
            "state": "preparing" if value.get("async") else "prepared",
            "files": dict(files),
            "draft": bool(value.get("draft")),
            "context": "production",
            "title": title,
            "created_at": f"2026-06-01T12:00:{len(self.deploys):02d}Z",
            "deploy_ssl_url": f"https://{made}--bikes.netlify.example",
            "error_message": "",
        }
        self._settle(self.deploys[made])
        return 200, _shown(self.deploys[made])

    def poll(self, id: str) -> tuple[int, Any]:
        deploy = self.deploys.get(id)
        if deploy is None:
            return 404, {"code": 404, "message": "Not Found"}
        deploy["state"] = _POLLS.get(deploy["state"], deploy["state"])
        self._settle(deploy)
        return 200, _shown(deploy)

    def _settle(self, deploy: dict[str, Any]) -> None:
        """Bring a deploy on by itself: what it needs, whether that is there, and whether visitors get it."""
        if deploy["state"] in ("prepared", "uploading"):
            needed = sorted(set(deploy["files"].values()) - self.contents.keys())
            deploy["required"] = needed if self.keeps_count else deploy.get("required", needed)
            deploy["state"] = deploy["state"] if needed else "uploaded"
        if deploy["state"] == "ready" and not deploy["draft"] and not self.locked and not deploy.get("was_shown"):
            deploy["was_shown"] = True
            self.published = deploy["id"]

    def upload(self, id: str, path: str, data: bytes) -> tuple[int, Any]:
        deploy = self.deploys.get(id)
        if deploy is None:
            return 404, {"code": 404, "message": "Not Found"}
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        if deploy["state"] not in ("prepared", "uploading") or deploy["files"].get(f"/{path}") != digest:
            return 422, {"code": 422, "message": f"{path} is not what was announced"}
        self.contents[digest] = data
        deploy["state"] = "uploading"
        self._settle(deploy)
        return 200, {"id": f"/{path}", "path": f"/{path}", "sha": digest, "size": len(data)}

    def cancel(self, id: str) -> tuple[int, Any]:
        self.deploys[id] |= {"state": "error", "error_message": "Canceled"}
        return 201, _shown(self.deploys[id])

    def restore(self, id: str) -> tuple[int, Any]:
        deploy = self.deploys.get(id)
        if deploy is None or deploy["state"] != "ready":
            return 404, {"code": 404, "message": "Not Found"}
        self.published = id
        return 201, _shown(deploy)

    def listed(self, page: int) -> list[dict[str, Any]]:
        files = sorted(self.deploys[self.published]["files"].items()) if self.published else []
        start = (page - 1) * _PER_PAGE
        return [{"id": path, "path": path, "sha": sha} for path, sha in files[start : start + _PER_PAGE]]

    def fault_for(self, method: str, path: str) -> int | str:
        with self.lock:
            for number, (pattern, what) in enumerate(self.faults):
                if re.fullmatch(pattern, f"{method} {path}"):
                    del self.faults[number]
                    return what
        return 0


def _shown(deploy: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in deploy.items() if name not in ("files", "was_shown")}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    host: NetlifyHost

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        path, query = parts.path.removeprefix("/api/v1"), parse_qs(parts.query)
        what = self.host.fault_for(self.command, unquote(path))
        if what == "cut":
            return self._cut()
        body = self._body()
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            status, answer = 401, {"code": 401, "message": "Access Denied"}
        elif isinstance(what, int) and what:
            status, answer = what, {"code": what, "message": f"as asked for, with {TOKEN} in it"}
        else:
            with self.host.lock:
                status, answer = self._answer(path, query, body)
        with self.host.lock:
            told = None if self.command == "PUT" else json.loads(body or b"null")
            self.host.asked.append(Asked(self.command, unquote(path), query, told, status, answer))
        if what == "cut-late":
            return self._cut()
        return self._send(status, answer, slowly=what == "slow")

    do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the names that http.server looks for

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _answer(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, Any]:
        host = self.host
        if match := _UPLOAD.fullmatch(path):
            return host.upload(match[1], unquote(match[2]), body)
        known = path.replace(f"/sites/{SITE}", f"/sites/{_SITE_ID}")
        routes: dict[str, Callable[..., tuple[int, Any]]] = {
            rf"GET /sites/{_SITE_ID}": lambda: (200, host.site()),
            rf"GET /sites/{_SITE_ID}/files": lambda: (200, host.listed(self._page(query))),
            rf"GET /sites/{_SITE_ID}/deploys": lambda: (200, [_shown(d) for d in reversed(host.deploys.values())]),
            rf"POST /sites/{_SITE_ID}/deploys": lambda: host.create(json.loads(body), query.get("title", [""])[0]),
            r"GET /deploys/([0-9a-f]+)": host.poll,
            r"POST /deploys/([0-9a-f]+)/cancel": host.cancel,
            rf"POST /sites/{_SITE_ID}/deploys/([0-9a-f]+)/restore": host.restore,
        }
        for pattern, does in routes.items():
            if match := re.fullmatch(pattern, f"{self.command} {known}"):
                return does(*match.groups())
        return 404, {"code": 404, "message": "Not Found"}

    def _page(self, query: dict[str, list[str]]) -> int:
        return int(query.get("page", ["1"])[0])

    def _send(self, status: int, answer: Any, *, slowly: bool) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if status == 429:
            self.send_header("retry-after", "7")
        parts = urlsplit(self.path)
        if parts.path.endswith("/files") and len(answer) == _PER_PAGE:
            following = self._page(parse_qs(parts.query)) + 1
            self.send_header("link", f'<{self.host.url}/sites/{_SITE_ID}/files?page={following}>; rel="next"')
        self.end_headers()
        middle = len(data) // 2
        self.wfile.write(data[:middle])
        if slowly:
            self.wfile.flush()
            time.sleep(_SLOW_S)
        self.wfile.write(data[middle:])

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def netlify_host() -> Iterator[NetlifyHost]:
    """Run a Netlify that knows one empty site, until it is no longer needed."""
    host = NetlifyHost()
    handler = type("Handler", (_Handler,), {"host": host})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        host.url = f"http://127.0.0.1:{server.server_port}/api/v1"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield host
        finally:
            server.shutdown()
