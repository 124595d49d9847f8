"""Entries: from answers, in whatever shape a source has them, to one submission.

    bytes ──source──▶ Answers ──entry_of──▶ Entry(submission, files, signals)

Everything here is pure: the same answers give the same entry. What was not understood is noted in the record and
kept as it was written; only what cannot be a submission at all is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from caresite.core.codes_stories import AMBIGUOUS_DATE, REFUSED_ENTRY, UNREADABLE_EXPORT
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.intake import Form, IncomingSource
from caresite.core.suggest import nearest
from caresite.submissions.agreements import Agreed, Wordings, agreement_of
from caresite.submissions.answers import AmbiguousDate, Order, moment_of, web_address
from caresite.submissions.columns import RECEIVED, SOURCE_ID, by_meaning, is_technical, missing_columns
from caresite.submissions.fold import clean_line, clean_text
from caresite.submissions.people import Desk, about_of, incentive_of, photos_of, submitter_of, words_of
from caresite.submissions.questions import FORM_LANG, FORM_NAME, REQUEST_FORM, SECONDS, decoys, story_forms
from caresite.submissions.records import SCHEMA, Evidence, Submission, SubmissionKind, identify

__all__ = ["ASIDE", "Answers", "Entry", "Intake", "RawFile", "Received", "Signals", "collect", "entry_of", "unreadable"]

ASIDE = frozenset(
    ("quoted below", "signature", "forwarded with", "beyond the last column", "request", "which", "unnamed")
)
"""What is kept with an entry and was no answer of its own."""
_MAX_CHARACTERS = 2_000_000
_MAX_EXTRA = 60
_MAX_EXTRA_LENGTH = 20_000
_AHEAD = timedelta(days=1)
_USUAL_AGE = 16  # that of GDPR 8, where no form says another


class RawFile(Struct, frozen=True, kw_only=True):
    """A file that came with an entry, as it came."""

    name: str
    type: str = ""
    data: bytes
    way: Literal["upload", "mail", "link"] = "upload"


class Answers(Struct, frozen=True, kw_only=True):
    """One entry as a source has it: `fields` by their names there, `received` as it is written there.

    `zone` is that of `received` where the source says so; `marks` are what the source itself thinks of the entry. What
    somebody wrote in a letter cannot agree to anything by itself: then `may_agree` is false.
    """

    source: str
    source_id: str = ""
    fields: Mapping[str, str]
    received: str | datetime = ""
    zone: tzinfo | None = None
    form: str = ""
    url: str = ""
    raw: bytes
    span: Span
    files: tuple[RawFile, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    may_agree: bool = True
    is_reply: bool = False


class Signals(Struct, frozen=True, kw_only=True):
    """What whoever judges an entry is told of it and the record does not keep."""

    decoy_filled: bool = False
    seconds: float | None = None
    marks: tuple[str, ...] = ()
    is_reply: bool = False


class Entry(Struct, frozen=True, kw_only=True):
    """One submission that came in, with its files and where it stood."""

    submission: Submission
    files: tuple[RawFile, ...] = ()
    signals: Signals = Signals()
    span: Span


class Received(Struct, frozen=True):
    """What a source made of bytes: entries, what it could not take in, and how many belong to other forms."""

    entries: tuple[Entry, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    left: int = 0


class Intake(Struct, frozen=True, kw_only=True):
    """What a source must know besides the bytes: the moment, the config, the wordings.

    `shown` names the bytes for people; `form` is the form they are of, where whoever fetched them knows. `firm` are the
    names of the firm, `own_addresses` its e-mail addresses.
    """

    now: datetime
    zone: ZoneInfo
    shown: str
    name: str = ""
    form: str = ""
    source: IncomingSource
    forms: Mapping[str, Form] = {}
    wordings: Wordings = Wordings()
    firm: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()

    @property
    def own_zone(self) -> tzinfo:
        """The zone of dates without one."""
        return ZoneInfo(self.source.timezone) if self.source.timezone else self.zone


def collect(found: Iterable[Answers], intake: Intake, told: Iterable[Diagnostic] = ()) -> Received:
    """Return what the answers of one delivery become; what is refused is told with its place."""
    entries: list[Entry] = []
    diagnostics = list(told)
    left = 0
    columns: set[str] = set()
    for answers in found:
        if not _is_for_us(answers, intake):
            left += 1
            continue
        columns.update(answers.fields)
        try:
            entries.append(entry_of(answers, intake))
        except Problem as problem:
            diagnostics.extend(problem.diagnostics)
        except Exception as error:  # whatever is wrong with one entry, the others are taken in
            diagnostics.append(unreadable(answers.span, error))
    diagnostics.extend(_misspelt(columns, intake))
    return Received(tuple(entries), tuple(diagnostics), left)


def unreadable(span: Span, error: Exception) -> Diagnostic:
    """Return what is told of an entry that made the reading of it fail."""
    why = clean_line(f"{type(error).__name__}: {error}", 200).rstrip(": ")
    return fault(REFUSED_ENTRY, span, f"it could not be read ({why})")


def _misspelt(columns: Collection[str], intake: Intake) -> Iterator[Diagnostic]:
    """Report names in `map` that no entry has, where one has nearly that; who left a question out may not send it."""
    named = {name.strip() for names in intake.source.map.values() for name in names.split(" + ")}
    for meaning, name in missing_columns(intake.source.map, columns):
        if meaning not in (RECEIVED, SOURCE_ID) and (near := nearest(name, {*columns} - named)):
            message = f"no entry has “{name}”, which `map` calls `{meaning}`, so nobody was taken to be asked it"
            hint = f"did you mean “{near}”? Correct it in `map`, and pull with `--again`."
            yield fault(UNREADABLE_EXPORT, Span(intake.shown), message, hint=hint, severity="warning")


def _is_for_us(answers: Answers, intake: Intake) -> bool:
    """Tell whether an entry was sent by a form for stories, and not by another one of the site's."""
    name = answers.form or answers.fields.get(FORM_NAME, "") or intake.form
    if intake.source.kind == "vote":
        return not name or name == intake.source.form or (name in intake.forms and intake.forms[name].kind == "vote")
    return not name or name in (intake.source.form, REQUEST_FORM) or name in story_forms(intake.forms)


