"""Inject: the one line that a page gets in the preview, and only there: the script that keeps it up to date."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

__all__ = ["Tag", "injected"]

_END = re.compile(rb"</head\s*>|<body[\s>]", re.IGNORECASE)


class Tag(NamedTuple):
    """What the script is told: its own URL, and the digests of the page and of the headers it came with."""

    script: str
    page: str
    policy: str


def injected(html: bytes, tag: Tag) -> bytes:
    """Return the page `html` with the script at the end of its head, where nothing is laid out."""
    line = (
        f'<script type="module" src="{escape(tag.script)}" data-caresite="{escape(tag.page)}" '
        f'data-policy="{escape(tag.policy)}"></script>\n'
    )
    place = _END.search(html)
    at = place.start() if place else len(html)
    return html[:at] + line.encode() + html[at:]
