"""Loads: which other hosts a finished page asks, and whether everything that runs in it is known.

What a page says about cookies and trackers follows from this, and from nothing else. It is judged on the finished HTML,
so that raw HTML, partials in the head and what plugins add count like the theme's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from html import unescape
from urllib.parse import urlsplit

from msgspec import Struct

from caresite.core.config import Settings
from caresite.core.urls import decoded_path
from caresite.pipeline.assets import Asset
from caresite.pipeline.themes import bundled_themes

__all__ = ["Loads", "foreign_hosts", "loads_of", "may_load_more"]

_ALWAYS = "script|link|iframe|frame|object|embed|base|form"
_SOMETIMES = "img|source|video|audio|track|input|button|body|table|td|th|image|use|feimage|a"
_ATTRIBUTES = r"\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>"
_TAG = re.compile(rf"<({_ALWAYS}|meta){_ATTRIBUTES}", re.IGNORECASE)
_ANY_TAG = re.compile(rf"<({_ALWAYS}|meta|{_SOMETIMES}){_ATTRIBUTES}", re.IGNORECASE)
_TAG_BUT_META = re.compile(rf"<({_ALWAYS}){_ATTRIBUTES}", re.IGNORECASE)
_FOREIGN_VALUE = re.compile(r"=\s*[\"']?\s*(?:https?:)?//")
_FOREIGN_SET = re.compile(r"srcset\s*=\s*[\"']?[^\"'<>]*//")
_NAMES = ("src", "poster", "background", "ping", "data-frame", "formaction")
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_STYLE_ATTRIBUTE = re.compile(r"\sstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_CSS_HOST = re.compile(r"(?:url\(\s*|@import\s+)[\"']?\s*((?:https?:)?//[^\"')\s;]+)", re.IGNORECASE)
_OWN_IMPORT = re.compile(rb"@import\s+(?:url\(\s*)?[\"']?\s*(?!https?:|//)[^\"'\s]", re.IGNORECASE)
_EVENT = re.compile(r"on[a-z]{3,24}\s*=")
_HANDLER = re.compile(r"<[a-z][^<>]*\son[a-z]{3,24}\s*=", re.IGNORECASE)
_SCRIPT_ADDRESS = re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE)
_INLINE = re.compile(r"<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_FOREIGN = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_OUR_SCRIPT = re.compile(r"(?:form|search|quote-of-the-day)\.[0-9a-f]{10}\.js")
_RELATIONS = re.compile(
    r"\b(?:stylesheet|icon|apple-touch-icon|mask-icon|manifest|preload|modulepreload|prefetch|prerender|preconnect"
    r"|dns-prefetch)\b",
    re.IGNORECASE,
)
_ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "link": ("href", "imagesrcset"),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "object": ("data", "codebase"),
    "base": (),
    "meta": (),
    "a": (),
    "form": (),
    "button": (),
}
_USUAL_ADDRESSES = ("src", "srcset", "poster", "background")
_ON_REQUEST: Mapping[str, tuple[str, ...]] = {
    "a": ("data-frame", "ping"),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("formaction",),
}
_ONLY_FOREIGN = frozenset(("a", "link", "form", "button"))  # of no interest while they lead to this site
_NONE: frozenset[str] = frozenset()
_OPEN_ENDED = frozenset(("iframe", "frame", "object", "embed"))  # what stands in them is not looked into
_DATA_TYPES = ("json", "text/template", "text/plain")


class Loads(Struct, frozen=True):
    """What a page asks of other hosts: at once, and only when a visitor clicks or sends something.

    `is_known` when nothing on the page could load or keep anything else: no script, frame or stylesheet whose doing the
    build cannot tell.
    """

    at_once: tuple[str, ...] = ()
    on_request: tuple[str, ...] = ()
    is_known: bool = True


class _Tag(Struct, frozen=True):
    name: str
    attributes: Mapping[str, str]


def loads_of(page: str, assets: Mapping[str, Asset]) -> Loads:
    """Return what the HTML of a page loads; `assets` are the site's, by their addresses."""
    if "<!--" in page:
        page = _without_comments(page)
    low = page.lower()  # plain searches in it say fast that a page has nothing of a kind, as most pages have not
    at_once: set[str] = set()
    on_request: set[str] = set()
    is_known = not _runs_code(page, low)
    for tag in _tags(page, low):
        at_once |= set(_hosts_in(tag, _loading(tag)))
        on_request |= set(_hosts_in(tag, _ON_REQUEST.get(tag.name, ())))
        found, is_understood = _own_files(tag, assets)
        at_once |= found
        is_known = is_known and is_understood
    if "url(" in low or "@import" in low:
        at_once |= {host for css in _styles(page, low) for host in foreign_hosts(unescape(css).encode())}
    return Loads(tuple(sorted(at_once)), tuple(sorted(on_request - at_once)), is_known)


def _without_comments(page: str) -> str:
    """Return a page without its comments; one that is never closed reaches to the end (HTML 13.2.5.45)."""
    first, *others = page.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def _styles(page: str, low: str) -> Iterator[str]:
    """Yield the CSS in the `<style>` elements and attributes of a page; `low` is the page in lower case."""
    yield from ("".join(found) for found in _STYLE_ATTRIBUTE.findall(page))
    start = low.find("<style")
    while start >= 0:
        end = low.find("</style", start)
        end = len(page) if end < 0 else end
        yield page[start:end]
        start = low.find("<style", end)


