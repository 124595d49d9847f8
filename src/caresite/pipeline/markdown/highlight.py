"""Code blocks in colour: Pygments classes, made at build time. Pygments is loaded with the first block."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.formatters import HtmlFormatter
    from pygments.lexer import Lexer

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

    def html(self, code: str, language: str) -> str:
        """Return `code` as HTML with classes, or an empty string when the language is not known."""
        if not language or len(code) > LONGEST or language.lower() in _UNCOLOURED:
            return ""
        lexer = self._lexer(language.lower())
        if lexer is None:
            return ""
        from pygments import highlight

        return highlight(code, lexer, self._formatter)

    @cached_property
    def _formatter(self) -> HtmlFormatter[str]:
        from pygments.formatters import HtmlFormatter

        return HtmlFormatter(nowrap=True)

    def _lexer(self, language: str) -> Lexer | None:
        if language not in self._lexers:
            from pygments.lexers import get_lexer_by_name
            from pygments.util import ClassNotFound

            try:
                self._lexers[language] = get_lexer_by_name(language, stripnl=False)
            except ClassNotFound:
                self._lexers[language] = None
        return self._lexers[language]
