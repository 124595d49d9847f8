"""Signatures: what stands below `-- `, and the line that a telephone or a mail program adds."""

from __future__ import annotations

import re

__all__ = ["without_program_lines", "without_signature"]

_DASHES = re.compile(r"(?m)^--[ \u00a0]?$")
_SENT = (
    "gesendet|verschickt|envoyée?|enviad[oa]|enviat|inviat[oa]|verstuurd|verzonden|skickat|sendt|wysłan[eoa]|odesláno"
    "|odoslané|lähetetty|отправлено|надіслано|gönderildi|elküldve|küldve|trimis|trimise|στάλθηκε|送信|发送|發送|发自|發自|傳送"
    "|보냄|보냈습니다"
)
_PROGRAMS = (
    "iphone|iphon|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|pixel|oneplus|nokia|xperia|motorola|blackberry|fairphone"
    "|handy|smartphone|mobiltelefon|mobile|móvil|celular|mobil|mobiel|telefon|telefone|téléphone|phone|tablet|tablette"
    "|windows|outlook|gmail|yahoo|aol|gmx|web[.]de|proton|tutanota|tuta|thunderbird|k-9|fastmail|mail|e-mail|icloud"
)
_THIS_MESSAGE = "this|diese|ce|cet|este|esta|questo|questa|dit|deze|detta|det|denne|tato|ta|tämä|это"
_BEGINS = re.compile(
    rf"^(?:sent (?:from|via|with|using)\b|(?:{_SENT})(?![^\W_])|(?:发自|發自|从我的|從我的))", re.IGNORECASE
)
_BEGINS_AND_ENDS = re.compile(
    rf"^(?:von mein|aus mein|(?:{_THIS_MESSAGE}) (?:message|nachricht|mail|e-?mail|mensaje|mensagem|messaggio|bericht"
    rf"|meddelande|besked|wiadomość)|(?:{_PROGRAMS})|내 |나의|我的|私の).*(?:{_SENT}|sent)",
    re.IGNORECASE,
)
_PROGRAM = re.compile(rf"(?<![^\W_])(?:{_PROGRAMS})(?:[^\W_]{{0,6}})?(?![^\W_])|(?:iphone|ipad|android)", re.IGNORECASE)
_OUTLOOK = re.compile(r"\boutlook\b.{0,12}\b(?:ios|android|mac|windows)\b", re.IGNORECASE)
_MY = re.compile(r"\b(?:my|meine[mr]|mon|ma|mi|mio|mijn|meu|minha|min|mojego|mého)\b", re.IGNORECASE)
_LINK = re.compile(r"[<\[(]?(?:https?://|www\.)[^\s<>\])]+[>\])]?")
_LONGEST = 100
_MOST_WORDS = 12


def without_signature(text: str) -> tuple[str, str]:
    """Return a text without its signature, and the signature. A text that is nothing else keeps it."""
    signature = ""
    if (match := _DASHES.search(text)) and text[: match.start()].strip():
        text, signature = text[: match.start()], text[match.end() :].strip()
    text, below = without_program_lines(text)
    return text.strip(), "\n".join(part for part in (below, signature) if part)


def without_program_lines(text: str) -> tuple[str, str]:
    """Return a text without the last lines that a program wrote, links between them included, and those lines."""
    lines = text.rstrip().split("\n")
    end = at = len(lines)
    while at and at > len(lines) - 6:
        line = lines[at - 1]
        if _is_by_program(line):
            end = at - 1
        elif line.strip() and not _LINK.fullmatch(line.strip()):
            break
        at -= 1
    return "\n".join(lines[:end]), "\n".join(lines[end:]).strip()


def _is_by_program(line: str) -> bool:
    """Tell whether a line is “Sent from my iPhone” in any language, and not the end of a story."""
    words = _LINK.sub(" ", line).strip(" *_\t\u00a0")
    if not words or len(words) > _LONGEST or len(words.split()) > _MOST_WORDS:
        return False
    if _OUTLOOK.search(words) and len(words.split()) <= 7 and not words.endswith((".", "!", "?")):
        return True
    if "," in words and not _MY.search(words):
        return False
    return bool((_BEGINS.match(words) or _BEGINS_AND_ENDS.match(words)) and _PROGRAM.search(words))
