"""A sample site: every sample page in it, every list, every component of a text; for the preview of a theme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from caresite.core.config import Business, Menus, Settings, Testimonials
from caresite.core.model import Body, Page, Term, TermRef
from caresite.engine.sample_pages import CARE, HIRING, METRICS, NOWHERE, WORK, Specimen, page_of, sample_pages
from caresite.kinds.page import SectionContent
from caresite.pipeline.catalog import Site
from caresite.pipeline.markdown import Markdown, MarkdownOptions
from caresite.pipeline.reader import FeedLink, FilterGroup, FilterTerm, Plan

__all__ = ["TEXTS", "filter_groups", "sample_plan", "sample_site", "text_pages"]

_LISTS = (
    *("archive", "authors", "best", "blog", "categories", "home", "how-we-check", "quotes", "search"),
    *("send-your-story", "stories", "tags", "testimonials"),
)

TEXTS: Mapping[str, str] = {
    "quote": "::: quote sample/quote/listen\n:::",
    "quotes": "::: quotes care limit=2\n:::",
    "story": "::: story sample/story/bakery\n:::",
    "testimonials": "::: testimonials limit=2\n:::",
    "stats": "::: stats\n11 hours: back each month\n4.9: of 5, from 212 customers\nsource: our own books\n:::",
    "callout": "\n".join(
        f"::: callout {kind}\nHave the number on the back at hand, and [the page](#top) open.\n:::\n"
        for kind in ("note", "tip", "warning", "important")
    ),
    "cta": '::: cta "Book a visit" url=#top\nWe come on Tuesdays, and when it drips.\n:::',
    "faq": "::: faq\n### Do you come on Sundays?\nYes, for burst pipes.\n### What is it?\nNothing to ask.\n:::",
    "before-after": "::: before-after\n### Before\n- Three days\n- Two forms\n### After\n- Three hours\n:::",
    "wins": "::: wins\n### Ours\nA friend.\n### Hers\nA warm flat.\n### And then\nHer lodger slept.\n:::",
    "form": "::: form contact\nTell us, as you would tell a friend.\n:::",
    "video": '::: video https://film.example/tour title="A tour of the workshop"\n:::',
    "map": '::: map "12 Ropewalk, Teaselbridge" at="52.0567,-2.7160"\n:::',
    "prose": """\
A first paragraph with **strong words**, *a lean*, `code`, ==a marked phrase==, ~~a slip~~ and [a link](#top).

## A heading of the second level

> Words of somebody else, set apart.

- A point
- Another point
  - with a point below it

1. First
2. Then[^1]

- [x] Done
- [ ] Still to do

### A heading of the third level

| Year | Promises | Kept | Moved | Missed |
|---|--:|--:|--:|--:|
| 2025 | 1,148 | 1,083 | 52 | 13 |

```python
def promise(day: str, hour: int = 9) -> str:  # a line that is too wide for a telephone
    return f"{day} at {hour}"
```

#### A heading of the fourth level

Term
: What it means.

---

[^1]: A note at the foot.
""",
}
"""Texts in Markdown: one with each component, and one with all the rest. A figure and a film of ours need files."""


def sample_site(settings: Settings, markdown: MarkdownOptions, clock: datetime) -> Site:
    """Return a site with every sample page in it, under the name and in the language of the site of `settings`."""
    pages = [specimen.page for group in sample_pages().values() for specimen in group]
    pages += [specimen.page for specimen in text_pages()]
    return Site(
        settings=_settings(settings),
        clock=clock,
        pages={page.id: page for page in pages},
        bodies=dict(_bodies(pages, Markdown(markdown))),
        terms={
            "tags": {"care": _term(CARE, 13), "hiring": _term(HIRING, 4)},
            "categories": {WORK.slug: _term(WORK, 8)},
        },
        held_back=(),
        sections={},
        sources={},
        resources={},
        files={},
        aliases=(),
        data={"facts": [{"value": m.value, "unit": m.unit, "label": m.label, "source": m.source} for m in METRICS]},
        folders=frozenset(),
    )


def sample_plan() -> Plan:
    """Return a plan in which every list exists and leads nowhere."""
    feeds = (FeedLink("Blog (Atom)", NOWHERE, "application/atom+xml"),)
    return Plan(lists=dict.fromkeys(_LISTS, NOWHERE), feeds=feeds)


def filter_groups() -> tuple[FilterGroup, ...]:
    """Return filters of two kinds: few, which stand open, and many, which unfold."""
    few = tuple(FilterTerm(name, name, f"#{name}", n) for n, name in enumerate(("Bakeries", "Vets", "Pianos"), 3))
    many = tuple(FilterTerm(f"Topic {n}", str(n), f"#{n}", n) for n in range(1, 13))
    return FilterGroup("industry", few), FilterGroup("tags", many)


def text_pages() -> tuple[Specimen, ...]:
    """Return a page for each of the texts, under its name."""
    return tuple(Specimen(name, page_of("page", name, name, SectionContent())) for name in TEXTS)


def _settings(settings: Settings) -> Settings:
    """Return the site's settings with links that lead nowhere and reviews that are all checked."""
    config = settings.config
    note = "Somebody rings every person and asks whether these are their words."
    wall = Testimonials(mode="reviews", show_average=True, verification_note=note)
    business = config.business or Business(name=config.title, email="hello@example.com", phone="01632 960142")
    config = replace(config, business=business, menus=Menus(), testimonials=wall)
    return replace(settings, config=config, base_path="./")


def _bodies(pages: Iterable[Page], markdown: Markdown) -> Iterable[tuple[str, Body]]:
    for page in pages:
        text = TEXTS[page.slug] if page.kind == "page" else TEXTS["prose"] if page.kind == "post" else ""
        yield page.id, markdown.render(text, path="the sample")[0]


def _term(ref: TermRef, count: int) -> Term:
    return Term(ref.taxonomy, ref.name, ref.slug, NOWHERE, count)
