"""A mail message taken apart: headers, text and pictures, out of whatever mail programs have made of the rules.

Messages are read with the oldest rules of the standard library, which keep what they do not understand; the stricter
ones raise on headers that real mail has. Nothing of a message becomes a header or a file name of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import NamedTuple

from caresite.submissions.answers import email_of
from caresite.submissions.fold import clean_line
from caresite.submissions.html_text import text_of_html
from caresite.submissions.sources.encodings import decoded

__all__ = ["Address", "Part", "Parts", "address_in", "date_in", "header", "parse_message", "parts_of"]

_DEEPEST = 1_000
_MOST_PARTS = 2_000
_HEAD = re.compile(rb"(?:[^\r\n]+\r?\n)+")
_LOOSE = re.compile(rb"^([A-Za-z][A-Za-z-]*)[ \t]+:")
_FIELD = re.compile(rb"[!-9;-~]+:")
_ENCODED = r"=\?[^?\s]+\?[bqBQ]\?[^?]*\?="
_ENCODED_RUN = re.compile(rf"{_ENCODED}(?:\s*{_ENCODED})*")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


class Address(NamedTuple):
    """Somebody in a header."""

    name: str
    email: str


class Part(NamedTuple):
    """A file of a message."""

    name: str
    type: str
    data: bytes


class Parts(NamedTuple):
    """What a message holds. `has_other` tells of text that only a certain program can read (winmail.dat)."""

    text: str
    files: tuple[Part, ...]
    has_other: bool


def parse_message(data: bytes) -> Message | None:
    """Return the message in `data`, or None for one that is nested too deeply to be read."""
    try:
        return BytesParser(policy=policy.compat32).parsebytes(_with_plain_head(data))
    except RecursionError:
        return None


def _with_plain_head(data: bytes) -> bytes:
    """Return a message whose head is made of headers: stray lines between them would end it for the parser.

    A space before the colon was once allowed (RFC 5322, 4.5).
    """
    match = _HEAD.match(data)
    if not match:
        return data
    lines = [_LOOSE.sub(rb"\1:", line, count=1) for line in match[0].splitlines(keepends=True)]
    is_header = [line[:1] in b" \t" or bool(_FIELD.match(line)) for line in lines]
    last = max((number for number, good in enumerate(is_header) if good), default=-1)
    kept = [line for number, line in enumerate(lines) if is_header[number] or number > last]
    return b"".join(kept) + data[match.end() :]


# headers


def header(message: Message, name: str) -> str:
    """Return a header as one line of text; of several with one name, the first."""
    return next((clean_line(_decoded(raw), 1000) for raw in _all(message, name)), "")


def _all(message: Message, name: str) -> Iterator[str]:
    """Yield every header of one name as it was written; other ways to ask lose bytes above ASCII."""
    return (_eight_bits(str(raw), message) for key, raw in message.raw_items() if key.lower() == name.lower())


def _decoded(text: str) -> str:
    """Return the words of a header (RFC 2047); what is not encoded as it should be stays as it can be read."""
    return _ENCODED_RUN.sub(_decoded_run, text)


def _decoded_run(match: re.Match[str]) -> str:
    """Return encoded words that follow one another: a letter may begin in one and end in the next."""
    try:
        pieces = decode_header(" ".join(match[0].split()))
        return "".join(p if isinstance(p, str) else decoded(p, charset or "") for p, charset in pieces)
    except Exception:  # the decoder raises half a dozen things on broken words
        return match[0]


def _eight_bits(text: str, message: Message) -> str:
    """Return a header that holds bytes above ASCII, which the parser has put aside as surrogates.

    Such bytes have no label. They are UTF-8 (RFC 6532), or in the encoding of the text below.
    """
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return decoded(text.encode("utf-8", "surrogateescape"), fallback=_label_of_text(message))


def _label_of_text(message: Message) -> str:
    return next((label for part in _leaves(message) if (label := _charset(part))), "")


def address_in(message: Message, *names: str) -> Address:
    """Return the first address in the first of these headers that has one."""
    for name in names:
        for raw in _all(message, name):
            for shown, email in _pairs(raw):
                if found := email_of(email):
                    return Address(clean_line(_decoded(shown), 120), found)
            if found := email_of(_decoded(raw)):
                return Address("", found)
    return Address("", "")


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([text])
    except Exception:  # as above
        return []


def date_in(message: Message) -> datetime | None:
    """Return when the message was sent, else when the last server got it; None when nobody says."""
    stamps = [*_all(message, "Date"), *(raw.rpartition(";")[2] for raw in _all(message, "Received"))]
    for stamp in stamps:
        try:
            moment = parsedate_to_datetime(" ".join(stamp.split()))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


# the body


def parts_of(message: Message) -> Parts:
    """Return the text of a message and its files: plain text, else HTML, else a file of plain text."""
    plain: list[str] = []
    html: list[str] = []
    attached: list[str] = []
    files: list[Part] = []
    has_other = False
    for part in _leaves(message):
        kind, name = part.get_content_type(), clean_line(_file_name(part), 120)
        is_attached = str(part.get("Content-Disposition") or "").lower().startswith("attachment")
        if kind in ("text/plain", "text/html") and not (is_attached and name):
            (plain if kind == "text/plain" else html).append(_text_of_part(part))
        elif kind == "application/ms-tnef" or name.lower() == "winmail.dat":
            has_other = True
        elif part.get_content_maintype() not in ("multipart", "message"):
            files.append(Part(name, kind, _payload(part)))
            if kind == "text/plain":
                attached.append(_text_of_part(part))
    words = _joined(plain) or _joined(map(text_of_html, html))
    if not words and (words := _joined(attached)):
        files = [file for file in files if file.type != "text/plain"]
    return Parts(words, tuple(files), has_other)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text.strip() for text in texts if text.strip())


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the innermost parts in order. A message inside the message is not walked into: it is somebody else's."""
    stack: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while stack and count < _MOST_PARTS:
        part, depth = stack.pop()
        count += 1
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            if depth < _DEEPEST:
                stack.extend((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))
        elif not isinstance(payload, list):
            yield part
        elif depth == 0:  # nothing but a forwarded message: then it is the one that is meant
            stack.extend((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))


def _file_name(part: Message) -> str:
    """Return the name that a part has as a file; names are encoded in two ways (RFC 2231, RFC 2047), or in none."""
    for name, where in (("filename", "Content-Disposition"), ("name", "Content-Type")):
        for raw in _all(part, where):
            try:
                plain = Message()
                plain[where] = raw
                given = plain.get_param(name, None, where)
                if isinstance(given, tuple):
                    return decoded(given[2].encode("latin-1", "replace"), given[0] or "")
                if given:
                    return _decoded(given)
            except Exception:  # as above
                continue
    return ""


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except Exception:  # as above; a part that says it is encoded, and is not
        data = None
    if isinstance(data, bytes):
        return data
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _text_of_part(part: Message) -> str:
    """Return the text of a part by its label; a page without one may name its own."""
    data, label = _payload(part), _charset(part)
    if not label and part.get_content_type() == "text/html" and (match := _META.search(data[:4096])):
        label = match[1].decode("ascii", "replace")
    return decoded(data, label)


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except Exception:  # as above
        return ""
