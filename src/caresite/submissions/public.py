"""The public side of a submission: the content file it would become, with no more than consent covers.

Strangers' words are text and nothing else: whatever Markdown, HTML, templates or components would read into them is
escaped, and they lead nowhere. The file's name is ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any, NamedTuple, get_args

import yaml
from msgspec.structs import replace

from caresite.core.config import is_language_tag
from caresite.core.texts import cut
from caresite.core.urls import slug_of
from caresite.kinds.consent import Scope
from caresite.kinds.testimonial import Display
from caresite.pipeline.consent import shown_name
from caresite.pipeline.staff import masked
from caresite.submissions.fold import clean_line, clean_text
from caresite.submissions.records import EditKind, Media, Submission, decisions
from caresite.submissions.wordings import language_of_name

__all__ = [
    "Shown",
    "as_text",
    "author_of",
    "content_file",
    "display_of",
    "edition_of",
    "head_of",
    "in_page_language",
    "language_of",
    "page_text",
    "picture_of",
    "rating_of",
    "scopes_of",
    "shown_of",
    "suggested_title",
    "title_of",
    "unwrapped",
]

_ALWAYS = re.compile(r"[\\`*_{}\[\]<>#|~^&$@=%]|!(?=\[)|:(?=[:/])|(?<=\{):|(?<=\])\(|(?<=\w)\.(?=\w)|-(?=-)|\.(?=\.\.)")
_AT_START = re.compile(r"(?m)^(?P<space>[^\S\n]*)(?:(?P<mark>[-+:>!?%=])|(?P<number>\d{1,9})(?P<end>[.)]))")
_MODULE = re.compile(r"(?m)^(import|export)(?=[ \t])")
_INDENT = re.compile(r"(?m)^[^\S\n]++|(?<![^\S\n])[^\S\n]++$")
_FULL, _WIDEST = 45, 80  # characters: a line that is shorter was ended on purpose; a longer one was never set in lines
_ENDS = ".!?:;…"
_LONGEST_TITLE, _FEWEST_WORDS = 60, 3
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|\n+")
_CLAUSE_END = re.compile(r"(?<!\s)\s*+[,;:]\s|\s[–—-]\s")
_NAMED = ("full", "first-name", "first-initial", "initials")
_WEAK = frozenset(("platform-terms", "imported-claim"))


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


def unwrapped(words: str) -> str:
    """Return words without the line ends that a mail program or an editor put in because a line was full.

    A long line that ends in the middle of a sentence was full; where there is one, so were all after which the next
    word had no room in the longest line. The lines of a poem, an address or a list are short, or begin anew, and stay.
    """
    lines = words.split("\n")
    width = max(map(len, lines))
    full = [_was_full(before, line, width) for before, line in pairwise(lines)]
    is_set = any(full[n] and lines[n].rstrip()[-1:] not in _ENDS for n in range(len(full)))
    joined = [lines[0]]
    for line, was_full in zip(lines[1:], full, strict=True):
        if is_set and was_full:
            joined[-1] = f"{joined[-1].rstrip()} {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _was_full(line: str, following: str, width: int) -> bool:
    word = following.split(" ", 1)[0]
    if len(line) < _FULL or not word[:1].isalpha():
        return False
    goes_on = word[0].islower() and line.rstrip()[-1:] not in _ENDS
    return goes_on or (width <= _WIDEST and len(line) + 1 + len(word) > width)


class Shown(NamedTuple):
    """What is shown of a submission: its title and words, what was changed in them, and whether their author agreed."""

    title: str
    body: str
    kinds: tuple[EditKind, ...] = ()
    agreed: datetime | None = None


def shown_of(submission: Submission) -> Shown:
    """Return what would be shown: the words as edited, in which people who did not agree have a first name only."""
    showing, text = submission.showing, submission.text
    hidden = [name for name in submission.about.staff_named if name not in submission.about.staff_agreed]
    title, body = masked(showing.title or text.title, hidden), masked(showing.body or text.body, hidden)
    kinds: dict[EditKind, None] = dict.fromkeys(showing.kinds)
    if (title, body) != ((showing.title or text.title), (showing.body or text.body)):
        kinds["redaction"] = None
    editions = {edition_of(title, body)}
    if not text.title:  # a headline that we gave to words without one changes nothing of what was agreed to
        editions.add(edition_of("", body))
    answers = [agreement.at for agreement in submission.consent if agreement.edition in editions]
    return Shown(title, body, tuple(kinds), max(answers, default=None))


def edition_of(title: str, body: str) -> str:
    """Return a digest of words to the letter, by which a yes says what it was a yes to."""
    return hashlib.sha256(f"{title}\0{body}".encode("utf-8", "replace")).hexdigest()[:32]


def display_of(submission: Submission) -> Display:
    """Return how the name is shown: as its owner chose, or less where whoever looks after it decided so."""
    return submission.showing.display or submission.submitter.display


def scopes_of(submission: Submission) -> tuple[Scope, ...]:
    """Return what consent covers, in the order of all scopes. A photo is not covered by what somebody else claims."""
    held = decisions(submission.consent)
    weak = {a.method for a in submission.consent if "publish_photo" in a.granted} <= _WEAK
    granted = (scope for scope in get_args(Scope) if held.get(scope) == "granted")
    return tuple(scope for scope in granted if not (weak and scope == "publish_photo"))


def picture_of(submission: Submission) -> Media | None:
    """Return the picture that may be shown: the first that was sent and kept, where consent covers it."""
    if not submission.showing.picture or "publish_photo" not in scopes_of(submission):
        return None
    if submission.kind != "story" and not _is_named(submission):
        return None  # beside a short statement it is a face, which names somebody
    return next((media for media in submission.media if media.kind == "photo" and media.path), None)


def language_of(submission: Submission) -> str:
    """Return the language that its author writes: as told, else that of the wording they saw; empty when unknown."""
    seen = (language_of_name(agreement.wording_id) for agreement in reversed(submission.consent))
    return next((tag for tag in (submission.lang, *seen) if is_language_tag(tag)), "")


def in_page_language(submission: Submission, site: str) -> Submission:
    """Return the submission with the language that its page names: none where that is the site's, `site`."""
    language = language_of(submission)
    is_same = language.partition("-")[0].lower() == site.partition("-")[0].lower()
    return replace(submission, lang="" if is_same else language)