def entry_of(answers: Answers, intake: Intake) -> Entry:
    """Return the entry that `answers` are. Raises Problem for what cannot be taken in."""
    if sum(len(text) for text in answers.fields.values()) > _MAX_CHARACTERS:
        message = f"the entry has more than {_MAX_CHARACTERS:,} characters"
        raise Problem(fault(REFUSED_ENTRY, answers.span, message))
    form_name, form = _form(answers, intake)
    known, rest = by_meaning(answers.fields, intake.source.map, min_age=form.min_age if form else _USUAL_AGE)
    traps = decoys(form_name, form) if form else ()
    desk = Desk(known, form.min_age if form else 0)
    received_at = _received(answers, desk, intake)
    agreed = (
        agreement_of(known, received_at, source=intake.source, wordings=intake.wordings)
        if answers.may_agree
        else Agreed(None)
    )
    source_id = clean_line(answers.source_id or known.get(SOURCE_ID, ""), 300)
    words = words_of(desk)
    kind = _kind(form_name, form, intake)
    if not (words.body or words.rating or kind in ("request", "vote")):
        raise Problem(_wordless(answers))
    submission = Submission(
        id=identify(answers.source, source_id, [sorted(answers.fields.items()), str(answers.received)]),
        schema=SCHEMA,
        source=answers.source,
        source_name=intake.name,
        source_id=source_id,
        source_url=web_address(answers.url),
        form=form_name,
        received_at=received_at,
        imported_at=intake.now.astimezone(UTC).replace(microsecond=0),
        raw_sha256=hashlib.sha256(answers.raw).hexdigest(),
        lang=clean_line(known.get(FORM_LANG, ""), 20),
        kind=kind,
        submitter=submitter_of(desk),
        about=about_of(desk, intake.firm),
        text=words,
        media=photos_of(desk),
        incentive=incentive_of(desk),
        consent=(agreed.record,) if agreed.record else (),
        evidence=answers.evidence,
        noticed=tuple(dict.fromkeys((*answers.noticed, *desk.noticed, *agreed.noticed))),
        extra=_extra({**rest, **_asked(known), **desk.unread(), **agreed.unread}, traps, intake),
    )
    filled = any(answers.fields.get(trap, "").strip() for trap in traps)
    signals = Signals(
        decoy_filled=filled,
        seconds=_seconds(known.get(SECONDS, "")),
        marks=answers.marks,
        is_reply=answers.is_reply,
    )
    return Entry(submission=submission, files=answers.files, signals=signals, span=answers.span)


