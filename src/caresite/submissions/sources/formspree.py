"""Formspree: its interface with paging, and its exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from caresite.core.codes_stories import BAD_SOURCE, UNREACHABLE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.intake import IncomingSource
from caresite.submissions.entries import Intake, Received
from caresite.submissions.questions import story_forms
from caresite.submissions.sources.json_files import looks_like_json, read_json
from caresite.submissions.sources.polite import secret_of, service
from caresite.submissions.sources.registry import Delivery, Errand, SourceKind
from caresite.submissions.sources.tables import read_table

__all__ = ["SOURCE", "fetch", "read"]

_API = "https://formspree.io/api/0"
_KEY = "FORMSPREE_KEY"
_PER_PAGE = 100
_MOST_PAGES = 10_000


def read(data: bytes, intake: Intake) -> Received:
    """Return the entries of an answer of the interface, or of an export as JSON or CSV."""
    if looks_like_json(data):
        return read_json(data, intake, "formspree")
    return read_table(data, intake, "formspree")


def fetch(source: IncomingSource, errand: Errand) -> Iterator[Delivery]:
    """Yield the submissions of one form, a page at a time, oldest first, so that new ones do not move the pages."""
    name, form_id = _form(source, errand)
    key = secret_of(source, errand, _KEY)
    with service(source, errand, usual=_API, auth=("", key)) as formspree:
        more = {"spam": "true"} if source.spam else {}
        path, offset, before = f"forms/{form_id}/submissions", 0, b""
        for number in range(1, _MOST_PAGES + 1):
            data = formspree.get(path, limit=_PER_PAGE, offset=offset, order="asc", **more).data
            count = _count(data, errand)
            if not count or data == before:
                return
            yield Delivery(f"formspree ({name or form_id}, page {number})", data, name)
            offset, before = offset + count, data


def _form(source: IncomingSource, errand: Errand) -> tuple[str, str]:
    """Return name and Formspree's id of the form. Raises Problem when nothing says the id."""
    stories = {name: form for name, form in story_forms(errand.forms).items() if form.backend == "formspree"}
    name = source.form or next(iter(stories), "")
    action = stories[name].action if name in stories else ""
    form_id = source.form_id or action.rstrip("/").rpartition("/")[2]
    if not re.fullmatch(r"[A-Za-z0-9]+", form_id):
        message = f"`{errand.name}` needs `form_id:`, the id of the form at Formspree"
        raise Problem(fault(BAD_SOURCE, Span(f"sources.{errand.name}"), message))
    return name, form_id


def _count(data: bytes, errand: Errand) -> int:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    entries = value.get("submissions") if isinstance(value, dict) else None
    if isinstance(entries, list):
        return len(entries)
    message = f"`{errand.name}` answered with something that holds no submissions"
    raise Problem(fault(UNREACHABLE, Span(f"sources.{errand.name}"), message))


SOURCE = SourceKind(name="formspree", read=read, fetch=fetch)
