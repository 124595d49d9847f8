"""In CI nothing is skipped: there, what a test needs can be installed."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """\
import pytest

@pytest.fixture
def missing():
    pytest.skip("there is no tool")

def test_fine(): pass

def test_by_fixture(missing): pass

@pytest.mark.skipif(True, reason="not here")
def test_by_mark(): pass

@pytest.mark.xfail(raises=ZeroDivisionError)
def test_expected_to_fail(): 1 / 0
"""
MODULE = "import pytest\npytest.skip('no module', allow_module_level=True)\n"


def run(folder: Path, suite: str, *, ci: str) -> tuple[int, str]:
    shutil.copyfile(Path(__file__).with_name("conftest.py"), folder / "conftest.py")
    (folder / "test_suite.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    environ = {**os.environ, "CI": ci}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_skip_is_a_skip_on_a_machine_of_ones_own(tmp_path: Path) -> None:
    code, said = run(tmp_path, SUITE, ci="")
    assert code == 0, said
    assert "1 passed, 2 skipped, 1 xfailed" in said


@pytest.mark.parametrize(("suite", "reasons"), [(SUITE, ("there is no tool", "not here")), (MODULE, ("no module",))])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, suite: str, reasons: tuple[str, ...]) -> None:
    code, said = run(tmp_path, suite, ci="true")
    assert code != 0
    assert [reason for reason in reasons if reason not in said] == []
    assert not re.search(r"\d skipped", said)


MARKED = """\
import pytest

@pytest.fixture
def chromium(): pass

def test_quick(): pass

def test_in_a_browser(chromium): pass

@pytest.mark.timeout(300)
def test_that_claims_time(): pass
"""


def test_what_is_slow_is_left_out_of_the_fast_run(tmp_path: Path) -> None:
    for name in ("deploy", "core"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"test_{name}.py").write_text(MARKED)
    shutil.copyfile(Path(__file__).with_name("conftest.py"), tmp_path / "conftest.py")
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout = 120\naddopts = --strict-markers\n")
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-m", "not slow", "-p", "no:cacheprovider", "."]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert [line for line in said.splitlines() if "::" in line] == ["core/test_core.py::test_quick"]


def test_every_folder_and_module_that_is_slow_is_there() -> None:
    folder = Path(__file__).parent
    conftest = runpy.run_path(str(folder / "conftest.py"))
    modules = (f"{place}/test_{name}.py" for place, names in conftest["SLOW_MODULES"].items() for name in names)
    named = (*conftest["SLOW_FOLDERS"], *(name.removeprefix("tests/") for name in modules))
    assert [name for name in named if not (folder / name).exists()] == []
