"""The text of a letter, apart from the letter that it answers and from its signature, told by their structure.

Three things begin a quoted letter, in any language: lines with `>`, a header block, and a paragraph that ends with a
colon and names the day and the address of whoever wrote what follows. “On Friday the 3rd she wrote:” names neither,
and belongs to the story. Where it cannot be told, the text is kept and `doubt` says so: a reviewer sees it, whereas
nobody misses what is gone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from caresite.submissions.answers import email_of
from caresite.submissions.fold import clean_line, fold
from caresite.submissions.sources.mail_headers import (
    HeaderBlock,
    has_bracketed_address,
    has_day,
    has_time,
    header_block,
    name_in,
    unmarked,
)
from caresite.submissions.sources.mail_signatures import without_program_lines, without_signature

__all__ = ["MAY_BE_QUOTED", "Context", "LetterText", "QuotedLetter", "quoted_letter", "says_forwarded", "split_letter"]

MAY_BE_QUOTED = "part of this may be a quoted letter; nothing of it was cut"
_RULE = "-_=*–— \t"
_ENDS_A_SENTENCE = re.compile(r"[.!?…:。！？：][\"”’»)]*\s*$")
_MOST_LINES = 5_000
_FIRST_LINES = 40
_INTRODUCTION_LINES = 4
_INTRODUCTION_LENGTH = 400
_BEFORE_NAME = re.compile(r"\A(?:.*[\d,;:(])?(?:.*\b(?:AM|PM|Uhr|GMT|UTC|CET|CEST|h)\b)?", re.DOTALL)
_PARTICLES = frozenset(
    ("van", "von", "de", "der", "den", "da", "di", "du", "la", "le", "del", "dos", "el", "al", "bin", "of", "the", "zu")
)


class Context(NamedTuple):
    """What is known of a letter besides its text.

    `is_marked` says that its quotes were marked by a program, such as those of a page; `own` are the names and
    addresses of the firm, folded.
    """

    is_reply: bool = False
    is_marked: bool = False
    own: tuple[str, ...] = ()


_NOTHING_KNOWN = Context()


class LetterText(NamedTuple):
    """What somebody wrote, the letter below it, and the signature. `only_quotes` says that nothing is their own."""

    own: str
    quoted: str = ""
    signature: str = ""
    doubt: str = ""
    only_quotes: bool = False


class QuotedLetter(NamedTuple):
    """A letter inside another one: who wrote it and when, as far as its header says, and what follows."""

    name: str
    email: str
    date: str
    subject: str
    text: str


class _Quote(NamedTuple):
    """Lines of a letter that are quoted, from `start` up to `end`."""

    start: int
    end: int
    is_sure: bool


def split_letter(text: str, context: Context = _NOTHING_KNOWN) -> LetterText:
    """Return the parts of a letter. One that only quotes is what it quotes."""
    lines = text.rstrip().split("\n")
    cut = _beginning_of_rest(lines, context)
    if cut.start < len(lines) and not cut.is_sure:
        cut = cut._replace(start=len(lines))
        is_doubtful = True
    else:
        is_doubtful = False
    rest, signature_below = without_program_lines("\n".join(lines[: cut.start]))
    head = rest.split("\n")
    quotes = list(_marked_quotes(head, context))
    sure = [quote for quote in quotes if quote.is_sure]
    own, signature = without_signature(_without(head, sure))
    if not _has_words(own):
        return LetterText(_plain(text), text.strip(), only_quotes=bool(sure) or cut.start < len(lines))
    quoted = ["\n".join(head[quote.start : quote.end]).strip("\n") for quote in sure]
    quoted.append("\n".join(lines[cut.start :]).strip())
    return LetterText(
        own=own,
        quoted="\n".join(filter(None, quoted)),
        signature="\n".join(filter(None, (signature, signature_below))),
        doubt=MAY_BE_QUOTED if is_doubtful or len(sure) < len(quotes) else "",
    )


def _has_words(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _last_with_words(lines: Sequence[str]) -> int:
    return next((at for at in range(len(lines) - 1, -1, -1) if _has_words(lines[at])), -1)


def _plain(text: str) -> str:
    """Return text of which every line is quoted without the marks."""
    lines = text.strip().split("\n")
    bare = [unmarked(line) for line in lines]
    if all(line is not None or not lines[at].strip() for at, line in enumerate(bare)):
        return "\n".join(line or "" for line in bare).strip()
    return text.strip()


def _without(lines: Sequence[str], quotes: Sequence[_Quote]) -> str:
    kept: list[str] = []
    at = 0
    for quote in quotes:
        kept.extend(lines[at : quote.start])
        at = quote.end
    text = "\n".join((*kept, *lines[at:]))
    return re.sub(r"\n{3,}", "\n\n", text).strip() if quotes else text.strip()


# what goes on to the end: a header block, or an introduction with nothing marked below it


def _beginning_of_rest(lines: Sequence[str], context: Context) -> _Quote:
    """Return from where on everything is a quoted letter; from the end of the text when there is none."""
    unsure = _Quote(len(lines), len(lines), True)
    for at, line in enumerate(lines[: min(_last_with_words(lines), _MOST_LINES)]):
        if not line.strip() or unmarked(line) is not None:
            continue
        found = _rest_at(lines, at, context)
        if found and found.is_sure:
            return found
        if found and unsure.is_sure:
            unsure = found
    return unsure


def _rest_at(lines: Sequence[str], at: int, context: Context) -> _Quote | None:
    begins_paragraph = at == 0 or not lines[at - 1].strip() or _is_separator(lines[at - 1])
    if (block := header_block(lines, at)) and (begins_paragraph or _is_complete(block)):
        return _Quote(_with_separators(lines, at), len(lines), block.is_sure)
    if _is_named_separator(lines[at]) and fold(lines[at]) in _ORIGINAL_MESSAGE:
        return _Quote(at, len(lines), True)
    if not lines[at].rstrip().endswith((":", "：")) or _next_is_marked(lines, at):
        return None
    start, words = _introduction(lines, at)
    return _Quote(start, len(lines), _introduces(words, context)) if _is_dated_or_addressed(words) else None


_ORIGINAL_MESSAGE = frozenset(
    fold(words)
    for words in (
        *(
            "Original Message",
            "Original Appointment",
            "Ursprüngliche Nachricht",
            "Originalnachricht",
            "Mensaje original",
        ),
        *(
            "Message d'origine",
            "Message original",
            "Messaggio originale",
            "Oorspronkelijk bericht",
            "Mensagem original",
        ),
        *("Ursprungligt meddelande", "Oprindelig meddelelse", "Opprinnelig melding", "Alkuperäinen viesti"),
        *(
            "Oryginalna wiadomość",
            "Wiadomość oryginalna",
            "Původní zpráva",
            "元のメッセージ",
            "原始邮件",
            "원본 메시지",
        ),
    )
)


def _is_complete(block: HeaderBlock) -> bool:
    """Tell whether a block says who wrote, when, and what about: then it needs no empty line above it."""
    is_addressed = email_of(block.values["from"]) and has_day(block.values["date"])
    return block.is_sure and bool(is_addressed) and "subject" in block.values


def _next_is_marked(lines: Sequence[str], at: int) -> bool:
    for following in range(at + 1, len(lines)):
        if lines[following].strip():
            return unmarked(lines[following]) is not None
    return False


def _is_separator(line: str) -> bool:
    """Tell whether a line is a rule, with or without words in it, such as `-----Original Message-----`."""
    words = line.strip()
    return len(words) >= 3 and (not words.strip(_RULE) or _is_named_separator(words))


def _is_named_separator(line: str) -> bool:
    words = line.strip()
    return words.startswith("--") and words.endswith("--") and 0 < len(words.strip(_RULE)) <= 70


def _with_separators(lines: Sequence[str], at: int) -> int:
    """Return where the lines above a header block begin that only set it apart, such as a rule."""
    start = at
    for before in range(at - 1, max(at - 5, -1), -1):
        words = lines[before].strip()
        if words and not _is_separator(words) and not _begins_forwarded(words):
            break
        if words:
            start = before
    return start


def _begins_forwarded(words: str) -> bool:
    """Tell whether a line above a header block says that a letter follows: it is short and ends with a colon."""
    return len(words) <= 60 and words.endswith((":", "：")) and len(words.split()) <= 6


def _introduction(lines: Sequence[str], last: int) -> tuple[int, str]:
    """Return where the introduction begins that ends in line `last`, and what it says; programs break it into lines."""
    start, words = last, lines[last].strip()
    while last - start + 1 < _INTRODUCTION_LINES and start > 0 and not _is_whole(words):
        above = lines[start - 1].strip()
        if not above or unmarked(above) is not None or _ENDS_A_SENTENCE.search(above):
            break
        start, words = start - 1, f"{above} {words}"
    return start, words


def _is_whole(words: str) -> bool:
    return has_bracketed_address(words) and (has_day(words) or has_time(words))


def _is_dated_or_addressed(words: str) -> bool:
    return len(words) <= _INTRODUCTION_LENGTH and (has_bracketed_address(words) or (has_day(words) and has_time(words)))


def _introduces(words: str, context: Context) -> bool:
    """Tell whether an introduction without marked lines below it surely introduces a quoted letter."""
    names_the_firm = any(name in fold(words) for name in context.own if name)
    is_dated = has_day(words) or has_time(words)
    return _is_whole(words) or [context.is_reply, names_the_firm, is_dated].count(True) >= 2


# what is marked with `>`


def _marked_quotes(lines: Sequence[str], context: Context) -> list[_Quote]:
    """Return the runs of marked lines, each with the introduction above it.

    They are quoted letters when the introduction names a day or an address, when the letter is an answer, and when
    nothing follows them; elsewhere somebody may have set off a part of their own story.
    """
    found: list[_Quote] = []
    last = _last_with_words(lines)
    at = 0
    while at < len(lines):
        if unmarked(lines[at]) is None:
            at += 1
            continue
        end = _end_of_run(lines, at)
        start, introduction = _above(lines, at)
        is_last = last < end
        is_named = bool(introduction) and (has_day(introduction) or has_bracketed_address(introduction))
        is_sure = context.is_marked or context.is_reply or is_last or is_named
        takes_it = is_named or ((is_last or context.is_reply) and bool(introduction))
        found.append(_Quote(start if takes_it else at, end, is_sure))
        at = end
    return found


def _end_of_run(lines: Sequence[str], start: int) -> int:
    """Return the line after marked lines, which may be apart by empty ones."""
    end = at = start
    while at < len(lines) and (unmarked(lines[at]) is not None or not lines[at].strip()):
        at += 1
        if unmarked(lines[at - 1]) is not None:
            end = at
    return end


def _above(lines: Sequence[str], start: int) -> tuple[int, str]:
    """Return where the introduction above marked lines begins, and what it says; nothing where there is none."""
    last = start - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last < 0 or start - last > 3:
        return start, ""
    if _is_separator(lines[last]):
        return last, ""
    if not lines[last].rstrip().endswith((":", "：")):
        return start, ""
    first, words = _introduction(lines, last)
    return (first, words) if len(words) <= _INTRODUCTION_LENGTH else (start, "")


# the letter inside


def quoted_letter(text: str) -> QuotedLetter | None:
    """Return the letter that `text` quotes or forwards, or None when it does not say who wrote what."""
    lines = text.strip("\n").split("\n")
    inner = [bare if (bare := unmarked(line)) is not None else line for line in lines]
    for at in range(min(len(lines), _FIRST_LINES)):
        if block := header_block(inner, at):
            return _of_block(block, inner)
        if inner[at].rstrip().endswith((":", "：")):
            _, words = _introduction(inner if lines[at] != inner[at] else lines, at)
            if _is_dated_or_addressed(words) and email_of(words):
                return QuotedLetter(_writer(words), email_of(words), words, "", "\n".join(inner[at + 1 :]).strip())
    return None


def says_forwarded(quoted: str) -> bool:
    """Tell whether a line above a quoted letter says that it is forwarded, and not answered."""
    first = next((line.strip() for line in quoted.split("\n") if line.strip()), "")
    if _is_named_separator(first):
        return fold(first) not in _ORIGINAL_MESSAGE
    return _begins_forwarded(first) and not has_day(first) and not has_bracketed_address(first)


def _of_block(block: HeaderBlock, lines: Sequence[str]) -> QuotedLetter:
    sender = block.values["from"]
    return QuotedLetter(
        name=name_in(sender),
        email=email_of(sender),
        date=block.values["date"],
        subject=block.values.get("subject", ""),
        text="\n".join(lines[block.end :]).strip(),
    )


def _writer(words: str) -> str:
    """Return the name before the address of an introduction: the words with capitals after the last number."""
    before = words[: words.find(email_of(words))].rstrip(" <([").removesuffix("mailto:").rstrip(" <([")
    tokens = _BEFORE_NAME.sub("", before).split()
    name: list[str] = []
    for token in reversed(tokens):
        if not (token[:1].isupper() or token.casefold() in _PARTICLES or not token.isascii()):
            break
        name.insert(0, token)
    while name and name[0].casefold() in _PARTICLES and name[0].islower():
        name.pop(0)
    return clean_line(" ".join(name).strip("\"' "), 120)
