"""Dates as people write them: every shape found in real front matter becomes an aware datetime."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

__all__ = ["parse_date"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAY = r"(?:[a-z]{3,9},? )?"
_TIME = (
    r"(?:(?:[T ]|,? at |, )\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[ap]\.?m\.?|Uhr\b)?)?"
)
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}:?\d{2}|[+-]\d{1,2})?"
_SHAPES = tuple(
    re.compile(rf"{date}{_TIME}{_ZONE}", re.IGNORECASE)
    for date in (
        r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_WEEKDAY}(?P<name>[a-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
        # with dots, the day comes first wherever it is not the year (CLDR has no language with month.day.year)
        r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4})",
        r"(?P<year>\d{4})\. (?P<month>\d{1,2})\. (?P<day>\d{1,2})\.?",
        r"(?P<year>\d{4})年 ?(?P<month>\d{1,2})月 ?(?P<day>\d{1,2})日",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)?[ -](?P<name>[a-z]{{3,9}})\.?,?[ -](?P<year>\d{{4}})",
    )
)
_COMMENT = re.compile(r"(?<=\d) \([^()]{1,60}\)$")  # the name of the zone, which JavaScript writes behind its offset
_AMBIGUOUS = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})\b")


def parse_date(text: str, zone: tzinfo) -> datetime:
    """Return the moment that `text` names, aware; without a zone it is read in `zone`, without a time as midnight.

    Understands ISO 8601 and its looser relatives (`2024-1-25`, `2015-06-29 3:30:00 -0500`, `…T20:26:28.000Z`),
    RFC 5322 (`Thu, 17 May 2018 10:00:00 +0000`), written months (`May 17, 2018`) and dots (`17.05.2018`, day first).
    Raises ValueError, whose text is for people, for anything else, also for dates such as `05/03/2024` whose
    order of day and month nobody can know, and for days that do not exist.
    """
    stripped = _COMMENT.sub("", " ".join(text.split()))
    for shape in _SHAPES:
        match = shape.fullmatch(stripped)
        if match and (month := _month(match.groupdict())):
            return _moment(match.groupdict(), month, zone)
    if _AMBIGUOUS.match(stripped):
        raise ValueError("day and month cannot be told apart; write it as YYYY-MM-DD")
    raise ValueError("it is not a date; write it as YYYY-MM-DD, or YYYY-MM-DD HH:MM")


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("name")
    return _MONTHS.get(name.lower(), 0) if name else int(parts["month"] or 0) or 13


def _moment(parts: dict[str, str | None], month: int, zone: tzinfo) -> datetime:
    hour = int(parts["hour"] or 0)
    if (half := parts["half"]) and half.lower() != "uhr":
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} o’clock {half} does not exist")
        hour = hour % 12 + (12 if half.lower().startswith("p") else 0)
    year = int(parts["year"] or 0)
    if not 1000 <= year <= 9000:
        raise ValueError(f"the year {year} is out of range")
    try:
        return datetime(
            year,
            month,
            int(parts["day"] or 0),
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int((parts["fraction"] or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(parts["zone"], zone),
        )
    except ValueError as error:
        reason = "that day does not exist" if "day" in str(error) else str(error)
        raise ValueError(reason) from None


def _zone(text: str | None, default: tzinfo) -> tzinfo:
    if not text:
        return default
    digits = text.upper().removeprefix("UTC").removeprefix("GMT")
    if digits in ("", "Z"):
        return UTC
    if len(digits) <= 3:
        hours, minutes = int(digits[1:]), 0
    else:
        hours, minutes = int(digits[1:].replace(":", "")[:-2]), int(digits[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError(f"the offset {text} does not exist")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if digits[0] == "-" else offset)
