"""The front matter that every kind shares, and the small records inside it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Struct

from caresite.core.schema import Doc

__all__ = [
    "CallToAction",
    "Content",
    "Disclosed",
    "EditNote",
    "Endorser",
    "Incentive",
    "Picture",
    "Reply",
    "Series",
    "Staff",
    "Translation",
]


class Picture(Struct, frozen=True, kw_only=True):
    """A picture; a bare string is its `src`."""

    __shorthand__ = "src"

    src: Annotated[
        str,
        Doc(
            "File beside the text, a path from the site root (`/images/x.jpg`), or an https address.",
            address=True,
            peers=("path", "file", "filename", "image", "url"),
        ),
    ] = ""
    alt: Annotated[
        str,
        Doc(
            "What the picture shows, for those who do not see it; empty when it only decorates.",
            peers=("alt_text", "alttext"),
        ),
    ] = ""
    caption: Annotated[str, Doc("A line shown below the picture.", peers=("title",))] = ""
    focus: Annotated[
        str,
        Doc(
            "What must stay in sight where the picture is cut: `top`, `left`, `bottom right`, or `30% 20%` from left and top.",
            peers=("focal_point", "object_position", "position"),
        ),
    ] = ""


class Series(Struct, frozen=True, kw_only=True):
    """The series a post belongs to; a bare string is its `name`."""

    __shorthand__ = "name"

    name: Annotated[str, Doc("The name of the series, the same in every part.")]
    part: Annotated[int, Doc("The number of this part; parts without one follow by date.", ge=1)] = 0


class CallToAction(Struct, frozen=True, kw_only=True):
    """The button at the end of a page."""

    text: Annotated[str, Doc("The words on the button.")]
    url: Annotated[str, Doc("Where it leads: a page of this site or an https address.", address=True)]


class Reply(Struct, frozen=True, kw_only=True):
    """The firm's answer to a customer's words, shown as an answer."""

    by: Annotated[str, Doc("Who answers.")] = ""
    text: Annotated[str, Doc("The answer, in Markdown.")]
    date: Annotated[datetime | None, Doc("When it was given.")] = None


class Incentive(Struct, frozen=True, kw_only=True):
    """What the author got for the words. Given with no visible disclosure, the item is withheld (16 CFR 255.5)."""

    given: Annotated[bool, Doc("Whether anything of value was given.")] = True
    kind: Annotated[
        Literal["none", "discount", "prize-draw", "prize", "gift", "payment", "donation", "early-access"],
        Doc("What was given."),
    ] = "gift"
    description: Annotated[str, Doc("What it was, in a few words.")] = ""
    conditional_on_positive: Annotated[
        bool,
        Doc("Whether it depended on praise. It must not: such words are never published (16 CFR 465.4)."),
    ] = False


class EditNote(Struct, frozen=True, kw_only=True):
    """How the published words differ from the received ones."""

    flag: Annotated[bool, Doc("Whether the words were changed at all.")] = True
    kinds: Annotated[
        tuple[Literal["typo", "length", "clarity", "translation", "redaction"], ...], Doc("What was changed.")
    ] = ()
    approved_by_author: Annotated[bool, Doc("Whether the author agreed to the edited words.")] = False
    at: Annotated[datetime | None, Doc("When they agreed.")] = None


class Staff(Struct, frozen=True, kw_only=True):
    """A person named in a customer's text; a bare string is the `name`. Without consent, only the first name is shown."""

    __shorthand__ = "name"

    name: Annotated[str, Doc("The whole name, as it stands in the words.")]
    agreed: Annotated[bool, Doc("Whether they agreed to be named in full.")] = False


class Endorser(Struct, frozen=True, kw_only=True):
    """Why somebody's word counts for more than a customer's; a bare word is the `kind` (16 CFR 255.3)."""

    __shorthand__ = "kind"

    kind: Annotated[Literal["expert", "celebrity"], Doc("What the author is presented as.")]
    evidence: Annotated[str, Doc("What proves it: a licence, a post, an address where it can be read.")] = ""


class Translation(Struct, frozen=True, kw_only=True):
    """How words came into another language; a bare word is the language they are `of`."""

    __shorthand__ = "of"

    of: Annotated[str, Doc("The language that they were said in: `de`.")]
    by: Annotated[Literal["author", "human", "machine"], Doc("Who translated it. Shown beside the text.")] = "human"
    original: Annotated[str, Doc("Where the original can be read.", address=True)] = ""


