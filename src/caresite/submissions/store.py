"""The private store: `private/submissions/`, where what customers sent is kept for the owner alone.

    <id>.yaml         one submission each
    log.jsonl         every move, only ever added to
    wordings/         the texts people agreed to, by their digest
    attachments/      pictures, re-encoded, without what cameras write into them
    evidence/         what proves an answer, such as a letter, by submission and digest
    unfinished/       decisions that are being carried out; who comes next finishes them
    secret            makes the digests of e-mail addresses useless to anybody else
    .listing  .taken  .lock   for speed and for peace; they can be deleted

A submission is in the store from the moment its YAML file is. What belongs to it is written before, the log after;
when something stops in between, the next who holds the lock puts it right.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from caresite.core.codes_stories import STORE_BROKEN, STORE_CHANGED
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.submissions.files import TEMPORARY, held, make_folder, write_all, write_private
from caresite.submissions.journal import Journal
from caresite.submissions.listing import Listing, Summary
from caresite.submissions.options import PRIVATE
from caresite.submissions.records import Submission
from caresite.submissions.written import decode_record, encode_record

__all__ = ["FOLDER", "UNFINISHED", "Kept", "Store"]

FOLDER = "private/submissions"
UNFINISHED = "unfinished"
_BESIDE = ("wordings", "attachments", "evidence", UNFINISHED)
_README = """\
What customers sent in, for your eyes only. This folder is not part of the site and must not be in git.

