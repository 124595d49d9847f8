"""Tokens and passwords: from the environment, or from a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.deploy.target import Errand

__all__ = ["find_secret", "needed_secret"]

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def needed_secret(errand: Errand, *, variable: str, file: str = "", what: str = "a token") -> str:
    """Return the secret as `find_secret` does. Raises Problem, which says where to put it, when there is none."""
    if value := find_secret(errand, variable=variable, file=file):
        return value
    message = f"`{errand.name}` needs {what}, and the environment variable {variable} is not set"
    raise Problem(fault(codes.UNSAFE_SECRET, errand.span, message))


def find_secret(errand: Errand, *, variable: str, file: str = "") -> str:
    """Return the secret that stands in the environment variable, else in `file`; empty when there is neither.

    Raises Problem for a file that others may read, or that is not there. The secret itself is in no message.
    """
    if value := errand.environ.get(variable, "").strip():
        return value
    return _from_file(errand.root / Path(file).expanduser(), file, errand.span) if file else ""


def _from_file(path: Path, shown: str, span: Span) -> str:
    try:
        status = path.stat()
        if os.name == "posix" and status.st_mode & _OTHERS:
            message = f"others on this computer can read `{shown}`, which holds a secret"
            hint = f"run `chmod 600 {shown}`, and get a new token if others use this computer"
            raise Problem(fault(codes.UNSAFE_SECRET, span, message, hint=hint))
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        message = f"`{shown}`, which should hold a secret, cannot be read: {reason[:1].lower()}{reason[1:]}"
        raise Problem(fault(codes.UNSAFE_SECRET, span, message)) from None
    if not text:
        raise Problem(fault(codes.UNSAFE_SECRET, span, f"`{shown}`, which should hold a secret, is empty"))
    return text
