"""The target `sftp`: any web space that takes files over SFTP, in an order that keeps the site whole."""

from __future__ import annotations

import io
import posixpath
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import groupby
from typing import Annotated, Any, TypeVar

from caresite.core import codes_deploy as codes
from caresite.core.deployments import TargetKind
from caresite.core.diagnostics import Problem, fault
from caresite.core.patience import patiently
from caresite.core.schema import Doc
from caresite.deploy.crew import each
from caresite.deploy.faults import file_problem, silent
from caresite.deploy.ledger import LEDGER, Ledger, finished, intended, read_ledger, understood, written
from caresite.deploy.plan import Plan, in_the_way, steps, turn
from caresite.deploy.secrets import find_secret
from caresite.deploy.sftp_listing import Listing, listed, stamp_of
from caresite.deploy.ssh import Line, SshOptions, check_host
from caresite.deploy.target import DigestName, Errand, File, Sent, Tell, There, Wanted

__all__ = ["TARGET", "Sftp", "SftpOptions", "opened"]

T = TypeVar("T")

_PART = ".caresite-part"
_WORKERS = 6  # servers let one line have ten channels
_PIECE = 32_768
_FILE, _FOLDER = 0o644, 0o755  # to be read by everybody, and by a web server too


class SftpOptions(SshOptions, frozen=True, kw_only=True):
    """A folder of a server that is reached over SFTP."""

    password_env: Annotated[
        str, Doc("The environment variable with your password, or with that of your key. It never stands here.")
    ] = "SFTP_PASSWORD"
    password_file: Annotated[str, Doc("A file with it instead, that only you can read.")] = ""
    host_key: Annotated[
        str,
        Doc(
            "The fingerprint of the server's key, for computers that have no file of trusted servers. Whoever runs the "
            "server can tell it.",
            example="SHA256:uNiVztksCsDhcc0u9e8BrqD/Z7V1W0PpBaH1rHjJ7xg",
        ),
    ] = ""


@contextmanager
def opened(options: SftpOptions, errand: Errand) -> Iterator[Sftp]:
    """Yield the folder as a target; the line is hung up afterwards."""
    check_host(options, errand)
    password = find_secret(errand, variable=options.password_env, file=options.password_file)
    line = Line(options, errand, password=password, host_key=options.host_key)
    try:
        yield Sftp(line, options, errand)
    finally:
        line.close()


