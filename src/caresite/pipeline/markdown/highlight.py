"""Code blocks in colour: Pygments classes, made at build time. Pygments is loaded with the first block."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

__all__ = ["Highlighter", "language_of"]

# Beyond this a block is data rather than an example, and colouring it would take seconds.
LONGEST = 50_000

_LANGUAGE = re.compile(r"\{?[ \t]*\.?([^\s{},]+)")
_UNCOLOURED = frozenset(("text", "txt", "plain", "plaintext", "none", "nohighlight", "output"))


def language_of(info: str) -> str:
    """Return the language that the line of a code fence names: `python`, `{.python}`, `rust,ignore`."""
    found = _LANGUAGE.match(info)
    return found[1] if found else ""


class Highlighter:
    """Colours code; keeps the lexers it has used."""

    def __init__(self) -> None:
        self._lexers: dict[str, Lexer | None] = {}
        self._classes: dict[_TokenType, str] = {}

    def html(self, code: str, language: str) -> str:
        """Return `code` as HTML with classes, or an empty string when the language is not known."""
        if not language or len(code) > LONGEST or language.lower() in _UNCOLOURED:
            return ""
        lexer = self._lexer(language.lower())
        if lexer is None:
            return ""
        return "".join(self._spans(lexer.get_tokens(code)))

    def _spans(self, tokens: Iterable[tuple[_TokenType, str]]) -> Iterable[str]:
        """Yield the code with a span around each run of one class, faster than Pygments' own formatter does."""
        for name, run in groupby(tokens, key=self._class_of):
            text = escape("".join(value for _, value in run), quote=False)
            yield f'<span class="{name}">{text}</span>' if name and not text.isspace() else text

    def _class_of(self, token: tuple[_TokenType, str]) -> str:
        kind = token[0]
        found = self._classes.get(kind)
        if found is None:
            from pygments.token import STANDARD_TYPES

            while kind not in STANDARD_TYPES:  # a lexer's own kind looks like the standard one that it belongs to
                assert kind.parent
                kind = kind.parent
            found = self._classes[token[0]] = STANDARD_TYPES[kind]
        return found

    def _lexer(self, language: str) -> Lexer | None:
        if language not in self._lexers:
            from pygments.lexers import get_lexer_by_name
            from pygments.util import ClassNotFound

            from caresite.pipeline.markdown.lexing import try_rules_at_once

            try:
                self._lexers[language] = lexer = get_lexer_by_name(language, stripnl=False)
                try_rules_at_once(lexer)
            except ClassNotFound:
                self._lexers[language] = None
        return self._lexers[language]