def content_file(submission: Submission) -> tuple[str, str]:
    """Return path and text of the file that a submission is on the site; a draft until it is approved.

    The name is cut to what its owner chose to show; company, role and place only stand where a name does.
    """
    folder, title = "stories" if submission.kind == "story" else "testimonials", title_of(submission)
    slug = slug_of(title)[:60].strip("-") or submission.id
    text = page_text(head_of(submission), as_text(unwrapped(shown_of(submission).body)))
    return f"content/{folder}/{slug}{'/index' if picture_of(submission) else ''}.md", text


def title_of(submission: Submission) -> str:
    """Return the title of a submission's page: the one it has, else how its words begin."""
    shown = shown_of(submission)
    return clean_line(shown.title, 120) or cut(clean_line(shown.body, 400), 60)


def suggested_title(submission: Submission) -> str:
    """Return a title that the words of a story offer: a short sentence of theirs, else the beginning of the first."""
    sentences = [clean_line(part) for part in _SENTENCE_END.split(unwrapped(shown_of(submission).body)[:2_000])]
    told = [sentence for sentence in sentences if len(sentence.split()) >= _FEWEST_WORDS]
    short = (sentence for sentence in told if len(sentence) <= _LONGEST_TITLE and sentence[-1] in ".!?…")
    first = next(short, "") or next(iter(told or sentences), "")
    title = _within(first).rstrip(" .,;:–—-")
    return title[:1].upper() + title[1:]


