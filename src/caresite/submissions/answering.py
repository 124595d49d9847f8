"""Answering: a message that looks like an answer to one that is there, and not like a new story.

Nothing is refused for it: people who sent one story may send another. It is said where somebody decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from caresite.submissions.entries import Entry
from caresite.submissions.listing import Summary
from caresite.submissions.sources.mail_words import is_answer

__all__ = ["ANSWER", "answer_noticed"]

ANSWER = "this looks like an answer to "
_BACK = re.compile(
    r"\btake (?:it|that|this|them|my (?:story|words|name|picture|photo)) (?:down|off|back)\b|\bchanged my mind\b"
    r"|\b(?:please )?(?:remove|delete|withdraw) (?:it|that|this|my)\b"
    r"|\banders überlegt\b|\b(?:meine (?:geschichte|worte)|es|das|sie) (?:\w+ )?(?:löschen|entfernen|zurückziehen)\b"
    r"|\bnehmen sie (?:\w+ ){1,3}(?:herunter|runter|weg|von)\b|\bziehe (?:\w+ ){1,4}zurück\b"
    r"|\bcambiado de (?:opinión|idea)\b|\b(?:retiren|quiten|borren|eliminen)\b",
    re.IGNORECASE,
)
_OPEN = ("awaiting_author", "approved", "pending")


def answer_noticed(entry: Entry, same_sender: Iterable[Summary]) -> tuple[str, ...]:
    """Return what to say of an entry that looks like an answer to one of `same_sender`; nothing when it does not."""
    item = entry.submission
    known = [each for each in same_sender if each.state in _OPEN and each.id != item.id and each.kind != "request"]
    earlier = [each for each in known if each.received_at <= item.received_at]
    if not earlier or item.kind == "request":
        return ()
    is_reply = entry.signals.is_reply or is_answer(item.text.title) or "quoted below" in item.extra
    if not is_reply and not _BACK.search(item.text.body):
        return ()
    newest = max(earlier, key=lambda each: (-_OPEN.index(each.state), each.received_at))
    short = newest.id[:6]
    yes = f"if it is a yes, `caresite stories approve {short} --evidence FILE`"
    back = f"if they take it back, `caresite stories withdraw {short} --evidence FILE`"
    return (f"{ANSWER}{short}: {yes}; {back}; then `caresite stories erase {item.id[:6]}`",)
