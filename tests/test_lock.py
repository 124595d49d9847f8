"""`requirements.lock` has what `pyproject.toml` asks for, with the hash of every file, and names no other index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WANTED = [Requirement(text) for text in (*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"])]
ENTRY = re.compile(
    r"^(?P<requirement>[^\s#].*?) \\$\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
LOCKED = [Requirement(entry["requirement"]) for entry in ENTRY.finditer(LOCK)]


def test_every_line_is_a_version_with_its_hashes() -> None:
    assert ENTRY.sub("", LOCK).splitlines() == [line for line in LOCK.splitlines() if line.startswith("#")]
    assert all(re.fullmatch(r"==[^*,]+", str(locked.specifier)) for locked in LOCKED)


def test_no_address_and_no_place_on_a_computer_is_in_it() -> None:
    assert not re.search(r"://|(?<![\w.])/|--(?!hash=sha256:)", LOCK)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_it_has_what_the_project_asks_for(python: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": "x86_64"}
    locked = {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in LOCKED
        if each.marker is None or each.marker.evaluate(here)
    }
    for wanted in WANTED:
        if wanted.marker is None or wanted.marker.evaluate(here):
            version = locked.get(canonicalize_name(wanted.name), "")
            assert version, f"{wanted}: run `make lock`"
            assert wanted.specifier.contains(version), f"{wanted}: run `make lock`"
