"""Pictures of an entry: those that came with it are drawn anew, those that came as links fetched, if they may be."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from caresite.core.codes_stories import REFUSED_ATTACHMENT
from caresite.core.diagnostics import Diagnostic, fault
from caresite.core.intake import IncomingSource
from caresite.submissions.entries import Entry, RawFile
from caresite.submissions.fold import clean_line
from caresite.submissions.pictures import MAX_BYTES, Picture, RefusedPicture, redraw
from caresite.submissions.records import Media

__all__ = ["Drawn", "fetch_picture", "pictures_of"]

_USUAL_HOSTS = {
    "netlify": ("d33wubrfki0l68.cloudfront.net", "api.netlify.com"),
    "formspree": ("formspree.io",),
    "tally": ("storage.tally.so",),
    "typeform": ("api.typeform.com",),
}
_MOST = 6


class Drawn(NamedTuple):
    """The pictures of an entry as they are kept: the records, the files as `(path, bytes)`, and what was refused."""

    media: tuple[Media, ...]
    files: tuple[tuple[str, bytes], ...]
    diagnostics: tuple[Diagnostic, ...]


def pictures_of(entry: Entry, source: IncomingSource, *, fetch: bool = True) -> Drawn:
    """Return the pictures of `entry`, drawn anew. One that is refused is told, and the entry is kept without it."""
    media: list[Media] = []
    files: list[tuple[str, bytes]] = []
    told: list[Diagnostic] = []
    arrived = [*((Media(from_=file.way), file) for file in entry.files), *((m, None) for m in entry.submission.media)]
    for number, (record, file) in enumerate(arrived[:_MOST], start=1):
        what = clean_line(file.name if file else record.url, 120) or "a file without a name"
        try:
            if file is None and not fetch:
                media.append(record)
                continue
            picture = _drawn(file, record, source, entry.submission.source)
        except RefusedPicture as refused:
            told.append(fault(REFUSED_ATTACHMENT, entry.span, f"“{what}” was not kept: {refused}"))
            media.extend([record] if record.url else [])
            continue
        path = f"attachments/{entry.submission.id}-{number}{picture.suffix}"
        files.append((path, picture.data))
        media.append(_kept(record, path, picture))
    return Drawn(tuple(media), tuple(files), tuple(told))


def _drawn(file: RawFile | None, record: Media, source: IncomingSource, kind: str) -> Picture:
    if file is not None:
        return redraw(file.data, file.name, file.type)
    allowed = (*source.media_hosts, *_USUAL_HOSTS.get(kind, ()))
    return redraw(fetch_picture(record.url, allowed, source.timeout_seconds), urlsplit(record.url).path)


def _kept(record: Media, path: str, picture: Picture) -> Media:
    return replace(
        record,
        path=path,
        sha256=picture.sha256,
        bytes=len(picture.data),
        width_px=picture.width_px,
        height_px=picture.height_px,
    )


def fetch_picture(url: str, allowed: Iterable[str], timeout_seconds: float) -> bytes:
    """Return the bytes at `url`. Raises RefusedPicture unless its host is allowed and lies on the public internet.

    Only https is spoken, no redirect is followed, and no more is read than a picture may have. A host that the
    config names as a number or as this computer is taken at its word.
    """
    import httpx

    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    named = parts.netloc.rpartition("@")[2].lower()
    if host not in allowed and named not in allowed:
        raise RefusedPicture(f"it lies on {host or 'no host'}, which is not in `media_hosts`")
    is_own = named in allowed and _is_number(host)
    if not is_own and (parts.scheme != "https" or not _is_public(host)):
        raise RefusedPicture("it does not lie on a public https address")
    try:
        with httpx.stream("GET", url, timeout=timeout_seconds, follow_redirects=False) as response:
            if response.status_code != 200:
                raise RefusedPicture(f"its host answered {response.status_code}")
            data = b""
            for part in response.iter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise RefusedPicture(f"it has more than {MAX_BYTES // 1_048_576} MB")
            return data
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RefusedPicture(f"it could not be fetched ({type(error).__name__})") from None


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    """Tell whether every address of a host is one of the public internet, so that nobody points us into a house."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address.partition("%")[0]).is_global for address in found)
