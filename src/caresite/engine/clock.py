"""What time it is, for everything that a process does: now, or the one moment that somebody names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from caresite.core.config import load_config
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Problem

__all__ = ["moment", "site_zone"]


def moment(zone: tzinfo, text: str = "") -> datetime:
    """Return the moment that `text` names, read in `zone` when it says none; without text it is now.

    Raises ValueError, whose text is for people, when it is not a date.
    """
    return parse_date(text, zone) if text else datetime.now(UTC).astimezone(zone)


def site_zone(
    root: Path,
    *,
    files: tuple[str, ...] = (),
    env: str = "",
    environ: Mapping[str, str] | None = None,
) -> tzinfo:
    """Return the timezone of the site in `root`; UTC when its config cannot be read, which the build then reports."""
    try:
        settings, _ = load_config(root, files=files, env=env, environ=environ)
    except Problem:
        return UTC
    return settings.zone
