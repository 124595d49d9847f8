"""Private stores with many submissions in them, for rules that look at all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from caresite.core.config import load_config
from caresite.core.diagnostics import Diagnostic
from caresite.submissions.promises import check_kept
from caresite.submissions.records import (
    SCHEMA,
    Moderation,
    Move,
    Retention,
    Submission,
    Submitter,
    Words,
)
from caresite.submissions.store import Store

__all__ = ["kept_faults", "stored"]

_MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_TODAY = date(2026, 7, 1)


def stored(item_id: str, *, state: str = "pending", rating: float | None = None, **known: Any) -> Submission:
    """Return a submission in `state`, of which is `known` a name, an e-mail address, `erase_after` or a `hold`."""
    moves = (Move(at=_MOMENT, by="pull", to="received"), Move(at=_MOMENT, by="Ada", from_="received", to=state))  # type: ignore[arg-type]
    return Submission(
        id=item_id,
        schema=SCHEMA,
        source="csv",
        received_at=_MOMENT,
        imported_at=_MOMENT,
        raw_sha256="0" * 64,
        submitter=Submitter(name=known.get("name", ""), email_hmac=known.get("email_hmac", "")),
        text=Words(body=f"They came at five, and {item_id} was there.", rating=rating),
        moderation=Moderation(state=state, log=moves),  # type: ignore[arg-type]
        retention=Retention(erase_after=known.get("erase_after"), legal_hold=known.get("hold", False)),
    )


def kept_faults(root: Path, submissions: Iterable[Submission], *, shown: Iterable[str] = ()) -> tuple[Diagnostic, ...]:
    """Put submissions into the private store of the site at `root`; return what is told of it."""
    store = Store(root)
    with store.locked():
        store.add_all((each, ()) for each in submissions)
    settings, _ = load_config(root)
    return tuple(check_kept(store, _TODAY, shown=shown, settings=settings))
