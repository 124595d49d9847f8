"""Memory: whatever happens to the file that keeps it, a build is right, and says at most one line about it."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from caresite.engine import memory, pool, writing
from caresite.engine.build import Built, Options, build
from caresite.engine.memory import Memory, memory_path, packed, unpacked
from caresite.pipeline import publish
from engine.edits import EDITS, Files
from engine.sites import (
    CONFIG,
    NOW,
    Folder,
    build_clean,
    build_here,
    build_in_memory,
    difference,
    files_below,
    rich_files,
    without_marker,
)

TESTS = Path(__file__).resolve().parents[1]
PAGE = "blog/2026/notes/index.html"


class Kept:
    """A site that was built before, with its memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site = Folder(root)
        self.files: Files = dict(rich_files())
        self.site.hold(self.files, old=True)
        self.file = memory_path(root)
        self.public = root / "public"

    def edit(self, name: str, n: int = 0) -> None:
        EDITS[name](self.files, n)
        self.site.hold(self.files, old=True)

    def is_as_if_clean(self) -> bool:
        _, wanted = build_clean(self.root)
        return difference(without_marker(files_below(self.public)), wanted) == []

    def database(self) -> contextlib.closing[sqlite3.Connection]:
        return contextlib.closing(sqlite3.connect(self.file, isolation_level=None))


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Folder(tmp_path_factory.mktemp("warm") / "site")
    folder.hold(rich_files(), old=True)
    assert build_here(folder.root).ok
    return folder.root


@pytest.fixture
def kept(warm: Path, tmp_path: Path) -> Kept:
    shutil.copytree(warm, tmp_path / "site")
    return Kept(tmp_path / "site")


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe the stamps of files that were just written."""
    monkeypatch.setattr(memory, "_YOUNG_NS", 0)
    monkeypatch.setattr(publish, "_YOUNG_NS", 0)


@pytest.fixture
def several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages be written by several processes, though there are few and whoever runs the tests may have threads."""
    monkeypatch.setattr(writing, "WORTH_PROCESSES", 2)
    if sys.platform == "linux":
        monkeypatch.setattr(pool, "can_fork", lambda: True)
        monkeypatch.setattr(writing, "can_fork", lambda: True)


def test_a_site_that_was_built_has_nothing_to_write(kept: Kept) -> None:
    built = build_here(kept.root)
    assert (built.ok, built.rendered, built.trouble) == (True, (), "")


# a file that is not what it should be


def other_tables(file: Path) -> None:
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE meta (song TEXT)")
        connection.execute("CREATE TABLE routes (bus INTEGER)")


def change_rows(statement: str, *values: Any) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
            assert connection.execute(statement, values).rowcount

    return change


def overwrite_all(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(file.stat().st_size))


def cut(share: float) -> Callable[[Path], None]:
    def truncate(file: Path) -> None:
        os.truncate(file, int(file.stat().st_size * share))

    return truncate


