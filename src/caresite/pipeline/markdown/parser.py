"""markdown-it with its rules looked up by character, so that more syntax does not make every text slower.

markdown-it-py asks every rule at every character that might mean something. Most rules can only begin with one
or two characters; here they are asked only there. The grammar stays that of the rules themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock, RuleFuncBlockType
from markdown_it.parser_inline import ParserInline, RuleFuncInline2Type, RuleFuncInlineType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from caresite.core.codes_markdown import TOO_MUCH_TEXT
from caresite.pipeline.markdown.addresses import is_external, without_breaks
from caresite.pipeline.markdown.links import InlineState
from caresite.pipeline.markdown.reading import reading_of

__all__ = ["BlockParser", "InlineParser", "Parser", "PlainParser"]

MAX_NESTING = 100
MAX_INLINE_NESTING = 20
MAX_RUN = 100

BLOCK_STARTS: Mapping[str, str] = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*+-0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
    "more": "<",
    "component": ":",
    "admonition": "!?",
    "footnote_def": "[",
}
INLINE_STARTS: Mapping[str, str] = {
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "link": "[",
    "image": "!",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
    "mark": "=",
    "footnote_ref": "[",
    "span": "[",
    "bare_url": ":",
    "bare_www": "w",
}
FINISHING = frozenset(("attributes", "emails"))

Closes = Callable[[StateBlock, int], bool]


class _BlockRuler(Ruler[RuleFuncBlockType]):
    """The block rules, with each chain of terminators folded into one lookup."""

    def __init__(self, rules: Ruler[RuleFuncBlockType]) -> None:
        super().__init__()
        self.__rules__ = rules.__rules__
        self.chains: dict[str, list[RuleFuncBlockType]] = {}

    def by_start(self, chain: str) -> tuple[dict[str, list[RuleFuncBlockType]], list[RuleFuncBlockType]]:
        """Return the rules of a chain by the character a line starts with, and those for any other one."""
        rules = [r for r in self.__rules__ if r.enabled and (not chain or chain in r.alt)]
        starts = {char for rule in rules for char in BLOCK_STARTS.get(rule.name, "")}
        table = {char: [r.fn for r in rules if char in BLOCK_STARTS.get(r.name, char)] for char in starts}
        return table, [r.fn for r in rules if r.name not in BLOCK_STARTS]

    def fold(self) -> None:
        """Replace the terminators of every chain by one rule that looks the others up."""
        chains = {chain for rule in self.__rules__ for chain in rule.alt}
        self.chains = {chain: [_terminator(*self.by_start(chain))] for chain in sorted(chains)}

    def getRules(self, chainName: str = "") -> list[RuleFuncBlockType]:  # noqa: N802, N803
        return self.chains.get(chainName) or super().getRules(chainName)


def _terminator(table: dict[str, list[RuleFuncBlockType]], others: list[RuleFuncBlockType]) -> RuleFuncBlockType:
    def ends_here(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        start = state.bMarks[line] + state.tShift[line]
        rules = table.get(state.src[start : start + 1], others)
        return any(rule(state, line, end, True) for rule in rules)

    return ends_here


class BlockParser(ParserBlock):
    """The block parser: looks rules up by the first character, and leaves a component at its closing line."""

    def __init__(self) -> None:
        super().__init__()
        self.ruler: _BlockRuler = _BlockRuler(self.ruler)
        self.closes: Closes = _closes_nothing
        self._table: dict[str, list[RuleFuncBlockType]] = {}
        self._others: list[RuleFuncBlockType] = []

    def fold(self) -> None:
        """Make the lookup tables; rules added later are not seen."""
        self.ruler.fold()
        self._table, self._others = self.ruler.by_start("")

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Read the blocks of a range of lines; the same steps as the original, with rules looked up."""
        line = startLine
        table, others, src = self._table, self._others, state.src
        after_blank = False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            char = src[state.bMarks[line] + state.tShift[line]]
            if char == ":" and self.closes(state, line):
                break
            if state.level >= MAX_NESTING:
                _report_depth(state, line)
                state.line = endLine
                break
            for rule in table.get(char, others):
                if rule(state, line, endLine, False):
                    break
            state.tight = not after_blank
            line = state.line
            if line - 1 < endLine and state.isEmpty(line - 1):
                after_blank = True
            if line < endLine and state.isEmpty(line):
                after_blank = True
                line += 1
                state.line = line


def _closes_nothing(state: StateBlock, line: int) -> bool:
    return False


def _report_depth(state: StateBlock, line: int) -> None:
    reading = reading_of(state.env)
    message = f"lists, quotes or components are nested more than {MAX_NESTING} levels deep; the rest is left out"
    if not any(seen.code == TOO_MUCH_TEXT.id for seen in reading.faults):
        reading.report(TOO_MUCH_TEXT, reading.span(line), message)


_RUNS = {char: char * MAX_RUN for char in "*_~="}
_KEEPS_PLACE = frozenset("[!`<")
_PLACED = frozenset(("link_open", "image", "code_inline", "html_inline"))


