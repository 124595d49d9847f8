"""What takes its time, such as the search index, is made beside the preview, and only for other pages than before."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from caresite.features.search import plugin
from caresite.preview.finisher import Finisher

from .test_generations import POST, Written

INDEX = "search/pagefind/filters.json"


def test_it_works_once_for_many_saves_and_again_for_the_next() -> None:
    done, count = Event(), []

    def finish() -> None:
        count.append(1)
        done.set()

    finisher = Finisher(finish)
    finisher.start()
    for _ in range(3):
        finisher.wake()
    assert done.wait(30)
    assert len(count) == 1
    done.clear()
    finisher.wake()
    assert done.wait(30)
    finisher.stop()
    assert len(count) == 2


def test_it_ends_while_it_waits() -> None:
    finisher = Finisher(lambda: None)
    finisher.stop()
    finisher = Finisher(lambda: pytest.fail("nobody woke it"))
    finisher.start()
    finisher.stop()


def test_a_save_is_shown_before_there_is_an_index_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    index_of = plugin.index_of

    def counted(*args: Any) -> dict[str, bytes]:
        nonlocal made
        made += 1
        return index_of(*args)

    monkeypatch.setattr(plugin, "index_of", counted)
    site = Written(tmp_path / "site")
    tree = site.generations.current.tree
    assert (made, site.generations.is_unfinished, tree.get(INDEX)) == (0, True, None)

    site.generations.finish()
    before = tree.get(INDEX)
    assert before is not None
    site.generations.finish()
    assert made == 1

    site.edit(POST, "We listen.", "We hear.")
    assert site.generations.current.tree.get(INDEX) == before  # the old one serves until there is a new one
    site.generations.finish()
    assert made == 2
    assert site.generations.current.tree.get(INDEX) != before


def test_nothing_is_finished_of_a_site_that_has_a_fault(tmp_path: Path) -> None:
    site = Written(tmp_path / "site")
    site.edit(POST, "title: Hello", "title: [")
    assert site.generations.current.faults
    assert not site.generations.is_unfinished
    site.generations.finish()
    assert site.generations.current.tree.get(INDEX) is None
