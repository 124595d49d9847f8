"""The inbox of a site: its sources as the config declares them, ready to be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from caresite.core.codes_stories import BAD_SOURCE, UNKNOWN_FORM
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.intake import IncomingSource
from caresite.core.suggest import nearest
from caresite.submissions.agreements import Wordings
from caresite.submissions.columns import MAPPED
from caresite.submissions.deliveries import deliveries_at, files_at, missing_at
from caresite.submissions.entries import Intake
from caresite.submissions.options import options_of
from caresite.submissions.own_addresses import own_addresses
from caresite.submissions.sources.registry import Delivery, Errand, SourceKind, load_source
from caresite.submissions.spam.rules import SpamLimits
from caresite.submissions.store import Store
from caresite.submissions.wordings import Wording, by_digest, read_wording, wordings_in

__all__ = ["Channel", "channel", "check_paths", "check_sources", "deliveries", "intake_of", "limits_of"]


class Channel(NamedTuple):
    """One source of the config with the kind that reads it."""

    name: str
    source: IncomingSource
    kind: SourceKind


def channel(settings: Settings, name: str, root: Path | None = None) -> Channel:
    """Return the source called `name`. Raises Problem when there is none, or it cannot work as it is declared.

    With the site's `root`, the wording that it names must be there, too.
    """
    sources = settings.config.sources
    if name not in sources:
        near = nearest(name, sources)
        known = f"there are: {', '.join(sources)}" if sources else "there are none below `sources` yet"
        hint = f"did you mean `{near}`?" if near else known
        raise Problem(fault(BAD_SOURCE, Span(settings.path), f"there is no source `{name}`", hint=hint))
    wordings = wordings_in(root, settings.zone) if root else None
    if found := [d for d in _check(settings, name, wordings) if d.severity == "error"]:
        raise Problem(*found)
    place = place_in(settings.places, Span(settings.path, 1), f"sources.{name}.type", f"sources.{name}")
    return Channel(name, sources[name], load_source(sources[name].type, place))


def check_sources(settings: Settings, wordings: Collection[str]) -> Iterator[Diagnostic]:
    """Report every source of the config that cannot work. `wordings` are those that the site has."""
    for name, source in settings.config.sources.items():
        yield from _check(settings, name, wordings)
        place = place_in(settings.places, Span(settings.path, 1), f"sources.{name}.type", f"sources.{name}")
        try:
            kind = load_source(source.type, place)
        except Problem as problem:
            yield from problem.diagnostics
            continue
        if kind.fetch is None and not source.path:
            message = f"the source `{name}` needs `path:`, the file or folder to read"
            yield fault(BAD_SOURCE, place, message, hint="for example `path: private/inbox/*.csv`")


def _check(settings: Settings, name: str, wordings: Collection[str] | None) -> Iterator[Diagnostic]:
    source = settings.config.sources[name]

    def at(key: str) -> Span:
        return place_in(settings.places, Span(settings.path, 1), f"sources.{name}.{key}", f"sources.{name}")

    if source.form and source.form not in settings.config.forms:
        near = nearest(source.form, settings.config.forms)
        hint = f"did you mean `{near}`?" if near else ""
        yield fault(UNKNOWN_FORM, at("form"), f"there is no form `{source.form}`", hint=hint)
    if source.timezone and source.timezone not in available_timezones():
        yield fault(BAD_SOURCE, at("timezone"), f"`{source.timezone}` is not a timezone")
    if source.wording and wordings is not None and source.wording not in wordings:
        near = nearest(source.wording, wordings)
        hint = f"did you mean `{near}`?" if near else f"add the file `consent/{source.wording}.md`"
        yield fault(BAD_SOURCE, at("wording"), f"there is no wording `{source.wording}` in `consent/`", hint=hint)
    for meaning in source.map:
        if meaning not in MAPPED:
            near = nearest(meaning, MAPPED)
            hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(MAPPED)}"
            message = f"`map` of the source `{name}` knows nothing called `{meaning}`"
            yield fault(BAD_SOURCE, at(f"map.{meaning}"), message, hint=hint)


def check_paths(settings: Settings, root: Path) -> Iterator[Diagnostic]:
    """Report every source whose `path` leads nowhere: what customers put where they were told to would stay unread."""
    for name, source in settings.config.sources.items():
        missing, near = missing_at(source.path, root) if source.path else ("", "")
        if missing:
            place = place_in(settings.places, Span(settings.path, 1), f"sources.{name}.path", f"sources.{name}")
            message = f"the source `{name}` finds no file: there is no `{missing}`"
            hint = f"did you mean `{near}`?" if near else "correct its `path`, or make it and put there what comes in"
            yield fault(BAD_SOURCE, place, message, hint=hint, severity="warning")


def deliveries(found: Channel, errand: Errand) -> Iterable[Delivery]:
    """Return what a source has, fetched as it is asked for: over the network, or from the files its `path` names."""
    if found.source.path or found.kind.fetch is None:
        files = files_at(found.source.path, errand.root, found.kind.suffixes) if found.source.path else ()
        return deliveries_at(files, errand.root)
    return found.kind.fetch(found.source, errand)


def intake_of(settings: Settings, root: Path, store: Store, found: Channel, now: datetime) -> Intake:
    """Return what the reader of a source must know of the site."""
    business = settings.config.business
    names = (settings.config.title, *((business.name, business.legal_name) if business else ()))
    return Intake(
        now=now,
        zone=settings.zone,
        shown=found.name,
        name=found.name,
        source=found.source,
        forms=settings.config.forms,
        wordings=Wordings(wordings_in(root, settings.zone), _kept(store, settings.zone)),
        firm=tuple(name for name in names if name),
        own_addresses=own_addresses(settings),
    )


def _kept(store: Store, zone: ZoneInfo) -> Mapping[str, Wording]:
    return by_digest(read_wording(digest, data, zone)[0] for digest, data in store.wordings().items())


def limits_of(settings: Settings) -> SpamLimits:
    """Return how strict this site is with spam."""
    options = options_of(settings)
    return SpamLimits(
        suspect=options.suspect_score,
        spam=options.spam_score,
        words=options.spam_words,
        languages=(settings.config.language, *options.languages),
    )