def _form(answers: Answers, intake: Intake) -> tuple[str, Form | None]:
    """Return the form that was filled in: named by the entry, by the source, or the only one for stories."""
    stories = story_forms(intake.forms)
    name = answers.form or answers.fields.get(FORM_NAME, "") or intake.form or intake.source.form
    if not name and len(stories) == 1 and answers.source in ("netlify", "formspree"):
        name = next(iter(stories))
    return clean_line(name, 100), intake.forms.get(name)


def _kind(form_name: str, form: Form | None, intake: Intake) -> SubmissionKind:
    if form_name == REQUEST_FORM:
        return "request"
    return form.kind if form and form.kind != "contact" else intake.source.kind


def _received(answers: Answers, desk: Desk, intake: Intake) -> datetime:
    """Return when it came, in UTC. Raises Problem for a date that cannot be read or may mean two days."""
    given = answers.received or desk.line(RECEIVED)
    now = intake.now.astimezone(UTC).replace(microsecond=0)
    if not given:
        desk.noticed.append("it says no date; the day it was taken in is used")
        return now
    try:
        moment = given if isinstance(given, datetime) else moment_of(given, _zone(answers, intake), _order(intake))
    except AmbiguousDate as error:
        raise Problem(fault(AMBIGUOUS_DATE, answers.span, f"the entry was not taken in: {error}")) from None
    except ValueError as error:
        message = f"the entry’s date “{clean_line(str(given), 60)}” cannot be used: {error}"
        raise Problem(fault(REFUSED_ENTRY, answers.span, message)) from None
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    if moment > now + _AHEAD:
        desk.noticed.append(f"its date {moment:%Y-%m-%d} is still to come; the day it was taken in is used")
        return now
    return moment


def _zone(answers: Answers, intake: Intake) -> tzinfo:
    return answers.zone or intake.own_zone


def _order(intake: Intake) -> Order:
    return intake.source.date_order


def _wordless(answers: Answers) -> Diagnostic:
    """Say what an entry without words holds instead, and how to point at them."""
    names = [clean_line(name, 40) for name in answers.fields]
    shown = ", ".join(f"“{name}”" for name in names[:8]) + (" and more" if len(names) > 8 else "")
    message = "the entry holds no words" + (f"; it has {shown}" if names else "")
    hint = "say which of these is the story: `map: {story: …}` in the source" if names else ""
    return fault(REFUSED_ENTRY, answers.span, message, hint=hint)


def _asked(known: Mapping[str, str]) -> dict[str, str]:
    """Return what somebody wants to have changed and of which story, or what they voted for."""
    return {name: known[name] for name in ("request", "which", "vote_for", "vote") if name in known}


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 10_000_000 else None


def _extra(rest: Mapping[str, str], traps: Iterable[str], intake: Intake) -> dict[str, str]:
    """Return the answers that have no place of their own, without what computers added about themselves."""
    found: dict[str, str] = {}
    for column, text in rest.items():
        is_dropped = column in traps or (is_technical(column) and not intake.source.keep_technical)
        if not is_dropped and (words := clean_text(text)) and len(found) < _MAX_EXTRA:
            found[clean_line(column, 120) or "unnamed"] = words[:_MAX_EXTRA_LENGTH]
    return found
