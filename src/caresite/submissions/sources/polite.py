"""HTTP with manners: waits when it is asked to, tries again when a line breaks, and gives up in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from caresite.core.codes_stories import BAD_SOURCE, NOT_ALLOWED, UNREACHABLE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.intake import IncomingSource
from caresite.core.outgoing import is_private_line
from caresite.core.patience import ATTEMPTS, LONGEST_WAIT_S, asked_wait, pause_after
from caresite.submissions.sources.registry import Errand

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "Service", "secret_of", "service"]

_MAX_BYTES = 64 * 1024 * 1024


class Answer(NamedTuple):
    """What a service answered. `is_last` is None when it does not say whether another page follows."""

    data: bytes
    is_last: bool | None


class Service:
    """One service, asked with one key."""

    def __init__(self, client: httpx.Client, errand: Errand) -> None:
        self._client = client
        self._errand = errand

    def get(self, path: str, **params: str | int) -> Answer:
        """Return the answer for `path` below the service's address.

        Waits as long as `Retry-After` asks for (RFC 9110, 10.2.3), within reason. Raises Problem when the service
        does not let us in, knows no such thing, or cannot be reached after several attempts.
        """
        import httpx

        why = ""
        for attempt in range(ATTEMPTS):
            wait = pause_after(attempt)
            try:
                status, headers, data = self._ask(path, params)
            except httpx.TimeoutException:
                why = "it did not answer in time"
            except httpx.HTTPError as error:
                why = f"the connection failed ({type(error).__name__})"
            else:
                if status == 200:
                    return Answer(data, _is_last(headers))
                self._give_up(status, path)
                why = "it asked us to wait" if status == 429 else f"it answered with the error {status}"
                wait = asked_wait(headers) if status in (429, 503) else wait
                if wait > LONGEST_WAIT_S:
                    why = f"it asked us to come back in {wait:.0f} seconds"
                    break
            if attempt + 1 < ATTEMPTS:
                self._errand.sleep(wait)
        raise self._failed(why)

    def _ask(self, path: str, params: Mapping[str, str | int]) -> tuple[int, Mapping[str, str], bytes]:
        with self._client.stream("GET", path, params=dict(params)) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                size += len(part)
                if size > _MAX_BYTES:
                    raise self._failed(f"its answer has more than {_MAX_BYTES // 1_048_576} MB")
                parts.append(part)
            return response.status_code, response.headers, b"".join(parts)

    def _give_up(self, status: int, path: str) -> None:
        """Raise Problem for an answer that will be the same however often one asks."""
        span = Span(f"sources.{self._errand.name}")
        if status in (401, 403):
            message = f"`{self._errand.name}` did not let us in: the token or key is missing, wrong or expired"
            raise Problem(fault(NOT_ALLOWED, span, message))
        if 300 <= status < 500 and status not in (408, 425, 429):
            message = f"`{self._errand.name}` knows nothing at {path} (it answered {status})"
            raise Problem(fault(BAD_SOURCE, span, message, hint="check the ids of site and form"))

    def _failed(self, why: str) -> Problem:
        return Problem(fault(UNREACHABLE, Span(f"sources.{self._errand.name}"), f"`{self._errand.name}`: {why}"))


@contextmanager
def service(
    source: IncomingSource,
    errand: Errand,
    *,
    usual: str,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> Iterator[Service]:
    """Open the service at `source.api`, else at the `usual` address; a key is sent over TLS, or to this computer."""
    import httpx

    from caresite import __version__

    address = (source.api or usual).rstrip("/") + "/"
    if not is_private_line(address):
        message = f"`api: {source.api}` is not encrypted; a key is only sent to an https address"
        raise Problem(fault(BAD_SOURCE, Span(f"sources.{errand.name}"), message))
    timeout = httpx.Timeout(source.timeout_seconds)
    about = {"User-Agent": f"caresite/{__version__}", "Accept": "application/json", **(headers or {})}
    with httpx.Client(base_url=address, headers=about, auth=auth, timeout=timeout, follow_redirects=False) as client:
        yield Service(client, errand)


def secret_of(source: IncomingSource, errand: Errand, usual: str) -> str:
    """Return the token from the environment. Raises Problem, which names the variable, when it is not set."""
    name = source.token_env or usual
    if value := errand.environ.get(name, "").strip():
        return value
    message = f"`{errand.name}` needs a token, and the environment variable {name} is not set"
    raise Problem(fault(NOT_ALLOWED, Span(f"sources.{errand.name}"), message))


def _is_last(headers: Mapping[str, str]) -> bool | None:
    """Tell whether no page follows, by the `Link` header (RFC 8288); without one nobody knows."""
    links = headers.get("Link", "")
    return None if not links else not re.search(r'rel="?next"?', links)
