"""The sheet: everything that somebody who decides about a submission should see, made ready for the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from caresite.core.config import Settings
from caresite.kinds.testimonial import DISPLAYS
from caresite.pipeline.catalog import Site
from caresite.pipeline.consent import shown_name
from caresite.preview.stories.forms import METHODS
from caresite.preview.stories.labels import in_browser
from caresite.submissions.public import Shown, author_of, shown_of, suggested_title
from caresite.submissions.records import REJECTIONS, Method, Submission, decisions
from caresite.submissions.review.actions import Open, Review
from caresite.submissions.review.edits import Doubt, Piece, doubts, pieces
from caresite.submissions.review.guards import Hindrance
from caresite.submissions.review.letter import LETTER_LANGUAGES, Letter, asking_of, letter_to, was_asked_for_name
from caresite.submissions.review.states import MOVES
from caresite.submissions.wordings import Wording, by_digest, read_wording, wordings_in

__all__ = ["Box", "Changes", "Lack", "Line", "NameChoice", "Sheet", "changes_between", "sheet_of"]

SCOPES_IN_WORDS = {
    "publish_text": "Show the words",
    "publish_name": "Show the name",
    "publish_company": "Show the company",
    "publish_photo": "Show the picture",
    "publish_video": "Show the video",
    "edit_for_length": "Shorten the words",
    "translate": "Translate the words",
    "marketing_reuse": "Use the words elsewhere",
    "contact_back": "Get in touch",
    "keep_after_contest": "Keep it after the contest",
}
_HOW: dict[Method, str] = {
    **METHODS,
    "form-checkbox": "in the form",
    "platform-terms": "by the terms of another platform",
    "imported-claim": "as an export claims",
}
_BY_DISPLAY = ("publish_name", "publish_company")
_REMEDIES = {
    **dict.fromkeys(("age", "relation", "incentive"), "say it under “Facts” above, or ask the author"),
    **dict.fromkeys(("publish_text", "edit"), "ask the author, below"),
    "disclosure": "say it in one plain sentence under “Facts” above",
    "title": "the box above the button has one to start from",
    "private": "take it out of the words above; … says that something is missing",
}


class Line(NamedTuple):
    """One box of a form: what it is for, what was said (as in `Agreement`), and the exact sentence.

    A name is agreed to by choosing how it is shown; `chosen` is that choice. `answer` is what was not understood.
    """

    scope: str
    purpose: str
    said: str
    sentence: str
    chosen: str = ""
    answer: str = ""


class Box(NamedTuple):
    """One time that the author said yes or no, with what they were told."""

    day: str
    method: str
    wording: str
    digest: str
    is_kept: bool
    lines: tuple[Line, ...]
    given_by: str
    ends: str
    is_answer: bool
    is_withdrawal: bool


class NameChoice(NamedTuple):
    """A way to show the name: what the config calls it, and what would stand on the page."""

    display: str
    shown: str


class Lack(NamedTuple):
    """What stands in the way, and what to do about it on this page."""

    message: str
    remedy: str


class Changes(NamedTuple):
    """What was changed in a title and in words."""

    title: tuple[Piece, ...]
    body: tuple[Piece, ...]

    @property
    def in_title(self) -> bool:
        """Whether the title was."""
        return any(piece.how != "same" for piece in self.title)

    @property
    def any(self) -> bool:
        """Whether anything was."""
        return self.in_title or any(piece.how != "same" for piece in self.body)


class Sheet(NamedTuple):
    """A submission to decide about. `may` says what may be decided now, `url` where it stands on the site.

    `suggestion` is a title to start from, where a story has none and needs one; `languages` are those of the letters.
    """

    item: Submission
    revision: str
    shown: Shown
    lacks: tuple[Lack, ...]
    doubts: tuple[Doubt, ...]
    noticed: tuple[str, ...]
    changes: Changes
    named: str
    is_name_asked: bool
    boxes: tuple[Box, ...]
    names: tuple[NameChoice, ...]
    letter: Letter
    mail: str
    granted: tuple[tuple[str, str], ...]
    askable: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    may: frozenset[str]
    url: str
    suggestion: str
    languages: tuple[str, ...] = LETTER_LANGUAGES


def sheet_of(opened: Open, review: Review, settings: Settings, site: Site | None) -> Sheet:
    """Return the sheet of a submission as it was read."""
    item = opened.submission
    shown = shown_of(item)
    letter = letter_to(item, opened.lacks, asking_of(settings, review.root, item))
    held = decisions(item.consent)
    return Sheet(
        item=item,
        revision=opened.revision,
        shown=shown,
        lacks=tuple(_lack(each) for each in opened.lacks),
        noticed=tuple(in_browser(each) for each in item.noticed),
        doubts=doubts(item.text.body, item.showing.body or item.text.body),
        changes=changes_between((item.text.title, item.text.body), (shown.title, shown.body)),
        named=_named(author_of(item)),
        is_name_asked=was_asked_for_name(item),
        boxes=tuple(_boxes(item, review, settings)),
        names=tuple(_names(item)),
        letter=letter,
        mail=_mail(letter),
        granted=tuple((s, SCOPES_IN_WORDS[s]) for s, said in held.items() if said == "granted"),
        askable=tuple((s, words) for s, words in SCOPES_IN_WORDS.items() if held.get(s) != "granted"),
        reasons=tuple(_reasons(item, review)),
        may=frozenset(_may(item)),
        url=_url(site, item.id),
        suggestion=suggested_title(item) if any(each.what == "title" for each in opened.lacks) else "",
    )


def _lack(found: Hindrance) -> Lack:
    return Lack(found.message, _REMEDIES.get(found.what) or in_browser(found.remedy))


def changes_between(before: tuple[str, str], after: tuple[str, str]) -> Changes:
    """Return what was changed between two pairs of title and words."""
    return Changes(pieces(before[0], after[0]), pieces(before[1], after[1]))


def _reasons(item: Submission, review: Review) -> Iterator[str]:
    """Yield the reasons for which `item` may be declined."""
    if item.moderation.state == "quarantined":
        yield "spam"
        return
    yield from (reason for reason in REJECTIONS if review.terms.mode == "curated" or reason != "other")


def _may(item: Submission) -> Iterator[str]:
    """Yield what may be decided about `item` in its state."""
    state = item.moderation.state
    yield from (after for before, after in MOVES if before == state)
    if state in ("pending", "awaiting_author", "approved"):
        yield "edit"


def _named(author: Mapping[str, str]) -> str:
    """Return who stands beside the words, on one line; empty when nobody does."""
    return ", ".join(author[key] for key in ("name", "role", "company", "location") if author.get(key))


def _names(item: Submission) -> Iterator[NameChoice]:
    """Yield the ways in which the name may be shown: the author's choice, and those that show less."""
    for display in DISPLAYS[DISPLAYS.index(item.submitter.display) :]:
        name = shown_name(item.submitter.name, display)
        yield NameChoice(display, name or {"role": item.submitter.role}.get(display, "") or "no name")


