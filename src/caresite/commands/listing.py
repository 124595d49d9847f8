"""`caresite list`: what the site holds, what is held back, and until when."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import click

from caresite.commands.report import is_named_by
from caresite.commands.session import Session, printable
from caresite.commands.table import Column, print_table
from caresite.core.diagnostics import Diagnostic
from caresite.core.model import HeldBack, Page
from caresite.core.texts import counted
from caresite.engine.build import Options, Watch, load_site
from caresite.pipeline.catalog import Site
from caresite.pipeline.gates import Gates

__all__ = ["Flags", "run"]

_ORDER = ("published", "draft", "future", "expired", "withheld")
_COLORS = {"published": "green", "withheld": "red", "draft": "yellow", "future": "cyan"}
_COLUMNS = (
    Column("state", colors=_COLORS),
    Column("kind"),
    Column("date"),
    Column("title", is_text=True),
    Column("path"),
    Column("reason", is_text=True),
)
_KINDS = frozenset(("post", "page", "story", "testimonial", "quotes", "quote", "author"))


class Flags(NamedTuple):
    """The options of `list`."""

    state: str = "all"
    format: Literal["table", "csv", "json"] = "table"


class _Row(NamedTuple):
    """One thing on the site, or held back from it. `date` is its own, for a future thing when it is due."""

    state: str
    kind: str
    date: datetime | None
    title: str
    path: str
    url: str
    reason: str


def run(session: Session, flags: Flags) -> int:
    """List the content of the site; returns 1 when some of it could not be read."""
    watch = Watch()
    options = Options(now=session.now(), gates=Gates(today=session.real_now()))
    site, _, _ = load_site(session.root, session.settings(), options, watch)
    wanted = "draft" if flags.state == "drafts" else flags.state
    rows = [row for row in _rows(site) if wanted in ("all", row.state)]
    errors = [d for d in watch.sorted(strict=False) if d.severity == "error"]
    if session.json or flags.format == "json":
        session.answer([row._asdict() for row in rows])
    elif flags.format == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        _print(rows)
    _warn(errors)
    return 1 if errors else 0


def _rows(site: Site) -> list[_Row]:
    pages = [_page_row(page) for page in site.pages.values() if page.kind in _KINDS and page.span.line]
    held = [_held_row(item, site) for item in site.held_back if item.kind in _KINDS]
    return sorted(pages + held, key=lambda row: (_ORDER.index(row.state), _newest_first(row), row.path))


def _newest_first(row: _Row) -> float:
    return -row.date.timestamp() if row.date else float("inf")


def _page_row(page: Page) -> _Row:
    return _Row(page.state, page.kind, page.date, page.title, page.id, page.url, "")


def _held_row(item: HeldBack, site: Site) -> _Row:
    moment = item.due or item.date
    date = moment.astimezone(site.settings.zone) if moment else None
    return _Row(item.state, item.kind, date, item.title, item.id, "", item.reason)


def _cells(row: _Row) -> tuple[str, ...]:
    when = f"{row.date:%Y-%m-%d}" if row.date else ""
    if row.date and row.state == "future":
        when = f"{row.date:%Y-%m-%d %H:%M}"
    title = row.title if len(row.title) <= 60 else row.title[:59] + "…"
    title = "" if is_named_by(row.path, row.title) else printable(title.replace("\n", " "))
    return (row.state, row.kind, when, title, printable(row.path), printable(row.reason))


def _csv(rows: Iterable[_Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_Row._fields)
    for row in rows:
        writer.writerow([cell.isoformat() if isinstance(cell, datetime) else cell or "" for cell in row])
    return text.getvalue()


def _print(rows: Sequence[_Row]) -> None:
    cells = [_cells(row) for row in rows]
    if not sys.stdout.isatty():
        print_table(_COLUMNS, cells)
        return
    print_table([*_COLUMNS[:4], _COLUMNS[5], _COLUMNS[4]], [[*line[:4], line[5], line[4]] for line in cells])
    click.echo(counted(len(rows), "item"))


def _warn(errors: Sequence[Diagnostic]) -> None:
    if errors:
        files = len({d.span.path for d in errors})
        click.echo(f"{counted(files, 'file')} could not be read; `caresite check` says why.", err=True)
