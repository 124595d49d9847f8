"""Links, pictures and spans: all square brackets of a block are matched in one pass.

markdown-it looks for the end of a label anew at every bracket, which takes minutes for a few ten thousand of
them. This is the bracket stack of the CommonMark specification (appendix, “phase 2”) in its place; destinations
and titles are read by markdown-it's own functions. It also follows the specification where a picture has a
broken address but a reference of its name exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from caresite.pipeline.markdown.attributes import apply_attributes, parsed_attributes
from caresite.pipeline.markdown.reading import Undefined, reading_of

__all__ = ["InlineState", "image", "link", "span"]

MAX_PICTURES_IN_PICTURES = 4
LONGEST_LABEL = 999


class _Found(NamedTuple):
    """What begins at a bracket: where its label and all of it end, and where it leads."""

    kind: Literal["link", "image", "span"]
    label_end: int
    end: int
    href: str = ""
    title: str = ""
    attrs: Mapping[str, str] = MappingProxyType({})


class _Target(NamedTuple):
    """Where a link leads, and where its address ends."""

    href: str
    title: str
    end: int


class InlineState(StateInline):
    """The state of one block's words: where rules may begin, and the brackets once they have been matched."""

    stops: re.Pattern[str]
    rules_at: Callable[[str], Sequence[RuleFuncInlineType]]
    found: dict[int, _Found] | None = None


def link(state: StateInline, silent: bool) -> bool:
    """Read `[words](address "title")`, `[words][reference]` and `[reference]`."""
    found = _found_at(state, "link")
    if found is None:
        return False
    if not silent:
        opening = _push_around(state, found, ("link_open", "a"))
        opening.attrs = {"href": found.href, "title": found.title} if found.title else {"href": found.href}
    state.pos = found.end
    return True


def span(state: StateInline, silent: bool) -> bool:
    """Read `[words]{.class lang=fr}`."""
    found = _found_at(state, "span")
    if found is None:
        return False
    if not silent:
        apply_attributes(_push_around(state, found, ("span_open", "span")), found.attrs, state.env)
    state.pos = found.end
    return True


def image(state: StateInline, silent: bool) -> bool:
    """Read `![words](address "title")` and its shorter forms."""
    found = _found_at(state, "image")
    if found is None:
        return False
    if not silent:
        words = state.src[state.pos + 2 : found.label_end]
        token = state.push("image", "img", 0)
        token.attrs = {"src": found.href, "title": found.title} if found.title else {"src": found.href}
        token.children = _description(state, words)
        token.content = words
    state.pos = found.end
    return True


def _found_at(state: StateInline, kind: str) -> _Found | None:
    assert isinstance(state, InlineState)
    if state.found is None:
        state.found = _Matcher(state).run()
    found = state.found.get(state.pos)
    return found if found is not None and found.kind == kind else None


def _push_around(state: StateInline, found: _Found, names: tuple[str, str]) -> Token:
    """Push the two tags with the words between them; return the opening one."""
    kind, tag = names
    maximum = state.posMax
    state.pos, state.posMax = state.pos + 1, found.label_end
    opening = state.push(kind, tag, 1)
    state.linkLevel += kind == "link_open"
    state.md.inline.tokenize(state)
    state.linkLevel -= kind == "link_open"
    state.push(kind.replace("_open", "_close"), tag, -1)
    state.posMax = maximum
    return opening


def _description(state: StateInline, words: str) -> list[Token]:
    """Read the words of a picture, with pictures inside pictures only so deep."""
    depth = state.env.get("picture_depth", 0)
    tokens: list[Token] = []
    if depth < MAX_PICTURES_IN_PICTURES:
        state.env["picture_depth"] = depth + 1
        state.md.inline.parse(words, state.md, state.env, tokens)
        state.env["picture_depth"] = depth
    else:
        tokens.append(Token("text", "", 0, content=words))
    return tokens


class _Opener(NamedTuple):
    """An opening bracket that waits for its partner, at the index it has among those that wait."""

    start: int
    label_start: int
    is_image: bool


_SIGN = re.compile(r"!?\[|[\]`<]|\\.", re.DOTALL)
_SPACES = re.compile(r"[ \t\n]*")
_SIMPLE_TARGET = re.compile(r"\([ \t\n]*([^\s()<>\\&\x00-\x1f\x7f]*)(?:[ \t\n]+\"([^\"\\&]*)\")?[ \t\n]*\)")
_LABEL = re.compile(rf"\[((?:[^\[\]\\]|\\.){{0,{LONGEST_LABEL}}})\]", re.DOTALL)


_INDEXED = re.compile(r"[A-Za-z0-9_)\]]\Z")  # `rows[0][1]` is no link


def _is_label(text: str, label: str) -> bool:
    """Tell whether brackets around `text` and `label` can be meant as a link: a footnote or an empty box are not."""
    words = any(map(str.isalnum, label)) and bool(text.strip())
    return words and not text.startswith("^") and not label.startswith("^")


