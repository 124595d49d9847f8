"""Content security policy: what a page uses beyond what every page may (W3C CSP Level 3).

A script that runs WebAssembly says so with the attribute `data-wasm`: its HTML does not show it otherwise.
A link with `data-frame` leads to what a script may load into the page. `<meta name="framed-by">` names the sites that
may show the page in a frame.

Event handlers are allowed by their hashes, as scripts and `style` are: they come from the same templates and texts of
the owner's, never from customers, and a button that is dead says nothing of it. `'unsafe-hashes'` allows those very
handlers and no other code.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import unescape
from urllib.parse import urlsplit

__all__ = ["css_needs", "needs_of"]

_HOSTED = re.compile(
    r"<(img|image|input|button|source|video|audio|iframe|script|object|embed|track|form)\b"
    r"((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\s(src|srcset|action|formaction|poster|data|href|xlink:href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*>")
_MANIFEST = re.compile(r"\brel\s*=\s*[\"']?manifest\b")
_STYLESHEET = re.compile(r"\brel\s*=\s*[\"']?[^\"'>]*\bstylesheet\b")
_HREF = re.compile(r"\shref\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)")
_INLINE = re.compile(r"<(script|style)\b([^<>]*)>(.*?)(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[a-z][^>]*(?:>|\Z)", re.IGNORECASE)
_STYLED = re.compile(r"\sstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_STYLE = re.compile(r"style\s*=")
_WHOLE_TAG = re.compile(r"<[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_EVENT = re.compile(r"on[a-z]{3,24}\s*=")
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_SRCDOC = re.compile(r"\ssrcdoc\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_CSS_ADDRESS = re.compile(
    r"(?:(?P<import>@import)\s*(?:url\(\s*)?|url\(\s*)[\"']?(?P<url>(?:data:|(?:https?:)?//)[^\"')\s;]+)", re.IGNORECASE
)
_FRAMED = re.compile(r"(?<=\s)data-frame\s*=\s*\"(https://[^\"]+)\"")
_FRAMED_BY = re.compile(r"<meta name=\"framed-by\" content=\"([^\"]*)\">")
_LOCAL = (
    ("<video", re.compile(r"<video\b", re.IGNORECASE), "media-src", "'self'"),
    ("<audio", re.compile(r"<audio\b", re.IGNORECASE), "media-src", "'self'"),
    ("<script", re.compile(r"<script\b[^>]*\ssrc\s*=\s*[\"']?/(?!/)", re.IGNORECASE), "script-src", "'self'"),
    ("data-wasm", re.compile(r"<script\b[^>]*\sdata-wasm\b", re.IGNORECASE), "script-src", "'wasm-unsafe-eval'"),
    ("data:image/", re.compile(r"<img\b[^>]*\ssrc\s*=\s*[\"']?data:image/", re.IGNORECASE), "img-src", "data:"),
    ("<iframe", re.compile(r"<iframe\b", re.IGNORECASE), "frame-src", "'self'"),
    ("<object", re.compile(r"<object\b[^>]*\sdata\s*=", re.IGNORECASE), "object-src", "'self'"),
    ("<embed", re.compile(r"<embed\b[^>]*\ssrc\s*=", re.IGNORECASE), "object-src", "'self'"),
)
_HOSTING = (
    "<img",
    "<image",
    "<input",
    "<source",
    "<video",
    "<audio",
    "<iframe",
    "<object",
    "<embed",
    "<track",
    "<form",
    "formaction",
)
_SCRIPT = re.compile(r"<script\b[^>]*\ssrc\b")
_DIRECTIVES = {
    "img": "img-src",
    "image": "img-src",
    "input": "img-src",
    "source": "media-src",
    "video": "media-src",
    "audio": "media-src",
    "track": "media-src",
    "iframe": "frame-src",
    "object": "object-src",
    "embed": "object-src",
    "script": "script-src",
    "form": "form-action",
    "button": "form-action",
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
        linked = _HREF.search(link)
        if linked and _STYLESHEET.search(link):
            needs["style-src"].add(_origin(linked[1]))
        elif _MANIFEST.search(link):
            needs["manifest-src"].add(_origin(linked[1]) if linked else "'self'")
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
            _add(needs, css_needs(code))
        elif "src=" not in attributes.lower() and "json" not in attributes.lower() and code.strip():
            needs["script-src"].add(_hash(code))
    if _STYLE.search(low):
        for styled in filter(None, map(_STYLED.search, _TAG.findall(page))):
            css = unescape(styled[1] or styled[2] or "")
            needs["style-src"] |= {"'unsafe-hashes'", _hash(css)}
            _add(needs, css_needs(css))
    if any(low[found.start() - 1].isspace() for found in _EVENT.finditer(low)):  # and not `content=`
        hashes = set(map(_hash, _handlers(page)))
        needs["script-src"] |= {"'unsafe-hashes'", *hashes} if hashes else hashes
    if "srcdoc" in low:  # what stands in such a frame is under the policy of the page
        for framed in _SRCDOC.findall(page):
            _add(needs, needs_of(unescape("".join(framed))))
    if "object-src" in needs:  # browsers hold what stands in an object against both
        needs["frame-src"] |= needs["object-src"]
    return {directive: tuple(sorted(sources)) for directive, sources in sorted(needs.items()) if sources}


def css_needs(css: str) -> Mapping[str, tuple[str, ...]]:
    """Return, per directive, the sources that a stylesheet needs: other hosts, and pictures and fonts that it holds."""
    needs: dict[str, set[str]] = defaultdict(set)
    for found in _CSS_ADDRESS.finditer(css) if "data:" in css or "//" in css else ():
        in_font = css.rfind("@font-face", 0, found.start()) > css.rfind("}", 0, found.start())
        directive = "style-src" if found["import"] else "font-src" if in_font else "img-src"
        needs[directive].add("data:" if found["url"][:5].lower() == "data:" else _origin(found["url"]))
    return {directive: tuple(sorted(sources)) for directive, sources in needs.items()}


def _add(needs: dict[str, set[str]], more: Mapping[str, tuple[str, ...]]) -> None:
    for directive, sources in more.items():
        needs[directive] |= set(sources)


def _handlers(page: str) -> Iterable[str]:
    """Yield the code of the event handlers in tags; what looks like one inside of a script is none."""
    for tag in _WHOLE_TAG.findall(_INLINE.sub("", page)):
        for name, *value in _ATTRIBUTE.findall(tag) if "on" in tag.lower() else ():
            if name[:2].lower() == "on" and (code := unescape("".join(value))).strip():
                yield code


def _directive(tag: str, attribute: str) -> str:
    if attribute == "formaction":
        return "form-action"
    return "img-src" if attribute in ("poster", "srcset") else _DIRECTIVES[tag]


def _hosts(value: str, attribute: str) -> Iterable[str]:
    urls = (part.split() for part in value.split(",")) if attribute == "srcset" else (value.split()[:1],)
    return (_origin(parts[0]) for parts in urls if parts and _HOST.match(parts[0]))


def _origin(url: str) -> str:
    parts = urlsplit(url if not url.startswith("//") else "https:" + url)
    return f"{parts.scheme}://{parts.netloc}"


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