class Content(Struct, frozen=True, kw_only=True):
    """The keys that every kind of content understands."""

    title: Annotated[
        str,
        Doc(
            "The headline. Needed, unless the text starts with a level 1 heading.",
            example="The day the boiler broke",
        ),
    ] = ""
    date: Annotated[
        datetime | None,
        Doc(
            "The date shown. A date without a time means midnight in the site's timezone.",
            example="2026-03-01",
            peers=("pubdate", "pub_date", "published_at", "created", "created_at"),
        ),
    ] = None
    publish_date: Annotated[
        datetime | None,
        Doc("When it goes live, if not at `date`.", peers=("publishdate", "publish_at", "go_live")),
    ] = None
    updated: Annotated[
        datetime | None,
        Doc(
            "When it was last changed in a way readers should know.",
            peers=("lastmod", "modified", "last_modified_at", "updated_at", "updateddate", "updated_date"),
        ),
    ] = None
    expires: Annotated[
        datetime | None,
        Doc(
            "When it disappears by itself, for offers.",
            peers=("expirydate", "expiry_date", "unpublishdate", "expiry"),
        ),
    ] = None
    draft: Annotated[bool, Doc("Held back until this is false or gone.")] = False
    slug: Annotated[str, Doc("The last part of the address. Made from the file name when not given.")] = ""
    permalink: Annotated[
        str,
        Doc(
            "The whole address, such as `/about/us/`, instead of the collection's pattern.",
            peers=("url", "path"),
        ),
    ] = ""
    aliases: Annotated[
        tuple[str, ...],
        Doc("Old addresses that lead here with a 301 redirect.", peers=("redirect_from", "alias", "redirects")),
    ] = ()
    feed_id: Annotated[
        str,
        Doc(
            "The id by which feed readers know this text, if it is not an address on this site: that of an earlier blog.",
            example="tag:example.com,2019:the-left-wheel",
        ),
    ] = ""
    summary: Annotated[
        str,
        Doc(
            "One or two sentences for lists and feeds. Markdown is understood.",
            peers=("excerpt", "custom_excerpt", "teaser"),
        ),
    ] = ""
    description: Annotated[
        str,
        Doc(
            "For search engines and shared links, up to about 160 characters.",
            peers=("meta_description", "seo_description"),
        ),
    ] = ""
    tags: Annotated[
        tuple[str, ...],
        Doc(
            "Topics. A list, or one string split at commas.",
            split=True,
            example="[care, hiring]",
            peers=("tag", "keywords", "topics"),
        ),
    ] = ()
    categories: Annotated[
        tuple[str, ...],
        Doc("Broad sections. A list, or one string split at commas.", split=True, peers=("category",)),
    ] = ()
    series: Annotated[Series | None, Doc("The series this is a part of.")] = None
    authors: Annotated[
        tuple[str, ...], Doc("Ids from `content/authors/`, or names.", peers=("author", "byline", "authored_by"))
    ] = ()
    image: Annotated[
        Picture | None,
        Doc(
            "The lead picture.",
            peers=(
                "img",
                "cover",
                "cover_image",
                "coverimage",
                "featured_image",
                "feature_image",
                "hero_image",
                "heroimage",
                "previewimage",
                "thumbnail",
                "images",
            ),
        ),
    ] = None
    share_image: Annotated[
        Picture | None,
        Doc(
            "The picture that other services show beside a link to this page, 1200 by 630 pixels, instead of a drawn card.",
            peers=("og_image", "social_image", "ogimage", "opengraph_image", "twitter_image"),
        ),
    ] = None
    template: Annotated[
        str, Doc("A template other than the kind's own, by its path below `templates/`.", peers=("layout",))
    ] = ""
    weight: Annotated[int, Doc("Order where order is by weight: lower comes first.", peers=("order", "menu_order"))] = 0
    pinned: Annotated[bool, Doc("Stays first in its list.", peers=("pin", "sticky"))] = False
    featured: Annotated[bool, Doc("May be chosen for the home page.")] = False
    lang: Annotated[
        str,
        Doc(
            "The language of this text, if not the site's. Quotation marks, dates, footnotes and direction follow it.",
            example="de",
            peers=("language", "locale"),
        ),
    ] = ""
    translation_key: Annotated[
        str,
        Doc(
            "The same for all translations of one text. It is read and kept, and changes nothing yet: pages in several "
            "languages are not linked to each other.",
            peers=("translationkey",),
        ),
    ] = ""
    noindex: Annotated[bool, Doc("Ask search engines to leave this page out.")] = False
    params: Annotated[dict[str, Any], Doc("Anything your own templates need.", peers=("extra",))] = {}


class Disclosed(Content, frozen=True, kw_only=True):
    """What a customer's words carry besides: tie, incentive, disclosure, dates, edits, proof."""

    relation: Annotated[
        Literal[
            "customer",
            "client",
            "employee",
            "ex-employee",
            "partner",
            "supplier",
            "family",
            "owner",
            "reader",
            "unknown",
        ],
        Doc(
            "How the author is tied to the firm. Anything but customer, client or reader needs a `disclosure`.",
            peers=("relationship",),
        ),
    ] = "customer"
    incentive: Annotated[Incentive | None, Doc("What the author got for the words, if anything.")] = None
    disclosure: Annotated[str, Doc("The sentence shown beside the words when there was an incentive or a tie.")] = ""
    edited: Annotated[EditNote | None, Doc("How the words were edited. Marked on the page.")] = None
    embargo: Annotated[datetime | None, Doc("Not shown before this moment.")] = None
    consent_ref: Annotated[
        str,
        Doc("The id of the submission; its consent stands in `consent.lock.yaml`.", example="3f9a0c1b2d4e5f60"),
    ] = ""
    reply: Annotated[Reply | None, Doc("The firm's answer.")] = None
    translation: Annotated[Translation | None, Doc("From which language the words were translated, and by whom.")] = (
        None
    )
    staff: Annotated[
        tuple[Staff, ...],
        Doc("People whom the words name. Those who did not agree are shown by their first names, here and everywhere."),
    ] = ()
    sensitive: Annotated[
        Literal["", "agreed"],
        Doc(
            "`agreed` if the author consented explicitly to publishing details of their health, faith, union or love "
            "life (GDPR 9)."
        ),
    ] = ""
    endorser: Annotated[Endorser | None, Doc("When they speak as an expert or as a well-known person: the proof.")] = (
        None
    )
    machine_written: Annotated[
        bool, Doc("Whether a program wrote or summed up the words. Nobody said them then, and they are withheld.")
    ] = False
