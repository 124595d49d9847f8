"""Content security policy: what a page uses beyond what every page may (W3C CSP Level 3).

A script that runs WebAssembly says so with the attribute `data-wasm`: its HTML does not show it otherwise.
A link with `data-frame` leads to what a script may load into the page. `<meta name="framed-by">` names the sites that
may show the page in a frame.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import unescape
from urllib.parse import urlsplit

__all__ = ["needs_of"]

_HOSTED = re.compile(
    r"<(img|source|video|audio|iframe|script|embed|track|form)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE
)
_ADDRESS = re.compile(r"\s(src|srcset|action|poster)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_HOST = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*>")
_STYLESHEET = re.compile(r"\brel\s*=\s*[\"']?[^\"'>]*\bstylesheet\b")
_HREF = re.compile(r"\shref\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)")
_INLINE = re.compile(r"<(script|style)\b([^<>]*)>(.*?)(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[a-z][^>]*(?:>|\Z)", re.IGNORECASE)
_STYLED = re.compile(r"\sstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_STYLE = re.compile(r"style\s*=")
_FRAMED = re.compile(r"(?<=\s)data-frame\s*=\s*\"(https://[^\"]+)\"")
_FRAMED_BY = re.compile(r"<meta name=\"framed-by\" content=\"([^\"]*)\">")
_LOCAL = (
    ("<video", re.compile(r"<video\b", re.IGNORECASE), "media-src", "'self'"),
    ("<audio", re.compile(r"<audio\b", re.IGNORECASE), "media-src", "'self'"),
    ("<script", re.compile(r"<script\b[^>]*\ssrc\s*=\s*[\"']?/(?!/)", re.IGNORECASE), "script-src", "'self'"),
    ("data-wasm", re.compile(r"<script\b[^>]*\sdata-wasm\b", re.IGNORECASE), "script-src", "'wasm-unsafe-eval'"),
    ("data:image/", re.compile(r"<img\b[^>]*\ssrc\s*=\s*[\"']?data:image/", re.IGNORECASE), "img-src", "data:"),
    ("<iframe", re.compile(r"<iframe\b", re.IGNORECASE), "frame-src", "'self'"),
)
_HOSTING = ("<img", "<source", "<video", "<audio", "<iframe", "<embed", "<track", "<form")
_SCRIPT = re.compile(r"<script\b[^>]*\ssrc\b")
_DIRECTIVES = {
    "img": "img-src",
    "source": "media-src",
    "video": "media-src",
    "audio": "media-src",
    "track": "media-src",
    "iframe": "frame-src",
    "embed": "frame-src",
    "script": "script-src",
    "form": "form-action",
}


def needs_of(page: str) -> Mapping[str, tuple[str, ...]]:
    """Return, per directive, the sources that the HTML of a page needs: hosts, and hashes of inline code."""
    needs: dict[str, set[str]] = defaultdict(set)
    low = page.lower()  # a plain search says fast that a page has none of a tag, as most pages have of most
    if any(tag in low for tag in _HOSTING) or _SCRIPT.search(low):
        for tag, attributes in _HOSTED.findall(page):
            for name, *values in _ADDRESS.findall(attributes):
                needs[_directive(tag.lower(), name.lower())] |= set(_hosts(unescape("".join(values)), name.lower()))
    for link in _LINK.findall(low):
        if (linked := _HREF.search(link)) and _STYLESHEET.search(link):
            needs["style-src"].add(_origin(linked[1]))
    if framed := _FRAMED_BY.search(page):
        needs["frame-ancestors"] |= set(unescape(framed[1]).split())
    if "data-frame" in low:
        needs["frame-src"] |= {
            _origin(unescape(found[1])) for tag in _TAG.findall(page) if (found := _FRAMED.search(tag))
        }
    for mark, pattern, directive, source in _LOCAL:
        if mark in low and pattern.search(page):
            needs[directive].add(source)
    for tag, attributes, code in _INLINE.findall(page) if "<script" in low or "<style" in low else ():
        if tag.lower() == "style":
            needs["style-src"].add(_hash(code))
        elif "src=" not in attributes.lower() and "json" not in attributes.lower() and code.strip():
            needs["script-src"].add(_hash(code))
    if _STYLE.search(low):
        for styled in filter(None, map(_STYLED.search, _TAG.findall(page))):
            needs["style-src"] |= {"'unsafe-hashes'", _hash(unescape(styled[1] or styled[2] or ""))}
    return {directive: tuple(sorted(sources)) for directive, sources in sorted(needs.items()) if sources}


def _directive(tag: str, attribute: str) -> str:
    return "img-src" if attribute in ("poster", "srcset") else _DIRECTIVES[tag]


def _hosts(value: str, attribute: str) -> Iterable[str]:
    urls = (part.split() for part in value.split(",")) if attribute == "srcset" else (value.split()[:1],)
    return (_origin(parts[0]) for parts in urls if parts and _HOST.match(parts[0]))


def _origin(url: str) -> str:
    parts = urlsplit(url if not url.startswith("//") else "https:" + url)
    return f"{parts.scheme}://{parts.netloc}"


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
