"""Hidden names: where an item would still show a name that is not to be shown.

Everything that a page can be made from is searched: each string of the item's record, the body as a reader sees it, its
tags and attributes, and the arguments of its components. So a field that is added later is searched too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import unquote

from caresite.core.look_alikes import as_plain
from caresite.core.model import Component, Item, Reference, Segments
from caresite.core.strings import strings_of
from caresite.core.urls import slug_of
from caresite.kinds import Quote, Story, Testimonial

__all__ = [
    "HiddenName",
    "hidden_names",
    "normalize_for_matching",
    "places_of_name",
    "places_of_surname",
    "shown_name",
    "text_of",
]

_INLINE = r"a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|u|var|wbr"
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MARKS = re.compile(r"[*_~=`\\]+")
_LONGEST_INITIAL = 2
_SHORTEST_SURNAME = 3
_SHORTEST_JOINED = 8  # letters; “Al So” joined is a word of its own
_UNSHOWN = {  # what of a record never reaches a page while the name is hidden
    "author": re.compile(r"author\.(?:name|url|display)|quotes\[\d+\]\.speaker|consent\b.*"),
    "customer": re.compile(r"customer\.(?:name|url|logo)\b.*|consent\b.*"),
}


class HiddenName(NamedTuple):
    """A name that an item must not show: the author's, of which `display` says how much may be, or the customer's."""

    name: str
    whose: str
    display: str


def hidden_names(meta: Any) -> Iterator[HiddenName]:
    """Yield the names that the record of an item holds and its pages must not show."""
    author = getattr(meta, "author", None) if isinstance(meta, (Quote, Story, Testimonial)) else None
    if author is not None and author.name.strip() and shown_name(author.name, author.display) != author.name:
        yield HiddenName(author.name, "author", author.display)
    if isinstance(meta, Story) and meta.customer.anonymous and meta.customer.name.strip():
        yield HiddenName(meta.customer.name, "customer", "anonymous")


def places_of_name(item: Item, hidden: HiddenName) -> list[str]:
    """Return what of `item` shows the name: `title`, `tags`, `body`; each once, in order."""
    shows = _finder(hidden.name, is_company=hidden.whose == "customer")
    return _places(item, hidden, shows)


def places_of_surname(item: Item, hidden: HiddenName) -> list[str]:
    """Return what of `item` holds the author's surname by itself, where `display` hides it and it looks like a name."""
    surname = hidden.name.split()[-1]
    if hidden.whose != "author" or surname == hidden.name.strip() or len(surname) < _SHORTEST_SURNAME:
        return []
    return _places(item, hidden, _finder(surname, is_company=False))


def _places(item: Item, hidden: HiddenName, shows: Callable[[str], bool]) -> list[str]:
    unshown = [_UNSHOWN[each.whose] for each in {hidden, *hidden_names(item.meta)}]
    fields = [(path, text) for path, text in _strings(item) if not any(each.fullmatch(path) for each in unshown)]
    fields.append(("body", text_of(item.body.html)))
    return list(dict.fromkeys(re.sub(r"\[\d+\]", "", path) for path, text in fields if text and shows(text)))


def _strings(item: Item) -> Iterator[tuple[str, str]]:
    yield from strings_of(item.meta)
    yield from strings_of(item.extra)
    yield from (("id", item.key), *(("group", group) for group in item.groups))


def _forms(text: str) -> Iterator[str]:
    """Yield what a reader or a program may read in Markdown or HTML: with and without its tags and marks."""
    plain = unescape(text)
    yield plain
    if "%" in plain:
        yield unquote(plain)
    if "<" in plain:
        yield _TAG.sub(" ", _INLINE_TAG.sub("", plain))
    if (unmarked := _MARKS.sub("", plain)) != plain:
        yield _TAG.sub(" ", _INLINE_TAG.sub("", unmarked))


def text_of(segments: Segments) -> str:
    """Return everything that a body holds as one HTML text: with the targets of links and components' arguments."""
    return "".join(_written(segment) for segment in segments)


def _written(segment: str | Reference | Component) -> str:
    if isinstance(segment, str):
        return segment
    if isinstance(segment, Reference):
        return segment.target
    arguments = "".join(f" \n{value}\n " for value in segment.args.values())
    return f"{arguments}{text_of(segment.body)}\n{chr(10).join(segment.lines)}\n"


def _finder(name: str, *, is_company: bool) -> Callable[[str], bool]:
    """Return what tells whether a text shows `name`: as it is read, or in a tag, an address or an attribute.

    A name of several words is found in any case, joined, reversed, and with a middle initial. One of a single word
    (“Rose”, “Acme”) is found where it stands alone, or with a capital letter where no sentence begins.
    """
    words = re.findall(r"[^\W_]+", normalize_for_matching(name))
    if len(words) == 1 and not _is_unspaced(words[0]):
        lone = _lone_word(name.strip(), is_company=is_company)
        return lambda text: any(lone.search(form) for form in _forms(text))
    spellings = {tuple(words), tuple(slug_of(name).split("-"))}
    pattern = re.compile("|".join(_spelling(list(spelling)) for spelling in sorted(spellings)))
    return lambda text: any(pattern.search(normalize_for_matching(form)) for form in _forms(text))


def _lone_word(word: str, *, is_company: bool) -> re.Pattern[str]:
    escaped = re.escape(word)
    within = "" if is_company else r"(?<=[^\s.!?:…>\"“„»«\n]\s)"
    return re.compile(rf"(?m)^\W*(?i:{escaped})\W*$|{within}(?<![^\W_]){escaped}(?![^\W_])")


def _spelling(words: list[str]) -> str:
    escaped = [re.escape(word) for word in words if word]
    gap = r"[\W_]*" if sum(map(len, words)) >= _SHORTEST_JOINED else r"[\W_]+"
    initial = rf"{gap}(?:(?<![^\W_])[^\W_]{{1,{_LONGEST_INITIAL}}}[\W_]+)?"
    orders = [initial.join(escaped)]
    if len(escaped) > 1:
        orders.append(gap.join((escaped[-1], *escaped[:-1])))
    if any(map(_is_unspaced, words)):
        return "|".join(orders)
    return rf"(?<![^\W_])(?:{'|'.join(orders)})s?(?![^\W_])"


def _is_unspaced(word: str) -> bool:
    """Tell whether a word is of a script that puts no spaces between words: Chinese, Japanese, Korean."""
    return any(ord(letter) > 0x2E80 for letter in word)


def normalize_for_matching(text: str) -> str:
    """Return `text` so that two spellings of one name are equal: no case, accents, look-alikes or unseen characters."""
    if text.isascii():
        return text.casefold()
    kept = (c for c in unicodedata.normalize("NFKD", as_plain(text)) if not unicodedata.combining(c))
    return as_plain("".join(kept)).casefold()


def shown_name(name: str, display: str) -> str:
    """Return `name` as far as its owner chose to show it: `Ines Okafor` is `Ines O.` as first-initial."""
    parts = name.split()
    if not parts or display in ("role", "anonymous"):
        return ""
    match display:
        case "first-name":
            return parts[0]
        case "first-initial":
            return f"{parts[0]} {parts[-1][0]}." if len(parts) > 1 else parts[0]
        case "initials":
            return " ".join(f"{part[0]}." for part in parts)
        case _:
            return name
