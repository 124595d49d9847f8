"""Header blocks inside a letter: the `From:`, `Sent:`, `To:`, `Subject:` lines above what it quotes or forwards.

    From: Quill Cycles <hello@quill.example>       Von: Quill Cycles <hello@quill.example>
    Sent: 02 March 2026 09:14                      Gesendet: Montag, 2. März 2026 09:14
    To: Ann Bee                                    An: Ann Bee

Programs write them in the language of their user. The common labels are rows of a table; in a language that is not in
it a block is known by its shape: lines of `Word: value`, one with an address, one with a day and a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from caresite.submissions.answers import email_of
from caresite.submissions.columns import meaning_of
from caresite.submissions.fold import clean_line, fold

__all__ = ["HeaderBlock", "has_bracketed_address", "has_day", "has_time", "header_block", "name_in", "unmarked"]

_LABELS = {
    "from": "from|von|de|da|van|från|fra|lähettäjä|od|nadawca|odesílatel|odosielateľ|feladó|"
    "expeditor|de la|от|от кого|відправник|gönderen|kimden|από|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|"
    "보낸사람|מאת|من|remitente|expéditeur|mittente|remetente|afzender",
    "date": "sent|date|gesendet|datum|envoyé|enviado|enviado el|enviada em|enviado em|fecha|data|"
    "inviato|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|päiväys|wysłano|wysłane|"
    "odesláno|odoslané|dátum|elküldve|küldve|trimis|отправлено|дата|дата отправки|"
    "надіслано|gönderme tarihi|gönderildi|gönderilen|tarih|εστάλη|ημερομηνία|送信日時|日付|日時|"
    "发送时间|日期|时间|寄件日期|傳送時間|보낸 날짜|날짜|נשלח|תאריך|تاريخ",
    "to": "to|an|à|a|para|per|aan|naar|til|till|do|dw|komu|vastaanottaja|címzett|către|кому|kime|"
    "kime gönderildi|alıcı|προς|宛先|收件人|받는 사람|받는사람|אל|إلى|pour|destinataire|destinatario|"
    "empfänger",
    "cc": "cc|kopie|copie|cópia|copia|kopia|kopi|kopio|másolat|копия|bilgi|参照|抄送|副本|참조|ccn|bcc|"
    "bk|reply-to|antwort an",
    "subject": "subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|"
    "předmět|predmet|tárgy|subiect|тема|konu|θέμα|件名|主题|主旨|제목|נושא|موضوع|re",
}
_LINE = re.compile(
    r"^[ \t\u00a0]{0,3}[*_]{0,2}(?P<label>[^\W\d_][^:：\n*<>@/]{0,30}?)[*_]{0,2}[ \t\u00a0]?[:：][*_]{0,2}[ \t\u00a0]*"
    r"(?P<value>(?!//).*)$"
)
_BRACKETED = re.compile(r"[<\[(](?:mailto:)?\s*[^\s@<>()\[\]]+@[\w-]+(?:\.[\w-]+)+\s*[>\])]")
_DAY = re.compile(
    r"\b\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}\b|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]|\b(?:19|20)\d\d\b.{0,60}\b\d{1,2}\b|\b\d{1,2}\b.{0,60}\b(?:19|20)\d\d\b"
)
_TIME = re.compile(
    r"(?<![\d.,])[0-2]?\d[:h]\d\d\b|(?<![\d.,])[0-2]?\d\.\d\d(?: ?uhr| ?h)?(?![\d.,])|\d{1,2}\s?[時时시]", re.IGNORECASE
)
_QUOTE_MARK = re.compile(r"^[ \t]{0,2}[>＞|] ?")
_ADDRESS = re.compile(r"[<\[(]?(?<![^\s@<>()\[\]])[^\s@<>()\[\]]++@[^\s@<>()\[\]]+[>\])]?")
_MOST_LINES = 16
_FORM_QUESTIONS = frozenset(("name", "first_name", "last_name", "email", "phone", "story", "rating"))


class HeaderBlock(NamedTuple):
    """The values of a header block by what they are (`from`, `date`, `to`, …), and the line after it."""

    values: Mapping[str, str]
    end: int
    is_sure: bool


class _Line(NamedTuple):
    label: str
    role: str
    value: str


def header_block(lines: Sequence[str], start: int) -> HeaderBlock | None:
    """Return the header block that begins at line `start`, or None. One that is not `is_sure` only looks like it."""
    found, end = _lines_of_block(lines, start)
    if len(found) < 2:
        return None
    values: dict[str, str] = {}
    for line in found:
        values.setdefault(line.role or line.label, line.value)
    is_sure = _is_known(found) or _has_the_shape(found)
    looks_like_it = any(has_day(each.value) and has_time(each.value) for each in found) and _addresses(found)
    if not is_sure and not looks_like_it:
        return None
    if "from" not in values:
        values["from"] = next((each.value for each in found if email_of(each.value)), "")
    if "date" not in values:
        values["date"] = next((each.value for each in found if has_day(each.value)), "")
    return HeaderBlock(values, end, is_sure)


def _lines_of_block(lines: Sequence[str], start: int) -> tuple[list[_Line], int]:
    """Return the labelled lines from `start` on, each with what it goes on to say, and the line after the last."""
    found: list[_Line] = []
    at = end = start
    while at < len(lines) and len(found) < _MOST_LINES:
        line = _labelled(lines[at])
        if line and (line.role or len(found) == at - start):
            found.append(line)
            end = at + 1
        elif found and _goes_on(lines, at):
            if lines[at].strip():
                last = found[-1]
                found[-1] = last._replace(value=f"{last.value} {lines[at].strip()}".strip())
                end = at + 1
        else:
            break
        at += 1
    return found, end


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Tell whether a line without a label, or an empty one, stands inside a block: a known label follows it."""
    following = _labelled(lines[at + 1]) if at + 1 < len(lines) else None
    return bool(following and following.role)


