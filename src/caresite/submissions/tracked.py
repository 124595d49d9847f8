"""Does git keep the private folder? It must not: whoever gets the repository would get it too."""

from __future__ import annotations

import subprocess
from pathlib import Path

from caresite.core.codes_stories import PRIVATE_TRACKED
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.submissions.options import PRIVATE

__all__ = ["check_tracked"]

_SECONDS = 20


def check_tracked(root: Path) -> tuple[Diagnostic, ...]:
    """Report the files of `private/` that git keeps; nothing without git, or outside a repository."""
    # a repository may name a program to watch its files; nothing of somebody else's is run here
    command = ("git", "-c", "core.fsmonitor=false", "ls-files", "-z", "--", PRIVATE)
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    paths = [path for path in done.stdout.decode("utf-8", "replace").split("\0") if path]
    if done.returncode or not paths:
        return ()
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return (fault(PRIVATE_TRACKED, Span(paths[0]), f"git keeps `{paths[0]}`{more}"),)
