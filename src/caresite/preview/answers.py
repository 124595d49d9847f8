"""Answers over HTTP: types, entity tags, ranges (RFC 9110), and the headers of the host's rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from caresite.core.host_rules import Headers
from caresite.core.media_types import type_of
from caresite.core.numbers import capped_number
from caresite.preview.policy import widened
from caresite.preview.tree import Answer, Entry, stamp_of

__all__ = ["FRESH", "respond", "with_tag"]

FRESH = "no-cache"  # keep it, but ask each time whether it is still right
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_ADDRESS_CHARACTERS = "%/:?#[]@!$&'()*+,;=-._~"  # RFC 3986, 2.2 and 2.3; the rest is percent-encoded
_LASTING = re.compile(r"\.[0-9a-f]{10}\.[A-Za-z0-9]+$")
_NOT_HERE = frozenset(("strict-transport-security", "content-length", "content-type", "transfer-encoding", "etag"))

Change = Callable[[bytes], bytes]


def respond(request: Request, answer: Answer, *, place: str = "", change: Change | None = None) -> Response:
    """Return `answer` as a response to `request`.

    `place` is the address of the preview's own files, which the pages' policy comes to allow; without it the headers
    are the host's as they are. `change` makes of the bytes of a page what is sent.
    """
    if answer.location:
        return _leading_on(request, answer)
    if answer.proxied:
        return PlainTextResponse(
            f"On the host, this address is answered by {answer.proxied}\nThe preview asks no other host.\n", 501
        )
    entry = answer.entry
    if entry is None:
        return PlainTextResponse("There is nothing at this address.\n", answer.status)
    try:
        response = _made(request, entry, answer.status, change)
    except OSError:
        return PlainTextResponse("The file cannot be read.\n", 404)
    _add(response.headers, answer.headers, place, lasting=_is_lasting(entry))
    return response


def _leading_on(request: Request, answer: Answer) -> Response:
    location, query = answer.location, request.scope["query_string"].decode("latin-1")
    if query and "?" not in location:
        path, mark, fragment = location.partition("#")
        location = f"{path}?{query}{mark}{fragment}"
    location = quote(location, safe=_ADDRESS_CHARACTERS)
    return Response(status_code=answer.status, headers={"location": location, "cache-control": FRESH})


def _made(request: Request, entry: Entry, status: int, change: Change | None) -> Response:
    if entry.output is not None or (change and entry.is_page):
        data = entry.read()
        return with_tag(request, change(data) if change and entry.is_page else data, type_of(entry.path), status)
    assert entry.file is not None
    now = entry.file.stat()
    tag = f'"{stamp_of(now)}"'
    if status == 200 and _is_known(request, tag):
        return Response(status_code=304, headers={"etag": tag})
    headers = {"etag": tag, "content-type": type_of(entry.path)}
    return FileResponse(entry.file, status, headers, stat_result=now)


def with_tag(request: Request, data: bytes, media_type: str, status: int = 200) -> Response:
    """Return `data`, the range of it that is asked for, or the word that it is known already."""
    tag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
    headers = {"etag": tag, "content-type": media_type, "cache-control": FRESH}
    if status != 200:
        return Response(data, status, headers)
    if _is_known(request, tag):
        return Response(status_code=304, headers={"etag": tag, "cache-control": FRESH})
    headers["accept-ranges"] = "bytes"
    asked = request.headers.get("range", "") if request.headers.get("if-range", tag) == tag else ""
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if not match or match.groups() == ("", ""):
        return Response(data, 200, headers)
    first, end = _window(match, len(data))
    if first >= end:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(data)}", "etag": tag})
    headers["content-range"] = f"bytes {first}-{end - 1}/{len(data)}"
    return Response(data[first:end], 206, headers)


def _window(match: re.Match[str], size: int) -> tuple[int, int]:
    """Return where a range begins and ends; nothing lies in one that cannot be satisfied."""
    first, last = match.groups()
    if not first:
        return max(0, size - capped_number(last)), size
    return capped_number(first), min(size, capped_number(last) + 1) if last else size


def _is_known(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return known == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(","))


def _is_lasting(entry: Entry) -> bool:
    """Tell whether the name changes with the content, so that browsers may keep the file."""
    made = entry.output is not None and entry.output.kind == "asset"
    return made and _LASTING.search(entry.path) is not None


def _sendable(value: str) -> str:
    """Return a value as it goes into a header (RFC 9110, 5.5): what is not Latin-1 as the bytes of its UTF-8."""
    if any(ord(c) < 32 or ord(c) == 127 for c in value.replace("\t", " ")):
        return ""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("latin-1")
    return value


def _add(headers: MutableHeaders, values: Headers, place: str, *, lasting: bool) -> None:
    """Send what the host's rules say. With `place`, browsers keep only what lasts: a preview never shows the old."""
    for name, value in values:
        lower = name.lower()
        if not (value := _sendable(value)):
            continue
        if lower in _NOT_HERE or (lower == "cache-control" and place and not lasting):
            continue
        if lower == "cache-control":
            headers[name] = value
        elif lower.startswith("content-security-policy") and place:
            headers.append(name, widened(value, place))
        else:
            headers.append(name, value)
    headers.setdefault("cache-control", FRESH)
    headers.setdefault("x-content-type-options", "nosniff")