class Sftp:
    """A folder at the other end of a line."""

    digest: DigestName = "blake2b"

    def __init__(self, line: Line, options: SftpOptions, errand: Errand) -> None:
        self._line = line
        self._options = options
        self._errand = errand
        self._folders: set[str] = set()
        self._stamps: dict[str, str] = {}

    # look

    def look(self, wanted: Wanted) -> There:
        """Return what the folder holds, by its listing and the ledger of the last deploy."""
        is_there = self._check_folder()
        listing = listed(self._asked, self._at("")) if is_there else Listing({}, set())
        self._folders = listing.folders | ({""} if is_there else set())
        leftovers = [path for path in listing.files if path.endswith(_PART)]
        self._stamps = {path: stamp for path, stamp in listing.files.items() if path not in leftovers}
        ledger = self._ledger() if self._stamps.pop(LEDGER, None) else Ledger()
        return understood(ledger, self._stamps, leftovers=leftovers)

    def _check_folder(self) -> bool:
        """Tell whether the folder is there. Raises Problem when there is none above it either, to make it in."""
        path = self._options.path.rstrip("/") or "/"
        if self._asked(partial(_exists, path=path)):
            return True
        if self._asked(partial(_exists, path=posixpath.dirname(path) or ".")):
            return False
        message = f"there is no folder `{path}` at {self._line.host}, and none above it either"
        raise Problem(fault(codes.NO_SUCH_PLACE, self._errand.span, message))

    def _ledger(self) -> Ledger:
        def fetched(sftp: Any) -> bytes:
            with sftp.open(self._at(LEDGER), "rb") as file:
                file.prefetch()
                return bytes(file.read())

        return read_ledger(self._asked(fetched))

    # send

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Bring the plan there step by step; each file is put under another name first, and then in its place."""
        time = self._time(plan)
        self._write_ledger(
            intended(self._errand.base_url, plan, self._stamps, lambda path: f"{plan.wanted.files[path].size}-{time}")
        )
        blocking = in_the_way(plan)
        self._delete((*plan.there.leftovers, *blocking))
        total, count = len(plan.add) + len(plan.change), 0

        def done(file: File) -> None:
            nonlocal count
            count += 1
            tell("Sending", count, total)

        for step in steps(plan):
            self._make_folders(posixpath.dirname(file.path) for file in step.files)
            each(step.files, partial(self._put, time=time), workers=_WORKERS, done=done)
        self._delete(path for path in plan.delete if path not in blocking)
        self._write_ledger(finished(self._errand.base_url, plan.wanted, self._stamps.__getitem__))
        return Sent()

    def _time(self, plan: Plan) -> int:
        """Return the time that this deploy gives its files: later than any of ours, so that it tells them apart."""
        ours = (stamp for path, stamp in self._stamps.items() if path not in plan.there.foreign)
        newest = max((int(stamp.rpartition("-")[2]) for stamp in ours), default=0)
        return max(int(self._errand.now.timestamp()), newest + 1)

    def _put(self, file: File, *, time: int) -> None:
        self._asked(lambda sftp: self._write(sftp, file, time))

    def _write(self, sftp: Any, file: File, time: int) -> None:
        folder, _, name = file.path.rpartition("/")
        part = self._at(posixpath.join(folder, f".{name[:200]}{_PART}"))
        with file.source.open("rb") as source, sftp.open(part, "wb") as target:
            target.set_pipelined(True)
            while piece := source.read(_PIECE):
                target.write(piece)
            target.set_pipelined(False)
            with suppress(OSError):  # some servers keep modes and times to themselves; what they made of it is noted
                target.utime((time, time))
            there = target.stat()
            if stat.S_IMODE(there.st_mode or 0) != _FILE:
                with suppress(OSError):
                    target.chmod(_FILE)
        if there.st_size != file.size:
            raise self._full(file.path)
        _replace(sftp, part, self._at(file.path))
        self._stamps[file.path] = stamp_of(there)

    def _write_ledger(self, ledger: Ledger) -> None:
        def write(sftp: Any) -> None:
            part = self._at(f"{LEDGER}{_PART}")
            sftp.putfo(io.BytesIO(written(ledger)), part)
            _replace(sftp, part, self._at(LEDGER))

        if "" not in self._folders:
            self._make_folder("")
            self._folders.add("")
        self._asked(write)

    def _make_folders(self, wanted: Iterable[str]) -> None:
        """Make the folders that are not there, those of one depth several at once."""
        missing = {path for folder in set(wanted) for path in (folder, *_above(folder)) if path} - self._folders
        for _, together in groupby(sorted(missing, key=_depth), key=_depth):
            each(sorted(together), self._make_folder, workers=_WORKERS, done=self._folders.add)

    def _make_folder(self, folder: str) -> None:
        path = self._at(folder)

        def make(sftp: Any) -> None:
            try:
                sftp.mkdir(path, _FOLDER)
            except OSError:
                if not _exists(sftp, path):  # a line that broke may have made it
                    raise
            mode = stat.S_IMODE(sftp.stat(path).st_mode or _FOLDER)
            if mode & _FOLDER != _FOLDER:  # some servers make everything for its owner alone
                with suppress(OSError):
                    sftp.chmod(path, mode | _FOLDER)

        self._asked(make)

    def _delete(self, paths: Iterable[str]) -> None:
        """Remove files in their order, and the folders that this leaves empty."""
        gone = list(paths)
        for _, together in groupby(gone, key=turn):
            each(together, self._remove, workers=_WORKERS, done=lambda path: None)
        for folder in sorted({f for path in gone for f in _above(path)}, key=len, reverse=True):
            if self._asked(partial(_is_removed, path=self._at(folder))):
                self._folders.discard(folder)

    def _remove(self, path: str) -> None:
        def remove(sftp: Any) -> None:
            with suppress(FileNotFoundError):
                sftp.remove(self._at(path))

        self._asked(remove)

    # the line

    def _at(self, path: str) -> str:
        return posixpath.join(self._options.path or ".", path) if path else self._options.path or "."

    def _asked(self, do: Callable[[Any], T]) -> T:
        """Do something over the line, again when it breaks. Raises Problem for what the server refuses."""
        import paramiko

        broken = (paramiko.SSHException, EOFError, TimeoutError, ConnectionError)

        def call() -> T:
            sftp = self._line.sftp()
            try:
                return do(sftp)
            except broken:
                self._line.renewed()
                raise

        try:
            return patiently(call, lambda error: isinstance(error, broken), self._errand.sleep)
        except broken as error:
            raise silent(self._errand.span, self._line.host, error) from error
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> Exception:
        if str(error) == "Failure":  # SFTP has one code for all that fails at the server, and this is what mostly does
            return self._full("what was sent")
        return file_problem(error, self._errand.span, f"{self._line.host}:{self._options.path}")

    def _full(self, what: str) -> Problem:
        message = f"{self._line.host} did not take `{what}`: its disk, or what you may use of it, seems to be full"
        return Problem(fault(codes.HOST_FULL, self._errand.span, message))


def _exists(sftp: Any, path: str) -> bool:
    try:
        sftp.stat(path)
    except FileNotFoundError:
        return False
    return True


def _replace(sftp: Any, part: str, path: str) -> None:
    """Put a finished file in its place; on servers that cannot do that in one step, there is a moment between two."""
    try:
        sftp.posix_rename(part, path)
    except OSError as error:
        if error.errno is not None or isinstance(error, (TimeoutError, ConnectionError)):
            raise
        with suppress(FileNotFoundError):
            sftp.remove(path)
        sftp.rename(part, path)


def _is_removed(sftp: Any, path: str) -> bool:
    """Remove a folder, unless something is in it; tell whether it is gone."""
    try:
        sftp.rmdir(path)
    except OSError:
        return False
    return True


def _above(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path


def _depth(path: str) -> int:
    return path.count("/")


TARGET = TargetKind(name="sftp", options=SftpOptions, open=opened)