def _within(sentence: str) -> str:
    """Return the beginning of a sentence that a title has room for: to the end of a clause, else of a word."""
    if len(sentence) <= _LONGEST_TITLE:
        return sentence
    clauses = [sentence[: end.start()].rstrip() for end in _CLAUSE_END.finditer(sentence[: _LONGEST_TITLE + 2])]
    whole = [clause for clause in clauses if len(clause.split()) >= _FEWEST_WORDS]
    return whole[-1] if whole else sentence[: _LONGEST_TITLE + 1].rpartition(" ")[0] or sentence[:_LONGEST_TITLE]


def page_text(head: Mapping[str, Any], body: str) -> str:
    """Return a content file: the front matter `head`, and Markdown."""
    front = yaml.safe_dump(dict(head), sort_keys=False, allow_unicode=True, width=100)
    return f"---\n{front}---\n\n{body}\n"


def head_of(submission: Submission) -> dict[str, Any]:
    """Return the front matter of a submission's page, with no more than consent covers."""
    head: dict[str, Any] = {
        "title": title_of(submission),
        "date": submission.received_at.date(),
        "draft": submission.moderation.state != "approved",
        "author": author_of(submission),
        "relation": submission.submitter.relation,
        "about": _about(submission),
        "rating": rating_of(submission),
        "incentive": _incentive(submission),
        "disclosure": clean_line(submission.showing.disclosure, 300),
        "edited": _edited(submission),
        "image": _picture(submission) if submission.kind == "story" else {},
        "reply": _reply(submission),
        "lang": submission.lang,
        "consent_ref": submission.id,
    }
    return {key: value for key, value in head.items() if value}


def author_of(submission: Submission) -> dict[str, Any]:
    """Return who speaks, as far as they chose to be named; beside a short statement, their picture goes with it."""
    sender, display, scopes = submission.submitter, display_of(submission), scopes_of(submission)
    if display == "anonymous":
        return {"display": "anonymous"}
    named = _is_named(submission)
    shown = {
        "name": shown_name(sender.name, display) if named else "",
        "display": "full" if named else "role",
        "role": sender.role,
        "company": sender.company if "publish_company" in scopes else "",
        "location": sender.location if named else "",
        "photo": {} if submission.kind == "story" else _picture(submission),
    }
    return {key: value for key, value in shown.items() if value}


def _is_named(submission: Submission) -> bool:
    return "publish_name" in scopes_of(submission) and display_of(submission) in _NAMED


def _about(submission: Submission) -> dict[str, Any]:
    about = submission.about
    return {} if about.self else {"self": False, "name": about.name, **({"url": about.url} if about.url else {})}


def rating_of(submission: Submission) -> int:
    """Return the stars as they were given, where they are whole; else none are shown."""
    rating = submission.text.rating
    return int(rating) if rating is not None and rating == int(rating) else 0


def _incentive(submission: Submission) -> dict[str, Any]:
    given = submission.incentive
    return {"given": True, "kind": given.kind or "gift", "description": given.description} if given.given else {}


def _edited(submission: Submission) -> dict[str, Any]:
    shown = shown_of(submission)
    if not shown.kinds:
        return {}
    agreed = {"approved_by_author": True, "at": shown.agreed} if shown.agreed else {}
    return {"kinds": list(shown.kinds), **agreed}


def _picture(submission: Submission) -> dict[str, str]:
    picture = picture_of(submission)
    if picture is None:
        return {}
    return {"src": f"picture{PurePosixPath(picture.path).suffix}", **({"alt": picture.alt} if picture.alt else {})}


def _reply(submission: Submission) -> dict[str, Any]:
    showing = submission.showing
    said = {"by": showing.reply_by, "text": as_text(showing.reply), "date": showing.reply_at}
    return {key: value for key, value in said.items() if value} if showing.reply else {}
