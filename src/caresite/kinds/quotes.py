"""The quote collection and the quote: words worth keeping, with their source."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Struct

from caresite.core.schema import Doc
from caresite.kinds.consent import Consent
from caresite.kinds.content import Content
from caresite.kinds.testimonial import Display

__all__ = ["Original", "Quote", "QuoteAuthor", "QuoteCollection", "QuoteSource"]


class QuoteAuthor(Struct, frozen=True, kw_only=True):
    """Who said it; a bare string is the `name`."""

    __shorthand__ = "name"

    name: Annotated[str, Doc("The name. For a customer, shown only as far as `display` goes.")]
    display: Annotated[Display, Doc("For a customer: how their name is shown, by their own choice.")] = "full"
    role: Annotated[str, Doc("Who they are, in a few words.")] = ""
    born: Annotated[int | None, Doc("Year of birth.")] = None
    died: Annotated[int | None, Doc("Year of death.")] = None
    url: Annotated[str, Doc("A page about them.", address=True)] = ""
    living: Annotated[bool, Doc("Whether they are alive; then a quote needs a source.")] = False


class QuoteSource(Struct, frozen=True, kw_only=True):
    """Where the words stand; a bare string is the `title`, or the `url` when it is an address."""

    __shorthand__ = "title"

    title: Annotated[str, Doc("The work.")] = ""
    kind: Annotated[
        Literal[
            "book",
            "article",
            "speech",
            "interview",
            "letter",
            "web",
            "film",
            "inscription",
            "proverb",
            "own",
            "testimonial",
        ],
        Doc("What it is. `testimonial` marks a customer's words, which need consent."),
    ] = "book"
    publisher: Annotated[str, Doc("Who published it.")] = ""
    date: Annotated[str, Doc("When, as printed.")] = ""
    page: Annotated[str, Doc("Page or chapter.")] = ""
    url: Annotated[str, Doc("Where it can be read.", address=True)] = ""
    archived: Annotated[str, Doc("An archived copy.", address=True)] = ""
    accessed: Annotated[datetime | None, Doc("When you read it there.")] = None
    isbn: Annotated[str, Doc("The book's number.")] = ""


class Original(Struct, frozen=True, kw_only=True):
    """The words before translation."""

    text: Annotated[str, Doc("The original words.")]
    lang: Annotated[str, Doc("Their language.")] = ""
    translator: Annotated[str, Doc("Who translated.")] = ""


class Quote(Content, frozen=True, kw_only=True):
    """One quote of a collection; has a page of its own."""

    id: Annotated[str, Doc("A stable id: the last part of its address.", example="listen-first")] = ""
    text: Annotated[
        str,
        Doc(
            "The words; one phrase may be marked `==so==`. In a Markdown file they are its body.",
            peers=("quote", "content"),
        ),
    ] = ""
    author: Annotated[QuoteAuthor | None, Doc("Who said it.")] = None
    source: Annotated[QuoteSource | None, Doc("Where the words stand.")] = None
    status: Annotated[
        Literal[
            "verified",
            "sourced",
            "attributed",
            "disputed",
            "misattributed",
            "paraphrase",
            "translated",
            "anonymous",
        ],
        Doc("How sure the attribution is. `attributed` without a source is a warning, for living people an error."),
    ] = "attributed"
    status_note: Annotated[str, Doc("Needed for disputed and misattributed: the evidence.")] = ""
    really_by: Annotated[str, Doc("Who said it in truth, when it is misattributed.")] = ""
    original: Annotated[Original | None, Doc("The words before translation.")] = None
    context: Annotated[str, Doc("What was going on, in Markdown.")] = ""
    rights: Annotated[
        Literal["public-domain", "short-quotation", "permission", "own"], Doc("Why you may print it.")
    ] = "short-quotation"
    on: Annotated[tuple[str, ...], Doc("Calendar days `MM-DD` on which it is the quote of the day.")] = ()
    consent_ref: Annotated[str, Doc("When it is a customer's words: the submission's id in `consent.lock.yaml`.")] = ""
    consent: Annotated[Consent | None, Doc("The author's consent, if the text is a customer's.")] = None


class QuoteCollection(Content, frozen=True, kw_only=True):
    """A collection of quotes: one file in `content/quotes/`."""

    curator: Annotated[str, Doc("Who chose them.")] = ""
    order: Annotated[Literal["manual", "author", "date", "shuffle"], Doc("The order on the page.")] = "manual"
    license: Annotated[str, Doc("The licence of the collection.")] = ""
