"""`caresite clean`: what builds made goes, and nothing else."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run


def test_output_and_cache_go(run: Run, site: Path) -> None:
    run("build")
    (site / ".caresite").mkdir(exist_ok=True)
    result = run("clean")
    assert result.exit_code == 0
    assert not (site / "public").exists()
    assert not (site / ".caresite").exists()
    assert (site / "content/blog/hello.md").is_file()
    assert "There was nothing to remove." in run("clean").output


def test_a_folder_of_somebody_else_is_left_alone(run: Run, site: Path) -> None:
    (site / "public").mkdir()
    (site / "public/mine.txt").write_text("Mine.")
    result = run("clean")
    assert result.exit_code == 1
    assert "error[B101]" in result.output
    assert (site / "public/mine.txt").is_file()


def test_a_link_is_never_followed(run: Run, site: Path) -> None:
    run("build")
    (site / "public").rename(site / "elsewhere")
    (site / "public").symlink_to(site / "elsewhere")
    assert run("clean").exit_code == 1
    assert (site / "elsewhere/index.html").is_file()
