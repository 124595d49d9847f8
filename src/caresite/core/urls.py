"""Addresses: slugs, permalinks that every host can serve, and the files behind them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from slugify import slugify

__all__ = [
    "check_address",
    "collision_key",
    "encode_path",
    "is_external",
    "is_safe",
    "join_site",
    "output_path",
    "slug_of",
    "stays_inside",
]

_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|#%\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_SAFE_SCHEMES = frozenset(("http", "https", "mailto", "tel", "sms"))
_BREAKS = re.compile(r"[\t\n\r]")
_CONTROLS = "".join(map(chr, range(0x21)))
_MAX_SEGMENT_BYTES = 200
_MAX_ADDRESS_BYTES = 1000


@lru_cache(maxsize=65536)
def slug_of(text: str) -> str:
    """Return `text` as the last part of an address: ASCII letters, digits and hyphens, at most 120 of them.

    The same words give the same slug in any Unicode normal form; a text without any letter gives its code points.
    A device name of Windows, which cannot name a folder there, gets an `-x`.
    """
    normal = unicodedata.normalize("NFC", text)
    slug = str(slugify(normal, max_length=120, word_boundary=True, save_order=True))
    slug = slug or "-".join(f"{ord(c):x}" for c in normal.strip()[:12])
    return f"{slug}-x" if slug in _RESERVED else slug


def check_address(address: str) -> str:
    """Return `address` as a clean path: a leading `/`, and a trailing `/` unless it names a file.

    Raises ValueError, whose text is for people, for an address that leaves the site or that some host or file
    system cannot hold: dot segments (also percent-encoded), backslashes, control and bidi characters, device
    names of Windows, parts over 200 bytes, more than 1,000 bytes in all.
    """
    text = unicodedata.normalize("NFC", address.strip())
    if _EXTERNAL.match(text) or text.startswith("\\"):
        raise ValueError("it must be a path on this site, such as `/about/`")
    for _ in range(3):
        text = unquote(text)
    segments = [s for s in text.split("/") if s]
    for segment in segments:
        _check_segment(segment)
    joined = "/" + "/".join(segments)
    if len(joined.encode()) > _MAX_ADDRESS_BYTES:
        raise ValueError(f"it is longer than {_MAX_ADDRESS_BYTES:,} bytes")
    return joined if not segments or ("." in segments[-1] and not text.endswith("/")) else joined + "/"


def _check_segment(segment: str) -> None:
    if segment.strip(". ") == "":
        raise ValueError("it would lead out of its folder")
    if found := _FORBIDDEN.search(segment):
        raise ValueError(f"it holds the character {found.group()!a}, which addresses cannot have")
    if segment[-1] in ". " or segment[0] == " ":
        raise ValueError(f"the part “{segment}” begins or ends with a dot or a space")
    if segment.split(".")[0].lower() in _RESERVED:
        raise ValueError(f"“{segment}” is a device name on Windows")
    if len(segment.encode()) > _MAX_SEGMENT_BYTES:
        raise ValueError(f"a part of it is longer than {_MAX_SEGMENT_BYTES} bytes")


def stays_inside(path: str) -> bool:
    """Tell whether an output path names a file below the output folder, and nothing else, on every system."""
    return "\\" not in path and ":" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def output_path(address: str) -> str:
    """Return the file behind an address, which may be percent-encoded: `/my%20blog/` is `my blog/index.html`."""
    path = unquote(address).lstrip("/")
    return path + "index.html" if not path or path.endswith("/") else path


def encode_path(path: str) -> str:
    """Return `path` percent-encoded for a URL (RFC 3986), leaving `/` and what is encoded already."""
    return quote(path, safe="/%:@!$&'()*+,;=-._~")


def collision_key(path: str) -> str:
    """Return what two output paths share when a file system that ignores case or normal form mixes them up."""
    return unicodedata.normalize("NFC", path).casefold()


def is_external(target: str) -> bool:
    """Tell whether `target` leaves this site: it has a scheme, or a host of its own."""
    return bool(_EXTERNAL.match(target))


def is_safe(target: str) -> bool:
    """Tell whether `target` opens a page, a mail or a call: nothing that runs code or reaches a visitor's files.

    Browsers ignore line breaks inside an address and control characters around it (WHATWG URL, 4.4), so we do too.
    """
    text = _BREAKS.sub("", target).strip(_CONTROLS)
    try:
        urlsplit(text)
    except ValueError:
        return False
    start = _EXTERNAL.match(text)
    return start is None or start[0] == "//" or start[0][:-1].lower() in _SAFE_SCHEMES


def join_site(base_url: str, path: str) -> str:
    """Return the absolute URL of a root-relative `path` that already includes the site's sub-path."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}{encode_path(path)}"
