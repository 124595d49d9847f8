"""Guards: what must hold before somebody's words may be shown, and who can settle what does not.

The build asks the same again of what is on the site (`pipeline/consent.py`); here it is asked of the private record,
before anything is on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from caresite.core.config import Settings
from caresite.core.intake import RetentionDays
from caresite.submissions.listing import summary_of
from caresite.submissions.public import display_of, picture_of, scopes_of, shown_of, suggested_title
from caresite.submissions.records import Agreement, Submission, decisions

__all__ = ["MADE_UP", "UNTIED", "Hindrance", "Terms", "ends_of", "granting", "hindrances", "terms_of"]

_UNNAMED = frozenset(("anonymous", "role", "initials"))
UNTIED = frozenset(("customer", "client", "reader"))
_NO_CONSENT = {
    "": "nobody has asked whether the words may be shown",
    "denied": "the author said no to showing the words",
    "withdrawn": "the author took back their yes to showing the words",
    "not answered": "the author was asked whether the words may be shown, and did not answer",
    "not understood": "the author's answer whether the words may be shown was not understood: “{answer}”",
}


class Terms(NamedTuple):
    """On what terms somebody decides: who, when, and what the site says of its words.

    `zone` and `language` are the site's, `mode` that of the config, `curated` or `reviews`; `min_age` and `retention`
    are by form; `wordings` are the digests of the texts that are kept, None where nobody has looked.
    """

    by: str
    now: datetime
    zone: tzinfo = UTC
    mode: str = "curated"
    language: str = "en"
    wordings: frozenset[str] | None = None
    min_age: Mapping[str, int] = {}
    retention: Mapping[str, RetentionDays] = {}

    def days_of(self, item: Submission) -> RetentionDays:
        """Return how long what came by the form of `item` is kept."""
        return self.retention.get(item.form, RetentionDays())


def terms_of(settings: Settings, *, by: str, now: datetime) -> Terms:
    """Return the terms of a site for whoever decides at `now`."""
    forms = settings.config.forms
    return Terms(
        by=by,
        now=now,
        zone=settings.zone,
        mode=settings.config.testimonials.mode,
        language=settings.config.language,
        min_age={name: form.min_age for name, form in forms.items()},
        retention={name: form.retention_days for name, form in forms.items()},
    )


MADE_UP = "Every page says that the people on this site are made up. Take `sample: true` out of the config."


class Hindrance(NamedTuple):
    """One thing that stands in the way: what it is, in words, and what to do; `asks` when its author can settle it."""

    what: str
    message: str
    remedy: str
    asks: bool = False


def hindrances(item: Submission, terms: Terms) -> tuple[Hindrance, ...]:
    """Return what stands in the way of showing `item`; nothing, when it may be."""
    if item.kind == "request":
        remedy = "do what they ask for, then erase it"
        return (Hindrance("request", "it is a message to you, and nothing to be shown", remedy),)
    found = (*_consent(item, terms), *_age(item, terms), *_tie(item), *_incentive(item), *_disclosure(item))
    return (*found, *_title(item), *_private(item), *_picture(item), *_edit(item))


def _consent(item: Submission, terms: Terms) -> Iterator[Hindrance]:
    agreement = granting(item, "publish_text")
    if not item.text.body.strip():
        yield Hindrance("words", "there are no words in it", "decline it as `too-thin`")
    if agreement is None:
        known = decisions(item.consent).get("publish_text", "")
        how, remedy = _NO_CONSENT[known].format(answer=item.extra.get("publish_text")), f"ask the author: {_ask(item)}"
        if not known and item.moderation.state == "awaiting_author":
            how = "the author was asked whether the words may be shown, and there is no yes to that on record"
            answered = f"`caresite stories approve {item.id[:6]} --evidence FILE --agreed publish_text`"
            remedy = f"if their answer is a yes to this: {answered}"
        yield Hindrance("publish_text", how, remedy, asks=True)
    elif agreement.expires and agreement.expires <= terms.now.date():
        message = f"consent to show the words ended on {agreement.expires}"
        yield Hindrance("publish_text", message, f"ask the author again: {_ask(item)}", asks=True)
    elif agreement.wording_sha256 and terms.wordings is not None and agreement.wording_sha256 not in terms.wordings:
        message = "the text that the author agreed to is not kept, so nothing proves the yes (GDPR 7(1))"
        remedy = "put exactly that text back into `consent/`, or ask the author again"
        yield Hindrance("publish_text", message, remedy, asks=True)


def _age(item: Submission, terms: Terms) -> Iterator[Hindrance]:
    age, agreement = item.submitter.age, granting(item, "publish_text")
    if age in ("of-age", "parent-agreed") or (agreement and agreement.given_by == "parent"):
        return
    if age == "under-age":
        yield Hindrance("age", "the author is under age and no parent agreed", "ask a parent (GDPR 8)", asks=True)
    elif terms.min_age.get(item.form, 16):
        remedy = f"ask, then say it: {_edit_with(item, '--age of-age')}, or `--age parent-agreed`"
        yield Hindrance("age", "nobody has asked whether the author is of age", remedy, asks=True)


def _tie(item: Submission) -> Iterator[Hindrance]:
    if item.submitter.relation == "unknown":
        remedy = f"say it, {_edit_with(item, '--relation customer')}, or ask"
        yield Hindrance("relation", "how the author is tied to you is not known", remedy, asks=True)


def _incentive(item: Submission) -> Iterator[Hindrance]:
    if item.incentive.conditional_on_positive:
        remedy = "decline it as `unlawful`; such words may never be shown (16 CFR 465.4)"
        yield Hindrance("conditional", "something was promised on condition of praise", remedy)
    if item.incentive.given is None:
        nothing = _edit_with(item, '--incentive ""')
        remedy = f"say it, {nothing} for nothing, or ask"
        yield Hindrance("incentive", "whether anything was given for the words is not known", remedy, asks=True)


def _disclosure(item: Submission) -> Iterator[Hindrance]:
    if item.showing.disclosure:
        return
    remedy = f"say it in one plain sentence, shown beside the words: {_edit_with(item, '--disclosure …')}"
    relation = item.submitter.relation
    if item.incentive.given:
        yield Hindrance("disclosure", "something was given for the words, and nothing says so", remedy)
    elif relation not in (*UNTIED, "unknown"):
        yield Hindrance("disclosure", f"the author is tied to you ({relation}), and nothing says so", remedy)


def _title(item: Submission) -> Iterator[Hindrance]:
    """Ask for the headline of a story that came without one; what was on the site before keeps what it had."""
    if item.kind == "story" and item.text.body.strip() and not (shown_of(item).title or item.published_as):
        command = f'`caresite stories approve {item.id[:6]} --title "…"`'
        remedy = f"give it one, {command}; its own words suggest “{suggested_title(item)}”"
        yield Hindrance("title", "it has no title, which is its headline and its address", remedy)


def _private(item: Submission) -> Iterator[Hindrance]:
    """Tell of ways to reach somebody that stand in the words, where they may be the author's or anybody's."""
    shown, known = shown_of(item), summary_of(item)
    words = f"{shown.title}\n{shown.body}".lower()
    if _names_author(item, words):
        yield Hindrance(
            "name",
            f"the words give away the name, of which “{display_of(item)}” may be shown",
            f"take it out, {_edit_with(item, '--text …')}, or ask whether it may stand there",
            asks=True,
        )
    for found in (*known.emails, *known.phones):
        if found.lower() in words:
            what = "an e-mail address" if "@" in found else "a telephone number"
            remedy = f"take it out, {_edit_with(item, '--text …')}; a `…` says that something is missing"
            yield Hindrance("private", f"the words give away {what}", remedy)


def _names_author(item: Submission, words: str) -> bool:
    """Tell whether the words hold more of the name than may be shown: all of it, or their author's signature."""
    name, display = item.submitter.name.lower().split(), display_of(item)
    if display == "full" and "publish_name" in scopes_of(item):
        return False
    if len(name) > 1 and re.search(r"\b" + r"\W+".join(map(re.escape, name)) + r"\b", words):
        return True
    return display in _UNNAMED and any(line.strip(" .,!~*–—-") in name for line in words.split("\n"))


