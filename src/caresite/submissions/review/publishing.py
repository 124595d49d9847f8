"""The public side of a decision: the text of a story and its picture, as they are to stand in `content/`.

What its owner added to the text by hand, such as tags or a summary, is kept; what comes from the submission is ours.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from caresite.core.codes_stories import LEFT_BEHIND, STORE_BROKEN
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import lies_within, put_in_site, stays_within
from caresite.submissions.public import content_file, page_text, picture_of
from caresite.submissions.records import Submission
from caresite.submissions.review.by_hand import ByHand, met, parted, parts_of, read_text
from caresite.submissions.review.traces import texts_naming
from caresite.submissions.store import FOLDER

__all__ = ["Pages", "check_pages", "pages_of", "put_pages"]


class Pages(NamedTuple):
    """What is to stand in `content/` for one submission: files by path, and those to be gone.

    `copies` are pictures, each with its place in the private store. `left` is what only its owner can put right,
    `by_hand` what they changed. `parts` are digests of what comes from the submission.
    """

    texts: Mapping[str, str] = {}
    copies: Mapping[str, str] = {}
    gone: tuple[str, ...] = ()
    left: tuple[Diagnostic, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    parts: Mapping[str, str] = {}


def pages_of(root: Path, item: Submission, *, overwrite: bool = False) -> Pages:
    """Return what `content/` is to hold for `item` in its state; nothing of it is written.

    Its `published_parts` are those of what was written last. What was changed by hand since then gives way when
    `overwrite` says so.
    """
    there = texts_naming(root, item.id, item.published_as) if _was_shown(item) else ()
    own = tuple(path for path in there if path in item.published_as or _refers(root / path, item.id))
    lists = [path for path in there if path not in own]
    match item.moderation.state:
        case "approved":
            return _shown(root, item, own, overwrite=overwrite)
        case "pending" | "awaiting_author" if own:
            new = content_file(item)[1]
            return _with_texts(
                Pages(), new, {path: _text_at(root, path, item, new, overwrite=overwrite) for path in own}
            )
        case "pending" | "awaiting_author" | "received" | "quarantined":
            return Pages()
        case _:
            left = (fault(LEFT_BEHIND, Span(path), f"`{path}` still names {item.id}") for path in lists)
            lost = [path for path in item.published_as if path not in own]  # somebody moved the text, not its picture
            gone = (
                *(path for text in own for path in _bundle(root, text)),
                *(p for t in lost for p in _pictures(root, t)),
            )
            return Pages(gone=gone, left=tuple(left))


def _refers(text: Path, item_id: str) -> bool:
    return bool(read_text(text).head.get("consent_ref") == item_id)


def _was_shown(item: Submission) -> bool:
    """Tell whether texts may name `item`; of one that was never on the site, none does, and none is looked for."""
    return bool(item.published_as) or any(move.from_ == "approved" for move in item.moderation.log)


def _shown(root: Path, item: Submission, own: tuple[str, ...], *, overwrite: bool) -> Pages:
    picture = picture_of(item)
    wanted, new = content_file(item)
    path = (own or item.published_as or (_free_path(root, wanted),))[0]
    gone: list[str] = []
    if picture and PurePosixPath(path).stem != "index":
        gone, path = ([path] if own else []), f"{path.removesuffix('.md')}/index.md"
    folder = PurePosixPath(path).parent
    text = {path: _text_at(root, gone[0] if gone else path, item, new, overwrite=overwrite)}
    if picture is None:
        return _with_texts(Pages(gone=_pictures(root, path) if own else ()), new, text)
    kept = f"{folder}/picture{PurePosixPath(picture.path).suffix}"
    stale = tuple(each for each in _pictures(root, path) if each != kept)
    return _with_texts(Pages(copies={kept: picture.path}, gone=(*gone, *stale)), new, text)


def _with_texts(pages: Pages, new: str, at: Mapping[str, tuple[str, ByHand]]) -> Pages:
    """Return `pages` with texts by their paths; `new` is what a submission alone would make of them."""
    texts = {path: text for path, (text, _) in at.items()}
    by_hand = tuple(hand for _, hand in at.values() if hand.stays or hand.clashes)
    return pages._replace(texts=texts, by_hand=by_hand, parts=parts_of(parted(new)))


def _pictures(root: Path, path: str) -> tuple[str, ...]:
    """Return the pictures beside a text that we put there."""
    folder = (root / path).parent
    if PurePosixPath(path).stem != "index":
        return ()
    return tuple(sorted(found.relative_to(root).as_posix() for found in folder.glob("picture.*")))


def _bundle(root: Path, path: str) -> tuple[str, ...]:
    """Return a text with all that lies beside it in a folder of its own; the text comes last, as it names the rest."""
    if PurePosixPath(path).stem != "index":
        return (path,)
    beside = {p.relative_to(root).as_posix() for p in (root / path).parent.rglob("*") if p.is_file()}
    return (*sorted(beside - {path}), path)


def _free_path(root: Path, wanted: str) -> str:
    """Return `wanted`, with a number when a text of somebody else has that name."""
    stem, is_bundle = wanted.removesuffix(".md").removesuffix("/index"), wanted.endswith("/index.md")
    folder = root / PurePosixPath(stem).parent
    taken = _names_in(folder) if folder.is_dir() else frozenset()
    name = PurePosixPath(stem).name
    number = 1
    while (tried := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return f"{PurePosixPath(stem).parent}/{tried}{'/index' if is_bundle else ''}.md"


def _names_in(folder: Path) -> frozenset[str]:
    with os.scandir(folder) as entries:
        return frozenset(entry.name.casefold().removesuffix(".md") for entry in entries)


def _text_at(root: Path, path: str, item: Submission, new: str, *, overwrite: bool) -> tuple[str, ByHand]:
    """Return the text of `item`, which is `new`, with what its owner added to the one at `path` and changed there."""
    old = read_text(root / path)
    if not old.head:
        return new, ByHand(path)
    free = () if item.showing.title else ("title",)
    text, by_hand = met(path, old, parted(new), item.published_parts, overwrite=overwrite, free=free)
    return page_text(text.head, text.body.strip("\n")), by_hand


def check_pages(root: Path, pages: Pages, attachments: Path) -> None:
    """Raise Problem for what `put_pages` would leave out: paths that lead out of the site, pictures not kept."""
    for path in (*pages.copies, *pages.texts, *pages.gone):
        if not stays_within(root, root / path):
            hint = "a folder above it is a link; make it a folder of the site"
            raise Problem(fault(STORE_BROKEN, Span(path), f"`{path}` leads out of the site", hint=hint))
    for kept in pages.copies.values():
        if not lies_within(attachments / kept, attachments):
            message = f"the picture `{kept}` is not in the private store"
            hint = "bring it back from a backup, or leave it out: `caresite stories edit ID --no-picture`"
            raise Problem(fault(STORE_BROKEN, Span(f"{FOLDER}/{kept}"), message, hint=hint))


def put_pages(root: Path, pages: Pages, attachments: Path) -> tuple[str, ...]:
    """Do what `pages` says; return every path that was written or removed. Doing it twice changes nothing more.

    What leads out of the site, and a picture that is not kept, is left out: an interrupted decision has to end.
    """
    touched = []
    for path, kept in pages.copies.items():
        if stays_within(root, root / path) and lies_within(attachments / kept, attachments):
            touched += _write(root, path, (attachments / kept).read_bytes())
    for path, text in pages.texts.items():
        if stays_within(root, root / path):
            touched += _write(root, path, text.encode())
    for path in pages.gone:
        if stays_within(root, root / path) and (root / path).is_file():
            (root / path).unlink()
            touched.append(path)
            _prune((root / path).parent, root / "content")
    return tuple(touched)


def _write(root: Path, path: str, data: bytes) -> list[str]:
    target = root / path
    if target.is_file() and target.read_bytes() == data:
        return []
    put_in_site(root, target, data)
    return [path]


def _prune(folder: Path, top: Path) -> None:
    """Remove a folder that became empty, but never one of a collection."""
    while folder.parent != top and folder != top and not list(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
