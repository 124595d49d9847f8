"""`caresite new`: start a post, a story, a quote, a page, a testimonial or an author."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from caresite.commands.quotes_file import add_quote, new_collection
from caresite.commands.scaffold import Start, fill_archetype, front_matter
from caresite.commands.session import Session, printable
from caresite.core.config import Collection, Settings
from caresite.core.dates import parse_date
from caresite.core.files import decode_text, may_be_read, put_in_site
from caresite.core.languages import with_letters_written_out
from caresite.core.suggest import nearest
from caresite.core.urls import slug_of

__all__ = ["KIND_OF", "Flags", "name_in", "run"]

KIND_OF = {
    "post": "post",
    "page": "page",
    "story": "story",
    "testimonial": "testimonial",
    "quote": "quotes",
    "author": "author",
}
_DATED = frozenset(("post", "story", "testimonial"))


class Flags(NamedTuple):
    """The arguments and options of `new`."""

    kind: str
    title: str
    slug: str = ""
    date: str = ""
    author: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    into: str = ""
    edit: bool = False
    force: bool = False


class _Target(NamedTuple):
    """Where a new thing goes: the folder of a collection, and what kind of thing it then is."""

    kind: str
    name: str
    folder: Path
    path: str


def run(session: Session, flags: Flags) -> int:
    """Write the new file and print its path. Returns 1 when it exists already."""
    settings = session.settings()
    target = _target(session, settings, flags.kind)
    start = _start(settings, target, flags, session.now_in(settings.zone))
    written = _write(session, target, start, flags)
    if written is None:
        return 1
    if session.json:
        session.answer({"path": session.shown(written), "kind": start.kind, "collection": target.name})
    else:
        click.echo(session.shown(written))
    if flags.edit:
        click.edit(filename=str(written))
    return 0


def _target(session: Session, settings: Settings, word: str) -> _Target:
    collections = settings.collections
    name = word if word in collections else _of_kind(collections, KIND_OF.get(word, ""))
    if not name:
        known = (*KIND_OF, *collections)
        near = nearest(word, known)
        advice = f"did you mean “{near}”?" if near else f"there are {', '.join(dict.fromkeys(known))}"
        raise click.BadParameter(f"“{word}” is neither a kind nor a collection; {advice}", param_hint="KIND")
    collection = collections[name]
    kind = "quote" if collection.kind == "quotes" else collection.kind
    path = collection.path.strip("/")
    return _Target(kind, name, session.root / path, path)


def _of_kind(collections: dict[str, Collection], kind: str) -> str:
    return next((name for name, collection in collections.items() if kind and collection.kind == kind), "")


def _start(settings: Settings, target: _Target, flags: Flags, now: datetime) -> Start:
    title = " ".join(printable(flags.title).split())
    slug = slug_of(with_letters_written_out(flags.slug or title, settings.config.language)) if title else ""
    if not slug:
        raise click.BadParameter("the title is empty", param_hint="TITLE")
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Start(target.kind, title, slug, _values(settings, target, flags, title, slug, today), today)


def _values(
    settings: Settings, target: _Target, flags: Flags, title: str, slug: str, today: datetime
) -> dict[str, Any]:
    given = _date(settings, flags.date)
    values: dict[str, Any] = {
        "date": given or (today if target.kind in _DATED else None),
        "draft": True,
        "tags": tuple(tag.strip() for tags in flags.tags for tag in tags.split(",") if tag.strip()),
    }
    match target.kind:
        case "quote":
            who = flags.author[0] if flags.author else ""
            return values | {"id": slug[:60].strip("-"), "text": title, "author": who}
        case "testimonial" | "story" if flags.author or target.kind == "story":
            return values | {"title": title, "author.name": flags.author[0] if flags.author else ""}
        case "testimonial":
            name = name_in(title)
            return values | {"title": title if name != title else "", "author.name": name}
        case "author":
            return values | {"name": title}
        case _:
            return values | {"title": title, "authors": flags.author}


_NAME_PART = r"[^\W\d_a-z][\w'’.-]*"
_NAME = rf"{_NAME_PART}(?: (?:(?:van|von|de|der|da|di|la|le|du|bin|al) )*{_NAME_PART}){{0,3}}"
_WHOLE_NAME = re.compile(_NAME)
_NAME_AT_END = re.compile(rf"(?:.* )?(?i:from|by)[ :]+({_NAME})")


def name_in(title: str) -> str:
    """Return the person that the title of a testimonial names: `Ann Bell`, `Kind words from Ann`; else nothing."""
    if _WHOLE_NAME.fullmatch(title):
        return title
    match = _NAME_AT_END.fullmatch(title)
    return match[1] if match else ""


def _date(settings: Settings, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_date(text, settings.zone).astimezone(settings.zone)
    except ValueError as error:
        raise click.BadParameter(f"“{text}”: {error}", param_hint="--date") from None


def _write(session: Session, target: _Target, start: Start, flags: Flags) -> Path | None:
    archetype = _archetype(session, target)
    if target.kind == "quote" and archetype is None:
        return _write_quote(session, target, start._replace(slug=start.values["id"]), flags)
    file = target.folder / f"{start.slug}.md"
    taken = next((p for p in (file, target.folder / start.slug / "index.md") if p.exists()), None)
    if taken and not (flags.force and taken == file):
        _refuse(session, taken)
        return None
    if archetype:
        text, _ = decode_text((session.root / archetype).read_bytes(), archetype)
        content = fill_archetype(text, archetype, start)
    else:
        content = f"---\n{front_matter(start)}---\n\n"
    put_in_site(session.root, file, content.encode())
    return file


def _archetype(session: Session, target: _Target) -> str | None:
    for name in (target.name, target.kind):
        if may_be_read(session.root / f"archetypes/{name}.md", session.root):
            return f"archetypes/{name}.md"
    return None


def _write_quote(session: Session, target: _Target, start: Start, flags: Flags) -> Path | None:
    file = _collection_file(target, flags.into)
    if file.exists():
        content = add_quote(file, f"{target.path}/{file.name}", start)
    else:
        content = new_collection((flags.into or "Quotes").replace("-", " ").capitalize(), start)
    put_in_site(session.root, file, content.encode())
    return file


def _collection_file(target: _Target, into: str) -> Path:
    files = sorted(p for p in target.folder.glob("*") if p.suffix in (".yaml", ".yml"))
    there = {p.stem: p for p in files if not p.name.startswith(("_", "."))}
    if into:
        stem = Path(into).stem
        return there.get(stem, target.folder / f"{slug_of(stem)}.yaml")
    if len(there) > 1:
        names = ", ".join(sorted(there))
        message = f"there are several collections of quotes ({names}); choose one with `--in {min(there)}`"
        raise click.UsageError(message)
    return next(iter(there.values()), target.folder / "quotes.yaml")


def _refuse(session: Session, taken: Path) -> None:
    message = (
        f"{session.shown(taken)} exists already; choose another name with `--slug`, or write over it with `--force`"
    )
    if session.json:
        session.answer({"ok": False, "message": message})
    else:
        click.echo(message, err=True)
