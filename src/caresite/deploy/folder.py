"""The target `folder`: a local or mounted path, where the new site takes the old one's place in one step."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

from caresite.core import codes_deploy as codes
from caresite.core.deployments import TargetKind
from caresite.core.diagnostics import Problem, fault
from caresite.core.files import exchange, make_way, remove_below, write_atomically
from caresite.core.schema import Doc
from caresite.deploy.compressed import ServedOptions
from caresite.deploy.digests import digest_of, output_files
from caresite.deploy.faults import told
from caresite.deploy.ledger import LEDGER, Ledger, finished, intended, read_ledger, understood, written
from caresite.deploy.plan import Plan, steps
from caresite.deploy.spare import matched
from caresite.deploy.target import DigestName, Errand, File, Sent, Tell, There, Wanted
from caresite.pipeline.own_output import is_marked
from caresite.pipeline.publish import holds_sources

__all__ = ["TARGET", "Folder", "FolderOptions", "opened"]

_PART = ".caresite-part"


class FolderOptions(ServedOptions, frozen=True, kw_only=True):
    """A folder of this computer, or of a disk that is mounted here."""

    path: Annotated[
        str, Doc("The folder that the web server serves, from the site's root.", example="/var/www/harbour-vets")
    ]
    switch: Annotated[
        bool,
        Doc(
            "Whether the new site is made beside the old one and takes its place in one step. Switch it off when the "
            "folder itself is mounted into a container, which would go on seeing the old one."
        ),
    ] = True


@contextmanager
def opened(options: FolderOptions, errand: Errand) -> Iterator[Folder]:
    """Yield the folder as a target. Raises Problem when it is one that the site itself is made from, or built into."""
    folder = (errand.root / Path(options.path).expanduser()).resolve()
    if holds_sources(errand.root, folder) or _is_output(errand.root.resolve(), folder):
        message = f"`{options.path}` cannot be where the site goes: the site's own files stand there"
        raise Problem(fault(codes.BAD_TARGET, errand.span, message, hint="use a folder of its own, such as `../www`"))
    yield Folder(folder, options, errand)


def _is_output(root: Path, folder: Path) -> bool:
    """Tell whether builds write into `folder`, or into one that it lies in."""
    inside = (path for path in (folder, *folder.parents) if path.is_relative_to(root))
    return any(is_marked(path) for path in inside)


class Folder:
    """A folder, and what is done to it."""

    digest: DigestName = "blake2b"

    def __init__(self, folder: Path, options: FolderOptions, errand: Errand) -> None:
        self.folder = folder
        self._options = options
        self._errand = errand

    def look(self, wanted: Wanted) -> There:
        """Return what the folder holds; a file whose stamp is not known is read."""
        with told(self._errand.span, self._options.path):
            self._recover()
            files = output_files(self.folder) if self.folder.is_dir() else {}
            ledger = _ledger(self.folder) if files.pop(LEDGER, None) else Ledger()
            leftovers = [path for path in files if path.endswith(_PART)]
            for path in leftovers:
                del files[path]
            there = understood(ledger, _stamps(files), leftovers=leftovers)
            return _with_digests(there, files, wanted)

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Put the new site in place of the old one, or where that cannot be, bring it there step by step."""
        with told(self._errand.span, self._options.path):
            if not (self._may_switch(plan) and self._switch(plan, tell)):
                self._send_in_place(plan, tell)
        return Sent()

    # in one step

    def _may_switch(self, plan: Plan) -> bool:
        """Tell whether the folder may be another one afterwards: it is ours alone, and we may make one like it."""
        folder, parent = self.folder, self.folder.parent
        others = plan.there.foreign - plan.wanted.files.keys() - set(plan.delete)
        if not self._options.switch or others or folder.is_mount() or not os.access(parent, os.W_OK | os.X_OK):
            return False
        return not folder.exists() or _may_give_away(folder)

    def _switch(self, plan: Plan, tell: Tell) -> bool:
        fresh, old = self._beside("new"), self._beside("old")
        is_made = False
        try:
            is_made = self._make(fresh, plan, tell)
        finally:
            if not is_made:  # half a site takes room, and a full disk has none
                shutil.rmtree(fresh, ignore_errors=True)
        if not is_made:
            return False
        if not self.folder.exists():
            fresh.rename(self.folder)
        elif exchange(fresh, self.folder):
            self._keep(fresh)
        else:
            self.folder.rename(old)
            fresh.rename(self.folder)
            self._keep(old)
        return True

    def _make(self, fresh: Path, plan: Plan, tell: Tell) -> bool:
        """Make the wanted site at `fresh`; tell whether it could be done without copying what stays."""
        with suppress(FileNotFoundError):
            self._beside("spare").rename(fresh)
        if self.folder.exists() and not matched(fresh, self.folder):
            return False
        for path in (*plan.delete, *plan.there.leftovers):
            remove_below(fresh, path)
        sent = (*plan.add, *plan.change)
        for number, file in enumerate(sent, start=1):
            target = make_way(fresh, file.path)
            target.unlink(missing_ok=True)  # it may be another name of the file that visitors get
            _copy(file, target)
            tell("Sending", number, len(sent))
        if self.folder.exists():
            shutil.copystat(self.folder, fresh)
            _give(fresh, self.folder)
        self._note(fresh, plan)
        return True

    def _keep(self, old: Path) -> None:
        """Keep the folders of the site before for the next deploy, with the files of the new one: no others remain."""
        try:
            if matched(old, self.folder):
                old.rename(self._beside("spare"))
        except OSError:
            pass  # it is of use, but nobody needs it
        shutil.rmtree(old, ignore_errors=True)

    def _beside(self, name: str) -> Path:
        return self.folder.parent / f".{self.folder.name}.caresite-{name}"

    def _recover(self) -> None:
        """Put the old site back where a deploy was ended between taking it away and putting the new one there."""
        old = self._beside("old")
        if old.is_dir() and not self.folder.exists():
            old.rename(self.folder)
        for leftover in (old, self._beside("new")):
            shutil.rmtree(leftover, ignore_errors=True)

    # step by step

    def _send_in_place(self, plan: Plan, tell: Tell) -> None:
        shutil.rmtree(self._beside("spare"), ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        listing = _stamps({path: File(path, self.folder / path, 0) for path in plan.there.files})
        ledger = intended(self._errand.base_url, plan, listing, lambda path: "")
        write_atomically(self.folder / LEDGER, written(ledger))
        total, done = len(plan.add) + len(plan.change), 0
        for step in steps(plan):
            for file in step.files:
                self._put(file)
                done += 1
                tell("Sending", done, total)
        for path in (*plan.delete, *plan.there.leftovers):
            remove_below(self.folder, path)
        self._note(self.folder, plan)

    def _put(self, file: File) -> None:
        """Write one file, whole or not at all; what stands where it needs a folder goes, and so does a link."""
        target = make_way(self.folder, file.path)
        part = target.with_name(f".{target.name[:200]}{_PART}")
        try:
            _copy(file, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _note(self, folder: Path, plan: Plan) -> None:
        """Leave the ledger of the finished site."""
        stamps = _stamps({path: File(path, folder / path, 0) for path in plan.wanted.files})
        ledger = finished(self._errand.base_url, plan.wanted, lambda path: stamps.get(path, ""))
        write_atomically(folder / LEDGER, written(ledger))


def _ledger(folder: Path) -> Ledger:
    return read_ledger((folder / LEDGER).read_bytes())


def _stamps(files: Mapping[str, File]) -> dict[str, str]:
    """Return size and time of change of each file that is there, by path."""
    stamps = {}
    for path, file in files.items():
        with suppress(FileNotFoundError):
            status = file.source.lstat()
            stamps[path] = f"{status.st_size}-{status.st_mtime_ns}"
    return stamps


def _with_digests(there: There, files: Mapping[str, File], wanted: Wanted) -> There:
    """Return `there` with the digests of files that could be right, which are read where nobody knows them."""
    digests = dict(there.files)
    for path, file in files.items():
        want = wanted.files.get(path)
        if not digests[path] and want and want.size == file.size and not file.source.is_symlink():
            digests[path] = digest_of(file.source, Folder.digest)
    return There(digests, there.foreign, there.owner, there.url, there.leftovers)


def _copy(file: File, target: Path) -> None:
    """Copy a file with its time, which web servers tell visitors, for everybody to read."""
    shutil.copyfile(file.source, target)
    status = file.source.stat()
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    target.chmod(0o644)


def _may_give_away(folder: Path) -> bool:
    """Tell whether a folder of ours can be made to belong to whom this one does."""
    return sys.platform == "win32" or os.geteuid() in (0, folder.stat().st_uid)


def _give(fresh: Path, like: Path) -> None:
    """Give a new folder to the owner and group of the one it is to replace, where we may."""
    with suppress(OSError, AttributeError):  # Windows knows no such owners
        os.chown(fresh, like.stat().st_uid, like.stat().st_gid)


TARGET = TargetKind(name="folder", options=FolderOptions, open=opened)
