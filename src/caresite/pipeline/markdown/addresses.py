"""Addresses in texts: which of them are the site's own, and what their author meant by them."""

from __future__ import annotations

import re

__all__ = ["is_external", "target_of", "without_breaks"]

_EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_BREAKS = re.compile(r"[\t\n\r]")
_PATH = re.compile(r"[^?#]*")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")

# Decoded, these would change where a path ends or how it is split (RFC 3986, 2.2), or could not be seen.
_KEEP_ENCODED = frozenset(b"/?#%") | frozenset(range(0x20)) | {0x7F}


def is_external(url: str) -> bool:
    """Tell whether `url` names a host or has a scheme, and so is not a place on this site."""
    return _EXTERNAL.match(url) is not None


def without_breaks(url: str) -> str:
    """Return `url` without the tabs and line breaks that browsers ignore, lest they hide a scheme."""
    if "\t" in url or "\n" in url or "\r" in url:
        url = _BREAKS.sub("", url)
    return url.strip()


def target_of(url: str) -> str:
    """Return an address on the site as its author thinks of it: the path decoded, query and fragment as they are.

    `my%20photo.jpg` is `my photo.jpg`. What would change the path's meaning stays encoded: `%2F`, `%3F`, `%23`,
    `%25`, control characters, and bytes that are not UTF-8.
    """
    if "%" not in url:
        return url
    return _PATH.sub(lambda path: _ENCODED.sub(_decoded, path[0]), url, count=1)


def _decoded(match: re.Match[str]) -> str:
    data = bytes.fromhex(match[0].replace("%", ""))
    try:
        data.decode()
    except UnicodeDecodeError:
        return match[0]
    kept = b"".join(b"%%%02X" % byte if byte in _KEEP_ENCODED else bytes((byte,)) for byte in data)
    return kept.decode()
