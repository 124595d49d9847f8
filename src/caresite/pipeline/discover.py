"""Discover: which files make up the site, and what each of them is."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import Collection, Settings
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.model import Source
from caresite.core.urls import check_path
from caresite.core.walk import Entry, diagnostic_of, is_file, is_folder, is_linked_theme, link_refusal, walk

__all__ = ["CONTENT_SUFFIXES", "Discovery", "discover"]

TEXT_SUFFIXES = frozenset((".md", ".markdown"))
LIST_SUFFIXES = frozenset((".yaml", ".yml", ".json"))
CONTENT_SUFFIXES = TEXT_SUFFIXES | LIST_SUFFIXES
_LIST_KINDS = frozenset(("quotes", "testimonial", "author", "story"))
_RESOURCE_SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".png",
        ".gif",
        ".webp",
        ".avif",
        ".svg",
        ".ico",
        ".bmp",
        ".pdf",
        ".mp3",
        ".m4a",
        ".ogg",
        ".wav",
        ".mp4",
        ".webm",
        ".mov",
        ".vtt",
        ".srt",
        ".zip",
        ".csv",
        ".txt",
        ".woff",
        ".woff2",
        ".ics",
        ".vcf",
        ".epub",
        ".docx",
        ".xlsx",
        ".pptx",
        ".odt",
        ".ods",
        ".json",
        ".css",
        ".js",
        ".bin",
        ".gpx",
    ]
)
_OF_CAMERAS = frozenset((".heic", ".heif", ".tif", ".tiff", ".dng", ".cr2", ".nef", ".arw", ".psd"))
_CAMERA_HINT = (
    "browsers cannot show this format: save the picture as JPEG; an iPhone takes JPEG when Settings, Camera, Formats "
    "is set to Most Compatible"
)
_SKIPPED_FOLDERS = frozenset(("node_modules", "__pycache__"))
_READ_BY_NAME = (
    "templates",
    "i18n",
    "drawings",
    "themes",
    "archetypes",
)  # nobody lists these, and so would miss what cannot be read
_DATA_SUFFIXES = frozenset((".yaml", ".yml", ".json", ".csv"))
# RFC 8615; Apache; GitHub Pages; Codeberg Pages
_READ_BY_HOSTS = frozenset((".well-known", ".htaccess", ".nojekyll", ".domains"))
_LEFT_BEHIND = re.compile(r"\.(?:DS_Store|_.*|git.*|keep|svn|hg|directory|localized|Trash.*|Spotlight-V100|fseventsd)")


class Discovery(Struct, frozen=True, kw_only=True):
    """What lies in a site's folder. All paths are relative to its root, with `/`, in Unicode NFC.

    `names` maps a path back to the name on disk where the two differ. `statics` maps an output path to the file
    that is copied there.
    """

    sources: tuple[Source, ...] = ()
    resources: tuple[str, ...] = ()
    statics: dict[str, str] = {}
    data: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()
    lock: str = ""
    names: dict[str, str] = {}
    diagnostics: tuple[Diagnostic, ...] = ()


class _Found:
    """What the walk has met so far."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.names: dict[str, str] = {}
        self.diagnostics: list[Diagnostic] = []
        self._left_out: set[str] = set()

    def leave_out(self, entry: Entry) -> None:
        """Report once what cannot be used, however many walks meet it."""
        if entry.path not in self._left_out:
            self._left_out.add(entry.path)
            self.diagnostics.append(diagnostic_of(entry, _relative(entry.path, self)))


