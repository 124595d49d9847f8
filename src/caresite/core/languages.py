"""Languages: what follows from a language tag (BCP 47), whichever part of caresite asks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

__all__ = ["direction_of", "with_letters_written_out", "with_shorter"]

Direction = Literal["ltr", "rtl"]

# The scripts that are written from right to left, by their codes (ISO 15924, Unicode `Bidi_Class` R and AL).
_RIGHT_TO_LEFT = re.compile(
    "adlm|ara[bn]|armi|avst|chrs|cprt|elym|gara|hatr|hebr|hung|khar|lydi|man[di]|mend|mer[co]|narb|nbat|nkoo|orkh|ougr"
    "|palm|phl[ip]|phnx|prti|rohg|samr|sarb|sog[do]|syr[cejn]|thaa|todr|yezi",
    re.IGNORECASE,
)
_WRITTEN_OUT = {"de": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})}
_SCRIPT = re.compile(r"[A-Za-z]{4}")
_REGION = re.compile(r"[A-Za-z]{2}|\d{3}")


def with_shorter(tag: str) -> Iterator[str]:
    """Yield a tag in small letters, then what it is a variety of: `zh-hant-tw`, `zh-hant`, `zh`."""
    shorter = tag.lower().replace("_", "-")
    while shorter:
        yield shorter
        shorter = shorter.rpartition("-")[0]


def with_letters_written_out(text: str, tag: str) -> str:
    """Return `text` with letters of a language as its speakers write them in ASCII: `ü` as `ue` in German."""
    letters = next((_WRITTEN_OUT[shorter] for shorter in with_shorter(tag) if shorter in _WRITTEN_OUT), {})
    return unicodedata.normalize("NFC", text).translate(letters)


@lru_cache(maxsize=256)
def direction_of(tag: str) -> Direction:
    """Return the direction that a language is written in: that of the script its tag names, else of its usual one."""
    language, *rest = tag.replace("_", "-").split("-")
    script = next((part for part in rest if _SCRIPT.fullmatch(part)), "")
    region = next((part for part in rest if _REGION.fullmatch(part)), "")
    script = script or _usual_script(language.lower(), region.upper())
    return "rtl" if _RIGHT_TO_LEFT.fullmatch(script) else "ltr"


def _usual_script(language: str, region: str) -> str:
    """Return the script that the Unicode CLDR expects of a language, or of it in a region; empty when it knows none."""
    from babel.core import get_global  # here, as builds with nothing to do load no Babel

    likely, names = get_global("likely_subtags"), get_global("language_aliases")
    known = likely.get(f"{language}_{region}") or likely.get(language) or likely.get(names.get(language, ""), "")
    return next((part for part in known.split("_")[1:] if _SCRIPT.fullmatch(part)), "")
