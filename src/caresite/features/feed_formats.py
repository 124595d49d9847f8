"""Feed formats: one feed as Atom (RFC 4287), RSS 2.0 or JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from msgspec import Struct

__all__ = ["TYPES", "UNDATED", "UNNAMED", "Entry", "Feed", "atom", "json_feed", "rss"]

TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
# Atom wants a moment of change (RFC 4287 4.2.15). What has no date says the oldest one, never the build's.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
# Atom lets an entry without author inherit the feed's: words of somebody unnamed must not become the firm's
UNNAMED = "–"
# all that XML 1.0 forbids, and the C1 controls that it only tolerates; compiled with the first feed
_NOT_XML = "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class Entry(Struct, frozen=True, kw_only=True):
    """One entry; `html` is empty when only summaries are wanted. `id` is the address where none is given."""

    url: str
    id: str = ""
    title: str
    html: str = ""
    summary: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    lang: str = ""
    image: str = ""


class Feed(Struct, frozen=True, kw_only=True):
    """A feed before it has a format. All addresses are absolute; `id` is that of the feed where none is given."""

    url: str
    home: str
    title: str
    description: str
    language: str
    author: str
    generator: str
    id: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def updated(self) -> datetime:
        """The last change of any entry; same content, same moment, whenever it is built."""
        return max((_changed(entry) for entry in self.entries), default=UNDATED)


def _id(entry: Entry) -> str:
    return entry.id or entry.url


def _changed(entry: Entry) -> datetime:
    return entry.updated or entry.published or UNDATED


def _clean(text: str) -> str:
    return re.sub(_NOT_XML, "", text.replace("\r\n", "\n").replace("\r", "\n"))


def _element(name: str, content: str = "", attributes: Mapping[str, str] | None = None) -> str:
    """Return an element around `content`, which is XML already."""
    shown = "".join(f' {key}="{escape(_clean(value))}"' for key, value in (attributes or {}).items())
    return f"<{name}{shown}>{content}</{name}>\n" if content else f"<{name}{shown}/>\n"


def _text(name: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    return _element(name, escape(_clean(text), quote=False), attributes)


def _document(root: str, attributes: Mapping[str, str], content: Iterable[str]) -> bytes:
    body = _element(root, "\n" + "".join(content), attributes)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}'.encode()


def atom(feed: Feed) -> bytes:
    """Return the feed as Atom (RFC 4287)."""
    head = (
        _text("id", feed.id or feed.url),
        _text("title", feed.title),
        _text("subtitle", feed.description),
        _element("link", "", {"rel": "self", "type": TYPES["atom"], "href": feed.url}),
        _element("link", "", {"rel": "alternate", "type": "text/html", "href": feed.home}),
        _text("updated", feed.updated.isoformat(timespec="seconds")),
        _element("author", _text("name", feed.author)),
        _text("generator", feed.generator),
    )
    attributes = {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": feed.language}
    return _document("feed", attributes, (*head, *(_atom_entry(entry, feed) for entry in feed.entries)))


def _atom_entry(entry: Entry, feed: Feed) -> str:
    parts = [
        _text("id", _id(entry)),
        _text("title", entry.title),
        _element("link", "", {"rel": "alternate", "type": "text/html", "href": entry.url}),
        _text("updated", _changed(entry).isoformat(timespec="seconds")),
    ]
    if entry.published:
        parts.append(_text("published", entry.published.isoformat(timespec="seconds")))
    parts.extend(_element("author", _text("name", name)) for name in entry.authors)
    parts.extend(_element("category", "", {"term": term}) for term in entry.terms)
    if entry.summary:
        parts.append(_text("summary", entry.summary))
    if entry.html:
        parts.append(_text("content", entry.html, {"type": "html"}))
    return _element("entry", "\n" + "".join(parts), _language(entry, feed))


def _language(entry: Entry, feed: Feed) -> dict[str, str]:
    return {"xml:lang": entry.lang} if entry.lang and entry.lang != feed.language else {}


def rss(feed: Feed) -> bytes:
    """Return the feed as RSS 2.0, the whole text in `content:encoded`."""
    head = (
        _text("title", feed.title),
        _text("link", feed.home),
        _text("description", feed.description),
        _element("atom:link", "", {"rel": "self", "type": TYPES["rss"], "href": feed.url}),
        _text("language", feed.language),
        _text("lastBuildDate", format_datetime(feed.updated)),
        _text("generator", feed.generator),
    )
    attributes = {
        "version": "2.0",
        "xmlns:atom": "http://www.w3.org/2005/Atom",
        "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    }
    items = (_rss_item(entry, feed) for entry in feed.entries)
    return _document("rss", attributes, (_element("channel", "\n" + "".join((*head, *items))),))


def _rss_item(entry: Entry, feed: Feed) -> str:
    parts = [
        _text("title", entry.title),
        _text("link", entry.url),
        _text("guid", _id(entry), {"isPermaLink": "true" if _id(entry) == entry.url else "false"}),
    ]
    if entry.published:
        parts.append(_text("pubDate", format_datetime(entry.published)))
    parts.extend(_text("dc:creator", name) for name in entry.authors if name != UNNAMED)
    parts.extend(_text("category", term) for term in entry.terms)
    if entry.summary:
        parts.append(_text("description", entry.summary))
    if entry.html:
        parts.append(_text("content:encoded", entry.html))
    return _element("item", "\n" + "".join(parts), _language(entry, feed))


def json_feed(feed: Feed) -> bytes:
    """Return the feed as JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "description": feed.description,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [_json_item(entry, feed) for entry in feed.entries],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _json_item(entry: Entry, feed: Feed) -> dict[str, Any]:
    text = "" if entry.html else entry.summary or entry.title
    item = {
        "id": _id(entry),
        "url": entry.url,
        "title": _clean(entry.title),
        "content_html": _clean(entry.html),
        "content_text": _clean(text),
        "summary": _clean(entry.summary) if entry.html else "",
        "image": entry.image,
        "date_published": entry.published.isoformat(timespec="seconds") if entry.published else "",
        "date_modified": entry.updated.isoformat(timespec="seconds") if entry.updated else "",
        "authors": [{"name": name} for name in entry.authors if name != UNNAMED],
        "tags": list(entry.terms),
        "language": entry.lang if entry.lang != feed.language else "",
    }
    return {key: value for key, value in item.items() if value}
