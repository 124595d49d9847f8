"""Text out of the bytes of an export, whatever program wrote it."""

from __future__ import annotations

from caresite.core.codes_stories import ENCODING_GUESSED, UNREADABLE_EXPORT
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault

__all__ = ["MAX_BYTES", "text_of"]

MAX_BYTES = 100 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def text_of(data: bytes, shown: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text in `data`: UTF-8, UTF-16 with or without its mark, else Windows-1252, which is told.

    Raises Problem for what is no text at all.
    """
    if len(data) > MAX_BYTES:
        message = f"it has {len(data) // 1_048_576} MB; {MAX_BYTES // 1_048_576} MB is the most"
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown), message, hint="export a part of it at a time"))
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _unmarked(data)
    try:
        return data.decode(encoding or "utf-8"), ()
    except UnicodeDecodeError as error:
        if encoding:
            message = f"it begins as {encoding.upper()} and goes on as something else"
            raise Problem(fault(UNREADABLE_EXPORT, Span(shown), message)) from error
    if b"\0" in data[:1000]:
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown), "it is not a text"))
    note = fault(ENCODING_GUESSED, Span(shown), "it is not UTF-8; it was read as Windows-1252")
    return data.decode("cp1252", "replace"), (note,)


def _unmarked(data: bytes) -> str:
    """Return the name of UTF-16 without a mark: every other byte of its Latin letters is zero, and no other one."""
    head = data[:400]
    half = len(head) // 2
    first, second = head[::2].count(0), head[1::2].count(0)
    if half < 4 or max(first, second) < 0.4 * half or min(first, second):
        return ""
    return "utf-16-le" if second > first else "utf-16-be"
