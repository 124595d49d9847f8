"""The app: the site as its host will serve it, and the preview's own addresses beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from caresite.core.diagnostics import Span
from caresite.core.media_types import type_of
from caresite.preview.about import about_page
from caresite.preview.answers import respond, with_tag
from caresite.preview.generations import Generation
from caresite.preview.hub import Hub
from caresite.preview.inject import Tag, injected
from caresite.preview.pages import AddedPage, Workbench
from caresite.preview.policy import OWN_POLICY
from caresite.preview.state import HOME, PageState, digest_of, fault_of, state_of
from caresite.preview.tree import Answer, BuiltTree, answer_at

__all__ = ["asset_folder", "built_app", "preview_app"]

_ASSETS = Path(__file__).parent / "assets"
_LARGEST_REQUEST = 10_000
_OWN_HEADERS = {
    "content-security-policy": OWN_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin",  # the site does not learn which page; `no-referrer` hides who sends a form
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@cache
def _own_files() -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_ASSETS.iterdir()) if path.is_file()}


def asset_folder() -> str:
    """Return the URL below which the preview's scripts and styles are; it changes when they do."""
    digest = hashlib.sha256(b"".join(_own_files().values())).hexdigest()[:10]
    return f"{HOME}assets/{digest}/"


def preview_app(bench: Workbench, hub: Hub, added: Iterable[AddedPage], *, bare: bool = False) -> ASGIApp:
    """Return the app that shows the current generation; with `bare` the pages are left as they are."""
    site = _Site(bench, hub, bare=bare)
    routes: list[BaseRoute] = [
        Route(f"{HOME}events", site.events),
        Route(f"{HOME}page", site.page),
        Route(f"{HOME}about", site.about),
        Route(f"{HOME}open", site.open, methods=["POST"]),
        Route(f"{HOME}assets/{{version}}/{{name}}", site.asset),
    ]
    for page in added:
        routes.extend(page.routes)
    routes.append(Route(HOME + "{path:path}", _nothing, methods=["GET", "HEAD", "POST"]))
    routes.append(Route("/{path:path}", site.show, methods=["GET", "HEAD", "POST"]))
    return _OwnHeaders(Starlette(routes=routes))


def built_app(tree: BuiltTree) -> ASGIApp:
    """Return the app that serves an output folder as it is."""

    async def show(request: Request) -> Response:
        query = dict(request.query_params)
        answer = answer_at(tree, unquote(_path_of(request)), query=query, languages=_languages(request))
        return respond(request, answer)

    return Starlette(routes=[Route("/{path:path}", show)])


class _Site:
    """The addresses of the preview, all of the same generation at one moment."""

    def __init__(self, bench: Workbench, hub: Hub, *, bare: bool) -> None:
        self._bench = bench
        self._hub = hub
        self._bare = bare

    async def show(self, request: Request) -> Response:
        """Answer like the host."""
        if request.method == "POST":  # a host takes the form; here nobody reads it
            return Response(status_code=303, headers={"location": _own_address(_path_of(request))})
        generation, path = self._bench.current(), _path_of(request)
        if not generation.tree.entries:
            return self._waiting(request, path, status=503)
        query = dict(request.query_params)
        answer = answer_at(generation.tree, unquote(path), query=query, languages=_languages(request))
        return respond(request, answer) if self._bare else self._with_script(request, generation, answer, path)

    async def page(self, request: Request) -> Response:
        """Answer with the page at `path` as it would be loaded, so that a tab can be brought up to date in place."""
        generation, path = self._bench.current(), request.query_params.get("path", "/")
        if not generation.tree.entries:
            return self._waiting(request, path)
        answer = answer_at(generation.tree, unquote(path), languages=_languages(request))
        if answer.entry is None or not answer.entry.is_page:
            return Response(status_code=204)
        return self._with_script(request, generation, answer._replace(status=200), path)

    def _with_script(self, request: Request, generation: Generation, answer: Answer, path: str) -> Response:
        tag = Tag(
            script=f"{self._bench.assets}preview.js",
            page=digest_of(generation, path),
            policy=hashlib.sha256(repr(answer.headers).encode()).hexdigest()[:10],
        )
        place = f"{request.url.scheme}://{request.url.netloc}{HOME}"
        return respond(request, answer, place=place, change=lambda page: injected(page, tag))

    def _waiting(self, request: Request, path: str, *, status: int = 200) -> Response:
        """Say why there is nothing to show: the site could not be built yet."""
        generation = self._bench.current()
        faults = [fault_of(d, generation.texts, self._bench.opens) for d in generation.faults]
        values = {"faults": faults, "digest": digest_of(generation, path)}
        response = self._bench.page(request, "waiting.html", values, status=status)
        response.headers.update(_OWN_HEADERS)
        return response

    async def events(self, request: Request) -> Response:
        """Send one tab the state of its page, now and whenever it is another one."""
        path = request.query_params.get("path", "/")

        def state() -> PageState | None:
            generation = self._bench.current()
            if not generation.number:
                return None
            return state_of(generation, path, scripts=self._bench.assets, opens=self._bench.opens)

        stream = self._hub.events(state)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def about(self, request: Request) -> Response:
        """Say what the toolbar shows of the page at `path`."""
        about = about_page(self._bench.current(), request.query_params.get("path", "/"), self._bench.opens)
        links = [link._asdict() for link in self._bench.links]
        return _json(msgspec.structs.asdict(about) | {"links": links})

    async def open(self, request: Request) -> Response:
        """Open a file of the site in the editor; the body names `path`, `line` and `column`."""
        body = await request.body()
        try:
            asked = msgspec.json.decode(body[:_LARGEST_REQUEST], type=Span)
        except msgspec.DecodeError:
            return PlainTextResponse("That is not a place in a file.\n", 400)
        editor = self._bench.editor
        if editor is None or not editor.command or not self._is_own(asked.path):
            return PlainTextResponse("There is no such file to open.\n", 404)
        try:
            editor.open(self._bench.root, asked)
        except OSError as error:
            return PlainTextResponse(f"`{editor.command[0]}` cannot be started: {error.strerror}\n", 500)
        return Response(status_code=204)

    def _is_own(self, path: str) -> bool:
        """Tell whether `path` is a file that the preview itself has named: nothing else is opened."""
        generation = self._bench.current()
        named = {d.span.path for d in generation.diagnostics}
        if site := generation.site:
            named |= {page.source for page in site.pages.values()} | {held.span.path for held in site.held_back}
        return path in named and (self._bench.root / path).is_file()

    async def asset(self, request: Request) -> Response:
        """Send a script or a style of the preview."""
        name = request.path_params["name"]
        data = _own_files().get(name)
        if data is None:
            return await _nothing(request)
        response = with_tag(request, data, type_of(name))
        if request.scope["path"].startswith(self._bench.assets):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


async def _nothing(request: Request) -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404)


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _path_of(request: Request) -> str:
    """Return the path that was asked for, percent-encoded as it came."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return raw.decode("ascii", "replace").partition("?")[0]


def _own_address(path: str) -> str:
    """Return `path` as an address that cannot lead to another host."""
    return "/" + path.replace("\\", "%5C").lstrip("/")


def _languages(request: Request) -> frozenset[str]:
    accepted = request.headers.get("accept-language", "").split(",")
    return frozenset(part.partition(";")[0].strip().lower() for part in accepted)


class _OwnHeaders:
    """Gives the preview's own pages a policy as strict as a site's, unless they have one of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _OWN_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["path"].startswith(HOME) else send)
