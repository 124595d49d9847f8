"""The files that the preview shows, and which of them answers at an address, as it is on a host of static sites."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from caresite.core.files import lies_within, may_be_read
from caresite.core.host_rules import (
    LEADING_ON,
    HeaderRule,
    Headers,
    Redirects,
    headers_for,
    read_headers,
    read_redirects,
)
from caresite.core.model import Output
from caresite.core.urls import stays_inside

__all__ = ["Answer", "BuiltTree", "Entry", "MadeTree", "Tree", "answer_at", "entry_of_file", "stamp_of"]

_CONTROL_FILES = frozenset(("_headers", "_redirects"))


class Entry(Struct, frozen=True):
    """One file of the site: its bytes in `output`, or on disk in `file`; `stamp` changes when a file on disk does."""

    path: str
    output: Output | None = None
    file: Path | None = None
    stamp: str = ""

    @property
    def is_page(self) -> bool:
        return self.path.endswith((".html", ".htm"))

    def read(self) -> bytes:
        """Return the bytes. Raises OSError when the file has gone."""
        return self.output.data if self.output else self.file.read_bytes() if self.file else b""

    def version(self) -> str:
        """Return a word that is another one when the bytes are."""
        return self.stamp or hashlib.sha256(self.read()).hexdigest()[:16]


def entry_of_file(path: str, file: Path) -> Entry | None:
    """Return the entry of a file on disk; None when there is none."""
    try:
        return Entry(path, file=file, stamp=stamp_of(file.stat()))
    except OSError:
        return None


def stamp_of(found: os.stat_result) -> str:
    """Return a word that changes when a file is written."""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


class Tree(Protocol):
    """Files by their path below the address `base_path`, and the rules that the host is given with them."""

    @property
    def base_path(self) -> str: ...
    @property
    def header_rules(self) -> tuple[HeaderRule, ...]: ...
    @property
    def redirects(self) -> Redirects: ...
    def get(self, path: str) -> Entry | None: ...


class MadeTree:
    """The files that a build made, in memory, and those that it would copy, where they are below `root`.

    `renamed` maps an output path to the one that has taken its place since: an asset whose name changed with it.
    `later` returns files that are made when the pages are shown already.
    """

    def __init__(
        self,
        root: Path,
        entries: Mapping[str, Entry] | None = None,
        base_path: str = "/",
        renamed: Mapping[str, str] | None = None,
        later: Callable[[], Mapping[str, Entry]] = dict,
    ) -> None:
        self.root = root
        self.later = later
        self.entries = entries or {}
        self.renamed = renamed or {}
        self._base_path = base_path

    @property
    def base_path(self) -> str:
        return self._base_path

    @cached_property
    def header_rules(self) -> tuple[HeaderRule, ...]:
        return read_headers(_text(self.get("_headers")))

    @cached_property
    def redirects(self) -> Redirects:
        return read_redirects(_text(self.get("_redirects")))

    def get(self, path: str) -> Entry | None:
        entry = self.entries.get(path) or self.later().get(path)
        if entry and entry.file and not may_be_read(entry.file, self.root):
            return None  # it has gone, or become a link that leads away, since the build
        return entry


class BuiltTree:
    """The files in an output folder as they are at this moment; links that lead out of it are not followed."""

    def __init__(self, folder: Path, base_path: str = "/") -> None:
        self.folder = folder
        self._base_path = base_path

    @property
    def base_path(self) -> str:
        return self._base_path

    @property
    def header_rules(self) -> tuple[HeaderRule, ...]:
        return read_headers(_text(self.get("_headers")))

    @property
    def redirects(self) -> Redirects:
        return read_redirects(_text(self.get("_redirects")))

    def get(self, path: str) -> Entry | None:
        if not path or not stays_inside(path) or "\0" in path or not lies_within(self.folder / path, self.folder):
            return None
        return entry_of_file(path, self.folder / path)


def _text(entry: Entry | None) -> str:
    try:
        return entry.read().decode("utf-8-sig", "replace") if entry else ""
    except OSError:
        return ""


class Answer(NamedTuple):
    """What the host says: a file, or an address to go to. `proxied` is the other host that would have to be asked."""

    status: int
    entry: Entry | None = None
    location: str = ""
    headers: Headers = ()
    proxied: str = ""


def answer_at(
    tree: Tree, path: str, *, query: Mapping[str, str] | None = None, languages: frozenset[str] = frozenset()
) -> Answer:
    """Return what is said to a request for `path`, which is not percent-encoded.

    A file answers before a redirect, unless the rule is forced. `/about` leads to `/about/` where that is a folder,
    and shows `about.html` where that is a file.
    """
    headers = headers_for(tree.header_rules, path)
    own = _own(tree, path)
    found = tree.redirects.find(path, query or {}, languages)
    if found and (found.rule.forced or own is None):
        answer = _redirected(tree, found.target, found.rule.status)
    elif own is not None:
        answer = own
    elif path == "/" and tree.base_path != "/":
        answer = Answer(302, location=quote(tree.base_path))  # the site does not begin here, and whoever comes seeks it
    else:
        answer = Answer(404, tree.get("404.html"))
    return answer._replace(headers=headers)


def _own(tree: Tree, path: str) -> Answer | None:
    """Return the answer of the site's own files to `path`, if it has one."""
    if not path.startswith(tree.base_path):
        at_home = path + "/" == tree.base_path
        return Answer(301, location=quote(tree.base_path)) if at_home else None
    inside = path.removeprefix(tree.base_path)
    if inside in _CONTROL_FILES or any(part in (".", "..") for part in inside.split("/")):
        return None
    folder = inside.removesuffix("/")
    if not inside or inside.endswith("/"):
        entry = tree.get(f"{inside}index.html") or (tree.get(f"{folder}.html") if folder else None)
        return Answer(200, entry) if entry else None
    if entry := tree.get(inside):
        return Answer(200, entry)
    if tree.get(f"{inside}/index.html"):
        return Answer(301, location=quote(f"{path}/"))
    entry = tree.get(f"{inside}.html")
    return Answer(200, entry) if entry else None


def _redirected(tree: Tree, target: str, status: int) -> Answer:
    if status in LEADING_ON:
        return Answer(status, location=target)
    parts = urlsplit(target)
    if parts.netloc:
        return Answer(501, proxied=target)
    shown = _own(tree, unquote(parts.path))
    if shown and shown.location:  # a rewrite to `/about` means the page that stands there
        shown = _own(tree, unquote(shown.location))
    entry = shown.entry if shown else None
    return Answer(status if entry else 404, entry or tree.get("404.html"))
