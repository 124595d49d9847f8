"""Search index: pages go in, the files come out that a browser searches; pagefind makes them.

pagefind reads a folder and writes one. Both are temporary, and nothing outside them has a say: its config file and its
environment variables are kept from it. The same pages give the same bytes.

Its own filters are not used: they are written in another order each time (pagefind 1.5), so no two builds would be the
same. What pages may be filtered by stands in `filters.json` instead, by the name that pagefind gives each page.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from msgspec import Struct

from caresite.core.search_letters import as_search_letters
from caresite.core.temporary import temporary_folder
from caresite.core.walk import is_file

__all__ = ["Entry", "NotIndexed", "index_of"]

# what pagefind brings for pages that use its own search field, which ours do not
_KEPT = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json")
_FOLDERS = ("fragment/", "index/")
_FRAGMENT = re.compile(r"fragment/(.+)\.pf_fragment")
_MARK = b"pagefind_dcd"  # what everything begins with that pagefind has packed
_LONGEST_S = 600


class NotIndexed(Exception):
    """The index could not be made; the text says why, in a line for people."""


class Entry(Struct, frozen=True):
    """Something to be found: where it stands, what it is called, its words as HTML, and what it may be filtered by.

    `lang` is the language of its title and words.
    """

    url: str
    title: str
    kind: str
    html: str
    filters: Mapping[str, tuple[str, ...]] = {}
    lang: str = ""


def index_of(entries: Iterable[Entry], language: str) -> dict[str, bytes]:
    """Return the files of a search index by path; none for no entries. Raises NotIndexed when it cannot be made."""
    entries = tuple(entries)
    if not entries:
        return {}
    with temporary_folder("search") as folder:
        pages, index = folder / "pages", folder / "index"
        pages.mkdir()
        for entry in entries:
            (pages / _name(entry)).write_text(_page(entry, language), encoding="utf-8", errors="replace")
        _run(pages, index, language)
        found = {path.relative_to(index).as_posix(): path for path in sorted(index.rglob("*")) if path.is_file()}
        needed = _needed(found)
        files = {path: file.read_bytes() for path, file in found.items() if path in needed}
    return files | {"filters.json": _filters(entries, files)}


def _name(entry: Entry) -> str:
    """Return the name of an entry's file, which goes into the index: one that no other entry has a part in."""
    return f"{hashlib.blake2b(entry.url.encode(), digest_size=12).hexdigest()}.html"


def _page(entry: Entry, language: str) -> str:
    """Return an entry as a page that pagefind understands.

    Address and title are told apart from the words: an entry may stand in the middle of a page.
    """
    title = as_search_letters(entry.title)
    traits = {"at": entry.url, "title": title, "kind": entry.kind, "lang": entry.lang}
    known = " ".join(f'data-{name}="{escape(value)}"' for name, value in traits.items())
    read = ", ".join(f"{name}[data-{name}]" for name in traits)
    return (
        f'<!doctype html><html lang="{escape(language)}"><body>'
        f'<i {known} data-pagefind-meta="{read}"></i>'
        f"<main data-pagefind-body>{as_search_letters(entry.html)}</main></body></html>"
    )


def _run(pages: Path, index: Path, language: str) -> None:
    command = [_program(), "--site", str(pages), "--output-path", str(index)]
    command += ["--force-language", language.partition("-")[0].lower(), "--quiet"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    try:
        done = subprocess.run(
            command, cwd=pages.parent, env=environ, capture_output=True, timeout=_LONGEST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotIndexed(f"pagefind did not run: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise NotIndexed(f"pagefind ended with {done.returncode}{': ' + said[-1] if said else ''}")
    _require_whole(index)


def _require_whole(index: Path) -> None:
    """Raise OSError when there was no room for the index: pagefind ends well all the same, and leaves empty files."""
    entry = index / "pagefind-entry.json"
    if not is_file(entry) or not entry.stat().st_size or not shutil.disk_usage(index).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(index))


def _program() -> str:
    """Return the path of pagefind's program. Raises NotIndexed where none is installed."""
    try:
        from pagefind_bin import get_executable  # the package around it loads asyncio, which nobody here needs
    except ImportError:
        found = shutil.which("pagefind_extended") or shutil.which("pagefind")
    else:
        found = str(get_executable())
    if not found:
        raise NotIndexed("pagefind is not installed")
    return found


def _filters(entries: Iterable[Entry], files: Mapping[str, bytes]) -> bytes:
    """Return what each page may be filtered by, as JSON: pagefind's name of the page to its kind and its terms."""
    known = {entry.url: entry for entry in entries}
    found = {}
    for path in sorted(files):
        if match := _FRAGMENT.fullmatch(path):
            entry = known[json.loads(gzip.decompress(files[path]).removeprefix(_MARK))["meta"]["at"]]
            terms = {name: values for name, values in entry.filters.items() if values}
            found[match[1]] = {"kind": [entry.kind], **terms}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _needed(found: Mapping[str, Path]) -> set[str]:
    """Return the paths that our page asks for: of the program, only the part for the language of the index."""
    told = json.loads(found["pagefind-entry.json"].read_text(encoding="utf-8"))
    programs = {f"wasm.{language['wasm'] or 'unknown'}.pagefind" for language in told["languages"].values()}
    return {
        path for path in found if path in _KEPT or path in programs or path.startswith(_FOLDERS) or ".pf_meta" in path
    }
