"""Names: which spellings are one name, and a slug for each name that no other name has."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from caresite.core.urls import collision_key, slug_of

__all__ = ["assign_slugs", "identity_of", "is_spelled_like_its_slug", "other_slug"]

_ENTITY = re.compile(r"&#?\w+;")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
_APOSTROPHES = re.compile("['`\u2018\u2019\u02bc]")
_ENDS_OF_SENTENCES = re.compile(r"(?<![.,;:!?…。、،؟।])[.,;:!?…。、،؟।]++(?=\s|$)|(?:(?<=\s)|^)[¿¡]++")
_JOINING_HYPHEN = re.compile(r"(?<=[^\s-])-+(?=[^\s-])|(?:(?<=\s)|^)-+(?=\s|$)")
_SIGN_BETWEEN_SPACES = re.compile(r"(?<!\s)\s++([^\w\s]++)\s++")
_DOTTED_I = str.maketrans({"I": "ı", "İ": "i"})
_LANGUAGES_WITH_DOTLESS_I = frozenset(("tr", "az"))  # Unicode, SpecialCasing.txt
_SPACE, _HYPHEN = " ", "-"
_KINDS = {  # general categories that only set words apart
    **dict.fromkeys(("Zs", "Zl", "Zp", "Cc", "Ps", "Pe", "Pi", "Pf"), _SPACE),
    **dict.fromkeys(("Pd", "Pc"), _HYPHEN),
}
_OTHERS = {'"': _SPACE, "\u2212": _HYPHEN}

_WORDS_FOR_SIGNS = {
    "+": "plus",
    "-": "minus",
    "#": "hash",
    "&": "and",
    "@": "at",
    "%": "percent",
    "$": "dollar",
    "€": "euro",
    "£": "pound",
    "¥": "yen",
    ".": "dot",
    ",": "comma",
    ":": "colon",
    "/": "slash",
    "*": "star",
    "=": "equals",
    "!": "bang",
    "~": "tilde",
    "°": "degrees",
    "×": "times",
    "♯": "sharp",
}
_SHARP_AFTER_A_LETTER = re.compile(r"(?<=[^\W\d_])#")
_LONGEST_BASE = 100


@lru_cache(maxsize=65536)
def identity_of(name: str, language: str = "") -> str:
    """Return what all spellings of one name have in common; two names have different ones.

    Spellings differ in case (of `language`), white space, Unicode form, hyphens for spaces, quotes, brackets, and
    punctuation at the end of a word. Letters, accents and other signs make another name: `C`, `C#`, `Café`, `Cafe`.
    """
    text = _INVISIBLE.sub("", _ENTITY.sub(lambda match: html.unescape(match[0]), name))
    if language.partition("-")[0].lower() in _LANGUAGES_WITH_DOTLESS_I:
        text = unicodedata.normalize("NFC", text).translate(_DOTTED_I)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("i\u0307", "i")
    if folded.isascii() and folded.isalnum():
        return folded
    text = "".join(_as_separator(char) for char in _APOSTROPHES.sub("", folded))
    text = _JOINING_HYPHEN.sub(" ", _ENDS_OF_SENTENCES.sub("", text))
    text = " ".join(_SIGN_BETWEEN_SPACES.sub(r"\1", text).split())
    return text or " ".join(folded.split())


def _as_separator(char: str) -> str:
    return _OTHERS.get(char) or _KINDS.get(unicodedata.category(char), char)


def is_spelled_like_its_slug(identity: str) -> bool:
    """Tell whether a slug says all of a name: `c` says all of `C`, and not of `C#`."""
    return identity.replace(" ", "-") == slug_of(identity)


def assign_slugs(names: Iterable[tuple[str, str]], fixed: Mapping[str, str]) -> dict[str, str]:
    """Return a slug for each identity: the `fixed` ones, then one for each of `names` in their order.

    A name is an identity and a spelling. The first of several that `slug_of` cannot tell apart keeps what it returns.
    The others get one in which signs are words (`c-sharp`), else one with a digest. So a name never depends on
    those that come after it.
    """
    slugs = dict(fixed)
    taken = {collision_key(slug) for slug in slugs.values()}
    for identity, spelling in names:
        if identity not in slugs:
            slugs[identity] = next(slug for slug in _candidates(identity, spelling) if slug not in taken)
            taken.add(slugs[identity])
    return slugs


def other_slug(name: str, taken: str) -> str:
    """Return the slug that a name gets where `taken` is another's: `c-sharp` for `C#`, beside `c`."""
    return next(slug for slug in _candidates(identity_of(name), name) if slug != taken.lower())


def _candidates(identity: str, spelling: str) -> Iterator[str]:
    yield slug_of(spelling)
    spelled = slug_of(_spell_out(identity))
    yield spelled
    digest = hashlib.sha256(identity.encode()).hexdigest()
    for length in range(6, len(digest) + 1):
        yield f"{spelled[:_LONGEST_BASE].rstrip('-')}-{digest[:length]}"


def _spell_out(identity: str) -> str:
    """Return a name with its signs as words; a sign without a word is its code point."""
    text = _SHARP_AFTER_A_LETTER.sub(" sharp ", identity)
    return "".join(char if _is_of_a_word(char) else f" {_word_for(char)} " for char in text)


def _is_of_a_word(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] in "LNM"


def _word_for(sign: str) -> str:
    return _WORDS_FOR_SIGNS.get(sign) or f"{ord(sign):x}"
