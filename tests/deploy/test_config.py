"""`deploy:` in the config: what an entry says, what is wrong with it, and that no secret stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.commands.schemas import config_schema, default_theme
from caresite.core.config import Settings, load_config
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.deploy.folder import FolderOptions

TARGETS = ("folder", "git", "github-pages", "rsync", "s3", "sftp")
CONFIG = "title: x\nbase_url: https://www.harbour-vets.org/\ntimezone: UTC\nplugins: []\n"


def read(root: Path, deploy: str) -> Settings:
    (root / "caresite.yaml").write_text(f"{CONFIG}deploy:\n{deploy}", "utf-8")
    return load_config(root)[0]


def refused(root: Path, deploy: str) -> Diagnostic:
    with pytest.raises(Problem) as raised:
        read(root, deploy)
    (found,) = (d for d in raised.value.diagnostics if d.severity == "error")
    return found


def test_an_entry_may_be_called_by_its_target(tmp_path: Path) -> None:
    found = read(tmp_path, "  folder: {path: a}\n  live: {target: folder, path: b, url: 'https://b.example/'}\n")
    assert [(d.name, d.kind.name, d.options) for d in found.deployments] == [
        ("folder", "folder", FolderOptions(path="a")),
        ("live", "folder", FolderOptions(path="b", url="https://b.example/", target="folder")),
    ]
    assert found.deployments[1].preview is None


def test_a_preview_has_the_options_of_its_entry_but_for_its_own(tmp_path: Path) -> None:
    entry = "  live: {target: folder, path: b, switch: false, url: 'https://b.example/', preview: {path: aside}}\n"
    (found,) = read(tmp_path, entry).deployments
    assert found.preview == FolderOptions(path="aside", switch=False, target="folder")


@pytest.mark.parametrize(
    ("deploy", "code", "place", "words"),
    [
        ("  live: {target: sfpt}", "H101", (6, 18), "did you mean `sftp`?"),
        ("  live: {path: x}", "H101", (6, 3), "add `target:`"),
        ("  log: {target: folder, path: x}", "H101", (6, 3), "production"),
        ("  live: {target: folder, pathh: x, path: y}", "V206", (6, 26), "did you mean `path`?"),
        ("  live: {target: folder}", "V205", (6, 9), "add `path: /var/www/harbour-vets`"),
        ("  live: {target: folder, path: x, preview: {pathh: y}}", "V206", (6, 45), "did you mean `path`?"),
        ("  live: {target: git, remote: x, token: abc-123}", "H112", (6, 34), "environment variable"),
        ("  live: {target: sftp, host: x, path: y, Password: abc-123}", "H112", (6, 42), "environment variable"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, deploy: str, code: str, place: tuple[int, int], words: str
) -> None:
    found = refused(tmp_path, deploy)
    assert (found.code, (found.span.line, found.span.column)) == (code, place)
    assert words in found.hint
    assert "abc-123" not in found.message + found.hint


def test_editors_complete_the_keys_of_each_target() -> None:
    deploy = config_schema((), default_theme())["properties"]["deploy"]
    assert deploy["properties"].keys() >= set(TARGETS)
    assert "path" in deploy["properties"]["folder"]["required"]
    (sftp,) = (e for e in deploy["additionalProperties"]["anyOf"] if e["properties"]["target"]["const"] == "sftp")
    assert sftp["required"] == ["target", "host", "path"]
    assert "host_key" in sftp["properties"]
