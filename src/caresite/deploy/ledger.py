"""The ledger: what a deploy leaves at a target that cannot name its files by digest.

It is one small file beside the pages. It knows files by a digest of their path, so that who reads it learns of no page
that nobody links to. For each file it has the digests that the file may have, each with the stamp (size and time, or
what the host calls it) by which a listing tells that it is this one. It is written before anything is sent, with what
is there and what comes, and again when all is done. So whenever a deploy is ended, the next one knows every file that
is whole, and which files were never ours.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct

from caresite.deploy.plan import Plan
from caresite.deploy.target import There, Wanted

__all__ = ["LEDGER", "Ledger", "finished", "intended", "knows", "read_ledger", "understood", "with_more", "written"]

LEDGER = ".caresite-deploy.json"
_FORMAT = 1

Stamp = Callable[[str], str]
"""Gives the stamp that the file at a path will have when it has been sent; empty when nobody can know before."""


class Ledger(Struct, frozen=True):
    """Whose site it is (its `base_url`), and its files: the digest of a path → digests, each with its stamp."""

    site: str = ""
    files: dict[str, dict[str, str]] = {}
    format: int = _FORMAT


def read_ledger(data: bytes) -> Ledger:
    """Return the ledger from its bytes; one that cannot be read knows nothing."""
    try:
        ledger = msgspec.json.decode(data, type=Ledger)
    except msgspec.DecodeError:
        return Ledger()
    return ledger if ledger.format == _FORMAT else Ledger()


def written(ledger: Ledger) -> bytes:
    """Return the bytes of a ledger."""
    return msgspec.json.encode(ledger)


def knows(ledger: Ledger, path: str) -> bool:
    """Tell whether a deploy has put a file at `path`."""
    return _key(path) in ledger.files


def understood(ledger: Ledger, listing: Mapping[str, str], *, leftovers: Iterable[str] = ()) -> There:
    """Return what a target has, by its ledger and a listing of its files: path → stamp."""
    entries = {path: ledger.files.get(_key(path)) for path in listing}
    digests = {path: _digest(entry or {}, listing[path]) for path, entry in entries.items()}
    foreign = frozenset(path for path, entry in entries.items() if entry is None)
    return There(digests, foreign, ledger.site, leftovers=tuple(leftovers))


def _digest(entry: Mapping[str, str], stamp: str) -> str:
    return next((digest for digest, known in entry.items() if known and known == stamp), "")


def intended(site: str, plan: Plan, listing: Mapping[str, str], stamp: Stamp) -> Ledger:
    """Return what may be true while `plan` is carried out: each file as it is, or as it will be."""
    files = {_key(path): _entry(digest, listing.get(path, "")) for path, digest in _ours(plan.there)}
    for file in (*plan.add, *plan.change):
        known, expected = files.get(_key(file.path), {}), stamp(file.path)
        files[_key(file.path)] = {**known, plan.wanted.digests[file.path]: expected} if expected else {}
    return Ledger(site, files)


def finished(site: str, wanted: Wanted, stamp: Stamp) -> Ledger:
    """Return what is true when everything wanted is there."""
    return Ledger(site, {_key(path): {digest: stamp(path)} for path, digest in wanted.digests.items()})


def with_more(ledger: Ledger, more: Mapping[str, Mapping[str, str]]) -> Ledger:
    """Return the ledger with further files that a target keeps beside the site: path → digests and their stamps."""
    return Ledger(ledger.site, ledger.files | {_key(path): dict(known) for path, known in more.items()})


def _ours(there: There) -> Iterable[tuple[str, str]]:
    return ((path, digest) for path, digest in there.files.items() if path not in there.foreign)


def _entry(digest: str, stamp: str) -> dict[str, str]:
    return {digest: stamp} if digest else {}


def _key(path: str) -> str:
    digest = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=12)
    return base64.urlsafe_b64encode(digest.digest()).decode()
