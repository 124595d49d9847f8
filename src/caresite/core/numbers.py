"""Numbers that people and programs write as text, however long they are.

Python refuses to read more than 4,300 digits, and takes digits such as `²` for digits that it then cannot read.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

__all__ = ["MOST_DIGITS", "capped_number", "integer_of", "percent_text", "rounded", "whole_number"]

MOST_DIGITS = 15  # such a number is exact in JSON, in SQLite and as a float


def whole_number(text: str) -> int | None:
    """Return the number that `text` writes in the digits 0 to 9; None for anything else, and for a longer one."""
    digits = text.lstrip("0") or text[:1]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS else None


def integer_of(text: str) -> int:
    """Return the whole number that `text` writes, also as some programs do: `4.0`. Raises ValueError."""
    return int(re.sub(r"(?<=\d)\.0*$", "", text))


def capped_number(digits: str) -> int:
    """Return the number that `digits` write, or a very large one where there are too many of them."""
    number = whole_number(digits)
    return 10**MOST_DIGITS if number is None else number


def rounded(number: float | Fraction, digits: int = 0) -> float:
    """Return `number` with so many decimals, a half rounded up, as people are taught: 4.25 is 4.3, not 4.2.

    A `Fraction` is rounded as it is, a float as it is printed.
    """
    exact = Decimal(number.numerator) / number.denominator if isinstance(number, Fraction) else Decimal(repr(number))
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def percent_text(share: float) -> str:
    """Return a share of 1 as a whole percentage, for the terminal."""
    return f"{rounded(share * 100):.0f}%"
