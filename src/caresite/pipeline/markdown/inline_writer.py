"""The words of one block into HTML: text, links, pictures, code, tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from markdown_it.token import Token

from caresite.core.codes_markdown import NO_ALT_TEXT
from caresite.core.model import Reference
from caresite.pipeline.markdown.addresses import is_external, target_of, without_breaks
from caresite.pipeline.markdown.anchors import Anchors
from caresite.pipeline.markdown.attributes import ALLOWED
from caresite.pipeline.markdown.blocks import MORE
from caresite.pipeline.markdown.highlight import Highlighter
from caresite.pipeline.markdown.leftovers import with_visible_tags
from caresite.pipeline.markdown.pieces import Anchored, Piece
from caresite.pipeline.markdown.raw_html import addresses, pictures_without_alt
from caresite.pipeline.markdown.reading import Reading
from caresite.pipeline.markdown.typography import Marks, Words, marks_for, needs_setting, typeset

__all__ = ["InlineWriter", "Setting", "attributes_of", "escaped", "escaped_value"]


class Setting(NamedTuple):
    """How texts are written. Without `references` links stay as they are and pictures become their words."""

    marks: Marks | None
    words: Words
    heading_ids: bool
    highlighter: Highlighter | None
    references: bool = True


def escaped(text: str) -> str:
    """Return `text` as HTML text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_value(text: str) -> str:
    """Return `text` as the value of an attribute in double quotes."""
    return escaped(text).replace('"', "&quot;")


def attributes_of(attrs: Mapping[str, str | int | float]) -> str:
    """Return the attributes that texts may set, as they stand in a tag."""
    return "".join(f' {key}="{escaped_value(str(value))}"' for key, value in attrs.items() if key in ALLOWED)


_TAGS: Mapping[str, str] = {
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<del>",
    "s_close": "</del>",
    "mark_open": "<mark>",
    "mark_close": "</mark>",
    "link_close": "</a>",
    "span_close": "</span>",
}