class _Matcher:
    """Matches the brackets of one block."""

    def __init__(self, state: InlineState) -> None:
        self.state = state
        self.src = state.src
        self.waiting: list[_Opener] = []
        self.nested: set[int] = set()
        self.found: dict[int, _Found] = {}
        self.unresolved: list[tuple[_Opener, int, re.Match[str]]] = []
        # Brackets around a link cannot be a link: those that waited when one was found, by their number.
        self.around_link = 0

    def run(self) -> dict[int, _Found]:
        """Return what begins at which bracket."""
        pos = 0
        while sign := _SIGN.search(self.src, pos):
            if sign[0] in ("[", "!["):
                pos = self.open(sign)
            elif sign[0] == "]":
                pos = self.close(sign.start())
            elif sign[0] in ("`", "<"):
                pos = self.skip(sign.start())
            else:
                pos = sign.end()
        if self.unresolved and (undefined := tuple(self.undefined())):
            reading_of(self.state.env).undefined[self.src] = undefined
        return self.found

    def undefined(self) -> Iterator[Undefined]:
        """Yield what is written as a link or picture by reference, and is none for want of its label."""
        done = 0
        for opener, pos, named in sorted(self.unresolved, key=lambda each: each[0].start):
            text = self.src[opener.label_start : pos]
            label = named[1] or text
            taken = any(f.kind != "span" and start <= opener.start < f.label_end for start, f in self.found.items())
            is_index = not opener.is_image and _INDEXED.search(self.src, 0, opener.start)
            if opener.start < done or taken or named.start() in self.found or is_index or not _is_label(text, label):
                continue
            done = named.end()
            yield Undefined(opener.start, label, self.src[opener.start : done])

    def open(self, sign: re.Match[str]) -> int:
        if self.waiting:
            self.nested.add(self.waiting[-1].start)
        self.waiting.append(_Opener(sign.start(), sign.end(), sign[0] == "!["))
        return sign.end()

    def skip(self, pos: int) -> int:
        """Return the end of the code, tag or address in angle brackets at `pos`: brackets in it mean nothing."""
        state, before = self.state, self.state.pos
        state.pos = pos
        skipped = any(rule(state, True) for rule in state.rules_at(self.src[pos]))
        end = state.pos if skipped else pos + 1
        state.pos = before
        return end

    def close(self, pos: int) -> int:
        """Take the opener of the bracket that closes at `pos`; note what the two are; return where to go on."""
        if not self.waiting:
            return pos + 1
        opener = self.waiting.pop()
        is_link = not opener.is_image and len(self.waiting) >= self.around_link
        self.around_link = min(self.around_link, len(self.waiting))
        target = self.target(opener, pos) if is_link or opener.is_image else None
        if target is not None:
            kind: Literal["link", "image"] = "image" if opener.is_image else "link"
            self.found[opener.start] = _Found(kind, pos, target.end, target.href, target.title)
            if is_link:
                self.around_link = len(self.waiting)
            return target.end
        if (is_link or opener.is_image) and (named := _LABEL.match(self.src, pos + 1)):
            self.unresolved.append((opener, pos, named))
        return self.close_span(opener, pos)

    def close_span(self, opener: _Opener, pos: int) -> int:
        if opener.is_image or not self.src.startswith("{", pos + 1):
            return pos + 1
        attrs, end = parsed_attributes(self.src, pos + 1)
        if attrs:
            self.found[opener.start] = _Found("span", pos, end, attrs=attrs)
            return end
        return pos + 1

    def target(self, opener: _Opener, pos: int) -> _Target | None:
        """Return where a label that ends at `pos` leads: by the address after it, or by reference."""
        if self.src.startswith("(", pos + 1):
            target = self.address(pos + 1)
            if target is not None:
                return target
        references = self.state.env.get("references")
        if not references:
            return None
        label, end = self.src[opener.label_start : pos], pos + 1
        named = _LABEL.match(self.src, pos + 1)
        if named:
            label, end = named[1] or label, named.end()
        if (opener.start in self.nested and not (named and named[1])) or len(label) > LONGEST_LABEL:
            return None
        reference = references.get(normalizeReference(label))
        return _Target(reference["href"], reference["title"], end) if reference else None

    def address(self, pos: int) -> _Target | None:
        """Read `(address "title")` at `pos`."""
        simple = _SIMPLE_TARGET.match(self.src, pos)
        if simple:
            return self.checked(simple[1], simple[2] or "", simple.end())
        start = self.spaces(pos + 1)
        destination = parseLinkDestination(self.src, start, len(self.src))
        end = destination.pos if destination.ok else start
        after = self.spaces(end)
        title = parseLinkTitle(self.src, after, len(self.src)) if after > end else None
        if title is not None and title.ok:
            after = self.spaces(title.pos)
        if not self.src.startswith(")", after):
            return None
        return self.checked(destination.str, title.str if title and title.ok else "", after + 1)

    def checked(self, url: str, title: str, end: int) -> _Target | None:
        href = self.state.md.normalizeLink(url)
        return _Target(href, title, end) if self.state.md.validateLink(href) else None

    def spaces(self, pos: int) -> int:
        found = _SPACES.match(self.src, pos)
        return found.end() if found else pos
