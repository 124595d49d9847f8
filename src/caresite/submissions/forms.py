"""Forms as pages show them: everything a template needs, worked out from the config and the wordings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.intake import Form, RetentionDays
from caresite.core.urls import join_site
from caresite.kinds.consent import SCOPES
from caresite.submissions.questions import (
    CONSENT_DIGEST,
    CONSENT_WORDING,
    FORM_LANG,
    FORM_NAME,
    KNOWN,
    REQUEST_FORM,
    SECONDS,
    UNTOLD,
    Question,
    decoys,
    page_of,
    questions_of,
    request_form,
    story_forms,
)
from caresite.submissions.wordings import Wording, is_question, read_wording

if TYPE_CHECKING:
    from caresite.pipeline.render import SiteReader

__all__ = ["Box", "FormView", "Promises", "form_at", "form_view", "promises", "script", "script_url", "thanks_of"]

_FORMSPREE = "https://formspree.io/f/"
_SCRIPT = Path(__file__).parent / "templates/form-timing.js"
_BY_DISPLAY = frozenset(("publish_name", "publish_company"))
_WORDED = frozenset(("display", "relation", "incentive", "rating", "request", "vote"))
_WITH_HINTS = frozenset(("story", "about", "display", "email", "photo", "age", "which"))


class Box(Struct, frozen=True):
    """One box of consent: the scope, the name it is sent by, and the sentence that is agreed to. None is ticked."""

    scope: str
    name: str
    sentence: str

    @property
    def is_question(self) -> bool:
        """Whether the sentence asks, so that the box needs a yes to stand for."""
        return is_question(self.sentence)


class FormView(Struct, frozen=True, kw_only=True):
    """A form, ready to be written. `action` is where it is sent; with `mail_url` it is a letter instead."""

    name: str
    kind: str
    backend: str
    title: str = ""
    intro: str = ""
    action: str = ""
    mail_url: str = ""
    email: str = ""
    page_url: str = ""
    questions: tuple[Question, ...] = ()
    boxes: tuple[Box, ...] = ()
    decoys: tuple[str, str] = ("", "")
    hidden: tuple[tuple[str, str], ...] = ()
    wording_title: str = ""
    wording_text: str = ""
    name_display: str = ""
    min_age: int = 0
    script: str = ""

    @property
    def has_file(self) -> bool:
        return any(question.type == "file" for question in self.questions)

    @property
    def is_for_customers(self) -> bool:
        return self.kind not in UNTOLD

    @property
    def is_closed(self) -> bool:
        """Tell whether there is nothing to vote for: the year is settled, or has no story yet."""
        return any(question.name == "vote_for" and not question.choices for question in self.questions)

    def has_words(self, name: str) -> bool:
        """Tell whether the interface has words for a question of that name."""
        return name in KNOWN

    def words_of(self, question: Question, choice: str, site: SiteReader) -> str:
        """Return an answer as people read it: ours in their language, the owner's own as they are written."""
        if question.name == "vote_for":
            return next((page.title for page in site.voted_on() if page.slug == choice), choice)
        if choice not in KNOWN.get(question.name, question).choices or question.name not in _WORDED:
            return choice
        if question.name == "rating":
            return str(site.say("stars_n", n=int(choice)))
        return str(site.say(f"{question.name}_{choice}"))

    def has_hint(self, name: str) -> bool:
        """Tell whether the interface has a hint for a question of that name."""
        return name in _WITH_HINTS


def form_view(name: str, site: SiteReader) -> FormView | None:
    """Return the form called `name` as pages show it; None when there is none."""
    forms = site.forms
    stories = story_forms(forms)
    if name == REQUEST_FORM and name not in forms and stories:
        page_url = site.url_of(REQUEST_FORM) or f"{site.home}{REQUEST_FORM}/"
        return _view(name, request_form(next(iter(stories.values()))), site, page_url)
    if name not in forms:
        return None
    page = page_of(name, forms)
    return _view(name, forms[name], site, site.home.rstrip("/") + page if page else "")


def form_at(url: str, site: SiteReader) -> FormView | None:
    """Return the form whose page, or page after sending, stands at `url`."""
    for name in (*site.forms, REQUEST_FORM):
        view = form_view(name, site)
        if view and url in (
            view.page_url,
            *(_thanks(view.page_url, name, site, part) for part in ("thanks", "problem")),
        ):
            return view
    return None


def thanks_of(name: str, forms: Mapping[str, Form], home: str, part: str = "thanks") -> str:
    """Return the address of the page after a form was sent, or of the one for when that failed."""
    page = page_of(name, forms) if name in forms else ""
    return f"{home.rstrip('/')}{page or f'/{name}/'}{part}/"


def _thanks(page_url: str, name: str, site: SiteReader, part: str = "thanks") -> str:
    return thanks_of(name, site.forms, site.home, part) if name in site.forms else f"{page_url}{part}/"


