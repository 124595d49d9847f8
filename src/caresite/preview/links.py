"""Links: which files and folders of a site the links in its folders lead to, and on which way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from caresite.core.walk import walk

__all__ = ["Links", "links_in"]

_MOST_STEPS = 40  # as Linux has it


class Links(Struct, frozen=True):
    """Where links lead, as paths below the root: each step on the way, the last included, and the folders they reach.

    A step need not be there: a link may lead to what comes later.
    """

    steps: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def concern(self, path: str) -> bool:
        """Tell whether something on the way of a link changes with `path`, or in a folder that a link leads to."""
        if not self.steps:
            return False
        above = path.split("/")
        if any("/".join(above[:length]) in self.folders for length in range(1, len(above) + 1)):
            return True
        return path in self.steps or any(step.startswith(f"{path}/") for step in self.steps)


def links_in(folders: Iterable[Path], root: Path) -> Links:
    """Return where the links below `folders`, and these themselves, lead inside `root`, which has no links itself."""
    steps: set[str] = set()
    reached: set[str] = set()
    for folder in folders:
        for entry in walk(str(folder), str(root)):
            if not os.path.islink(entry.path):
                continue
            way = [path for path in _way(entry.path, root) if path != entry.path]
            steps.update(_below(path, root) for path in way)
            if entry.kind == "folder":
                reached.add(_below(os.path.realpath(entry.path), root))
    return Links(frozenset(steps - {""}), frozenset(reached - {""}))


def _way(link: str, root: Path) -> Iterator[str]:
    """Yield the links that are met inside `root` on the way to what `link` names, and that at last."""
    done, waiting, left = str(root), os.path.relpath(link, root).split(os.sep), _MOST_STEPS
    while waiting:
        done = os.path.normpath(os.path.join(done, waiting.pop(0)))
        if os.path.islink(done):
            yield done
            left -= 1
            if not left:
                return
            target = os.readlink(done)
            done, waiting = os.path.dirname(done), [*target.split(os.sep), *waiting]
            if os.path.isabs(target):
                done = os.sep
    yield done


def _below(path: str, root: Path) -> str:
    """Return a path as the site names it; nothing for what is not inside `root`."""
    relative = os.path.relpath(path, root).replace(os.sep, "/")
    return "" if relative == "." or relative.startswith("../") else relative
