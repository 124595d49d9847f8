"""The target `rsync`: a folder of a server, over SSH; what differs is found by comparing every file with its copy.

The ledger only tells which files are ours, so one that knows a few too many does no harm, and it is written once.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from caresite.core import codes_deploy as codes
from caresite.core.deployments import TargetKind
from caresite.core.diagnostics import Problem, fault
from caresite.core.patience import patiently
from caresite.deploy.faults import SSH_SIGNS, Sign, recognised
from caresite.deploy.ledger import LEDGER, Ledger, intended, knows, read_ledger, understood, written
from caresite.deploy.plan import Plan, emptied, in_the_way, steps, turn
from caresite.deploy.scratch import scratch, short_scratch
from caresite.deploy.ssh import SshOptions, check_host, file_of
from caresite.deploy.target import DigestName, Errand, File, Sent, Tell, There, Wanted
from caresite.pipeline.own_output import MARK_INSIDE

__all__ = ["TARGET", "Rsync", "RsyncOptions", "opened"]

_PAGE = 2
_SENDING = ("-rtLI8", "--omit-dir-times", "--chmod=D755,F644")
_CHANGE = re.compile(r"(\*deleting|[<>ch.][fdLDS]\S{9})\s+(.*)")
_ESCAPED = re.compile(r"\\#(\d{3})")
_UNFINISHED = re.compile(r"(.*/)?\.([^/]+)\.[A-Za-z0-9]{6}")
_LINE_FAULTS = frozenset((10, 12, 30, 35, 255))  # rsync(1), exit values: socket, protocol, timeouts; 255 is ssh's
_SIGNS = (
    *SSH_SIGNS,
    Sign("Permission denied", codes.NOT_LET_IN, "you may not write to `{path}` at {host}"),
    Sign(
        "command not found",
        codes.NO_SUCH_PLACE,
        "{host} has no rsync",
        "ask whoever runs the server for it, or take the target `sftp`",
    ),
    Sign(
        "is your shell clean",
        codes.HOST_REFUSED,
        "{host} runs no rsync for us: it takes files over SFTP alone, or greets whoever comes in with words of its own",
        "take the target `sftp`",
    ),
    Sign("No such file or directory", codes.NO_SUCH_PLACE, "there is no folder at {host} to make `{path}` in"),
)


class RsyncOptions(SshOptions, frozen=True, kw_only=True):
    """A folder of a server that has rsync, reached with the `ssh` of this computer."""


@contextmanager
def opened(options: RsyncOptions, errand: Errand) -> Iterator[Rsync]:
    """Yield the folder as a target. Raises Problem when this computer has no rsync, or `host` is none."""
    check_host(options, errand)
    for program in ("rsync", "ssh"):
        if not shutil.which(program):
            message = f"this computer has no `{program}`"
            hint = f"install it (`apt install {program}`, `brew install {program}`), or take the target `sftp`"
            raise Problem(fault(codes.MISSING_EXTRA, errand.span, message, hint=hint))
    with short_scratch(errand) as folder:
        target = Rsync(options, errand, shared=f"{folder}/%C")
        try:
            yield target
        finally:
            target.hang_up()


class _Failed(Exception):
    """Rsync ended with a fault: its exit value, and what it said."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


class _Seen(NamedTuple):
    """What differs between here and there, by path: not there, other bytes, not wanted."""

    missing: frozenset[str]
    other: frozenset[str]
    extra: frozenset[str]


