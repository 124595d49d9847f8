"""The sites that are looked at: the sample site, and one that uses everything, both in hearth and in ledger; one with
one item of each kind and no more words than must be; one whose lists are all empty; one of three lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from caresite.engine.build import Options, build
from caresite.testing import BuiltSite, build_site, picture

__all__ = ["KINDS", "LOOKS", "NOW", "RICH_LOOKS", "SITES", "Site", "site_called"]

SITES = ("sample", "ledger", "german", "german-ledger", "single", "empty", "bare")
_EMPTY = (
    *("404", "author", "authors", "blog", "home", "page", "quotes", "quotes-index"),
    *("search", "send-your-story", "stories", "thanks", "wall"),
)
_FULL = (*_EMPTY, "archive", "best", "post", "quote", "quote-of-the-day", "story", "term", "terms")
_BARE = ("404", "home", "search")
_OF_FORMS = ("form-problem", "form-thanks", "how-we-check", "manage-my-story")
_RICH = (*_FULL, "badge", "embed")
KINDS = {
    "sample": (*_FULL, *_OF_FORMS),
    "ledger": (*_FULL, *_OF_FORMS),
    "german": _RICH,
    "german-ledger": _RICH,
    "single": _FULL,
    "empty": _EMPTY,
    "bare": _BARE,
}
# what the other sites show just so; in ledger, the rich one shows its photographs, galleries, maps, films and frames
_SEEN_ELSEWHERE = {"german-ledger": frozenset(_RICH) - {"badge", "embed", "home", "page", "post", "story", "wall"}}
LOOKS = tuple(
    (name, kind) for name, kinds in KINDS.items() for kind in kinds if kind not in _SEEN_ELSEWHERE.get(name, ())
)
RICH_LOOKS = tuple((name, kind) for name, kind in LOOKS if name in ("sample", "german", "german-ledger"))
_ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_THEMES = {"sample": "", "ledger": "ledger"}  # of the sample site; its own is the first
_PHOTOGRAPHS = {
    "content/blog/rad.jpg": picture(1500, 1000, format="JPEG", color="#7a94a8"),
    "content/blog/klingel.png": picture(600, 800, color="#b0803c"),
    "content/stories/lastenrad.jpg": picture(900, 1200, format="JPEG", color="#6b8a5a"),
}
_WITHOUT_LOOKS = frozenset(("redirect",))
_NAMED = {"": "home", "embed/testimonials/badge/": "badge"}  # pages that have no kind to themselves


class Site(NamedTuple):
    """A built site: `files` by output path, `pages` as URLs by kind in the order of their paths."""

    name: str
    base_path: str
    files: Mapping[str, bytes]
    pages: Mapping[str, tuple[str, ...]]

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(url for urls in self.pages.values() for url in urls)

    def typical(self, kind: str) -> str:
        """Return the URL of the largest page of a kind, which has most to go wrong."""
        return max(self.pages[kind], key=lambda url: len(self.files[self.path(url)]))

    def seen_at(self, url: str) -> str:
        """Return where a visitor meets the page: the 404 page answers wherever there is nothing."""
        return f"{self.base_path}no/such/page/" if url == f"{self.base_path}404.html" else url

    def path(self, url: str) -> str:
        """Return the output path of the page at `url`."""
        inside = url.removeprefix(self.base_path)
        return f"{inside}index.html" if inside.endswith("/") or not inside else inside


def site_called(name: str) -> Site:
    """Build one of `SITES`: with drafts, future and expired pages, but for the sample site."""
    built = _sample(_THEMES[name]) if name in _THEMES else _from_text(name)
    assert built.ok, f"the site “{name}” cannot be built\n{built.report}"
    return _site(name, built)


def _sample(theme: str) -> BuiltSite:
    named = {"CARESITE__THEME": theme} if theme else {}
    return BuiltSite(_ROOT, build(_ROOT, Options(now=NOW, publish=False, environ=named)))


def _from_text(name: str) -> BuiltSite:
    source, _, theme = name.partition("-")
    text = (_HERE / f"{source}.site").read_text(encoding="utf-8")
    if theme:
        text = text.replace("  name: hearth\n", f"  name: {theme}\n").replace("  fonts: serif\n", "")
    files = _PHOTOGRAPHS if source == "german" else {}
    return build_site(text, now=NOW, drafts=True, future=True, expired=True, finish=True, files=files)


def _site(name: str, built: BuiltSite) -> Site:
    base_path = built.site.settings.base_path
    pages: dict[str, list[str]] = {}
    for output in built.built.outputs:
        if output.path.endswith(".html") and output.url and output.kind not in _WITHOUT_LOOKS:
            kind = _NAMED.get(output.url.removeprefix(base_path), output.kind)
            pages.setdefault(kind, []).append(output.url)
    return Site(name, base_path, built.outputs, {kind: tuple(urls) for kind, urls in sorted(pages.items())})
