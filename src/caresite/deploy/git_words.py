"""What git says when it fails, in plain words: what the host refused, what this computer cannot, or a broken line."""

from __future__ import annotations

import re
from typing import NamedTuple

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.deploy.faults import SSH_SIGNS, Sign, recognised

__all__ = ["Repository", "git_problem"]

_LONGEST = 200
_REMOTE = "remote:"
_FULL = ("No space left on device", "Out of diskspace", "isk quota exceeded")
_AGAIN = ("somebody else has just changed the branch", "deploy again")
_SIGNS = (
    *SSH_SIGNS,
    Sign("Connection refused", codes.HOST_SILENT, "{host} cannot be reached: it refuses the connection"),
    Sign("timed out", codes.HOST_SILENT, "{host} cannot be reached: it did not answer in time"),
    Sign("Authentication failed", codes.NOT_LET_IN, "`{repository}` does not take the token", "{token}"),
    Sign("could not read Username", codes.NOT_LET_IN, "`{repository}` wants to know who you are", "{token}"),
    Sign("Permission to ", codes.NOT_LET_IN, "you may not write to `{repository}`", "{token}"),
    Sign("error: 403", codes.NOT_LET_IN, "you may not write to `{repository}`", "{token}"),
    Sign("epository not found", codes.NO_SUCH_PLACE, "there is no repository `{repository}`, or you may not see it"),
    Sign("does not appear to be a git repository", codes.NO_SUCH_PLACE, "there is no repository `{repository}`"),
    Sign("' not found", codes.NO_SUCH_PLACE, "there is no repository `{repository}`"),
    Sign("stale info", codes.HOST_REFUSED, *_AGAIN),
    Sign("[rejected]", codes.HOST_REFUSED, *_AGAIN),
    Sign("ermission denied", codes.NOT_LET_IN, "you may not write to `{repository}`"),
)
_BROKEN = ("Connection", "unable to access", "early EOF", "hung up", "error: 5", "error: 429", "RPC failed")
_SAYS_LITTLE = re.compile(
    r"\s*+(hint:.*|To .*|Everything up-to-date|Please make sure.*|and the repository exists\.|! \[.*"
    r"|error: failed to push some refs.*|fatal: Could not read from remote repository\.|)\s*"
)


class Repository(NamedTuple):
    """How people know a repository: its name in messages, the computer it is on, and how it gets a token."""

    name: str
    host: str
    token_hint: str


def git_problem(said: str, repository: Repository, span: Span) -> Problem:
    """Return the Problem that git means by what it `said` as it failed."""
    lines = [line.rstrip() for line in said.splitlines() if not _SAYS_LITTLE.fullmatch(line)]
    theirs = [line.removeprefix(_REMOTE).strip() for line in lines if line.startswith(_REMOTE)]
    if any(sign in line for sign in _FULL for line in lines):
        is_there = any(sign in line for sign in _FULL for line in theirs)
        message = f"the disk of `{repository.name}` is full" if is_there else "the disk of this computer is full"
        hint = "" if is_there else "make room here and deploy again"
        return Problem(fault(codes.HOST_FULL, span, message, hint=hint))
    names = {"host": repository.host, "repository": repository.name, "token": repository.token_hint}
    if found := recognised(said, _SIGNS, span, **names):
        return found
    code = codes.HOST_SILENT if any(word in said for word in _BROKEN) else codes.HOST_REFUSED
    return Problem(fault(code, span, f"`{repository.name}`: {_most_telling(theirs, lines)}"))


def _most_telling(theirs: list[str], lines: list[str]) -> str:
    """Return what the host gave for a reason, else what git did, without names of users."""
    reason = next(filter(None, theirs), "") or next(iter(lines[-1:]), "git does not say why")
    return re.sub(r"//[^/@\s]+@", "//", reason)[:_LONGEST]
