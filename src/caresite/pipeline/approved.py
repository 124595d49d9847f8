"""What was approved: digests of everything on a page that speaks for the customer.

They stand in `consent.lock.yaml`. So a change after approval is noticed wherever the site is built, also where nothing
private is (16 CFR 255.1; ratings are never edited). `digest` covers the text, the rating and the name; `parts` has one
digest for each other key. Keys that are the owner's to change, such as tags, are covered by none.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any

import msgspec
from msgspec.structs import replace

from caresite.core.model import Item
from caresite.kinds.testimonial import Speaker
from caresite.pipeline.hidden_names import text_of

__all__ = ["approved_digest", "approved_parts", "changed_parts", "text_digest"]

_WORD = re.compile(r"[^\W_]+")
_HARMLESS_TAG = re.compile(
    r"</?(?:p|br|em|i|strong|b|mark|blockquote|ul|ol|li|hr|h[1-6]|span)\s*(?: id=\"[^\"<>]*\")?\s*/?>"
)
_TAG = re.compile(r"<[^<>]*>")
_STRUCK = re.compile(r"(?<!\\)~~")
_OWNERS = frozenset(  # what the owner decides about a page, and its own words that are shown as such
    ("slug", "permalink", "aliases", "tags", "categories", "series", "authors", "image", "share_image", "template",
     "style", "weight", "pinned", "featured", "lang", "translation_key", "noindex", "params", "date", "publish_date",
     "feed_id", "updated", "expires", "embargo", "draft", "consent", "consent_ref", "reply", "related", "cta",
     "may_win", "place", "products", "services", "industry", "collections", "looked_after_by", "staff", "source",
     "story", "id")
)  # fmt: skip
_NEEDED = frozenset(("relation", "incentive", "disclosure", "edited", "translation", "machine_written", "endorser"))
_NAMES = {
    "author": "name",
    "quotes": "pull quotes",
    "metrics": "figures",
    "edited": "note on edits",
    "about": "subject",
}


def changed_parts(item: Item, digest: str, parts: Mapping[str, str]) -> dict[str, str]:
    """Return what of `item` is not as it was approved: its key, and what people call it.

    Nothing is said of what is not on record: a lock file of an earlier version has no parts, and some have no `digest`.
    What was approved may be left out, unless it is something that readers must be told.
    """
    if "text" not in parts and digest and _digest_of(item) != digest:
        return {"text": "text, rating or name"}
    found = approved_parts(item) if parts else {}
    keys = [key for key in found if parts.get(key) != found[key]]
    keys += [key for key in parts if key in _NEEDED and key not in found]
    return {key: _NAMES.get(key, key) for key in keys}


def approved_parts(item: Item) -> dict[str, str]:
    """Return a digest by key for each part of `item` that speaks for the customer.

    What `_defaults.yaml` gives to a whole folder is left out: nobody approved it, and it is no edit of this page.
    """
    inherited = {path.partition(".")[0] for path, span in item.places.items() if span.path != item.span.path}
    parts = {"text": text_digest(_text_of(item))}
    for name, default in zip(item.meta.__struct_fields__, _defaults_of(type(item.meta)), strict=True):
        value = getattr(item.meta, name)
        if name == "author" and value:
            value = replace(value, photo=None)  # whether it is shown is another question
        if name not in _OWNERS | inherited | {"text"} and value and value != default:
            parts[name] = _short_digest(value)
    return parts


def text_digest(words: str) -> str:
    """Return a digest of plain words alone, in which case and punctuation do not count."""
    return approved_digest(words, 0, None)[:12]


def _defaults_of(record: type) -> list[Any]:
    return [
        field.default if field.default is not msgspec.NODEFAULT else None for field in msgspec.structs.fields(record)
    ]


def _short_digest(value: Any) -> str:
    plain = json.dumps(
        _plain(msgspec.to_builtins(value, builtin_types=(datetime,))), sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:12]


def _plain(value: Any) -> Any:
    """Return plain data as it is compared: white space folded, and moments as days, since zones may change."""
    if isinstance(value, dict):
        return {key: plain for key, inner in value.items() if (plain := _plain(inner))}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


def _digest_of(item: Item) -> str:
    return approved_digest(_text_of(item), item.meta.rating, item.meta.author)


def _text_of(item: Item) -> str:
    text = getattr(item.meta, "text", "")
    return _STRUCK.sub(" struck ", unescape(text)) if text else _words_and_tags(text_of(item.body.html))


def _words_and_tags(html: str) -> str:
    """Return the words of HTML as they are compared. Tags that change what a reader sees, such as `<del>`, stay."""
    return unescape(_TAG.sub(r" tag \g<0> ", _HARMLESS_TAG.sub(" ", html)))


def approved_digest(words: str, rating: int, author: Speaker | None) -> str:
    """Return a digest of plain `words`, the stars, and all that names the author; case and punctuation do not count."""
    speaker = author or Speaker()
    name = () if speaker.display in ("role", "anonymous") else (speaker.name,)
    said = " ".join(_WORD.findall(unicodedata.normalize("NFKC", words).casefold()))
    shown = (said, str(rating or 0), speaker.display, *name, speaker.role, speaker.company, speaker.location)
    return hashlib.sha256("\x1f".join(shown).encode("utf-8", "replace")).hexdigest()[:32]
