"""Commands in a folder inside the site: they find it above, and typed paths stay those of the current folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.core.site_root import find_site
from caresite.testing import write_site

SECOND = "-- caresite.yaml --\ntitle: Second\nbase_url: https://second.example/\ntimezone: UTC\n"


@pytest.fixture
def inside(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = site / "content/blog"
    monkeypatch.chdir(folder)
    return folder


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), catch_exceptions=False)


def test_a_build_finds_the_site_above_and_names_it(site: Path, inside: Path) -> None:
    done = call("build")
    assert done.exit_code == 0
    assert f"Using the site in {Path('../..')}\n" in done.stderr
    assert (site / "public/index.html").is_file()
    assert not (inside / ".caresite").exists()


@pytest.mark.parametrize(
    "command",
    [("check",), ("list",), ("doctor",), ("new", "post", "Soup"), ("stories", "list"), ("theme", "list"), ("clean",),
     ("schema",), ("embed",), ("deploy", "log")],
)  # fmt: skip
def test_every_command_uses_the_same_site(inside: Path, command: tuple[str, ...]) -> None:
    done = call(*command)
    assert "C101" not in done.output
    assert "Using the site in" in done.stderr


def test_in_the_root_and_for_machines_nothing_is_said(
    site: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(call("list", "--json").output)
    assert call("-q", "build").output == ""
    monkeypatch.chdir(site)
    assert "Using the site" not in call("list").output


def test_what_is_made_is_named_as_seen_from_here(inside: Path) -> None:
    assert call("new", "post", "Soup").stdout == "soup.md\n"
    assert call("new", "page", "Van").stdout == f"{Path('../pages/van.md')}\n"


def test_typed_paths_are_those_of_the_current_folder(site: Path, inside: Path) -> None:
    (site / "content/blog/other.yaml").write_text((site / "caresite.yaml").read_text().replace("Harbour", "Other"))
    assert call("-c", "../../caresite.yaml", "-c", "../blog/other.yaml", "build", "-o", "../../www").exit_code == 0
    assert "Other Vets" in (site / "www/index.html").read_text()
    assert call("schema", "-o", "schema.json").exit_code == 0
    assert (inside / "schema.json").is_file()


@pytest.mark.parametrize("output", [".", "..", "../..", "out", "../../content/x"])
def test_the_guards_of_output_folders_hold(site: Path, inside: Path, output: str) -> None:
    before = sorted(site.rglob("*"))
    done = call("build", "-o", output)
    assert done.exit_code == 1
    assert "C106" in done.output
    assert [path for path in sorted(site.rglob("*")) if ".caresite" not in path.parts] == before


def test_a_site_in_a_folder_of_a_site_is_the_nearer_one(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(site / "examples/second", SECOND)
    (site / "examples/second/content/pages").mkdir(parents=True)
    assert find_site(site / "examples/second/content/pages") == (site / "examples/second").resolve()
    monkeypatch.chdir(site / "examples")
    assert find_site(Path()) == site.resolve()


def test_a_config_that_was_named_is_a_site_by_itself(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(site / "branch", SECOND.replace("caresite.yaml", "conf.yaml"))
    monkeypatch.chdir(site / "branch")
    assert call("-c", "conf.yaml", "build").exit_code == 0
    assert "Second" in (site / "branch/public/index.html").read_text()


def test_the_search_ends_at_the_home_folder(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = site / "home"
    (home / "notes").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    assert find_site(home / "notes") is None
    assert find_site(home) is None
    write_site(home, SECOND)
    assert find_site(home / "notes") == home.resolve()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_a_config_of_somebody_else_is_not_used(site: Path) -> None:
    (site / "shared/mine").mkdir(parents=True)
    write_site(site / "shared", SECOND)
    os.chown(site / "shared/caresite.yaml", 4321, 4321)
    assert find_site(site / "shared/mine") is None
    os.chown(site / "shared/mine", 4321, 4321)
    assert find_site(site / "shared/mine") == (site / "shared").resolve()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_nobody_lends_a_config_of_ours_to_files_of_theirs(site: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    (theirs / "content").mkdir(parents=True)
    (theirs / "caresite.yaml").symlink_to(site / "caresite.yaml")
    for path in (theirs, theirs / "content", theirs / "caresite.yaml"):
        os.chown(path, 4321, 4321, follow_symlinks=False)
    assert find_site(theirs / "content") is None
    assert find_site(theirs) is None
    done = call("-C", str(theirs), "list")
    assert done.exit_code == 1
    assert "a link to a file of another user" in done.output


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_an_overlay_of_another_user_and_a_link_on_the_way_speak_for_nobody(site: Path) -> None:
    (site / "caresite.live.yaml").write_text("title: Theirs\n")
    os.chown(site / "caresite.live.yaml", 4321, 4321)
    assert find_site(site) is None
    (site / "caresite.live.yaml").unlink()
    (site / "caresite.yaml").rename(site / "own.yaml")
    (site / "theirs").symlink_to(site / "own.yaml")
    (site / "caresite.yaml").symlink_to("theirs")
    assert find_site(site) == site
    os.chown(site / "theirs", 4321, 4321, follow_symlinks=False)
    assert find_site(site) is None


def test_a_folder_that_all_may_write_in_is_no_site_of_ours(site: Path) -> None:
    (site / "shared/mine").mkdir(parents=True)
    write_site(site / "shared", SECOND)
    (site / "shared").chmod(0o777)
    assert find_site(site / "shared/mine") is None


def test_a_disk_that_is_mounted_in_the_site_is_no_part_of_it(inside: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == shared.parent.stat().st_dev:
        pytest.skip("this computer has no second file system")
    assert find_site(shared) is None


def test_init_inside_a_site_says_so(site: Path, inside: Path) -> None:
    done = call("init", "mine", "--yes")
    assert done.exit_code == 1
    assert f"mine is inside the site in {Path('../..')}; choose a folder outside of it" in done.output
    assert not (inside / "mine").exists()
    assert call("init", "../../examples/deep/mine", "--yes").exit_code == 1
    assert call("init", "mine", "--yes", "--force").exit_code == 0
    assert (inside / "mine/caresite.yaml").is_file()
