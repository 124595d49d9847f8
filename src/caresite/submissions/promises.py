"""What is promised to those who send something in, held against what is done: whom a form asks, what is kept, how long.

The first two are told of the config in every build. What only the private store can tell is asked by `caresite check`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from caresite.core.codes_rules import KEPT_TOO_LONG, LOPSIDED, ONE_SENDER, ONLY_THE_HAPPY, TECHNICAL_DATA
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.intake import Form
from caresite.core.texts import counted
from caresite.pipeline.catalog import Site
from caresite.submissions.listing import Summary
from caresite.submissions.questions import story_forms
from caresite.submissions.review.statistics import statistics_of
from caresite.submissions.store import FOLDER, Store

__all__ = ["check_declared", "check_kept"]

_NOT_DUE = frozenset(("approved", "erased"))  # what is on the site is kept as long as it is there
_HAPPY = re.compile(
    r"\bif (?:you|you're|you are|you were|we) \w*\s?(?:happy|pleased|satisfied|delighted|made you smile)\b"
    r"|\bonly (?:if )?(?:\w+ ){0,3}(?:happy|satisfied|pleased|positive|good)\b"
    r"|\b(?:leave|give|write|send) (?:us )?(?:a |your )?(?:5|five)[ -]stars?\b"
    r"|\b(?:happy|satisfied) customers only\b"
    r"|\bwenn sie (?:\w+ )?(?:zufrieden|glücklich|begeistert)\b|\bnur (?:\w+ )?(?:zufriedene|positive)\w*\b"
    r"|\bsi (?:está|quedó|estás|quedaste) (?:\w+ )?(?:content[oa]|satisfech[oa]|feliz)\b"
    r"|\bsolo (?:\w+ )?clientes satisfechos\b",
    re.IGNORECASE,
)


# the config


def check_declared(site: Site) -> Iterator[Diagnostic]:
    """Report forms that ask only the pleased, and sources that keep what computers say of themselves."""
    settings = site.settings
    for name, form in story_forms(settings.config.forms).items():
        yield from _asked(settings, name, form)
    for name, source in settings.config.sources.items():
        if source.keep_technical:
            place = place_in(settings.places, Span(settings.path, 1), f"sources.{name}.keep_technical")
            yield fault(
                TECHNICAL_DATA, place, f"the source `{name}` keeps addresses of computers and names of browsers"
            )


def _asked(settings: Settings, name: str, form: Form) -> Iterator[Diagnostic]:
    """Report words of a form that are for some and not for others (16 CFR 465.7; Google forbids review gating)."""
    words: dict[str, str] = {"title": form.title, "intro": form.intro}
    for number, field in enumerate(form.fields, start=1):
        words |= {f"fields[{number}].label": field.label, f"fields[{number}].hint": field.hint}
    for key, text in words.items():
        if match := _HAPPY.search(text):
            path = f"forms.{name}.{key}"
            place = place_in(settings.places, Span(settings.path, 1), path, path.rpartition(".")[0])
            yield fault(ONLY_THE_HAPPY, place, f"the form `{name}` asks only some: “{match[0]}”")


# the store


def check_kept(store: Store, today: date, *, shown: Iterable[str], settings: Settings) -> Iterator[Diagnostic]:
    """Report what the private store tells of the rules; `shown` are the ids of submissions that are on the site."""
    listing = store.listing()
    yield from _too_long(listing.values(), today)
    yield from _one_sender(listing, frozenset(shown))
    if settings.config.testimonials.mode == "reviews":
        statistics = statistics_of(listing.values(), store.journal.lines())
        if statistics.one_sided:
            yield fault(LOPSIDED, Span(FOLDER), statistics.one_sided)


def _too_long(summaries: Iterable[Summary], today: date) -> Iterator[Diagnostic]:
    kept = (s for s in summaries if s.erase_after and s.state not in _NOT_DUE and not s.hold)
    due = sorted(s.id for s in kept if s.erase_after < today.isoformat())
    if due:
        what = counted(len(due), "submission")
        message = f"{what} should have been erased by now; the first is {due[0]}"
        yield fault(KEPT_TOO_LONG, Span(FOLDER), message)


def _one_sender(listing: Mapping[str, Summary], shown: frozenset[str]) -> Iterator[Diagnostic]:
    """Report senders whose words stand on the site under several names."""
    senders: dict[str, dict[str, str]] = defaultdict(dict)
    for item_id in sorted(shown & listing.keys()):
        summary = listing[item_id]
        if summary.email_hmac and summary.name:
            senders[summary.email_hmac].setdefault(summary.name.casefold(), item_id)
    for names in senders.values():
        if len(names) > 1:
            ids = " and ".join(sorted(names.values()))
            yield fault(ONE_SENDER, Span(FOLDER), f"{ids} came from one e-mail address, under {len(names)} names")
