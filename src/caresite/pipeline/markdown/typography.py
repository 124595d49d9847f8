"""Typographic quotation marks, apostrophes, dashes and dots, in the language of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markdown_it.token import Token

from caresite.core.languages import with_shorter

__all__ = ["Elements", "Marks", "Words", "marks_for", "needs_setting", "typeset", "words_for"]


class Marks(NamedTuple):
    """The quotation marks of a language: outer pair, inner pair."""

    opening: str
    closing: str
    inner_opening: str
    inner_closing: str


class Words(NamedTuple):
    """What screen readers say at footnotes."""

    footnotes: str
    back: str


_NBSP = "\u00a0"
_ENGLISH = Marks("“", "”", "‘", "’")
_LOW = Marks("„", "“", "‚", "‘")
_GUILLEMETS = Marks("«", "»", "“", "”")
_SWISS = Marks("«", "»", "‹", "›")
_RUSSIAN = Marks("«", "»", "„", "“")
_CORNERS = Marks("「", "」", "『", "』")

# The delimiters of the Unicode CLDR; for French with the spaces its typesetters put inside.
_MARKS: Mapping[str, Marks] = {
    "ar": Marks("”", "“", "’", "‘"),
    "be": _RUSSIAN,
    "bg": _LOW,
    "ca": _GUILLEMETS,
    "cs": _LOW,
    "de": _LOW,
    "de-ch": _SWISS,
    "de-li": _SWISS,
    "el": _GUILLEMETS,
    "es": _GUILLEMETS,
    "et": Marks("„", "“", "«", "»"),
    "fa": _SWISS,
    "fi": Marks("”", "”", "’", "’"),
    "fr": Marks("«" + _NBSP, _NBSP + "»", "“", "”"),
    "fr-ch": _SWISS,
    "he": Marks("”", "”", "’", "’"),
    "hr": Marks("„", "”", "‘", "’"),
    "hu": Marks("„", "”", "»", "«"),
    "hy": _GUILLEMETS,
    "is": _LOW,
    "it": _GUILLEMETS,
    "it-ch": _SWISS,
    "ja": _CORNERS,
    "lt": _LOW,
    "mk": _LOW,
    "nb": Marks("«", "»", "‘", "’"),
    "nn": Marks("«", "»", "‘", "’"),
    "no": Marks("«", "»", "‘", "’"),
    "pl": Marks("„", "”", "«", "»"),
    "pt-pt": _GUILLEMETS,
    "ro": Marks("„", "”", "«", "»"),
    "ru": _RUSSIAN,
    "sk": _LOW,
    "sl": _LOW,
    "sv": Marks("”", "”", "’", "’"),
    "uk": _RUSSIAN,
    "ur": Marks("”", "“", "’", "‘"),
    "zh-hant": _CORNERS,
    "zh-hk": _CORNERS,
    "zh-mo": _CORNERS,
    "zh-tw": _CORNERS,
}

_NORWEGIAN = Words("Fotnoter", "Tilbake til teksten")
_WORDS: Mapping[str, Words] = {
    "ar": Words("الحواشي", "العودة إلى النص"),
    "ca": Words("Notes", "Torna al text"),
    "cs": Words("Poznámky pod čarou", "Zpět k textu"),
    "da": Words("Fodnoter", "Tilbage til teksten"),
    "de": Words("Fußnoten", "Zurück zum Text"),
    "en": Words("Footnotes", "Back to the text"),
    "es": Words("Notas", "Volver al texto"),
    "fi": Words("Alaviitteet", "Takaisin tekstiin"),
    "fr": Words("Notes", "Retour au texte"),
    "he": Words("הערות שוליים", "חזרה לטקסט"),
    "hu": Words("Lábjegyzetek", "Vissza a szöveghez"),
    "it": Words("Note", "Torna al testo"),
    "ja": Words("脚注", "本文に戻る"),
    "ko": Words("각주", "본문으로 돌아가기"),
    "nb": _NORWEGIAN,
    "nl": Words("Voetnoten", "Terug naar de tekst"),
    "nn": Words("Fotnotar", "Tilbake til teksten"),
    "no": _NORWEGIAN,
    "pl": Words("Przypisy", "Powrót do tekstu"),
    "pt": Words("Notas", "Voltar ao texto"),
    "ru": Words("Примечания", "Вернуться к тексту"),
    "sv": Words("Fotnoter", "Tillbaka till texten"),
    "tr": Words("Dipnotlar", "Metne dön"),
    "uk": Words("Примітки", "Повернутися до тексту"),
    "zh": Words("脚注", "返回正文"),
}


def marks_for(language: str) -> Marks:
    """Return the quotation marks of a language tag such as `de` or `de-CH`; English ones when it is not known."""
    return next((_MARKS[tag] for tag in with_shorter(language) if tag in _MARKS), _ENGLISH)


def words_for(language: str) -> Words:
    """Return the words for screen readers in a language, in English when it is not known."""
    return next((_WORDS[tag] for tag in with_shorter(language) if tag in _WORDS), _WORDS["en"])


_NEEDED = re.compile(r"['\"]|--|\.\.\.")
_QUOTE = re.compile(r"['\"]")
_YEARS = re.compile(r"\d\ds?\b")

# `--` between words or with space around it is a dash; before a word, as in `--help`, it is an option.
_DASHES = re.compile(r"(?<!-)---(?![->])|(?<![^\s])--(?=\s)|(?<=[^\s-])--(?=[^\s>-])|(?<!\.)\.\.\.(?!\.)")
_SET = {"---": "—", "--": "–", "...": "…"}


def needs_setting(text: str) -> bool:
    """Tell whether there is anything in `text` for `typeset` to do."""
    return _NEEDED.search(text) is not None


def typeset(tokens: Sequence[Token], marks: Marks) -> None:
    """Set the marks of one block's inline tokens; code, HTML, escaped characters and bare addresses stay as they are.

    A quotation mark opens after space or punctuation and closes after a word. Single ones that find no partner
    are apostrophes; after a digit they stay straight, as feet and inches. Words with a `lang` get its marks.
    """
    setter = _Setter(marks)
    around: list[_Setter | None] = []  # for each span or element that is open: whose marks go on when it ends
    address = False
    for position, token in enumerate(tokens):
        if token.type == "text" and not address:
            setter.text(token, tokens, position)
        elif token.type in ("link_open", "link_close") and token.info == "auto":
            address = token.type == "link_open"
        elif token.type in ("softbreak", "hardbreak"):
            setter.before = " "
        elif token.type in ("code_inline", "image", "text_special", "text"):
            setter.before = token.content[-1:] or "x"
        elif (change := _change_of(token)) is not None:
            if change.opens:
                around.append(setter if change.language else None)
                setter = _Setter(marks_for(change.language), setter.before) if change.language else setter
            elif around and (outer := around.pop()) is not None:
                setter.finish()
                outer.before = setter.before
                setter = outer
    for unfinished in (setter, *filter(None, around)):
        unfinished.finish()


class Elements:
    """The elements that blocks of raw HTML have opened around what follows, and the language of that."""

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []

    @property
    def language(self) -> str:
        """The language of the innermost element that names one; empty for that of the text."""
        return next((language for _, language in reversed(self._open) if language), "")

    def read(self, html: str) -> None:
        """Note the elements that a block of HTML opens and closes."""
        if not self._open and "lang" not in html:
            return
        for tag in _ANY_ELEMENT.finditer(html):
            name = tag["name"].lower()
            if not tag["closes"]:
                given = _LANGUAGE.search(tag[0])
                self._open.append((name, given[1] if given else ""))
            elif any(name == opened for opened, _ in self._open):
                while self._open.pop()[0] != name:
                    pass


class _Change(NamedTuple):
    """Where an element that may have a language begins or ends."""

    opens: bool
    language: str = ""


_ANY_ELEMENT = re.compile(
    r"<(?P<closes>/?)(?P<name>(?!(?:br|hr|img|input|wbr|source|col|meta|link)\b)[a-z][\w-]*)(?:\s[^<>]*)?(?<!/)>",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"<(/?)(?!(?:br|hr|img|input|wbr)\b)[a-z][^>]*>", re.IGNORECASE)
_LANGUAGE = re.compile(r"\slang\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def _change_of(token: Token) -> _Change | None:
    if token.type in ("span_open", "span_close"):
        return _Change(token.nesting > 0, str(token.attrs.get("lang", "")))
    if token.type != "html_inline" or token.content.endswith("/>") or not (tag := _ELEMENT.fullmatch(token.content)):
        return None
    given = _LANGUAGE.search(token.content)
    return _Change(not tag[1], given[1] if given else "")


class _Open(NamedTuple):
    """A quotation mark that waits for its partner."""

    mark: str
    parts: list[str]
    place: int


class _Setter:
    """Pairs the quotation marks of one block; every text token is a list of parts until the end."""

    def __init__(self, marks: Marks, before: str = " ") -> None:
        self.marks = marks
        self.before = before
        self.waiting: list[_Open] = []
        self.counts = {"'": 0, '"': 0}
        self.texts: list[tuple[Token, list[str]]] = []

    def text(self, token: Token, tokens: Sequence[Token], position: int) -> None:
        """Set the marks of one text token."""
        content = token.content
        if "--" in content or "..." in content:
            content = _DASHES.sub(lambda match: _SET[match[0]], content)
            token.content = content
        if "'" in content or '"' in content:
            self.quotes(token, content, _first_after(tokens, position))
        self.before = content[-1:] or self.before

    def quotes(self, token: Token, content: str, beyond: str) -> None:
        """Decide on every quotation mark of `content`; `beyond` is the character that follows the token."""
        parts: list[str] = []
        done = 0
        for match in _QUOTE.finditer(content):
            at = match.start()
            before = content[at - 1] if at else self.before
            after = content[at + 1] if at + 1 < len(content) else beyond
            parts += (content[done:at], match[0])
            done = at + 1
            self.decide(parts, before, after, content[done : done + 4])
        parts.append(content[done:])
        self.texts.append((token, parts))

    def decide(self, parts: list[str], before: str, after: str, ahead: str) -> None:
        """Decide on the mark that is the last of `parts`, or let it wait for its partner."""
        mark = parts[-1]
        ends_word = not before.isspace()
        if mark == "'" and before.isalnum() and after.isalnum():
            parts[-1] = mark if before.isdigit() and after.isdigit() else "’"
        elif ends_word and self.counts[mark] and not after.isalnum():
            self.close(mark, parts)
        elif not after.isspace() and not before.isalnum():
            self.open(mark, parts, ahead)
        elif ends_word and not before.isdigit() and not after.isalnum():
            parts[-1] = "’" if mark == "'" else self.marks.closing

    def open(self, mark: str, parts: list[str], ahead: str) -> None:
        if mark == "'" and _YEARS.match(ahead):
            parts[-1] = "’"
            return
        self.waiting.append(_Open(mark, parts, len(parts) - 1))
        self.counts[mark] += 1

    def close(self, mark: str, parts: list[str]) -> None:
        """Pair the mark with the last open one of its kind; what waits in between has no partner."""
        while (opened := self.waiting.pop()).mark != mark:
            self.abandon(opened)
        self.counts[mark] -= 1
        inner = mark == "'"
        opened.parts[opened.place] = self.marks.inner_opening if inner else self.marks.opening
        parts[-1] = self.marks.inner_closing if inner else self.marks.closing

    def abandon(self, opened: _Open) -> None:
        """Settle a mark without a partner: an apostrophe, or speech that goes on in the next paragraph."""
        self.counts[opened.mark] -= 1
        opened.parts[opened.place] = "’" if opened.mark == "'" else self.marks.opening

    def finish(self) -> None:
        """Write the parts back into their tokens."""
        for opened in self.waiting:
            self.abandon(opened)
        for token, parts in self.texts:
            token.content = "".join(parts)


def _first_after(tokens: Sequence[Token], position: int) -> str:
    """Return the first character that readers see after a token."""
    for index in range(position + 1, len(tokens)):
        token = tokens[index]
        if token.type in ("softbreak", "hardbreak"):
            return " "
        if token.type == "image":
            return "x"
        if token.content and token.type != "html_inline":
            return token.content[0]
    return " "
