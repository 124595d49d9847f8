"""What goes wrong at a host, in plain words: errors of files and of connections become Problems."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import NamedTuple

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Code, Problem, Span, fault

__all__ = ["SSH_SIGNS", "Sign", "file_problem", "missing_extra", "reason_of", "recognised", "silent", "told"]

_BY_ERRNO: dict[int, Code] = {
    errno.ENOSPC: codes.HOST_FULL,
    errno.EDQUOT: codes.HOST_FULL,
    errno.EACCES: codes.NOT_LET_IN,
    errno.EPERM: codes.NOT_LET_IN,
    errno.EROFS: codes.NOT_LET_IN,
    errno.ENOENT: codes.NO_SUCH_PLACE,
    errno.ENOTDIR: codes.NO_SUCH_PLACE,
}


def file_problem(error: OSError, span: Span, what: str) -> Problem:
    """Return the Problem for a file error at a target; `what` names the target's folder to people."""
    reason = error.strerror or str(error)
    code = _BY_ERRNO.get(error.errno or 0, codes.HOST_REFUSED)
    name = PurePath(str(error.filename)).name if error.filename else ""
    place = f" (at `{name}`)" if name and name != PurePath(what).name else ""
    return Problem(fault(code, span, f"`{what}`: {reason[:1].lower()}{reason[1:]}{place}"))


@contextmanager
def told(span: Span, what: str) -> Iterator[None]:
    """Tell errors of files in plain words; `what` names the target's folder to people."""
    try:
        yield
    except OSError as error:
        raise file_problem(error, span, what) from error


def silent(span: Span, host: str, error: Exception) -> Problem:
    """Return the Problem for a host that cannot be reached, or that broke off."""
    return Problem(fault(codes.HOST_SILENT, span, f"{host} cannot be reached: {reason_of(error)}"))


def reason_of(error: BaseException) -> str:
    """Return why a host cannot be reached, in words that follow a colon; libraries wrap the reason into their own."""
    while not isinstance(error, OSError) and (inner := error.__cause__ or error.__context__):
        error = inner
    if isinstance(error, socket.gaierror):
        return "nobody knows a computer of that name, or there is no network"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text[:1].lower() + text[1:]


def missing_extra(span: Span, target: str, extra: str) -> Problem:
    """Return the Problem for a target whose libraries are not installed; `extra` is the name that brings them."""
    message = f"the target `{target}` needs libraries that are not installed"
    return Problem(
        fault(codes.MISSING_EXTRA, span, message, hint=f'install them with `pip install "caresite[{extra}]"`')
    )


class Sign(NamedTuple):
    """Words of another program, and what they mean to people; braces hold names that are filled in."""

    words: str
    code: Code
    message: str
    hint: str = ""


SSH_SIGNS = (
    Sign(
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        codes.HOST_KEY,
        "the key of {host} is not the one it had",
        "ask whoever runs the server; if it was changed on purpose, run `ssh-keygen -R {host}` and connect with `ssh`",
    ),
    Sign(
        "Host key verification failed",
        codes.HOST_KEY,
        "nobody vouches for the key of {host}",
        "connect once with `ssh {host}`, compare the fingerprint with that of whoever runs the server, and answer yes",
    ),
    Sign("Permission denied (", codes.NOT_LET_IN, "{host} takes none of your keys", "check the user and the key"),
    Sign("Could not resolve host", codes.HOST_SILENT, "nobody knows a computer called {host}, or there is no network"),
    Sign("No space left on device", codes.HOST_FULL, "the disk of {host} is full"),
    Sign("File too large", codes.HOST_FULL, "{host} takes no more of a file: its disk, or what you may use, is full"),
    Sign("isk quota exceeded", codes.HOST_FULL, "what you may use of the disk of {host} is full"),
)


def recognised(said: str, signs: Iterable[Sign], span: Span, **names: str) -> Problem | None:
    """Return the Problem that the first sign in `said` means; None when there is none."""
    for sign in signs:
        if sign.words in said:
            return Problem(fault(sign.code, span, sign.message.format(**names), hint=sign.hint.format(**names)))
    return None
