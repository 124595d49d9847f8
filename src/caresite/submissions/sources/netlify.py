"""Netlify Forms: its interface with paging, its exports, and the body of its webhook.

Shapes: the OpenAPI description of Netlify (`/sites/{site_id}/forms`, `/forms/{form_id}/submissions`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from caresite.core.codes_stories import BAD_SOURCE, UNREACHABLE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.intake import IncomingSource
from caresite.core.suggest import nearest
from caresite.submissions.entries import Intake, Received
from caresite.submissions.questions import REQUEST_FORM, story_forms
from caresite.submissions.sources.json_files import looks_like_json, read_json
from caresite.submissions.sources.polite import Service, secret_of, service
from caresite.submissions.sources.registry import Delivery, Errand, SourceKind
from caresite.submissions.sources.tables import read_table

__all__ = ["SOURCE", "fetch", "read"]

_API = "https://api.netlify.com/api/v1"
_TOKEN = "NETLIFY_AUTH_TOKEN"
_PER_PAGE = 100
_MOST_PAGES = 10_000


def read(data: bytes, intake: Intake) -> Received:
    """Return the entries of a submission, an array of them, a webhook's body, JSON lines, or the CSV export."""
    if looks_like_json(data):
        return read_json(data, intake, "netlify")
    return read_table(data, intake, "netlify")


def fetch(source: IncomingSource, errand: Errand) -> Iterator[Delivery]:
    """Yield the submissions of the site's forms for stories, a page at a time, newest first."""
    token = secret_of(source, errand, _TOKEN)
    with service(source, errand, usual=_API, headers={"Authorization": f"Bearer {token}"}) as netlify:
        for form_id, name in _forms(source, errand, netlify):
            yield from _pages(netlify, form_id, name, errand)
            if source.spam:
                yield from _pages(netlify, form_id, name, errand, state="spam")


def _forms(source: IncomingSource, errand: Errand, netlify: Service) -> list[tuple[str, str]]:
    """Return id and name of the forms to read. Raises Problem when there is none."""
    place = Span(f"sources.{errand.name}")
    if source.form_id:
        return [(source.form_id, source.form)]
    if not source.site:
        message = f"`{errand.name}` needs `site:`, the id of the site at Netlify, or `form_id:`"
        raise Problem(fault(BAD_SOURCE, place, message))
    known = _list(netlify.get(f"sites/{source.site}/forms").data, errand)
    forms = {str(form.get("name")): str(form.get("id")) for form in known if isinstance(form, dict) and form.get("id")}
    wanted = [source.form] if source.form else [*story_forms(errand.forms), REQUEST_FORM]
    found = [(forms[name], name) for name in wanted if name in forms]
    if not found:
        near = nearest(wanted[0], forms)
        hint = f"did you mean `{near}`?" if near else f"Netlify knows: {', '.join(sorted(forms)) or 'none yet'}"
        raise Problem(fault(BAD_SOURCE, place, f"Netlify knows no form `{wanted[0]}` of this site", hint=hint))
    return found


def _pages(netlify: Service, form_id: str, name: str, errand: Errand, **more: str) -> Iterator[Delivery]:
    before = b""
    for number in range(1, _MOST_PAGES + 1):
        answer = netlify.get(f"forms/{form_id}/submissions", page=number, per_page=_PER_PAGE, **more)
        entries = _list(answer.data, errand)
        if entries and answer.data != before:
            marked = [{**entry, "state": "spam"} if more and isinstance(entry, dict) else entry for entry in entries]
            what = f"{name or form_id}{', spam' if more else ''}"
            yield Delivery(f"netlify ({what}, page {number})", json.dumps(marked).encode(), name)
        if answer.is_last or not entries or answer.data == before:
            return
        before = answer.data


def _list(data: bytes, errand: Errand) -> list[Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list):
        return value
    message = f"`{errand.name}` answered with something that is not a list"
    raise Problem(fault(UNREACHABLE, Span(f"sources.{errand.name}"), message))


SOURCE = SourceKind(name="netlify", read=read, fetch=fetch)
