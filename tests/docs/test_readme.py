"""The README, done as it stands: every command and every file. How it is read is told in `walk.py`."""

from __future__ import annotations

import re

import pytest
import yaml

from caresite.testing import BuiltSite, build_site
from docs.walk import ROOT, blocks_of, in_shell, walk

LATER = "2040-01-01"  # `init` dates its examples on the day that it is run
README = ROOT / "README.md"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Return the site after the five steps."""
    return build_site(root=walk(README, tmp_path_factory.mktemp("readme"), in_shell), now=LATER)


def test_the_five_steps_make_a_site_without_a_fault(finished: BuiltSite) -> None:
    assert finished.diagnostics == (), finished.report
    assert finished.held_back == ()


def test_what_it_writes_is_on_the_site(finished: BuiltSite) -> None:
    post = finished.text("/blog/the-day-the-boiler-broke/")
    assert "less difficult to each other" in post
    assert 'href="/stories/first-story/"' in post
    assert "Ines O." in finished.text("/testimonials/")
    assert "Okafor" not in finished.text("/testimonials/")


def test_the_number_of_rules_is_that_of_the_list() -> None:
    rules = yaml.safe_load((ROOT / "src/caresite/core/rules.yaml").read_text("utf-8"))
    named = re.search(r"\[(\d+) such\s+rules\]", README.read_text("utf-8"))
    assert named
    assert int(named[1]) == len(rules)


def test_each_step_has_something_to_do() -> None:
    assert [block.does for block in blocks_of(README)] == ["run", "accept", "run", "compare", "write", "write", "run"]