class Rsync:
    """A folder that two rsyncs compare and fill."""

    digest: DigestName = "blake2b"

    def __init__(self, options: RsyncOptions, errand: Errand, *, shared: str) -> None:
        self._options = options
        self._errand = errand
        self._ssh = _ssh(options, errand, shared)

    # look

    def look(self, wanted: Wanted) -> There:
        """Return what the folder holds: the bytes of every file here are compared with those there."""
        ledger = self._ledger()
        seen = self._seen(wanted)
        present = {path for path in wanted.files if path not in seen.missing} | seen.extra
        leftovers = {path for path in seen.extra if _is_unfinished(path, ledger)}
        there = understood(ledger, dict.fromkeys(present - leftovers, ""), leftovers=sorted(leftovers))
        right = wanted.digests.keys() - seen.missing - seen.other
        digests = {path: wanted.digests[path] if path in right else "" for path in there.files}
        return There(digests, there.foreign, there.owner, leftovers=there.leftovers)

    def _seen(self, wanted: Wanted) -> _Seen:
        missing, other, extra = set[str](), set[str](), set[str]()
        with self._gathered(wanted.files.values()) as folder:
            compare = ("-rcnL8", "--delete", "--itemize-changes", "--out-format=%i %n", f"--exclude=/{MARK_INSIDE}")
            for line in self._run(*compare, f"{folder}/", self._there()).splitlines():
                if not (match := _CHANGE.fullmatch(line)) or (path := _unescaped(match[2])).endswith("/"):
                    continue
                kind = extra if match[1] == "*deleting" else missing if "+++" in match[1] else other
                kind.add(path)
        return _Seen(frozenset(missing), frozenset(other), frozenset(extra) - {LEDGER})

    def _ledger(self) -> Ledger:
        with scratch(self._errand) as folder:
            self._run("-r", "--include", f"/{LEDGER}", "--exclude", "*", self._there(), f"{folder}/", optional=True)
            path = folder / LEDGER
            return read_ledger(path.read_bytes()) if path.is_file() else Ledger()

    # send

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Bring the plan there, step by step; rsync puts each file in its place when it is whole."""
        blocking = in_the_way(plan)
        self._delete((*plan.there.leftovers, *blocking), emptied(plan, blocking))
        total, count = len(plan.add) + len(plan.change), 0
        if total:
            self._put_ledger(intended(self._errand.base_url, plan, {}, lambda path: ""))
        for step in steps(plan):
            with self._gathered(step.files) as folder:
                names = "\0".join(file.path for file in step.files)
                self._run(*_SENDING, "--from0", "--files-from=-", f"{folder}/", self._there(), said=names)
            count += len(step.files)
            tell("Sending", count, total)
        later = [path for path in plan.delete if path not in blocking]
        self._delete([path for path in later if turn(path) >= _PAGE])
        self._delete([path for path in later if turn(path) < _PAGE], emptied(plan, later))
        return Sent()

    def _put_ledger(self, ledger: Ledger) -> None:
        with scratch(self._errand) as folder:
            (folder / LEDGER).write_bytes(written(ledger))
            self._run(*_SENDING, f"{folder}/", self._there())

    def _delete(self, files: Iterable[str], folders: Iterable[str] = ()) -> None:
        """Remove exactly these files, and then these folders, which are empty by then, innermost first."""
        self._delete_together(list(files))
        deepest_first = sorted(folders, key=_depth, reverse=True)
        for _, together in groupby(deepest_first, key=_depth):
            self._delete_together(list(together))

    def _delete_together(self, paths: list[str]) -> None:
        if not paths:
            return
        with scratch(self._errand) as folder:
            for above in {path.rpartition("/")[0] for path in paths}:
                (folder / above).mkdir(parents=True, exist_ok=True)  # rsync looks for what is missing in there
            how = ("-r", "--delete-missing-args", "--from0", "--files-from=-")
            self._run(*how, f"{folder}/", self._there(), said="\0".join(paths))

    @contextmanager
    def _gathered(self, files: Iterable[File]) -> Iterator[Path]:
        """Give the folder in which all files lie as they are to stand there; one of links is made where they do not."""
        sources = {file.path: str(file.source.absolute()) for file in files}
        roots = {source.removesuffix(path) for path, source in sources.items()}
        if len(roots) == 1 and (root := roots.pop()).endswith("/"):
            yield Path(root)
            return
        with scratch(self._errand) as folder:
            for path, source in sources.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).symlink_to(source)
            yield folder

    # rsync itself

    def hang_up(self) -> None:
        """End the line that all calls share."""
        user = ["-l", self._options.user] if self._options.user else []
        words = [*self._ssh, "-Oexit", *user, self._options.host]
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def _there(self) -> str:
        user = f"{self._options.user}@" if self._options.user else ""
        host = self._options.host.strip("[]")
        host = f"[{host}]" if ":" in host else host  # or rsync looks for a module after `::`
        return f"{user}{host}:{self._options.path.rstrip('/') or '/'}/"

    def _run(self, *words: str, said: str = "", optional: bool = False) -> str:
        """Return what rsync prints. Raises Problem when it fails, unless what it is to fetch is `optional`."""

        def call() -> str:
            command = ["rsync", "-s", "--timeout=60", "-e", _quoted(self._ssh), *words]
            told = said.encode("utf-8", "surrogateescape")
            done = subprocess.run(command, input=told, capture_output=True, check=False)
            errors = done.stderr.decode("utf-8", "replace")
            if done.returncode and not (optional and done.returncode == 23):
                raise _Failed(done.returncode, errors)
            return done.stdout.decode("utf-8", "surrogateescape")

        try:
            return patiently(call, _may_pass, self._errand.sleep)
        except _Failed as failed:
            raise self._problem(failed) from None

    def _problem(self, failed: _Failed) -> Problem:
        names = {"host": self._options.host, "path": self._options.path}
        if found := recognised(failed.said, _SIGNS, self._errand.span, **names):
            return found
        lines = [line for line in failed.said.splitlines() if line.strip()]
        reason = lines[0][:200] if lines else f"rsync ended with {failed.status}"
        code = codes.HOST_SILENT if failed.status in _LINE_FAULTS else codes.HOST_REFUSED
        return Problem(fault(code, self._errand.span, f"{self._options.host}: {reason}"))


def _may_pass(error: Exception) -> bool:
    """Tell whether the line broke, for a reason that no patience is wasted on."""
    return (
        isinstance(error, _Failed)
        and error.status in _LINE_FAULTS
        and not any(sign.words in error.said for sign in _SIGNS)
    )


def _ssh(options: RsyncOptions, errand: Errand, shared: str) -> list[str]:
    """Return the command by which rsync reaches the server; nobody is there to be asked for anything.

    `shared` is the path of a socket, so that one line serves all that rsync is called for.
    """
    words = ["ssh", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oConnectTimeout=20", "-oLogLevel=ERROR"]
    words.extend(("-oControlMaster=auto", "-oControlPersist=60", f"-oControlPath={shared}"))
    if options.port:
        words.append(f"-p{options.port}")
    if options.key_file:
        words.extend(("-oIdentitiesOnly=yes", f"-i{file_of(errand, options.key_file)}"))
    if options.known_hosts:
        words.append(f"-oUserKnownHostsFile={file_of(errand, options.known_hosts)}")
    return words


def _quoted(words: Iterable[str]) -> str:
    """Return a command in rsync's own way of quoting."""
    return " ".join("'" + word.replace("'", "''") + "'" for word in words)


def _unescaped(name: str) -> str:
    """Return a name as it is; rsync prints bytes that no terminal should get as `\\#` and three octal digits."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), name)


def _is_unfinished(path: str, ledger: Ledger) -> bool:
    """Tell whether a file is one that rsync was writing for us when it was ended: `.name.Xy12Zz`."""
    found = _UNFINISHED.fullmatch(path)
    return found is not None and knows(ledger, (found[1] or "") + found[2]) and not knows(ledger, path)


def _depth(path: str) -> int:
    return path.count("/")


TARGET = TargetKind(name="rsync", options=RsyncOptions, open=opened)
