"""Memory: what earlier builds of a site found out, in one file that may be deleted at any time.

It holds documents by the content of their source, and for each route what was read to write it. Whatever is wrong with
the file (damaged, of another version, not ours, not writable), the build goes on without it.
"""

from __future__ import annotations

import contextlib
import copyreg
import hashlib
import io
import os
import pickle
import sqlite3
import time
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.model import Document, Output, Segments
from caresite.core.walk import is_file
from caresite.engine.unchanged import memory_name
from caresite.pipeline.notes import Read

__all__ = [
    "KeptWords",
    "KnownDocument",
    "KnownRoute",
    "Memory",
    "MemoryLost",
    "Stamp",
    "memory_path",
    "packed",
    "separated",
    "stamp_of",
    "unpacked",
]

T = TypeVar("T")
_SUM_LENGTH = 4
_READS_IN_A_ROW = 512
_YOUNG_NS = 2_000_000_000  # a file changed twice within this may have one stamp for both
_PLAIN_CLASSES = frozenset(
    (
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("zoneinfo", "ZoneInfo"),
        ("msgspec._core", "rebuild"),
        ("msgspec._utils", "rebuild"),
        ("markupsafe", "Markup"),
        ("pathlib", "PurePosixPath"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
    )
)
_REDUCERS = {**copyreg.dispatch_table, ZoneInfo: lambda zone: (ZoneInfo, (zone.key,))}
_TABLES = """
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS documents (path TEXT PRIMARY KEY, key BLOB, stamp BLOB, head BLOB, words BLOB);
    CREATE TABLE IF NOT EXISTS routes (output TEXT PRIMARY KEY, route BLOB, reads BLOB, facts BLOB,
        digest BLOB, stamp BLOB);
    CREATE TABLE IF NOT EXISTS reads (number INTEGER PRIMARY KEY, read BLOB);
"""


class MemoryLost(BaseException):
    """Something that was remembered is not there any more; the build begins again without memory.

    Not an `Exception`: what catches the faults of templates and plugins must let it through.
    """


class Stamp(NamedTuple):
    """What the file system says of a file's content without reading it: bytes, nanoseconds, inode."""

    size: int
    changed: int
    touched: int  # the last change of its status, which nobody can set back as they can the other
    inode: int


class KnownDocument(NamedTuple):
    """A document as it was parsed, and what it was parsed from."""

    key: bytes
    stamp: Stamp | None
    document: Document


class KnownRoute(NamedTuple):
    """A file that was written: for which route, after reading what, and how it stands on disk.

    `digest` is that of its bytes; with the stamp of the file it tells whether somebody else has changed it.
    """

    route: bytes
    reads: array[int]
    output: Output
    digest: bytes = b""
    stamp: Stamp | None = None


class KeptWords:
    """The HTML segments of a body, which are fetched when somebody wants to read them."""

    __slots__ = ("digest", "index", "memory", "path")

    def __init__(self, path: str, index: int, digest: str) -> None:
        self.path = path
        self.index = index
        self.digest = digest
        self.memory: Memory | None = None

    def __iter__(self) -> Iterator[Any]:
        if self.memory is None:
            raise MemoryLost(self.path)
        return iter(self.memory.words(self))

    def __str__(self) -> str:
        return self.digest

    def __reduce__(self) -> tuple[Any, ...]:
        return (KeptWords, (self.path, self.index, self.digest))


def memory_path(root: Path) -> Path:
    """Return the file that keeps the memory of the site in `root`, named by its format and our version."""
    return root / ".caresite" / memory_name()


def stamp_of(path: str | Path, now: int | None = None) -> Stamp | None:
    """Return the stamp of a file; None when there is none, or it is so young that its stamp proves nothing."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path for each of 20,000 files takes longer than the look at it
    except OSError:
        return None
    if max(status.st_mtime_ns, status.st_ctime_ns) > (time.time_ns() if now is None else now) - _YOUNG_NS:
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


class Memory:
    """Everything that is known of a site's last build, and the file it came from, if there is one.

    With `file`, `recall` reads it and `save` writes what is new. Without, the memory lasts as long as the object:
    so it is for a preview, which keeps one over all its builds.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.trouble = ""
        self.code = b""
        self.assembled: Any = None  # the site that was last written, while this object lives
        self.pending: Any = None  # the one that is being written
        self.syntax: Any = None  # how documents were parsed
        self.renderer_of: Any = None  # what a site was rendered with
        self.found_out: tuple[Any, dict[Any, Any]] = (None, {})  # the pages of a site, and their orders
        self.pictures: Any = None  # what is known of them, when that is not kept on disk
        self.routes_seen: tuple[Any, list[bytes]] = (None, [])
        self.documents: dict[str, KnownDocument] = {}
        self.routes: dict[str, KnownRoute] = {}
        self.reads: list[Read] = []
        self.answers: list[bytes] = []
        self.meta: dict[str, bytes] = {}
        self._numbers: dict[Read, int] = {}
        self._fresh_words: dict[str, bytes] = {}
        self._connections: dict[int, sqlite3.Connection] = {}
        self._last: tuple[str, Any] = ("", None)
        self._generation = 0
        self._others: list[tuple[str, str]] = []
        self._saved_documents: dict[str, bytes] = {}
        self._saved_routes: dict[str, KnownRoute] = {}
        self._saved_answers: list[bytes] = []

    # reads

    def number_of(self, read: Read, answer: bytes) -> int:
        """Return the number under which a read is known, with its answer brought up to date."""
        number = self._numbers.get(read)
        if number is None:
            number = self._numbers[read] = len(self.reads)
            self.reads.append(read)
            self.answers.append(answer)
        elif self.answers[number] != answer:
            self.answers[number] = answer
        return number

    def forget_routes(self) -> None:
        """Forget what was written, so that everything is written anew."""
        self.assembled = None
        self.routes, self.reads, self.answers, self._numbers = {}, [], [], {}

    def known_of(self, pages: Any) -> dict[Any, Any]:
        """Return what readers of a site with the very same `pages` found out about their orders, to be added to."""
        if self.found_out[0] is not pages:
            self.found_out = (pages, {})
        return self.found_out[1]

    # documents

    def keep_document(self, path: str, key: bytes, stamp: Stamp | None, document: Document, words: bytes) -> Document:
        """Remember a document, whose words stand in `words` as `packed` made them, and return it."""
        self._attach(document)
        self.documents[path] = KnownDocument(key, stamp, document)
        self._fresh_words[path] = words
        if self._last[0] == path:
            self._last = ("", None)
        return document

    def drop_document(self, path: str) -> None:
        """Forget the document of a source that is gone."""
        del self.documents[path]
        self._fresh_words.pop(path, None)

    def _attach(self, document: Document) -> None:
        for item in document.items:
            if isinstance(item.body.html, KeptWords):
                item.body.html.memory = self

    def words(self, kept: KeptWords) -> Segments:
        """Return the segments that `kept` stands for. Raises MemoryLost when they are gone."""
        path, found = self._last
        if path != kept.path:
            found = self._load_words(kept.path)
            self._last = (kept.path, found)
        if kept.index >= len(found) or found[kept.index][0] != kept.digest:
            raise MemoryLost(kept.path)
        segments: Segments = found[kept.index][1]
        return segments

    def _load_words(self, path: str) -> Any:
        packed = self._fresh_words.get(path)
        if packed is None:
            try:
                row = self._connection().execute("SELECT words FROM documents WHERE path = ?", (path,)).fetchone()
            except sqlite3.Error as error:
                raise MemoryLost(path) from error
            if row is None:
                raise MemoryLost(path)
            packed = row[0]
        try:
            return unpacked(packed)
        except Exception as error:
            raise MemoryLost(path) from error

    # the file

    def _connection(self) -> sqlite3.Connection:
        """Return the connection of this process; one may not be carried over a fork."""
        here = os.getpid()
        if here not in self._connections:
            if self.file is None:
                raise sqlite3.OperationalError("there is no file")
            connection = sqlite3.connect(self.file, timeout=20, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA synchronous = OFF")
            self._connections[here] = connection
        return self._connections[here]

    def recall(self) -> None:
        """Read the file, as far as it can be read; what is wrong with it is told in `trouble`."""
        if self.file is None or not self.file.is_file():
            return
        try:
            self._recall()
        except Exception as error:  # whatever a damaged file makes of itself
            if _is_busy(error):
                self._close()
                self.__init__(self.file)  # type: ignore[misc]
                self.trouble = f"cannot read {self.file.name} ({error}), so everything is built anew"
            else:
                self.forget(f"{type(error).__name__}: {error}")

    def forget(self, reason: str = "") -> None:
        """Forget everything, and remove the file, which could not be used if there is a `reason`."""
        self._close()
        self.__init__(self.file)  # type: ignore[misc]
        if self.file:
            if reason:
                self.trouble = f"could not be used ({self.file.name}: {reason}), so everything is built anew"
            with contextlib.suppress(OSError):
                self.file.unlink()

    def _recall(self) -> None:
        ask = self._connection().execute
        ask("BEGIN")
        self.meta = dict(ask("SELECT name, value FROM meta WHERE name <> 'record'"))
        self._generation = int(self.meta.get("generation", b"0"))
        if "others" in self.meta:
            self._others = [(str(path), str(digest)) for path, digest in _checked(unpacked(self.meta["others"]), list)]
        for path, key, stamp, head in ask("SELECT path, key, stamp, head FROM documents"):
            document = _checked(unpacked(head), Document)
            self._attach(document)
            self.documents[path] = KnownDocument(key, _stamp(stamp), document)
        for output, route, reads, facts, *rest in ask("SELECT output, route, reads, facts, digest, stamp FROM routes"):
            known = _checked(unpacked(facts), Output)
            self.routes[output] = KnownRoute(route, array("I", unpacked(reads)), known, rest[0], _stamp(rest[1]))
        for _, row in ask("SELECT number, read FROM reads ORDER BY number"):
            for *read, answer in _checked(unpacked(row), list):
                self.reads.append(Read(*read))
                self.answers.append(answer)
        if len(self.reads) != int(self.meta.get("reads", b"0")):
            raise ValueError("reads are missing")
        self._numbers = {read: number for number, read in enumerate(self.reads)}
        ask("COMMIT")
        self._saved_documents = {path: known.key + _packed_stamp(known.stamp) for path, known in self.documents.items()}
        self._saved_routes = dict(self.routes)
        self._saved_answers = list(self.answers)

    def save_documents(self) -> None:
        """Write the documents that are new; the words of those need not be held any longer."""
        self._write(self._write_documents)

    def save(self) -> None:
        """Write everything that is new since the file was read."""
        self._write(self._write_documents, self._write_routes)

    def save_record(self, record: bytes, others: Iterable[str]) -> None:
        """Write the record of a build, which tells the next one whether there is anything to do.

        `others` are files that it read where builds do not look by themselves. As nobody knows what was made of them,
        nothing that was remembered holds when one of them changes.
        """
        self._others = [(path, _digest_of_other(path)) for path in others]
        self.meta["others"] = packed(self._others)
        rows = [("record", record), ("others", self.meta["others"])]
        self._write(lambda c: c.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows))

    def others(self) -> list[str]:
        """Return the files that were read for what is remembered, where builds do not look by themselves."""
        return [path for path, _ in self._others]

    def others_changed(self) -> bool:
        """Tell whether one of these files is not what it was."""
        return any(_digest_of_other(path) != digest for path, digest in self._others)

    def _write(self, *steps: Any) -> None:
        if self.file is None or self.trouble.startswith("cannot"):
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = self._connection()
            connection.executescript(_TABLES)
            connection.execute("BEGIN IMMEDIATE")
            try:
                for step in steps:
                    step(connection)
                connection.execute("COMMIT")
                self._fresh_words = {}
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        except (OSError, sqlite3.Error, ValueError) as error:
            self.trouble = f"cannot keep what was found out in {self.file.name} ({error}), so the next build is slower"

    def _write_documents(self, connection: sqlite3.Connection) -> None:
        saved = dict(self._saved_documents)
        fresh, gone = [], [(path,) for path in saved.keys() - self.documents.keys()]
        for path, known in self.documents.items():
            mark = known.key + _packed_stamp(known.stamp)
            if saved.get(path) == mark and path not in self._fresh_words:
                continue  # a document with an error has no mark of its own, so it is written each time
            if path in self._fresh_words:
                head = packed(known.document)
                fresh.append((path, known.key, _packed_stamp(known.stamp), head, self._fresh_words[path]))
            else:
                statement = "UPDATE documents SET stamp = ? WHERE path = ? AND key = ?"
                connection.execute(statement, (_packed_stamp(known.stamp), path, known.key))
            saved[path] = mark
        connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", fresh)
        connection.executemany("DELETE FROM documents WHERE path = ?", gone)
        self._saved_documents = {path: mark for path, mark in saved.items() if path in self.documents}

    def _write_routes(self, connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()
        there = int(row[0]) if row else 0
        if there != self._generation or not self._saved_routes or len(self._saved_answers) > len(self.answers):
            connection.execute("DELETE FROM routes")
            connection.execute("DELETE FROM reads")
            self._saved_routes, self._saved_answers = {}, []
        saved = self._saved_routes
        gone = [(output,) for output in saved.keys() - self.routes.keys()]
        connection.executemany("DELETE FROM routes WHERE output = ?", gone)
        changed = (
            (
                output,
                known.route,
                packed(known.reads.tobytes()),
                packed(_facts(known.output)),
                known.digest,
                _packed_stamp(known.stamp),
            )
            for output, known in self.routes.items()
            if not _is_saved(known, saved.get(output))
        )
        connection.executemany("INSERT OR REPLACE INTO routes VALUES (?, ?, ?, ?, ?, ?)", changed)
        connection.executemany("INSERT OR REPLACE INTO reads VALUES (?, ?)", self._rows_of_reads())
        self.meta["reads"] = str(len(self.reads)).encode()
        self._generation = there + 1
        self.meta["generation"] = str(self._generation).encode()
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", self.meta.items())
        self._saved_routes, self._saved_answers = dict(self.routes), list(self.answers)

    def _rows_of_reads(self) -> Iterator[tuple[int, bytes]]:
        """Yield the rows with reads that are new or have another answer; there are too many for a row each."""
        for number, start in enumerate(range(0, len(self.reads), _READS_IN_A_ROW)):
            row = slice(start, start + _READS_IN_A_ROW)
            if self.answers[row] != self._saved_answers[row]:
                pairs = zip(self.reads[row], self.answers[row], strict=True)
                yield number, packed([(*read, answer) for read, answer in pairs])

    def _close(self) -> None:
        for connection in self._connections.values():
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        self._connections = {}

    def close(self) -> None:
        """Let go of the file."""
        self._close()


def _digest_of_other(path: str) -> str:
    """Return a digest of a file's bytes, or of the names in a folder; what cannot be read has none."""
    try:
        if path.endswith(os.sep):
            data = repr(sorted(file.name for file in Path(path).iterdir() if file.name[0] != ".")).encode()
        else:
            data = Path(path).read_bytes() if is_file(path) else b""
    except OSError:
        return ""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _is_saved(known: KnownRoute, saved: KnownRoute | None) -> bool:
    """Tell whether the file says this already: what was rendered anew has reads of its own, though they be alike."""
    return saved is known or (saved is not None and saved.reads is known.reads and _marks(saved) == _marks(known))


def _marks(known: KnownRoute) -> tuple[bytes, bytes, Stamp | None]:
    return known.route, known.digest, known.stamp


def _facts(output: Output) -> Output:
    return replace(output, content=b"", reads=())


def _packed_stamp(stamp: Stamp | None) -> bytes:
    return b"" if stamp is None else b"%d %d %d %d" % stamp


def _stamp(data: bytes) -> Stamp | None:
    return Stamp(*map(int, data.split())) if data else None


def packed(value: Any) -> bytes:
    """Return a value as bytes for the file."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    data = buffer.getvalue()
    return crc32(data).to_bytes(_SUM_LENGTH) + data


def unpacked(data: bytes) -> Any:
    """Return the value in `data`. Only records of ours and plain values come out, whatever stands in the file.

    Raises ValueError when a byte of it is not as it was written, and all that pickles raise.
    """
    if int.from_bytes(data[:_SUM_LENGTH]) != crc32(memoryview(data)[_SUM_LENGTH:]):
        raise ValueError("it is damaged")
    return _Unpickler(io.BytesIO(memoryview(data)[_SUM_LENGTH:])).load()


def _checked(value: Any, type: type[T]) -> T:
    if not isinstance(value, type):
        raise ValueError("it holds something else")
    return value


def _is_busy(error: Exception) -> bool:
    """Tell whether somebody else is using the file, which then is theirs to keep."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


class _Unpickler(pickle.Unpickler):
    _known: dict[tuple[str, str], Any] = {}  # noqa: RUF012 - filled once for all

    def find_class(self, module: str, name: str) -> Any:
        found = self._known.get((module, name))
        if found is None:
            found = super().find_class(module, name) if _is_plain(module, name) else None
            if found is None or (module.startswith("caresite.") and not _is_record(found)):
                raise pickle.UnpicklingError(f"{module}.{name} is no value")
            self._known[module, name] = found
        return found


def _is_plain(module: str, name: str) -> bool:
    ours = module.startswith(("caresite.core.", "caresite.kinds.", "caresite.engine.memory", "caresite.pipeline.notes"))
    return (ours and "." not in name) or (module, name) in _PLAIN_CLASSES


def _is_record(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, (Struct, tuple, KeptWords))


def separated(document: Document, digests: Iterable[str]) -> tuple[Document, bytes]:
    """Return a document without the words of its bodies, and these, packed; `digests` has one for each item."""
    items, words = [], []
    for index, (item, digest) in enumerate(zip(document.items, digests, strict=True)):
        words.append((digest, item.body.html))
        kept: Any = KeptWords(document.source.path, index, digest) if item.body.html else ()
        items.append(replace(item, body=replace(item.body, html=kept)))
    return replace(document, items=tuple(items)), packed(words)
