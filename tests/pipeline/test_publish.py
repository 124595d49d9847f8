"""What is written, what is left alone, what is removed, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.core.diagnostics import Problem
from caresite.core.model import Output
from caresite.pipeline.own_output import MARK_INSIDE, SIGN, is_own_output, mark_beside
from caresite.pipeline.publish import Published, output_folder, publish
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]


def files(**contents: str) -> tuple[Output, ...]:
    return tuple(Output(path=path.replace("__", "/"), content=data.encode()) for path, data in contents.items())


def there(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    publish(folder, files(a="1", blog__b="2"), {})
    return folder


def test_a_folder_is_made_and_marked_as_ours_beside_it(public: Path) -> None:
    assert there(public) == {"a": "1", "blog/b": "2"}
    assert "by hand" in mark_beside(public).read_text()
    assert is_own_output(public)


def test_a_folder_that_somebody_made_in_its_place_is_not_taken_for_ours(public: Path) -> None:
    public.rename(public.with_name("away"))
    public.mkdir()
    (public / "letter.txt").write_text("Dear Ann")
    with pytest.raises(Problem, match=r"caresite did not make, such as `letter\.txt`"):
        publish(public, files(a="1"), {})
    assert there(public) == {"letter.txt": "Dear Ann"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("404.html", '<meta name="generator" content="caresite 0.1.0">'),
        ("index.html", '<meta name=generator content="caresite 0.1.0">'),
        ("_headers", f"{SIGN} from what the pages use.\n"),
    ],
)
def test_a_copy_of_a_folder_is_known_by_its_files(tmp_path: Path, name: str, text: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / name).write_text(text)
    assert publish(copy, files(a="1"), {}).removed == (name,)


def test_a_mark_of_an_earlier_version_is_moved_out_of_the_folder(public: Path) -> None:
    mark_beside(public).unlink()
    (public / MARK_INSIDE).write_text("ours")
    assert publish(public, files(a="1", blog__b="2"), {}) == Published(written=(), removed=(), unchanged=2)
    assert there(public) == {"a": "1", "blog/b": "2"}
    assert is_own_output(public)


def test_where_nothing_can_be_written_beside_it_the_mark_stands_in_the_folder(public: Path) -> None:
    mark_beside(public).unlink()
    mark_beside(public).mkdir()
    (public / MARK_INSIDE).write_text("ours")
    assert publish(public, files(a="2"), {}) == Published(written=("a",), removed=("blog/b",), unchanged=0)
    assert (public / MARK_INSIDE).is_file()


def test_what_did_not_change_is_not_touched(public: Path) -> None:
    for path in ("a", "blog/b"):
        os.utime(public / path, ns=(1, 1))
    done = publish(public, files(a="1", blog__b="3"), {})
    assert done == Published(written=("blog/b",), removed=(), unchanged=1)
    assert (public / "a").stat().st_mtime_ns == 1
    assert (public / "blog/b").stat().st_mtime_ns != 1


def test_what_nothing_produces_any_more_is_removed_with_its_empty_folder(public: Path) -> None:
    (public / "by-hand").write_text("x")
    done = publish(public, files(a="1"), {})
    assert done.removed == ("blog/b", "by-hand")
    assert [p.name for p in sorted(public.iterdir())] == ["a"]


def test_copies_follow_their_source(public: Path, tmp_path: Path) -> None:
    source = tmp_path / "x.png"
    source.write_text("one")
    assert publish(public, files(a="1"), {"images/x.png": source}).written == ("images/x.png",)
    assert publish(public, files(a="1"), {"images/x.png": source}).unchanged == 2
    source.write_text("two")
    publish(public, files(a="1"), {"images/x.png": source})
    assert there(public) == {"a": "1", "images/x.png": "two"}


def test_a_dry_run_says_the_same_and_does_nothing(public: Path) -> None:
    before = there(public)
    done = publish(public, files(a="9", c="3"), {}, dry_run=True)
    assert done == Published(written=("a", "c"), removed=("blog/b",), unchanged=0)
    assert there(public) == before
    assert publish(public, files(a="9", c="3"), {}) == done


def test_a_dry_run_makes_no_folder(tmp_path: Path) -> None:
    publish(tmp_path / "public", files(a="1"), {}, dry_run=True)
    assert list(tmp_path.iterdir()) == []


# whose folder it is


def test_a_folder_of_somebody_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem) as caught:
        publish(tmp_path, files(a="1"), {})
    (fault,) = caught.value.diagnostics
    assert (fault.code, "thesis.txt" in fault.message, "--clean" in fault.hint) == ("B101", True, True)
    assert there(tmp_path) == {"thesis.txt": "years of work"}


def test_an_empty_folder_is_nobodys_and_clean_takes_any(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    publish(tmp_path / "empty", files(a="1"), {})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old").write_text("x")
    assert publish(tmp_path / "full", files(a="1"), {}, clean=True).removed == ("old",)


@pytest.mark.parametrize(
    "name", [".", "..", "content", "content/x", "static", "/", "themes", "private", ".git/x", "Content"]
)
def test_the_site_itself_is_never_the_output_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem) as caught:
        output_folder(tmp_path, name)
    assert [d.code for d in caught.value.diagnostics] == ["C106"]


def test_a_link_to_the_site_is_no_output_folder_either(tmp_path: Path) -> None:
    root = tmp_path / "site"
    (root / "content").mkdir(parents=True)
    (root / "public").symlink_to("content", target_is_directory=True)
    with pytest.raises(Problem):
        output_folder(root, "public")


def test_a_folder_beside_the_site_may_be_named(tmp_path: Path) -> None:
    root = tmp_path / "site"
    root.mkdir()
    assert output_folder(root, str(tmp_path / "www")) == tmp_path / "www"


# links and swaps


def test_a_link_in_the_output_is_replaced_and_never_followed(public: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b").write_text("precious")
    (outside / "file").write_text("precious")
    (public / "blog" / "b").unlink()
    (public / "blog").rmdir()
    (public / "blog").symlink_to(outside, target_is_directory=True)
    (public / "a").unlink()
    (public / "a").symlink_to(outside / "file")
    publish(public, files(a="1", blog__b="2"), {})
    assert there(public) == {"a": "1", "blog/b": "2"}
    assert there(outside) == {"b": "precious", "file": "precious"}
    assert not (public / "a").is_symlink()


def test_a_stale_link_is_removed_and_what_it_leads_to_is_kept(public: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("precious")
    (public / "old").symlink_to(outside, target_is_directory=True)
    assert publish(public, files(a="1", blog__b="2"), {}).removed == ("old",)
    assert there(outside) == {"keep": "precious"}


def test_a_file_becomes_a_folder_and_back(public: Path) -> None:
    publish(public, files(a__b="1", blog="2"), {})
    assert there(public) == {"a/b": "1", "blog": "2"}
    publish(public, files(a="1", blog__b="2"), {})
    assert there(public) == {"a": "1", "blog/b": "2"}


def test_nothing_is_written_outside_whatever_it_is_called(public: Path) -> None:
    with pytest.raises(Problem) as caught:
        publish(public, (Output(path="../escaped", content=b"x"),), {})
    assert [d.code for d in caught.value.diagnostics] == ["B102"]
    assert not (public.parent / "escaped").exists()


def test_a_file_that_cannot_be_written_is_named(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("caresite.pipeline.publish._put", full)
    with pytest.raises(Problem) as caught:
        publish(public, files(a="2"), {})
    (fault,) = caught.value.diagnostics
    assert (fault.code, str(fault.span)) == ("B103", "public/a")
    assert "no space left" in fault.message


# a whole build

GOOD = "-- content/blog/a.md --\n---\ntitle: A\n---\nText.\n"
BAD = "-- content/blog/a.md --\n---\ntitle: A\n---\n[x](nowhere.md)\n"


def test_a_second_build_writes_nothing(small_site: SmallSite, tmp_path: Path) -> None:
    first = small_site(GOOD, root=tmp_path, publish=True)
    again = small_site(GOOD, root=tmp_path, publish=True)
    assert first.published is not None
    assert again.published is not None
    assert (first.published.unchanged, again.published.written, again.published.removed) == (0, (), ())
    assert again.published.unchanged == len(first.published.written)


def test_after_an_error_the_last_good_site_stays(small_site: SmallSite, tmp_path: Path) -> None:
    small_site(GOOD, root=tmp_path, publish=True)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*")}
    broken = small_site(BAD, root=tmp_path, publish=True)
    assert (broken.ok, broken.published) == (False, None)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*")} == before


def test_a_warning_stops_nothing_unless_it_is_meant_to(small_site: SmallSite, tmp_path: Path) -> None:
    text = GOOD.replace("Text.", "[x](/nowhere/)")
    assert small_site(text, root=tmp_path, publish=True).published is not None
    assert small_site(text, root=tmp_path, publish=True, strict=True).published is None
