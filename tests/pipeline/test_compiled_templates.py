"""Compiled templates: kept for this user alone, used by the next build, and never believed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from caresite.pipeline import compiled_templates
from caresite.pipeline.compiled_templates import compiled_folder, kept_templates
from caresite.testing import build_site

SITE = """
-- templates/page.html --
<p>{{ page.title }}</p>
-- content/pages/about.md --
---
title: About
---
We bake.
"""
on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no owners of files like these")


@pytest.fixture(autouse=True)
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of caches of a user who has none yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    compiled_folder.cache_clear()
    yield tmp_path / "caches"
    compiled_folder.cache_clear()


def built() -> bytes:
    return build_site(SITE).outputs["about/index.html"]


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which the name of each template is added that is compiled from now on."""
    names: list[str] = []
    real = Environment.compile

    def noted(self: Environment, source: str, name: str | None = None, *rest: object) -> object:
        names.append(name or "")
        return real(self, source, name, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", noted)
    return names


def test_the_next_build_need_not_compile_what_this_one_did(caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = compiled(monkeypatch)
    page = built()
    assert "404.html" in names
    names.clear()
    assert built() == page
    assert set(names) <= {"page.html"}  # this one stood in the folder of a site that has gone
    assert list((caches / "caresite/templates").iterdir())


@pytest.mark.parametrize("damage", [b"", b"x", b"j2" + bytes(40)])
def test_a_damaged_file_costs_time_only(caches: Path, damage: bytes) -> None:
    page = built()
    for file in (caches / "caresite/templates").iterdir():
        file.write_bytes(damage)
    assert built() == page


@on_posix
def test_only_this_user_may_look_and_write(caches: Path) -> None:
    built()
    for folder in ("caresite", "caresite/templates"):
        assert (caches / folder).stat().st_mode & 0o777 == 0o700


@on_posix
@pytest.mark.parametrize("folder", ["caresite", "caresite/templates"])
def test_a_folder_that_others_may_write_is_not_used(caches: Path, folder: str) -> None:
    (caches / folder).mkdir(parents=True)
    (caches / folder).chmod(0o777)
    assert compiled_folder() is None
    assert b"About" in built()
    assert kept_templates() is kept_templates()  # for as long as this process runs


@on_posix
def test_a_folder_that_leads_elsewhere_is_not_used(caches: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (caches / "caresite").mkdir(mode=0o700, parents=True)
    (caches / "caresite/templates").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert compiled_folder() is None


PRINTS_WHAT_IT_OPENS = """
import pathlib, sys
from caresite.testing import build_site
sys.addaudithook(lambda event, given: event == "open" and ".caresite/templates" in str(given[0]) and print(given[0]))
build_site(sys.argv[1], root=pathlib.Path(sys.argv[2]))
"""


def test_nothing_in_the_folder_of_a_site_is_run(caches: Path, tmp_path: Path) -> None:
    built()
    (tmp_path / "site/.caresite").mkdir(parents=True)
    (caches / "caresite/templates").rename(tmp_path / "site/.caresite/templates")
    command = [sys.executable, "-c", PRINTS_WHAT_IT_OPENS, SITE, str(tmp_path / "site")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_the_oldest_go_when_there_are_too_many(caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_templates, "_MOST_KEPT", 10)
    monkeypatch.setattr(compiled_templates, "_NEWEST_KEPT", 5)
    built()
    assert len(list((caches / "caresite/templates").iterdir())) <= 11


def test_what_a_filter_says_is_no_part_of_the_code(caches: Path, tmp_path: Path) -> None:
    """The same template says what its site and the language of its page say."""
    template = '{{ "/a" | absolute }} {{ 1234.5 | number }} {{ 0.5 | percent }} {{ "de" | language_name }}'
    site = f"-- templates/page.html --\n{template}\n-- content/pages/about.md --\n---\ntitle: About\n"
    for host, lang in (("one.example", "en"), ("two.example", "en"), ("two.example", "de")):
        config = f"-- caresite.yaml --\ntitle: T\nbase_url: https://{host}/\ntimezone: Europe/London\n"
        page = build_site(f"{config}{site}lang: {lang}\n---\nWe bake.\n", root=tmp_path / "site").text("/about/")
        numbers = "1.234,5 50\xa0% Deutsch" if lang == "de" else "1,234.5 50% German"
        assert f"https://{host}/a {numbers}" in page
