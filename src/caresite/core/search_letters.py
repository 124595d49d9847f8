"""Search letters: text without spaces between its words is indexed by letters, so that any word in it can be found.

Chinese, Japanese, Thai and their like put no space between words, and Korean few. pagefind takes what stands between
two spaces for a word, and finds no word inside it. Its extended build, of 50 MB, guesses words in some of these
languages, and the browser guesses again for what is typed: where the two differ, nothing is found. So each letter is a
word of the index, and `search.js` asks for letters that follow each other. This finds any part of any word.

A letter is written as two syllables of Yi for each of its code points: pagefind compares letters without their accents,
and loses its place where `か` and `が`, or a Thai letter with two tones, are one. `GAP` parts them from each other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["as_search_letters", "from_search_letters"]

GAP = " \u2060"  # the space is for pagefind; the invisible letter tells our spaces from those that somebody wrote

# scripts that write words without spaces between them, Korean, and Yi, which our code is made of; so has `search.js`
_SCRIPTS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u318f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\ua48f\ua960-\ua97f\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_FIRST = 0xA000  # of the syllables that stand for nine bits each
_LETTER = re.compile(f"[{_SCRIPTS}]")
_PIECE = re.compile(r"<[^<>]*>|[^<]", re.DOTALL)
# a gap is ours before a coded letter, and after one or the marks and tags behind it; others are somebody's own
_CODED = re.compile(rf"(?:{GAP})?([\ua000-\ua1ff])([\ua000-\ua1ff])((?:<[^<>]*>|[^\s\w<\u2060]|_)*)(?:{GAP})?|\u2060")


def as_search_letters(html: str) -> str:
    """Return a piece of HTML, or a plain text, with the letters of these scripts as words of the search index."""
    if not _LETTER.search(html):
        return html
    parts: list[str] = []
    before, is_joined = " ", False  # `is_joined`: no space has come since the last letter
    for piece in _PIECE.findall(unicodedata.normalize("NFC", html)):
        if not piece.startswith("<"):
            is_letter = bool(_LETTER.match(piece))
            if (is_letter and not before.isspace()) or (is_joined and piece.isalnum()):
                parts.append(GAP)
            is_joined = is_letter or (is_joined and not piece.isspace() and not piece.isalnum())
            before = piece
            piece = _coded(piece) if is_letter else piece
        parts.append(piece)
    return "".join(parts)


@lru_cache(maxsize=4096)
def _coded(letter: str) -> str:
    return "".join(chr(_FIRST + part) for part in divmod(ord(letter), 512))


def from_search_letters(text: str) -> str:
    """Return what `as_search_letters` was given."""
    return _CODED.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    return chr((ord(match[1]) - _FIRST) * 512 + ord(match[2]) - _FIRST) + match[3] if match[1] else ""
