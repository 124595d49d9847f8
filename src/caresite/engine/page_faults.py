"""Page faults: what is wrong with the HTML of a page, as far as it can be told without a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser

__all__ = ["faults_of"]

_OPEN = frozenset(
    ("img", "br", "hr", "input", "meta", "link", "source", "track", "wbr", "col", "area", "base", "embed")
)


def faults_of(html: str, planted: str = "") -> tuple[str, ...]:
    """Return what is wrong with a page, each once. An element of the class `planted` is text that became markup."""
    look = _Look(planted)
    look.feed(html)
    look.close()
    return tuple(dict.fromkeys((*look.found, *_of_the_whole(look, html))))


def _of_the_whole(look: _Look, html: str) -> Iterable[str]:
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "it does not begin with `<!doctype html>`"
    if not look.lang:
        yield "`<html>` has no `lang`, so it is read aloud in the wrong language"
    if not look.title.strip():
        yield "it has no `<title>`"
    if look.tags["main"] != 1:
        yield f"it has {look.tags['main']} `<main>` elements, where there should be one"
    if look.tags["h1"] != 1:
        yield f"it has {look.tags['h1']} `<h1>` headings, where there should be one"
    for name, count in look.ids.items():
        if count > 1:
            yield f"the id `{name}` is there {count} times"
    for name in look.pointers:
        if name not in look.ids:
            yield f"something points to the id `{name}`, which is not on the page"
    if look.stack:
        yield f"`<{look.stack[-1]}>` is not closed"


class _Look(HTMLParser):
    """Goes through a page once and notes what it sees."""

    def __init__(self, planted: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.pointers: list[str] = []
        self.stack: list[str] = []
        self.lang = ""
        self.title = ""
        self._planted = planted

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if tag not in _OPEN:
            self.stack.append(tag)
        self._note(tag, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag in self.stack:
            while (last := self.stack.pop()) != tag:
                if last not in ("p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead"):
                    self.found.append(f"`<{last}>` is not closed before `</{tag}>`")
        elif tag not in _OPEN:
            self.found.append(f"`</{tag}>` closes nothing")

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "title" and "svg" not in self.stack:
            self.title += data

    def _note(self, tag: str, values: dict[str, str]) -> None:
        if self._planted and self._planted in values.get("class", "").split():
            self.found.append("text is not escaped: what somebody wrote became part of the page")
        if name := values.get("id"):
            self.ids[name] += 1
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            self.pointers.extend(values.get(attribute, "").split())
        self.found.extend(_of_an_element(tag, values))
        if tag == "html":
            self.lang = values.get("lang", "")


def _of_an_element(tag: str, values: dict[str, str]) -> Iterable[str]:
    if tag == "img" and "alt" not in values:
        yield "a picture has no `alt`"
    if "style" in values or tag == "style":
        yield "it has styles in the page, which its security policy forbids: put them into a stylesheet"
    for name in values:
        if name.startswith("on"):
            yield f"`{name}=` runs a script from the page, which its security policy forbids"
    if tag == "script" and "src" not in values and "json" not in values.get("type", ""):
        yield "it has a script in the page, which its security policy forbids: put it into a file"
    address = values.get("src") or (
        values.get("href") if tag == "link" and "stylesheet" in values.get("rel", "") else ""
    )
    if address and address.startswith(("http:", "https:", "//")):
        yield f"it asks another host for `{address}`"
