"""Small sites and what becomes of them, as folders. `python -m pytest --update-golden` writes what is expected."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from caresite.testing import build_site

GOLDEN = Path(__file__).parent / "golden"
SITES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())
NOW = "2026-11-22 09:00"
VERSION = re.compile(rb"caresite \d+\.\d+\.\d+\w*")


def built(name: str, root: Path) -> dict[str, bytes]:
    """Return the files that the site called `name` becomes, and what was said on the way as `report.txt`."""
    shutil.copytree(GOLDEN / name / "site", root / "site")
    site = build_site(root=root / "site", now=NOW, publish=True)
    assert site.published is not None, site.report
    held = [f"held back: {h.id}: {h.state}: {h.reason}" for h in site.held_back]
    found = files_in(root / "site" / "public")
    return found | {"report.txt": "\n".join([site.report, *held, ""]).encode()}


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the files below `folder`, without the number of the version that made them."""
    return {
        path.relative_to(folder).as_posix(): VERSION.sub(b"caresite VERSION", path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", SITES)
def test_a_site_becomes_what_it_became_before(name: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    found, folder = built(name, tmp_path), GOLDEN / name / "expected"
    if pytestconfig.getoption("update_golden"):
        update(folder, found)
    expected = files_in(folder)
    assert sorted(found) == sorted(expected)
    for path, data in found.items():
        assert data.decode("utf-8", "replace") == expected[path].decode("utf-8", "replace"), path


def update(folder: Path, files: dict[str, bytes]) -> None:
    """Make `folder` hold exactly `files`."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
