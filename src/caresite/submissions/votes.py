"""Votes for the best story of a year: entries of a form become ballots, and ballots counts without a person in them.

    entries ──ballot_of──▶ ballots ──▶ private/submissions/votes/YEAR.jsonl
                              └──count──▶ data/votes/YEAR.yaml, which is committed

Of a ballot only what counting needs is kept: a digest of the sender's address that nobody else can work out, the story,
the vote and the moment. A later ballot of one sender for one story takes the place of the earlier one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from caresite.core.codes_stories import STORE_BROKEN
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.model import Page
from caresite.core.numbers import rounded
from caresite.pipeline.best import Tally, identity_of
from caresite.submissions.answers import is_yes
from caresite.submissions.entries import Entry
from caresite.submissions.files import make_folder, write_private
from caresite.submissions.fold import fold
from caresite.submissions.store import FOLDER
from caresite.submissions.vocabulary import answers_by_words

__all__ = ["Ballot", "Ballots", "Count", "ballot_of", "count", "names_of", "votes_text"]


class Ballot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vote. `voter` is a digest, empty for somebody who gave no address; `stars` is 0 for a vote for or against."""

    id: str
    voter: str = ""
    story: str
    stars: int = 0
    is_for: bool = False
    at: datetime


class Count(Struct, frozen=True, kw_only=True):
    """What ballots come to: tallies by story, how many people voted, and how many ballots were replaced or unknown."""

    tallies: Mapping[str, Tally]
    voters: int
    replaced: int = 0
    unknown: int = 0


class Ballots:
    """The ballots of one year in the private store; to write, hold the store's lock."""

    def __init__(self, root: Path, year: int) -> None:
        self.shown = f"{FOLDER}/votes/{year}.jsonl"
        self.path = root / self.shown

    def read(self) -> dict[str, Ballot]:
        """Return the ballots by their id. Raises Problem, which names the line that cannot be read."""
        found: dict[str, Ballot] = {}
        data = self.path.read_bytes() if self.path.is_file() else b""
        for number, line in enumerate(data.splitlines(), start=1):
            try:
                ballot = msgspec.json.decode(line, type=Ballot)
            except msgspec.DecodeError as error:
                message = f"a ballot cannot be read: {error}"
                raise Problem(fault(STORE_BROKEN, Span(self.shown, number), message)) from None
            found[ballot.id] = ballot
        return found

    def write(self, ballots: Iterable[Ballot]) -> None:
        """Keep `ballots`, and no others."""
        make_folder(self.path.parent)
        write_private(self.path, b"".join(msgspec.json.encode(each) + b"\n" for each in ballots))

    def remove(self) -> bool:
        """Remove the ballots of a year that is settled; tell whether there were any."""
        existed = self.path.is_file()
        self.path.unlink(missing_ok=True)
        return existed


# one ballot


def names_of(stories: Iterable[Page]) -> dict[str, str]:
    """Return what each story is called in files of counts, by everything that a form may call it."""
    found: dict[str, str] = {}
    for page in stories:
        known = (page.slug, page.title, page.source, page.url, page.permalink, page.meta.consent_ref)
        found |= {fold(name): identity_of(page) for name in known if name}
    return found


def ballot_of(entry: Entry, names: Mapping[str, str], hmac_of: Callable[[str], str]) -> Ballot | None:
    """Return the ballot that an entry is; None for a robot's, and for one without a vote. An unknown story is kept."""
    item = entry.submission
    said = item.extra.get("vote_for", "") or item.text.body
    stars, is_for = int(rounded(item.text.rating or 0)), _is_for(item.extra.get("vote", ""))
    if entry.signals.decoy_filled or not said or (not 1 <= stars <= 5 and is_for is None):
        return None
    return Ballot(
        id=item.id,
        voter=hmac_of(item.submitter.email),
        story=names.get(fold(said), ""),
        stars=stars,
        is_for=bool(is_for),
        at=item.received_at,
    )


def _is_for(text: str) -> bool | None:
    meant = answers_by_words("vote").get(fold(text), "")
    return meant == "for" if meant in ("for", "against") else is_yes(text) if text else None


# counting


def count(ballots: Iterable[Ballot]) -> Count:
    """Count ballots: of one sender only the latest for each story; who gave no address counts once for each ballot."""
    latest: dict[tuple[str, str], Ballot] = {}
    known = sorted(ballots, key=lambda ballot: (ballot.at, ballot.id))
    unknown = sum(not ballot.story for ballot in known)
    for ballot in known:
        if ballot.story:
            latest[ballot.voter or ballot.id, ballot.story] = ballot
    stars: dict[str, Counter[int]] = defaultdict(Counter)
    sides: dict[str, Counter[bool]] = defaultdict(Counter)
    for ballot in latest.values():
        if ballot.stars:
            stars[ballot.story][ballot.stars] += 1
        else:
            sides[ballot.story][ballot.is_for] += 1
    return Count(
        tallies={
            name: _tally(stars[name], sides[name]) for name in sorted({ballot.story for ballot in latest.values()})
        },
        voters=len({voter for voter, _ in latest}),
        replaced=len(known) - unknown - len(latest),
        unknown=unknown,
    )


def _tally(stars: Counter[int], sides: Counter[bool]) -> Tally:
    return Tally(stars=(stars[1], stars[2], stars[3], stars[4], stars[5]), ups=sides[True], downs=sides[False])


def votes_text(counted: Count, day: date) -> str:
    """Return the file of counts, which holds no person: how many voted how for which story."""
    lines = [
        "# Counts of votes, written by `caresite stories votes`. There is nobody in here: commit it.",
        f"counted: {day.isoformat()}",
        f"voters: {counted.voters}",
        "stories:" if counted.tallies else "stories: {}",
    ]
    lines += [f"  {name}: {{{_shown(tally)}}}" for name, tally in counted.tallies.items()]
    return "\n".join(lines) + "\n"


def _shown(tally: Tally) -> str:
    given = [f"{number}: {tally.stars[number - 1]}" for number in range(5, 0, -1) if tally.stars[number - 1]]
    parts = [f"stars: {{{', '.join(given)}}}"] if given else []
    if tally.ups or tally.downs:
        parts += [f"for: {tally.ups}", f"against: {tally.downs}"]
    return ", ".join(parts)
