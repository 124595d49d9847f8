"""Gates: is an item on the site at this moment, and if not, why and until when?"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from caresite.core.diagnostics import Diagnostic
from caresite.core.model import HeldBack, Item, Source, State
from caresite.kinds import ConsentLock
from caresite.pipeline.consent import judge

__all__ = ["Decision", "Gates", "below", "gate", "starts_at"]


class Gates(Struct, frozen=True):
    """Which held-back states are let through, for previews. Withheld never is.

    `today` is the real moment, where the site is built as it was at an earlier one: consent that has ended since is not
    shown.
    """

    drafts: bool = False
    future: bool = False
    expired: bool = False
    today: datetime | None = None


class Decision(Struct, frozen=True):
    """What was decided for one item; `dues` are the moments at which the answer changes by itself.

    `pictures` are the addresses of pictures that it is shown without.
    """

    state: State
    held: HeldBack | None = None
    dues: tuple[datetime, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    pictures: tuple[str, ...] = ()


def gate(source: Source, item: Item, lock: ConsentLock, now: datetime, gates: Gates) -> Decision:
    """Decide whether `item` is shown at `now`: draft and consent first, then future and expired.

    `now` is in the site's zone, in which the reasons are worded.
    """
    verdict = judge(item, lock, now, gates.today)
    if item.meta.draft and not gates.drafts:  # consent may come later; until then the words are nowhere
        held = _held(source, item, "draft", "it is a draft", None)
        return Decision("draft", held, (), tuple(d for d in verdict.diagnostics if d.severity == "error"))
    if not verdict.ok:
        held = _held(source, item, "withheld", "; ".join(verdict.reasons), None)
        return Decision("withheld", held, (), verdict.diagnostics)
    state, reason, due = _state(item, now)
    shown = {"draft": gates.drafts, "future": gates.future, "expired": gates.expired}.get(state, True)
    ahead = (None if gates.future else starts_at(item), None if gates.expired else item.meta.expires, verdict.ends)
    dues = tuple(moment for moment in ahead if moment)
    if state == "draft":
        dues = ()
    if shown:
        return Decision(state, None, dues, verdict.diagnostics, verdict.pictures)
    return Decision(state, _held(source, item, state, reason, due), dues, verdict.diagnostics)


def below(decision: Decision, above: Decision | None, source: Source, item: Item) -> Decision:
    """Return what holds for a quote whose collection was decided with `above`: it is never shown without it."""
    if decision.held or above is None or above.held is None:
        return decision
    held = _held(source, item, above.state, f"its collection is held back: {above.held.reason}", above.held.due)
    return Decision(above.state, held, decision.dues, decision.diagnostics)


def starts_at(item: Item) -> datetime | None:
    """Return the moment an item goes live: `publish_date`, else `date`, and never before an embargo."""
    meta = item.meta
    moments = [moment for moment in (meta.publish_date or meta.date, getattr(meta, "embargo", None)) if moment]
    return max(moments, default=None)


def _state(item: Item, now: datetime) -> tuple[State, str, datetime | None]:
    meta = item.meta
    starts = starts_at(item)
    if meta.draft:
        return "draft", "it is a draft", None
    if meta.expires and meta.expires <= now:
        return "expired", f"it expired on {meta.expires.astimezone(now.tzinfo):%Y-%m-%d %H:%M}", None
    if starts and starts > now:
        return "future", f"it goes live on {starts.astimezone(now.tzinfo):%Y-%m-%d %H:%M}", starts
    return "published", "", None


def _held(source: Source, item: Item, state: State, reason: str, due: datetime | None) -> HeldBack:
    page_id = f"{source.path}#{item.key}" if item.key else source.path
    quoted = item.meta.text if item.kind == "quote" and state != "withheld" else ""  # a customer's words stay unsaid
    title = item.meta.title or " ".join(quoted.split())[:60] or item.key or source.path
    return HeldBack(page_id, item.span, title, item.kind, state, reason, due, item.meta.date)
