"""A target that somebody else wrote, installed as a package, is as good as ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from zipfile import ZipFile

import pytest

from caresite.core.deployments import TARGETS, load_target
from caresite.core.diagnostics import Span
from deploy.sending import errand, opened, planned, sent, write
from docs.test_plugin_howto import install
from docs.walk import DOCS, blocks_of

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/caresite-zip"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    install(EXAMPLE, shelf)
    monkeypatch.syspath_prepend(shelf)
    yield
    sys.modules.pop("caresite_zip", None)


@pytest.mark.usefixtures("installed")
def test_a_target_outside_the_package_is_sent_to(site: Path) -> None:
    with opened("zip", {}, errand(site)) as target:
        sent(target, site / "public")
        assert planned(target, site / "public").is_empty
        write(site / "public", {"index.html": "alone"})
        sent(target, site / "public")
    with ZipFile(site / "site.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"index.html": b"alone"}


def test_ours_come_through_the_same_door() -> None:
    names = {entry.name for entry in entry_points(group=TARGETS)}
    assert names >= {"folder", "git", "github-pages", "rsync", "s3", "sftp"}
    assert {load_target(name, Span("x")).name for name in names} == names


def test_the_documentation_shows_the_target_that_is_tested() -> None:
    shown = {block.path: block.text for block in blocks_of(DOCS / "how-to/deploy.md")}
    for name in ("caresite_zip.py", "pyproject.toml"):
        assert shown[f"plugins/caresite-zip/{name}"] == (EXAMPLE / name).read_text("utf-8")
