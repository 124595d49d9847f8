"""Trails: where each page stands, by the names its lists really have."""

from __future__ import annotations

from typing import Any

import pytest

from caresite.testing import BuiltSite

PRINT = "{% for step in here.trail %}{{ step.title }}={{ step.url }}\n{% endfor %}"
CONTENT = """
-- content/blog/a.md --
---
title: A post
date: 2026-03-01
tags: [Care]
---
Words.
-- content/blog/b.md --
---
title: Another
date: 2025-03-01
tags: [Care]
---
Words.
-- content/stories/_index.md --
---
title: Told by customers
---
-- content/stories/pugh.md --
---
title: A day in November
date: 2026-03-01
author: {name: Ida Roe, display: anonymous}
customer: {name: Roe, anonymous: true, descriptor: A bakery, industry: Food}
place: 1
consent: {at: 2026-01-05, scopes: [publish_text], how: letter}
---
Words.
-- content/testimonials/words.yaml --
- id: a
  text: So.
  rating: 2
  author: {display: anonymous}
  consent: {at: 2026-01-05, scopes: [publish_text], how: letter}
-- content/quotes/care.yaml --
title: Small acts
quotes:
  - {id: named, text: One., author: Ann Ode, status: sourced, source: Letters}
  - {id: unnamed, text: Two., status: anonymous}
-- content/pages/about.md --
---
title: About us
---
Words.
"""
NAMES = (
    *("post", "story", "page", "author", "quote", "quotes-collection", "quotes", "blog", "stories", "wall"),
    *("term", "terms", "authors", "archive", "best", "search", "home", "404"),
)


@pytest.fixture(scope="module")
def site(small_site: Any) -> BuiltSite:
    files = {f"templates/{name}.html": PRINT.encode() for name in NAMES}
    config = "pagination: {per_page: 1}\nbase_url: https://example.com/shop/\n"
    built: BuiltSite = small_site(CONTENT, config=config, files=files)
    assert built.ok, built.report
    return built


@pytest.mark.parametrize(
    ("url", "trail"),
    [
        ("/shop/blog/a/", "Blog=/shop/blog/ A post="),
        ("/shop/stories/pugh/", "Told by customers=/shop/stories/ A bakery="),
        ("/shop/about/", "About us="),
        ("/shop/quotes/care/", "Quotes=/shop/quotes/ Small acts="),
        ("/shop/quotes/care/named/", "Quotes=/shop/quotes/ Small acts=/shop/quotes/care/ Ann Ode="),
        ("/shop/quotes/care/unnamed/", "Quotes=/shop/quotes/ Small acts=/shop/quotes/care/ Unknown="),
        ("/shop/blog/", "Blog="),
        ("/shop/blog/page/2/", "Blog="),
        ("/shop/stories/", "Told by customers="),
        ("/shop/stories/industry/food/", "Told by customers=/shop/stories/ Food="),
        ("/shop/stories/best/2026/", "Told by customers=/shop/stories/ Best stories of 2026="),
        ("/shop/testimonials/rating/three-or-fewer/", "What customers say=/shop/testimonials/ Three stars or fewer="),
        ("/shop/tags/", "Topics="),
        ("/shop/tags/care/", "Topics=/shop/tags/ Care="),
        ("/shop/tags/care/page/2/", "Topics=/shop/tags/ Care="),
        ("/shop/archive/", "Archive="),
        ("/shop/archive/2025/", "Archive=/shop/archive/ 2025="),
    ],
)
def test_each_page_knows_the_way_to_itself(site: BuiltSite, url: str, trail: str) -> None:
    assert " ".join(site.html(url).split()) == f"Home=/shop/ {trail}"


@pytest.mark.parametrize("path", ["index.html", "404.html"])
def test_there_is_no_way_to_the_home_page_or_to_a_lost_one(site: BuiltSite, path: str) -> None:
    assert site.text(path).strip() == ""


def test_a_list_that_stands_on_the_home_page_is_no_step_of_its_own(small_site: Any) -> None:
    site = small_site(
        CONTENT, config="collections: {blog: {index: /}}\n", files={"templates/post.html": PRINT.encode()}
    )
    assert site.html("/blog/a/").split("\n")[:-1] == ["Home=/", "A post="]
