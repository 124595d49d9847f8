"""Isolation: what scripts of the previewed site cannot do to the preview's own pages, though both have one origin.

A window that a script opens at `/_caresite/` is cut off from it: those pages are in a group of their own, and no page
of the site may join it (HTML, Cross-Origin-Opener-Policy). A service worker of the site would see every page of the
origin, and stay when the preview has ended; so each one is answered with a worker that removes itself.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from caresite.preview.state import HOME

__all__ = ["MAX_BODY_BYTES", "Isolation"]

MAX_BODY_BYTES = 4 * 1_048_576
"""The largest body of a request that is read: more than any form of the preview sends."""

_WORKER = """\
// The preview runs no service workers: this one removes itself. On the host the site has its own.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.registration.unregister()));
"""
_NOT_OF_THE_SITE = ("cross-origin-opener-policy", "cross-origin-opener-policy-report-only", "service-worker-allowed")


class Isolation:
    """Keeps the previewed site apart from the preview's own pages, and refuses requests with an endless body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        if headers.get("service-worker") == "script" or headers.get("sec-fetch-dest") == "serviceworker":
            worker = Response(_WORKER, media_type="text/javascript", headers={"cache-control": "no-store"})
            await worker(scope, receive, send)
            return
        answer = _Answer(send, is_own=scope["path"].startswith(HOME))
        await self._app(scope, _BoundedBody(receive).receive, answer.send)


class _BoundedBody:
    """Hands on what a request sends, up to the limit."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > MAX_BODY_BYTES:
            raise HTTPException(413, "The request is too large.")
        return message


class _Answer:
    """Hands on an answer; one of the site without the headers that would join it with the preview's own pages."""

    def __init__(self, send: Send, *, is_own: bool) -> None:
        self._send = send
        self._is_own = is_own

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self._is_own:
                headers["cross-origin-opener-policy"] = "same-origin"
            else:
                for name in _NOT_OF_THE_SITE:
                    del headers[name]
        await self._send(message)
