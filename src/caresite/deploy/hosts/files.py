"""Files for hosts: what `caresite deploy init` writes, and whether somebody has changed it since."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from msgspec import Struct

from caresite.deploy.hosts.rules import HostRules

__all__ = ["Brief", "Host", "HostFile", "content_of", "is_untouched", "marked"]

_MARK = re.compile(
    r"^(?P<lead>[#/ ]*)Made by `caresite deploy init[^`]*`[^\n]*\[(?P<digest>[0-9a-f]{16})\]\n", re.MULTILINE
)


class HostFile(Struct, frozen=True):
    """A file to write, by its path below the site's root, and what it is for, in a line.

    `comment` begins a comment in it; a file that can have none counts as changed when it is not as it would be written.
    What stands `once` is written where it is missing, and then belongs to somebody else. A file that is no text has a
    function that makes its bytes.
    """

    path: str
    text: str
    about: str
    comment: str = "#"
    once: bool = False
    make: Callable[[], bytes] | None = None


class Brief(Struct, frozen=True, kw_only=True):
    """What a host's files are made from. `rules` are those of the finished site, if there is one."""

    title: str
    base_url: str
    output_dir: str
    version: str
    rules: HostRules
    bucket: str = ""

    @property
    def domain(self) -> str:
        """The host's name in the site's address."""
        return re.sub(r"^\w+://([^/:]*).*", r"\1", self.base_url)


class Host(Struct, frozen=True):
    """One kind of host: the files it needs, and what is left to do by hand. `reads_rules` if it needs a built site."""

    name: str
    about: str
    files: Callable[[Brief], tuple[HostFile, ...]]
    steps: Callable[[Brief], tuple[str, ...]]
    reads_rules: bool = False


def marked(file: HostFile, host: str) -> str:
    """Return the text of `file` with a line at its top by which it is known to be untouched."""
    if not file.comment:
        return file.text
    said = f"Made by `caresite deploy init {host}`; once you change it, it is not written over without a yes."
    return f"{file.comment} {said} [{_digest(file.text)}]\n{file.text}"


def content_of(file: HostFile, host: str) -> bytes:
    """Return the bytes to write for `file`."""
    if file.make:
        return file.make()
    return (file.text if file.once else marked(file, host)).encode()


def is_untouched(text: str) -> bool:
    """Tell whether a file is as `caresite deploy init` wrote it."""
    match = _MARK.match(text)
    return match is not None and match["digest"] == _digest(text[match.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
