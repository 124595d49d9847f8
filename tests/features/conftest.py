"""What the feature tests share: a small site with something of every kind."""

from __future__ import annotations

from textwrap import dedent

import pytest

from caresite.testing import BuiltSite, build_site

CONTENT = """
-- content/blog/first.md --
---
title: "Rope & <Twine>"
date: 2026-02-01 09:30
updated: 2026-02-10
tags: [Care, honesty]
categories: [Shop]
authors: [Agnes Pell]
summary: A *short* word about rope.
---
We sell [rope](second.md) and [more](#more).

## More

<img src="/images/rope.jpg" srcset="/images/a.jpg 1x, /images/b.jpg 2x" alt="see href=/no"> <a href='https://other.example/?a=1&amp;b=2'>there</a>
-- content/blog/second.md --
---
title: Second
date: 2026-03-01
pinned: true
tags: [care]
lang: de
---
Zweiter Text.
-- content/blog/third.md --
---
title: Third
date: 2026-04-01
series: Three wins
---
Third text.
-- content/stories/bakery.md --
---
title: The bakery
date: 2026-03-15
relation: client
author: {name: Ida Roe, display: first-name}
customer: {name: Roe’s Bakery}
disclosure: Ida got a free lamp.
incentive: {kind: gift, description: a lamp}
consent: {at: 2026-03-01, scopes: [publish_text, publish_name, publish_company], how: letter}
---
They came at five.
-- content/testimonials/words.yaml --
- id: ida
  text: "They ==came==.\\n\\nAnd <stayed>."
  author: {name: Ida Roe, display: initials, role: Baker}
  date: 2026-01-05
  consent: {at: 2026-01-05, scopes: [publish_text, publish_name], how: letter}
- id: unnamed
  text: Thank you.
  author: {display: anonymous}
  date: 2026-01-04
  consent: {at: 2026-01-04, scopes: [publish_text], how: letter}
-- content/quotes/care.yaml --
title: Care
quotes:
  - id: listen
    text: "First ==listen==, then [talk](https://x.example)."
    author: Ann Ode
    source: {title: Letters, page: "12", kind: letter, date: "1801"}
    status: sourced
    tags: [care]
    on: ["06-01"]
  - id: again
    text: Ask again.
    status: anonymous
    author: Nobody
  - id: never-said
    text: Customers are always right.
    author: Ann Ode
    status: misattributed
    status_note: She never said it.
-- static/images/rope.jpg --
x
-- static/images/a.jpg --
x
-- static/images/b.jpg --
x
"""


class SampleSite:
    """Builds the sample content with a config of the test's own; equal sites are built once."""

    content = CONTENT

    def __init__(self) -> None:
        self.built: dict[tuple[str, str], BuiltSite] = {}

    def build(
        self,
        config: str = "",
        *,
        content: str = CONTENT,
        base_url: str = "https://example.com/",
        afresh: bool = False,
    ) -> BuiltSite:
        head = f"title: Rope\nbase_url: {base_url}\ntimezone: Europe/London\nlanguage: en-GB\n"
        text = f"{dedent(content)}\n-- caresite.yaml --\n{head}{dedent(config)}"
        if afresh or (text, base_url) not in self.built:
            self.built[text, base_url] = build_site(text, now="2026-06-01")
        return self.built[text, base_url]

    def with_page(self, head: str, *, config: str = "", extra: str = "") -> BuiltSite:
        """Build a site of one page `/about/` with `head` in its front matter."""
        page = f"\n-- content/pages/about.md --\n---\ntitle: About\n{head}\n---\nWords.\n{extra}"
        return self.build(config, content=page)


@pytest.fixture(scope="session")
def sample() -> SampleSite:
    return SampleSite()
