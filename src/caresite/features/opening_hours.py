"""Opening hours: lines such as “Monday to Friday, 8.30 to 17.30”, read as schema.org writes them.

A line is read only when it says nothing but days and hours, and when no hour could be meant another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from caresite.pipeline.words import locale_of

__all__ = ["opening_hours"]

_CODES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_WORD = re.compile(
    r"(?P<time>(?P<hour>\d{1,2})(?:[.:h](?P<minute>[0-5]\d))?\s*(?:(?P<half>[ap])\.?m\b\.?|uhr\b|h\b)?)"
    r"|(?P<name>[^\W\d_]+)|(?P<mark>[–—,;:&-])|(?P<blank>[\s.]+)",
    re.IGNORECASE,
)
_BETWEEN = frozenset(("–", "—", "-", "to", "until", "till", "through", "bis", "a", "hasta"))
_ALSO = frozenset((",", ";", ":", "&", "and", "und", "y"))
_NEITHER = frozenset(("from", "von", "de", "las", "uhr"))
_DAY = f"(?:{'|'.join(_CODES)})"
_TIME = r"\d{2}:\d{2}[ap~]?"
_LINE = re.compile(rf"({_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*),?({_TIME}-{_TIME}(?:,{_TIME}-{_TIME})*)")


def opening_hours(line: str, language: str) -> tuple[str, ...]:
    """Return `Mo-Fr 08:30-17:30` for a line, one for each span of hours; nothing for a line that is not plain."""
    found = _LINE.fullmatch("".join(_tokens(line, language)))
    if found is None:
        return ()
    spans = [_span(*span.split("-")) for span in found[2].split(",")]
    return tuple(f"{found[1]} {span}" for span in spans) if all(spans) else ()


def _tokens(line: str, language: str) -> Iterable[str]:
    """Yield the parts of a line: day codes, times, `-` and `,`; a `?` for anything else."""
    place = 0
    while place < len(line):
        part = _WORD.match(line, place)
        if part is None:
            yield "?"
            return
        place = part.end()
        if part["time"]:
            yield _time(part)
        elif not part["blank"]:
            yield _word((part["name"] or part["mark"]).casefold(), language)


def _time(part: re.Match[str]) -> str:
    """Return `HH:MM`, with `a` or `p` for the half of the day, or `~` when the hour may be meant in either."""
    open_to_doubt = len(part["hour"]) == 1 and int(part["hour"]) > 0
    half = part["half"].lower() if part["half"] else "~" if open_to_doubt else ""
    return f"{int(part['hour']):02}:{part['minute'] or '00'}{half}"


def _word(word: str, language: str) -> str:
    days = _day_names(language)
    day = days.get(word) or days.get(word.removesuffix("s"))
    if day:
        return day
    return "-" if word in _BETWEEN else "," if word in _ALSO else "" if word in _NEITHER else "?"


@lru_cache(maxsize=8)
def _day_names(language: str) -> dict[str, str]:
    """Return the codes of days by their names, long and short, in `language`, English and schema.org's own."""
    names = {code.casefold(): code for code in _CODES}
    for tag in ("en", language):
        days = locale_of(tag).days
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                table = days[form].get(width, {})
                names |= {name.casefold().strip("."): _CODES[number] for number, name in table.items()}
    return names


def _span(opens: str, closes: str) -> str:
    """Return the hours between two times by the clock of 24 hours, or nothing when they could be others."""
    start, end = _minutes(opens), _minutes(closes)
    if closes[-1] == "p" and opens[-1] == "~" and start % 720 < end % 720:
        start += 720  # “1 to 5 pm” is all in the afternoon, “9 to 5 pm” is not
    halves = opens[-1] in "ap" and closes[-1] == "~"  # “9 am to 5” says one half of the day and not the other
    certain = closes[-1] in "ap" or opens[-1] != "~" or end >= 720
    if halves or not certain or not start < end <= 24 * 60:
        return ""
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _minutes(time: str) -> int:
    hour, minute = int(time[:2]), int(time[3:5])
    if time[-1] in "ap":
        hour = hour % 12 + (12 if time[-1] == "p" else 0)
    return hour * 60 + minute
