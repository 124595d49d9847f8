"""Addresses: slugs, permalinks that every host can serve, and the files behind them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from slugify import slugify

__all__ = [
    "NOT_FOUND_PAGE",
    "Address",
    "canonical_address",
    "canonical_base_url",
    "check_address",
    "check_old_address",
    "check_path",
    "collision_key",
    "decoded_path",
    "encode_file",
    "encode_path",
    "is_external",
    "is_safe",
    "join_site",
    "output_path",
    "slug_of",
    "split_address",
    "stays_inside",
]

NOT_FOUND_PAGE = "404.html"  # the output that hosts answer with where there is nothing

_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|#%\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_SAFE_SCHEMES = frozenset(("http", "https", "mailto", "tel", "sms"))
_OF_HOSTS = {  # what a page at the top of a site would take the place of
    "_headers": "is the file in which hosts look for headers",
    "_redirects": "is the file in which hosts look for redirects",
    "_routes.json": "is a file of Cloudflare Pages",
    "_worker.js": "is a file of Cloudflare Pages",
    "_middleware.js": "is a file of Cloudflare Pages",
    "_publish.yml": "is the config of a host",
    "firebase.json": "is the config of Firebase",
    "netlify.toml": "is the config of Netlify",
    "staticwebapp.config.json": "is the config of Azure",
    "vercel.json": "is the config of Vercel",
    "wrangler.jsonc": "is the config of Cloudflare",
    "wrangler.toml": "is the config of Cloudflare",
    "web.config": "is the config of IIS",
    "_caresite": "is where the preview has its own pages",
}
_BREAKS = re.compile(r"[\t\n\r]")
_CONTROLS = "".join(map(chr, range(0x21)))
_ADDRESS = re.compile(r"((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?://[^/?#]*)?)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_DIVIDING = re.compile(r"%(2f|5c)", re.IGNORECASE)
_ENCODED_MARKS = re.compile("%(?:23|25|3f)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_IN_PATH = "/:@!$&'()*+,;=-._~"  # what a path may hold as it is (RFC 3986, 3.3)
_IN_QUERY = _IN_PATH + "?%"
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
    system cannot hold (see `check_path`), and for one where hosts look for a file of theirs, such as `_headers`, or
    show nothing: names that begin with a dot, except below `/.well-known/`.
    """
    path = check_path(address)
    parts = path.strip("/").split("/")
    if use := _OF_HOSTS.get(parts[0].casefold()):
        raise ValueError(f"`{parts[0].casefold()}` {use}")
    shown = parts[1:] if path.startswith("/.well-known/") else parts
    if hidden := next((part for part in shown if part.startswith(".")), ""):
        raise ValueError(f"`{hidden}` begins with a dot, as files do that hosts keep to themselves")
    return path


def check_path(address: str) -> str:
    """Return `address` as `check_address` does, also where hosts look for a file of theirs.

    Raises ValueError, whose text is for people, for dot segments (also percent-encoded), backslashes, control and bidi
    characters, device names of Windows, parts over 200 bytes, more than 1,000 bytes in all.
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


def check_old_address(address: str, *, has_page: bool = True) -> str:
    """Return the path of an address that only leads on, encoded; raises ValueError as `check_address` does.

    Where it never gets a page of its own, as `check_path` does.

    Other systems made addresses of any words, so it may hold an encoded `#`, `%` or `?`: no file need have that name.
    """
    checked = (check_address if has_page else check_path)(_ENCODED_MARKS.sub("-", address))
    if any(part and not part.strip(". ") for part in re.split(r"[/\\]", unquote(unquote(unquote(address))))):
        raise ValueError("it would lead out of its folder")
    path = "/".join(part for part in address.strip().split("/") if part)
    return canonical_address(f"/{path}" + ("/" if path and checked.endswith("/") else ""))


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


class Address(NamedTuple):
    """The parts of an address, still encoded: `https://host`, `/path`, `?query`, `#fragment`; together they are it."""

    host: str
    path: str
    query: str
    fragment: str


def split_address(address: str) -> Address:
    """Return the parts of an address. What is encoded in it never divides it, so this comes first (RFC 3986, 2.4)."""
    match = _ADDRESS.fullmatch(address)
    assert match is not None  # every part may be empty
    return Address(match[1], match[2], match[3] or "", match[4] or "")


def decoded_path(path: str) -> str:
    """Return the path of an address without its percent-encoding, in NFC.

    An encoded slash divides nothing and no file has one in its name, so it stays encoded.
    """
    if "%" not in path:
        return unicodedata.normalize("NFC", path)
    return unicodedata.normalize("NFC", unquote(_DIVIDING.sub(r"%25\1", path)))


def encode_file(path: str) -> str:
    """Return the path of a file as it stands in an address: `100%/C#.pdf` is `100%25/C%23.pdf`."""
    return quote(path, safe=_IN_PATH)


def canonical_address(address: str) -> str:
    """Return an address in the one form that we write: each part encoded as far as it must be (RFC 3986, 6.2.2)."""
    host, path, query, fragment = split_address(address)
    if "%" in path:
        parts = re.split("(%2f|%5c)", path, flags=re.IGNORECASE)
        path = "".join(part.upper() if n % 2 else encode_file(decoded_path(part)) for n, part in enumerate(parts))
    else:
        path = encode_file(path)
    return host + path + quote(query, safe=_IN_QUERY) + fragment[:1] + quote(fragment[1:], safe=_IN_QUERY)


def canonical_base_url(base_url: str) -> str:
    """Return the address of a site in the one form that we write, with a last slash.

    Host and scheme are in small letters, without the port that the scheme has anyway. Raises ValueError, whose text is
    for people, when it is not an address at which a site can be.
    """
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("it must look like `https://www.example.org/`")
    if re.search(r"[\x00-\x1f<>\"\\]", base_url) or " " in parts.netloc:
        raise ValueError("it holds a character that addresses cannot have")
    if found := _DIVIDING.search(parts.path):
        raise ValueError(f"its path holds `{found[0]}`, which servers take for a slash or refuse")
    folders = [decoded_path(part) for part in parts.path.split("/") if part]
    if any(part in (".", "..") for part in folders):
        raise ValueError("its path leads out of its folder")
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}/" + "".join(f"{encode_file(part)}/" for part in folders)


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
