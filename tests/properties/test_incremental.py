"""Whatever is done to a site, in whatever order: a build leaves what a clean one would have written."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caresite.engine import memory, parsing, pool, writing
from caresite.engine.build import Built
from caresite.engine.memory import Memory
from caresite.pipeline import publish
from engine.edits import EDITS, Edit, Files
from engine.sites import (
    NOW,
    Folder,
    build_clean,
    build_here,
    build_in_memory,
    difference,
    files_below,
    rich_files,
    told,
    without_marker,
)

SEQUENCES = int(os.environ.get("CARESITE_SEQUENCES", "30"))


# the property


class Step(NamedTuple):
    """What happens between two builds: an edit, the time that passes, somebody at the output, how it is built."""

    edit: str
    n: int
    hours: int
    meddling: int
    workers: int
    drafts: bool
    old: bool


HOURS = st.sampled_from((0, 0, 0, 0, 9, 24, 24 * 30, 24 * 130))
STEPS = st.builds(
    Step,
    edit=st.sampled_from(sorted(EDITS)),
    n=st.integers(0, 47),
    hours=HOURS,
    meddling=st.sampled_from((0, 0, 0, 0, 1, 2, 3)),
    workers=st.sampled_from((1, 1, 1, 2)),
    drafts=st.sampled_from((False, False, False, True)),
    old=st.booleans(),
)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the site after two builds, which every sequence begins with a copy of."""
    folder = Folder(tmp_path_factory.mktemp("warm") / "site")
    folder.hold(rich_files(), old=True)
    assert build_here(folder.root).ok
    with trust(files_at_once=True):
        assert not build_here(folder.root).rendered
    return folder.root


@pytest.fixture(scope="module", autouse=True)
def small_work() -> Iterator[None]:
    """Let processes start for a document or a few pages, as there are not many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "WORTH_PROCESSES", 1)
        patch.setattr(writing, "WORTH_PROCESSES", 8)
        if sys.platform == "linux":  # whoever runs the tests may have threads, of which none matters here
            patch.setattr(pool, "can_fork", lambda: True)
            patch.setattr(writing, "can_fork", lambda: True)
        yield


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.timeout(60 + 8 * SEQUENCES)
@settings(max_examples=SEQUENCES, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=1, max_size=5))
def test_an_incremental_build_equals_a_clean_one(
    steps: list[Step], warm: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("sequence")
    try:
        follow(steps, warm, home)
    finally:
        shutil.rmtree(home)


def follow(steps: list[Step], warm: Path, home: Path) -> None:
    """Make each step in a copy of a site that has been built, and look at what becomes of it."""
    shutil.copytree(warm, home / "site")
    site, other, kept = Folder(home / "site"), Folder(home / "other"), Memory()
    files, now = dict(rich_files()), NOW
    site.hold(files, old=True)
    build_in_memory(site.root, kept, now)
    for step in steps:
        EDITS[step.edit](files, step.n)
        now += timedelta(hours=step.hours)
        site.hold(files, old=step.old)
        other.hold(files)
        meddle(site.root / "public", step)
        with trust(files_at_once=step.old):
            compare(site, other, kept, now, step)


@contextmanager
def trust(*, files_at_once: bool) -> Iterator[None]:
    """Let the stamps of files prove what they hold without waiting until they are old enough for that.

    No file is changed twice between two ticks of the file system's clock here, which is why others have to wait.
    """
    with pytest.MonkeyPatch.context() as patch:
        if files_at_once:
            patch.setattr(memory, "_YOUNG_NS", 0)
            patch.setattr(publish, "_YOUNG_NS", 0)
        yield


def of_the_site(built: Built) -> list[str]:
    """Return what is told of the site as it is; which addresses vanished is told of what was published before."""
    return told(d for d in built.diagnostics if d.code != "D112")


def compare(site: Folder, other: Folder, kept: Memory, now: datetime, step: Step) -> None:
    """Build a site once more, on disk and for a preview, and anew without any memory."""
    before = files_below(site.root / "public")
    built = build_here(site.root, now, workers=step.workers, drafts=step.drafts)
    seen, shown = build_in_memory(site.root, kept, now, workers=step.workers, drafts=step.drafts)
    clean, wanted = build_clean(other.root, now, drafts=step.drafts)
    assert of_the_site(built) == of_the_site(seen) == of_the_site(clean)
    assert not built.trouble
    assert difference(shown, wanted) == []
    there = files_below(site.root / "public")
    if built.ok:
        assert difference(without_marker(there), wanted) == []
    else:
        assert difference(there, before) == []


def meddle(public: Path, step: Step) -> None:
    """Delete, change or add a file of the output, as a person might who does not know that it is made anew."""
    pages = sorted(public.rglob("*.html"))
    page = pages[step.n % len(pages)]
    match step.meddling:
        case 1:
            page.unlink()
        case 2:
            page.write_bytes(page.read_bytes() + b"<!-- mine -->")
        case 3:
            (public / "mine.html").write_bytes(b"mine")


@cache
def edits_that_do_something() -> tuple[str, ...]:
    files = dict(rich_files())
    return tuple(name for name, change in EDITS.items() if any(changes(change, dict(files), n) for n in range(48)))


def changes(change: Edit, files: Files, n: int) -> bool:
    change(files, n)
    return files != rich_files()


def test_every_edit_changes_the_site() -> None:
    assert sorted(edits_that_do_something()) == sorted(EDITS)