def discover(root: Path, settings: Settings) -> Discovery:
    """Return every file of the site below `root`, sorted by path, whatever order the disk lists them in."""
    root = root.resolve()
    found = _Found(root)
    sources: dict[str, Source] = {}
    resources: set[str] = set()
    defaults: set[str] = set()
    folders = set()
    for folder, name, collection in _folders(settings):
        if collection and is_folder(root / folder):
            folders.add(name)
        for path in _walk(root / folder, found):
            if path in sources or path in resources or path in defaults:
                continue  # a folder inside this one has taken it
            if collection:
                _sort_in(path, name, collection, sources, resources, defaults, found)
            elif _is_text(path):
                sources[path] = Source(path, name, "section" if Path(path).stem == "_index" else "term")
            elif Path(path).suffix.lower() in _RESOURCE_SUFFIXES:
                resources.add(path)
    for name in ("content/authors.yaml", "content/authors.yml", "authors.yaml", "authors.yml"):
        if _is_own_file(root / name, found):
            sources[name] = Source(name, "authors", "author")
    if _is_own_file(root / "content/_defaults.yaml", found):
        defaults.add("content/_defaults.yaml")
    _report_strays(root, settings, sources, found)
    for name in _READ_BY_NAME:
        for entry in walk(str(root / name), str(found.root), lambda name: not name.startswith(".")):
            if entry.reason and not is_linked_theme(entry, root):
                found.leave_out(entry)
    return Discovery(
        sources=tuple(sources[path] for path in sorted(sources)),
        resources=tuple(sorted(resources)),
        statics=_statics(root, found),
        data=tuple(_data(root, found)),
        defaults=tuple(sorted(defaults)),
        wordings=tuple(p for p in _walk(root / "consent", found) if Path(p).suffix in TEXT_SUFFIXES),
        folders=frozenset(folders),
        lock="consent.lock.yaml" if _is_own_file(root / "consent.lock.yaml", found) else "",
        names=found.names,
        diagnostics=tuple(found.diagnostics),
    )


def _folders(settings: Settings) -> list[tuple[str, str, Collection | None]]:
    """Return the folders of collections and of the texts of terms, one that is inside another before it."""
    collections = [(c.path.strip("/"), name, c) for name, c in settings.collections.items()]
    terms = [(f"content/{taxonomy}", taxonomy, None) for taxonomy in settings.taxonomies]
    return sorted([*collections, *terms], key=lambda folder: -len(folder[0]))


def _sort_in(
    path: str,
    name: str,
    collection: Collection,
    sources: dict[str, Source],
    resources: set[str],
    defaults: set[str],
    found: _Found,
) -> None:
    file = Path(path)
    suffix = file.suffix.lower()
    if file.name in ("_defaults.yaml", "_defaults.yml"):
        defaults.add(path)
    elif suffix in TEXT_SUFFIXES:
        sources[path] = Source(path, name, _text_kind(file, collection))
    elif suffix in LIST_SUFFIXES and collection.kind in _LIST_KINDS:
        sources[path] = Source(path, name, collection.kind)
    elif suffix in _RESOURCE_SUFFIXES:
        resources.add(path)
    else:
        message = f"`{file.name}` is not a text or a picture that this folder understands; it was left out"
        hint = _CAMERA_HINT if suffix in _OF_CAMERAS else ""
        found.diagnostics.append(fault(codes.IGNORED_FILE, Span(path, 1), message, hint=hint))


def _text_kind(file: Path, collection: Collection) -> str:
    """Return what a text is: `_index.md` is the list of its collection, or the head of a folder of quotes."""
    if file.stem == "_index" and file.parent.as_posix() == collection.path.strip("/"):
        return "section"
    if collection.kind == "quotes":
        return "quotes" if file.stem == "_index" else "quote"
    return collection.kind


def _report_strays(root: Path, settings: Settings, sources: Container[str], found: _Found) -> None:
    """Say which texts in `content/` belong to no collection: they would be missed, and nobody would know why."""
    known = {collection.path.strip("/") for collection in settings.collections.values()}
    known |= {f"content/{taxonomy}" for taxonomy in settings.taxonomies}
    if "content" in known or not is_folder(root / "content"):
        return
    for entry in sorted(_entries_of(root / "content")):
        path = _relative(str(entry), found)
        is_known = path in sources or any(k == path or k.startswith(path + "/") for k in known)
        if is_known or not _holds_texts(entry, found):
            continue
        hint = f"move it into a collection such as `content/blog/`, or declare one with `path: {path}`"
        message = f"`{path}` belongs to no collection, so it was left out"
        found.diagnostics.append(fault(codes.IGNORED_FILE, Span(path), message, hint=hint))


