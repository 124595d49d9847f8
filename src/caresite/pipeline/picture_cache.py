"""The picture cache: the name of each file says what it was made from, so that what is withdrawn is deleted alone.

    .caresite/pictures/<digest of a source>-…-<digest of the derivative>

A source is a picture, known by the digest of its bytes, or a text, known by the digest of its path. Who withdraws a
story deletes its text and its picture, and then every derivative that names a source which is not there any more. So
nothing has to be recorded that could be out of date, and a picture that two texts have stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes

from caresite.core.config import SOURCE_FOLDERS
from caresite.core.files import remove_tree
from caresite.core.model import Card, Variation
from caresite.core.walk import PRIVATE, files_below
from caresite.pipeline.cards import card_key
from caresite.pipeline.pictures import PICTURE_SUFFIXES, key_of

__all__ = ["CACHE_FOLDER", "cached_card", "cached_picture", "delete_pictures_without_source", "pictures_only_in"]

CACHE_FOLDER = ".caresite/pictures"
_NO_TEXT = "list"  # a share image of a list names people and texts that may go
_SOURCES = tuple(sorted(SOURCE_FOLDERS - {PRIVATE, ".git", ".caresite", "src"}))
_TEXTS = frozenset((".md", ".markdown", ".yaml", ".yml", ".toml", ".json", ".csv", ".html", ".css", ".xml", ".txt"))


def cached_picture(variation: Variation) -> str:
    """Return the file name of a derivative in the cache."""
    return f"{variation.digest}-{key_of(variation)}"


def cached_card(card: Card, text: str) -> str:
    """Return the file name of a share image in the cache; `text` is the path of the text that it belongs to."""
    made_from = (_digest(text.encode()) if text else _NO_TEXT, card.photo_digest, card.face_digest)
    return "-".join((*filter(None, made_from), card_key(card)))


def pictures_only_in(root: Path, texts: Collection[str]) -> tuple[str, ...]:
    """Return the pictures of the site that these texts name and no other file does, wherever they are."""
    if not texts:
        return ()
    own = b"\n".join(_content(root / path) for path in texts)
    named = [path for path in _files(root, PICTURE_SUFFIXES) if path.name.encode() in own]
    others = (path for path in _files(root, _TEXTS) if path.relative_to(root).as_posix() not in texts) if named else ()
    for path in others:
        content = _content(path)
        named = [picture for picture in named if picture.name.encode() not in content]
    return tuple(path.relative_to(root).as_posix() for path in named)


def delete_pictures_without_source(root: Path, gone: Collection[str]) -> tuple[str, ...]:
    """Delete all derivatives but those whose sources are all on the site; return the paths of those deleted.

    `gone` are the paths of texts and pictures that do not count as there.
    """
    folder = root / CACHE_FOLDER
    if folder.is_symlink():
        folder.unlink()
    if not folder.is_dir():
        return ()
    sources = frozenset(_sources(root, frozenset(gone)))
    deleted = []
    for file in sorted(folder.iterdir()):
        *made_from, _ = file.name.split("-")
        if not made_from or not sources.issuperset(made_from):
            with suppress(FileNotFoundError):
                remove_tree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
            deleted.append(f"{CACHE_FOLDER}/{file.name}")
    return tuple(deleted)


def _sources(root: Path, gone: Collection[str]) -> Iterator[str]:
    for path in _files(root, PICTURE_SUFFIXES | _TEXTS):
        name = path.relative_to(root).as_posix()
        if name in gone:
            continue
        if path.suffix.lower() in PICTURE_SUFFIXES:
            with suppress(OSError):
                yield _digest(path.read_bytes())
        else:
            yield _digest(name.encode())


def _files(root: Path, suffixes: Collection[str]) -> Iterator[Path]:
    yield from (path for path in root.glob("*") if path.suffix.lower() in suffixes and path.is_file())
    for folder in _SOURCES:
        yield from (path for path in files_below(root / folder, root)[0] if path.suffix.lower() in suffixes)


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:
        return b""
    return data + unquote_to_bytes(data) if b"%" in data else data


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
