"""Traces: where on this disk something of a submission may stand besides the store, and how it is taken away.

What was shown leaves copies: resized pictures, the build cache, the log of deploys. `.caresite/` is all of that, and
safe to delete. So all of it is deleted but pictures of other texts, whose names say what they were made from: a search
for a text in every encoding would have to be right each time.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from caresite.core.temporary import delete_abandoned_folders
from caresite.core.texts import counted
from caresite.pipeline.picture_cache import CACHE_FOLDER, delete_pictures_without_source
from caresite.submissions.options import PRIVATE
from caresite.submissions.records import Submission
from caresite.submissions.store import FOLDER

__all__ = ["CACHE", "forget", "out_of_reach", "sweep", "texts_naming"]

CACHE = ".caresite"
_SECONDS = 20
_TEMPORARY = ".caresite-????????"  # as `write_atomically` calls a file that is not whole yet
_FEWEST = 8
_LONGEST = 60
_LARGEST = 64 * 1_048_576
_TEXTS = frozenset((".md", ".markdown", ".yaml", ".yml", ".toml", ".json"))


def forget(root: Path, item_id: str, gone: Iterable[str] = ()) -> tuple[str, ...]:
    """Delete what builds, previews and deploys keep of a submission; return every path that was deleted.

    `gone` are the paths of its texts and of pictures that no other text has.
    """
    abandoned = delete_abandoned_folders()
    folder = root / CACHE
    if folder.is_symlink():
        folder.unlink()
        return (*abandoned, CACHE)
    lost = texts_naming(root, item_id)
    pictures = delete_pictures_without_source(root, {*gone, *lost})
    others = [path for path in _files_below(folder) if not path.is_relative_to(root / CACHE_FOLDER)]
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry == root / CACHE_FOLDER:
            with suppress(OSError):  # what is left in it stays
                entry.rmdir()
        elif entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return tuple(sorted((*abandoned, *pictures, *(path.relative_to(root).as_posix() for path in others))))


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]


def sweep(root: Path) -> tuple[str, ...]:
    """Delete what a write that was interrupted left beside public files; return every path that is gone."""
    found = [*root.glob(_TEMPORARY), *(root / "content").rglob(_TEMPORARY), *(root / "consent").glob(_TEMPORARY)]
    files = [path for path in found if path.is_file() and not path.is_symlink()]
    for path in files:
        path.unlink(missing_ok=True)
    return tuple(path.relative_to(root).as_posix() for path in files)


def texts_naming(root: Path, item_id: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the texts of `content/` that name a submission, wherever their owner has moved them."""
    found = {path for path in known if (root / path).is_file()}
    needle = item_id.encode()
    for path in (root / "content").rglob("*"):
        if path.suffix.lower() in _TEXTS and path.is_file() and needle in path.read_bytes():
            found.add(path.relative_to(root).as_posix())
    return tuple(sorted(found))


def out_of_reach(root: Path, item: Submission, *, is_erased: bool = False) -> tuple[str, ...]:
    """Say, in sentences, where copies of `item`, as it was, may be that are not taken away, or cannot be."""
    own = tuple(_own_files(root, item)) if is_erased else ()
    return (*own, *_beyond(root, item.published_as))


def _own_files(root: Path, item: Submission) -> Iterator[str]:
    """Tell of files that only their owner may delete: exports, backups, what came in before it was read."""
    found = sorted(path.relative_to(root).as_posix() for path in _holding(root / PRIVATE, item))
    if found:
        yield (
            f"Files of yours that still hold it, or its author's address: {', '.join(found)}. Delete them, or take it "
            "out; a letter that another story of theirs rests on stays."
        )
    if (root / FOLDER / ".learned").exists():
        yield "What was learned from it may hold single words: `caresite stories train` learns anew, without it."


def _holding(folder: Path, item: Submission) -> Iterator[Path]:
    """Yield the files beside the store that hold the address or the words of `item`, or its id."""
    longest = [max(words.split("\n"), key=len)[:_LONGEST] for words in (item.text.body, item.showing.body)]
    needles = [item.id, item.submitter.email, *longest]  # the first line may be a greeting, which others use too
    wanted = [needle.encode() for needle in needles if len(needle) >= _FEWEST]
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_relative_to(folder.parent / FOLDER) and path.stat().st_size <= _LARGEST:
            data = path.read_bytes()
            if any(needle in data for needle in wanted):
                yield path


def _beyond(root: Path, paths: tuple[str, ...]) -> Iterator[str]:
    commits = _commits(root, paths)
    if commits:
        yield (
            f"The history of your repository: {counted(commits, 'commit')} with {' and '.join(paths)}. "
            "`git filter-repo --invert-paths --path …` rewrites it; every clone keeps its own."
        )
    elif commits is None:
        yield "The history of a repository, if the text was committed somewhere: every clone keeps its own."
    yield "What is on the web until you deploy: build and deploy now."
    yield "Caches of others: search engines (ask for removal in their consoles), your host's, and readers' browsers."
    yield "Archives such as web.archive.org, and whoever copied, quoted, printed or subscribed to it."
    if backups := sorted((root / PRIVATE).glob("*.tar.gz")):
        names = ", ".join(path.relative_to(root).as_posix() for path in backups)
        yield f"Backups of the private store: {names}. Make a new one, then delete these."
    yield "Backups and exports that lie elsewhere, the mailbox and the form service through which it came."


def _commits(root: Path, paths: tuple[str, ...]) -> int | None:
    """Return how many commits touch `paths`, on any branch; None without git, or outside a repository."""
    command = ("git", "-c", "core.fsmonitor=false", "log", "--all", "--format=%H", "--", *(paths or ("content",)))
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    return len(done.stdout.split()) if paths else 0
