"""Folders that go with a deploy: below `.caresite/`, and cleared by the next one where a deploy was killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caresite.deploy.target import Errand

__all__ = ["scratch", "short_scratch", "sweep"]

_PREFIX = "scratch-"
_SHORT = "cs-"


@contextmanager
def scratch(errand: Errand) -> Iterator[Path]:
    """Yield an empty folder that is gone afterwards."""
    errand.state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=errand.state) as folder:
        yield Path(folder)


@contextmanager
def short_scratch(errand: Errand) -> Iterator[Path]:
    """Yield such a folder with a short path, for sockets: unix(7) lets theirs have about a hundred characters.

    It lies where the system keeps what passes, and a link in a folder of ours leads there, for whoever has to clear it.
    """
    with scratch(errand) as noted, tempfile.TemporaryDirectory(prefix=_SHORT) as folder:
        (noted / "short").symlink_to(folder)
        yield Path(folder)


def sweep(root: Path) -> None:
    """Clear what deploys of the site at `root` have left that were killed. None may be at work."""
    for folder in (root / ".caresite/deploy").glob(f"*/{_PREFIX}*"):
        short = folder / "short"
        if short.is_symlink() and _is_ours(short.readlink()):
            shutil.rmtree(short.readlink(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith(_SHORT) and not folder.is_symlink()
