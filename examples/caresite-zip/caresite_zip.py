"""A target for caresite: the whole site as one ZIP file, for hosts with a page where such a file is uploaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from zipfile import ZIP_DEFLATED, ZipFile

from caresite.core.deployments import TargetKind, TargetOptions
from caresite.core.schema import Doc
from caresite.deploy.faults import told
from caresite.deploy.plan import Plan
from caresite.deploy.target import DigestName, Errand, Sent, Tell, There, Wanted

__all__ = ["TARGET", "Zip", "ZipOptions"]


class ZipOptions(TargetOptions, frozen=True, kw_only=True):
    """One ZIP file with everything in it."""

    path: Annotated[str, Doc("Where the file is written, from the site's root.", example="site.zip")] = "site.zip"


@contextmanager
def opened(options: ZipOptions, errand: Errand) -> Iterator[Zip]:
    """Yield the file as a target."""
    yield Zip(errand.root / options.path, errand)


class Zip:
    """A ZIP file, and what is in it."""

    digest: DigestName = "blake2b"

    def __init__(self, path: Path, errand: Errand) -> None:
        self._path = path
        self._errand = errand

    def look(self, wanted: Wanted) -> There:
        """Return what the file of the last time holds."""
        if not self._path.exists():
            return There()
        with told(self._errand.span, self._path.name), ZipFile(self._path) as archive:
            digests = {n: hashlib.blake2b(archive.read(n), digest_size=20).hexdigest() for n in archive.namelist()}
        return There(digests)

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Write a new file beside the old one, and put it in its place when it is whole."""
        part = self._path.with_name(f".{self._path.name}.part")
        with told(self._errand.span, self._path.name):
            with ZipFile(part, "w", ZIP_DEFLATED) as archive:
                for number, file in enumerate(plan.wanted.files.values(), start=1):
                    archive.write(file.source, file.path)
                    tell("Packing", number, len(plan.wanted.files))
            part.replace(self._path)
        return Sent()


TARGET = TargetKind(name="zip", options=ZipOptions, open=opened)
