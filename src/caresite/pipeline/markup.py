"""Mark-up: what a page tells search engines of ratings and reviews, whoever wrote it: the theme, the site, a text.

caresite's own structured data has no stars (`features.structured_data`). This looks at everything else, and holds it
against what Google asks of review snippets, and against the page itself: nothing may be marked up that is not seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from caresite.core.codes_rules import (
    BAD_RATING,
    BAD_REVIEWER,
    BROKEN_JSON_LD,
    FOREIGN_RATINGS,
    NOT_REVIEWABLE,
    OWN_STARS,
    UNSEEN_VALUE,
)
from caresite.core.config import Config
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.numbers import whole_number
from caresite.core.texts import cut

__all__ = ["markup_faults"]

Node = dict[str, Any]

_BLOCK = re.compile(r"<script\b[^>]*application/ld\+json[^>]*>(.*?)</script", re.IGNORECASE | re.DOTALL)
_STARRED = re.compile(r"AggregateRating|[\"'/](?:Employer|User|Critic)?Review[\"'\s]")
_MICRODATA = re.compile(r"itemtype\s*=\s*[\"']?[^\"'>\s]*schema\.org/(AggregateRating|Review)\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|template|head)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_REVIEWS = frozenset(("Review", "EmployerReview", "UserReview", "CriticReview"))
# what review snippets are shown for (Google Search Central, "Review snippet"), and their usual subtypes
_REVIEWABLE = frozenset(
    (
        *("Book", "Course", "CreativeWorkSeason", "CreativeWorkSeries", "Episode", "Event", "Game", "HowTo"),
        *("LocalBusiness", "MediaObject", "Movie", "MusicPlaylist", "MusicRecording", "Organization", "Product"),
        *("Recipe", "SoftwareApplication", "MobileApplication", "WebApplication", "VideoGame", "ProductGroup"),
        *("Restaurant", "Store", "Hotel", "Bakery", "MedicalBusiness", "ProfessionalService", "VeterinaryCare"),
    )
)
_PLATFORMS = ("google", "trustpilot", "yelp", "tripadvisor", "facebook", "g2.com", "capterra", "provenexpert", "ekomi")
_LONGEST_NAME = 100


def markup_faults(html: str, place: Span, config: Config) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the ratings and reviews that a finished page marks up; nothing for most pages."""
    is_plain = "Review" not in html and "AggregateRating" not in html  # which most pages are, and soon told
    if is_plain and html.count("application/ld+json") < 2:
        return ()
    blocks = _BLOCK.findall(html)
    if not (len(blocks) > 1 or _STARRED.search(html) or _MICRODATA.search(html)):
        return ()
    return tuple(_faults(html, blocks, place, config))


def _faults(html: str, blocks: Iterable[str], place: Span, config: Config) -> Iterator[Diagnostic]:
    if match := _MICRODATA.search(html):
        message = f"the page marks up `{match[1]}` in attributes, where nobody can tell whose it is"
        yield fault(OWN_STARS, place, message, hint="take it out, or write it as JSON-LD with `itemReviewed`")
    nodes: list[tuple[Node, Node]] = []
    for block in blocks:
        try:
            nodes.extend(_nodes(json.loads(block), {}))
        except ValueError as error:
            yield fault(BROKEN_JSON_LD, place, f"structured data cannot be read: {error}")
    starred = [(node, above) for node, above in nodes if _type_of(node) in _REVIEWS | {"AggregateRating"}]
    seen = " ".join(unescape(_UNSEEN.sub(" ", html)).split()) if starred else ""
    for node, above in starred:
        yield from _starred(node, above, place, config)
        yield from _unseen(node, seen, place)


def _nodes(data: Any, above: Node) -> Iterator[tuple[Node, Node]]:
    """Yield every thing in JSON-LD with the thing that it stands in."""
    if isinstance(data, list):
        for entry in data:
            yield from _nodes(entry, above)
    elif isinstance(data, dict):
        yield data, above
        for value in data.values():
            yield from _nodes(value, data)


def _type_of(node: Node) -> str:
    kind = node.get("@type", "")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    return str(kind).rpartition("/")[2]


