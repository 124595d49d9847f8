"""Deliveries from disk: the files that a source's `path` names, or that somebody names on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from caresite.core.codes_stories import BAD_SOURCE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.suggest import nearest
from caresite.submissions.sources.encodings import MAX_BYTES
from caresite.submissions.sources.registry import Delivery, SourceKind

__all__ = ["deliveries_at", "files_at", "kind_of", "missing_at", "shown_path"]

_MAGIC = re.compile(r"[*?\[]")


def deliveries_at(paths: Iterable[Path], root: Path) -> Iterator[Delivery]:
    """Yield what files hold. Raises Problem for one that cannot be read."""
    for path in paths:
        shown = shown_path(path, root)
        try:
            with path.open("rb") as file:
                yield Delivery(shown, file.read(MAX_BYTES + 1))
        except OSError as error:
            message = f"it cannot be read: {error.strerror or error}"
            raise Problem(fault(BAD_SOURCE, Span(shown), message)) from None


def shown_path(path: Path, root: Path) -> str:
    """Return a path as people know it: below the site, else its name."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.name


def files_at(pattern: str, root: Path, suffixes: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the files that `pattern` names: a file, those of a folder, or those that fit `*` and `?`.

    Of a Maildir these are its messages; of any other folder the files with one of `suffixes`.
    """
    full = root.absolute() / Path(pattern).expanduser()
    found = Path(full.anchor).glob(str(full.relative_to(full.anchor))) if _MAGIC.search(pattern) else (full,)
    files: list[Path] = []
    for path in sorted(found):
        files.extend(_files_in(path, suffixes) if path.is_dir() else [path] if path.is_file() else [])
    return tuple(files)


def missing_at(pattern: str, root: Path) -> tuple[str, str]:
    """Return the first folder or file on the way of `pattern` that is not there, and what may be meant, or nothing."""
    at = root.absolute() / Path(pattern).expanduser()
    here = Path(at.anchor)
    for part in at.parts[1:]:
        if _MAGIC.search(part):
            break
        if not (here / part).exists():
            near = nearest(part, (path.name for path in here.iterdir())) if here.is_dir() else ""
            missing = shown_path(here / part, root)
            return missing, shown_path(here / near, root) if near else ""
        here /= part
    return "", ""


def _files_in(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        names = [path for part in ("new", "cur") for path in (folder / part).iterdir() if path.is_file()]
        return sorted(names, key=lambda path: path.name)
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in suffixes)


def kind_of(path: Path, kinds: Iterable[SourceKind]) -> SourceKind | None:
    """Return the kind of source that a file is of, by its ending, else by how it begins; None when nobody knows."""
    every = list(kinds)
    if path.is_dir():
        is_maildir = (path / "cur").is_dir() and (path / "new").is_dir()
        wanted = "mail" if is_maildir or any(path.glob("*.eml")) else "folder"
        return next((kind for kind in every if kind.name == wanted), None)
    by_ending = next((kind for kind in every if path.suffix.lower() in kind.suffixes), None)
    if by_ending:
        return by_ending
    with path.open("rb") as file:
        head = file.read(4096)
    order = ("json", "mail", "csv")
    claiming = [kind for kind in every if kind.claims and kind.claims(head)]
    return min(claiming, key=lambda k: order.index(k.name) if k.name in order else -1, default=None)
