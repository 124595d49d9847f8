"""The target `folder`: switched in one step, or brought there step by step."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from caresite.core.diagnostics import Problem
from caresite.deploy.ledger import LEDGER
from caresite.pipeline.own_output import MARK_INSIDE
from deploy.sending import PAGES, errand, opened, planned, sent, tree, write

CHANGED = {**PAGES, "blog/hello/index.html": "<p>Changed"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write(tmp_path / "public", PAGES)
    return tmp_path


@pytest.fixture(params=[True, False], ids=["switched", "in place"])
def options(site: Path, request: pytest.FixtureRequest) -> dict[str, object]:
    return {"path": "www", "switch": request.param}


def test_a_site_arrives_and_then_only_what_changed(site: Path, options: dict[str, object]) -> None:
    with opened("folder", options, errand(site)) as target:
        first, _ = sent(target, site / "public")
        assert (len(first.add), first.change, first.delete) == (len(PAGES), (), ())
        assert tree(site / "www") == PAGES
        assert planned(target, site / "public").is_empty
        write(site / "public", CHANGED)
        second, _ = sent(target, site / "public")
        assert [file.path for file in second.change] == ["blog/hello/index.html"]
        assert (second.add, second.delete) == ((), ())
        assert tree(site / "www") == CHANGED


def test_what_is_gone_is_deleted_with_its_folder(site: Path, options: dict[str, object]) -> None:
    with opened("folder", options, errand(site)) as target:
        sent(target, site / "public")
        write(site / "public", {"index.html": "alone"})
        sent(target, site / "public")
    assert tree(site / "www") == {"index.html": "alone"}
    assert not (site / "www/blog").exists()


def test_a_file_changed_by_somebody_else_is_put_right(site: Path, options: dict[str, object]) -> None:
    with opened("folder", options, errand(site)) as target:
        sent(target, site / "public")
        before = (site / "www/index.html").stat()
        (site / "www/index.html").write_text("x" * before.st_size)
        assert [file.path for file in sent(target, site / "public")[0].change] == ["index.html"]
    assert tree(site / "www") == PAGES


def test_files_of_others_stay_where_they_are(site: Path) -> None:
    write(site / "www", {".well-known/acme": "token"})
    with opened("folder", {"path": "www"}, errand(site)) as target:
        assert planned(target, site / "public").there.foreign == {".well-known/acme"}
        sent(target, site / "public")
        assert tree(site / "www") == {**PAGES, ".well-known/acme": "token"}
        sent(target, site / "public", take_over=True)
    assert tree(site / "www") == PAGES


def test_a_file_stands_where_a_folder_stood_and_the_other_way_round(site: Path, options: dict[str, object]) -> None:
    with opened("folder", options, errand(site)) as target:
        for files in ({"a/b.html": "1", "c": "2"}, {"a": "3", "c/d.html": "4"}, {"a/b.html": "1", "c": "2"}):
            write(shutil.rmtree(site / "public") or site / "public", files)
            sent(target, site / "public")
            assert tree(site / "www") == files


def test_a_ledger_that_is_lost_costs_no_upload(site: Path, options: dict[str, object]) -> None:
    with opened("folder", options, errand(site)) as target:
        sent(target, site / "public")
        (site / "www/.caresite-deploy.json").unlink()
        plan = planned(target, site / "public")
    assert (plan.add, plan.change, plan.delete) == ((), (), ())
    assert plan.there.foreign == PAGES.keys()


def test_the_ledger_names_no_page(site: Path) -> None:
    with opened("folder", {"path": "www"}, errand(site)) as target:
        sent(target, site / "public")
    assert "hello" not in (site / "www/.caresite-deploy.json").read_text()


def test_a_switch_that_was_ended_half_way_is_made_good(site: Path) -> None:
    with opened("folder", {"path": "www"}, errand(site)) as target:
        sent(target, site / "public")
        (site / "www").rename(site / ".www.caresite-old")
        (site / ".www.caresite-new").mkdir()
        assert planned(target, site / "public").is_empty
    assert tree(site / "www") == PAGES
    assert not list(site.glob(".www*"))


# what the next deploy is made from


def inodes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def test_a_second_deploy_makes_new_files_of_what_changed_alone(site: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with opened("folder", {"path": "www"}, errand(site)) as target:
        sent(target, site / "public")
        before = inodes(site / "www")
        os.link(site / "www/blog/hello/index.html", site / "second-name.html")
        write(site / "public", CHANGED)
        target.send(planned(target, site / "public"), lambda *news: told.append(news))
    after = inodes(site / "www")
    assert {path for path in after if after[path] != before[path]} == {"blog/hello/index.html", LEDGER}
    assert (site / "second-name.html").read_text() == PAGES["blog/hello/index.html"]  # no file is edited in place
    assert told == [("Sending", 1, 1)]


def test_the_spare_folder_holds_nothing_that_visitors_do_not_get(site: Path) -> None:
    with opened("folder", {"path": "www"}, errand(site)) as target:
        for files in (PAGES, CHANGED, {"index.html": "alone"}):
            write(site / "public", files)
            sent(target, site / "public")
            assert inodes(site / ".www.caresite-spare") in ({}, inodes(site / "www"))
    assert tree(site / ".www.caresite-spare") == {"index.html": "alone"}
    assert [path.name for path in site.glob(".www*")] == [".www.caresite-spare"]


def test_what_somebody_did_to_the_spare_folder_reaches_nobody(site: Path) -> None:
    spare = site / ".www.caresite-spare"
    with opened("folder", {"path": "www"}, errand(site)) as target:
        for files in (PAGES, CHANGED):
            write(site / "public", files)
            sent(target, site / "public")
        shutil.rmtree(spare / "blog")
        (spare / "blog").write_text("a file")
        (spare / "index.html").unlink()
        (spare / "index.html").mkdir()
        (spare / "more").symlink_to(site)
        (spare / "feed.xml").unlink()
        (spare / "feed.xml").write_text("other")
        write(site / "public", PAGES)
        sent(target, site / "public")
    assert tree(site / "www") == tree(spare) == PAGES


def test_a_disk_without_links_is_brought_there_step_by_step(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(source: object, target: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(target))

    with opened("folder", {"path": "www"}, errand(site)) as target:
        sent(target, site / "public")
        monkeypatch.setattr(os, "link", refused)
        kept = (site / "www").stat().st_ino
        write(site / "public", CHANGED)
        sent(target, site / "public")
    assert (tree(site / "www"), list(site.glob(".www*"))) == (CHANGED, [])
    assert (site / "www").stat().st_ino == kept


def test_step_by_step_needs_no_spare_folder(site: Path) -> None:
    for switch, files in ((True, PAGES), (True, CHANGED), (False, PAGES)):
        write(site / "public", files)
        with opened("folder", {"path": "www", "switch": switch}, errand(site)) as target:
            sent(target, site / "public")
    assert (tree(site / "www"), list(site.glob(".www*"))) == (PAGES, [])


@pytest.mark.parametrize("switch", [True, False])
def test_unfinished_files_are_removed(site: Path, switch: bool) -> None:
    with opened("folder", {"path": "www", "switch": switch}, errand(site)) as target:
        sent(target, site / "public")
        write(site / "public", CHANGED)
        (site / "www/blog/.hello.caresite-part").write_text("half")
        sent(target, site / "public")
    assert tree(site / "www") == CHANGED


@pytest.mark.parametrize(
    "path", [".", "..", "content", "content/www", "static", "private/x", ".git", "public", "public/www"]
)
def test_the_sites_own_folders_are_no_target(site: Path, path: str) -> None:
    (site / "public" / MARK_INSIDE).write_text("made by a build")
    with pytest.raises(Problem) as raised, opened("folder", {"path": path}, errand(site)):
        pass
    (found,) = raised.value.diagnostics
    assert (found.code, f"`{path}`" in found.message) == ("H101", True)


def test_a_disk_that_becomes_full_keeps_the_old_site_and_no_half_of_the_new(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened("folder", {"path": "www"}, errand(site)) as target:
        sent(target, site / "public")
        write(site / "public", {**CHANGED, "z.html": "the last one"})
        copied = shutil.copyfile

        def refused(source: Path, to: Path) -> None:
            if source.name == "z.html":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(to))
            copied(source, to)

        monkeypatch.setattr(shutil, "copyfile", refused)
        with pytest.raises(Problem, match="no space left"):
            sent(target, site / "public")
    assert tree(site / "www") == PAGES
    assert list(site.glob(".www*")) == []


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.ENOSPC, "H204", "no space left on device"),
        (errno.EDQUOT, "H204", "disk quota exceeded"),
        (errno.EACCES, "H201", "permission denied"),
    ],
)
def test_a_disk_that_does_not_take_it_is_told(
    site: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, words: str
) -> None:
    def refused(source: object, target: object) -> None:
        raise OSError(number, os.strerror(number), str(target))

    monkeypatch.setattr(shutil, "copyfile", refused)
    with opened("folder", {"path": "www"}, errand(site)) as target, pytest.raises(Problem) as raised:
        sent(target, site / "public")
    (found,) = raised.value.diagnostics
    assert found.code == code
    assert words in found.message
