"""The desk: the pages on which somebody decides about what customers sent, in the preview below `/_caresite/stories`.

What is decided goes through the same actions as on the command line (`caresite.submissions.review`). Whoever reads
changes nothing: a decision is a form that is posted, made by us, by somebody at this computer (`door`).
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from caresite.core.codes_stories import CHANGED_BY_HAND, STORE_CHANGED
from caresite.core.config import Settings, load_config
from caresite.core.diagnostics import Diagnostic, Problem
from caresite.core.media_types import type_of
from caresite.core.numbers import whole_number
from caresite.core.texts import cut
from caresite.preview.pages import AddedPage, Workbench
from caresite.preview.policy import OWN_POLICY
from caresite.preview.state import HOME, Fault, fault_of
from caresite.preview.stories.door import Door
from caresite.preview.stories.forms import ERASURES, MAX_BYTES, METHODS, Form, decided, merged, read_form, values_of
from caresite.preview.stories.labels import in_browser
from caresite.preview.stories.onpage import NotShown, page_of
from caresite.preview.stories.sheet import Sheet, changes_between, sheet_of
from caresite.preview.stories.waiting import GROUPS, group_of, neighbours, queue_of
from caresite.submissions.listing import Summary
from caresite.submissions.options import PRIVATE
from caresite.submissions.public import shown_of
from caresite.submissions.records import RELATIONS, Submission
from caresite.submissions.review.actions import Review, Taken
from caresite.submissions.review.decisions import Approve
from caresite.submissions.review.guards import MADE_UP, terms_of
from caresite.submissions.review.letter import asking_of
from caresite.submissions.review.moderator import moderator
from caresite.submissions.store import Store

__all__ = ["PATH", "stories_page"]

T = TypeVar("T")
PATH = f"{HOME}stories"
_HERE = Path(__file__).parent
_POLICY = f"{OWN_POLICY}; frame-src 'self'"
_FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
_BEGINNING = 90
_KEPT_OUTCOMES = 30
_KEPT_SHEETS = 200
_ID = re.compile(r"[0-9a-z]{1,64}")
_SAID = {
    "approve": "It is approved, and shown from now on.",
    "answer": "The answer is on record. It is approved, and shown from now on.",
    "ask": "It waits for its author's answer. Send them the letter, if you have not yet.",
    "reject": "It is declined.",
    "reopen": "It waits to be decided about, and is not shown.",
    "withdraw": "It is done as its author wants.",
    "erase": "It is erased. What is left is that there was something, and when.",
    "edit": "It is saved.",
}


def stories_page(bench: Workbench) -> AddedPage:
    """Return the pages for stories: the queue, and a sheet for each submission."""
    bench.add_templates(_HERE / "templates")
    desk = _Desk(bench)
    one = PATH + "/{id}"
    routes = (
        Route(PATH, desk.queue),
        Route(PATH + "/", desk.queue),
        Route(PATH + "/assets/{name}", desk.asset),
        Route(one, desk.show, methods=["GET"]),
        Route(one, desk.decide, methods=["POST"]),
        Route(one + "/page", desk.page),
        Route(one + "/picture/{number:int}", desk.picture),
    )
    return AddedPage("Stories", routes)


class _Outcome(NamedTuple):
    """What a decision did, to be told on the next page."""

    said: str
    taken: Taken
    note: str = ""


class _Desk:
    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._door = Door()
        self._store = Store(bench.root)
        self._listing = Lock()
        self._outcomes: OrderedDict[str, _Outcome] = OrderedDict()
        self._seen: OrderedDict[str, Mapping[str, str]] = OrderedDict()  # by revision, what stood in its fields

    # reading

    def queue(self, request: Request) -> Response:
        """Show what waits, in groups."""
        if reason := self._door.refusal(request):
            return _refused(reason)
        self._finish_interrupted()
        asked = request.query_params
        page = whole_number(asked.get("page", "")) or 1
        with self._listing:
            summaries = self._summaries()
            broken = self._store.broken if self._store.exists else ()
        queue = queue_of(summaries, asked.get("group", ""), asked.get("q", ""), page)
        values = {
            "queue": queue,
            "groups": GROUPS,
            "reasons": {row.id: self._spam_reasons(row) for row in queue.rows},
            "edited": {row.id: edited for row in queue.rows if (edited := self._edited(row))},
            "broken": self._faults(broken),
            "is_empty": not summaries,
        }
        return self._page(request, "stories.html", values)

    def show(self, request: Request) -> Response:
        """Show one submission, with everything that speaks for and against it."""
        if reason := self._door.refusal(request):
            return _refused(reason)
        self._finish_interrupted()
        outcome = self._outcomes.get(request.query_params.get("told", ""))
        return self._sheet(request, _id_in(request), outcome=outcome)

    def page(self, request: Request) -> Response:
        """Show how a submission would look on the site."""
        if reason := self._refusal_of_a_part(request, "iframe"):
            return _refused(reason)
        headers = {"content-security-policy": _FRAMED, "x-frame-options": "SAMEORIGIN"}
        try:
            item = self._store.read(_id_in(request)).submission
            page = page_of(self._bench.root, item, self._now(), self._settings().zone)
            return Response(page, headers=headers, media_type="text/html")
        except LookupError:
            return _nobody()
        except (NotShown, Problem) as error:
            said = error.diagnostics[0].message if isinstance(error, Problem) else str(error)
            return PlainTextResponse(f"There is no page to be seen: {said}.\n", headers=headers)

    def _refusal_of_a_part(self, request: Request, goes_to: str) -> str:
        """Return why what a sheet shows is not given: a frame of the site itself would get it, too, but for the key."""
        if reason := self._door.refusal(request, goes_to):
            return reason
        return "" if self._door.has_key(request, _id_in(request)) else "this is a part of a page. Open that page."

    def picture(self, request: Request) -> Response:
        """Show a picture that was sent."""
        if reason := self._refusal_of_a_part(request, "image"):
            return _refused(reason)
        try:
            media = self._store.read(_id_in(request)).submission.media[request.path_params["number"]]
            path = self._store.attachment(media.path)
            return Response(path.read_bytes(), media_type=type_of(path.name))
        except (LookupError, OSError, Problem):
            return _nobody()

    def asset(self, request: Request) -> Response:
        """Send the script or the style of these pages."""
        path = _HERE / "assets" / Path(request.path_params["name"]).name
        if not path.is_file():
            return _nobody()
        return Response(path.read_bytes(), media_type=type_of(path.name))

    # deciding

    async def decide(self, request: Request) -> Response:
        """Carry out what a form says."""
        if reason := self._door.refusal(request):
            return _refused(reason)
        body = await _body_of(request)
        if len(body) > MAX_BYTES:
            return PlainTextResponse("That is more than anybody writes.\n", 413)
        try:
            form = read_form(body)
        except ValueError:
            return PlainTextResponse("That is not a form.\n", 400)
        if not self._door.is_ours({"token": form.get("token")}):
            return _refused(
                "the form is not one of ours, or was open when the preview was started anew. Load it again."
            )
        return await run_in_threadpool(self._decide, request, form)

    def _decide(self, request: Request, form: Form) -> Response:
        item_id = _id_in(request)
        try:
            review, settings = self._review()
            item = review.open(item_id).submission
            asking = asking_of(settings, self._bench.root, item)
            decision, evidence = decided(form, item, asking, settings.zone, review.terms.now)
            revision, overwrite = form.get("revision") or "none", form.has("overwrite")
            taken = review.take(item_id, decision, revision, evidence=evidence, overwrite=overwrite)
        except LookupError:
            return _nobody()
        except Problem as problem:
            if any(d.code == STORE_CHANGED.id for d in problem.diagnostics):
                return self._conflict(request, item_id, form)
            return self._sheet(request, item_id, form=form, problems=problem.diagnostics)
        if any(not path.startswith(f"{PRIVATE}/") for path in taken.touched):
            self._bench.ask_for_build()
        key = os.urandom(8).hex()
        note = MADE_UP if settings.config.sample and isinstance(decision, Approve) else ""
        _keep(self._outcomes, key, _Outcome(_SAID[form.get("does")], taken, note), _KEPT_OUTCOMES)
        return RedirectResponse(f"{PATH}/{item_id}?told={key}#told", 303)

    def _conflict(self, request: Request, item_id: str, form: Form) -> Response:
        """Show what somebody else has saved beside what was to be saved: nothing was written over."""
        if form.get("does") != "edit":
            return self._sheet(request, item_id, changed=True)
        sheet = self._sheet_of(item_id)
        theirs = values_of(sheet.item)
        mine = merged(theirs, form, self._seen.get(form.get("revision"), {}))
        values = {
            "sheet": sheet,
            "changes": changes_between((theirs["title"], theirs["body"]), (mine["title"], mine["body"])),
            "facts": [(n, theirs[n], mine[n]) for n in theirs if n not in ("title", "body") and theirs[n] != mine[n]],
            "theirs": theirs,
            "mine": mine,
            "fields": [pair for pair in form.pairs() if pair[0] not in ("token", "revision", *mine)],
        }
        return self._page(request, "story-conflict.html", values, status=409)

    # what pages are made of

    def _sheet(
        self,
        request: Request,
        item_id: str,
        *,
        outcome: _Outcome | None = None,
        form: Form | None = None,
        problems: tuple[Diagnostic, ...] = (),
        changed: bool = False,
    ) -> Response:
        try:
            sheet = self._sheet_of(item_id)
        except LookupError:
            return _nobody()
        except Problem as problem:
            return self._page(
                request, "stories-broken.html", {"problems": self._faults(problem.diagnostics)}, status=500
            )
        with self._listing:
            summaries = self._summaries()
        _keep(self._seen, sheet.revision, values_of(sheet.item), _KEPT_SHEETS)
        sender = sheet.item.submitter.email_hmac
        values = {
            "sheet": sheet,
            "item": sheet.item,
            "value": _values(sheet.item, form),
            "typed": form,
            "group": group_of(sheet.item.moderation.state),
            "beside": neighbours(summaries, item_id, sheet.item.moderation.state),
            "others": [s for s in summaries if sender and s.email_hmac == sender and s.id != item_id],
            "outcome": outcome,
            "cautions": _not_told_below(outcome, sheet),
            "problems": self._faults(problems),
            "by_hand": [d.span.path for d in problems if d.code == CHANGED_BY_HAND.id],
            "changed": changed,
            "relations": RELATIONS,
            "methods": METHODS,
            "erasures": ERASURES,
            "today": self._today(),
            "key": self._door.key_of(item_id),
        }
        return self._page(request, "story.html", values, status=409 if changed else 422 if problems else 200)

    def _sheet_of(self, item_id: str) -> Sheet:
        """Return the sheet of a submission. Raises LookupError when there is none."""
        review, settings = self._review()
        return sheet_of(review.open(item_id), review, settings, self._bench.current().site)

    def _review(self) -> tuple[Review, Settings]:
        """Return what decides, on the terms of the site as it is now."""
        settings = self._settings()
        by = moderator(clock_is_set=self._bench.clock_is_set)
        return Review(Store(self._bench.root), terms_of(settings, by=by, now=self._now())), settings

    def _now(self) -> datetime:
        return self._bench.now().astimezone(UTC).replace(microsecond=0)

    def _today(self) -> str:
        """Return the day where the site is, in which days of answers are read."""
        return f"{self._now().astimezone(self._settings().zone):%Y-%m-%d}"

    def _finish_interrupted(self) -> None:
        """Finish decisions that something interrupted: they were made, and what is shown here is to say so."""
        with suppress(Problem):  # told where somebody decides; looking on is still possible
            if self._store.unfinished() and self._review()[0].mend():
                self._bench.ask_for_build()

    def _settings(self) -> Settings:
        site = self._bench.current().site
        return site.settings if site else load_config(self._bench.root, environ=os.environ)[0]

    def _summaries(self) -> tuple[Summary, ...]:
        if not self._store.exists:
            return ()
        return tuple(each for each in self._store.listing().values())

    def _spam_reasons(self, row: Summary) -> tuple[str, ...]:
        try:
            return self._store.read(row.id).submission.spam.reasons if row.score else ()
        except (LookupError, Problem):
            return ()

    def _edited(self, row: Summary) -> tuple[str, str] | None:
        """Return the title of a submission and how its words begin, where they are shown otherwise than they came."""
        try:
            item = self._store.read(row.id).submission
        except (LookupError, Problem):
            return None
        shown = shown_of(item)
        is_edited = bool(item.showing.title or item.showing.body)
        return (shown.title, cut(" ".join(shown.body.split()), _BEGINNING)) if is_edited else None

    def _faults(self, diagnostics: tuple[Diagnostic, ...]) -> list[Fault]:
        told = (replace(d, message=in_browser(d.message), hint=in_browser(d.hint)) for d in diagnostics)
        return [fault_of(diagnostic, {}, self._bench.opens) for diagnostic in told]

    def _page(self, request: Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        site = self._bench.current().site
        common = {
            "home": site.settings.base_path if site else "/",
            "stories": PATH,
            "token": self._door.token,
            "faults": (),
        }
        response = self._bench.page(request, template, common | dict(values), status=status)
        response.headers["content-security-policy"] = _POLICY
        return response


def _not_told_below(outcome: _Outcome | None, sheet: Sheet) -> list[Diagnostic]:
    """Return what to look at after a decision, without what stands beside the changed words anyway."""
    below = {doubt.said for doubt in sheet.doubts}
    return [caution for caution in outcome.taken.cautions if caution.message not in below] if outcome else []


def _values(item: Submission, form: Form | None) -> dict[str, str]:
    """Return what stands in the fields: what was typed and not taken, else what is there."""
    values = values_of(item)
    return merged(values, form, {}) if form and form.get("does") == "edit" else values


def _keep(kept: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    """Keep a value by its key, and forget the oldest when there are too many."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)


def _id_in(request: Request) -> str:
    """Return the id that an address names; what has not the form of one is nobody's."""
    given: str = request.path_params["id"]
    return given if _ID.fullmatch(given) else ""


async def _body_of(request: Request) -> bytes:
    """Return what was sent, or as much of it as shows that it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            break
    return body


def _refused(reason: str) -> Response:
    return PlainTextResponse(f"Refused: {reason}\n", 403)


def _nobody() -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404)