class InlineParser(ParserInline):
    """The inline parser: jumps from one meaningful character to the next and asks only the rules for it.

    Links, images, code and tags get `map = [start, end]`, their place in the text of their block.
    """

    def __init__(self) -> None:
        super().__init__()
        self._table: dict[str, list[RuleFuncInlineType]] = {}
        self._stops = self._stops_www = re.compile("(?!)")
        self._pairing: list[RuleFuncInline2Type] = []
        self._finishing: list[RuleFuncInline2Type] = []

    def fold(self) -> None:
        """Make the lookup tables; rules added later are not seen."""
        rules = [rule for rule in self.ruler.__rules__ if rule.enabled and rule.name != "text"]
        starts = "".join(sorted({char for rule in rules for char in INLINE_STARTS[rule.name]}))
        self._table = {c: [r.fn for r in rules if c in INLINE_STARTS[r.name]] for c in starts}
        plain = re.escape(starts.replace("w", ""))
        self._stops = re.compile(f"[{plain}]")
        self._stops_www = re.compile(rf"[{plain}]|(?<![^\s*_~(])www\.") if "w" in starts else self._stops
        last = [rule for rule in self.ruler2.__rules__ if rule.enabled]
        self._pairing = [rule.fn for rule in last if rule.name not in FINISHING]
        self._finishing = [rule.fn for rule in last if rule.name in FINISHING]

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Read one block's text into `tokens`."""
        state = InlineState(src, md, env, tokens)
        state.rules_at = self.rules_at
        state.stops = self._stops_www if "www." in src else self._stops
        self.tokenize(state)
        # Without marks that open or close there are no pairs to find.
        if state.delimiters or any(state.tokens_meta):
            for rule in self._pairing:
                rule(state)
        for rule in self._finishing:
            rule(state)
        return tokens

    def tokenize(self, state: StateInline) -> None:
        """Read the text from `state.pos` to `state.posMax`."""
        assert isinstance(state, InlineState)
        src, end, table = state.src, state.posMax, self._table
        search = state.stops.search
        pos = state.pos
        while pos < end:
            found = search(src, pos, end)
            stop = found.start() if found else end
            if stop > pos:
                state.append_pending(src[pos:stop])
                state.pos = pos = stop
            if pos >= end:
                break
            self._step(state, src[pos], table)
            pos = state.pos
        if state.pending:
            state.pushPending()

    def _step(self, state: StateInline, char: str, table: dict[str, list[RuleFuncInlineType]]) -> None:
        """Read what begins with `char` at the current place, or take the character as text."""
        pos = state.pos
        if char in _RUNS and state.src.startswith(_RUNS[char], pos):
            _take_run(state, char)
        elif state.level < MAX_INLINE_NESTING and self._apply(state, char, table):
            pass
        else:
            state.append_pending(char)
            state.pos = pos + 1

    def _apply(self, state: StateInline, char: str, table: dict[str, list[RuleFuncInlineType]]) -> bool:
        """Ask the rules for `char`; note the place of what they made."""
        pos, count = state.pos, len(state.tokens)
        for rule in table[char]:
            if rule(state, False):
                if char in _KEEPS_PLACE:
                    for token in state.tokens[count : count + 2]:
                        if token.type in _PLACED and token.map is None:
                            token.map = [pos, state.pos]
                return True
        return False

    def rules_at(self, char: str) -> list[RuleFuncInlineType]:
        """Return the rules for what begins with `char`."""
        return self._table.get(char, [])


def _take_run(state: StateInline, char: str) -> None:
    """Take a very long run of one mark as text: it is a line, not emphasis, and a token each would cost much."""
    end = state.pos
    while end < state.posMax and state.src[end] == char:
        end += 1
    state.append_pending(state.src[state.pos : end])
    state.pos = end


class Parser(MarkdownIt):
    """The parser of texts. Addresses on the site stay as the author wrote them, to be resolved later."""

    block: BlockParser
    inline: InlineParser

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__("zero")
        self.block = BlockParser()
        self.inline = InlineParser()
        self.configure("commonmark", {**options, "maxNesting": MAX_NESTING})

    def fold(self) -> None:
        """Finish the set of rules."""
        self.block.fold()
        self.inline.fold()

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        url = without_breaks(url)
        if not is_external(url) or _PLAIN_ADDRESS.fullmatch(url):
            return url
        return super().normalizeLink(url)


# An address in which there is nothing to encode: most are, and the general way is slow.
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?:[/?#][A-Za-z0-9._~!$&'()*+,;=:@/?#-]*)?")


_PLAIN_SCHEME = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


class PlainParser(Parser):
    """The parser of short texts: links lead to the web, to mail and phones, or stay on the site."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return MarkdownIt.normalizeLink(self, without_breaks(url))

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return not is_external(url) or _PLAIN_SCHEME.match(url) is not None
