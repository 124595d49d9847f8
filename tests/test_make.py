"""The commands for those who work on caresite: what `make` offers, and what its fast runs are."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("pyyaml", "markdown-it-py", "jinja2", "click")


@pytest.fixture(scope="module")
def oldest() -> ModuleType:
    spec = importlib.util.spec_from_file_location("oldest", ROOT / "tools/oldest.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_oldest_are_those_that_the_project_allows() -> None:
    command = [sys.executable, ROOT / "tools/oldest.py", *NAMES]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert [line.partition("==")[0] for line in lines] == list(NAMES)
    assert [line for line in lines if f'"{line.replace("==", ">=")},' not in project] == []


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ("pillow>=11,<13", "pillow==11"),
        ("PageFind[bin]>=1.5,<2; platform_machine in 'x86_64'", "pagefind==1.5"),
        ("pyyaml >= 6.0.2", "pyyaml==6.0.2"),
    ],
)
def test_an_oldest_version_is_read_in_every_shape(oldest: ModuleType, tmp_path: Path, declared: str, line: str) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text(f'[project]\ndependencies = ["other==1", "{declared}"]\n', "utf-8")
    assert oldest.oldest([line.partition("==")[0]], project) == [line]
    with pytest.raises(SystemExit, match="no oldest version of other"):
        oldest.oldest(["other"], project)


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^make (\S+) +\S.*$", said, re.MULTILINE)
    assert sorted(listed) == sorted(phony.split())
    named = re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    assert set(named) <= set(listed)
