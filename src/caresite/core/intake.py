"""How stories come in: the forms that a site has and the sources that are read, as the config declares them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Struct

from caresite.core.schema import Doc

__all__ = ["Form", "FormField", "IncomingSource", "RetentionDays"]


class FormField(Struct, frozen=True, kw_only=True):
    """One question of a form; a bare string is its `name`."""

    __shorthand__ = "name"

    name: Annotated[
        str,
        Doc(
            "What is asked: `story`, `title`, `message`, `about`, `name`, `display`, `email`, `phone`, `role`, "
            "`company`, `website`, `location`, `relation`, `incentive`, `rating`, `experience_date`, `photo`, `age`; "
            "for votes `vote_for`, and `rating` or `vote`; or a name of your own."
        ),
    ]
    label: Annotated[str, Doc("The question; ours, in the site's language, when empty.")] = ""
    hint: Annotated[str, Doc("A line below the question.")] = ""
    type: Annotated[
        Literal["text", "textarea", "email", "tel", "url", "date", "select", "radio", "checkbox", "file", ""],
        Doc("How it is answered. Known names have theirs; `text` otherwise."),
    ] = ""
    choices: Annotated[tuple[str, ...], Doc("The answers to choose from, for `select` and `radio`.", split=True)] = ()
    required: Annotated[bool | None, Doc("Whether it must be answered. Known names have their own default.")] = None
    min_length: Annotated[int, Doc("The fewest characters; 0 for no limit.", ge=0)] = 0
    max_length: Annotated[int, Doc("The most characters; 0 takes ours.", ge=0, le=100_000)] = 0


class RetentionDays(Struct, frozen=True, kw_only=True):
    """How many days what came in is kept, by what became of it."""

    pending: Annotated[int, Doc("While nobody has decided.", ge=1)] = 90
    rejected: Annotated[int, Doc("After it was declined.", ge=1)] = 30
    spam: Annotated[int, Doc("In quarantine.", ge=1)] = 7
    approved: Annotated[int, Doc("After it was approved, and the proof after it was withdrawn.", ge=1)] = 1095


class Form(Struct, frozen=True, kw_only=True):
    """A form of the site, by which stories or messages come in. It works without a script."""

    kind: Annotated[
        Literal["story", "testimonial", "quote", "contact", "vote"],
        Doc(
            "What comes in by it. What a `contact` form brings is for you to read, and is not kept here. A `vote` is "
            "one for the best story of a year; it needs a `page`."
        ),
    ] = "story"
    backend: Annotated[
        Literal["netlify", "formspree", "custom", "mailto", ""],
        Doc(
            "Who receives it: Netlify Forms, Formspree, a service of your own at `action`, or e-mail with `mailto`. "
            "When empty: `netlify` on a site with a `netlify.toml` or a target at Netlify, else `mailto`."
        ),
    ] = ""
    action: Annotated[
        str, Doc("Where it is sent: the id or address of a Formspree form, or your service's address.", address=True)
    ] = ""
    email: Annotated[str, Doc("Where `mailto` writes; `business.email` when empty.")] = ""
    title: Annotated[str, Doc("The heading of its page.")] = ""
    intro: Annotated[str, Doc("A line or two below the heading.")] = ""
    page: Annotated[
        str,
        Doc(
            "The address of a page of its own. The first form for stories has `/send-your-story/`.",
            example="/nominate/",
        ),
    ] = ""
    fields: Annotated[
        tuple[FormField, ...],
        Doc(
            "The questions, in order. For words of customers: story, about, name, display, email, role, company, "
            "relation, incentive and photo; for `contact`: name, email and message.",
            split=True,
        ),
    ] = ()
    consent: Annotated[
        str, Doc("The wording that people agree to: the name of a file in `consent/`.", example="story-2026-01")
    ] = ""
    min_age: Annotated[
        int, Doc("How old one must be. The form asks, unless it is 0 or the form is for `contact`.", ge=0, le=21)
    ] = 16
    readers: Annotated[str, Doc("Who reads submissions, as visitors see it.", example="Agnes and Tom")] = ""
    hidden: Annotated[dict[str, str], Doc("Hidden fields that your service needs, by name.")] = {}
    timing: Annotated[
        bool, Doc("Whether a small script notes how many seconds it took to fill in, which helps to recognise robots.")
    ] = True
    retention_days: Annotated[RetentionDays, Doc("How long what came in is kept.")] = RetentionDays()


class IncomingSource(Struct, frozen=True, kw_only=True):
    """Where stories are fetched from, or how to read an export."""

    type: Annotated[
        str,
        Doc(
            "What it is: `netlify`, `formspree`, `csv`, `json`, `mail`, `imap`, `folder`, or one that a plugin brings.",
            example="netlify",
        ),
    ]
    form: Annotated[str, Doc("The form in `forms` that people filled in. The only one for stories when empty.")] = ""
    kind: Annotated[
        Literal["story", "testimonial", "quote", "vote"],
        Doc("What its entries are. Votes are counted by `caresite stories votes`, and left alone by `pull`."),
    ] = "story"
    path: Annotated[
        str, Doc("The file, folder or pattern to read, from the site's root.", example="private/inbox/*.csv")
    ] = ""
    site: Annotated[str, Doc("The id of the site at Netlify.")] = ""
    form_id: Annotated[str, Doc("The id of the form at Netlify or Formspree.")] = ""
    api: Annotated[str, Doc("The address of the service's interface, if it is not the usual one.", address=True)] = ""
    token_env: Annotated[
        str, Doc("The environment variable with the token or key. The token itself never stands in the config.")
    ] = ""
    spam: Annotated[bool, Doc("Whether what the service took for spam is fetched too. It goes into quarantine.")] = (
        False
    )
    preset: Annotated[
        Literal["google-forms", "typeform", "tally", ""],
        Doc("Whose export it is. Found out from the first line when empty."),
    ] = ""
    map: Annotated[
        dict[str, str],
        Doc(
            "Which column or question is what: `story: Tell us what happened`. Consent by its scope: "
            "`publish_text: May we print it?`. Two names with ` + ` are joined."
        ),
    ] = {}
    yes: Annotated[tuple[str, ...], Doc("Answers that mean yes, besides yes, on, true, 1 and a tick.")] = ()
    wording: Annotated[
        str, Doc("The wording in `consent/` that authors saw there. Without it, consent is recorded as a claim only.")
    ] = ""
    date_order: Annotated[
        Literal["day-first", "month-first", "excel-serial", ""],
        Doc(
            "How to read `05/03/2024`, which is refused without it. `excel-serial` says that dates are Excel's numbers "
            "of days: 46082 is 1 March 2026."
        ),
    ] = ""
    timezone: Annotated[str, Doc("The zone of its dates without one; the site's when empty.")] = ""
    keep_technical: Annotated[
        bool, Doc("Whether addresses of computers, browsers and referring pages are kept. You hardly need them.")
    ] = False
    host: Annotated[str, Doc("The mail server.", example="imap.example.com")] = ""
    port: Annotated[int, Doc("Its port.", ge=1, le=65535)] = 993
    user: Annotated[str, Doc("The mailbox's user.")] = ""
    password_env: Annotated[str, Doc("The environment variable with its password.")] = "IMAP_PASSWORD"
    mailbox: Annotated[str, Doc("The folder of the mailbox.", example="INBOX/Stories")] = "INBOX"
    ca_file: Annotated[str, Doc("A file with the certificate to trust, if the mail server signed its own.")] = ""
    since_days: Annotated[int, Doc("Only mail of so many days; 0 for all.", ge=0)] = 0
    media_hosts: Annotated[
        tuple[str, ...], Doc("Hosts from which pictures that came as links may be fetched.", split=True)
    ] = ()
    timeout_seconds: Annotated[float, Doc("How long to wait for an answer.", ge=0.1, le=600)] = 30.0
    options: Annotated[dict[str, Any], Doc("What the source of a plugin needs besides.")] = {}
