"""The moderator: who decides, as the log calls them."""

from __future__ import annotations

import getpass

__all__ = ["moderator"]


def moderator(given: str = "", *, clock_is_set: bool = False) -> str:
    """Return who does this, for the log: the name given, else that of this computer's user.

    Where they had the clock set to another moment, the log says so with the name: its time is not when it happened.
    """
    name = given.strip() or _user()
    return f"{name} (--clock)" if clock_is_set else name


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "owner"
