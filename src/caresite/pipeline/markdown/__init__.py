"""Markdown into bodies: one parser for texts, a narrower one for the short texts of YAML fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from msgspec import Struct

from caresite.core.codes_markdown import CONTROL_CHARACTERS, TOO_MUCH_TEXT
from caresite.core.diagnostics import Diagnostic, sort_key
from caresite.core.model import Body
from caresite.core.texts import with_spaces
from caresite.pipeline.components import COMPONENTS, ComponentSpec
from caresite.pipeline.markdown import attributes, blocks, inlines, links
from caresite.pipeline.markdown.highlight import Highlighter
from caresite.pipeline.markdown.inline_writer import Setting
from caresite.pipeline.markdown.leftovers import Watch
from caresite.pipeline.markdown.parser import Parser, PlainParser
from caresite.pipeline.markdown.reading import Reading
from caresite.pipeline.markdown.typography import marks_for, words_for
from caresite.pipeline.markdown.writer import Writer

__all__ = ["MAX_CHARACTERS", "Markdown", "MarkdownOptions", "markdown_for"]

MAX_CHARACTERS = 5_000_000


class MarkdownOptions(Struct, frozen=True):
    """How texts are read and written."""

    language: str = "en"
    raw_html: bool = True
    typographer: bool = True
    linkify: bool = True
    heading_ids: bool = True
    highlight: bool = True


@lru_cache(maxsize=8)
def markdown_for(options: MarkdownOptions) -> Markdown:
    """Return what reads texts as `options` say; made once, as making it takes longer than most texts."""
    return Markdown(options)


class Markdown:
    """Reads texts. Made once from its options in every process, then used for any number of texts.

    `extra` are the components of plugins; one with the name of a built-in one replaces it.
    """

    def __init__(self, options: MarkdownOptions, extra: tuple[ComponentSpec, ...] = ()) -> None:
        specs = {spec.name: spec for spec in (*COMPONENTS, *extra)}
        self._parser = _text_parser(options, specs)
        self._plain_parser = _plain_parser(options)
        self._options = options
        self._highlighter = Highlighter() if options.highlight else None
        self._settings: dict[str, Setting] = {}

    def render(
        self, text: str, *, path: str, first_line: int = 1, language: str = ""
    ) -> tuple[Body, tuple[Diagnostic, ...]]:
        """Return the body of `text`, which begins at `first_line` of the file `path`, and its faults.

        Its marks are those of `language`, of the site's when it names none.
        """
        reading = Reading(path, first_line)
        text = _clean(text, reading)
        if len(text) > MAX_CHARACTERS:
            message = f"the text has {len(text):,} characters; {MAX_CHARACTERS:,} is the most one may have"
            reading.report(TOO_MUCH_TEXT, reading.span(0), message)
            return Body(), tuple(reading.faults)
        reading.text = text
        env: dict[str, Any] = {"reading": reading}
        tokens = self._parser.parse(text, env)
        reading.labels = tuple(label.lower() for label in env.get("references", ()))
        labels: Mapping[str, int] = env.get("footnotes", {}).get("refs", {})
        body = Writer(self._setting(language), reading, Watch(reading, labels)).write(tokens)
        return body, tuple(sorted(reading.faults, key=sort_key))

    def render_inline(self, text: str, language: str = "") -> str:
        """Return one line of Markdown as HTML, with raw HTML escaped and links kept as they are written."""
        reading = Reading("", 1)
        line = " ".join(_clean(text, reading).split())[:MAX_CHARACTERS]
        return self._written(self._plain_parser.parseInline(line, {"reading": reading}), language)

    def render_block(self, text: str, language: str = "") -> str:
        """Return a short text of paragraphs, lists and quotes as HTML, with raw HTML escaped."""
        reading = Reading("", 1)
        clean = _clean(text, reading)[:MAX_CHARACTERS]
        return self._written(self._plain_parser.parse(clean, {"reading": reading}), language)

    def _setting(self, language: str) -> Setting:
        """Return how texts in `language` are written."""
        language = language or self._options.language
        if language not in self._settings:
            self._settings[language] = Setting(
                marks=marks_for(language) if self._options.typographer else None,
                words=words_for(language),
                heading_ids=self._options.heading_ids,
                highlighter=self._highlighter,
            )
        return self._settings[language]

    def _written(self, tokens: list[Token], language: str) -> str:
        reading = Reading("", 1)
        plain = self._setting(language)._replace(heading_ids=False, highlighter=None, references=False)
        body = Writer(plain, reading, Watch(reading, {})).write(tokens)
        return "".join(segment for segment in body.html if isinstance(segment, str))


def _text_parser(options: MarkdownOptions, specs: Mapping[str, ComponentSpec]) -> Parser:
    parser = Parser({"html": options.raw_html, "tasklists": True, "alerts": True, "strikethrough_single_tilde": True})
    parser.enable(["table", "strikethrough"])
    parser.use(deflist_plugin)
    parser.use(footnote_plugin, inline=False)
    _add_blocks(parser, specs)
    _add_inlines(parser, linkify=options.linkify)
    parser.inline.ruler.at("footnote_ref", inlines.footnote_ref)
    parser.inline.ruler.after("footnote_ref", "span", links.span)
    parser.inline.ruler2.push("attributes", attributes.inline_attributes)
    parser.core.ruler.after("block", "heading_attributes", attributes.heading_attributes)
    parser.disable("text_join")
    parser.fold()
    return parser


def _add_blocks(parser: Parser, specs: Mapping[str, ComponentSpec]) -> None:
    ruler = parser.block.ruler
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    ruler.before("fence", "component", blocks.component_rule(specs), {"alt": interrupts})
    ruler.before("fence", "admonition", blocks.admonition, {"alt": interrupts})
    ruler.before("html_block", "more", blocks.more, {"alt": interrupts[:3]})
    ruler.at("html_block", blocks.html_in_component, {"alt": interrupts[:3]})
    note = next(rule for rule in ruler.__rules__ if rule.name == "footnote_def")
    ruler.at("footnote_def", blocks.noted(note.fn), {"alt": note.alt})
    parser.block.closes = blocks.closes_component


def _add_inlines(parser: Parser, *, linkify: bool) -> None:
    parser.inline.ruler.at("link", links.link)
    parser.inline.ruler.at("image", links.image)
    parser.inline.ruler.at("strikethrough", inlines.strikethrough)
    parser.inline.ruler.push("mark", inlines.mark)
    parser.inline.ruler2.before("fragments_join", "mark", inlines.mark_pairs)
    if linkify:
        parser.inline.ruler.push("bare_url", inlines.bare_url)
        parser.inline.ruler.push("bare_www", inlines.bare_www)
        parser.inline.ruler2.push("emails", inlines.emails)


def _plain_parser(options: MarkdownOptions) -> Parser:
    """Return the parser for the text of people who write no Markdown: no HTML, pictures, headings or components.

    What they may have meant as it stands stays as it stands: a year that begins a line, indented lines, sizes.
    """
    parser = PlainParser({"html": False, "strikethrough_single_tilde": True})
    parser.enable("strikethrough")
    parser.disable(["html_block", "html_inline", "heading", "lheading", "code", "text_join"])
    parser.block.ruler.at("list", blocks.list_from_one, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("reference", blocks.used_reference)
    parser.inline.ruler.at("emphasis", inlines.emphasis_outside_figures)
    _add_inlines(parser, linkify=options.linkify)
    parser.fold()
    return parser


_NEWLINES = re.compile(r"\r\n?")

# C0 and C1 controls, half surrogates and noncharacters: no page, feed or XML file may hold them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _clean(text: str, reading: Reading) -> str:
    """Return `text` with one kind of line end, words that stay apart, and no characters that cannot be shown."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = _NEWLINES.sub("\n", text)
    found = _CONTROL.search(text)
    spaced = with_spaces(text)
    if found is None:
        return spaced
    count = len(_CONTROL.findall(text))
    line = text.count("\n", 0, found.start())
    column = found.start() - text.rfind("\n", 0, found.start())
    message = f"the text holds {count} control character{'s' if count > 1 else ''}, the first U+{ord(found[0]):04X}"
    reading.report(CONTROL_CHARACTERS, reading.span(line, column), message)
    return _CONTROL.sub("", spaced)
