"""Order: the one way in which lists put what is new first."""

from __future__ import annotations

from caresite.core.model import Page

__all__ = ["by_date", "newest_first"]


def newest_first(page: Page) -> tuple[bool, bool, float, str]:
    """Return the sort key of a list: pinned pages, then by date from new to old, undated ones last."""
    return (not page.pinned, page.date is None, -page.date.timestamp() if page.date else 0.0, page.id)


def by_date(page: Page) -> tuple[bool, float, str]:
    """Return the same key for lists that know no pins."""
    return newest_first(page)[1:]
