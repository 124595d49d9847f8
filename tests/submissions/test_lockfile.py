"""The lock file changes by the lines of one submission; whatever else stands in it stays, or stops everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caresite.core.diagnostics import Problem
from caresite.pipeline.data import read_lock
from caresite.submissions.review.lockfile import LOCK, read_entry, set_entry

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "scopes": ["publish_text", "publish_name"],
    "approved": AT.date(),
    "age": "adult",
    "method": "form-checkbox",
    "digest": "0" * 32,
}
HAND = """\
# Ours since 2024.
version: 1
items:
  7c41e09b52d83fa6:
    # by letter
    scopes: [publish_text]
    approved: 2026-02-20
  'a000000000000000':
    scopes: [publish_text]
    approved: 2026-02-21
"""


def lock_at(root: Path) -> dict[str, Any]:
    """Return what a build reads."""
    lock, found = read_lock(LOCK, (), lambda path: (root / path).read_bytes(), ZoneInfo("UTC"))
    assert found == ()
    return dict(lock.items)


def test_what_is_written_is_what_a_build_reads(tmp_path: Path) -> None:
    assert set_entry(tmp_path, "00000000000000ad", ENTRY)
    assert not set_entry(tmp_path, "00000000000000ad", ENTRY), "nothing has changed"
    (locked,) = lock_at(tmp_path).values()
    assert (locked.scopes, locked.approved, locked.digest) == (
        ("publish_text", "publish_name"),
        AT.replace(hour=0),
        "0" * 32,
    )
    assert read_entry(tmp_path, "00000000000000ad") == ENTRY


def test_other_lines_stay_as_they_are_and_ids_stay_in_order(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(HAND, encoding="utf-8")
    set_entry(tmp_path, "8000000000000000", ENTRY)
    text = (tmp_path / LOCK).read_text("utf-8")
    assert text.startswith(HAND[: HAND.index("  'a000")])
    assert text.endswith(HAND[HAND.index("  'a000") :])
    assert list(lock_at(tmp_path)) == ["7c41e09b52d83fa6", "8000000000000000", "a000000000000000"]
    set_entry(tmp_path, "8000000000000000", None)
    assert (tmp_path / LOCK).read_text("utf-8") == HAND


def test_the_last_entry_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    set_entry(tmp_path, "a" * 16, ENTRY)
    set_entry(tmp_path, "a" * 16, None)
    assert lock_at(tmp_path) == {}
    assert not set_entry(tmp_path, "a" * 16, None)
    assert set_entry(tmp_path, "b" * 16, ENTRY)
    assert list(lock_at(tmp_path)) == ["b" * 16]


@pytest.mark.parametrize(
    "text",
    [
        "items: {7c41: {scopes: [publish_text], approved: 2026-02-20}}\nversion: 1\n",
        "items:\n- not a table\n",
        "version: 1\n",
        "",
        "\ufeffversion: 1\nitems:\n    7c41:\n        scopes: [publish_text]\n        approved: 2026-02-20\n",
    ],
)
def test_another_shape_is_read_or_refused_and_never_lost(text: str, tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(text, encoding="utf-8")
    try:
        set_entry(tmp_path, "b" * 16, ENTRY)
    except Problem:
        assert (tmp_path / LOCK).read_text("utf-8") == text
        return
    assert {"b" * 16} | ({"7c41"} if "7c41" in text else set()) == set(lock_at(tmp_path))


@pytest.mark.parametrize("text", ["items:\n<<<<<<< HEAD\n", "items: [", "items: text\n", "- a\n"])
def test_a_broken_one_stops_everything(text: str, tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match="cannot be read"):
        read_entry(tmp_path, "b" * 16)
    with pytest.raises(Problem, match="cannot be read"):
        set_entry(tmp_path, "b" * 16, ENTRY)
    assert (tmp_path / LOCK).read_text("utf-8") == text


IDS = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(changes=st.lists(st.tuples(IDS, st.booleans()), max_size=12))
def test_any_sequence_of_changes_gives_the_file_that_their_sum_gives(
    changes: list[tuple[str, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("lock")
    expected: dict[str, dict[str, Any]] = {}
    for item_id, is_there in changes:
        set_entry(root, item_id, ENTRY if is_there else None)
        expected = {**expected, item_id: ENTRY} if is_there else {k: v for k, v in expected.items() if k != item_id}
    assert {item_id: read_entry(root, item_id) for item_id in expected} == expected
    assert list(lock_at(root)) == sorted(expected) if (root / LOCK).exists() else not expected


@pytest.mark.parametrize(
    "text", [f"items: {'[' * 50_000}\n", f"items:\n  {'- ' * 50_000}a\n", "items: {a: 2026-02-31}\n"]
)
def test_a_lock_that_cannot_be_read_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK).write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match="the lock file cannot be read"):
        set_entry(tmp_path, "00000000000000ad", ENTRY)
    assert (tmp_path / LOCK).read_text("utf-8") == text
