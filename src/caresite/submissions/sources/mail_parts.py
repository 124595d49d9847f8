"""A mail message taken apart: headers, text and pictures, out of whatever mail programs have made of the rules.

Messages are read with the oldest rules of the standard library, which keep what they do not understand; the stricter
ones raise on headers that real mail has. Nothing of a message becomes a header or a file name of ours.
"""

from __future__ import annotations

import base64
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
from caresite.submissions.html_text import read_letter_page
from caresite.submissions.sources.encodings import decoded

__all__ = [
    "Address",
    "Part",
    "Parts",
    "address_in",
    "date_in",
    "header",
    "leaves",
    "parse_message",
    "part_bytes",
    "parts_of",
]

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
    """What a message holds.

    `is_marked` tells that `>` was put before what a page marks as quoted; `letters` are messages that are attached;
    `has_other` tells of text that only a certain program can read (winmail.dat).
    """

    text: str
    files: tuple[Part, ...] = ()
    letters: tuple[Message, ...] = ()
    signature: str = ""
    is_marked: bool = False
    has_other: bool = False


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
    return next((label for part in leaves(message) if (label := _charset(part))), "")


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
    """Return what a message holds; its text is the plain text, else that of its pages, else a file of plain text."""
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": [], "attached": []}
    files: list[Part] = []
    letters: list[Message] = []
    has_other = False
    for part in leaves(message):
        kind, name = part.get_content_type(), clean_line(_file_name(part), 120)
        is_attached = str(part.get("Content-Disposition") or "").lower().startswith("attachment")
        if kind in ("text/plain", "text/html") and not (is_attached and name):
            texts[kind].append(_text_of_part(part))
        elif kind == "application/ms-tnef" or name.lower() == "winmail.dat":
            has_other = True
        elif letter := _attached_letter(part, name):
            letters.append(letter)
        elif part.get_content_maintype() not in ("multipart", "message"):
            files.append(Part(name, kind, part_bytes(part)))
            if kind == "text/plain":
                texts["attached"].append(_text_of_part(part))
    found = Parts("", tuple(files), tuple(letters), has_other=has_other)
    if text := _joined(texts["text/plain"]):
        return found._replace(text=text)
    pages = [read_letter_page(page) for page in texts["text/html"]]
    if text := _joined(page.text for page in pages):
        signature = _joined(page.signature for page in pages)
        return found._replace(text=text, signature=signature, is_marked=any(page.is_marked for page in pages))
    rest = tuple(file for file in files if file.type != "text/plain") if texts["attached"] else tuple(files)
    return found._replace(text=_joined(texts["attached"]), files=rest)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text.strip() for text in texts if text.strip())


def _attached_letter(part: Message, name: str) -> Message | None:
    """Return the message that a part is, in whichever way programs attach one; None for any other part."""
    if part.get_content_type() == "message/rfc822" and (inside := _inside(part)):
        inner = inside[0]
        if inner.keys():
            return inner
        data = _unpacked(inner)
    elif name.lower().endswith(".eml"):
        data = part_bytes(part)
    else:
        return None
    letter = parse_message(data)
    return letter if letter is not None and letter.keys() else None


def _inside(part: Message) -> list[Message]:
    """Return the parts of a part. The payload of any other is text, decoded by whichever codec its label names."""
    payload = part.get_payload() if part.is_multipart() else ()
    return [inner for inner in payload if isinstance(inner, Message)]


def _unpacked(inner: Message) -> bytes:
    """Return the bytes of a message that was attached in Base64, which is forbidden and done (RFC 2046, 5.2.1)."""
    try:
        return base64.b64decode(part_bytes(inner))
    except ValueError:
        return b""


def leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something, in order. A message inside the message is one: somebody else wrote it."""
    stack: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while stack and count < _MOST_PARTS:
        part, depth = stack.pop()
        count += 1
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            if depth < _DEEPEST:
                stack.extend((inner, depth + 1) for inner in reversed(_inside(part)))
        else:
            yield part


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


def part_bytes(part: Message) -> bytes:
    """Return what a part holds, decoded."""
    try:
        data = part.get_payload(decode=True)
        return data if isinstance(data, bytes) else b""
    except Exception:  # as above; a part that says it is encoded, and is not
        pass
    try:
        raw = part.get_payload()
        return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
    except Exception:  # its label names a codec that raises
        return b""


def _text_of_part(part: Message) -> str:
    """Return the text of a part by its label; a page without one may name its own."""
    data, label = part_bytes(part), _charset(part)
    if not label and part.get_content_type() == "text/html" and (match := _META.search(data[:4096])):
        label = match[1].decode("ascii", "replace")
    return decoded(data, label)


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except Exception:  # as above
        return ""
