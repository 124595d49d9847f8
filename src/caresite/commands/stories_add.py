"""`caresite stories add`: a story that came by telephone, by letter or over the counter, written down by hand."""

from __future__ import annotations

import sys
from datetime import UTC
from typing import NamedTuple

import click
from msgspec.structs import replace

from caresite.commands.given_file import text_given
from caresite.commands.report import print_diagnostics
from caresite.commands.session import Session, printable
from caresite.commands.stories_look import decider, mended
from caresite.core.config import is_language_tag
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Span
from caresite.core.intake import IncomingSource
from caresite.core.suggest import nearest
from caresite.kinds.consent import SCOPES, Scope
from caresite.kinds.testimonial import DISPLAYS, Display
from caresite.submissions.agreements import scopes_of_display
from caresite.submissions.answers import display_of
from caresite.submissions.entries import Answers, Entry, Intake, entry_of
from caresite.submissions.inbox import Channel, intake_of, limits_of
from caresite.submissions.leaks.before import note_what_was_public
from caresite.submissions.pull import Desk
from caresite.submissions.questions import FORM_LANG
from caresite.submissions.records import Agreement, Method
from caresite.submissions.sources.mail import SOURCE as MAIL

__all__ = ["WAYS", "AddFlags", "display_named", "run_add", "scope_named"]

WAYS: dict[str, Method] = {
    "phone": "recorded-call",
    "letter": "letter",
    "in-person": "in-person",
    "email": "email-reply",
}
_MARK = "# Write down what was said, in their own words. Lines that begin with # are left out.\n"


class AddFlags(NamedTuple):
    """The options of `stories add`."""

    text: str = ""
    file: str = ""
    via: str = "phone"
    date: str = ""
    name: str = ""
    display: str = ""
    email: str = ""
    phone: str = ""
    role: str = ""
    company: str = ""
    location: str = ""
    lang: str = ""
    about: str = ""
    title: str = ""
    rating: str = ""
    relation: str = "customer"
    incentive: str | None = None
    of_age: bool = False
    consent: tuple[str, ...] = ()
    wording: str = ""
    kind: str = "story"
    by: str = ""


def run_add(session: Session, flags: AddFlags) -> int:
    """Write one story down; returns 1 when it is there already."""
    settings = session.settings()
    store = mended(session)
    words = _words(flags)
    source = IncomingSource(type="manual", kind=flags.kind)  # type: ignore[arg-type]
    intake = intake_of(settings, session.root, store, Channel("", source, MAIL), session.now_in(settings.zone))
    entry = _with_agreement(entry_of(_answers(flags, words, intake), intake), flags, intake)
    desk = Desk(store, limits_of(settings), by=decider(session, flags.by))
    desk.keep((entry,), intake)
    note_what_was_public(store, settings, [each.id for each in desk.outcome.arrived])
    store.close()
    print_diagnostics(session, desk.outcome.diagnostics)
    if not desk.outcome.arrived:
        session.say(f"It is there already, as {entry.submission.id}.")
        return 1
    new = desk.outcome.arrived[0]
    if session.json:
        session.answer({"ok": True, "id": new.id, "state": new.state})
    session.say(f"Written down as {new.id}, {new.state}.")
    for noticed in new.noticed:
        session.say(f"  {printable(noticed)}")
    return 0


def _words(flags: AddFlags) -> str:
    """Return what was said. Raises UsageError when there are no words."""
    if flags.text and flags.file:
        raise click.UsageError("give --text or --file, not both")
    if flags.file:
        words = text_given(flags.file, "--file", "save what was said there first")
    elif not flags.text and not sys.stdin.isatty():
        words = sys.stdin.read()
    elif flags.text:
        words = flags.text
    else:
        written = str(click.edit(f"\n\n{_MARK}") or "")
        words = "\n".join(line for line in written.split("\n") if not line.startswith("#"))
    if not words.strip():
        raise click.UsageError("there are no words; give them with --text, --file or on standard input")
    return words


def _answers(flags: AddFlags, words: str, intake: Intake) -> Answers:
    display_named(flags.display)
    if flags.lang and not is_language_tag(flags.lang):
        raise click.BadParameter(
            f"“{flags.lang}” is not a language tag; write it as es, de or pt-BR", param_hint="--language"
        )
    try:
        said = parse_date(flags.date, intake.zone) if flags.date else intake.now
    except ValueError as error:
        raise click.BadParameter(f"“{flags.date}”: {error}", param_hint="--date") from None
    given = {
        **{name: getattr(flags, name) for name in ("name", "email", "phone", "role", "company", "location", "about")},
        **{name: getattr(flags, name) for name in ("title", "rating", "relation", "display")},
        "story": words,
        FORM_LANG: flags.lang,
        "age": "yes" if flags.of_age else "",
        "incentive": "" if flags.incentive is None else "yes" if flags.incentive else "no",
        "incentive_what": flags.incentive or "",
    }
    fields = {name: text for name, text in given.items() if text}
    return Answers(
        source="manual",
        source_id="",
        fields=fields,
        received=said.astimezone(UTC).replace(microsecond=0),
        raw=words.encode("utf-8", "replace"),
        span=Span("the command line"),
    )


def _with_agreement(entry: Entry, flags: AddFlags, intake: Intake) -> Entry:
    """Return the entry with what was agreed to by word of mouth or in writing, as whoever writes it down says."""
    scopes = [scope_named(name, "--consent") for name in flags.consent]
    if "publish_text" in scopes:
        sender = entry.submission.submitter
        shown = scopes_of_display(sender.display, sender.company)
        scopes.extend(scope for scope in shown if scope not in scopes)
    if not scopes:
        return entry
    wording = intake.wordings.now.get(flags.wording)
    if flags.wording and wording is None:
        near = nearest(flags.wording, intake.wordings.now)
        advice = f"; did you mean “{near}”?" if near else ""
        raise click.BadParameter(f"there is no wording “{flags.wording}” in consent/{advice}", param_hint="--wording")
    agreement = Agreement(
        at=entry.submission.received_at,
        method=WAYS[flags.via],
        granted=tuple(scopes),
        wording_id=flags.wording,
        wording_sha256=wording.sha256 if wording else "",
    )
    return replace(entry, submission=replace(entry.submission, consent=(agreement,)))


def scope_named(name: str, option: str) -> Scope:
    """Return a purpose by its name. Raises BadParameter, for `option`, when there is none of that name."""
    if name in SCOPES:
        return name  # type: ignore[return-value]
    near = nearest(name, SCOPES)
    advice = f"did you mean “{near}”?" if near else f"there are {', '.join(SCOPES)}"
    raise click.BadParameter(f"“{name}” is not a purpose; {advice}", param_hint=option)


def display_named(given: str) -> Display | None:
    """Return a way to show a name, None where none was given. Raises BadParameter for a word that is none."""
    found = display_of(given) if given else None
    if given and found is None:
        message = f"“{given}” is not a way to show a name; there are {', '.join(DISPLAYS)}"
        raise click.BadParameter(message, param_hint="--display")
    return found
