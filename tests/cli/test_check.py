"""`caresite check`: it writes nothing, and fails on what must not go online."""

from __future__ import annotations

import json
from pathlib import Path

from caresite.testing import write_site

from .conftest import WITHHELD, Run

WARNED = """
-- content/blog/link.md --
---
title: Link
---
[away](/nowhere/)
"""


def test_a_good_site_passes_and_nothing_is_written(run: Run, site: Path) -> None:
    before = sorted(site.rglob("*"))
    result = run("check")
    assert result.exit_code == 0
    assert "nothing is wrong" in result.output
    assert sorted(site.rglob("*")) == before


def test_a_warning_fails_only_when_asked(run: Run, site: Path) -> None:
    write_site(site, WARNED)
    assert run("check").exit_code == 0
    result = run("check", "--fail-on", "warning")
    assert result.exit_code == 1
    assert "warning[L103]" in result.output


def test_words_withheld_for_want_of_consent_fail_until_they_are_settled(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    result = run("check")
    assert result.exit_code == 1
    assert "warning[K102]" in result.output
    assert "1 item withheld" in result.output


def test_a_draft_without_consent_is_a_draft(run: Run, site: Path) -> None:
    write_site(site, WITHHELD.replace("author:", "draft: true\nauthor:"))
    assert run("check").exit_code == 0


def test_format_json_says_the_same(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    result = run("check", "--format", "json")
    assert result.exit_code == 1
    data = json.loads(result.output)
    assert data["ok"] is False
    assert [d["code"] for d in data["diagnostics"]] == ["K102"]


def test_an_unknown_format_is_wrong_usage(run: Run) -> None:
    assert run("check", "--format", "xml").exit_code == 2
