"""Verify: a few pages are fetched from the live address, and compared with what was sent."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urljoin

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.urls import encode_file
from caresite.deploy.faults import reason_of
from caresite.deploy.plan import Plan, turn
from caresite.deploy.target import File

if TYPE_CHECKING:
    import httpx

__all__ = ["Sample", "sampled", "verified"]

T = TypeVar("T")

_PAGES = 5
_GONE = 3
_TIMEOUT_S = 15.0
_PAUSES_S = (1.0, 2.0, 4.0)
_LONG_PAUSE_S = 10.0
_UNREACHED = "cannot be reached"


class Sample(NamedTuple):
    """One address, and the file that visitors should get there; None when they should get nothing."""

    url: str
    path: str
    file: File | None


def sampled(plan: Plan, base_url: str) -> tuple[Sample, ...]:
    """Return the home page, some pages that were sent, an asset, and some addresses that should be gone."""
    changed = [file for file in (*plan.change, *plan.add) if file.path.rpartition("/")[2] != "404.html"]
    pages = [file for file in changed if file.path.endswith(".html")]
    assets = [file for file in changed if turn(file.path) == 1]
    home = [plan.wanted.files[path] for path in ("index.html",) if path in plan.wanted.files]
    chosen = dict.fromkeys([*home, *_spread(pages, _PAGES), *assets[:1]])
    gone = [path for path in plan.delete if path.endswith(".html")]
    there = [Sample(_url(base_url, file.path), file.path, file) for file in chosen]
    return (*there, *(Sample(_url(base_url, path), path, None) for path in _spread(gone, _GONE)))


def _spread(items: Sequence[T], count: int) -> Sequence[T]:
    """Return at most `count` of `items`, from the beginning to the end of them."""
    step = max(1, -(-len(items) // count))
    return items[::step]


def _url(base_url: str, path: str) -> str:
    folder, _, name = path.rpartition("/")
    address = f"{folder}/" if folder else ""
    return urljoin(base_url.rstrip("/") + "/", encode_file(address + ("" if name == "index.html" else name)))


def verified(
    samples: Iterable[Sample], *, patience_s: float, sleep: Callable[[float], None] = time.sleep
) -> tuple[Diagnostic, ...]:
    """Return what is wrong at the live addresses; hosts that take their time are asked again for `patience_s`."""
    import httpx

    from caresite import __version__

    about = {"User-Agent": f"caresite/{__version__}", "Cache-Control": "no-cache"}
    waiting, waited, found = list(samples), 0.0, dict[Sample, str]()
    with httpx.Client(headers=about, timeout=_TIMEOUT_S, follow_redirects=True) as client:
        for attempt in range(1000):
            found = {sample: why for sample in waiting if (why := _wrong(client, sample))}
            waiting = list(found)
            pause = _PAUSES_S[attempt] if attempt < len(_PAUSES_S) else _LONG_PAUSE_S
            if not waiting or waited + pause > max(patience_s, sum(_PAUSES_S)):
                break
            sleep(pause)
            waited += pause
    return _told(found)


def _told(found: Mapping[Sample, str]) -> tuple[Diagnostic, ...]:
    """Return what is wrong, each once; when nobody could look at all, that is one fault and not the site's."""
    if len(set(found.values())) == 1 and (why := next(iter(found.values()))).startswith(_UNREACHED):
        first = next(iter(found))
        hint = "what was sent is at the host. Check your connection and the address: a new one takes a while"
        return (fault(codes.NOT_LIVE, Span(first.path), f"{first.url} {why}", hint=hint),)
    return tuple(fault(codes.NOT_LIVE, Span(sample.path), f"{sample.url} {why}") for sample, why in found.items())


def _wrong(client: httpx.Client, sample: Sample) -> str:
    """Return what is wrong at an address, in words that follow it; empty when it is right."""
    import httpx

    try:
        with client.stream("GET", sample.url) as response:
            status, digest = response.status_code, hashlib.blake2b()
            for part in response.iter_bytes():
                digest.update(part)
    except httpx.TimeoutException:
        return f"{_UNREACHED}: it did not answer in time"
    except httpx.HTTPError as error:
        return f"{_UNREACHED}: {reason_of(error)}"
    if sample.file is None:
        return "" if status in (404, 410) else f"still answers ({status}), and the page was deleted"
    if status != 200:
        return f"answers {status}, and the page was sent"
    same = digest.digest() == hashlib.blake2b(sample.file.source.read_bytes()).digest()
    return "" if same else "does not have the page that was sent"