def _runs_code(page: str, low: str) -> bool:
    """Tell whether the HTML of a page has code in itself: scripts, events, addresses."""
    if _EVENT.search(low) and _HANDLER.search(page):
        return True
    if "javascript:" in low and _SCRIPT_ADDRESS.search(page):
        return True
    return "<script" in low and any(_is_run(*found) for found in _INLINE.findall(page))


@lru_cache(maxsize=64)
def foreign_hosts(css: bytes) -> frozenset[str]:
    """Return the hosts that a stylesheet loads something from."""
    return frozenset(_host(url) for url in _CSS_HOST.findall(css.decode(errors="replace"))) if b"//" in css else _NONE


def may_load_more(settings: Settings) -> bool:
    """Tell whether headers of the owner's own set cookies, or allow pages what their HTML does not show."""
    options = next((a.options for a in settings.plugins if a.plugin.name == "headers"), None)
    if options is None:
        return False
    names = {name.lower() for rule in options.rules for name in rule.values}
    allowed = (source for sources in options.csp.values() for source in sources)
    return bool(names & {"set-cookie", "content-security-policy", "link"}) or any(
        not source.startswith("'") and source not in ("data:", "blob:") for source in allowed
    )


def _tags(page: str, low: str) -> Iterator[_Tag]:
    """Yield the tags that matter; of a page that asks nobody, these are few."""
    pattern = _ANY_TAG if _may_ask_others(low) else _TAG if "http-equiv" in low else _TAG_BUT_META
    for name, attributes in pattern.findall(page):
        lowered = name.lower()
        if lowered not in _ONLY_FOREIGN or "//" in attributes or "stylesheet" in attributes.lower():
            yield _Tag(lowered, {key.lower(): unescape("".join(v)) for key, *v in _ATTRIBUTE.findall(attributes)})


def _may_ask_others(low: str) -> bool:
    if any(tag in low for tag in ("<image", "<use", "<feimage")) or ("srcset" in low and _FOREIGN_SET.search(low)):
        return True
    return any(
        low[max(0, found.start() - 16) : found.start()].rstrip().endswith(_NAMES)
        for found in _FOREIGN_VALUE.finditer(low)
    )


def _loading(tag: _Tag) -> tuple[str, ...]:
    """Return the attributes whose addresses a browser asks at once."""
    if tag.name == "link" and not _RELATIONS.search(tag.attributes.get("rel", "")):
        return ()
    return _ADDRESSES.get(tag.name, _USUAL_ADDRESSES)


def _hosts_in(tag: _Tag, attributes: Iterable[str]) -> Iterator[str]:
    for name in attributes:
        value = tag.attributes.get(name, "")
        several = name in ("srcset", "imagesrcset", "ping")
        parts = re.split(r"[\s,]+", value) if several else [value]
        yield from (_host(part) for part in parts if _FOREIGN.match(part))


def _own_files(tag: _Tag, assets: Mapping[str, Asset]) -> tuple[frozenset[str], bool]:
    """Return the hosts that files of this site make a page ask, and whether all that these files do is known."""
    match tag.name:
        case "script":
            source = tag.attributes.get("src", "")
            return _NONE, not source or _is_data(tag.attributes) or _is_ours(source, assets)
        case "link" if "stylesheet" in tag.attributes.get("rel", "").lower():
            asset = _asset_at(tag.attributes.get("href", ""), assets)
            if asset is None:
                return _NONE, False
            return foreign_hosts(asset.data), not _OWN_IMPORT.search(asset.data)
        case "meta" if "http-equiv" in tag.attributes:
            return _NONE, tag.attributes["http-equiv"].lower() not in ("set-cookie", "refresh")
        case "base":
            return _NONE, False
    return _NONE, tag.name not in _OPEN_ENDED


def _is_ours(source: str, assets: Mapping[str, Asset]) -> bool:
    """Tell whether a script is one that caresite brings, which keeps nothing and asks nobody else."""
    if _FOREIGN.match(source):
        return False
    asset = _asset_at(source, assets)
    if asset is not None:
        return hashlib.sha256(asset.data).digest() in _bundled_scripts()
    return _OUR_SCRIPT.fullmatch(source.rpartition("/")[2]) is not None


@cache
def _bundled_scripts() -> frozenset[bytes]:
    return frozenset(hashlib.sha256(path.read_bytes()).digest() for path in bundled_themes().glob("*/assets/**/*.js"))


def _asset_at(url: str, assets: Mapping[str, Asset]) -> Asset | None:
    return None if _FOREIGN.match(url) else assets.get(decoded_path(urlsplit(url).path))


def _is_run(attributes: str, code: str) -> bool:
    """Tell whether a script in the page itself is run by browsers."""
    values = {key.lower(): "".join(found) for key, *found in _ATTRIBUTE.findall(attributes)}
    return "src" not in values and bool(code.strip()) and not _is_data(values)


def _is_data(attributes: Mapping[str, str]) -> bool:
    return any(kind in attributes.get("type", "").lower() for kind in _DATA_TYPES)


def _host(url: str) -> str:
    address = url.strip()
    return (urlsplit(address if not address.startswith("//") else f"https:{address}").hostname or "").lower()
