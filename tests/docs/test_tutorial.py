"""The tutorial, done as it stands: every command, every file, every answer. How it is read is told in `walk.py`."""

from __future__ import annotations

import pytest

from caresite.testing import BuiltSite, build_site
from docs.walk import DOCS, blocks_of, in_shell, walk

TUTORIAL = DOCS / "tutorial.md"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Return the site at the tutorial's end."""
    return build_site(root=walk(TUTORIAL, tmp_path_factory.mktemp("tutorial"), in_shell))


def test_the_site_at_its_end_has_no_fault_and_holds_nothing_back(finished: BuiltSite) -> None:
    assert finished.diagnostics == (), finished.report
    assert finished.held_back == ()


def test_every_file_it_writes_is_on_the_site(finished: BuiltSite) -> None:
    written = {b.path for b in blocks_of(TUTORIAL) if b.does == "write" and b.path.startswith("content/")}
    shown = {page.source for page in finished.site.pages.values()}
    assert written <= shown


def test_nothing_of_the_examples_is_left(finished: BuiltSite) -> None:
    assert not [path for path, data in finished.outputs.items() if b"Example:" in data or b"Ada Example" in data]
