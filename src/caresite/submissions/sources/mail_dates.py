"""The day and time in the header of a quoted letter, as mail programs write them in the language of their user."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache

from caresite.submissions.answers import Order
from caresite.submissions.fold import fold

__all__ = ["moment_in"]

_LANGUAGES = "en de fr es it nl pt sv da nb fi pl cs sk hu ro ru uk el tr bg sl et ca".split()  # noqa: SIM905
_YEAR_FIRST = re.compile(r"\b(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})")
_DAY_OR_MONTH_FIRST = re.compile(r"\b(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DAY = re.compile(r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th|er|º|ª)?(?![\d:])\b")
_TIME = re.compile(
    r"(?<!\d)([01]?\d|2[0-3])\s?[:.h時时시]\s?([0-5]\d)(?::([0-5]\d))?\s?(?:분|分)?\s*([AP]\.?M\.?\b)?", re.IGNORECASE
)
_AFTERNOON = re.compile(r"下午|午後|오후")
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{2}):?(\d{2})\b")
_BY_RULE = re.compile(r"\d\d:\d\d(?::\d\d)? [+-]\d{4}\b")  # RFC 5322
_WORD = re.compile(r"[^\W\d_]+")


def moment_in(text: str, zone: tzinfo, order: Order = "") -> datetime | None:
    """Return the moment that `text` names, read in `zone` if it has none of its own; None when nobody can tell.

    `order` says how `02/03/2026` is meant.
    """
    if _BY_RULE.search(text):
        try:
            moment = parsedate_to_datetime(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    found = _TIME.search(_DAY_OR_MONTH_FIRST.sub(lambda m: " " * len(m[0]), text))
    without_time = text if not found else f"{text[: found.start()]} {text[found.end() :]}"
    for year, month, day in _days_in(without_time, text, order):
        try:
            moment = datetime(year, month, day, tzinfo=zone)
        except ValueError:
            continue
        return moment.replace(tzinfo=_zone_in(text) or zone) + _time_of(found, text)
    return None


def _days_in(text: str, whole: str, order: Order) -> Iterator[tuple[int, int, int]]:
    """Yield what may be the year, month and day."""
    if match := _YEAR_FIRST.search(whole):
        yield int(match[1]), int(match[2]), int(match[3])
    if match := _DAY_OR_MONTH_FIRST.search(whole):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if year < 100 else 0
        if match[2] == "." or order == "day-first" or first > 12 or first == second:
            yield year, second, first
        elif order == "month-first" or second > 12:
            yield year, first, second
        return
    year_found = _YEAR.search(text)
    months = [number for word in _WORD.findall(text) if (number := _months().get(fold(word), 0))]
    if year_found and months:
        rest = f"{text[: year_found.start()]} {text[year_found.end() :]}"
        if day := _DAY.search(rest):
            yield int(year_found[0]), months[0], int(day[1])


def _time_of(match: re.Match[str] | None, text: str) -> timedelta:
    if match is None:
        return timedelta()
    hour, half = int(match[1]), (match[4] or "").lower()
    if hour <= 12 and (half or _AFTERNOON.search(text)):
        hour = hour % 12 + (12 if half.startswith("p") or _AFTERNOON.search(text) else 0)
    return timedelta(hours=hour, minutes=int(match[2]), seconds=int(match[3] or 0))


def _zone_in(text: str) -> tzinfo | None:
    if match := _OFFSET.search(text):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset) if offset < timedelta(hours=24) else None
    return UTC if re.search(r"\b(?:GMT|UTC)\b(?!\s?[+-])", text) else None


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    """Return months by their names; a name that means two months in two languages is none."""
    from babel import Locale

    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        names = Locale(language).months
        for context, width in (
            ("format", "wide"),
            ("format", "abbreviated"),
            ("stand-alone", "wide"),
            ("stand-alone", "abbreviated"),
        ):
            for number, name in names[context][width].items():
                for word in name.split():
                    found.setdefault(fold(word), set()).add(number)
    return {word: next(iter(numbers)) for word, numbers in found.items() if len(numbers) == 1 and not word.isdigit()}
