"""Builds that fail, succeed and lose a text, in any order: what earlier ones left behind never confuses a later one."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from caresite.engine.build import Options, build
from caresite.testing import write_site

SITE = """
-- caresite.yaml --
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
theme: plain
plugins: []
-- content/blog/stays.md --
---
title: Stays
date: 2026-01-01
---
We bake.
"""
STATES = {
    "bad date": "---\ntitle: X\ndate: tomorow\n---\nHi\n",
    "bad draft": "---\ntitle: X\ndate: 2026-01-01\ndraft: perhaps\n---\nHello there\n",
    "good": "---\ntitle: X\ndate: 2026-01-01\n---\nGood morning\n",
    "gone": "",
}


def test_no_order_of_builds_confuses_the_next(tmp_path: Path) -> None:
    write_site(tmp_path, SITE)
    shutil.copytree(Path(__file__).parent.parent / "themes/plain", tmp_path / "themes/plain")
    path, page = tmp_path / "content/blog/x.md", tmp_path / "public/blog/x/index.html"
    is_shown, before = False, list[str]()
    for state in walk():
        before.append(state)
        path.unlink(missing_ok=True)
        if STATES[state]:
            path.write_text(STATES[state])
        result = build(tmp_path, Options(now=datetime(2026, 11, 22, tzinfo=UTC), asked="so"))
        assert result.trouble == "", before[-4:]
        assert result.ok == (not state.startswith("bad")), before[-4:]
        is_shown = state == "good" if result.ok else is_shown
        assert page.exists() == is_shown, before[-4:]
        if is_shown:
            assert "Good morning" in page.read_text()


def walk() -> list[str]:
    """Return states in an order in which each follows each, itself included."""
    names = list(STATES)
    return [name for first, one in enumerate(names) for other in names[first:] for name in (one, other)] + names[:1]
