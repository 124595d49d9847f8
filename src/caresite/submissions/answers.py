"""Answers as people and foreign tools write them: a rating, a date, a yes, how a name is shown.

Each function takes the text as it came and says what it means, or that it cannot know; nothing is guessed that
would speak for the person who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from caresite.core.dates import parse_date
from caresite.kinds.testimonial import DISPLAYS, Display
from caresite.submissions.fold import clean_line, clean_text, fold
from caresite.submissions.records import RELATIONS, Relation
from caresite.submissions.vocabulary import answers_by_words

__all__ = [
    "AmbiguousDate",
    "Order",
    "display_of",
    "email_of",
    "is_yes",
    "moment_of",
    "rating_of",
    "relation_of",
    "said_with_yes",
    "was_given",
    "web_address",
]

Order = Literal["day-first", "month-first", "excel-serial", ""]
# yes where the word means nothing else in another language, and what boxes send; what is not here is no yes
_YES = frozenset(
    (
        *("yes", "y", "true", "on", "1", "x", "checked", "ok", "agree", "agreed", "granted"),
        *("✓", "✔", "☑", "✅"),
        *("ja", "oui", "si", "sim", "igen", "kyllä"),
        *("i agree", "yes i agree", "i consent", "yes i consent", "yes please", "yes you may", "yes of course"),
        *("einverstanden", "ich stimme zu", "ja ich stimme zu", "ja gerne", "ja bitte", "ja einverstanden"),
        *("acepto", "si acepto", "de acuerdo", "estoy de acuerdo", "si estoy de acuerdo", "si claro"),
        *("j accepte", "oui j accepte", "d accord", "oui d accord", "je suis d accord", "oui je suis d accord"),
    )
)
_YES_FOLDED = frozenset(fold(word) for word in _YES) - {""}
_NO = frozenset(
    (
        *("", "no", "n", "false", "off", "0", "nein", "non", "nao", "nej", "nee", "nie", "-", "denied", "unchecked"),
        *(
            "no thanks",
            "no thank you",
            "i disagree",
            "disagree",
            "no i disagree",
            "i do not agree",
            "no i do not agree",
        ),
        *("i don t agree", "i do not consent", "i don t consent", "please don t", "please do not", "rather not"),
        *("nein danke", "lieber nicht", "nicht einverstanden", "ich stimme nicht zu", "nein ich stimme nicht zu"),
        *("no gracias", "no acepto", "no estoy de acuerdo", "non merci", "je refuse", "je n accepte pas"),
    )
)
_NOTHING = re.compile(
    r"(?:(?:no|nope|nein|non) )?"
    r"(?:(?:nothing|not|none)(?: at all| whatsoever)?|(?:gar |uberhaupt )?nichts|nada(?: de nada)?|rien)"
    r"|no i (?:did not|didn t|have not|haven t)|nein habe ich nicht"
)
_YES_AND_MORE = re.compile(r"(?:yes|ja|s[ií]|oui)\s*[,;:.–—-]\s*(\S.*)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![^\s@<>()\[\],;:\"\\])[^\s@<>()\[\],;:\"\\]++@[\w-]+(?:\.[\w-]+)+")
_WORD_RATINGS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_RATING = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s*(?:(?:/|of|out of|von|de|sur)\s*(\d{1,3}))?\s*"
    r"(?:stars?|sternen?|estrellas?|étoiles?|★|⭐)?"
)
_STARS = re.compile("([★⭐\ufe0f]+)([☆✩\ufe0f]*)")
_SLASHED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(.*)", re.DOTALL)
_SERIAL = re.compile(r"\d{1,6}(?:[.,]\d{1,12})?")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # day 0 for all days after 28 February 1900
_GMT = re.compile(r"\b(?:GMT|UTC)([+-]\d{1,2})$")
_DISPLAYS: dict[str, Display] = {
    "full name": "full",
    "first": "first-name",
    "first name only": "first-name",
    "first name and initial": "first-initial",
    "job": "role",
    "only my role": "role",
    "no name": "anonymous",
    "none": "anonymous",
}
_RELATIONS: dict[str, Relation] = {
    "staff": "employee",
    "former employee": "ex-employee",
    "friend": "family",
}


def is_yes(text: str, also: Iterable[str] = ()) -> bool | None:
    """Tell whether an answer says yes, or no; None when it is neither, which never counts as a yes.

    `also` are answers that mean yes in this form, such as the sentence beside its box.
    """
    words = fold(text)
    marks = clean_text(text).casefold()
    if words in {fold(answer) for answer in also if answer.strip()}:
        return True
    if words in _YES_FOLDED or marks in _YES:
        return True
    return False if words in _NO or marks in _NO else None


def was_given(text: str) -> bool | None:
    """Tell whether somebody got something for their words, as people answer that; None when it is neither."""
    if _NOTHING.fullmatch(fold(text)):
        return False
    return True if said_with_yes(text) else is_yes(text)


def said_with_yes(text: str) -> str:
    """Return what somebody says besides their yes: “a free loaf” of “Yes, a free loaf”; nothing without one."""
    match = _YES_AND_MORE.fullmatch(clean_line(text, 300))
    return match[1] if match else ""


def rating_of(text: str) -> float | None:
    """Return a rating of 1 to 5; a text that says none is None. Raises ValueError for what is no such rating."""
    words = clean_line(text)
    if not words:
        return None
    if stars := _STARS.fullmatch(words.replace(" ", "")):
        return _in_bounds(float(sum(c in "★⭐" for c in stars[1])), words)
    if words.casefold() in _WORD_RATINGS:
        return float(_WORD_RATINGS[words.casefold()])
    match = _RATING.fullmatch(words.casefold())
    if not match or (match[2] and int(match[2]) != 5):
        raise ValueError(f"“{words}” is not a rating from 1 to 5")
    return _in_bounds(float(match[1].replace(",", ".")), words)


def _in_bounds(rating: float, words: str) -> float:
    if not 1 <= rating <= 5:
        raise ValueError(f"“{words}” is not a rating from 1 to 5")
    return rating


class AmbiguousDate(ValueError):
    """A date whose day and month nobody can tell apart."""


def moment_of(text: str, zone: tzinfo, order: Order = "") -> datetime:
    """Return the moment that `text` names; without a zone of its own it is read in `zone`.

    Raises AmbiguousDate for `05/03/2024` unless `order` says how it is meant, ValueError for what is no date or
    does not exist; both say why.
    """
    words = _GMT.sub(r"\1", clean_line(text).removeprefix("'"))
    if _SERIAL.fullmatch(words):
        return _moment_of_serial(words, zone, order)
    match = _SLASHED.fullmatch(words)
    if match is None:
        return parse_date(words, zone)
    first, second, year, rest = int(match[1]), int(match[3]), match[4], match[5]
    if not order and match[2] == ".":
        order = "day-first"  # as in parse_date
    if first > 12 or second > 12:
        plain: Order = "day-first" if first > 12 else "month-first"
        if order in ("day-first", "month-first") and order != plain:
            raise ValueError(f"“{words}” does not fit `date_order: {order}`")
        order = plain
    if order not in ("day-first", "month-first") and first != second:
        raise AmbiguousDate(f"nobody can tell whether {first} or {second} is the day in “{words}”")
    day, month = (first, second) if order == "day-first" else (second, first)
    return parse_date(f"{year}-{month:02}-{day:02}{rest}", zone)


def _moment_of_serial(words: str, zone: tzinfo, order: Order) -> datetime:
    """Return the moment that Excel means by a number of days, if the owner says that it is one."""
    if order != "excel-serial":
        raise ValueError(
            "it is a number; if it is Excel’s number of days, add `date_order: excel-serial` to the source"
        )
    days = float(words.replace(",", "."))
    if not 20_000 <= days < 100_000:
        raise ValueError("as Excel’s number of days, it is before 1954 or after 2173")
    local = _EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))
    return local.replace(tzinfo=zone)


def display_of(text: str) -> Display | None:
    """Return how a name is to be shown; None when the answer does not say."""
    words = fold(text)
    said = answers_by_words("display").get(words, "")
    return said if said in DISPLAYS else _DISPLAYS.get(words)  # type: ignore[return-value]


def relation_of(text: str) -> Relation | None:
    """Return how somebody is tied to the firm; None when the answer does not say."""
    words = fold(text)
    said = answers_by_words("relation").get(words, "")
    return said if said in RELATIONS else _RELATIONS.get(words)  # type: ignore[return-value]


def email_of(text: str) -> str:
    """Return the first e-mail address in `text`, or nothing."""
    match = _ADDRESS.search(clean_line(text, 400))
    return match[0].rstrip(".") if match else ""


def web_address(text: str) -> str:
    """Return an http address as it was written, or nothing for what would run code or is none."""
    words = clean_line(text, 500)
    if re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#]\S*)?", words, re.IGNORECASE):
        words = f"https://{words}"
    return words if re.fullmatch(r"https?://[^\s<>\"'\\]+", words, re.IGNORECASE) else ""