SPOILS = {
    "nothing in it": cut(0),
    "half of it": cut(0.5),
    "not a whole page of it": cut(0.03),
    "random bytes": overwrite_all,
    "a text": lambda file: file.write_text("keep me?\n" * 1000),
    "somebody else's database": other_tables,
    "a head that is cut": change_rows("UPDATE documents SET head = substr(head, 1, 30)"),
    "a head that is a text": change_rows("UPDATE documents SET head = 'x'"),
    "a head that is a number": change_rows("UPDATE documents SET head = ?", packed(7)),
    "facts that are a document": change_rows("UPDATE routes SET facts = (SELECT head FROM documents)"),
    "reads that are cut": change_rows("UPDATE routes SET reads = ?", packed(b"abc")),
    "a read that is gone": change_rows("DELETE FROM reads WHERE number = 0"),
    "a read that is none": change_rows("UPDATE reads SET read = ? WHERE number = 0", packed([()])),
    "a stamp that is none": change_rows("UPDATE documents SET stamp = x'6e6f'"),
    "a number that is none": change_rows("UPDATE meta SET value = x'6e6f' WHERE name = 'generation'"),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoiled_file_means_a_clean_build_and_one_line(kept: Kept, name: str) -> None:
    SPOILS[name](kept.file)
    kept.edit("title", 4)
    built = build_here(kept.root)
    assert built.ok
    assert built.trouble.startswith("could not be used (build-")
    assert "\n" not in built.trouble
    assert kept.is_as_if_clean()
    following = build_here(kept.root)
    assert (following.rendered, following.trouble) == ((), "")


WORD_SPOILS = {
    "cut": change_rows("UPDATE documents SET words = substr(words, 1, 30)"),
    "gone": change_rows("UPDATE documents SET words = NULL"),
    "of another": change_rows("UPDATE documents SET words = (SELECT words FROM documents WHERE path LIKE '%notes%')"),
}


@pytest.mark.parametrize("name", WORD_SPOILS)
def test_words_that_are_lost_are_noticed_when_they_are_read(kept: Kept, name: str) -> None:
    WORD_SPOILS[name](kept.file)
    kept.edit("template", 0)
    built = build_here(kept.root)
    assert built.ok
    assert "gone" in built.trouble
    assert kept.is_as_if_clean()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_words_that_are_missed_by_another_process_are_noticed(tmp_path: Path, several_processes: None) -> None:
    site = Folder(tmp_path / "site")
    pages = {f"content/pages/plain-{n}.md": b"---\ntitle: Plain\n---\nPlain words.\n" for n in range(6)}
    files = {CONFIG: b"title: Example\nbase_url: https://example.com/\ntimezone: UTC\nplugins: []\n", **pages}
    site.hold(files)
    assert build_here(site.root).ok
    change_rows("UPDATE documents SET words = NULL WHERE path LIKE '%plain-5%'")(memory_path(site.root))
    site.hold({**files, "templates/page.html": b'{% extends "hearth/page.html" %}'})
    built = build_here(site.root, workers=2)
    assert built.ok, built.diagnostics
    assert "the words of content/pages/plain-5.md are gone" in built.trouble
    assert difference(without_marker(files_below(site.root / "public")), build_clean(site.root)[1]) == []


@pytest.mark.parametrize("seed", range(6))
def test_damage_anywhere_never_shows_in_the_site(kept: Kept, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(kept.file.read_bytes())
    for _ in range(chance.choice((1, 4, 40))):
        start = chance.randrange(len(data))
        length = min(chance.choice((1, 16, 600)), len(data) - start)
        data[start : start + length] = chance.randbytes(length)
    kept.file.write_bytes(data)
    kept.edit("template", 0)
    assert build_here(kept.root).ok
    assert kept.is_as_if_clean()
    kept.edit("title", seed)
    assert build_here(kept.root).ok
    assert kept.is_as_if_clean()


def test_files_of_other_formats_and_versions_are_left_alone(kept: Kept) -> None:
    others = [kept.file.with_name(name) for name in ("build-1-0.0.1.db", "build-99-9.9.9.db")]
    for other in others:
        other.write_bytes(b"whatever they hold")
    built = build_here(kept.root)
    assert (built.rendered, built.trouble) == ((), "")
    assert [other.read_bytes() for other in others] == [b"whatever they hold"] * 2


def test_a_folder_where_the_file_should_be_is_told(kept: Kept) -> None:
    kept.file.unlink()
    kept.file.mkdir()
    kept.edit("title", 4)
    built = build_here(kept.root)
    assert built.ok
    assert built.trouble.startswith("cannot keep")
    assert kept.is_as_if_clean()


# a file that was half written

HALF_WRITE = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("UPDATE reads SET read = x'00'")
connection.execute("DELETE FROM documents")
connection.execute("UPDATE routes SET facts = zeroblob(9000)")
os._exit(0)
"""


@pytest.mark.parametrize("journal_is_there", [True, False])
def test_what_was_half_written_is_taken_back_or_not_believed(kept: Kept, journal_is_there: bool) -> None:
    subprocess.run([sys.executable, "-c", HALF_WRITE, str(kept.file)], check=True, timeout=60)
    journal = kept.file.with_name(f"{kept.file.name}-journal")
    assert journal.stat().st_size > 512
    if not journal_is_there:
        journal.unlink()
    kept.edit("rating", 1)
    built = build_here(kept.root)
    assert built.ok
    assert bool(built.trouble) is not journal_is_there
    assert kept.is_as_if_clean()


# a file that cannot be written

WITHOUT_RIGHTS = """
import ctypes, os, sys
for capability in (1, 2):  # to go past the rights of files, which the superuser otherwise does
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "caresite", "build", *sys.argv[1:]])
"""


@pytest.fixture
def read_only(kept: Kept) -> Iterator[Kept]:
    """Yield a site whose `.caresite/` cannot be written."""
    folder = kept.file.parent
    inside = [folder, *folder.rglob("*")]
    for path in inside:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield kept
    for path in inside:
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="the superuser can do without rights only on Linux")
def test_a_memory_that_cannot_be_written_is_read_and_told_about(read_only: Kept) -> None:
    before = read_only.file.read_bytes()
    read_only.edit("title", 4)
    command = [sys.executable, "-c", WITHOUT_RIGHTS, "--clock", NOW.isoformat()]
    for _ in range(2):
        run = subprocess.run(command, cwd=read_only.root, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stdout + run.stderr
        assert run.stdout.count("The memory of earlier builds cannot keep what was found out") == 1
        assert run.stderr == ""
        assert read_only.is_as_if_clean()
    assert read_only.file.read_bytes() == before


# several builds, several places

BUILD = """
import sys
from pathlib import Path
from engine.sites import build_here
built = build_here(Path(sys.argv[1]))
print(built.ok, repr(built.trouble), [d.message for d in built.diagnostics if d.severity == "error"])
"""


def test_two_builds_at_once_leave_a_whole_site_and_a_good_memory(kept: Kept) -> None:
    for n in range(3):
        kept.edit("config", 0) if n == 1 else kept.edit("template", n)
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
        command = [sys.executable, "-c", textwrap.dedent(BUILD), str(kept.root)]
        both = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        assert [process.communicate(timeout=100)[0].strip() for process in both] == ["True '' []"] * 2
        assert kept.is_as_if_clean()
        assert [path.name for path in kept.root.iterdir() if "caresite-" in path.name] == [".public.caresite-output"]
        following = build_here(kept.root)
        assert (following.ok, following.trouble) == (True, "")
        assert kept.is_as_if_clean()


def parsed_anew(root: Path) -> tuple[Built, int]:
    """Build, and count the documents that were not known."""
    told: list[tuple[int, int]] = []

    def listen(stage: str, done: int, total: int) -> None:
        if stage == "parse":
            told.append((done, total))

    built = build(root, Options(now=NOW), progress=listen)
    return built, told[0][1] - told[0][0]


@pytest.mark.parametrize("with_output", [True, False])
def test_a_memory_that_was_carried_elsewhere_is_used(kept: Kept, tmp_path: Path, with_output: bool) -> None:
    left_out = shutil.ignore_patterns() if with_output else shutil.ignore_patterns("public")
    other = tmp_path / "on" / "another machine"
    shutil.copytree(kept.root, other, copy_function=shutil.copyfile, ignore=left_out)
    shutil.rmtree(kept.root)
    built, parsed = parsed_anew(other)
    assert (built.ok, built.trouble, parsed) == (True, "", 0)
    assert bool(built.rendered) is not with_output
    assert Kept(other).is_as_if_clean()


def test_a_memory_of_an_older_site_is_used_for_what_is_the_same(kept: Kept, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(kept.root, older)
    kept.edit("title", 4)
    kept.edit("delete", 2)
    build_here(kept.root)
    shutil.copyfile(memory_path(older), kept.file)
    built, parsed = parsed_anew(kept.root)
    assert (built.ok, built.trouble, parsed) == (True, "", 1)
    assert kept.is_as_if_clean()


# an output folder that somebody else has been at


def same_size_and_time(page: Path) -> None:
    status = page.stat()
    page.write_bytes(page.read_bytes().replace(b"paper", b"mined"))
    os.utime(page, ns=(status.st_atime_ns, status.st_mtime_ns))


def folder_instead(page: Path) -> None:
    page.unlink()
    page.mkdir()
    (page / "x").write_text("x")


def link_instead(page: Path) -> None:
    elsewhere = page.parents[3] / "elsewhere.html"
    page.rename(elsewhere)
    page.symlink_to(elsewhere)


MEDDLING: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "its folder deleted": lambda page: shutil.rmtree(page.parent),
    "everything deleted": lambda page: shutil.rmtree(page.parents[3]),
    "emptied": lambda page: page.write_bytes(b""),
    "edited": lambda page: page.write_bytes(page.read_bytes() + b"mine"),
    "edited to the same size and time": same_size_and_time,
    "now a folder": folder_instead,
    "now a link": link_instead,
    "with a stranger beside": lambda page: page.with_name("mine.html").write_text("mine"),
}


@pytest.mark.parametrize("name", MEDDLING)
def test_what_was_done_to_the_output_is_undone(kept: Kept, trusting: None, name: str) -> None:
    build_here(kept.root)
    page = kept.public / PAGE
    MEDDLING[name](page)
    assert not kept.is_as_if_clean() or page.is_symlink()
    assert build_here(kept.root).ok
    assert kept.is_as_if_clean()
    assert not page.is_symlink()


# a file that was made to do harm


class Crafted:
    """A value whose pickle calls a function when it is read."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def with_sum(data: bytes) -> bytes:
    return crc32(data).to_bytes(4) + data


