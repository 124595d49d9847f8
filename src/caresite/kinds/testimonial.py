"""The testimonial: a short statement by a customer."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Struct

from caresite.core.schema import Doc
from caresite.kinds.consent import Consent
from caresite.kinds.content import Disclosed, Picture

__all__ = ["DISPLAYS", "About", "Claim", "Display", "Origin", "Speaker", "Testimonial"]

Display = Literal["full", "first-name", "first-initial", "initials", "role", "anonymous"]
DISPLAYS: tuple[str, ...] = Display.__args__  # type: ignore[attr-defined]


class Speaker(Struct, frozen=True, kw_only=True):
    """Who speaks; a bare string is the `name`. `display` is the author's own choice and their consent for it."""

    __shorthand__ = "name"

    name: Annotated[str, Doc("The person's name. Shown only as far as `display` goes.")] = ""
    display: Annotated[
        Display,
        Doc("How the name is shown: full, first name, first name and initial, initials, only the role, or not at all."),
    ] = "full"
    role: Annotated[
        str, Doc("What they do.", peers=("title", "designation", "position", "job_title", "profession"))
    ] = ""
    company: Annotated[str, Doc("Where they do it.", peers=("org", "organization", "organisation", "client"))] = ""
    location: Annotated[str, Doc("Town or country.")] = ""
    url: Annotated[str, Doc("Their own page.", address=True, peers=("link", "website"))] = ""
    photo: Annotated[
        Picture | None,
        Doc(
            "A picture of them. Has a consent scope of its own: `publish_photo`.",
            peers=("avatar", "image", "image_url", "picture"),
        ),
    ] = None


class About(Struct, frozen=True, kw_only=True):
    """Whose service the words praise."""

    self: Annotated[bool, Doc("Whether they are about this site's own business.")] = True
    type: Annotated[
        Literal["Organization", "LocalBusiness", "Product", "Service", "SoftwareApplication", "Course", "Event"],
        Doc("What it is."),
    ] = "Organization"
    name: Annotated[str, Doc("Its name, when it is somebody else.")] = ""
    url: Annotated[str, Doc("Its address, when it is somebody else.", address=True)] = ""
    id: Annotated[str, Doc("The id of a product or service in `data/`.")] = ""


class Origin(Struct, frozen=True, kw_only=True):
    """Where the words came from; a bare string is the `platform`."""

    __shorthand__ = "platform"

    platform: Annotated[str, Doc("The channel or platform: `On the phone`, `Review form`, `Google`.")] = ""
    url: Annotated[str, Doc("The public original, if there is one.", address=True)] = ""
    imported: Annotated[bool, Doc("Whether it was copied from another platform.")] = False


class Claim(Struct, frozen=True, kw_only=True):
    """A result that the words claim, such as “saved 40 %”."""

    text: Annotated[str, Doc("The claim.")]
    typical: Annotated[str, Doc("What is typical, when the claim is not.")] = ""
    evidence: Annotated[str, Doc("Where the proof is.")] = ""


class Testimonial(Disclosed, frozen=True, kw_only=True):
    """A short statement by a customer: a Markdown file, or one of a list in a YAML file, in `content/testimonials/`."""

    id: Annotated[str, Doc("A stable id for items in a list; made from name and words when not given.")] = ""
    text: Annotated[
        str,
        Doc(
            "The words, in Markdown; one phrase may be marked `==so==`. In a Markdown file they are its body.",
            peers=("quote", "testimonial", "content", "review", "desc", "message", "body"),
        ),
    ] = ""
    author: Annotated[Speaker | None, Doc("Who said it.")] = None
    rating: Annotated[int, Doc("1 to 5 stars, as given. Never edited.", ge=1, le=5, peers=("stars",))] = 0
    about: Annotated[About, Doc("Whose service it praises.")] = About()
    source: Annotated[Origin | None, Doc("The channel it came by.")] = None
    products: Annotated[tuple[str, ...], Doc("Products or services it is about.", split=True)] = ()
    industry: Annotated[str, Doc("The customer's line of business.")] = ""
    collections: Annotated[tuple[str, ...], Doc("Named groups, for walls of your own.", split=True)] = ()
    claims: Annotated[tuple[Claim, ...], Doc("Results the words claim.")] = ()
    story: Annotated[str, Doc("The slug or source path of the longer story.")] = ""
    consent: Annotated[
        Consent | None,
        Doc("The author's yes, for words collected without a form. Exactly one of `consent` and `consent_ref`."),
    ] = None
