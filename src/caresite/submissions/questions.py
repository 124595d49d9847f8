"""Questions: what each form asks, and by what names the answers come back.

The page with the form and the reader of what it brings both work from here, so that they cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.intake import Form, FormField
from caresite.kinds.testimonial import DISPLAYS

__all__ = [
    "BOX",
    "CONSENT_DIGEST",
    "CONSENT_WORDING",
    "FORM_LANG",
    "FORM_NAME",
    "HELD_NAMES",
    "KNOWN",
    "REQUESTS",
    "REQUEST_FORM",
    "SECONDS",
    "UNTOLD",
    "VOTES",
    "Question",
    "decoys",
    "is_known",
    "page_of",
    "questions_of",
    "request_form",
    "story_forms",
]

BOX = "consent_"  # before the scope: `consent_publish_text`
CONSENT_WORDING = "consent_wording"
CONSENT_DIGEST = "consent_sha256"
FORM_NAME = "form-name"  # as Netlify calls it
FORM_LANG = "form_lang"
SECONDS = "form_seconds"
REQUEST_FORM = "manage-my-story"
VOTES = ("for", "against")
UNTOLD = frozenset(("contact", "vote"))  # kinds of forms by which no customer's words come in
REQUESTS = ("withdraw", "name", "photo", "words", "copy")
HELD_NAMES = frozenset((FORM_NAME, CONSENT_WORDING, CONSENT_DIGEST, FORM_LANG, SECONDS))
_TIES = ("customer", "client", "reader", "employee", "ex-employee", "partner", "supplier", "family", "owner")

Type = Literal["text", "textarea", "email", "tel", "url", "date", "select", "radio", "checkbox", "file"]


class Question(Struct, frozen=True, kw_only=True):
    """One question as a page asks it; `label` and `hint` are the owner's own, else the theme has words."""

    name: str
    type: Type = "text"
    required: bool = False
    min_length: int = 0
    max_length: int = 200
    choices: tuple[str, ...] = ()
    autocomplete: str = ""
    label: str = ""
    hint: str = ""


KNOWN: Mapping[str, Question] = {
    question.name: question
    for question in (
        Question(name="story", type="textarea", required=True, min_length=20, max_length=8000),
        Question(name="message", type="textarea", required=True, min_length=2, max_length=8000),
        Question(name="title", max_length=120),
        Question(name="about", max_length=120),
        Question(name="name", required=True, max_length=100, autocomplete="name"),
        Question(name="display", type="radio", required=True, choices=DISPLAYS),
        Question(name="email", type="email", required=True, autocomplete="email"),
        Question(name="phone", type="tel", max_length=40, autocomplete="tel"),
        Question(name="role", max_length=100, autocomplete="organization-title"),
        Question(name="company", max_length=120, autocomplete="organization"),
        Question(name="website", type="url", max_length=300, autocomplete="url"),
        Question(name="location", max_length=120, autocomplete="address-level2"),
        Question(name="relation", type="select", required=True, choices=_TIES),
        Question(name="incentive", type="radio", required=True, choices=("no", "yes")),
        Question(name="incentive_what", max_length=200),
        Question(name="rating", type="radio", choices=("5", "4", "3", "2", "1")),
        Question(name="experience_date", type="date"),
        Question(name="photo", type="file"),
        Question(name="age", type="checkbox", required=True),
        Question(name="request", type="radio", required=True, choices=REQUESTS),
        Question(name="which", max_length=300),
        Question(name="vote_for", type="select", required=True),
        Question(name="vote", type="radio", required=True, choices=VOTES),
    )
}
_WORDS_OF_CUSTOMERS = (
    *("story", "about", "name", "display", "email", "role", "company"),
    *("relation", "incentive", "photo"),
)
_USUAL = {
    "story": _WORDS_OF_CUSTOMERS,
    "testimonial": _WORDS_OF_CUSTOMERS,
    "quote": ("story", "name", "email"),
    "contact": ("name", "email", "message"),
    "vote": ("vote_for", "rating", "email"),
}
_DECOYS = (
    "fax",
    "company_fax",
    "second_email",
    "homepage",
    "nickname",
    "middle_name",
    "address_line_3",
    "second_phone",
)
_GOTCHA = "_gotcha"  # what Formspree looks at (its own documentation)


def is_known(name: str) -> bool:
    """Tell whether a question of that name is one of ours."""
    return name in KNOWN


def questions_of(form: Form) -> tuple[Question, ...]:
    """Return what `form` asks, in order; what belongs together follows by itself."""
    asked = [_question(field) for field in form.fields]
    if not form.fields:
        asked = [KNOWN[name] for name in _USUAL[form.kind]]
    if form.kind == "vote":  # without one it is none
        asked = [replace(question, required=question.required or question.name == "rating") for question in asked]
    names = {question.name for question in asked}
    found: list[Question] = []
    for question in asked:
        found.append(question)
        if question.name == "incentive" and "incentive_what" not in names:
            found.append(KNOWN["incentive_what"])
    if form.min_age and form.kind not in UNTOLD and "age" not in names:
        found.append(KNOWN["age"])
    return tuple(found)


def _question(field: FormField) -> Question:
    usual = KNOWN.get(field.name, Question(name=field.name))
    kind: Type = field.type or usual.type
    limit = 8000 if kind == "textarea" else 200
    return replace(
        usual,
        type=kind,
        required=usual.required if field.required is None else field.required,
        min_length=field.min_length or usual.min_length,
        max_length=field.max_length or (usual.max_length if is_known(field.name) else limit),
        choices=field.choices or usual.choices,
        label=field.label,
        hint=field.hint,
    )


def decoys(name: str, form: Form) -> tuple[str, str]:
    """Return the names of the two fields that nobody sees and only robots fill in.

    They look like real ones, differ from form to form, and are the same in every build.
    """
    taken = {question.name for question in questions_of(form)}
    start = hashlib.sha256(name.encode()).digest()[0]
    free = [each for each in _DECOYS if each not in taken]
    first, second = free[start % len(free)], free[(start + 1) % len(free)]
    return (_GOTCHA if form.backend == "formspree" else first), second


def request_form(like: Form) -> Form:
    """Return the form by which people take back or change what they agreed to, by the same way as they gave it."""
    fields = tuple(FormField(name=name) for name in ("request", "which", "email", "message"))
    optional = replace(fields[-1], required=False)
    return replace(
        like,
        kind="contact",
        fields=(*fields[:-1], optional),
        consent="",
        page="",
        title="",
        intro="",
        timing=like.timing,
    )


def story_forms(forms: Mapping[str, Form]) -> dict[str, Form]:
    """Return the forms by which words of customers come in."""
    return {name: form for name, form in forms.items() if form.kind not in UNTOLD}


def page_of(name: str, forms: Mapping[str, Form]) -> str:
    """Return the address of a form's own page below the site's root, or nothing when it has none."""
    form = forms[name]
    if form.page:
        return "/" + "".join(f"{part}/" for part in form.page.split("/") if part)
    return "/send-your-story/" if name == next(iter(story_forms(forms)), "") else ""
