"""What the words of a message are: the answers to a form, the subject of an answer, or leave to publish."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from caresite.submissions.columns import meaning_of
from caresite.submissions.fold import fold

__all__ = ["filled_in", "is_answer", "is_forwarded", "sounds_like_yes", "without_carriage"]

_LABEL = re.compile(r"^\s{0,3}\*{0,4}([^:=\n]{2,400}?)\*{0,4}\s{0,40}[:=]\s*+(.*)$")
_LONGEST_LABEL = 60
_FEWEST_LABELS = 3
_YES = re.compile(
    r"(?:you (?:may|can|are (?:welcome|free) to)|feel free to|(?:i am |i'm )?happy for you to|i agree that you may"
    r"|go ahead and)\s+(?:\w+\s+){0,3}?(?:publish|print|use|quote|share|post)"
    r"|(?:sie dürfen|du darfst|ihr dürft)\s+(?:\S+\s+){0,6}?(?:veröffentlichen|drucken|verwenden|zitieren)"
    r"|(?:pueden|puedes|puede)\s+(?:publicar|usar|citar)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*")


# what mail programs put before the subject of an answer, and of a letter that was forwarded
_ANSWERED = r"\s*(?:re|aw|antw|antwort|sv|r|ref|odp|odpověď|vá|ynt|回复|回覆|答复|返信|회신)\s*(?:\[\d+\])?\s*[:：]\s*"
_FORWARDED = (
    r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|továbbítás|пересл|转发|轉寄|転送|전달)\s*(?:\[\d+\])?\s*[:：]\s*"
)
_ANSWER = re.compile(_ANSWERED, re.IGNORECASE)
_FORWARD = re.compile(_FORWARDED, re.IGNORECASE)
_CARRIED = re.compile(rf"{_ANSWERED}|{_FORWARDED}|\s*vs\s*:\s*", re.IGNORECASE)  # `VS:` is one or the other


def is_answer(subject: str) -> bool:
    """Tell whether a subject is that of an answer."""
    return _ANSWER.match(subject) is not None


def is_forwarded(subject: str) -> bool:
    """Tell whether a subject is that of a letter that was forwarded."""
    return _FORWARD.match(subject) is not None


def without_carriage(subject: str) -> str:
    """Return a subject without what mail programs put before it, such as `Re:` and `WG:`."""
    start = 0
    while match := _CARRIED.match(subject, start):
        start = match.end()
    return subject[start:]


def filled_in(text: str, sentences: Collection[str] = ()) -> Mapping[str, str]:
    """Return the answers of a message that a form wrote, as `Label: value` lines; nothing when it is a letter.

    A value may go on over several lines, up to the next label that we know; in a story, only those end it.
    `sentences` are further labels, folded: those beside the boxes of consent.
    """
    fields: dict[str, str] = {}
    current = ""
    known = 0
    for line in text.split("\n"):
        label, value = _label(line, sentences)
        is_known = bool(label) and (bool(meaning_of(label)) or _is_sentence(label, sentences))
        is_other = bool(label and current) and meaning_of(current) != "story" and _is_label(label)
        if label and label not in fields and (is_known or is_other):
            current = label
            known += is_known
            fields[current] = value
        elif current:
            fields[current] = f"{fields[current]}\n{line.rstrip()}".strip("\n")
        elif line.strip():
            return {}
    return {name: value.strip() for name, value in fields.items()} if known >= _FEWEST_LABELS else {}


def _label(line: str, sentences: Collection[str]) -> tuple[str, str]:
    match = _LABEL.match(line)
    if not match:
        return "", ""
    label = match[1].strip().removesuffix("?").strip()
    return (label, match[2].strip()) if len(label) <= _LONGEST_LABEL or _is_sentence(label, sentences) else ("", "")


def _is_sentence(label: str, sentences: Collection[str]) -> bool:
    words = fold(label)
    return any(words == sentence or words.startswith(f"{sentence} ") for sentence in sentences)


def _is_label(text: str) -> bool:
    return len(text.split()) <= 6 and text[:1].isupper() and "http" not in text.lower()


def sounds_like_yes(text: str) -> str:
    """Return the sentence that sounds like leave to publish, or nothing. It proves something; it grants nothing."""
    match = _YES.search(text)
    if not match:
        return ""
    start = max(text.rfind(mark, 0, match.start()) for mark in ".!?\n") + 1
    end = _SENTENCE.match(text, match.end())
    return " ".join(text[start : end.end() if end else match.end()].split())[:300]
