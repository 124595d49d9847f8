"""A second tree of the same files, as hard links, which take no room: a new site is made by changing a few of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from caresite.core.files import linked

__all__ = ["matched"]

_Identity = tuple[int, int]
"""Device and inode, which two names of one file share."""


class _Tree(NamedTuple):
    """What a folder holds, by path; folders stand after those that they lie in."""

    files: dict[str, _Identity]
    folders: dict[str, None]


def matched(spare: Path, model: Path) -> bool:
    """Make `spare` hold the files of `model` and nothing else; tell whether the file system has such links.

    Whatever `spare` was before does not matter: each name in it is looked at.
    """
    spare.mkdir(exist_ok=True)
    here, there = _tree(spare), _tree(model)
    for path, identity in here.files.items():
        if there.files.get(path) != identity:
            (spare / path).unlink()
    for path in reversed(here.folders):
        if path not in there.folders:
            shutil.rmtree(spare / path)
    made = set(here.folders)
    for path, identity in there.files.items():
        if here.files.get(path) == identity:
            continue
        if (folder := path.rpartition("/")[0]) and folder not in made:
            (spare / folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        if not linked(model / path, spare / path):
            return False
    return True


def _tree(root: Path) -> _Tree:
    tree, waiting = _Tree({}, {}), [""]
    while waiting:
        above = waiting.pop()
        with os.scandir(root / above) as entries:
            for entry in entries:
                path = above + entry.name
                if entry.is_dir(follow_symlinks=False):
                    tree.folders[path] = None
                    waiting.append(f"{path}/")
                else:
                    status = entry.stat(follow_symlinks=False)
                    tree.files[path] = (status.st_dev, status.st_ino)
    return tree
