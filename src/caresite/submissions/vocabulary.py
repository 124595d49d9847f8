"""The words of our own forms in every language: they come back as labels and answers, in letters for instance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from caresite.core.values import plain, read_yaml
from caresite.submissions.fold import fold

__all__ = ["answers_by_words", "questions_by_words", "without_numbers"]

_WORDS = Path(__file__).parent / "words"


@lru_cache(maxsize=1)
def _tables() -> tuple[Mapping[str, str], ...]:
    tables = (plain(read_yaml(path.read_text("utf-8"), path.name)) for path in sorted(_WORDS.glob("*.yaml")))
    return tuple({str(key): str(words) for key, words in table.items()} for table in tables)


def without_numbers(words: str) -> str:
    """Return folded words with each number as `0`, as an age in a question may be any."""
    return re.sub(r"\d+", "0", words)


@lru_cache(maxsize=1)
def questions_by_words() -> Mapping[str, str]:
    """Return our questions by what they are called on a page, folded and without numbers."""
    found: dict[str, str] = {}
    for table in _tables():
        for key, words in table.items():
            if key.startswith("ask_") and not key.endswith("_hint"):
                found[without_numbers(fold(words.replace("{age}", "0")))] = key.removeprefix("ask_")
    return found


@lru_cache(maxsize=8)
def answers_by_words(question: str) -> Mapping[str, str]:
    """Return the answers to choose from by what they are called on a page, folded, and by their own names."""
    found: dict[str, str] = {}
    for table in _tables():
        for key, words in table.items():
            if key.startswith(f"{question}_"):
                answer = key.removeprefix(f"{question}_")
                found[fold(words)] = found[fold(answer)] = answer
    return found
