"""Publish: what changed is written, what is stale removed, nothing is ever half done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from caresite.core import codes
from caresite.core.config import SOURCE_FOLDERS
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import write_atomically
from caresite.core.model import Content, Output
from caresite.core.urls import stays_inside

__all__ = ["MARKER", "Published", "output_folder", "publish"]

MARKER = ".caresite-output"
_MARKER_TEXT = b"caresite makes this folder anew with every build. What you put here by hand will be removed.\n"


class Published(Struct, frozen=True):
    """What publishing did: output paths written and removed, and how many were right already."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def output_folder(root: Path, name: str) -> Path:
    """Return the folder that `name` means, seen from the site's `root`.

    Raises Problem when it is the site itself, a folder above it, or one that holds its sources.
    """
    folder = root / name
    real, home = folder.resolve(), root.resolve()
    below = real.relative_to(home).parts[:1] if real.is_relative_to(home) else ()
    if home.is_relative_to(real) or any(part.casefold() in SOURCE_FOLDERS for part in below):
        hint = "use a folder of its own, such as `public`"
        message = f"`{name}` cannot be the output folder: the site itself would be overwritten"
        raise Problem(fault(codes.BAD_OUTPUT_DIR, Span(name), message, hint=hint))
    return folder


def publish(
    folder: Path,
    outputs: Iterable[Output],
    files: Mapping[str, Path],
    *,
    clean: bool = False,
    dry_run: bool = False,
) -> Published:
    """Bring `folder` to hold exactly `outputs` and copies of `files` (output path → source file).

    Writes a file only when its bytes differ, and whole or not at all. Removes what nothing produces any more.
    Raises Problem when the folder holds files of somebody else, unless `clean`, or cannot be written.
    """
    try:
        return _publish(folder, outputs, files, clean, dry_run)
    except OSError as error:
        raise Problem(_unwritten(folder.name, error)) from error


def _unwritten(path: str, error: OSError) -> Diagnostic:
    reason = error.strerror or str(error)
    return fault(codes.CANNOT_WRITE, Span(path), f"it cannot be written: {reason[:1].lower()}{reason[1:]}")


def _publish(
    folder: Path, outputs: Iterable[Output], files: Mapping[str, Path], clean: bool, dry_run: bool
) -> Published:
    _refuse_foreign(folder, clean)
    there = set(_listing(folder))
    written: list[str] = []
    wanted = {MARKER}
    unchanged = 0
    if not dry_run and not _same(folder / MARKER, _MARKER_TEXT):
        _write(folder, MARKER, _MARKER_TEXT)
    for path, content in _contents(outputs, files):
        wanted.add(path)
        if path in there and _stands(folder / path, content):
            unchanged += 1
            continue
        data = content if isinstance(content, bytes) else content.read()
        written.append(path)
        if not dry_run:
            _write(folder, path, data)
    removed = sorted(there - wanted)
    if not dry_run:
        for path in removed:
            _remove(folder, path)
    return Published(tuple(written), tuple(removed), unchanged)


def _contents(outputs: Iterable[Output], files: Mapping[str, Path]) -> Iterable[tuple[str, bytes | Content]]:
    for output in outputs:
        yield output.path, output.content
    for path in sorted(files):
        try:
            yield path, files[path].read_bytes()
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
            raise Problem(fault(codes.UNREADABLE, Span(path), message)) from error


def _refuse_foreign(folder: Path, clean: bool) -> None:
    if clean or not folder.is_dir() or (folder / MARKER).is_file():
        return
    first = next((e.name for e in sorted(folder.iterdir(), key=lambda e: e.name)), "")
    if first:
        message = f"`{folder.name}/` holds files that caresite did not make, such as `{first}`"
        hint = "choose another `output_dir`, move them away, or let them be removed with `caresite build --clean`"
        raise Problem(fault(codes.FOREIGN_OUTPUT, Span(folder.name), message, hint=hint))


def _listing(folder: Path) -> Iterable[str]:
    """Yield the files below `folder`; a link counts as a file and is never followed."""
    for current, folders, names in os.walk(folder):
        base = Path(current)
        links = [n for n in folders if (base / n).is_symlink()]
        for name in (*names, *links):
            yield (base / name).relative_to(folder).as_posix()


def _stands(path: Path, content: bytes | Content) -> bool:
    """Tell whether a file has this content; what lies there already is not compared with itself."""
    if isinstance(content, bytes):
        return _same(path, content)
    return getattr(content, "path", None) == path


def _same(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _write(folder: Path, path: str, data: bytes) -> None:
    """Write one file; a link or a file that stands where it needs a folder goes. Raises Problem when it cannot."""
    if not stays_inside(path):
        raise Problem(fault(codes.CANNOT_WRITE, Span(path), "it lies outside the output folder"))
    try:
        _write_file(folder, path, data)
    except OSError as error:
        raise Problem(_unwritten(f"{folder.name}/{path}", error)) from error


def _write_file(folder: Path, path: str, data: bytes) -> None:
    target = folder / path
    parent = folder
    for part in Path(path).parts[:-1]:
        parent = parent / part
        if parent.is_symlink() or parent.is_file():
            parent.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    write_atomically(target, data)


def _remove(folder: Path, path: str) -> None:
    if (folder / path).is_dir() and not (folder / path).is_symlink():
        return  # it was a link, and is a folder of ours now
    with suppress(FileNotFoundError, NotADirectoryError):  # its folder may be a file of ours now
        (folder / path).unlink()
    for parent in (folder / path).parents:
        if parent == folder or not _remove_if_empty(parent):
            return


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