class InlineWriter:
    """Writes blocks of words one after the other and keeps what readers read of them in `texts`."""

    def __init__(self, setting: Setting, reading: Reading, anchors: Anchors) -> None:
        self.setting = setting
        self.reading = reading
        self.anchors = anchors
        self.texts: list[str] = []
        self.code_words = 0
        self.found_more = False
        self._pieces: list[Piece] = []
        self._strings: list[str] = []
        self._content = ""
        self._place = 0
        self._line = 0

    def write(self, token: Token, language: str = "") -> list[Piece]:
        """Return the HTML of one block's words, which are in the text's language or in one of their own."""
        children = token.children or []
        if self.setting.marks is not None and needs_setting(token.content):
            typeset(children, marks_for(language) if language else self.setting.marks)
        if len(children) == 1 and children[0].type == "text":
            self.texts.append(children[0].content)
            return [escaped(children[0].content)]
        self._content, self._place, self._line = token.content, 0, token.map[0] if token.map else 0
        for child in children:
            self._child(child)
        return self._taken()

    def raw(self, html: str, line: int) -> list[Piece]:
        """Return a block of the author's own HTML, with references for its addresses on the site."""
        self._raw(html, line)
        return self._taken()

    def _child(self, token: Token) -> None:
        kind = token.type
        if kind in ("text", "text_special"):
            self.texts.append(token.content)
            self._strings.append(escaped(token.content))
        elif kind == "softbreak":
            self.texts.append(" ")
            self._strings.append("\n")
        elif kind in _TAGS and not token.attrs:
            self._strings.append(_TAGS[kind])
        else:
            _CHILDREN[kind](self, token)

    def _taken(self) -> list[Piece]:
        """Return what was written since the last call."""
        if self._strings:
            self._pieces.append("".join(self._strings))
            self._strings = []
        pieces, self._pieces = self._pieces, []
        return pieces

    def _add(self, piece: Piece) -> None:
        if self._strings:
            self._pieces.append("".join(self._strings))
            self._strings = []
        self._pieces.append(piece)

    def _line_of(self, token: Token) -> int:
        """Return the line a token begins in; tokens come in order, so each part is counted once."""
        if token.map and token.map[0] >= self._place:
            self._line += self._content.count("\n", self._place, token.map[0])
            self._place = token.map[0]
        return self._line

    def _tail(self, token: Token, end: str) -> None:
        """Write the rest of a tag after its address; an id is left out where the text is an excerpt."""
        attrs = token.attrs
        if "id" in attrs or token.meta:
            self.anchors.check(token, self._line_of(token))
        html = attributes_of(attrs) + end
        if "id" in attrs:
            bare = attributes_of({key: value for key, value in attrs.items() if key != "id"}) + end
            self._add(Anchored(html, bare))
        else:
            self._strings.append(html)

    def _address(self, url: str, token: Token, role: Literal["link", "image"]) -> None:
        """Write the value of an attribute: an address elsewhere as it is, one on the site as a reference."""
        if not self.setting.references or is_external(url):
            self._strings.append(escaped_value(url))
        else:
            line = self.reading.first_line + self._line_of(token)
            self._add(Reference(target_of(url), line, role))

    def _hardbreak(self, token: Token) -> None:
        self.texts.append(" ")
        self._strings.append("<br>\n")

    def _code(self, token: Token) -> None:
        self.texts.append(token.content)
        self.code_words += len(token.content.split())
        self._strings.append("<code")
        self._tail(token, f">{escaped(token.content)}</code>")

    def _link(self, token: Token) -> None:
        self._strings.append('<a href="')
        self._address(str(token.attrs["href"]), token, "link")
        self._strings.append('"')
        self._tail(token, ">")

    def _open(self, token: Token) -> None:
        self._strings.append(f"<{'del' if token.tag == 's' else token.tag}")
        self._tail(token, ">")

    def _image(self, token: Token) -> None:
        alt = _words_of(token.children or [])
        if not self.setting.references:
            self._strings.append(escaped(alt))
            return
        if not alt.strip() and "decorative" not in str(token.attrs.get("class", "")).split():
            self._report_no_alt(self._line_of(token))
        self._strings.append('<img src="')
        self._address(str(token.attrs["src"]), token, "image")
        self._strings.append(f'" alt="{escaped_value(alt)}"')
        self._tail(token, ">")

    def _report_no_alt(self, line: int) -> None:
        message = "the picture has no words for people who cannot see it"
        hint = "say what it shows, or write `{.decorative}` behind it if it only decorates"
        self.reading.report(NO_ALT_TEXT, self.reading.span(line), message, hint)

    def _html(self, token: Token) -> None:
        if MORE.fullmatch(token.content):
            self.found_more = True
            return
        if token.content[:3].lower() == "<br":
            self.texts.append(" ")
        self._raw(token.content, self._line_of(token))

    def _raw(self, html: str, line: int) -> None:
        html = with_visible_tags(html)
        for place in pictures_without_alt(html):
            self._report_no_alt(line + html.count("\n", 0, place))
        done, line = 0, line + self.reading.first_line
        for address in addresses(html):
            value = without_breaks(address.value)
            if not is_external(value):
                line += html.count("\n", done, address.start)
                quote = "" if address.is_part else '"'
                self._strings.append(html[done : address.start] + quote)
                self._add(Reference(target_of(value), line, "image" if address.is_image else "link"))
                line += html.count("\n", address.start, address.end)
                self._strings.append(quote)
                done = address.end
        self._strings.append(html[done:])

    def _footnote(self, token: Token) -> None:
        number, again = token.meta["id"] + 1, token.meta["subId"]
        place = f"{number}:{again + 1}" if again else str(number)
        html = f'<a href="#fn:{number}" id="fnref:{place}" role="doc-noteref">{number}</a>'
        self._add(Anchored(f'<sup class="footnote-ref">{html}</sup>', ""))


_CHILDREN: Mapping[str, Callable[[InlineWriter, Token], None]] = {
    "hardbreak": InlineWriter._hardbreak,
    "code_inline": InlineWriter._code,
    "link_open": InlineWriter._link,
    "span_open": InlineWriter._open,
    "em_open": InlineWriter._open,
    "strong_open": InlineWriter._open,
    "s_open": InlineWriter._open,
    "mark_open": InlineWriter._open,
    "image": InlineWriter._image,
    "html_inline": InlineWriter._html,
    "footnote_ref": InlineWriter._footnote,
}


def _words_of(tokens: list[Token]) -> str:
    """Return the words of a picture's description without its markup."""
    words: list[str] = []
    for token in tokens:
        if token.type == "image":
            words.append(_words_of(token.children or []))
        elif token.type in ("softbreak", "hardbreak"):
            words.append("\n")
        elif token.type in ("text", "text_special", "code_inline"):
            words.append(token.content)
    return "".join(words)