def _entries_of(folder: Path) -> list[Path]:
    """Return what is in a folder; nothing when it cannot be read, which `walk` reports."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _holds_texts(entry: Path, found: _Found) -> bool:
    if entry.name.startswith("."):
        return False
    if is_file(entry):
        return _is_text(entry.name)
    return is_folder(entry) and any(_is_text(path) for path in _walk(entry, found))


def _is_text(path: str) -> bool:
    return Path(path).suffix.lower() in TEXT_SUFFIXES


def _statics(root: Path, found: _Found) -> dict[str, str]:
    out: dict[str, str] = {}
    told: set[str] = set()
    for path in _walk(root / "static", found, hidden=True):
        below = path.removeprefix("static/")
        if hidden := _hidden_part(below):
            if not _LEFT_BEHIND.fullmatch(hidden.rpartition("/")[2]) and hidden not in told:
                told.add(hidden)
                message = f"`{hidden}` begins with a dot, so it was left out"
                hint = "rename it if visitors should get it"
                found.diagnostics.append(
                    fault(codes.IGNORED_FILE, Span(f"static/{hidden}"), message, hint=hint, severity="note")
                )
            continue
        try:
            check_path(below)
        except ValueError as error:
            message = f"this file's name cannot be an address: {error}; it was left out"
            found.diagnostics.append(fault(codes.BAD_ADDRESS, Span(path), message, severity="warning"))
            continue
        out[below] = path
    return out


def _hidden_part(path: str) -> str:
    """Return `path` up to its first name with a dot in front that no host reads; nothing when there is none."""
    parts = path.split("/")
    for number, part in enumerate(parts, start=1):
        if part.startswith(".") and part not in _READ_BY_HOSTS:
            return "/".join(parts[:number])
    return ""


def _data(root: Path, found: _Found) -> Iterator[str]:
    for path in _walk(root / "data", found):
        if Path(path).suffix.lower() in _DATA_SUFFIXES:
            yield path
        else:
            message = f"`{Path(path).name}` is not a data file that can be read; it was left out"
            hint = "files in `data/` are YAML, JSON or CSV"
            found.diagnostics.append(fault(codes.IGNORED_FILE, Span(path), message, hint=hint))


def _is_own_file(path: Path, found: _Found) -> bool:
    """Tell whether a file of the site is there; a link to one must stay inside the site."""
    if not is_file(path):
        return False
    if not path.is_symlink():
        return True
    if refused := link_refusal(str(path), str(found.root)):
        found.leave_out(refused)
    return refused is None


def _walk(folder: Path, found: _Found, *, hidden: bool = False) -> Iterator[str]:
    """Yield the files below `folder`, sorted; links are followed only inside the site, and never in circles."""

    def wanted(name: str) -> bool:
        return (hidden or not name.startswith(".")) and name not in _SKIPPED_FOLDERS and not name.endswith("~")

    paths = []
    for entry in walk(str(folder), str(found.root), wanted):
        if entry.reason:
            found.leave_out(entry)
        elif entry.kind == "file":
            paths.append(_relative(entry.path, found))
    paths.sort()
    for path, following in pairwise((*paths, "")):
        if path != following:
            yield path
            continue
        message = "two files of this name differ only in how their accents are stored"
        told = fault(codes.URL_COLLISION, Span(path), message, hint="rename or delete one of them")
        if told not in found.diagnostics:
            found.diagnostics.append(told)


def _relative(path: str, found: _Found) -> str:
    raw = path.replace(os.sep, "/").removeprefix(found.root.as_posix() + "/")
    name = unicodedata.normalize("NFC", raw)
    if name != raw:
        found.names[name] = raw
    return name