def _labelled(line: str) -> _Line | None:
    match = _LINE.match(line[:1000])
    if not match or len(match["label"].split()) > 4:
        return None
    label = fold(match["label"])
    return _Line(label, _roles().get(label, ""), clean_line(match["value"].strip("* \t"), 400)) if label else None


@lru_cache(maxsize=1)
def _roles() -> Mapping[str, str]:
    return {fold(label): role for role, labels in _LABELS.items() for label in labels.split("|")}


def _is_known(found: Sequence[_Line]) -> bool:
    """Tell whether labels that programs write stand before what they should: an address, or the day of a letter."""
    by_role = {line.role: line.value for line in found if line.role}
    if len(by_role) < 2 or "from" not in by_role:
        return False
    is_from_somebody = bool(email_of(by_role["from"]))
    is_dated = has_day(by_role.get("date", ""))
    is_whole = len(by_role) >= 3 and "subject" in by_role
    return is_from_somebody or is_dated or bool(email_of(by_role.get("to", ""))) or is_whole


def _has_the_shape(found: Sequence[_Line]) -> bool:
    """Tell whether lines of labels in an unknown language are a header block, and not the answers to a form."""
    if len(found) < 3 or any(not line.role and meaning_of(line.label) in _FORM_QUESTIONS for line in found):
        return False
    is_dated = any(has_day(line.value) and has_time(line.value) for line in found)
    return is_dated and bool(email_of(found[0].value) or (_addresses(found) and len(found) >= 4))


def _addresses(found: Sequence[_Line]) -> int:
    return sum(bool(email_of(line.value)) for line in found)


def has_day(text: str) -> bool:
    """Tell whether `text` names a day with its year. “Friday the 3rd” is none."""
    return bool(_DAY.search(text[:400]))


def has_time(text: str) -> bool:
    """Tell whether `text` names a time of the day."""
    return bool(_TIME.search(text[:400]))


def has_bracketed_address(text: str) -> bool:
    """Tell whether an e-mail address stands in brackets, as programs write it and people hardly do."""
    return bool(_BRACKETED.search(text[:600]))


def name_in(value: str) -> str:
    """Return the name before the address of a `From:` line; nothing when it is an address alone."""
    return clean_line(_ADDRESS.sub(" ", value).strip(" \t*\"'<>[]();,"), 120).strip("\"' ")


def unmarked(line: str) -> str | None:
    """Return a quoted line without its mark, or None for a line that is not quoted."""
    match = _QUOTE_MARK.match(line)
    return line[match.end() :] if match else None