def named(module: str, name: str, argument: str) -> bytes:
    """Return a pickle that calls what `name` means in `module`, dots and all."""
    parts = [b"\x80\x04", b"\x8c", bytes([len(module)]), module.encode(), b"\x8c", bytes([len(name)]), name.encode()]
    return with_sum(b"".join([*parts, b"\x93\x8c", bytes([len(argument)]), argument.encode(), b"\x85R."]))


HARM = {
    "a function": lambda victim: with_sum(pickle.dumps(Crafted(os.mkdir, str(victim)))),
    "a built-in": lambda victim: with_sum(pickle.dumps(Crafted(eval, f"__import__('os').mkdir({str(victim)!r})"))),
    "a function of ours": lambda victim: named("caresite.core.files", "Path.mkdir", str(victim)),
    "an import of ours": lambda victim: named("caresite.engine.memory", "os.mkdir", str(victim)),
    "one that looks ours": lambda victim: named("caresite.engine.memory", "os", str(victim)),
}


@pytest.mark.parametrize("column", ["documents.head", "documents.words", "routes.facts", "routes.reads", "reads.read"])
@pytest.mark.parametrize("name", ["a function", "an import of ours"])
def test_nothing_in_the_file_is_run(kept: Kept, tmp_path: Path, name: str, column: str) -> None:
    victim = tmp_path / "harm"
    table, _, field = column.partition(".")
    change_rows(f"UPDATE {table} SET {field} = ?", HARM[name](victim))(kept.file)
    kept.edit("template", 0)
    built = build_here(kept.root)
    assert built.ok
    assert built.trouble
    assert not victim.exists()
    assert kept.is_as_if_clean()


