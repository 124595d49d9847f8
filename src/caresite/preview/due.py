"""Due: what is not on the public site though the preview shows it, why, and what changes next by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from caresite.core.model import Page
from caresite.pipeline.catalog import Site

__all__ = ["due_text", "next_due", "reason_of"]


def reason_of(page: Page, zone: tzinfo) -> str:
    """Return why a page that the preview shows is not on the public site; empty when it is."""
    if page.state == "draft":
        return "it is a draft"
    if page.state == "expired":
        return f"it expired on {due_text(page.meta.expires, zone)}"
    if page.state == "future" and (begins := _begins(page)):
        return f"it goes live on {due_text(begins, zone)}"
    return ""


def next_due(site: Site) -> datetime | None:
    """Return when something next appears on the public site or leaves it, whether the preview shows it or not."""
    return min((site.next_due, *_changes(site)) if site.next_due else _changes(site), default=None)


def due_text(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as people of the site read it: `2026-12-01 09:00 GMT`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _changes(site: Site) -> Iterator[datetime]:
    for page in site.pages.values():
        if page.state == "future" and (begins := _begins(page)):
            yield begins
        expires = getattr(page.meta, "expires", None)
        if page.state == "published" and expires and expires > site.clock:
            yield expires


def _begins(page: Page) -> datetime | None:
    meta = page.meta
    moments = (meta.publish_date or meta.date, getattr(meta, "embargo", None))
    return max((moment for moment in moments if moment), default=None)
