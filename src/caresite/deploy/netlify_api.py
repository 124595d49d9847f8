"""Netlify's interface: asked with one token, again when a line breaks, and in plain words when it says no.

Shapes: the OpenAPI description of Netlify (`/sites/{site_id}/deploys`, `/deploys/{deploy_id}/files/{path}`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Code, Problem, fault
from caresite.core.outgoing import is_private_line
from caresite.core.patience import ATTEMPTS, LONGEST_WAIT_S, asked_wait, pause_after
from caresite.deploy.faults import reason_of
from caresite.deploy.target import Errand

if TYPE_CHECKING:
    import httpx

__all__ = ["API", "NetlifyApi", "address_of", "netlify_api"]

API = "https://api.netlify.com/api/v1"
_PIECE = 1 << 18
_LONGEST_MESSAGE = 300
_FAULTS: Mapping[int, tuple[Code, str]] = {
    401: (codes.NOT_LET_IN, "Netlify does not know the token"),
    403: (codes.NOT_LET_IN, "the token does not allow this"),
    404: (codes.NO_SUCH_PLACE, "Netlify knows no such thing"),
    402: (codes.HOST_FULL, "the account has nothing left of what this needs"),
    413: (codes.HOST_FULL, "the file is too large for Netlify"),
}


class NetlifyApi:
    """What Netlify is asked. Raises Problem, with a code `H2…`, when it says no or cannot be reached."""

    def __init__(self, client: httpx.Client, errand: Errand, token: str) -> None:
        self._client = client
        self._errand = errand
        self._token = token

    def get(self, path: str, **params: str | int) -> Any:
        """Return what Netlify says of `path`."""
        return self._read(self._asked("GET", path, params=params))

    def pages(self, path: str) -> Iterator[Any]:
        """Yield the entries of a list, page after page (RFC 8288)."""
        answer = self._asked("GET", path)
        yield from self._read(answer)
        while following := answer.links.get("next", {}).get("url"):
            if self._client.base_url.join(following).netloc != self._client.base_url.netloc:
                raise self.problem(codes.HOST_REFUSED, "Netlify’s answer leads to another host, which gets no token")
            answer = self._asked("GET", following)
            yield from self._read(answer)

    def post(self, path: str, value: object = None, **params: str) -> Any:
        """Return what Netlify says to `value`."""
        content = json.dumps(value or {}).encode()
        headers = {"Content-Type": "application/json"}
        return self._read(self._asked("POST", path, params=params, content=content, headers=headers))

    def upload(self, path: str, source: Path) -> None:
        """Send the bytes of a file, a piece at a time."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(source.stat().st_size)}
        self._asked("PUT", path, source=source, headers=headers)

    def _asked(self, method: str, path: str, *, source: Path | None = None, **how: Any) -> httpx.Response:
        """Return the answer, with patience: what may pass is tried again, as late as `Retry-After` asks for."""
        import httpx

        why = ""
        for attempt in range(ATTEMPTS):
            wait = pause_after(attempt)
            content = {"content": _pieces(source)} if source else {}
            headers = {**how.get("headers", {}), **({"X-Nf-Retry-Count": str(attempt)} if attempt else {})}
            try:
                answer = self._client.request(method, path, **{**how, **content, "headers": headers})
            except httpx.TimeoutException:
                why = "it did not answer in time"
            except httpx.HTTPError as error:
                why = reason_of(error)
            else:
                if answer.is_success:
                    return answer
                self._give_up(answer, path)
                why = "it asked us to wait" if answer.status_code == 429 else f"it had a fault ({answer.status_code})"
                wait = asked_wait(answer.headers) if answer.status_code in (429, 503) else wait
                if wait > LONGEST_WAIT_S:
                    why = f"it asked us to come back in {wait:.0f} seconds"
                    break
            if attempt + 1 < ATTEMPTS:
                self._errand.sleep(wait)
        raise self.problem(codes.HOST_SILENT, f"Netlify cannot be reached: {why}")

    def _give_up(self, answer: httpx.Response, path: str) -> None:
        """Raise Problem unless the fault may pass."""
        status = answer.status_code
        if status == 429 or status >= 500:
            return
        code, said = _FAULTS.get(status, (codes.HOST_REFUSED, f"Netlify refused it ({status})"))
        about = f": `{path}`" if status == 404 else f": {_message(answer)}" if code == codes.HOST_REFUSED else ""
        raise self.problem(code, said + about)

    def _read(self, answer: httpx.Response) -> Any:
        """Return the JSON of an answer. Raises Problem when it is none, or has a number of thousands of digits."""
        try:
            return answer.json()
        except (ValueError, RecursionError):
            raise self.problem(codes.HOST_REFUSED, "Netlify answered with something that is not JSON") from None

    def problem(self, code: Code, message: str, hint: str = "") -> Problem:
        """Return a Problem at the place of the config that names this target; the token is taken out of it."""
        return Problem(fault(code, self._errand.span, message.replace(self._token, "…"), hint=hint))


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _message(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        text = str(told.get("message") or told.get("errors") or "") if isinstance(told, dict) else ""
    except ValueError:
        text = ""
    shown = "".join(c if c.isprintable() else " " for c in text or answer.reason_phrase)
    return shown[:_LONGEST_MESSAGE]


def address_of(path: str) -> str:
    """Return the path of a file as a part of an address: everything but `/` may be part of a name."""
    return quote(path, safe="/")


@contextmanager
def netlify_api(address: str, token: str, errand: Errand) -> Iterator[NetlifyApi]:
    """Yield Netlify's interface at `address`. Raises Problem for an address that would carry the token in the open."""
    import httpx

    if not is_private_line(address):
        message = f"the token would go to `{address}` unencrypted"
        raise Problem(fault(codes.BAD_TARGET, errand.span, message, hint="use an https address"))
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "caresite"}
    timeout = httpx.Timeout(30.0, write=60.0)
    with httpx.Client(base_url=address.rstrip("/") + "/", headers=headers, timeout=timeout) as client:
        yield NetlifyApi(client, errand, token)
