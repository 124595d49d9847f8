"""Guard: who may ask. A page on the internet must not read drafts off this computer, nor do anything with it.

A name that an attacker owns can be made to lead to 127.0.0.1 (DNS rebinding); the browser then takes the preview for a
page of that name, and says so in `Host`. What another site's page asks for carries its `Origin`, or the word
`cross-site`. All three are refused before anything is looked up.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Guard", "is_loopback", "names_of"]

_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^:/?#@\[\]\s]+))(?::[0-9]{0,5})?")
_METHODS = frozenset(("GET", "HEAD"))


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this computer and cannot be reached from another."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_of(host: str) -> frozenset[str]:
    """Return the names, besides those of loopback, by which a server bound to `host` may be called."""
    if is_loopback(host):
        return frozenset()
    own = socket.gethostname().lower()
    return frozenset((host.lower(), own, f"{own.partition('.')[0]}.local"))


class Guard:
    """Lets a request through to `app` if it comes from this computer's own browser or tools.

    `names` are further names that the server may be called by. With `any_address` a request may also name an IP
    address, which nobody can rebind.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = (), *, any_address: bool = False) -> None:
        self._app = app
        self._names = frozenset(names)
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._refusal(scope) if scope["type"] == "http" else ""
        if reason:
            await PlainTextResponse(f"Refused: {reason}\n", 403)(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(_name(hosts[0])):
            return "the preview is not called by this name. Open the address that `caresite serve` printed."
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        nameless = origin == "null" and site == "same-origin"  # a form of a page that tells nobody where it is from
        if origin is not None and origin.lower() != f"{scope['scheme']}://{hosts[0].lower()}" and not nameless:
            return "a page of another site asks for this."
        if site == "cross-site":
            opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
            if not opened or scope["method"] not in _METHODS:
                return "a page of another site asks for this."
        return ""

    def _is_ours(self, name: str) -> bool:
        if is_loopback(name) or name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._any_address


def _name(host: str) -> str:
    """Return the name in a `Host` header, without its port and the brackets of an IPv6 address; nothing for no host."""
    match = _HOST.fullmatch(host)
    return (match[1] or match[2]).lower() if match else ""
