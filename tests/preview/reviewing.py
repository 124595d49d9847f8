"""A preview with stories to decide about: submissions in its store, and forms filled in as a browser would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from caresite.preview.stories.desk import PATH, stories_page
from caresite.submissions.records import Submission
from caresite.submissions.store import Store
from submissions.conftest import SITE, WORDING
from submissions.deciding import told

from .running import Said, Shown, showing

__all__ = ["Desk", "deciding"]

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Desk:
    """A preview of a site with a private store; each test puts its own submissions in."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.store = Store(shown.root)
        self._numbers = count(1)
        with self.store.locked():
            self._wording = self.store.keep_wording(WORDING.encode())

    @property
    def url(self) -> str:
        return self.shown.url

    @property
    def root(self) -> Path:
        return self.shown.root

    def put(self, **changes: Any) -> str:
        """Put a submission into the store; return its id."""
        made = told(next(self._numbers), **changes)
        agreed = (replace(each, wording_sha256=self._wording) for each in made.consent)
        made = replace(made, consent=tuple(agreed))
        with self.store.locked():
            assert self.store.add(made)
        return made.id

    def item(self, item_id: str) -> Submission:
        return self.store.read(item_id).submission

    def path(self, item_id: str) -> str:
        return f"{PATH}/{item_id}"

    def part(self, item_id: str, name: str) -> str:
        """Return the address of something that a sheet shows: `page`, `picture/0`."""
        key = re.search(r"/page\?key=([0-9a-f]+)", self.ask(self.path(item_id)).text)
        assert key
        return f"{self.path(item_id)}/{name}?key={key[1]}"

    def ask(self, path: str, **how: Any) -> Said:
        return self.shown.ask(path, **how)

    def fields(self, item_id: str) -> dict[str, str]:
        """Return what the forms of a sheet send along."""
        html = self.ask(self.path(item_id)).text
        found = {name: unescape(value) for name, value in _HIDDEN.findall(html)}
        return {name: found[name] for name in ("token", "revision")}

    def post(self, item_id: str, fields: dict[str, Any], **headers: str) -> Said:
        """Post a form about a submission, as a page of the preview does."""
        given = {"content_type": "application/x-www-form-urlencoded", "origin": self.url, **headers}
        return self.ask(self.path(item_id), method="POST", body=urlencode(fields, doseq=True), **given)

    def decide(self, item_id: str, does: str, **fields: Any) -> Said:
        """Load the sheet of a submission, and post one of its forms."""
        return self.post(item_id, {**self.fields(item_id), "does": does, **fields})

    def bytes_of_all(self) -> dict[str, bytes]:
        """Return every file that a decision could change."""
        folders = ("content", "private", "consent", "consent.lock.yaml")
        paths = (path for name in folders for path in (self.root / name, *(self.root / name).rglob("*")))
        return {str(path): path.read_bytes() for path in paths if path.is_file() and not path.name.startswith(".")}


@contextmanager
def deciding(root: Path, **how: Any) -> Iterator[Desk]:
    """Preview a site with a form for stories, for as long as the context lasts."""
    with showing(root, SITE, additions=(stories_page,), **how) as shown:
        yield Desk(shown)
