"""The answer of an author: its own words, whatever it came in, and whether they sound like a no.

Nothing here decides. A letter may say no in more ways than anybody can list; who keeps it as proof has read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caresite.core.codes_stories import ANSWER_SAYS_NO
from caresite.core.diagnostics import Diagnostic, fault
from caresite.core.texts import cut
from caresite.submissions.fold import clean_text
from caresite.submissions.records import Submission
from caresite.submissions.review.states import place_of

__all__ = ["cautions_about", "own_words", "sounds_like_no"]

_LONGEST = 200_000
_HEADERS = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}")
_NO = re.compile(
    r"^\W*(?:no|nein|nope)\b(?! (?:problem|worries|need|objections?|doubt|hurry|rush|problema|problemas)\b)"
    r"|\bplease,? (?:do not|don't|not)\b(?! (?:worry|hesitate)\b)"
    r"|\b(?:do not|don't|may not|must not|cannot|can't) (?:want|wish|agree|print|publish|use|show|put|post|share)\b"
    r"|\bnot (?:agree|want|happy|comfortable)\b|\b(?:rather|prefer|better|it|that|this) not\b"
    r"|\brather (?:you|it) did(?: not|n't)\b"
    r"|\bno,? thank|\bchanged my mind\b|\btake (?:it|that|this|them) (?:down|off)\b"
    r"|\bbitte (?:\w+ ){0,3}nicht\b|\blieber nicht\b|\bauf keinen fall\b|\bnicht einverstanden\b"
    r"|\b(?:möchte|will|wünsche)\b[^.!?\n]{0,40}\bnicht\b"
    r"|\bnicht (?:veröffentlich|druck|abdruck|zeig|verwend|benutz)\w*"
    r"|\bpor favor,? no\b|\bno (?:(?:lo|la|los|las) )?(?:publiqu|us|imprim|muestr|pong)\w*"
    r"|\bno (?:quiero|deseo|autorizo|estoy de acuerdo|acepto)\b|\bprefiero que no\b|\bmejor no\b",
    re.IGNORECASE,
)


def own_words(proof: bytes) -> str:
    """Return what the author wrote: of a mail message its text, of either what is not quoted and no signature."""
    from caresite.submissions.sources.encodings import decoded
    from caresite.submissions.sources.mail_parts import parse_message, parts_of
    from caresite.submissions.sources.mail_quotes import Context, split_letter

    text = decoded(proof[:_LONGEST])
    if _HEADERS.match(proof) and (message := parse_message(proof)) is not None:
        text = parts_of(message).text
    elif "\0" in text or "\ufffd" in text:
        return ""  # a scan or another file that is no text
    said = split_letter(clean_text(text), Context(is_reply=True)).own
    return "\n".join(line for line in said.split("\n") if not line.lstrip().startswith(">")).strip()


def sounds_like_no(words: str) -> str:
    """Return the line that sounds like a no, or nothing."""
    for line in words.replace("’", "'").split("\n"):
        for sentence in re.split(r"(?<=[.!?]) ", line):
            if _NO.search(sentence.strip()):
                return sentence.strip()
    return ""


def cautions_about(proof: bytes, item: Submission) -> Iterator[Diagnostic]:
    """Yield what should be read once more in the letter that is kept as proof of a yes."""
    if proof and (found := sounds_like_no(own_words(proof))):
        message = f"the answer that was kept as a yes says “{cut(found, 100)}”"
        hint = f"if it is a no: `caresite stories reopen {item.id[:6]}`, then decline it as `no-consent`"
        yield fault(ANSWER_SAYS_NO, place_of(item), message, hint=hint)
