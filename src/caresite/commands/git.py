"""What git knows of a folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["Git"]

_SECONDS = 20


class Git:
    """Asks git about one folder; without git, or outside a repository, it answers as if nothing were kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_there(self) -> bool:
        """Tell whether the folder is in a git repository."""
        return self._ask("rev-parse", "--is-inside-work-tree") == "true\n"

    def ignores(self, path: str) -> bool:
        """Tell whether git would leave out `path`, which need not exist."""
        return self._ask("check-ignore", "--no-index", "--", path) != ""

    def tracked(self) -> tuple[str, ...]:
        """Return the paths that git keeps, below the folder."""
        return tuple(path for path in self._ask("ls-files", "-z").split("\0") if path)

    def _ask(self, *words: str) -> str:
        # a repository may name a program to watch its files; nothing of somebody else's is run here
        command = ("git", "-c", "core.fsmonitor=false", *words)
        try:
            done = subprocess.run(
                command, cwd=self.folder, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else ""
