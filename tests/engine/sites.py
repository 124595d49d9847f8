"""A small site with something of everything, built again and again, and what a clean build of it would be."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.engine.build import Built, Options, build
from caresite.engine.memory import Memory
from caresite.pipeline.gates import Gates
from caresite.pipeline.own_output import MARK_INSIDE
from caresite.testing import split_files

__all__ = [
    "CONFIG",
    "NOW",
    "Folder",
    "build_clean",
    "build_here",
    "build_in_memory",
    "difference",
    "files_below",
    "rich_files",
    "told",
    "without_marker",
]

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "every-kind" / "site"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CONFIG = "caresite.yaml"
_MORE_CONFIG = """
check: {links: warning, images: warning}
feeds: {content: full, limit: 20}
quotes_json: {seed: one}
"""
_WORDS = "themes/plain/i18n/en.yaml"
_MORE_WORDS = (
    *("menu_stories", "menu_testimonials", "menu_quotes", "menu_blog", "menu_about"),
    *("edited_for", "edited_typo", "edited_length", "edited_clarity", "edited_translation"),
    *("edited_redaction", "edited_approved"),
)
_MORE = """
-- content/blog/notes.md --
---
title: Notes
date: 2026-02-02
tags: [Cats, paper]
---
What we wrote down.

And what we forgot: [the stairs](stairs.md#two), [nothing](nowhere.md), ![a cat](a-cat-in-the-rain/cat.svg).
-- content/blog/tides.md --
---
title: Tides
date: 2026-05-05
tags: [Dogs]
series: {name: Winter, part: 3}
authors: rosa
---
High at noon.

::: story the-night-call
:::

::: quote care#wait
:::
-- content/blog/soon.md --
---
title: Soon
date: 2026-11-22 18:00
tags: [paper]
---
At six in the evening.
-- content/stories/the-long-walk.md --
---
title: The long walk
date: 2026-03-03
tags: [Dogs]
industry: [Fishing]
author: {name: Bo Lund, role: Walker}
consent_ref: 1111111111111111
---
We walked, and the dog limped no more.

Then we walked back.
-- content/pages/offers.md --
---
title: Offers
template: offers
---
Nothing is free. See [stairs](../blog/stairs.md).
-- content/pages/hours.md --
---
title: Hours
template: hours
---
We are open.
-- data/prices.yaml --
bath: 10
walk: 5
-- templates/offers.html --
{% extends "page.html" %}
{% block body %}
{{ super() }}
{% for name, price in (site.data("prices") or {}).items() %}<p>{{ name }}: {{ price }}</p>{% endfor %}
{% include "small-print.html" ignore missing %}
{% endblock %}
-- templates/small-print.html --
<p>All prices in shells.</p>
-- templates/hours.html --
{% extends "page.html" %}
{% block body %}{{ super() }}<p>Today is {{ site.today | date_iso }}.</p>{% endblock %}
-- templates/cards.html --
{% macro card(page) %}<p class="card">{{ page.title }}</p>{% endmacro %}
-- templates/author.html --
{% extends "plain/author.html" %}
{% from "cards.html" import card %}
{% block body %}
{{ super() }}
{% for one in site.pages(kinds=("post",), author=page.slug) %}{{ card(one) }}{% endfor %}
{% endblock %}
-- templates/search.html --
{% extends "list.html" %}
{% block main %}
{% for letter in site.pages(kinds=("post", "page", "story", "quotes", "author"), order="title") %}
<a href="{{ letter.url }}">{{ letter.title }}</a>
{% endfor %}
{% endblock %}
-- consent.lock.yaml --
version: 1
items:
  3f9a0c1b2d4e5f60: {scopes: [publish_text, publish_name], approved: 2026-01-17, wording: story-2026}
  "1111111111111111": {scopes: [publish_text, publish_name], approved: 2026-01-17, wording: story-2026}
"""


@cache
def rich_files() -> Mapping[str, bytes]:
    """Return the files of the site, by path."""
    files = {p.relative_to(GOLDEN).as_posix(): p.read_bytes() for p in GOLDEN.rglob("*") if p.is_file()}
    files |= {path: text.encode() for path, text in split_files(_MORE).items()}
    words = files[_WORDS].decode()
    files[_WORDS] += "".join(f"{key}: {key}\n" for key in _MORE_WORDS if f"\n{key}: " not in words).encode()
    return files | {CONFIG: files[CONFIG] + _MORE_CONFIG.encode()}


class Folder:
    """A site on disk that is made to hold other files from time to time; only what differs is written.

    Files can be given old dates, each another one, so that what is known of them by their stamp is believed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._there: dict[str, bytes] = {}
        self._past = itertools.count(int(time.time()) - 100_000)

    def hold(self, files: Mapping[str, bytes], *, old: bool = False) -> None:
        """Make the site hold `files`."""
        for path in self._there.keys() - files.keys():
            (self.root / path).unlink()
        for path, data in files.items():
            if self._there.get(path) != data:
                target = self.root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                if old:
                    self.age((target,))
        self._there = dict(files)

    def age(self, paths: Iterable[Path]) -> None:
        """Let files be from a day ago, in the order of the calls."""
        for path in paths:
            moment = next(self._past)
            os.utime(path, (moment, moment))


def build_here(root: Path, now: datetime = NOW, *, workers: int = 1, drafts: bool = False, full: bool = False) -> Built:
    """Build the site in `root` as it is on disk, with what earlier builds remember."""
    gates = Gates(drafts=drafts)
    return build(root, Options(now=now, gates=gates, workers=workers, full=full))


def build_clean(root: Path, now: datetime = NOW, *, drafts: bool = False) -> tuple[Built, dict[str, bytes]]:
    """Build a site without any memory, and return what it would publish, by output path."""
    return build_unpublished(root, Options(now=now, gates=Gates(drafts=drafts), publish=False))


def build_in_memory(
    root: Path, memory: Memory, now: datetime = NOW, *, workers: int = 1, drafts: bool = False
) -> tuple[Built, dict[str, bytes]]:
    """Build as the preview does, which publishes nothing and keeps one `memory` over all its builds."""
    options = Options(now=now, gates=Gates(drafts=drafts), workers=workers, publish=False)
    return build_unpublished(root, options, memory)


def build_unpublished(root: Path, options: Options, memory: Memory | None = None) -> tuple[Built, dict[str, bytes]]:
    built = build(root, options, memory=memory)
    if built.site is None:
        return built, {}
    copied = {path: (root / source).read_bytes() for path, source in built.site.files.items()}
    return built, {output.path: output.data for output in built.outputs} | copied


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the files in a folder by path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def without_marker(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return published files without the one that says who published them."""
    return {path: data for path, data in files.items() if path != MARK_INSIDE}


def difference(there: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> list[str]:
    """Return the paths of files that are only in one of the two, or not the same in both."""
    return sorted(path for path in there.keys() | wanted.keys() if there.get(path) != wanted.get(path))


def told(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Return what a build has to say, in its order."""
    return [f"{d.span} {d.severity} {d.code} {d.message} {d.hint} {d.related}" for d in diagnostics]
