"""Walk: the files below a folder, whatever else is there, without recursion and never in circles.

Every tree of a site is read through `walk`, so that links, pipes, unreadable folders and odd names are handled in one
place. What cannot be used is yielded too, with the reason, so that callers report it or record it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from caresite.core.diagnostics import Diagnostic

__all__ = [
    "MAX_DEPTH",
    "PRIVATE",
    "Entry",
    "diagnostic_of",
    "files_below",
    "is_file",
    "is_folder",
    "is_linked_theme",
    "leads_into_private",
    "link_refusal",
    "printable_path",
    "walk",
]

MAX_DEPTH = 100
_MAX_VISITS = 16  # links to a folder that holds such links double what is read with each level

PRIVATE = "private"
"""The folder of a site of which nothing is published, however a link leads there."""
_CLOSED = "this link leads into `{}`, of which nothing is published"

Kind = Literal["file", "folder", "link", "private", "name", "special", "unreadable", "deep"]


class Entry(NamedTuple):
    """One file or folder: `path` as it was reached, and why it is not used; `reason` is empty for what is."""

    path: str
    kind: Kind
    reason: str = ""


class _Folder(NamedTuple):
    path: str
    real: str
    above: tuple[str, ...]


def walk(folder: str, top: str, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[Entry]:
    """Yield the files below `folder` and the folders that were entered, `folder` first, in no certain order.

    Links are followed when they lead to something inside `top`, an absolute path without links. Files and folders
    whose name is not `wanted` are left out without a word. A folder that does not exist yields nothing.
    """
    real = os.path.realpath(folder)
    if (
        (real != folder or os.path.islink(folder))
        and os.path.lexists(folder)
        and (reason := _refusal(folder, real, top, ()))
    ):
        yield Entry(folder, _kind_of(reason), reason)
        return
    visits: Counter[str] = Counter()
    waiting = [_Folder(folder, real, ())]
    while waiting:
        here = waiting.pop()
        try:
            entries = list(os.scandir(here.path))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield Entry(here.path, "unreadable", f"the folder cannot be read: {error.strerror}")
            continue
        yield Entry(here.path, "folder")
        above = (*here.above, here.real)
        for entry in entries:
            if not wanted(entry.name):
                continue
            kind, reason, real = _looked_at(entry, here.real, top, above)
            if kind == "folder" and len(above) > MAX_DEPTH:
                kind, reason = "deep", f"folders are nested more than {MAX_DEPTH} deep here, so this one was left out"
            if kind == "folder" and entry.is_symlink():
                visits[real] += 1
                if visits[real] > _MAX_VISITS:
                    kind, reason = "link", "too many links lead to the same folder, so this one was not followed"
            if kind == "folder":
                waiting.append(_Folder(entry.path, real, above))
            else:
                yield Entry(entry.path, kind, reason)


def _looked_at(entry: os.DirEntry[str], parent: str, top: str, above: tuple[str, ...]) -> tuple[Kind, str, str]:
    """Return what an entry is, why it cannot be used, and where it really is."""
    if not entry.name.isprintable() and (reason := _bad_name(entry.name)):
        return "name", reason, ""
    if entry.is_symlink():
        real = os.path.realpath(entry.path)
        reason = _refusal(entry.path, real, top, above)
        if reason:
            return _kind_of(reason), reason, real
        mode = os.stat(entry.path).st_mode
    elif entry.is_dir():
        return "folder", "", f"{parent}{os.sep}{entry.name}"
    elif entry.is_file():
        return "file", "", ""
    else:
        real, mode = "", entry.stat().st_mode
    if stat.S_ISDIR(mode):
        return "folder", "", real
    return ("file", "", real) if stat.S_ISREG(mode) else ("special", _special(mode), "")


def _kind_of(reason: str) -> Kind:
    return "private" if reason.endswith(_CLOSED.partition("{}")[2]) else "link"


def _bad_name(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        return "the name is not UTF-8, so this was left out"
    return "the name holds a control character, so this was left out" if any(ord(c) < 32 for c in name) else ""


def _special(mode: int) -> str:
    named = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    what = next((name for test, name in named if test(mode)), "a device")
    return f"this is {what} and not a file, so it was left out"


def _refusal(path: str, real: str, top: str, above: tuple[str, ...]) -> str:
    """Return why a link is not followed; nothing when it may be."""
    try:
        os.stat(path)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "this link leads to itself, so it was not followed"
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return "this link leads nowhere"
        return f"this link cannot be followed: {error.strerror}"
    if real != top and not real.startswith(top.rstrip(os.sep) + os.sep):
        return "this link leads out of the site's folder and was not followed"
    if closed := _closed_part(real, top):
        return _CLOSED.format(closed)
    if real in above or any(folder.startswith(real + os.sep) for folder in above):
        return "this link leads back into a folder it stands in and was not followed"
    return ""


def link_refusal(path: str, top: str) -> Entry | None:
    """Return why the link at `path` is not followed by a site in the folder `top`; None when it may be."""
    reason = _refusal(path, os.path.realpath(path), top, ())
    return Entry(path, _kind_of(reason), reason) if reason else None


def is_linked_theme(entry: Entry, root: Path) -> bool:
    """Tell whether an entry is a theme that stands elsewhere and that `themes/` of the site in `root` links to."""
    stands_there = Path(entry.path).parent == root.absolute() / "themes" and is_folder(entry.path)
    return stands_there and entry.kind == "link" and "out of" in entry.reason


def leads_into_private(real: str, top: str) -> bool:
    """Tell whether `real`, a path without links, is in a part of the site in `top` of which nothing is published."""
    return bool(_closed_part(real, top))


def _closed_part(real: str, top: str) -> str:
    """Return the part of a path that closes it: the private folder, or a name with a dot at its start, as `.git`."""
    private = os.path.realpath(os.path.join(top, PRIVATE))
    if real == private or real.startswith(private + os.sep):
        return f"{PRIVATE}/"
    inside = real.removeprefix(top.rstrip(os.sep) + os.sep) if real.startswith(top) else ""
    return next((part for part in inside.split(os.sep) if part.startswith(".") and part != ".well-known"), "")


def files_below(folder: Path, top: Path) -> tuple[list[Path], list[Entry]]:
    """Return the files below `folder`, sorted, and what was left out; links are followed inside `top`."""
    entries = list(walk(str(folder.absolute()), os.path.realpath(top)))
    files = sorted(folder / os.path.relpath(entry.path, folder) for entry in entries if entry.kind == "file")
    return files, [entry for entry in entries if entry.reason]


def is_file(path: str | Path) -> bool:
    """Tell whether there is a file that can be reached: False where `Path.is_file` raises, as for a closed folder."""
    return os.path.isfile(path)


def is_folder(path: str | Path) -> bool:
    """Tell whether there is a folder that can be reached."""
    return os.path.isdir(path)


def printable_path(path: str) -> str:
    """Return a path as it can be shown: bytes that are not UTF-8 and control characters as `\\xff`."""
    if path.isprintable():
        return path
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown)


def diagnostic_of(entry: Entry, path: str) -> Diagnostic:
    """Return what to report about an entry that was left out; `path` is what the site calls it."""
    from caresite.core import codes
    from caresite.core.codes_stories import PRIVATE_PUBLISHED
    from caresite.core.diagnostics import Span, fault

    code = {
        "private": PRIVATE_PUBLISHED,
        "name": codes.BAD_FILE_NAME,
        "special": codes.IGNORED_FILE,
        "unreadable": codes.UNREADABLE,
        "deep": codes.TOO_DEEP,
    }.get(entry.kind, codes.SYMLINK_OUT)
    hint = {"special": "replace it with an ordinary file, or remove it"}.get(entry.kind, "")
    if entry.kind == "link" and "out of" not in entry.reason:
        hint = "remove the link, or let it lead to something else"
    return fault(code, Span(printable_path(path)), entry.reason, hint=hint)
