"""State: what a browser tab needs to know about its page, small enough to be sent after every save.

A page is the same page while its words are: the digest of a page leaves out the digests in the names of the assets it
loads, so that a new stylesheet is a new address of an asset and not a new page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from urllib.parse import quote, unquote, urljoin, urlsplit

from msgspec import Struct

from caresite.core.diagnostics import Diagnostic, excerpt
from caresite.core.urls import canonical_address, encode_file
from caresite.preview.generations import Generation, unnumbered
from caresite.preview.tree import Answer, Entry, MadeTree, answer_at

__all__ = ["HOME", "Fault", "Opens", "PageState", "digest_of", "fault_of", "state_of"]

HOME = "/_caresite/"
"""Where the preview's own pages begin; no host path of the site does."""

_TAGS = re.compile(rb"<(?:link|img|source|script|video|audio|use|image|embed|object|track)\b[^>]*>", re.IGNORECASE)
_NOT_LOADED = re.compile(
    rb"<link\b[^>]*\srel\s*=\s*[\"']?(?:alternate|canonical|prev|next|author|license|me)\b", re.IGNORECASE
)
_ADDRESSES = re.compile(rb"\s(?:href|src|srcset|poster|data)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_CSS_ADDRESSES = re.compile(rb"url\(\s*[\"']?(?!data:|[a-z]+:|//|#)([^\"')]+)|@import\s+[\"']([^\"']+)", re.IGNORECASE)
_NUMBERS = re.compile(rb"\.[0-9a-f]{10}(?=\.[A-Za-z0-9])")


Opens = Callable[[str, int, int], str]
"""What returns the link that opens a file of the site at a line and a column; empty when nothing can."""


class Fault(Struct, frozen=True):
    """A diagnostic as the overlay and the preview's pages show it; `opens` is the link that opens its place."""

    severity: str
    code: str
    place: str
    path: str
    line: int
    column: int
    message: str
    frame: str
    hint: str
    related: tuple[str, ...]
    opens: str


class PageState(Struct, frozen=True):
    """What a tab shows, as it should be now.

    `page` is the digest of the page, `assets` what it loads: a name that stays, and the address it has now. `moved`
    is where the page has gone, `about` another word when there is something new to say about it, `scripts` the
    version of the preview's own files.
    """

    page: str
    assets: Mapping[str, str]
    faults: tuple[Fault, ...]
    moved: str
    about: str
    scripts: str


def fault_of(diagnostic: Diagnostic, texts: Mapping[str, str], opens: Opens) -> Fault:
    """Return `diagnostic` with the line it is about, from `texts` by path."""
    span = diagnostic.span
    return Fault(
        severity=diagnostic.severity,
        code=diagnostic.code,
        place=str(span),
        path=span.path,
        line=span.line,
        column=span.column,
        message=diagnostic.message,
        frame=excerpt(span, texts.get(span.path, "")),
        hint=diagnostic.hint,
        related=tuple(map(str, diagnostic.related)),
        opens=opens(span.path, span.line, span.column),
    )


def state_of(generation: Generation, path: str, *, scripts: str, opens: Opens) -> PageState:
    """Return the state of the page at `path`, which is percent-encoded as in an address bar."""
    faults = tuple(fault_of(d, generation.texts, opens) for d in generation.faults)
    if path.startswith(HOME):
        page = digest_of(generation, path)
        return PageState(page, {}, () if page else faults, "", "", scripts)
    plain = unquote(path)
    answer = answer_at(generation.tree, plain)
    entry = answer.entry
    return PageState(
        page=digest_of(generation, path),
        assets=_assets(generation.tree, entry),
        faults=faults,
        moved=_moved(generation, plain, answer),
        about=_about(generation, entry),
        scripts=scripts,
    )


def digest_of(generation: Generation, path: str) -> str:
    """Return a word that changes when the words of the page at `path` do.

    Where there is no page, it stands for the reason; the preview's own pages are new in every generation.
    """
    if path == HOME or not generation.number or not generation.tree.entries:
        told = "".join(f"{d.span}{d.code}{d.message}" for d in generation.faults)
        return f"{generation.number}-{_digest(told.encode())}" if path == HOME else f"none-{_digest(told.encode())}"
    if path.startswith(HOME):
        return ""
    answer = answer_at(generation.tree, unquote(path))
    try:
        words = _NUMBERS.sub(b"", answer.entry.read()) if answer.entry and answer.entry.is_page else b""
    except OSError:
        words = b""
    return f"{answer.status}-{_digest(words)}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _moved(generation: Generation, path: str, answer: Answer) -> str:
    """Return where the page of a tab has gone; empty while something stands there."""
    if answer.location:
        return answer.location
    there = answer.entry is not None and answer.status == 200
    moved = generation.moved
    url = "" if there else moved.get(encode_file(path), "") or moved.get(f"{encode_file(path)}/", "")
    return canonical_address(url)


def _about(generation: Generation, entry: Entry | None) -> str:
    """Return a word that changes when there is something new to be said about a page, though its words are the same."""
    source = entry.output.source if entry and entry.output else ""
    counted = [d.severity for d in generation.diagnostics]
    own = [f"{d.span}{d.message}" for d in generation.diagnostics if source and d.span.path == source]
    return _digest(repr((sorted(counted), own)).encode())


# what a page loads


def _assets(tree: MadeTree, entry: Entry | None) -> dict[str, str]:
    if entry is None or entry.output is None or not entry.is_page:
        return {}
    home = quote(tree.base_path + entry.path.removesuffix("index.html"))
    loaded: dict[str, str] = {}
    for address in _loaded(entry.output.data):
        _add(loaded, tree, urljoin(home, address))
    return loaded


def _add(loaded: dict[str, str], tree: MadeTree, address: str) -> None:
    """Note the asset at `address`, if it is one of the site, and what it loads in turn."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    if parts.netloc or not path.startswith(tree.base_path):
        return
    path = path.removeprefix(tree.base_path)
    path = tree.renamed.get(path, path)
    found = tree.get(path)
    if found is None or found.is_page:
        return
    name = quote(tree.base_path + unnumbered(path))
    if name in loaded:
        return
    numbered = unnumbered(path) != path
    loaded[name] = quote(tree.base_path + path) + ("" if numbered else f"?caresite={found.version()}")
    if path.endswith(".css") and not numbered:
        for inner in _loaded_by_css(found.read()):
            _add(loaded, tree, urljoin(quote(tree.base_path + path), inner))


@lru_cache(maxsize=256)
def _loaded(page: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_addresses(page)))


def _addresses(page: bytes) -> Iterator[str]:
    for tag in _TAGS.findall(page):
        if _NOT_LOADED.match(tag):
            continue
        for double, single in _ADDRESSES.findall(tag):
            for part in unescape((double or single).decode("utf-8", "replace")).split(","):
                if part.strip():
                    yield part.split()[0]


@lru_cache(maxsize=64)
def _loaded_by_css(css: bytes) -> tuple[str, ...]:
    found = (plain or imported for plain, imported in _CSS_ADDRESSES.findall(css))
    return tuple(dict.fromkeys(address.decode("utf-8", "replace").strip() for address in found))