def _starred(node: Node, above: Node, place: Span, config: Config) -> Iterator[Diagnostic]:
    kind, item = _type_of(node), node.get("itemReviewed") or above
    item = item if isinstance(item, dict) else {"name": str(item)}
    if _is_ours(item, config):
        yield fault(OWN_STARS, place, f"`{kind}` for {_called(item)} stands on its own site")
    elif (subject := _type_of(item)) and subject not in _REVIEWABLE:
        yield fault(NOT_REVIEWABLE, place, f"`{kind}` for `{subject}`, which is shown with no stars anywhere")
    if kind == "AggregateRating":
        yield from _aggregate(node, place)
    else:
        yield from _review(node, place)
    yield from _scale(node if kind == "AggregateRating" else node.get("reviewRating"), place)


def _is_ours(item: Node, config: Config) -> bool:
    """Tell whether what is reviewed is the firm whose site it is: by name or address, or as nothing else is said."""
    firm = config.business
    names = {
        name.casefold() for name in (config.title, firm.name if firm else "", firm.legal_name if firm else "") if name
    }
    if str(item.get("name", "")).casefold() in names or not (item.get("name") or item.get("@id") or item.get("url")):
        return True
    home = urlsplit(config.base_url)
    for key in ("url", "@id"):
        parts = urlsplit(str(item.get(key, "")))
        if parts.hostname == home.hostname and parts.path.strip("/") == home.path.strip("/"):
            return True
    return False


def _called(item: Node) -> str:
    return f"“{cut(str(item['name']), 60)}”" if item.get("name") else "the business"


def _aggregate(node: Node, place: Span) -> Iterator[Diagnostic]:
    if node.get("ratingValue") in (None, "") or not (node.get("ratingCount") or node.get("reviewCount")):
        yield fault(BAD_RATING, place, "`AggregateRating` needs `ratingValue`, and `ratingCount` or `reviewCount`")
    origin = json.dumps(
        [node.get(key) for key in ("author", "publisher", "provider", "sourceOrganization", "url", "sameAs", "name")]
    ).casefold()
    if platform := next((name for name in _PLATFORMS if name in origin), ""):
        yield fault(FOREIGN_RATINGS, place, f"`AggregateRating` adds up ratings from {platform}")


def _review(node: Node, place: Span) -> Iterator[Diagnostic]:
    author = node.get("author")
    author = author[0] if isinstance(author, list) and author else author
    name = str(author.get("name", "") if isinstance(author, dict) else author or "").strip()
    if not name:
        yield fault(BAD_REVIEWER, place, "`Review` names no author")
    elif len(name) > _LONGEST_NAME or re.search(
        r"\b(?:offer|discount|sale|% off)\b|[!?]$|https?:", name, re.IGNORECASE
    ):
        yield fault(BAD_REVIEWER, place, f"“{cut(name, 60)}” is no name, and stands as the author of a `Review`")


def _scale(rating: Any, place: Span) -> Iterator[Diagnostic]:
    if not isinstance(rating, dict) or rating.get("ratingValue") in (None, ""):
        return
    value, best, worst = (
        _number(rating.get(key, d)) for key, d in (("ratingValue", 0), ("bestRating", 5), ("worstRating", 1))
    )
    if value is None or best is None or worst is None or not worst <= value <= best:
        message = f"the rating “{rating['ratingValue']}” lies outside its scale"
        yield fault(BAD_RATING, place, message)


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _unseen(node: Node, seen: str, place: Span) -> Iterator[Diagnostic]:
    """Report values that readers do not see: words to the letter, numbers as people of any language write them."""
    for key in ("reviewBody", "name", "ratingValue", "ratingCount", "reviewCount"):
        value = node.get(key)
        if value in (None, "") or isinstance(value, (dict, list)):
            continue
        shown = [" ".join(str(value).split())]
        if key.startswith("rating") or key == "reviewCount":
            number = shown[0].replace(",", ".")
            plain = number.removesuffix(".0")
            whole = whole_number(plain)
            grouped = plain if whole is None else f"{whole:,}"
            shown = [
                number,
                plain,
                plain.replace(".", ","),
                grouped,
                grouped.replace(",", "."),
                grouped.replace(",", " "),
            ]
        if not any(re.search(rf"(?<![\w.,]){re.escape(text)}(?![\w])", seen) for text in shown):
            yield fault(UNSEEN_VALUE, place, f"`{key}` is “{cut(str(value), 60)}”, which the page does not show")
