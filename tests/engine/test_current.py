"""What is rendered anew after an edit: the pages that show what was edited, and no other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from engine.edits import EDITS, Files, set_key, sub
from engine.sites import CONFIG, NOW, Folder, build_clean, build_here, difference, rich_files
from msgspec.structs import replace

from caresite.engine.build import Built

NOTES = "content/blog/notes.md"
NOTES_PAGE = "blog/2026/notes/index.html"


class Kept:
    """A site that was built before: what is edited in it is built again, beside a clean build of the same."""

    def __init__(self, root: Path) -> None:
        self.site = Folder(root)
        self.files: Files = dict(rich_files())
        self.site.hold(self.files, old=True)
        self.now = NOW
        _, self.outputs = build_clean(root)

    def build(self) -> tuple[set[str], set[str]]:
        """Return what was rendered, and what a clean build now has other bytes for than it had."""
        self.site.hold(self.files, old=True)
        built = build_here(self.site.root, self.now)
        assert built.ok
        before, (_, self.outputs) = self.outputs, build_clean(self.site.root, self.now)
        changed = {path for path in difference(before, self.outputs) if path in self.outputs}
        return set(built.rendered), changed & routes_of(built)

    def edit(self, name: str, n: int = 0) -> tuple[set[str], set[str]]:
        EDITS[name](self.files, n)
        return self.build()


def routes_of(built: Built) -> set[str]:
    """Return the paths of the outputs that routes have; the others are made of these after every build."""
    return {o.path for o in built.outputs if o.kind not in ("", "asset", "redirect")}


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Folder(tmp_path_factory.mktemp("warm") / "site")
    folder.hold(rich_files(), old=True)
    assert build_here(folder.root).ok
    return folder.root


@pytest.fixture
def kept(warm: Path, tmp_path: Path) -> Kept:
    shutil.copytree(warm, tmp_path / "site")
    return Kept(tmp_path / "site")


def test_nothing_is_rendered_when_nothing_was_edited(kept: Kept) -> None:
    assert kept.build() == (set(), set())


