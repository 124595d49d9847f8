"""Lighthouse gives full points to the pages that most visitors see first; `make lighthouse` asks about all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from browser.lighthouse import FULL_SCORE, SETTLED, audit, command
from browser.sites import Site


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", ["home", "story", "term"])
def test_lighthouse_gives_full_points(kind: str, sites: Mapping[str, Site], origins: Mapping[str, str]) -> None:
    try:
        command()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    scores = audit(origins["sample"] + sites["sample"].typical(kind), SETTLED)
    assert set(scores.points.values()) == {FULL_SCORE}, "\n".join([str(dict(scores.points)), *scores.faults])
