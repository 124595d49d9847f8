"""Again: an entry that is there already is read anew, such as after `map` was corrected, while nobody has decided."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from caresite.submissions.answering import ANSWER
from caresite.submissions.records import About, Incentive, Showing, Submission, Verification

__all__ = ["read_anew"]

T = TypeVar("T", bound=str)
_MOVES_OF_A_PULL = 2  # in, and where the pull put it


def read_anew(old: Submission, new: Submission) -> Submission | None:
    """Return `old` as its source is read now, or None when somebody has decided about it or changed it.

    What somebody found out since, such as a tie that the source does not tell, stays. Where both know something and
    it is not the same, nobody can tell who is right, and it is left.
    """
    if not _is_untouched(old) or not _agree(old, new):
        return None
    sender = replace(
        new.submitter,
        relation=_known(old.submitter.relation, new.submitter.relation),
        age=_known(old.submitter.age, new.submitter.age),
    )
    if new.received_at == new.imported_at:  # its source tells no day; then it is the day on which it first came
        new = _dated(new, old.received_at)
    about = new.about if _praised(old.about) == _praised(About()) else old.about
    about = replace(about, staff_named=old.about.staff_named, staff_agreed=old.about.staff_agreed)
    return replace(
        new,
        imported_at=old.imported_at,
        submitter=sender,
        about=about,
        incentive=new.incentive if old.incentive.given is None else old.incentive,
        media=old.media,
        noticed=(*new.noticed, *(said for said in old.noticed if said not in new.noticed and _is_ours(said))),
        spam=old.spam,
        moderation=old.moderation,
        retention=old.retention,
        public_before=old.public_before,
    )


def _dated(item: Submission, received: datetime) -> Submission:
    consent = tuple(replace(each, at=received) if each.at == item.received_at else each for each in item.consent)
    return replace(item, received_at=received, consent=consent)


def _is_untouched(item: Submission) -> bool:
    is_undecided = item.moderation.state in ("pending", "quarantined")
    is_as_it_came = len(item.moderation.log) == _MOVES_OF_A_PULL and not item.moderation.note
    is_unproved = item.verification == Verification() and not any(each.evidence for each in item.consent)
    is_unshown = item.showing == Showing() and not item.retention.legal_hold
    return is_undecided and is_as_it_came and is_unproved and is_unshown


def _agree(old: Submission, new: Submission) -> bool:
    """Tell whether what somebody may have corrected by hand is what the source says, where both say something."""
    pairs: tuple[tuple[object, object, object], ...] = (
        (old.submitter.relation, new.submitter.relation, "unknown"),
        (old.submitter.age, new.submitter.age, "unknown"),
        (old.incentive, new.incentive, Incentive()),
        (_praised(old.about), _praised(new.about), _praised(About())),
    )
    return all(before == now or unknown in (before, now) for before, now, unknown in pairs)


def _praised(about: About) -> tuple[bool, str, str]:
    return about.self, about.name, about.url


def _is_ours(said: str) -> bool:
    """Tell whether the desk noticed it when it was taken in, and not whoever read the answers."""
    return said.startswith(ANSWER) or "” was not kept:" in said


def _known(old: T, new: T) -> T:
    return new if old == "unknown" else old