def _boxes(item: Submission, review: Review, settings: Settings) -> Iterator[Box]:
    kept = {digest: read_wording(digest, data, settings.zone)[0] for digest, data in review.store.wordings().items()}
    known = by_digest(wordings_in(review.root, settings.zone).values()) | kept
    for agreement in sorted(item.consent, key=lambda each: each.at):
        wording = known.get(agreement.wording_sha256)
        yield Box(
            day=f"{agreement.at.astimezone(settings.zone):%Y-%m-%d %H:%M}",
            method=_HOW[agreement.method],
            wording=agreement.wording_id,
            digest=agreement.wording_sha256,
            is_kept=wording is not None,
            lines=tuple(
                _line(wording, scope, said, item)
                for said in ("granted", "denied", "withdrawn", "not_answered", "not_understood")
                for scope in getattr(agreement, said)
            ),
            given_by=agreement.given_by,
            ends=agreement.expires.isoformat() if agreement.expires else "",
            is_answer=bool(agreement.edition),
            is_withdrawal=bool(agreement.withdrawn),
        )


def _line(wording: Wording | None, scope: str, said: str, item: Submission) -> Line:
    """Return one box with the sentence beside it, as it was read."""
    sentence = wording.purposes.get(scope, "") if wording else ""
    if said == "not_understood":
        return Line(scope, SCOPES_IN_WORDS[scope], said, sentence, answer=item.extra.get(scope, ""))
    if sentence or scope not in _BY_DISPLAY:
        return Line(scope, SCOPES_IN_WORDS[scope], said, sentence)
    asked = wording.name_display if wording else ""
    return Line(scope, SCOPES_IN_WORDS[scope], said, asked, item.submitter.display)


def _mail(letter: Letter) -> str:
    """Return an address that opens the letter in the mail program of this computer, where somebody left one."""
    if not letter.to:
        return ""
    return f"mailto:{quote(letter.to)}?subject={quote(letter.subject)}&body={quote(letter.text)}"


def _url(site: Site | None, item_id: str) -> str:
    """Return where a submission stands on the site as it was built last."""
    pages: Iterable[object] = site.pages.values() if site else ()
    for page in pages:
        if getattr(getattr(page, "meta", None), "consent_ref", "") == item_id:
            return str(getattr(page, "url", "")) if getattr(page, "has_page", False) else ""
    return ""
