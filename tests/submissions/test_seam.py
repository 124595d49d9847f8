"""A source that somebody else wrote, installed as a package, is as good as ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from caresite.core.diagnostics import Problem, Span
from caresite.submissions.sources.registry import GROUP, load_source
from caresite.submissions.store import Store
from docs.test_plugin_howto import install
from docs.walk import DOCS, blocks_of
from submissions.conftest import Run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/caresite-guestbook"
BOOK = """\
2026-10-01 10:15
Ada Quill
They came at five.
***
2026-10-02 11:00
Tom
***
2026-10-03 12:30
Eve
Kind.
All.
***
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    install(EXAMPLE, shelf)
    monkeypatch.syspath_prepend(shelf)
    yield
    sys.modules.pop("caresite_guestbook", None)


@pytest.mark.usefixtures("installed")
def test_a_source_outside_the_package_is_pulled_by_config_and_by_name(site: Path, run: Run) -> None:
    (site / "counter.guestbook").write_text(BOOK, encoding="utf-8")
    config = site / "caresite.yaml"
    config.write_text(
        config.read_text("utf-8") + "sources:\n  counter: {type: guestbook, path: '*.guestbook'}\n", "utf-8"
    )
    first = run("pull")
    assert first.exit_code == 1
    assert "counter.guestbook:5: error[S201] an entry has a day, a name and words" in first.output
    assert "2 new submissions taken in, 1 refused." in first.output
    store = Store(site)
    found = {s.name: store.read(s.id).submission for s in store.listing().values()}
    assert found["Eve"].text.body == "Kind.\nAll."
    assert f"{found['Ada Quill'].received_at:%Y-%m-%d %H:%M}" == "2026-10-01 09:15"
    assert "Nothing new, 2 there already" in run("pull", str(site / "counter.guestbook")).output


def test_ours_come_through_the_same_door() -> None:
    names = {entry.name for entry in entry_points(group=GROUP)}
    assert names >= {"netlify", "formspree", "csv", "json", "mail", "imap", "folder"}
    assert {load_source(name, Span("x")).name for name in names} == names


def test_a_source_that_nobody_installed_is_told_with_the_nearest() -> None:
    with pytest.raises(Problem) as raised:
        load_source("netlfy", Span("caresite.yaml"))
    assert raised.value.diagnostics[0].hint == "did you mean `netlify`?"


def test_the_documentation_shows_the_source_that_is_tested() -> None:
    shown = {block.path: block.text for block in blocks_of(DOCS / "how-to/collect-stories.md")}
    for name in ("caresite_guestbook.py", "pyproject.toml"):
        assert shown[f"plugins/caresite-guestbook/{name}"] == (EXAMPLE / name).read_text("utf-8")
