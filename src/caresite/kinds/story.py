"""The story: a customer's experience at length, also as a case study or an interview."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Struct

from caresite.core.schema import Doc
from caresite.kinds.consent import Consent
from caresite.kinds.content import CallToAction, Disclosed, Picture
from caresite.kinds.testimonial import About, Origin, Speaker

__all__ = ["Customer", "Metric", "Step", "Story", "StoryQuote"]


class Customer(Struct, frozen=True, kw_only=True):
    """The customer the story is about; a bare string is the `name`."""

    __shorthand__ = "name"

    name: Annotated[str, Doc("The firm's or person's name.")] = ""
    anonymous: Annotated[bool, Doc("Whether the name stays unsaid; `descriptor` is shown instead.")] = False
    descriptor: Annotated[str, Doc("Who they are without a name: `A bakery in Cornwall`.")] = ""
    logo: Annotated[Picture | None, Doc("Their logo. Needs `logo_permission`.")] = None
    logo_permission: Annotated[bool, Doc("Whether they allowed the logo.")] = False
    industry: Annotated[str, Doc("Their line of business; makes the filter pages.")] = ""
    size: Annotated[str, Doc("How large they are, in words: `Six people`.", peers=("headcount", "employees"))] = ""
    location: Annotated[str, Doc("Where they are.", peers=("headquarters",))] = ""
    since: Annotated[str, Doc("Since when they are a customer, as you would say it.")] = ""
    url: Annotated[str, Doc("Their site.", address=True, peers=("website",))] = ""


class Metric(Struct, frozen=True, kw_only=True):
    """A figure with its proof. Without `period` and `source` it is shown with a warning to you."""

    label: Annotated[str, Doc("What is measured.")]
    value: Annotated[str, Doc("The figure: `11`, `£3,180`.")]
    unit: Annotated[str, Doc("Its unit: `hours`, `%`.")] = ""
    before: Annotated[str, Doc("The figure before.")] = ""
    after: Annotated[str, Doc("The figure after.")] = ""
    period: Annotated[str, Doc("Over which time.")] = ""
    source: Annotated[str, Doc("Where the figure comes from.")] = ""
    verified: Annotated[bool, Doc("Whether you checked it with the customer.")] = False


class StoryQuote(Struct, frozen=True, kw_only=True):
    """The customer's own words inside a story."""

    text: Annotated[str, Doc("The words; one phrase may be marked `==so==`.", peers=("content", "quote"))]
    speaker: Annotated[str, Doc("Who said them; the story's author when empty.", peers=("from", "author", "name"))] = ""
    role: Annotated[str, Doc("What the speaker does.")] = ""


class Step(Struct, frozen=True, kw_only=True):
    """One dated step of a story."""

    date: Annotated[str, Doc("When, as you would say it: `12 January`.")] = ""
    title: Annotated[str, Doc("What happened, in a few words.")] = ""
    text: Annotated[str, Doc("What happened, in Markdown.")] = ""


class Story(Disclosed, frozen=True, kw_only=True):
    """A customer story: `content/stories/*.md`."""

    style: Annotated[Literal["story", "case-study", "interview"], Doc("The form it takes.")] = "story"
    author: Annotated[Speaker | None, Doc("The customer who speaks, when there is one.")] = None
    customer: Annotated[Customer, Doc("The customer it is about.")] = Customer()
    about: Annotated[About, Doc("Whose service it praises; a story may be about somebody else's business.")] = About()
    source: Annotated[Origin | None, Doc("The channel it came by.")] = None
    industry: Annotated[
        tuple[str, ...],
        Doc(
            "Lines of business, for the filter pages; `customer.industry` when empty.",
            split=True,
            peers=("industries",),
        ),
    ] = ()
    products: Annotated[tuple[str, ...], Doc("Products it is about, for the filter pages.", split=True)] = ()
    services: Annotated[tuple[str, ...], Doc("Services it is about.", split=True)] = ()
    outcome: Annotated[str, Doc("One line for cards: what changed.")] = ""
    metrics: Annotated[
        tuple[Metric, ...], Doc("Two to four figures with their proof.", peers=("results", "stats"))
    ] = ()
    quotes: Annotated[tuple[StoryQuote, ...], Doc("The customer's words to set large.")] = ()
    timeline: Annotated[tuple[Step, ...], Doc("Dated steps.")] = ()
    looked_after_by: Annotated[str, Doc("Who in your firm looks after them.")] = ""
    rating: Annotated[int, Doc("1 to 5 stars, as given. Never edited.", ge=1, le=5)] = 0
    place: Annotated[int, Doc("Place among the best stories of its year, by an editor: 1 is the winner.", ge=1)] = 0
    may_win: Annotated[bool, Doc("Whether it is considered for the best stories of its year.")] = True
    related: Annotated[tuple[str, ...], Doc("Source paths or slugs to show as related, instead of chosen ones.")] = ()
    cta: Annotated[CallToAction | None, Doc("The button in the facts card.")] = None
    approved_by_customer: Annotated[datetime | None, Doc("When the customer read and agreed to this page.")] = None
    consent: Annotated[
        Consent | None,
        Doc("The customer's yes, for a story collected without a form. Exactly one of `consent` and `consent_ref`."),
    ] = None
