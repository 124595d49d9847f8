"""The moderator: who decides, as the log calls them."""

from __future__ import annotations

import getpass

__all__ = ["moderator"]


def moderator(given: str = "") -> str:
    """Return who does this, for the log: the name given, else that of this computer's user."""
    if given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "owner"
