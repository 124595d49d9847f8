"""Backups: the private store in one file, and back. What comes back is checked against the digests it left with."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from caresite.core.codes_stories import BAD_BACKUP
from caresite.core.diagnostics import Problem, Span, fault
from caresite.submissions.files import make_folder, write_private, writing
from caresite.submissions.records import Submission
from caresite.submissions.store import FOLDER, Store
from caresite.submissions.written import decode_record

__all__ = ["Restored", "backup", "restore"]

_MANIFEST = "manifest.json"
_VERSION = 1
_NAMES = re.compile(
    r"(?:[0-9a-f]{16}\.ya?ml|log\.jsonl|secret|README\.txt|wordings/[0-9a-f]{64}\.md"
    r"|votes/\d{4}\.jsonl|evidence/[0-9a-f]{16}-[0-9a-f]{64}|attachments/[0-9a-f]{16}-\d+\.(?:jpg|png|webp))"
)
_MAX_BYTES = 256 * 1024 * 1024


class _Manifest(Struct, kw_only=True):
    version: int
    files: dict[str, str]


class Restored(NamedTuple):
    """What coming back did: files written, those that were there already, and those that differ and were left."""

    written: int
    same: int
    different: tuple[str, ...]


def backup(store: Store, target: Path) -> int:
    """Write everything that is kept into `target`, a `.tar.gz`; return how many submissions it holds.

    The listing and the lock are left out, as they can be made again.
    """
    with store.locked(), writing(target) as file:
        paths = {path.relative_to(store.folder).as_posix(): path for path in _files(store.folder)}
        digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            _pack(archive, _MANIFEST, msgspec.json.encode(_Manifest(version=_VERSION, files=digests)))
            for name, path in paths.items():
                _pack(archive, name, path.read_bytes())
    return sum(name.endswith((".yaml", ".yml")) for name in digests)


def _pack(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and _NAMES.fullmatch(path.relative_to(folder).as_posix()):
            yield path


def restore(store: Store, source: Path, *, replace: bool = False) -> Restored:
    """Bring back what `source` holds and the store lacks; what differs is left unless `replace`.

    The log and the secret of a store that has submissions stay as they are, as they belong to what is there.
    Raises Problem when the file is no backup, is damaged, or holds what no backup does; then nothing is written.
    """
    _check(source)
    with store.locked():
        has_own = any(path.suffix in (".yaml", ".yml") for path in store.folder.iterdir())
        written, same, different = 0, 0, []
        for name, data in _unpacked(source):
            path = store.folder / name
            if name == _MANIFEST:
                continue
            is_there = path.exists()
            if is_there and path.read_bytes() == data:
                same += 1
            elif (is_there and not replace) or (has_own and name in ("secret", "log.jsonl")):
                different += [name] if name not in ("README.txt", "log.jsonl", "secret") else []
            else:
                make_folder(path.parent)
                write_private(path, data)
                written += 1
    with Store(store.root).locked() as fresh:  # the log is told of what came back
        fresh.close()
    return Restored(written, same, tuple(different))


def _check(source: Path) -> None:
    """Raise Problem for a backup that does not hold exactly what its list says."""
    shown = Span(source.name)
    manifest: _Manifest | None = None
    found: set[str] = set()
    for name, data in _unpacked(source):
        if name == _MANIFEST:
            manifest = _manifest(data, shown)
            continue
        if manifest is None:
            raise Problem(fault(BAD_BACKUP, shown, "it does not begin with a list of what it holds"))
        if hashlib.sha256(data).hexdigest() != manifest.files.get(name):
            raise Problem(fault(BAD_BACKUP, shown, f"`{name}` in it is damaged, or is not on its list"))
        if name.endswith((".yaml", ".yml")):
            decode_record(data, Submission, f"{FOLDER}/{name}")
        found.add(name)
    if manifest is None or manifest.version != _VERSION or manifest.files.keys() != found:
        raise Problem(fault(BAD_BACKUP, shown, "it does not hold what its list says"))


def _manifest(data: bytes, shown: Span) -> _Manifest:
    try:
        return msgspec.json.decode(data, type=_Manifest)
    except msgspec.DecodeError:
        raise Problem(fault(BAD_BACKUP, shown, "the list of what it holds cannot be read")) from None


def _unpacked(source: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a backup, one at a time in memory."""
    shown = Span(source.name)
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for entry in archive:
                yield entry.name, _data(archive, entry, shown)
    except (OSError, EOFError, tarfile.TarError) as error:
        message = f"it is not a backup, or it is damaged: {error}"
        raise Problem(fault(BAD_BACKUP, shown, message)) from None


def _data(archive: tarfile.TarFile, entry: tarfile.TarInfo, shown: Span) -> bytes:
    """Return one file of a backup. Raises Problem for a name that we would not have given."""
    is_ours = entry.name == _MANIFEST or _NAMES.fullmatch(entry.name)
    if not entry.isreg() or not is_ours or entry.size > _MAX_BYTES:
        raise Problem(fault(BAD_BACKUP, shown, f"it holds `{entry.name[:80]}`, which no backup does"))
    file = archive.extractfile(entry)
    return file.read() if file else b""
