"""Patience: trying again when a line breaks or a host asks to wait, and giving up in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from caresite.core.numbers import capped_number

__all__ = ["ATTEMPTS", "LONGEST_WAIT_S", "asked_wait", "patiently", "pause_after"]

T = TypeVar("T")

ATTEMPTS = 4
LONGEST_WAIT_S = 120.0
_PAUSES_S = (0.5, 2.0, 5.0)


def pause_after(attempt: int) -> float:
    """Return how many seconds to wait after an attempt that failed; the first is 0."""
    return _PAUSES_S[min(attempt, len(_PAUSES_S) - 1)]


def asked_wait(headers: Mapping[str, str]) -> float:
    """Return for how many seconds an answer asks to stay away, by `Retry-After` (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal() and value.isascii():
        return float(capped_number(value))
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return _PAUSES_S[-1]


def patiently(
    call: Callable[[], T],
    passing: Callable[[Exception], bool],
    sleep: Callable[[float], None],
) -> T:
    """Return what `call` does; it is called again, with a pause between, while its fault is one that may pass."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return call()
        except Exception as error:
            if not passing(error):
                raise
        sleep(pause_after(attempt))
    return call()
