"""Whose letter a message is: the sender's own, or one that the sender passed on.

The firm forwards what customers wrote to it. Then the author, the day and the text are those of the letter inside, and
never the firm's. Where it does not say who wrote it, nobody is named.
"""

from __future__ import annotations

from email.message import Message
from typing import NamedTuple

from caresite.submissions.fold import clean_text, fold
from caresite.submissions.own_addresses import is_own
from caresite.submissions.sources.mail_parts import Parts, address_in, header
from caresite.submissions.sources.mail_quotes import (
    MAY_BE_QUOTED,
    Context,
    LetterText,
    QuotedLetter,
    quoted_letter,
    says_forwarded,
    split_letter,
)
from caresite.submissions.sources.mail_words import is_answer, is_forwarded

__all__ = ["Firm", "Letter", "Sender", "firm_of", "is_reply", "read_letter", "sender_of"]

_MOST_LETTERS_INSIDE = 8
# where programs that forward for somebody else keep the address of who wrote: forms, and groups that rewrite `From`
_SENDERS = ("Reply-To", "From", "Sender", "Return-Path")
_AUTHORS = ("Reply-To", "X-Original-From", "X-Original-Sender", "X-Google-Original-From")


class Sender(NamedTuple):
    """Who sent a message. `is_own` says that it was the firm; `service` is the name of what sent it for somebody."""

    name: str
    email: str
    is_own: bool = False
    service: str = ""


class Letter(NamedTuple):
    """A letter and who wrote it. `date` is as the letter above it says; `note` is what was said by who passed it on."""

    author: Sender
    text: LetterText
    title: str = ""
    date: str = ""
    note: str = ""
    noticed: tuple[str, ...] = ()


class Firm(NamedTuple):
    """Who reads the letters: its names, and its addresses, the one to which a message went among them."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def folded(self) -> tuple[str, ...]:
        """The names and addresses as they are looked for in a text."""
        return tuple(fold(each) for each in (*self.names, *self.addresses) if not each.startswith("@"))

    def wrote(self, letter: QuotedLetter) -> bool:
        """Tell whether a letter is the firm's own."""
        return is_own(letter.email, self.addresses) if letter.email else fold(letter.name) in self.folded


def firm_of(message: Message, names: tuple[str, ...], addresses: tuple[str, ...]) -> Firm:
    """Return the firm to which a message came."""
    sender = address_in(message, "From").email.lower()
    to = (address_in(message, name).email.lower() for name in ("To", "Delivered-To", "X-Original-To"))
    return Firm(names, tuple(dict.fromkeys((*addresses, *(each for each in to if each and each != sender)))))


def sender_of(message: Message, addresses: tuple[str, ...]) -> Sender:
    """Return who sent a message. A form's mail is sent by a service or the firm; the visitor is in Reply-To."""
    given = address_in(message, "From")
    is_ours = bool(given.email) and is_own(given.email, addresses)
    for name in _AUTHORS if is_ours else _SENDERS:
        found = address_in(message, name)
        if found.email and not is_own(found.email, addresses):
            return Sender(found.name, found.email, service="" if is_ours else given.name)
    return Sender("" if is_ours else given.name, given.email, is_ours)


def is_reply(message: Message) -> bool:
    """Tell whether a message answers another one."""
    subject = header(message, "Subject")
    return bool(header(message, "In-Reply-To") or header(message, "References")) or is_answer(subject)


def read_letter(message: Message, parts: Parts, sender: Sender, firm: Firm) -> Letter:
    """Return the letter of a message. One without text of its own only repeats what the firm wrote."""
    subject = header(message, "Subject")
    context = Context(is_reply(message) and not is_forwarded(subject), parts.is_marked, firm.folded)
    text = split_letter(clean_text(parts.text), context)
    text = text._replace(signature="\n".join(filter(None, (text.signature, clean_text(parts.signature)))))
    inside = quoted_letter(text.quoted) if text.quoted else None
    is_passed_on = is_forwarded(subject) or says_forwarded(text.quoted)
    if inside and (sender.is_own or text.only_quotes):
        if original := _original(inside, firm):
            return _passed_on(original, sender, "" if text.only_quotes else text.own, firm)
        if text.only_quotes or is_passed_on:
            return Letter(sender, LetterText("", text.quoted))
    if inside and is_passed_on and not firm.wrote(inside):
        return Letter(sender, _whole(text, inside), subject)
    if sender.is_own:
        noticed = f"it came from your own address {sender.email} and does not say who wrote it; no author is named"
        return Letter(Sender("", "", True), text, subject, noticed=(noticed,))
    return Letter(sender, text, subject)


def _original(letter: QuotedLetter, firm: Firm) -> QuotedLetter | None:
    """Return the outermost letter that the firm did not write, or None: colleagues forward to one another."""
    for _ in range(_MOST_LETTERS_INSIDE):
        if not firm.wrote(letter):
            return letter if letter.name or letter.email else None
        inner = quoted_letter(letter.text)
        if inner is None:
            return None
        letter = inner
    return None


def _passed_on(original: QuotedLetter, sender: Sender, note: str, firm: Firm) -> Letter:
    text = split_letter(original.text, Context(is_reply=is_answer(original.subject), own=firm.folded))
    by = sender.email or sender.name
    noticed = f"it was forwarded by {by}; its author and date are those of the letter that was forwarded"
    author = Sender(original.name, original.email)
    return Letter(author, text, original.subject, original.date, note, (noticed,))


def _whole(text: LetterText, inside: QuotedLetter) -> LetterText:
    """Return the text of a letter together with the one that it passes on: both may be the story."""
    both = "\n\n".join(part for part in (text.own, text.quoted) if part)
    writer = inside.name or inside.email
    doubt = (
        f"part of this is a letter by {writer} that was forwarded; nothing of it was cut" if writer else MAY_BE_QUOTED
    )
    return LetterText(both, "", text.signature, doubt)
