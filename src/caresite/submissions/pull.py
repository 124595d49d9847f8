"""Pull: what came in goes into the private store, each entry once, whatever it came through and however often.

    deliveries ──read──▶ entries ──judge──▶ submissions ──▶ store

Entries are kept in batches, each under the store's lock. A pull that is stopped at any moment loses nothing: what
was kept is kept, the rest comes again with the next pull, and nothing is kept twice, as its id is what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from caresite.core.codes_stories import ODD_VALUE
from caresite.core.diagnostics import Diagnostic, Problem, fault
from caresite.core.intake import Form, RetentionDays
from caresite.submissions.again import read_anew
from caresite.submissions.answering import answer_noticed
from caresite.submissions.columns import MAPPED, meaning_near
from caresite.submissions.entries import ASIDE, Entry, Intake
from caresite.submissions.listing import Summary, summary_of
from caresite.submissions.media import Drawn, pictures_of
from caresite.submissions.records import Moderation, Move, Retention, State, Submission, Submitter
from caresite.submissions.sameness import NEAR, Sketches
from caresite.submissions.sources.registry import Delivery, SourceKind
from caresite.submissions.spam.bayes import Model, learned_points
from caresite.submissions.spam.rules import Company, SpamLimits, score
from caresite.submissions.store import Store
from caresite.submissions.taken import Taken

__all__ = ["MODEL", "Arrived", "Desk", "Outcome", "load_model"]

MODEL = ".learned"
_BATCH = 500
_BATCH_BYTES = 64 * 1_048_576
_TWIN_WINDOW = timedelta(minutes=10)
_HOUR = timedelta(hours=1)


class Arrived(Struct, frozen=True, kw_only=True):
    """One submission that is new in the store."""

    id: str
    name: str
    title: str
    state: State
    score: float
    reasons: tuple[str, ...]
    noticed: tuple[str, ...] = ()


class Outcome(Struct, kw_only=True):
    """What a pull did: what is new, how many were there already, belong to other forms, or were refused.

    `unused` are columns of the new ones that have no place, each with what it may be about. Of those that were there
    `anew` are now kept as they are read today; `decided` were left, as somebody had touched them.
    """

    arrived: list[Arrived] = []
    known: int = 0
    twins: list[tuple[str, str]] = []
    unused: dict[str, str] = {}
    anew: list[str] = []
    decided: list[str] = []
    left: int = 0
    refused: int = 0
    diagnostics: list[Diagnostic] = []

    @property
    def quarantined(self) -> int:
        return sum(entry.state == "quarantined" for entry in self.arrived)


class _Judged(NamedTuple):
    """An entry with its verdict, ready to be kept."""

    submission: Submission
    pictures: Drawn
    entry: Entry


class Desk:
    """Takes deliveries in. What is there already is left as it is, or read `again` while nobody has decided."""

    def __init__(
        self, store: Store, limits: SpamLimits, *, by: str = "pull", dry_run: bool = False, again: bool = False
    ) -> None:
        self.store = store
        self.limits = limits
        self.by = by
        self.dry_run = dry_run
        self.again = again
        self.outcome = Outcome()
        self._model = load_model(store)
        self._summaries: dict[str, Summary] = {}
        self._sketches = Sketches()
        self._by_digest: dict[str, list[str]] = defaultdict(list)
        self._by_sender: dict[str, list[str]] = defaultdict(list)
        self._taken = Taken(store.folder)
        self._told = -1  # how long the log was; who else adds something, adds to it

    def take(
        self,
        kind: SourceKind,
        deliveries: Iterable[Delivery],
        intake: Intake,
        tell: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Keep what `deliveries` hold. A fault on the way is told after what came before it has been kept."""
        waiting: list[Entry] = []
        marks: dict[str, tuple[str, ...]] = {}
        try:
            for delivery in deliveries:
                received = kind.read(delivery.data, replace(intake, shown=delivery.shown, form=delivery.form))
                self.outcome.left += received.left
                self.outcome.refused += sum(d.severity == "error" for d in received.diagnostics)
                self.outcome.diagnostics.extend(received.diagnostics)
                waiting.extend(received.entries)
                if delivery.mark and not any(d.severity == "error" for d in received.diagnostics):
                    marks[delivery.mark] = tuple(entry.submission.id for entry in received.entries)
                while _is_enough(waiting):
                    self.keep(waiting[:_BATCH], intake)
                    del waiting[:_BATCH]
                tell(len(self.outcome.arrived) + self.outcome.known + len(waiting))
        except Problem as problem:
            self.outcome.diagnostics.extend(problem.diagnostics)
        finally:
            if waiting:
                self.keep(waiting, intake)
                tell(len(self.outcome.arrived) + self.outcome.known)
            self._note_taken(marks)

    def is_taken(self, mark: str) -> bool:
        """Tell whether all that a delivery holds is in the store, and count it as known if it is."""
        if self.again:
            return False
        self._learn()
        ids = self._taken.ids_of(mark, self._summaries)
        self.outcome.known += len(ids)
        return bool(ids)

    def _note_taken(self, marks: Mapping[str, tuple[str, ...]]) -> None:
        if self.dry_run:
            return
        twins = dict(self.outcome.twins)
        for mark, ids in marks.items():
            if ids:
                self._taken.note(mark, tuple(twins.get(item_id, item_id) for item_id in ids))
        self._taken.save()

    def keep(self, entries: Iterable[Entry], intake: Intake) -> None:
        """Judge entries and keep those that are new, all under one lock.

        Their pictures are fetched and drawn before: a slow host is not to keep others from the store.
        """
        self._learn()
        new: list[Entry] = []
        known: list[Entry] = []
        for entry in entries:
            (known if self._is_known(entry) else new).append(entry)
        drawn = [(entry, pictures_of(entry, intake.source, fetch=not self.dry_run)) for entry in new]
        with nullcontext() if self.dry_run else self.store.locked():
            self._learn()
            self._keep_all((self._judge(entry, pictures, intake) for entry, pictures in drawn), new, intake)
            if self.again:
                self._keep_anew(known, intake)
            self._told = self.store.journal.size()

    def _learn(self) -> None:
        """Take note of what is in the store, also of what somebody else put there since the last batch."""
        told = self.store.journal.size()
        if self._told == told:
            return
        for item_id, summary in self.store.listing().items():
            if item_id not in self._summaries:
                self._note(summary)
        self._told = told

    def _note(self, summary: Summary) -> None:
        self._summaries[summary.id] = summary
        self._sketches.add(summary.id, summary.sketch)
        if summary.digest:
            self._by_digest[summary.digest].append(summary.id)
        if summary.email_hmac:
            self._by_sender[summary.email_hmac].append(summary.id)

    def _is_known(self, entry: Entry) -> bool:
        """Tell whether an entry is there already, and count it if it is."""
        is_known = entry.submission.id in self._summaries
        self.outcome.known += is_known
        return is_known

    def _judge(self, entry: Entry, pictures: Drawn, intake: Intake) -> _Judged | None:
        """Return what is to be kept of an entry, or None when it is there already."""
        if self._is_known(entry):
            return None
        sender = self._known_sender(entry.submission)
        same_sender = (self._summaries[i] for i in self._by_sender.get(sender.email_hmac, ()))
        noticed = (*entry.submission.noticed, *answer_noticed(entry, same_sender))
        entry = replace(entry, submission=replace(entry.submission, submitter=sender, noticed=noticed))
        summary = summary_of(entry.submission)
        if twin := self._came_another_way(summary):
            self.outcome.known += 1
            self.outcome.twins.append((entry.submission.id, twin))
            return None
        learned = (lambda text, model=self._model: learned_points(model, text)) if self._model else None
        verdict = score(entry, self._company(summary), self.limits, learned)
        is_spam = verdict.verdict == "spam" and entry.submission.kind != "request"
        submission = replace(
            entry.submission,
            spam=verdict,
            media=pictures.media,
            noticed=(*entry.submission.noticed, *(d.message for d in pictures.diagnostics)),
            moderation=_moved("quarantined" if is_spam else "pending", entry.submission.imported_at, self.by),
            retention=Retention(erase_after=_until(entry.submission, intake.forms, is_spam=is_spam)),
        )
        self._note(summary_of(submission))
        return _Judged(submission, pictures, entry)

    def _keep_all(self, judging: Iterable[_Judged | None], entries: Iterable[Entry], intake: Intake) -> None:
        """Keep what `judging` yields: the next is judged while the disk writes those before."""
        judged: list[_Judged] = []

        def found() -> Iterator[tuple[Submission, tuple[tuple[str, bytes], ...]]]:
            for each in filter(None, judging):
                judged.append(each)
                yield each.submission, each.pictures.files

        if self.dry_run:
            kept = {submission.id for submission, _ in found()}
        else:
            self._keep_wordings((entry.submission for entry in entries), intake)
            kept = self.store.add_all(found())
        for submission, pictures, entry in judged:
            if submission.id not in kept:
                self.outcome.known += 1
                continue
            self.outcome.diagnostics.extend(pictures.diagnostics)
            notes = (f"{submission.id}: {noticed}" for noticed in entry.submission.noticed)
            self.outcome.diagnostics.extend(fault(ODD_VALUE, entry.span, note) for note in notes)
            self._tell(submission)
            self._note_unused(submission, intake)

    def _keep_anew(self, entries: Iterable[Entry], intake: Intake) -> None:
        """Keep entries that are there already as they are read now, where nobody has decided about them."""
        for entry in entries:
            old, revision = self.store.read(entry.submission.id)
            sender = self._known_sender(entry.submission)
            new = read_anew(old, replace(entry.submission, submitter=sender, media=old.media))
            if new is None:
                self.outcome.decided.append(old.id)
            elif new != old:
                self.outcome.anew.append(old.id)
                if not self.dry_run:
                    self._keep_wordings((new,), intake)
                    self.store.replace(new, revision)

    def _known_sender(self, submission: Submission) -> Submitter:
        sender = submission.submitter
        return replace(sender, email_hmac=self.store.hmac_of(sender.email))

    def _keep_wordings(self, submissions: Iterable[Submission], intake: Intake) -> None:
        """Keep the texts that were agreed to beside the agreements, whatever becomes of `consent/`."""
        digests = {agreement.wording_sha256 for submission in submissions for agreement in submission.consent}
        for wording in intake.wordings.now.values():
            if wording.sha256 in digests:
                self.store.keep_wording(wording.data)

    def _tell(self, submission: Submission) -> None:
        self.outcome.arrived.append(
            Arrived(
                id=submission.id,
                name=submission.submitter.name,
                title=submission.text.title or self._summaries[submission.id].excerpt,
                state=submission.moderation.state,
                score=submission.spam.score,
                reasons=submission.spam.reasons,
                noticed=submission.noticed,
            )
        )

    def _note_unused(self, submission: Submission, intake: Intake) -> None:
        """Note the columns of an entry that nobody knows; what a form of ours asks besides is known to be kept."""
        own = {field.name for form in intake.forms.values() for field in form.fields}
        for column in submission.extra:
            if column not in own and column not in MAPPED and column not in ASIDE:
                self.outcome.unused.setdefault(column, meaning_near(column))

    def _came_another_way(self, summary: Summary) -> str:
        """Return the id of the same person's same words at the same time through another source, or nothing."""
        for item_id in self._by_digest.get(summary.digest, ()):
            other = self._summaries[item_id]
            is_same_sender = bool(summary.email_hmac) and other.email_hmac == summary.email_hmac
            is_same_time = abs(other.received_at - summary.received_at) <= _TWIN_WINDOW
            if is_same_sender and is_same_time and other.source != summary.source:
                return item_id
        return ""

    def _company(self, summary: Summary) -> Company:
        """Return what is in the store already that resembles an entry."""
        same = self._by_digest.get(summary.digest, []) if summary.digest and summary.sketch else []
        twin, likeness = (same[0], 1.0) if same else self._sketches.nearest(summary.sketch)
        senders = [self._summaries[i].received_at for i in self._by_sender.get(summary.email_hmac, ())]
        lately = sum(abs(moment - summary.received_at) <= _HOUR for moment in senders)
        if likeness < NEAR:
            return Company(lately=lately)
        other = self._summaries[twin]
        return Company(
            twin=twin,
            likeness=likeness,
            twin_sender=bool(summary.email_hmac) and other.email_hmac == summary.email_hmac,
            twin_is_spam=other.state == "quarantined" or other.reason == "spam",
            lately=lately,
        )


def _is_enough(entries: list[Entry]) -> bool:
    """Tell whether entries make a batch: by their number, or by the files that they hold in memory."""
    return len(entries) >= _BATCH or sum(len(file.data) for entry in entries for file in entry.files) >= _BATCH_BYTES


def _moved(state: State, at: datetime, by: str) -> Moderation:
    moves = (Move(at=at, by=by, to="received"), Move(at=at, by=by, from_="received", to=state))
    return Moderation(state=state, log=moves)


def _until(submission: Submission, forms: Mapping[str, Form], *, is_spam: bool) -> date:
    """Return the day after which it is to be erased if nobody decides, counted from when it was taken in."""
    days = forms[submission.form].retention_days if submission.form in forms else RetentionDays()
    return (submission.imported_at + timedelta(days=days.spam if is_spam else days.pending)).date()


def load_model(store: Store) -> Model | None:
    """Return what was learned from decisions and kept, or None."""
    try:
        return msgspec.json.decode((store.folder / MODEL).read_bytes(), type=Model)
    except (OSError, msgspec.DecodeError):
        return None