@pytest.mark.parametrize("name", HARM)
def test_only_values_come_out_of_what_is_packed(tmp_path: Path, name: str) -> None:
    with pytest.raises((pickle.UnpicklingError, AttributeError)):
        unpacked(HARM[name](tmp_path / "harm"))
    assert not (tmp_path / "harm").exists()


def test_orders_of_pages_are_kept_for_the_same_pages_only(tmp_path: Path) -> None:
    site, files, kept = Folder(tmp_path), dict(rich_files()), Memory()
    site.hold(files, old=True)
    build_in_memory(tmp_path, kept)
    pages, known = kept.found_out
    assert known
    files["content/blog/notes.md"] += b"\nA word more.\n"
    site.hold(files, old=True)
    _, made = build_in_memory(tmp_path, kept)
    assert kept.found_out[0] is pages
    assert kept.found_out[1] is known
    files["content/blog/notes.md"] = files["content/blog/notes.md"].replace(b"title: ", b"title: Other ")
    site.hold(files, old=True)
    _, again = build_in_memory(tmp_path, kept)
    assert kept.found_out[0] is not pages
    assert kept.found_out[1] is not known
    assert again != made
    assert difference(again, build_clean(tmp_path)[1]) == []


def test_only_what_is_new_is_written_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_YOUNG_NS", 10**18)  # or a file that has come of age meanwhile counts as new
    kept = Kept(tmp_path)
    build_here(tmp_path)
    before = rows_of(kept.file)
    kept.edit("body")
    assert build_here(tmp_path).ok
    after = rows_of(kept.file)
    assert 0 < len(after - before) < len(after) / 2


def rows_of(file: Path) -> set[tuple[int, str]]:
    """Return rowid and output of each route; a row that was written again has another rowid."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return set(connection.execute("SELECT rowid, output FROM routes"))
