"""Tokens into a body: one walk that writes the HTML and gathers headings, words, excerpt and faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from caresite.core.codes_markdown import ATTRIBUTE_DROPPED, WRONG_CONTENT
from caresite.core.diagnostics import fault
from caresite.core.model import Body, Heading
from caresite.pipeline.components import ComponentSpec
from caresite.pipeline.markdown.anchors import Anchors
from caresite.pipeline.markdown.blocks import Call
from caresite.pipeline.markdown.fence_line import FenceLine, fence_line
from caresite.pipeline.markdown.inline_writer import (
    InlineWriter,
    Setting,
    attributes_of,
    escaped,
    escaped_value,
)
from caresite.pipeline.markdown.leftovers import Watch, is_only_foreign
from caresite.pipeline.markdown.pieces import Anchored, Draft, Opening, Piece, content_problem, finished, shows
from caresite.pipeline.markdown.raw_html import visible_text
from caresite.pipeline.markdown.reading import Reading
from caresite.pipeline.markdown.typography import Elements

__all__ = ["Writer"]

# What is wider may have to be scrolled on a phone, and the keyboard must get there (WCAG 2.2, 2.1.1).
_COLUMNS_ON_A_PHONE = 2
_CHARACTERS_ON_A_PHONE = 24
_SCROLLED = ' tabindex="0"'
_BARE_FENCE = FenceLine("")

# Blocks without attributes or anything else to think about.
_TAGS: Mapping[str, str] = {
    "paragraph_close": "</p>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_close": "</ol>\n",
    "list_item_close": "</li>\n",
    "blockquote_open": "<blockquote>\n",
    "blockquote_close": "</blockquote>\n",
    "hr": "<hr>\n",
    "table_close": "</table>\n</div>\n",
    "thead_open": "<thead>\n",
    "thead_close": "</thead>\n",
    "tbody_open": "<tbody>\n",
    "tbody_close": "</tbody>\n",
    "tr_open": "<tr>\n",
    "tr_close": "</tr>\n",
    "th_close": "</th>\n",
    "td_close": "</td>\n",
    "dl_open": "<dl>\n",
    "dl_close": "</dl>\n",
    "dt_open": "<dt>",
    "dt_close": "</dt>\n",
    "dd_open": "<dd>",
    "dd_close": "</dd>\n",
    "alert_title_open": "",
    "alert_title_close": "",
    "footnote_close": "</li>\n",
    "footnote_block_close": "</ol>\n</section>\n",
}


class _Frame:
    """What is being written: the whole text, or the inside of a component.

    `level` is the level of tokens that stand directly in it.
    """

    def __init__(self, level: int, token: Token | None = None) -> None:
        self.level = level
        self.token = token
        self.pieces: list[Piece] = []
        self.openings: list[Opening] = []


class _Seam(NamedTuple):
    """What to do where a component ends: finish it, or undo what its missing frame did to the level."""

    is_component: bool
    deeper: int = 0


class _First(NamedTuple):
    """The first paragraph: its words, and where it stands among the pieces of the text."""

    text: str
    start: int
    end: int


class Writer:
    """Writes one text. Not reusable."""

    def __init__(self, setting: Setting, reading: Reading, watch: Watch) -> None:
        self.setting = setting
        self.reading = reading
        self.watch = watch
        self.anchors = Anchors(reading)
        self.inline = InlineWriter(setting, reading, self.anchors)
        self.root = _Frame(0)
        self.frames = [self.root]
        self.seams: list[_Seam] = []
        self.headings: list[Heading] = []
        self.first: _First | None = None
        self.nested_lead = ""
        self.more = -1
        self.end = -1
        self.checkbox = ""
        self.around = Elements()

    def write(self, tokens: Sequence[Token]) -> Body:
        """Return the body."""
        index, count = 0, len(tokens)
        while index < count:
            token = tokens[index]
            html = _TAGS.get(token.type)
            if html is not None and not token.hidden:
                self.frames[-1].pieces.append(html)
                index += 1
            else:
                index += _BLOCKS[token.type](self, tokens, index)
        self.watch.finish()
        return self._body()

    def _body(self) -> Body:
        pieces = self.root.pieces
        end = self.end if self.end >= 0 else len(pieces)
        start, stop = self._excerpt()
        text = "".join(self.inline.texts)
        return Body(
            html=finished(pieces),
            excerpt=finished(pieces[start:stop], anchors=False),
            headings=tuple(self.headings),
            lead=self.first.text if self.first else self.nested_lead,
            words=max(0, _count_words(text) - self.inline.code_words),
            has_more=any(shows(piece) for piece in (*pieces[:start], *pieces[stop:end])),
        )

    def _excerpt(self) -> tuple[int, int]:
        """Return which pieces make the excerpt: those before the marker, else the first paragraph."""
        if any(shows(piece) for piece in self.root.pieces[: max(self.more, 0)]):
            return 0, self.more
        return (self.first.start, self.first.end) if self.first else (0, 0)

    # Words

    def _inline(self, tokens: Sequence[Token], index: int) -> int:
        self._write_words(tokens[index])
        return 1

    def _write_words(self, token: Token, language: str = "") -> str:
        """Write the words of one block; return them without markup."""
        self.watch.words(token)
        texts = self.inline.texts
        known = len(texts)
        self.frames[-1].pieces.extend(self.inline.write(token, language or self.around.language))
        text = "".join(texts[known:])
        texts.append("\n")
        return text

    def _paragraph(self, tokens: Sequence[Token], index: int) -> int:
        token, words = tokens[index], tokens[index + 1]
        pieces = self.frames[-1].pieces
        start = len(pieces)
        image = None if token.hidden else _image_with_caption(words)
        if image is not None:
            self._figure(words, image)
            return 3
        label = self.checkbox
        self.checkbox = ""
        pieces.append(("" if token.hidden else "<p>") + (f"<label>{label}" if label else ""))
        text = self._write_words(words)
        if label:
            pieces.append("</label>")
        # A footnote's way back stands between its last words and the end of their paragraph.
        closed = tokens[index + 2].type == "paragraph_close"
        if closed and not token.hidden:
            pieces.append("</p>\n")
        elif closed and tokens[index + 3].nesting >= 0:
            pieces.append("\n")
        self._note_first(token, text, start)
        self._note_more()
        return 3 if closed else 2

    def _note_first(self, token: Token, text: str, start: int) -> None:
        text = " ".join(text.split())
        if self.first is not None or not text or is_only_foreign(text):
            return
        if self._is_top(token):
            self.first = _First(text, start, len(self.root.pieces))
        elif not self.nested_lead:
            self.nested_lead = text

    def _note_more(self) -> None:
        if self.inline.found_more:
            self.inline.found_more = False
            if self.more < 0 and len(self.frames) == 1:
                self.more = len(self.root.pieces)

    def _is_top(self, token: Token) -> bool:
        return len(self.frames) == 1 and token.level == self.root.level

    def _hidden_close(self, tokens: Sequence[Token], index: int) -> int:
        return 1

    def _figure(self, words: Token, image: Token) -> None:
        """Write a picture that stands alone and has a title, with the title as its caption."""
        caption = str(image.attrs.pop("title"))
        own = {key: value for key, value in image.attrs.items() if key in ("class", "id")}
        for key in own:
            del image.attrs[key]
        pieces = self.frames[-1].pieces
        if "id" in own:
            self.anchors.check(Token("", "", 0, attrs={"id": own["id"]}), words.map[0] if words.map else 0)
            bare = attributes_of({key: value for key, value in own.items() if key != "id"})
            pieces.append(Anchored(f"<figure{attributes_of(own)}>", f"<figure{bare}>"))
        else:
            pieces.append(f"<figure{attributes_of(own)}>")
        self._write_words(words)
        self.inline.texts += (caption, "\n")
        pieces.append(f"<figcaption>{escaped(caption)}</figcaption></figure>\n")

    def _heading(self, tokens: Sequence[Token], index: int) -> int:
        token, words = tokens[index], tokens[index + 1]
        frame, level = self.frames[-1], int(token.tag[1])
        start = len(frame.pieces)
        frame.pieces.append("")
        text = " ".join(self._write_words(words, str(token.attrs.get("lang", ""))).split())
        anchor = self._anchor(token, text)
        frame.pieces[start] = _heading_tag(token, anchor)
        frame.pieces.append(f"</{token.tag}>\n")
        if self._is_top(token):
            self.headings.append(Heading(level, anchor, text))
        elif token.level == frame.level:
            frame.openings.append(Opening(level, text, start, len(frame.pieces)))
        self._note_more()
        return 3

    def _anchor(self, token: Token, text: str) -> str:
        """Return the id of a heading: the author's, or one from its words."""
        if token.meta or "id" in token.attrs:
            self.anchors.check(token, token.map[0] if token.map else 0)
        if "id" in token.attrs:
            return str(token.attrs["id"])
        return self.anchors.for_heading(text) if self.setting.heading_ids else ""

    # Lists, tables, code, HTML

    def _list(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        start = f' start="{token.attrs["start"]}"' if "start" in token.attrs else ""
        self.frames[-1].pieces.append(f"<{token.tag}{start}{_class_of(token)}>\n")
        return 1

    def _item(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        pieces = self.frames[-1].pieces
        pieces.append(f"<li{_class_of(token)}>")
        if "checked" in token.meta:
            box = f'<input type="checkbox" disabled{" checked" if token.meta["checked"] else ""}> '
            if tokens[index + 1].type == "paragraph_open":
                self.checkbox = box
            else:
                pieces.append(box)
        return 1

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        columns = 0
        while tokens[index + columns * 3 + 3].type == "th_open":
            columns += 1
        reach = _SCROLLED if columns > _COLUMNS_ON_A_PHONE else ""
        self.frames[-1].pieces.append(f'<div class="tbl"{reach}>\n<table>\n')
        return 1

    def _cell(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        # The parser knows of no better place for the alignment; a page's policy forbids styles.
        _, _, side = str(token.attrs.get("style", "")).partition(":")
        self.frames[-1].pieces.append(f'<{token.tag} class="align-{side}">' if side else f"<{token.tag}>")
        return 1

    def _code(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        line = fence_line(unescapeAll(token.info).strip()) if token.info else _BARE_FENCE
        tag = f'<code class="language-{escaped_value(line.language)}">' if line.language else "<code>"
        lights = self.setting.highlighter
        html = lights.html(token.content, line.language) if lights else ""
        look = ' class="highlight"' if html else ""
        reach = _SCROLLED if any(len(line) > _CHARACTERS_ON_A_PHONE for line in token.content.splitlines()) else ""
        code = f"<pre{look}{reach}>{tag}{html or escaped(token.content)}</code></pre>\n"
        if line.title:
            caption = f"<figcaption>{escaped(line.title)}</figcaption>"
            code = f'<figure class="code">{caption}\n{code}</figure>\n'
        if line.dropped:
            self._report_dropped(line.dropped, token.map[0] if token.map else 0)
        self.frames[-1].pieces.append(code)
        return 1

    def _report_dropped(self, words: Sequence[str], line: int) -> None:
        named = " and ".join(f"`{word[:40]}`" for word in words[:4])
        message = f"this block of code is shown without {named}"
        hint = "lines of code are not numbered or marked here; take it out, or leave it"
        place = self.reading.span(line)
        self.reading.faults.append(fault(ATTRIBUTE_DROPPED, place, message, hint=hint, severity="note"))

    def _html(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        line = token.map[0] if token.map else 0
        self.watch.html(token.content, line)
        self.around.read(token.content)
        self.inline.texts += (visible_text(token.content), "\n")
        self.frames[-1].pieces.extend(self.inline.raw(token.content, line))
        return 1

    def _marker(self, tokens: Sequence[Token], index: int) -> int:
        if self.more < 0 and self._is_top(tokens[index]):
            self.more = len(self.root.pieces)
        return 1

    # Components

    def _component(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        frame = self.frames[-1]
        if "call" in token.meta:
            self.frames.append(_Frame(token.level + 1, token))
            self.seams.append(_Seam(is_component=True))
        else:
            # The content of a component that cannot be shown stands where the component stood.
            deeper = int(token.level == frame.level)
            frame.level += deeper
            self.seams.append(_Seam(is_component=False, deeper=deeper))
        return 1

    def _component_end(self, tokens: Sequence[Token], index: int) -> int:
        seam = self.seams.pop()
        if seam.is_component:
            self._finish_component()
        else:
            self.frames[-1].level -= seam.deeper
        return 1

    def _finish_component(self) -> None:
        frame = self.frames.pop()
        token = frame.token
        assert token is not None
        call: Call = token.meta["call"]
        line = token.map[0] if token.map else 0
        draft = Draft(call, self.reading.first_line + line, frame.pieces, frame.openings)
        spec: ComponentSpec | None = token.meta.get("spec")
        problem = content_problem(spec, draft) if spec else ""
        if problem:
            self.reading.report(WRONG_CONTENT, self.reading.span(line), f"the component `{call.name}` {problem}")
        self.frames[-1].pieces.append(draft)

    def _alert(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        kind = {"CAUTION": "warning"}.get(token.info, token.info.lower())
        title = "Caution" if token.info == "CAUTION" else ""
        token.meta["call"] = Call("callout", {"kind": kind, "title": title})
        self._component(tokens, index)
        # The three tokens that follow are a heading in English, which the theme writes in the site's language.
        return 4

    # Footnotes

    def _footnotes(self, tokens: Sequence[Token], index: int) -> int:
        self.end = len(self.root.pieces)
        name = escaped_value(self.setting.words.footnotes)
        self.root.pieces.append(f'<section class="footnotes" role="doc-endnotes" aria-label="{name}">\n<ol>\n')
        return 1

    def _footnote(self, tokens: Sequence[Token], index: int) -> int:
        self.root.pieces.append(f'<li id="fn:{tokens[index].meta["id"] + 1}">')
        return 1

    def _way_back(self, tokens: Sequence[Token], index: int) -> int:
        number, again = tokens[index].meta["id"] + 1, tokens[index].meta["subId"]
        place = f"{number}:{again + 1}" if again else str(number)
        name = escaped_value(f"{self.setting.words.back} {place}")
        self.root.pieces.append(
            f' <a class="footnote-backref" href="#fnref:{place}" role="doc-backlink" aria-label="{name}">↩︎</a>'
        )
        return 1


_BLOCKS: Mapping[str, Callable[[Writer, Sequence[Token], int], int]] = {
    "inline": Writer._inline,
    "paragraph_open": Writer._paragraph,
    "paragraph_close": Writer._hidden_close,
    "heading_open": Writer._heading,
    "bullet_list_open": Writer._list,
    "ordered_list_open": Writer._list,
    "list_item_open": Writer._item,
    "table_open": Writer._table,
    "th_open": Writer._cell,
    "td_open": Writer._cell,
    "fence": Writer._code,
    "code_block": Writer._code,
    "html_block": Writer._html,
    "more": Writer._marker,
    "component_open": Writer._component,
    "component_close": Writer._component_end,
    "alert_open": Writer._alert,
    "alert_close": Writer._component_end,
    "footnote_block_open": Writer._footnotes,
    "footnote_open": Writer._footnote,
    "footnote_anchor": Writer._way_back,
}


def _image_with_caption(words: Token) -> Token | None:
    """Return the picture that is all there is in a paragraph, if it has a title."""
    children = words.children or []
    if len(children) == 1 and children[0].type == "image" and children[0].attrs.get("title"):
        return children[0]
    return None


def _heading_tag(token: Token, anchor: str) -> Piece:
    attrs = {key: value for key, value in token.attrs.items() if key != "id"}
    bare = f"<{token.tag}{attributes_of(attrs)}>"
    if not anchor:
        return bare
    return Anchored(f'<{token.tag} id="{escaped_value(anchor)}"{attributes_of(attrs)}>', bare)


def _class_of(token: Token) -> str:
    return f' class="{escaped_value(str(token.attrs["class"]))}"' if "class" in token.attrs else ""


_WIDE = r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"


def _count_words(text: str) -> int:
    """Count words; in scripts without spaces two characters are a word."""
    if text.isascii() or not re.search(_WIDE, text):
        return len(text.split())
    narrow, wide = re.subn(_WIDE, " ", text)
    return sum(any(map(str.isalnum, word)) for word in narrow.split()) + (wide + 1) // 2