def _view(name: str, form: Form, site: SiteReader, page_url: str) -> FormView:
    wording = _wording(form, site)
    questions = tuple(_with_stories(question, site) for question in questions_of(form))
    boxes = tuple(
        Box(scope, f"consent_{scope}", wording.purposes[scope])
        for scope in SCOPES
        if wording and scope in wording.purposes and _is_asked(scope, questions)
    )
    email = form.email or (site.business.email if site.business else "")
    thanks = _thanks(page_url, name, site)
    view = FormView(
        name=name,
        kind=form.kind,
        backend=form.backend,
        title=form.title,
        intro=form.intro,
        action=_action(form, thanks),
        email=email,
        page_url=page_url,
        questions=questions,
        boxes=boxes,
        decoys=decoys(name, form),
        hidden=_hidden(name, form, wording if boxes else None, site, join_site(site.base_url, thanks)),
        wording_title=wording.title if wording else "",
        wording_text=wording.text if wording else "",
        name_display=wording.name_display if wording else "",
        min_age=form.min_age,
        script=script_url(site.home) if form.timing and form.backend != "mailto" else "",
    )
    if form.backend != "mailto":
        return view
    return _with_letter(view, site)


def _with_stories(question: Question, site: SiteReader) -> Question:
    """Return the question which story a vote is for with the stories of the year to choose from."""
    if question.name != "vote_for" or question.choices:
        return question
    return replace(question, choices=tuple(page.slug for page in site.voted_on()))


def _is_asked(scope: str, questions: tuple[Question, ...]) -> bool:
    """Tell whether a purpose has a box in a form: names go by the choice of display, pictures need a picture."""
    names = {question.name for question in questions}
    if scope in _BY_DISPLAY:
        return "display" not in names
    return scope != "publish_photo" or "photo" in names


def _wording(form: Form, site: SiteReader) -> Wording | None:
    if not form.consent or form.kind in UNTOLD:
        return None
    data = site.wording(form.consent)
    return read_wording(form.consent, data, ZoneInfo("UTC"))[0] if data else None


def _action(form: Form, thanks: str) -> str:
    match form.backend:
        case "netlify":
            return thanks
        case "formspree":
            return form.action if "/" in form.action else f"{_FORMSPREE}{form.action}"
        case "custom":
            return form.action
        case _:
            return ""


def _hidden(
    name: str, form: Form, wording: Wording | None, site: SiteReader, thanks: str
) -> tuple[tuple[str, str], ...]:
    """Return what is sent without being asked: which form it is, in which language, and what was shown."""
    fields = {FORM_NAME: name, FORM_LANG: site.language}
    if wording:
        fields |= {CONSENT_WORDING: wording.id, CONSENT_DIGEST: wording.sha256}
    if form.timing:
        fields |= {SECONDS: ""}
    if form.backend == "formspree":
        fields |= {"_next": thanks}
    return tuple((fields | form.hidden).items())


def _with_letter(view: FormView, site: SiteReader) -> FormView:
    """Return a form for a mail program: the questions stand in the letter, and are understood when it comes back."""
    lines = [f"{_asked(question, site, view)}:" for question in view.questions if question.type != "file"]
    lines += [f"{box.sentence} {site.say('mail_answer_here')}:" for box in view.boxes]
    subject = view.title or site.say("title_send_your_story" if view.is_for_customers else "title_form")
    body = "\r\n\r\n".join(lines) + "\r\n"
    return replace(view, mail_url=f"mailto:{quote(view.email, safe='@')}?subject={quote(subject)}&body={quote(body)}")


def _asked(question: Question, site: SiteReader, view: FormView) -> str:
    label = question.label or (
        site.say(f"ask_{question.name}", age=view.min_age) if view.has_words(question.name) else question.name
    )
    return str(label).rstrip("?:. ")


# the script


@lru_cache(maxsize=1)
def script() -> bytes:
    """Return the script that counts the seconds."""
    return _SCRIPT.read_bytes()


def script_url(home: str) -> str:
    """Return the URL of the script; the name changes with it."""
    return f"{home}form.{hashlib.sha256(script()).hexdigest()[:10]}.js"


# what is promised to people


class Promises(Struct, frozen=True, kw_only=True):
    """What the pages about stories say of this site, from its config."""

    mode: str
    verification_note: str
    selection_note: str
    readers: str
    days: RetentionDays
    service: str
    send_url: str
    manage_url: str
    asks_incentive: bool
    wording_title: str
    wording_text: str


def promises(site: SiteReader) -> Promises:
    """Return what the pages about stories may promise."""
    stories = story_forms(site.forms)
    form = next(iter(stories.values()), Form())
    wording = _wording(form, site)
    host = urlsplit(_action(form, "")).hostname or ("Netlify" if form.backend == "netlify" else "")
    return Promises(
        mode=site.testimonials_mode,
        verification_note=site.verification_note,
        selection_note=site.selection_note,
        readers=form.readers,
        days=form.retention_days,
        service=host if form.backend != "mailto" else "",
        send_url=site.url_of("send-your-story"),
        manage_url=site.url_of("manage-my-story"),
        asks_incentive=any(question.name == "incentive" for question in questions_of(form)),
        wording_title=wording.title if wording else "",
        wording_text=wording.text if wording else "",
    )
