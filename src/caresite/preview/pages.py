"""Pages: what the preview itself shows below `/_caresite/`, and the door through which other parts add pages there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from caresite.core.diagnostics import Span
from caresite.core.model import HeldBack, Page
from caresite.pipeline.catalog import Site
from caresite.preview.due import due_text, reason_of
from caresite.preview.editors import Editor
from caresite.preview.generations import Generation
from caresite.preview.state import HOME, Fault, digest_of, fault_of

__all__ = ["AddedPage", "Addition", "Link", "Row", "Workbench", "status_page"]

_STATES = ("draft", "future", "expired", "withheld", "published")
_KINDS = frozenset(("post", "page", "story", "testimonial", "quotes", "quote", "author"))
_TEMPLATES = Path(__file__).parent / "templates"


class Link(NamedTuple):
    """A link in the preview's menu."""

    url: str
    text: str


class AddedPage(Struct, frozen=True):
    """A page that a part of caresite adds to the preview: what its link says, and its routes below `/_caresite/`.

    The link leads to the path of the first route.
    """

    text: str
    routes: tuple[BaseRoute, ...]

    @property
    def link(self) -> Link:
        return Link(str(getattr(self.routes[0], "path", HOME)), self.text)


class Workbench:
    """What the preview's pages may know and do: the site, what became of it, files opened, a build asked for.

    `current` returns the current generation; `ask_for_build` has the site built again as if a file had been saved.
    `now` returns what time it is for builds and pages alike; `clock_is_set` says that somebody named another moment.
    """

    def __init__(
        self,
        root: Path,
        *,
        current: Callable[[], Generation],
        editor: Editor | None = None,
        assets: str = "",
        ask_for_build: Callable[[], None] = lambda: None,
        now: Callable[[], datetime],
        clock_is_set: bool = False,
    ) -> None:
        self.root = root
        self.current = current
        self.editor = editor
        self.assets = assets
        self.ask_for_build = ask_for_build
        self.now = now
        self.clock_is_set = clock_is_set
        self.links: tuple[Link, ...] = ()
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, request: Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        """Return a page in the looks of the preview, of a `template` that extends `frame.html`.

        A template in another folder is named by its path there, and its folder added with `add_templates`.
        """
        path = str(request.scope["path"])
        common = {
            "assets": self.assets,
            "links": self.links,
            "here": path,
            "digest": digest_of(self.current(), path),
            "opens": self.opens,
        }
        html = self._environment.get_template(template).render(common | dict(values))
        return HTMLResponse(html, status)

    def add_templates(self, folder: Path) -> None:
        """Let pages use the templates in `folder` too."""
        loader = self._environment.loader
        assert isinstance(loader, FileSystemLoader)
        loader.searchpath.append(str(folder))

    def opens(self, path: str, line: int = 0, column: int = 0) -> str:
        """Return the link that opens a file of the site in the editor.

        Empty when nothing can; `#` when a command does, which the page's script then asks for.
        """
        if self.editor is None or not path or not (self.root / path).is_file():
            return ""
        return self.editor.link(self.root, Span(path, line, column)) or "#"


Addition = Callable[[Workbench], AddedPage]
"""How a part of caresite adds a page; found by the entry-point group `caresite.preview`."""


class Row(NamedTuple):
    """One thing on the site, or held back from it, in the list of everything."""

    title: str
    kind: str
    url: str
    path: str
    line: int
    when: str
    reason: str


def status_page(bench: Workbench) -> AddedPage:
    """Return the page that lists everything: content by state, what is due next, and every diagnostic."""

    def show(request: Request) -> Response:
        generation = bench.current()
        site = generation.site
        faults = [fault_of(d, generation.texts, bench.opens) for d in generation.diagnostics]
        values = {
            "generation": generation,
            "groups": _groups(site) if site else (),
            "next_due": due_text(generation.next_due, site.settings.zone) if site and generation.next_due else "",
            "title": site.settings.config.title if site else bench.root.resolve().name,
            "home": site.settings.base_path if site else "/",
            "diagnostics": [(s, _of(faults, s)) for s in ("error", "warning", "note")],
        }
        return bench.page(request, "status.html", values)

    return AddedPage("Everything on the site", (Route(HOME, show),))


def _of(faults: Iterable[Fault], severity: str) -> list[Fault]:
    return [fault for fault in faults if fault.severity == severity]


def _groups(site: Site) -> list[tuple[str, Sequence[Row]]]:
    rows: dict[str, list[tuple[tuple[float, str], Row]]] = {state: [] for state in _STATES}
    for page in site.pages.values():
        if page.kind in _KINDS and page.span.line:
            rows[page.state].append((_order(page.date, page.id), _page_row(page, site)))
    for held in site.held_back:
        if held.kind in _KINDS:
            rows[held.state].append((_order(held.due, held.id), _held_row(held, site)))
    return [(state, [row for _, row in sorted(found)]) for state, found in rows.items() if found]


def _order(moment: datetime | None, name: str) -> tuple[float, str]:
    return (-moment.timestamp() if moment else 0.0, name)


def _page_row(page: Page, site: Site) -> Row:
    reason = reason_of(page, site.settings.zone)
    when = f"{page.date.astimezone(site.settings.zone):%Y-%m-%d}" if page.date else ""
    return Row(page.title or page.id, page.kind, page.url, page.source, page.span.line, when, reason)


def _held_row(held: HeldBack, site: Site) -> Row:
    when = due_text(held.due, site.settings.zone) if held.due else ""
    return Row(held.title, held.kind, "", held.span.path, held.span.line, when, held.reason)
