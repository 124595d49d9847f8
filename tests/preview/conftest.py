"""What the tests of the preview share: a site to write on, a Chromium to see it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser.chromium import Visit

from .running import Shown, showing

Show = Callable[..., Shown]

_AXE = Path(__file__).resolve().parents[1] / "tools/node_modules/axe-core/axe.min.js"
_PARAGRAPHS = "\n\n".join(f"Paragraph {number} has some words, so that the page is long." for number in range(1, 61))

SITE = f"""
-- caresite.yaml --
title: Harbour Vets
base_url: https://harbour.example/
timezone: Europe/London
-- content/blog/hello.md --
---
title: Hello
date: 2026-03-01
tags: [care]
description: A first letter.
---
We listen.

{_PARAGRAPHS}
-- content/blog/second.md --
---
title: Second
date: 2026-03-02
tags: [care]
---
We answer.
-- content/blog/plans.md --
---
title: Plans
date: 2026-03-03
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
-- content/pages/about.md --
---
title: About us, and about everything else that somebody might want to know some day
---
### First of level three

##### Then of level five

About us.
-- assets/mine.css --
body {{ --mine: first; }}
-- templates/page.html --
{{% extends "hearth/page.html" %}}
{{% block head %}}<link rel="stylesheet" href="{{{{ asset("mine.css") }}}}">{{% endblock %}}
"""


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """Return a function that previews the site in a text, the one above unless another is given."""
    with ExitStack() as stack:

        def start(text: str = SITE, **how: Any) -> Shown:
            return stack.enter_context(showing(tmp_path / "site", text, **how))

        yield start


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Return a visitor with a profile of their own."""
    with Visit(browser) as found:
        yield found


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return the script of axe-core."""
    if not _AXE.is_file():
        pytest.skip("axe-core is not here: make tools")
    return _AXE.read_text(encoding="utf-8")