Each .yaml file is one submission and can be read in any editor. Change them with `caresite stories`, which keeps
the log; make copies with `caresite stories backup`.
"""
_GITIGNORE = "# What customers sent in is nobody else's business.\n*\n"


class Kept(NamedTuple):
    """A submission as it was read, and the revision that a change of it must name."""

    submission: Submission
    revision: str


class Store:
    """The private store of the site at `root`; to write, hold the lock: `with store.locked():`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.journal = Journal(self.folder / "log.jsonl")
        self._listing = Listing(self.folder, lambda path: self._load(path).submission)
        self._holds_lock = False
        self._mended = False
        self._key = b""

    @property
    def exists(self) -> bool:
        return self.folder.is_dir()

    # reading

    def listing(self) -> Mapping[str, Summary]:
        """Return the summary of every submission by its id, newest first; `broken` tells of files left out."""
        found = self._listing.refresh()
        if not self._holds_lock:
            self._listing.save()
        return found

    @property
    def broken(self) -> tuple[Diagnostic, ...]:
        """What was wrong with files that the listing had to leave out."""
        return self._listing.found

    def read(self, item_id: str) -> Kept:
        """Return one submission. Raises LookupError when there is none, Problem when its file cannot be read."""
        path = self._path(item_id)
        if not path.is_file():
            raise LookupError(item_id)
        return self._load(path)

    def _load(self, path: Path) -> Kept:
        data = path.read_bytes()
        shown = f"{FOLDER}/{path.name}"
        submission = decode_record(data, Submission, shown)
        if submission.id != path.stem:
            message = f"the file `{path.name}` says that its id is `{submission.id}`"
            raise Problem(fault(STORE_BROKEN, Span(shown), message, hint=f"call the file `{submission.id}.yaml`"))
        return Kept(submission, hashlib.sha256(data).hexdigest()[:16])

    def _path(self, item_id: str) -> Path:
        path = self.folder / f"{item_id}.yaml"
        older = self.folder / f"{item_id}.yml"
        return older if older.is_file() and not path.exists() else path

    def attachment(self, path: str) -> Path:
        """Return the file of a picture of a submission."""
        return self.folder / path

    def unfinished(self) -> list[Path]:
        """Return the notes of decisions that were begun, each named by the id of its submission."""
        return sorted((self.folder / UNFINISHED).glob("*.yaml"))

    def wordings(self) -> dict[str, bytes]:
        """Return the kept wordings by their digest."""
        found = sorted((self.folder / "wordings").glob("*.md"))
        return {path.stem: path.read_bytes() for path in found}

    # writing

    @contextmanager
    def locked(self) -> Iterator[Store]:
        """Hold the store for writing; make it when it is not there, and put right what was left half done."""
        for folder in (self.root / PRIVATE, self.folder):
            make_folder(folder)
        with held(self.folder / ".lock"):
            self._holds_lock = True
            try:
                if not self._mended:
                    self._introduce()
                    self._mend()
                    self._mended = True
                yield self
            finally:
                self._holds_lock = False

    def close(self) -> None:
        """Keep the listing; call it after the last change."""
        self._listing.save()

    def add(self, submission: Submission, pictures: Iterable[tuple[str, bytes]] = ()) -> bool:
        """Keep a submission with its pictures, as `(path below the store, bytes)`; False when it is there already."""
        return bool(self.add_all([(submission, pictures)]))

    def add_all(self, found: Iterable[tuple[Submission, Iterable[tuple[str, bytes]]]]) -> set[str]:
        """Keep submissions as `add` does, in less time; return the ids of those that were not there.

        `found` is asked for the next one while those before are on their way to the disk.
        """
        assert self._holds_lock
        new: dict[Path, Submission] = {}

        def files() -> Iterator[tuple[Path, bytes]]:
            for submission, pictures in found:
                path = self._path(submission.id)
                if path in new or path.exists():
                    continue
                for name, data in pictures:
                    self._write_picture(name, data)
                new[path] = submission
                yield path, encode_record(submission)

        with self._until_told():
            write_all(files())
            for path, submission in new.items():
                self._listing.note(path, submission)
            self.journal.append((each.id, move) for each in new.values() for move in each.moderation.log)
        return {each.id for each in new.values()}

    def replace(self, submission: Submission, revision: str) -> None:
        """Put a changed submission in the place of the one that had `revision`.

        Its log must continue the old one. Raises Problem when somebody else was faster, LookupError when it is gone.
        """
        assert self._holds_lock
        old = self.read(submission.id)
        if old.revision != revision:
            message = f"{submission.id} was changed by somebody else in the meantime"
            raise Problem(fault(STORE_CHANGED, Span(f"{FOLDER}/{submission.id}.yaml"), message))
        before, after = old.submission.moderation.log, submission.moderation.log
        if after[: len(before)] != before:
            raise ValueError("a log only grows")
        path = self._path(submission.id)
        with self._until_told():
            write_private(path, encode_record(submission))
            self._listing.note(path, submission)
            self.journal.append((submission.id, move) for move in after[len(before) :])

    def keep_wording(self, text: bytes) -> str:
        """Keep the text of a wording; return its digest."""
        assert self._holds_lock
        digest = hashlib.sha256(text).hexdigest()
        path = self.folder / "wordings" / f"{digest}.md"
        if not path.exists():
            make_folder(path.parent)
            write_private(path, text)
        return digest

    def keep_evidence(self, item_id: str, data: bytes) -> str:
        """Keep what proves an answer about a submission; return its digest."""
        assert self._holds_lock
        digest = hashlib.sha256(data).hexdigest()
        path = self.evidence(item_id, digest)
        make_folder(path.parent)
        write_private(path, data)
        return digest

    def evidence(self, item_id: str, digest: str) -> Path:
        """Return the file of what proves an answer."""
        return self.folder / "evidence" / f"{item_id}-{digest}"

    def hmac_of(self, email: str) -> str:
        """Return a digest of an e-mail address that nobody can work out without this store's secret."""
        address = email.strip().casefold().encode("utf-8", "replace")
        return hmac.new(self._secret(), address, hashlib.sha256).hexdigest() if address else ""

    def _secret(self) -> bytes:
        path = self.folder / "secret"
        if not self._key and path.is_file():
            self._key = path.read_bytes().strip()
        if not self._key:
            self._key = secrets.token_hex(32).encode()
            if self._holds_lock:
                write_private(path, self._key + b"\n")
        return self._key

    @contextmanager
    def _until_told(self) -> Iterator[None]:
        """Have the next who holds the lock put things right, unless the log has been told in the end."""
        self._mended = False
        yield
        self._mended = True

    def _write_picture(self, name: str, data: bytes) -> None:
        target = self.folder / name
        if target.parent != self.folder / "attachments":
            raise ValueError(f"{name} is not the name of an attachment")
        make_folder(target.parent)
        write_private(target, data)

    def _introduce(self) -> None:
        for path, text in ((self.folder / "README.txt", _README), (self.root / PRIVATE / ".gitignore", _GITIGNORE)):
            if not path.exists():
                write_private(path, text.encode())

    def _mend(self) -> None:
        """Take away what an interrupted write left, and tell the log what it has not been told."""
        for folder in (self.root / PRIVATE, self.folder, *(self.folder / name for name in _BESIDE)):
            for path in folder.glob(f"{TEMPORARY}*"):
                with suppress(OSError):
                    path.unlink()
        self.journal.mend()
        told = self.journal.counts()
        for item_id, summary in self._listing.refresh().items():
            if summary.moves > told[item_id]:
                moves = self.read(item_id).submission.moderation.log[told[item_id] :]
                self.journal.append((item_id, move) for move in moves)
