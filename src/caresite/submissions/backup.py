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
from caresite.submissions.files import decode_record, make_folder, write_private
from caresite.submissions.records import Submission
from caresite.submissions.store import FOLDER, Store

__all__ = ["Restored", "backup", "restore"]

_MANIFEST = "manifest.json"
_VERSION = 1
_NAMES = re.compile(
    r"(?:[0-9a-f]{16}\.ya?ml|log\.jsonl|secret|README\.txt|wordings/[0-9a-f]{64}\.md"
    r"|attachments/[0-9a-f]{16}-\d+\.(?:jpg|png|webp))"
)
_MAX_BYTES = 4 * 1024 * 1024 * 1024


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
    with store.locked():
        contents = {path.relative_to(store.folder).as_posix(): path.read_bytes() for path in _files(store.folder)}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    manifest = msgspec.json.encode(_Manifest(version=_VERSION, files=digests))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6) as archive:
        for name, data in ((_MANIFEST, manifest), *contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
    write_private(target, packed.getvalue())
    return sum(name.endswith((".yaml", ".yml")) for name in contents)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and _NAMES.fullmatch(path.relative_to(folder).as_posix()):
            yield path


def restore(store: Store, source: Path, *, replace: bool = False) -> Restored:
    """Bring back what `source` holds and the store lacks; what differs is left unless `replace`.

    The log and the secret of a store that has submissions stay as they are, as they belong to what is there.
    Raises Problem when the file is no backup, is damaged, or holds what no backup does; then nothing is written.
    """
    contents = _contents(source)
    with store.locked():
        has_own = any(path.suffix in (".yaml", ".yml") for path in store.folder.iterdir())
        written, same, different = 0, 0, []
        for name, data in contents.items():
            path = store.folder / name
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


def _contents(source: Path) -> dict[str, bytes]:
    shown = Span(source.name)
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            found = {entry.name: _data(archive, entry, shown) for entry in archive}
    except (OSError, EOFError, tarfile.TarError) as error:
        message = f"it is not a backup, or it is damaged: {error}"
        raise Problem(fault(BAD_BACKUP, shown, message)) from None
    try:
        manifest = msgspec.json.decode(found.pop(_MANIFEST, b""), type=_Manifest)
    except msgspec.DecodeError:
        raise Problem(fault(BAD_BACKUP, shown, "it has no list of what it holds")) from None
    if manifest.version != _VERSION or manifest.files.keys() != found.keys():
        raise Problem(fault(BAD_BACKUP, shown, "it does not hold what its list says"))
    for name, data in found.items():
        if hashlib.sha256(data).hexdigest() != manifest.files[name]:
            raise Problem(fault(BAD_BACKUP, shown, f"`{name}` in it is damaged"))
        if name.endswith((".yaml", ".yml")):
            decode_record(data, Submission, f"{FOLDER}/{name}")
    return found


def _data(archive: tarfile.TarFile, entry: tarfile.TarInfo, shown: Span) -> bytes:
    """Return one file of a backup. Raises Problem for a name that we would not have given."""
    is_ours = entry.name == _MANIFEST or _NAMES.fullmatch(entry.name)
    if not entry.isreg() or not is_ours or entry.size > _MAX_BYTES:
        raise Problem(fault(BAD_BACKUP, shown, f"it holds `{entry.name[:80]}`, which no backup does"))
    file = archive.extractfile(entry)
    return file.read() if file else b""
