"""Parse: what one source file says, as a document. Knows nothing of any other file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.codes_markdown import UNDEFINED_REFERENCE
from caresite.core.codes_rules import SENSITIVE, STAFF_NAMED
from caresite.core.config import is_language_tag
from caresite.core.cut_text import reason_and_hint
from caresite.core.dates import parse_date
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.files import decode_text
from caresite.core.model import Body, Document, Item, Source
from caresite.core.names import identity_of, other_slug
from caresite.core.personal import holds_mail_address
from caresite.core.schema import Reading, decode, field_name
from caresite.core.urls import slug_of
from caresite.core.values import (
    MAX_DATA_VALUES,
    Scalar,
    Sequence,
    Table,
    Value,
    read_json,
    read_yaml,
    split_front_matter,
)
from caresite.kinds import KINDS, Content, Quote, Testimonial
from caresite.kinds.peers import in_our_shape
from caresite.pipeline.consent import shown_name
from caresite.pipeline.customer_html import CustomerHtml
from caresite.pipeline.markdown import MarkdownOptions, markdown_for
from caresite.pipeline.sensitive import sensitive_words
from caresite.pipeline.staff import without_staff

__all__ = ["Parser", "Syntax", "parse_defaults"]

_DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})[-_ ](.+)")
_FIRST_H1 = re.compile(r"\A\s*<h1[^>]*>.*?</h1>\s*", re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_BARE_HEADER = re.compile(r"\ufeff?(?:title|date|author|category|tags|slug|status|modified)[ \t]*:", re.IGNORECASE)
_LISTS = ("quotes", "items", "testimonials", "reviews", "stories", "authors", "case_studies")
_LISTED_IN = {"quotes": "quote", "authors": "author"}  # elsewhere these are keys of one item
_WORDS_OF_OTHERS = frozenset(("testimonial", "quote"))
_OF_CUSTOMERS = _WORDS_OF_OTHERS | {"story"}
_TOLD = frozenset(("testimonial", "story"))
_READ_BY_PAGES = frozenset(("canonical",))  # undeclared, and yet of use
_NAMING_KEYS = ("title", "name", "author", "text", "quote", "content", "desc")
_BODY_KEYS = ("body", "text", "content", "details")


class Syntax(Struct, frozen=True):
    """Everything that shapes parsing besides the source itself; workers build their parser from it.

    `expected` are front matter keys of the site's own, which its taxonomies read.
    """

    zone: str
    markdown: MarkdownOptions
    defaults: dict[str, Table] = {}
    expected: frozenset[str] = frozenset()


class Parser:
    """Turns sources into documents; holds the Markdown parsers, which are made once."""

    def __init__(self, syntax: Syntax) -> None:
        self.zone = ZoneInfo(syntax.zone)
        self.defaults = syntax.defaults
        self.expected = syntax.expected | _READ_BY_PAGES
        self.own = markdown_for(syntax.markdown)
        self.foreign = markdown_for(replace(syntax.markdown, raw_html=False, heading_ids=False))

    def parse(self, source: Source, data: bytes) -> Document:
        """Return the document in `data`; whatever is wrong with it stands in its diagnostics."""
        found: list[Diagnostic] = []
        try:
            text, notes = decode_text(data, source.path)
            found.extend(notes)
            is_list = PurePosixPath(source.path).suffix.lower() not in (".md", ".markdown")
            items = tuple(self._list(source, text, found) if is_list else self._text(source, text, found))
        except Problem as problem:
            found.extend(problem.diagnostics)
            items = ()
        return Document(source, items, tuple(found))

    # one text file

    def _text(self, source: Source, text: str, found: list[Diagnostic]) -> Iterable[Item]:
        table, body, body_line = split_front_matter(text, source.path)
        if table is None and _BARE_HEADER.match(text):
            table, body, body_line = _bare_header(text, source.path)
            message = "the keys at the top stand without `---` lines around them; they were understood"
            found.append(fault(codes.NO_FRONT_MATTER, Span(source.path, 1, 1), message, severity="note"))
        elif table is None:
            found.append(fault(codes.NO_FRONT_MATTER, Span(source.path, 1, 1), "the file has no front matter"))
        item = self._item(
            source,
            source.kind,
            table or Table({}, {}, Span(source.path, 1, 1)),
            found,
            text=(body, body_line),
        )
        if item:
            yield item

    def _item(
        self,
        source: Source,
        kind: str,
        table: Table,
        found: list[Diagnostic],
        *,
        text: tuple[str, int] = ("", 0),
        key: str = "",
        groups: tuple[str, ...] = (),
    ) -> Item | None:
        table = in_our_shape(kind, self._with_defaults(source, kind, table), found.append)
        body_text, line = text
        before = len(found)
        unknown: Literal["kept", "dropped"] = "dropped" if kind in _OF_CUSTOMERS else "kept"
        reading = Reading(self.zone, found.append, notes=not key, expected=self.expected, unknown=unknown)
        meta, extra = decode(table, KINDS[kind], reading)
        if meta and kind in _OF_CUSTOMERS and not getattr(meta, "consent_ref", ""):  # a submission is shown as approved
            customer_html = CustomerHtml(reading.places, table.span, reading.report)
            meta = customer_html.read(meta)
            if kind in _WORDS_OF_OTHERS and body_text:
                body_text = customer_html.text(body_text, "text")
        if meta and kind in _OF_CUSTOMERS and (meta.params or extra):
            meta, extra = _without_mail_addresses(meta, extra, table, reading)
        if meta and kind in _TOLD:
            meta, body_text = _with_care(meta, body_text, table, reading, source)
        markdown = self.foreign if kind in _WORDS_OF_OTHERS else self.own
        body, faults = (
            markdown.render(body_text, path=source.path, first_line=line, language=meta.lang if meta else "")
            if body_text.strip()
            else (Body(), ())
        )
        is_of_a_customer = kind in _WORDS_OF_OTHERS or bool(getattr(meta, "consent_ref", ""))
        found.extend(map(_as_said, faults) if is_of_a_customer else faults)
        if meta and meta.lang and not is_language_tag(meta.lang):
            found.append(fault(codes.BAD_LANGUAGE, reading.places["lang"], f"`{meta.lang}` is not a language tag"))
        if meta is None or any(d.severity == "error" for d in found[before:]):
            return None
        meta, body = _words(meta, body, body_text)
        meta, body = self._identity(source, kind, meta, body, key)
        if not meta.title and kind in ("post", "page", "story"):
            found.append(_no_title(table, found))
        summary = self._plain(meta.summary or getattr(meta, "bio", ""), meta.lang)
        return Item(
            kind=kind,
            key=key,
            meta=meta,
            body=body,
            summary=summary,
            groups=groups,
            extra=extra,
            span=table.span,
            places=reading.places,
        )

    def _with_defaults(self, source: Source, kind: str, table: Table) -> Table:
        """Return `table` with what the folders above give it; a file's own key wins under whatever name."""
        for folder in sorted(self.defaults, key=len, reverse=True):
            if source.path.startswith(folder):
                above = self.defaults[folder]
                given = {_meant(key, kind) for key in table.entries}
                entries = {k: v for k, v in above.entries.items() if _meant(k, kind) not in given}
                table = Table({**entries, **table.entries}, {**above.keys, **table.keys}, table.span)
        return table

    def _identity(self, source: Source, kind: str, meta: Content, body: Body, key: str) -> tuple[Content, Body]:
        """Fill in what the file name and the first heading say when the front matter does not."""
        stem, named_date = _name_of(source.path, self.zone)
        changes: dict[str, Any] = {}
        if not key and meta.date is None and named_date:
            changes["date"] = named_date
        if not meta.slug and not key:
            changes["slug"] = slug_of(stem)
        elif kind in ("testimonial", "term"):  # an anchor, or a name that terms are found by
            changes["slug"] = slug_of(meta.slug or key)
        title = meta.title or getattr(meta, "name", "")
        if not title and body.headings and body.headings[0].level == 1 and body.html and isinstance(body.html[0], str):
            stripped, count = _FIRST_H1.subn("", body.html[0], count=1)
            if count:
                title = body.headings[0].text
                body = replace(body, html=(stripped, *body.html[1:]), headings=body.headings[1:])
        if not title and kind == "author":
            title = stem.replace("-", " ").title()
        changes["title"] = title
        return replace(meta, **changes), body

    def _plain(self, text: str, language: str) -> str:
        if not text:
            return ""
        return html.unescape(_TAGS.sub("", self.own.render_inline(" ".join(text.split()), language)))

    # one file of many items

    def _list(self, source: Source, text: str, found: list[Diagnostic]) -> Iterable[Item]:
        read = read_json if source.path.lower().endswith(".json") else read_yaml
        value = read(text, source.path, max_values=MAX_DATA_VALUES)
        kind = "quote" if source.kind == "quotes" else source.kind
        entries, head = _entries(value, source, kind)
        if source.kind == "quotes":
            if (item := self._item(source, "quotes", head or Table({}, {}, value.span), found)) is None:
                return
            yield replace(item, meta=replace(item.meta, title=item.meta.title or _titled(item.meta.slug)))
        if not entries and _is_begun(value, kind):
            hint = "add the first item, or leave it for later"
            found.append(fault(codes.NO_ITEMS, value.span, "the list is empty", hint=hint, severity="note"))
        elif not entries:
            raise Problem(fault(codes.NO_ITEMS, value.span, "no list of items was found in the file"))
        keys: dict[str, tuple[Span, str]] = {}
        told: set[str] = set()
        for entry, groups in entries:
            if not isinstance(entry, Table):
                found.append(
                    fault(
                        codes.NOT_A_MAPPING,
                        entry.span,
                        "an item of the list is not made of `key: value` lines",
                    )
                )
                continue
            key = "" if entry is value else _key(entry, kind)
            if key in keys:
                if given := _given_id(entry):
                    found.append(_taken_id(key, given, entry.span, *keys[key]))
                    continue
                key = next(k for n in range(2, 10_000) if (k := f"{key}-{n}") not in keys)
            keys[key] = entry.span, _given_id(entry)
            table, words, line = _take_body(kind, entry)
            before = len(found)
            item = self._item(source, kind, table, found, text=(words, line), key=key, groups=groups)
            found[before:] = _untold(found[before:], told)
            if item:
                yield item if item.meta.slug else replace(item, meta=replace(item.meta, slug=key))


