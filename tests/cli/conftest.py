"""A site to run commands in, and a way to run them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.testing import write_site

Run = Callable[..., Result]

SITE = """
-- caresite.yaml --
title: Harbour Vets
base_url: https://harbour.example/
timezone: Europe/London
-- content/blog/hello.md --
---
title: Hello
date: 2026-03-01
---
We listen.
-- content/blog/plans.md --
---
title: Plans
draft: true
---
Not yet.
-- content/blog/new-year.md --
---
title: New year
date: 2031-01-01 09:30
---
Later.
-- content/blog/offer.md --
---
title: Offer
date: 2025-01-01
expires: 2025-02-01
---
Gone.
-- content/testimonials/words.yaml --
- id: kettle
  text: They rang when they had said they would.
  author: {name: Edith Example}
  date: 2026-02-01
  consent: {at: 2026-02-01, scopes: [publish_text, publish_name], how: letter}
"""
WITHHELD = """
-- content/testimonials/unasked.md --
---
author: {name: Otto Example}
---
He carried the ladder.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_site(tmp_path, SITE)
    return tmp_path


@pytest.fixture
def run(site: Path) -> Run:
    """Run `caresite -C site …`; an exception that nobody expected is raised again."""

    def call(*arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
        command = ["-C", str(site), *arguments]
        return CliRunner().invoke(cli, command, input=stdin, env=env, catch_exceptions=False)

    return call
