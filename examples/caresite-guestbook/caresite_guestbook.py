"""A source of stories: the guestbook on the counter. A tablet writes each entry as a few lines, with a line of `***`.

2026-10-01 10:15
Ada Quill
They came at five.
***
"""

from __future__ import annotations

from caresite.core.codes_stories import UNREADABLE_EXPORT
from caresite.core.diagnostics import Span, fault
from caresite.submissions.entries import Answers, Intake, Received, collect
from caresite.submissions.sources.encodings import text_of
from caresite.submissions.sources.registry import SourceKind

__all__ = ["SOURCE", "read"]


def read(data: bytes, intake: Intake) -> Received:
    """Return the entries of a guestbook; one without three lines is told by where it begins."""
    text, told = text_of(data, intake.shown)
    found, faults, line = [], list(told), 1
    for entry in text.split("***\n"):
        lines = entry.strip().split("\n", 2)
        if len(lines) == 3:
            when, who, words = lines
            fields = {"name": who, "story": words}
            found.append(
                Answers(
                    source="guestbook",
                    fields=fields,
                    received=when,
                    raw=entry.encode(),
                    span=Span(intake.shown, line),
                )
            )
        elif entry.strip():
            faults.append(fault(UNREADABLE_EXPORT, Span(intake.shown, line), "an entry has a day, a name and words"))
        line += entry.count("\n") + 1
    return collect(found, intake, faults)


SOURCE = SourceKind(name="guestbook", read=read, suffixes=(".guestbook",))
