"""`caresite stories edit`: the words that are shown, and what is known about them."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import click
import msgspec

from caresite.commands.given_file import text_given
from caresite.commands.session import Session
from caresite.commands.stories_add import display_named
from caresite.commands.stories_decide import review_of, tell_taken
from caresite.commands.stories_look import found_id
from caresite.core.suggest import nearest
from caresite.submissions.public import shown_of
from caresite.submissions.records import RELATIONS, About, Submission
from caresite.submissions.review.decisions import Edit

__all__ = ["EditFlags", "run_edit"]

_MARK = "# Change the words above; lines that begin with # are left out. Write … where you leave something out.\n"


class EditFlags(NamedTuple):
    """The options of `stories edit`; None leaves a thing as it is."""

    id: str
    text: str | None = None
    file: str = ""
    title: str | None = None
    as_sent: bool = False
    kind: tuple[str, ...] = ()
    display: str | None = None
    disclosure: str | None = None
    reply: str | None = None
    reply_by: str | None = None
    picture: bool | None = None
    alt: str | None = None
    relation: str | None = None
    incentive: str | None = None
    age: str | None = None
    lang: str | None = None
    about: str | None = None
    staff: tuple[str, ...] = ()
    staff_agreed: tuple[str, ...] = ()
    note: str | None = None
    hold: bool | None = None
    overwrite: bool = False
    by: str = ""


_ASIDE = frozenset(
    (
        "id",
        "text",
        "file",
        "as_sent",
        "kind",
        "about",
        "staff",
        "staff_agreed",
        "relation",
        "display",
        "overwrite",
        "by",
    )
)


def run_edit(session: Session, flags: EditFlags) -> int:
    """Change the words that are shown, or what is known about them; without options, in your editor."""
    review, _ = review_of(session, flags.by)
    item_id = found_id(review.store, flags.id)
    item, revision, _ = review.open(item_id)
    facts = {name: value for name, value in flags._asdict().items() if name not in _ASIDE and value is not None}
    facts |= {**_staff(flags, item), **_about(flags), **_choices(flags)}
    words = _words(flags, item, nothing_else=not (facts or flags.overwrite))
    edit = msgspec.convert({**facts, **words, "kinds": flags.kind}, type=Edit, strict=False)
    taken = review.take(item_id, edit, revision, overwrite=flags.overwrite)
    kinds = shown_of(taken.submission).kinds
    changed = f"its words differ from what came ({', '.join(kinds)})" if kinds else "its words are as they came"
    tell_taken(session, taken, f"{item_id} is changed; {changed}.")
    for each in review.open(item_id).lacks:
        session.say(f"  still missing: {each.message}")
    return 0


def _choices(flags: EditFlags) -> dict[str, str]:
    """Return what is one of a few words. Raises BadParameter for another."""
    found: dict[str, str] = {}
    if flags.relation is not None:
        if flags.relation not in RELATIONS:
            near = nearest(flags.relation, RELATIONS)
            advice = f"did you mean “{near}”?" if near else f"there are {', '.join(RELATIONS)}"
            raise click.BadParameter(f"“{flags.relation}” is not a tie; {advice}", param_hint="--relation")
        found["relation"] = flags.relation
    if (display := display_named(flags.display or "")) is not None:
        found["display"] = display
    return found


def _words(flags: EditFlags, item: Submission, *, nothing_else: bool) -> dict[str, str]:
    """Return the words that are to be shown, if they change."""
    if flags.as_sent:
        return {"title": "", "body": ""}
    if flags.file:
        return {"body": text_given(flags.file, "--file", "save the words there first").strip()}
    if flags.text is not None:
        return {"body": flags.text}
    if not nothing_else:
        return {}
    if not sys.stdin.isatty():
        raise click.UsageError("say what to change; `caresite stories edit --help` lists it")
    written = click.edit(f"{shown_of(item).body}\n\n{_MARK}")
    if written is None:
        raise click.UsageError("nothing was saved, so nothing is changed")
    return {"body": "\n".join(line for line in written.split("\n") if not line.startswith("#")).strip()}


def _staff(flags: EditFlags, item: Submission) -> dict[str, tuple[str, ...]]:
    """Return who else is named; one who agreed is named, too."""
    if not (flags.staff or flags.staff_agreed):
        return {}
    about = item.about
    agreed = tuple(dict.fromkeys((*about.staff_agreed, *flags.staff_agreed)))
    return {"staff_named": tuple(dict.fromkeys((*about.staff_named, *flags.staff, *agreed))), "staff_agreed": agreed}


def _about(flags: EditFlags) -> dict[str, Any]:
    if flags.about is None:
        return {}
    about = About(self=False, name=flags.about) if flags.about else About()
    return {"about": msgspec.to_builtins(about)}
