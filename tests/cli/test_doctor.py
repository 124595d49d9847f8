"""`caresite doctor`: what it finds, what it repairs, what it leaves alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from caresite import __version__

from .conftest import Run

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def git(site: Path, *words: str) -> None:
    subprocess.run(("git", *words), cwd=site, check=True, capture_output=True)


def test_a_healthy_site_passes(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "Nothing is wrong." in result.output
    assert "timezone Europe/London: it is" in result.output


def test_a_broken_config_is_told_and_the_rest_still_examined(run: Run, site: Path) -> None:
    (site / "caresite.yaml").write_text("title: X\nbaseURL: https://x.example/\ntimezone: Europe/London\n")
    result = run("doctor")
    assert result.exit_code == 1
    assert "`base_url` here" in result.output
    assert "every text is UTF-8" in result.output


def test_a_placeholder_address_is_noted(run: Run, site: Path) -> None:
    text = (site / "caresite.yaml").read_text().replace("harbour.example", "example.com")
    (site / "caresite.yaml").write_text(text)
    result = run("doctor")
    assert result.exit_code == 0
    assert "set the address people will type" in result.output


@pytest.mark.parametrize("names", [("a.md", "A.md"), ("caf\u00e9.md", "cafe\u0301.md")])
def test_names_that_hide_each_other_elsewhere_are_wrong(run: Run, site: Path, names: tuple[str, str]) -> None:
    for name in names:
        (site / "content/blog" / name).write_text("---\ntitle: X\n---\n")
    if len(list((site / "content/blog").glob("[aAc]*.md"))) < 2:
        pytest.skip("this file system cannot hold both names")
    result = run("doctor")
    assert result.exit_code == 1
    assert "differ only in capitals" in result.output


def test_spaces_and_loose_accents_are_noted(run: Run, site: Path) -> None:
    (site / "content/blog/two words.md").write_text("---\ntitle: X\n---\n")
    (site / "content/blog/cafe\u0301.md").write_text("---\ntitle: X\n---\n")
    output = run("doctor").output
    assert "there is a space in the name" in output
    assert "an accent is stored as a letter and a mark" in output


def test_encodings_are_found_and_the_safe_ones_repaired(run: Run, site: Path) -> None:
    blog = site / "content/blog"
    (blog / "mark.md").write_bytes(b"\xef\xbb\xbf---\r\ntitle: M\xc3\xbcller\r\n---\r\n")
    (blog / "wide.md").write_bytes("---\ntitle: Müller\n---\n".encode("utf-16"))
    (blog / "old.md").write_bytes("---\ntitle: Müller\n---\n".encode("latin-1"))
    result = run("doctor")
    assert result.exit_code == 1
    assert "old.md is not UTF-8" in result.output
    assert "wide.md is saved as UTF-16" in result.output
    result = run("doctor", "--fix")
    assert result.exit_code == 1
    assert "fixed  content/blog/mark.md" in result.output
    assert (blog / "mark.md").read_bytes() == b"---\r\ntitle: M\xc3\xbcller\r\n---\r\n"
    assert (blog / "wide.md").read_text(encoding="utf-8") == "---\ntitle: Müller\n---\n"
    assert (blog / "old.md").read_bytes() == "---\ntitle: Müller\n---\n".encode("latin-1")


def test_a_strange_output_folder_is_wrong(run: Run, site: Path) -> None:
    (site / "public").mkdir()
    (site / "public/mine.txt").write_text("Mine.")
    assert "caresite did not make" in run("doctor").output


@needs_git
def test_private_things_must_stay_out_of_git_and_fix_sees_to_it(run: Run, site: Path) -> None:
    git(site, "init")
    result = run("doctor")
    assert result.exit_code == 1
    assert "wrong  git does not leave out private/" in result.output
    (site / ".gitignore").write_text("*.tmp")
    assert run("doctor", "--fix").exit_code == 0
    assert (site / ".gitignore").read_text() == "*.tmp\n/public/\n/private/\n/.caresite/\n"
    assert run("doctor").exit_code == 0


@needs_git
def test_what_git_keeps_and_should_not_is_wrong(run: Run, site: Path) -> None:
    git(site, "init")
    run("doctor", "--fix")
    (site / "private").mkdir()
    (site / "private/proof.yaml").write_text("x: 1\n")
    (site / ".env").write_text("KEY=1\n")
    (site / ".env.example").write_text("KEY=\n")
    git(site, "add", "-f", "private/proof.yaml", ".env", ".env.example")
    result = run("doctor")
    assert result.exit_code == 1
    assert "private/proof.yaml is in git" in result.output
    assert "wrong  .env is in git and looks like a secret" in result.output
    assert ".env.example" not in result.output


def test_json_has_every_finding(run: Run) -> None:
    data = json.loads(run("--json", "doctor").output)
    assert data["ok"] is True
    assert {"state", "text", "advice"} == set(data["findings"][0])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("netlify.toml", '[build]\ncommand = "pip install caresite==0.0.9 && caresite build"\n'),
        (".github/workflows/pages.yml", "      - run: pip install caresite==0.0.9\n"),
        ("requirements.txt", "caresite[s3] == 0.0.9\n"),
        ("build.sh", "pip install ./caresite-0.0.9-py3-none-any.whl\n"),
    ],
)
def test_a_host_with_another_caresite_is_noticed(run: Run, site: Path, path: str, text: str) -> None:
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_text(text)
    result = run("doctor")
    assert result.exit_code == 0
    assert f"{path} names caresite 0.0.9, and this is {__version__}" in result.output
    (site / path).write_text(text.replace("0.0.9", __version__))
    assert "names caresite" not in run("doctor").output


@pytest.mark.parametrize("text", ["caresite @ git+https://x.example/caresite@abc\n", "caresite-hours==1.0\n", ""])
def test_what_names_no_version_is_left_alone(run: Run, site: Path, text: str) -> None:
    (site / "requirements.txt").write_text(text)
    assert "names caresite" not in run("doctor").output
