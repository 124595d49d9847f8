"""Every fault against the rules for words of customers that no other list has, by its stable code.

K2 are rules for words that are shown, Q2 for quotes, J1 for structured data, R1 for the best stories of a year, S5 for
what only the private store can tell. Which rule asks for which code stands in `core.rules`.
"""

from __future__ import annotations

from caresite.core.diagnostics import Code

BAD_COUNT = Code(
    "R101",
    "bad-count",
    "error",
    "A file of votes or of settled places holds what is no count.",
    "Have it written by `caresite stories votes` or `caresite stories best`.",
)
BAD_RANKING = Code(
    "R102",
    "bad-ranking",
    "error",
    "A ranking in the config cannot work.",
    "Name it by its year, `2026:`, and say its `method`.",
)
UNSETTLED_YEAR = Code(
    "R103",
    "unsettled-year",
    "warning",
    "A year is over, and its places could still change.",
    "Run `caresite stories best YEAR --settle`, and commit the file that it writes.",
)
PLACE_TAKEN_BACK = Code(
    "R104",
    "place-taken-back",
    "note",
    "A story that had a place is not on the site any more; its place stays empty.",
    "Nothing has to be done. Take its line out of the file, if not even its number shall be left.",
)
