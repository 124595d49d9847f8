"""`caresite build`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from caresite.cli import cli
from caresite.commands.build import Flags
from caresite.commands.session import Session
from caresite.testing import write_site

from .conftest import WITHHELD, Run

BROKEN = """
-- content/blog/broken.md --
---
title: Broken
date: 2026-02-31
---
Text.
"""


def test_build_publishes_the_site_and_says_so_in_one_line(run: Run, site: Path) -> None:
    result = run("build")
    assert result.exit_code == 0
    last = result.output.splitlines()[-1]
    assert last.startswith("Built ")
    assert "pages in " in last
    assert "0 unchanged, 0 removed)" in last
    assert (site / "public/blog/hello/index.html").is_file()


def test_a_second_build_writes_nothing(run: Run) -> None:
    run("build")
    assert "(0 written, " in run("build").output


def test_build_tells_what_is_held_back_why_and_what_is_due_next(run: Run) -> None:
    output = run("build", "--clock", "2026-11-22").output
    assert "Held back: 3 items" in output
    assert "draft     content/blog/plans.md  “Plans”\n" in output
    assert "future    content/blog/new-year.md  “New year”: goes live 2031-01-01 09:30 GMT" in output
    assert "expired   content/blog/offer.md  “Offer”: it expired on 2025-02-01 00:00" in output
    assert "Next due: 2031-01-01 09:30 GMT, in 1501 days" in output


def test_one_of_a_list_that_is_held_back_shows_its_key_once(run: Run, site: Path) -> None:
    write_site(site, "-- content/testimonials/more.yaml --\n- {id: ladder, text: He carried it.}\n")
    output = run("build").output
    assert "  withheld  content/testimonials/more.yaml#ladder: there is no consent on record\n" in output


def test_what_the_switches_bring_in_is_not_due_any_more(run: Run, site: Path) -> None:
    offer = "-- content/blog/fair.md --\n---\ntitle: Fair\ndate: 2026-01-01\nexpires: 2027-01-01\n---\n"
    write_site(site, offer)
    at = ("--clock", "2026-11-22")
    assert "Next due: 2027-01-01 00:00" in run("build", *at).output
    assert "Next due: 2031-01-01 09:30" in run("build", "-E", *at).output
    assert "Next due: 2027-01-01 00:00" in run("build", "-F", *at).output
    assert "Next due" not in run("build", "-D", "-F", "-E", *at).output


def test_the_three_switches_bring_in_what_is_held_back(run: Run, site: Path) -> None:
    result = run("build", "-D", "-F", "-E")
    assert "Held back" not in result.output
    for name in ("plans", "new-year", "offer"):
        assert (site / f"public/blog/{name}/index.html").is_file()


def test_the_clock_decides_what_is_due_in_the_sites_own_zone(run: Run, site: Path) -> None:
    text = (site / "caresite.yaml").read_text().replace("Europe/London", "America/New_York")
    (site / "caresite.yaml").write_text(text)
    run("build", "--clock", "2031-01-01 09:29")
    assert not (site / "public/blog/new-year/index.html").exists()
    run("build", "--clock", "2031-01-01 09:30")
    assert (site / "public/blog/new-year/index.html").exists()
    run("build", "--clock", "2031-01-01T14:29:00Z")
    assert not (site / "public/blog/new-year/index.html").exists()


def test_a_clock_that_is_no_date_is_wrong_usage(run: Run) -> None:
    result = run("build", "--clock", "soon")
    assert result.exit_code == 2
    assert "it is not a date" in result.output


def test_after_an_error_the_site_on_disk_is_left_as_it_was(run: Run, site: Path) -> None:
    run("build")
    before = (site / "public/index.html").read_bytes()
    write_site(site, BROKEN)
    result = run("build")
    assert result.exit_code == 1
    assert "content/blog/broken.md:3:7: error[V204]" in result.output
    assert "  3 | date: 2026-02-31\n    |       ^^^^^^^^^^\n" in result.output
    assert "Nothing was published: what is on disk was left as it was." in result.output
    assert (site / "public/index.html").read_bytes() == before


def test_strict_takes_warnings_for_errors(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    assert run("build").exit_code == 0
    assert run("build", "--strict").exit_code == 1


def test_quiet_prints_errors_only(run: Run, site: Path) -> None:
    assert run("-q", "build").output == ""
    write_site(site, BROKEN)
    output = run("-q", "build").output
    assert output.startswith("content/blog/broken.md:3:7: error[V204]")
    assert "Nothing was published" not in output


def test_notes_are_counted_and_shown_when_asked_for(run: Run, site: Path) -> None:
    write_site(site, "-- content/blog/old.md --\n---\ntitle: Old\nlastmod: 2026-01-01\n---\nText.\n")
    assert "1 more note; see it with `caresite -v build`" in run("build").output
    assert "note[V207]" in run("-v", "build").output


def test_json_is_one_object(run: Run, site: Path) -> None:
    data = json.loads(run("--json", "build", "--clock", "2026-11-22").output)
    assert data["ok"] is True
    assert "blog/hello/index.html" in data["written"]
    assert data["removed"] == []
    assert data["next_due"] == "2031-01-01T09:30:00Z"
    assert {held["state"] for held in data["held_back"]} == {"draft", "future", "expired"}
    assert set(data) >= {"pages", "unchanged", "seconds", "diagnostics"}


def test_json_of_a_failure_names_the_place(run: Run, site: Path) -> None:
    write_site(site, BROKEN)
    result = run("build", "--json")
    assert result.exit_code == 1
    [found] = [d for d in json.loads(result.output)["diagnostics"] if d["severity"] == "error"]
    assert (found["code"], found["path"], found["line"], found["column"]) == ("V204", "content/blog/broken.md", 3, 7)


def test_a_dry_run_changes_nothing(run: Run, site: Path) -> None:
    result = run("build", "--dry-run")
    assert "This was a dry run: nothing was changed." in result.output
    assert not (site / "public").exists()


def test_profile_prints_the_seconds_of_each_stage(run: Run) -> None:
    output = run("build", "--profile").output
    for stage in ("discover", "parse", "assemble", "render", "check", "publish"):
        assert f"  {stage} " in output


def test_the_sample_site_is_named_as_one(run: Run, site: Path) -> None:
    with (site / "caresite.yaml").open("a") as file:
        file.write("sample: true\n")
    assert "The people on this site are made up" in run("build").output


def test_the_environment_overrides_the_config(run: Run, site: Path) -> None:
    run("build", env={"CARESITE__TITLE": "Quay Vets"})
    assert "Quay Vets" in (site / "public/index.html").read_text()


def test_base_url_and_output_folder_can_be_given(run: Run, site: Path) -> None:
    run("build", "-b", "https://preview.example/shop/", "-o", "preview")
    assert "https://preview.example/shop/" in (site / "preview/index.html").read_text()


@pytest.mark.parametrize("name", [".", "..", "content", "static/site", "Content"])
def test_an_output_folder_that_holds_sources_is_refused_even_with_clean(run: Run, site: Path, name: str) -> None:
    result = run("build", "-o", name, "--clean")
    assert result.exit_code == 1
    assert "error[C106]" in result.output
    assert (site / "content/blog/hello.md").is_file()


def test_an_output_folder_outside_of_the_site_may_be_named_by_hand(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere") / "out"
    assert run("build", "-o", str(folder)).exit_code == 0
    assert (folder / "index.html").is_file()


def test_a_folder_without_a_config_says_how_to_go_on(run: Run, site: Path) -> None:
    (site / "caresite.yaml").unlink()
    result = run("build")
    assert result.exit_code == 1
    assert "error[C101]" in result.output
    assert "`caresite init`" in result.output


def test_control_characters_of_a_text_never_reach_the_terminal(run: Run, site: Path) -> None:
    write_site(site, '-- content/blog/evil.md --\n---\ntitle: "x\\e[2J"\ndraft: "\\e[31mno"\n---\nText.\n')
    result = run("build")
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_general_options_may_follow_the_verb(run: Run) -> None:
    assert json.loads(run("check", "--json").output)["ok"] is True


def test_every_option_of_the_command_is_a_flag_of_its_record() -> None:
    names = {param.name for param in cli.commands["build"].params if param.expose_value}
    assert names == set(Flags._fields)
    general = {param.name for param in cli.params if param.name not in ("version", "no_color")}
    assert general == set(Session._fields) - {"start"}  # which is found, not given


def test_pages_are_minified_when_asked_and_again_whole_when_not(run: Run, site: Path) -> None:
    page = site / "public/blog/hello/index.html"
    run("build")
    whole = page.read_bytes()
    assert " written, " in run("build", "--minify").output
    short = page.read_bytes()
    assert len(short) < len(whole)
    assert "(0 written, " in run("build", "--minify").output
    assert run("build", "--minify", "--verify").exit_code == 0
    run("build", "--no-minify")
    assert page.read_bytes() == whole


def test_the_minifier_is_loaded_only_when_asked(site: Path) -> None:
    script = (
        "import sys\nfrom caresite.cli import cli\n"
        f"cli(['-C', {str(site)!r}, 'build', '--full'], standalone_mode=False)\n"
        "assert 'caresite.pipeline.minify' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