def _taken_id(key: str, given: str, span: Span, other_span: Span, other: str) -> Diagnostic:
    """Report an id that an item before it has, or one that makes the same address as another id."""
    if not other or identity_of(given) == identity_of(other):
        return fault(codes.DUPLICATE_ID, span, f"the id `{key}` is taken already", related=(other_span,))
    message = f"the ids `{other}` and `{given}` make the same address, `{key}`"
    hint = f"write another id, such as `id: {other_slug(given, key)}`"
    return fault(codes.DUPLICATE_ID, span, message, hint=hint, related=(other_span,))


def _untold(found: list[Diagnostic], told: set[str]) -> list[Diagnostic]:
    """Return `found` without what was said of the same key of an item before: one note says enough for a whole list."""
    dropped = {d.message for d in found if d.code == codes.DROPPED_KEY.id}
    kept = [d for d in found if d.message not in dropped or d.message not in told]
    told |= dropped
    return kept


def _no_title(table: Table, found: list[Diagnostic]) -> Diagnostic:
    """Return the fault of a page without a title, which takes the place of what was said of a title that YAML cut."""
    title = table.entries.get("title")
    if not isinstance(title, Scalar) or not title.comment:
        return fault(codes.NO_TITLE, table.keys.get("title", table.span), "the page has no title")
    found[:] = [d for d in found if d.code != codes.CUT_TEXT.id or d.span != title.comment_span]
    reason, hint = reason_and_hint(title)
    return fault(
        codes.NO_TITLE, title.comment_span or title.span, f"the page has no title: `title` {reason}", hint=hint
    )


