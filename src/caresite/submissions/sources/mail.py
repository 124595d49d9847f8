"""Mail: messages as files (`.eml`), many in one (`mbox`), or a folder of them (Maildir).

A yes in a letter is evidence, never consent by itself: that takes somebody who reads it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from email.message import Message

from caresite.core.codes_stories import REFUSED_ENTRY
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.submissions.answers import is_yes
from caresite.submissions.entries import Answers, Intake, RawFile, Received, collect
from caresite.submissions.fold import clean_line, clean_text, fold
from caresite.submissions.records import Evidence
from caresite.submissions.sources.mail_parts import Parts, address_in, date_in, header, parse_message, parts_of
from caresite.submissions.sources.mail_words import (
    filled_in,
    is_answer,
    sounds_like_yes,
    what_was_said,
    without_carriage,
)
from caresite.submissions.sources.registry import SourceKind

__all__ = ["SOURCE", "messages_in", "read_mail"]

_MAX_BYTES = 40 * 1024 * 1024
_START = re.compile(rb"(?:\A|\r?\n\r?\n)(?=From [^\r\n]*\r?\n)")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_AUTOMATIC = re.compile(r"auto|bulk|junk|list", re.IGNORECASE)
_MOST_FILES = 10


def read_mail(data: bytes, intake: Intake) -> Received:
    """Return the entries of one message, or of every message of an mbox."""
    diagnostics: list[Diagnostic] = []
    found: list[Answers] = []
    sentences = {fold(s): s for wording in intake.wordings.now.values() for s in wording.purposes.values()}
    for line, message in messages_in(data):
        try:
            found.append(_answers(message, Span(intake.shown, line), sentences))
        except Problem as problem:
            diagnostics.extend(problem.diagnostics)
    return collect(found, intake, diagnostics)


def messages_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the messages of an mbox with their lines, told apart by `From ` lines; else all is one message."""
    if not data.startswith(b"From "):
        yield 0, data
        return
    starts = [match.end() for match in _START.finditer(data)]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        message = data[start:end].partition(b"\n")[2].rstrip(b"\r\n") + b"\n"
        yield data.count(b"\n", 0, start) + 1, re.sub(rb"(?m)^>(>*From )", rb"\1", message)


def _answers(data: bytes, span: Span, sentences: Mapping[str, str]) -> Answers:
    """Return one message as answers. Raises Problem, which names why it cannot be one."""
    if len(data) > _MAX_BYTES:
        raise _refused(span, f"the message has {len(data) // 1_048_576} MB")
    if not _HEADER.match(data.lstrip()[:200]):
        raise _refused(span, "it is not a mail message")
    message = parse_message(data)
    if message is None:
        raise _refused(span, "the message is nested too deeply to be read")
    parts = parts_of(message)
    said = what_was_said(clean_text(parts.text))
    if not said.words.strip("> \n\t"):
        raise _refused(span, _why_empty(parts))
    answers = dict(filled_in(said.words, sentences)) or {"story": said.words}
    yeses = [*_agreed(answers, sentences), sounds_like_yes("\n".join(answers.values()))]
    message_id, digest = header(message, "Message-ID"), hashlib.sha256(data).hexdigest()
    evidence = (Evidence(kind="mail", says=yes, message_id=message_id, sha256=digest) for yes in yeses if yes)
    fields = {**_from_headers(message, has_form="story" not in answers), **answers}
    fields |= {"quoted below": said.quoted, "signature": said.signature}
    return Answers(
        source="email",
        source_id=message_id.strip("<> "),
        fields={name: text for name, text in fields.items() if text},
        received=date_in(message) or "",
        raw=data,
        span=span,
        files=_files(parts),
        evidence=tuple(dict.fromkeys(evidence)),
        marks=_marks(message),
        may_agree=False,
        is_reply=bool(header(message, "In-Reply-To") or header(message, "References"))
        or is_answer(header(message, "Subject")),
    )


def _agreed(answers: dict[str, str], sentences: Mapping[str, str]) -> Iterator[str]:
    """Take the answers to sentences of consent out of `answers`, and yield those that say yes, with the sentence."""
    for label in tuple(answers):
        sentence = next((s for key, s in sentences.items() if fold(label).startswith(key)), "")
        if sentence and is_yes(answers.pop(label)):
            yield f"{sentence} Yes"


def _refused(span: Span, why: str) -> Problem:
    return Problem(fault(REFUSED_ENTRY, span, why))


def _why_empty(parts: Parts) -> str:
    if parts.has_other:
        return "the message holds only `winmail.dat`, which nothing but Outlook can read"
    if parts.files:
        return f"the message holds no words, only {', '.join(f'“{f.name or f.type}”' for f in parts.files[:3])}"
    return "the message holds no words"


def _from_headers(message: Message, *, has_form: bool) -> dict[str, str]:
    """Return what the headers say of the sender. A form's mail is sent by the service; the visitor is in Reply-To."""
    sender = address_in(message, "Reply-To", "From", "Sender", "Return-Path")
    named = address_in(message, "From", "Sender")
    fields = {"email": sender.email, "name": sender.name or ("" if has_form else named.name)}
    subject = header(message, "Subject")
    return fields if has_form else {**fields, "title": clean_line(without_carriage(subject), 200)}


def _files(parts: Parts) -> tuple[RawFile, ...]:
    files = [f for f in parts.files if f.data][:_MOST_FILES]
    return tuple(RawFile(name=f.name, type=f.type, data=f.data, way="mail") for f in files)


def _marks(message: Message) -> tuple[str, ...]:
    """Return what the message says of itself that a customer's letter would not."""
    marks = []
    if header(message, "Auto-Submitted").lower() not in ("", "no") or message.get_content_type() == "multipart/report":
        marks.append("an automatic answer")
    if _AUTOMATIC.search(header(message, "Precedence")) or message.get("List-Unsubscribe"):
        marks.append("a mailing to many people")
    flags = (header(message, "X-Spam-Flag"), header(message, "X-Spam-Status"))
    if any(flag.lower().startswith("yes") for flag in flags):
        marks.append("the service took it for spam")
    return tuple(marks)


def _looks_like_mail(data: bytes) -> bool:
    return data.startswith(b"From ") or bool(re.match(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}", data))


SOURCE = SourceKind(name="mail", read=read_mail, suffixes=(".eml", ".mbox", ".msg.txt"), claims=_looks_like_mail)
