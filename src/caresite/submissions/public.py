"""The public side of a submission: the content file it would become, with no more than consent covers.

Strangers' words are text and nothing else: whatever Markdown, HTML, templates or components would read into them is
escaped, and they lead nowhere. The file's name is ours.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from caresite.core.texts import cut
from caresite.core.urls import slug_of
from caresite.pipeline.consent import shown_name
from caresite.submissions.fold import clean_line, clean_text
from caresite.submissions.records import Submission, decisions

__all__ = ["as_text", "content_file"]

_ALWAYS = re.compile(r"[\\`*_{}\[\]<>#|~^&$@=%]|!(?=\[)|:(?=[:/])|(?<=\{):|(?<=\])\(|(?<=\w)\.(?=\w)|-(?=-)|\.(?=\.\.)")
_AT_START = re.compile(r"(?m)^(?P<space>[^\S\n]*)(?:(?P<mark>[-+:>!?%=])|(?P<number>\d{1,9})(?P<end>[.)]))")
_MODULE = re.compile(r"(?m)^(import|export)(?=[ \t])")
_INDENT = re.compile(r"(?m)^[^\S\n]+|[^\S\n]+$")
_NAMED = ("full", "first-name", "first-initial", "initials")


def as_text(words: str) -> str:
    """Return Markdown that reads as exactly `words`, with their paragraphs and lines, and as nothing else."""
    plain = _INDENT.sub("", clean_text(words))
    escaped = _ALWAYS.sub(lambda match: f"\\{match[0]}", plain)
    escaped = _AT_START.sub(_start_escaped, escaped)
    escaped = _MODULE.sub(lambda match: f"&#{ord(match[1][0])};{match[1][1:]}", escaped)
    return re.sub(r"(?<=\S)\n(?=\S)", "\\\\\n", escaped)


def _start_escaped(match: re.Match[str]) -> str:
    if match["mark"]:
        return f"\\{match['mark']}"
    return f"{match['number']}\\{match['end']}"


def content_file(submission: Submission) -> tuple[str, str]:
    """Return path and text of the file that a submission would be on the site, as a draft.

    The name is cut to what its owner chose to show; company, role and place only stand where a name does.
    """
    held = decisions(submission.consent)
    kind = "testimonials" if submission.kind == "testimonial" else "stories"
    title = clean_line(submission.text.title, 120) or cut(clean_line(submission.text.body, 400), 60)
    head: dict[str, Any] = {
        "title": title,
        "date": submission.received_at.date(),
        "draft": True,
        "author": _author(submission, held),
        "relation": submission.submitter.relation,
        "about": _about(submission),
        "rating": _rating(submission),
        "incentive": _incentive(submission),
        "consent_ref": submission.id,
    }
    text = yaml.safe_dump({k: v for k, v in head.items() if v}, sort_keys=False, allow_unicode=True, width=100)
    slug = slug_of(title)[:60].strip("-") or submission.id
    return f"content/{kind}/{slug}.md", f"---\n{text}---\n\n{as_text(submission.text.body)}\n"


def _author(submission: Submission, held: dict[str, Any]) -> dict[str, str]:
    sender = submission.submitter
    if sender.display == "anonymous":
        return {"display": "anonymous"}
    named = held.get("publish_name") == "granted" and sender.display in _NAMED
    shown = {
        "name": shown_name(sender.name, sender.display) if named else "",
        "display": "full" if named else "role",
        "role": sender.role,
        "company": sender.company if held.get("publish_company") == "granted" else "",
        "location": sender.location if named else "",
    }
    return {key: text for key, text in shown.items() if text}


def _about(submission: Submission) -> dict[str, Any]:
    about = submission.about
    return {} if about.self else {"self": False, "name": about.name, **({"url": about.url} if about.url else {})}


def _rating(submission: Submission) -> int:
    rating = submission.text.rating
    return int(rating) if rating is not None and rating == int(rating) else 0


def _incentive(submission: Submission) -> dict[str, Any]:
    given = submission.incentive
    return {"given": True, "kind": given.kind or "gift", "description": given.description} if given.given else {}