def parse_defaults(path: str, data: bytes) -> Table:
    """Return the front matter that `_defaults.yaml` gives to every file in and below its folder.

    Raises Problem when it cannot be read.
    """
    text, _ = decode_text(data, path)
    value = read_yaml(text, path)
    if isinstance(value, Scalar) and value.is_null:
        return Table({}, {}, Span(path, 1))
    if not isinstance(value, Table):
        raise Problem(fault(codes.NOT_A_MAPPING, value.span, "the defaults are not made of `key: value` lines"))
    return value


def _as_said(diagnostic: Diagnostic) -> Diagnostic:
    """Return what is said of somebody's own words: brackets in them may be meant, and are not the owner's to change."""
    return replace(diagnostic, severity="note") if diagnostic.code == UNDEFINED_REFERENCE.id else diagnostic


def _meant(key: str, kind: str) -> str:
    return field_name(key, KINDS[kind]) or key


def _name_of(path: str, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """Return what a file name says: its words, and the date before them if there is one."""
    file = PurePosixPath(path)
    stem = file.stem
    while stem.endswith((".html", ".md")):
        stem = PurePosixPath(stem).stem
    if stem in ("index", "_index") and len(file.parts) > 1:
        stem = file.parent.name
    match = _DATED_NAME.fullmatch(stem)
    if not match:
        return stem, None
    try:
        return match[2], parse_date(match[1], zone)
    except ValueError:
        return stem, None


def _titled(slug: str) -> str:
    return slug.replace("-", " ").capitalize()


def _bare_header(text: str, path: str) -> tuple[Table, str, int]:
    """Read Pelican's header: `Key: value` lines up to the first blank one."""
    entries: dict[str, Value] = {}
    keys: dict[str, Span] = {}
    lines = text.split("\n")
    number = 0
    for number, line in enumerate(lines, start=1):
        match = re.match(r"([A-Za-z][\w-]*)[ \t]*:[ \t]*(.*)", line)
        if not match:
            break
        key = match[1].lower()
        keys[key] = Span(path, number, 1, len(match[1]))
        entries[key] = Scalar(match[2].strip(), False, Span(path, number, match.start(2) + 1, max(1, len(match[2]))))
    return Table(entries, keys, Span(path, 1, 1)), "\n".join(lines[number - 1 :]), number


def _without_mail_addresses(
    meta: Content, extra: dict[str, Any], table: Table, reading: Reading
) -> tuple[Content, dict[str, Any]]:
    """Return what is the owner's own of a customer's item without the keys that hold somebody's e-mail address."""
    named = {f"params.{key}": value for key, value in meta.params.items()} | extra
    held = [name for name, value in named.items() if holds_mail_address(value)]
    for name in held:
        place = place_in({**table.keys, **reading.places}, table.span, name)
        reading.report(fault(codes.PERSONAL_DATA, place, f"`{name}` holds an e-mail address; it was left out"))
    params = {key: value for key, value in meta.params.items() if f"params.{key}" not in held}
    return replace(meta, params=params), {key: value for key, value in extra.items() if key not in held}


def _with_care(meta: Any, body_text: str, table: Table, reading: Reading, source: Source) -> tuple[Any, str]:
    """Return a customer's item with first names for others who did not agree, and tell of what is most protected."""
    addresses = (PurePosixPath(source.path).stem, meta.slug, meta.permalink)
    for person in meta.staff:
        if not person.agreed and any(f"-{slug_of(person.name)}-" in f"-{slug_of(text)}-" for text in addresses):
            message = f"the address names {person.name}, who has not agreed"
            hint = "call the file something else, or set another `slug`"
            reading.report(fault(STAFF_NAMED, place_in(reading.places, table.span, "staff"), message, hint=hint))
    meta, body_text, named = without_staff(meta, body_text)
    for name in named:
        message = f"the words name {name}, who has not agreed; shown is “{shown_name(name, 'first-name')}”"
        reading.report(fault(STAFF_NAMED, place_in(reading.places, table.span, "staff"), message))
    said = sensitive_words(f"{meta.title}\n{getattr(meta, 'text', '')}\n{body_text}")
    if said and meta.sensitive != "agreed":
        message = f"the words “{said}” seem to tell of what the law protects most"
        reading.report(fault(SENSITIVE, place_in(reading.places, table.span, "text"), message))
    return meta, body_text


def _words(meta: Content, body: Body, body_text: str) -> tuple[Content, Body]:
    """Keep a customer's words in one place, whether they stood in the body or in `text`."""
    if isinstance(meta, (Testimonial, Quote)) and not meta.text:
        return replace(meta, text=body_text.strip()), Body()
    return meta, body


def _take_body(kind: str, table: Table) -> tuple[Table, str, int]:
    """Take the long text of a list item out of its table; testimonials and quotes keep theirs as `text`."""
    if kind in _WORDS_OF_OTHERS:
        return table, "", 0
    for key in _BODY_KEYS:
        value = table.entries.get(key)
        if isinstance(value, Scalar) and value.text.strip():
            entries = {k: v for k, v in table.entries.items() if k != key}
            return Table(entries, table.keys, table.span), value.text, value.span.line + ("\n" in value.text)
    return table, "", 0


def _entries(value: Value, source: Source, kind: str) -> tuple[list[tuple[Value, tuple[str, ...]]], Table | None]:
    """Find the items in a file: a bare list, a list below a known key, named sets, or one item alone."""
    if isinstance(value, Sequence):
        return [(item, ()) for item in value.items], None
    if not isinstance(value, Table):
        return [], None
    if not value.entries:
        return [], None
    head = value.entries.get("collection")
    rest = Table({k: v for k, v in value.entries.items() if k not in (*_LISTS, "collection")}, value.keys, value.span)
    for name in _LISTS:
        listed = value.entries.get(name)
        if listed is not None and _is_list(listed) and _LISTED_IN.get(name, kind) == kind:
            items = listed.items if isinstance(listed, Sequence) else ()
            return [(item, ()) for item in items], head if isinstance(head, Table) else rest
    sets = {
        k: v
        for k, v in value.entries.items()
        if isinstance(v, Sequence) and v.items and all(isinstance(i, Table) for i in v.items)
    }
    if sets and len(sets) == len(value.entries):
        return [
            (item, (slug_of(name),))
            for name, listed in sets.items()
            for item in listed.items
            if isinstance(listed, Sequence)
        ], None
    if kind == "author" and all(isinstance(v, Table) for v in value.entries.values()):
        return [(_with_id(k, v), ()) for k, v in value.entries.items() if isinstance(v, Table)], None
    return ([(value, ())], None) if kind != "quote" else ([], rest)


def _is_list(value: Value) -> bool:
    """Tell whether a value is a list, or the empty place of one."""
    return isinstance(value, Sequence) or (isinstance(value, Scalar) and value.is_null)


def _is_begun(value: Value, kind: str) -> bool:
    """Tell whether a file in which no item was found has a list, or nothing at all, rather than something else."""
    if isinstance(value, Table):
        names = [name for name in _LISTS if name in value.entries and _LISTED_IN.get(name, kind) == kind]
        return not value.entries or any(_is_list(value.entries[name]) for name in names)
    return _is_list(value)


def _with_id(key: str, table: Table) -> Table:
    span = table.span
    return Table({"slug": Scalar(key, True, span), **table.entries}, {"slug": span, **table.keys}, span)


def _given_id(table: Table) -> str:
    value = table.entries.get("id") or table.entries.get("slug")
    return value.text if isinstance(value, Scalar) else ""


def _key(table: Table, kind: str) -> str:
    """Return the key of an item in its file: its id, else one made from its person and first words.

    A name that its owner does not want shown in full is not in the key either, which is an address.
    """
    if given := _given_id(table):
        return slug_of(given)
    keys = _NAMING_KEYS if not _hides_name(table) else [k for k in _NAMING_KEYS if k not in ("name", "author")]
    texts = [value for key in keys if (value := table.entries.get(key))]
    words = [v.text for v in texts if isinstance(v, Scalar)]
    words += [n.text for v in texts if isinstance(v, Table) and isinstance(n := v.entries.get("name"), Scalar)]
    return slug_of(" ".join(" ".join(words).split()[:8]) or kind)[:60].strip("-")


def _hides_name(table: Table) -> bool:
    author = table.entries.get("author")
    display = author.entries.get("display") if isinstance(author, Table) else None
    return isinstance(display, Scalar) and display.text.strip() != "full"
