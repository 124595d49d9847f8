"""Mail: messages as files (`.eml`), many in one (`mbox`), or a folder of them (Maildir).

A yes in a letter is evidence, never consent by itself: that takes somebody who reads it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.message import Message
from typing import NamedTuple

from msgspec.structs import replace

from caresite.core.codes_stories import NO_LETTER, REFUSED_ENTRY
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.submissions.answers import is_yes
from caresite.submissions.entries import Answers, Intake, RawFile, Received, collect, unreadable
from caresite.submissions.fold import clean_line, fold
from caresite.submissions.records import Evidence
from caresite.submissions.sources.mail_dates import moment_in
from caresite.submissions.sources.mail_letter import Letter, Sender, firm_of, is_reply, read_letter, sender_of
from caresite.submissions.sources.mail_machines import marks_of, why_no_letter
from caresite.submissions.sources.mail_parts import Parts, date_in, header, parse_message, parts_of
from caresite.submissions.sources.mail_words import filled_in, sounds_like_yes, without_carriage
from caresite.submissions.sources.registry import SourceKind

__all__ = ["SOURCE", "messages_in", "read_mail"]

_MAX_BYTES = 40 * 1024 * 1024
_START = re.compile(rb"(?:\A|\r?\n\r?\n)(?=From [^\r\n]*\r?\n)")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_MOST_FILES = 10
_DEEPEST_LETTER = 3


def read_mail(data: bytes, intake: Intake) -> Received:
    """Return the entries of one message, or of every message of an mbox."""
    diagnostics: list[Diagnostic] = []
    found: list[Answers] = []
    for line, message in messages_in(data):
        try:
            found.extend(_answers(_Delivered(message, Span(intake.shown, line), intake)))
        except Problem as problem:
            diagnostics.extend(problem.diagnostics)
        except Exception as error:  # whatever is wrong with one letter, those of other people are taken in
            diagnostics.append(unreadable(Span(intake.shown, line), error))
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


class _Delivered(NamedTuple):
    """A message as it came, and what it takes to read it. `depth` is how many letters may be inside letters."""

    data: bytes
    span: Span
    intake: Intake
    depth: int = _DEEPEST_LETTER


def _answers(delivered: _Delivered) -> Iterator[Answers]:
    """Yield what one message brings. Raises Problem, which names why it brings nothing."""
    data, span = delivered.data, delivered.span
    if len(data) > _MAX_BYTES:
        raise _refused(span, f"the message has {len(data) // 1_048_576} MB")
    if not _HEADER.match(data.lstrip()[:200]):
        raise _refused(span, "it is not a mail message")
    message = parse_message(data)
    if message is None:
        raise _refused(span, "the message is nested too deeply to be read")
    yield from _letters(message, delivered)


def _letters(message: Message, delivered: _Delivered) -> Iterator[Answers]:
    """Yield the letter that a message is; or, where the firm or nobody wrote it, those that are attached to it."""
    if why := why_no_letter(message):
        raise Problem(fault(NO_LETTER, delivered.span, f"the message was left out: it is {why}"))
    parts = parts_of(message)
    sender = sender_of(message, delivered.intake.own_addresses)
    if not (delivered.depth and parts.letters and (sender.is_own or not parts.text)):
        yield _letter(message, parts, sender, delivered)
        return
    noticed = f"it was attached to a message of {sender.email or sender.name}; its author and date are its own"
    for inner in parts.letters:
        for answers in _letters(inner, delivered._replace(depth=delivered.depth - 1)):
            yield replace(answers, noticed=(noticed, *answers.noticed))


def _letter(message: Message, parts: Parts, sender: Sender, delivered: _Delivered) -> Answers:
    """Return one message as answers. Raises Problem, which names why it cannot be one."""
    intake, span = delivered.intake, delivered.span
    letter = read_letter(message, parts, sender, firm_of(message, intake.firm, intake.own_addresses))
    said = letter.text
    if not said.own.strip("> \n\t"):
        raise _refused(span, _why_empty(parts, said.quoted))
    sentences = {fold(s): s for wording in intake.wordings.now.values() for s in wording.purposes.values()}
    filled = dict(filled_in(said.own, sentences))
    answers = filled or {"story": said.own}
    yeses = [*_agreed(answers, sentences), sounds_like_yes("\n".join(answers.values()))]
    message_id, digest = header(message, "Message-ID"), hashlib.sha256(delivered.data).hexdigest()
    evidence = (Evidence(kind="mail", says=yes, message_id=message_id, sha256=digest) for yes in yeses if yes)
    fields = {**_headers_of(letter, is_form=bool(filled)), **answers}
    fields |= {"quoted below": said.quoted, "signature": said.signature, "forwarded with": letter.note}
    sent = moment_in(letter.date, intake.own_zone, intake.source.date_order) if letter.date else None
    return Answers(
        source="email",
        source_id=message_id.strip("<> "),
        fields={name: text for name, text in fields.items() if text},
        received=sent or date_in(message) or "",
        raw=delivered.data,
        span=span,
        files=_files(parts),
        evidence=tuple(dict.fromkeys(evidence)),
        marks=marks_of(message),
        noticed=tuple(_noticed(letter, parts, sent, is_form=bool(filled))),
        may_agree=False,
        is_reply=is_reply(message),
    )


def _noticed(letter: Letter, parts: Parts, sent: datetime | None, *, is_form: bool) -> Iterator[str]:
    """Yield what whoever reviews a letter must know of how it was read."""
    if not is_form:
        yield from letter.noticed
        yield from filter(None, (letter.text.doubt,))
    if letter.date and not sent:
        yield f"the date of the letter, “{clean_line(letter.date, 80)}”, was not understood; the message’s is used"
    if parts.letters:
        yield "another message is attached to it, which was not read"


def _headers_of(letter: Letter, *, is_form: bool) -> dict[str, str]:
    """Return what is known of the author besides the text. The subject of a form's mail is no title."""
    author = letter.author
    if is_form:
        return {"email": author.email, "name": author.name}
    title = clean_line(without_carriage(letter.title), 200)
    return {"email": author.email, "name": author.name or author.service, "title": title}


def _agreed(answers: dict[str, str], sentences: Mapping[str, str]) -> Iterator[str]:
    """Take the answers to sentences of consent out of `answers`, and yield those that say yes, with the sentence."""
    for label in tuple(answers):
        sentence = next((s for key, s in sentences.items() if fold(label).startswith(key)), "")
        if sentence and is_yes(answers.pop(label)):
            yield f"{sentence} Yes"


def _refused(span: Span, why: str) -> Problem:
    return Problem(fault(REFUSED_ENTRY, span, why))


def _why_empty(parts: Parts, quoted: str) -> str:
    if quoted:
        return "the message holds no words of its own, only a letter that you wrote"
    if parts.has_other:
        return "the message holds only `winmail.dat`, which nothing but Outlook can read"
    if parts.files:
        return f"the message holds no words, only {', '.join(f'“{f.name or f.type}”' for f in parts.files[:3])}"
    return "the message holds no words"


def _files(parts: Parts) -> tuple[RawFile, ...]:
    files = [f for f in parts.files if f.data][:_MOST_FILES]
    return tuple(RawFile(name=f.name, type=f.type, data=f.data, way="mail") for f in files)


def _looks_like_mail(data: bytes) -> bool:
    return data.startswith(b"From ") or bool(re.match(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}", data))


SOURCE = SourceKind(name="mail", read=read_mail, suffixes=(".eml", ".mbox", ".msg.txt"), claims=_looks_like_mail)
