"""Own output: which folders builds have made, so that no other is ever emptied.

The mark of a folder stands beside it, as everything in it is published: `.public.caresite-output` beside `public/`. It
names the folder by its number on the disk, so a folder that its owner makes later under the same name is not taken for
ours. Where nothing can be written beside a folder, the mark stands in it. A copy of a folder, as in a fresh clone, is
known by files that say what made them.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from caresite.core.files import write_atomically

__all__ = ["MARK_INSIDE", "SIGN", "is_marked", "is_own_output", "mark_as_own", "mark_beside"]

MARK_INSIDE = ".caresite-output"
_TEXT = "caresite makes the folder {name}/ anew with every build. What you put there by hand will be removed.\n"
SIGN = "# Made by every build"
"""What a file that a theme has no part in begins with."""
_SIGNS = re.compile(rb"<meta\s+name=[\"']?generator[\"']?\s+content=[\"']?caresite\b|\A" + SIGN.encode())
_SIGNED = ("404.html", "index.html", "_headers")  # a theme may leave the sign out of its pages
_HEAD_BYTES = 65_536


def mark_beside(folder: Path) -> Path:
    """Return where the mark of `folder` stands."""
    return folder.parent / f".{folder.name}.caresite-output"


def mark_as_own(folder: Path, *others: Path) -> None:
    """Mark `folder` as made by us, and `others` that are about to take its place."""
    numbers = "".join(f"{number}\n" for path in (folder, *others) if (number := _number(path)))
    text = (_TEXT.format(name=folder.name) + numbers).encode()
    if _read(mark_beside(folder)) != text:
        try:
            write_atomically(mark_beside(folder), text)
        except OSError:
            write_atomically(folder / MARK_INSIDE, text)
            return
    (folder / MARK_INSIDE).unlink(missing_ok=True)


def is_own_output(folder: Path) -> bool:
    """Tell whether a build made what is in `folder`."""
    return is_marked(folder) or any(_SIGNS.search(_read(folder / name)) for name in _SIGNED)


def is_marked(folder: Path) -> bool:
    """Tell whether builds of a site on this computer write into `folder`."""
    return (folder / MARK_INSIDE).is_file() or _number(folder).encode() in _read(mark_beside(folder)).split(b"\n")[1:-1]


def _number(folder: Path) -> str:
    """Return what tells a folder from every other on this computer; nothing where there is none."""
    with suppress(OSError):
        status = folder.stat()
        return f"{status.st_dev}:{status.st_ino}"
    return ""


def _read(file: Path) -> bytes:
    """Return the beginning of a file; nothing of one that is not there."""
    with suppress(OSError), file.open("rb") as opened:
        return opened.read(_HEAD_BYTES)
    return b""