def _picture(item: Submission) -> Iterator[Hindrance]:
    picture = picture_of(item)
    if picture and not picture.alt.strip():
        remedy = f"say it for those who do not see it, {_edit_with(item, '--alt …')}, or leave it out: `--no-picture`"
        yield Hindrance("alt", "nobody has said what the picture shows", remedy)


def _edit(item: Submission) -> Iterator[Hindrance]:
    shown = shown_of(item)
    if {*shown.kinds} - {"typo"} and shown.agreed is None:
        changed = " and ".join(sorted({*shown.kinds} - {"typo"}))
        message = f"the words were changed ({changed}), and their author has not agreed"
        yield Hindrance("edit", message, f"ask the author, who sees the new words first: {_ask(item)}", asks=True)


def _ask(item: Submission) -> str:
    return f"`caresite stories ask {item.id[:6]}`"


def _edit_with(item: Submission, option: str) -> str:
    return f"`caresite stories edit {item.id[:6]} {option}`"


def granting(item: Submission, scope: str) -> Agreement | None:
    """Return the agreement that grants `scope` now, the latest; None when nothing does."""
    if decisions(item.consent).get(scope) != "granted":
        return None
    return max((a for a in item.consent if scope in a.granted), key=lambda a: a.at)


def ends_of(item: Submission) -> date | None:
    """Return the day on which the first of what was agreed to for its page ends; None when nothing does."""
    scopes = ("publish_text", "publish_name", "publish_company", "publish_photo")
    agreements = (granting(item, scope) for scope in scopes)
    return min((a.expires for a in agreements if a and a.expires), default=None)
