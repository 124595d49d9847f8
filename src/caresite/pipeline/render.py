"""Render: one route becomes one output. The renderer holds the environment; routes come in any order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from markupsafe import Markup
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.codes_deploy import BLOCKED_BY_POLICY
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.files import read_as_text
from caresite.core.model import (
    Body,
    Card,
    Component,
    Heading,
    Image,
    Output,
    Page,
    Person,
    Reference,
    Route,
    Segments,
    Variation,
)
from caresite.core.suggest import nearest
from caresite.core.texts import cut
from caresite.core.urls import decoded_path, encode_file, is_external, is_safe
from caresite.core.walk import files_below
from caresite.pipeline.assets import Asset
from caresite.pipeline.blocked import blocked_in
from caresite.pipeline.card_drawing import lacking_letters
from caresite.pipeline.cards import Cards, Firm, Shared, studio_of
from caresite.pipeline.catalog import Site
from caresite.pipeline.contexts import Here, context_of, here_of
from caresite.pipeline.csp import needs_of
from caresite.pipeline.dead_forms import posts_of
from caresite.pipeline.directions import with_directions
from caresite.pipeline.drawings import Drawings
from caresite.pipeline.lettering import is_font
from caresite.pipeline.links import Resolved, resolve
from caresite.pipeline.loads import loads_of, may_load_more
from caresite.pipeline.macros import MacroMemory
from caresite.pipeline.markdown import MarkdownOptions, markdown_for
from caresite.pipeline.markup import markup_faults
from caresite.pipeline.notes import Asked, Broken, Notebook, Noted, PageKey, Read, TermKey, asked
from caresite.pipeline.picture_tags import with_pictures
from caresite.pipeline.pictures import Facts, as_shown
from caresite.pipeline.reader import MenuLink, Plan, Reader
from caresite.pipeline.references import anchors_of, links_of
from caresite.pipeline.route import TEMPLATES
from caresite.pipeline.sandbox import OutOfBounds
from caresite.pipeline.templates import SiteLoader, environment
from caresite.pipeline.themes import Theme
from caresite.pipeline.words import Words

_EMPTY_CANONICAL = re.compile(r'<link rel="canonical" href="">\s*')
__all__ = ["BodyView", "NotedOptions", "Renderer", "SiteReader", "facts_of"]

_MOST_LETTERS = 12  # that are named; a text in another script lacks hundreds
_CLAIM_KEY = "no_trackers"
_CLAIM = "\ufdd0no-trackers\ufdd0"  # no text may hold these characters (Unicode 23.7)
_ADDRESS_ARGS = frozenset(("src", "url", "poster"))
_words_read = lru_cache(lambda language: Read("words", (language,)))
_TERM_ARGS = {"tag": "tags", "product": "product"}  # the taxonomy that an argument names a term of


class BodyView:
    """A body ready to be printed; its links are resolved and its components rendered when they are needed."""

    kept_from_templates: frozenset[str] = frozenset()

    def __init__(self, body: Body, compose: Callable[[Segments], str]) -> None:
        self._body = body
        self._compose = compose
        self.headings: tuple[Heading, ...] = body.headings
        self.words: int = body.words
        self.has_more: bool = body.has_more

    @cached_property
    def html(self) -> Markup:
        return Markup(self._compose(self._body.html))

    @cached_property
    def excerpt(self) -> Markup:
        return Markup(self._compose(self._body.excerpt))


class SiteReader(Reader):
    """The reader as templates know it, as `site`: with bodies and menus, whose links have been resolved."""

    def __init__(self, site: Site, plan: Plan, renderer: Renderer, known: dict[Any, Any] | None = None) -> None:
        super().__init__(site, plan, renderer.notes, known)
        self._renderer = renderer
        self._menus: dict[Any, Any] = {}  # apart, as their words may be the theme's

    def body(self, page: Page) -> BodyView:
        """Return the body of `page` as HTML, its links resolved and its components rendered."""
        return self._renderer.body(page)

    @asked
    def segments(self, page: Page) -> Body:
        """Return the body of `page` as it was parsed."""
        return self._site.bodies.get(page.id, Body())

    @asked
    def resolved(self, page: Page, target: str, role: str) -> Resolved:
        """Return what `target`, written on `page`, leads to; a fault in it has no place yet."""
        return resolve(self, page, target, role, 0)

    @asked
    def picture(self, path: str) -> Facts | None:
        """Return what a page needs to know of the picture at an output path; None when none stands there."""
        facts = self._renderer.pictures.get(path)
        return as_shown(facts) if facts else None

    @asked
    def look(self) -> str:
        """Return a digest of what share images are made with; nothing when there are none."""
        return self._renderer.cards.look

    def shared(self, here: Here, page: Page | None) -> Shared | None:
        """Return the picture that other services show beside a link to the page being written."""
        return self._renderer.shared(here, page)

    def light(self, src: str) -> str:
        """Return the address of the picture at `src` for those who take it whole: feed readers and search engines."""
        return self._renderer.cards.light(src, self._site.settings.config.images)

    @asked
    def place(self, page: Page, key: str) -> Span:
        """Return where the front matter of `page` says `key`."""
        return place_in(self._site.places.get(page.id, {}), page.span, key)

    @asked
    def item(self, kind: str, wanted: str) -> str | Diagnostic:
        """Return the id of the item that a component names, or a fault, which has no place yet."""
        return self._renderer.item(kind, wanted)

    def once(self, key: tuple[str, ...], work: Callable[[], str]) -> str:
        """Return the words of `work`, which depend on `key` and the site alone, from the second time on from memory."""
        return self._renderer.notes.recall(key, work)

    def address(self, page: Page, target: str, key: str = "") -> str:
        """Return the URL of `target`, written in the front matter of `page` under `key`, as a link in its text."""
        return self._renderer.address(target, "link", page, self.place(page, key))

    def say(self, key: str, **values: Any) -> str:
        """Return interface words in the language of the page being written."""
        return self._renderer.say(key, **values)

    def plain(self, text: str, language: str = "") -> str:
        """Return a line of Markdown as the words that readers see, without tags."""
        return self._renderer.plain(text, language)

    @asked
    def signpost(self, url: str) -> str:
        """Return as much of `url` as menus and lists of links tell apart: itself if they lead to it, else its section.

        A section ends in `…`, as it is not the page itself. Pages with one signpost can share their header and footer.
        """
        known: frozenset[str] = self._once(("signposts",), self._signposts, self._menus)
        if url in known:
            return url
        sections = [link for link in known if link != self.home and url.startswith(link)]
        return max(sections, key=len) + "…" if sections else ""

    def _signposts(self) -> frozenset[str]:
        menus = type(self._site.settings.config.menus).__struct_fields__
        linked = (link.url for name in menus for link in self.menu_and_faults(name)[0])
        return frozenset((self.home, *linked, *self._plan.lists.values()))

    def menu(self, name: str, current: str = "") -> tuple[MenuLink, ...]:
        """Return the menu called `name`; without one in the config, `main` has the lists that exist."""
        links, faults = self.menu_and_faults(name, current)
        self._renderer.notes.noted.extend(faults)
        return links

    @asked
    def menu_and_faults(self, name: str, current: str = "") -> tuple[tuple[MenuLink, ...], tuple[Noted, ...]]:
        """Return a menu and what is wrong with its addresses, which every page tells that shows it."""
        return self._once((name, current), lambda: self._renderer.menu_and_faults(name, current), self._menus)


class NotedOptions:
    """The options of a theme; that one was read is noted."""

    kept_from_templates: frozenset[str] = frozenset()

    def __init__(self, options: Any, notes: Notebook) -> None:
        self._options = options
        self._notes = notes
        self._reads: dict[str, Read] = {}

    def __getattr__(self, name: str) -> Any:
        read = self._reads.get(name)
        if read is None:
            read = self._reads[name] = Read("theme", (name,))
        self._notes.read(read, getattr(self._options, name, None))
        return getattr(self._options, name)


class Renderer:
    """Turns routes of one site into outputs. Whatever `finish` makes of the HTML of a page is its output.

    `pictures` are known by their output paths; `known` is what its reader may take from others, see there.
    """

    def __init__(
        self,
        site: Site,
        plan: Plan,
        theme: Theme,
        assets: Mapping[str, Asset],
        markdown: MarkdownOptions,
        *,
        finish: Callable[[str], str] | None = None,
        pictures: Mapping[str, Facts] | None = None,
        known: dict[Any, Any] | None = None,
    ) -> None:
        self.site = site
        self.pictures = pictures or {}
        self.finish = finish
        self.assets = assets
        base = decoded_path(site.settings.base_path)
        self.assets_by_url = {base + asset.output: asset for asset in assets.values()}
        word_folders = tuple(a.plugin.words for a in site.settings.plugins if a.plugin.words)
        self.words = Words(theme, word_folders, site.settings.config.language)
        self.notes = Notebook()
        self.reader = SiteReader(site, plan, self, known)
        self.language = site.settings.config.language
        self.memory = MacroMemory(self.notes, site.pages, lambda: self.language)
        self.own_policy = _policy_of(site)
        self.plugins = {active.plugin.name: active for active in site.settings.plugins}
        folders = tuple(a.plugin.templates for a in site.settings.plugins if a.plugin.templates)
        self.loader = SiteLoader(theme, folders)
        self.env = environment(
            self.loader,
            self.memory,
            markdown=markdown_for(markdown),
            base_url=site.settings.config.base_url,
            filters={name: f for a in site.settings.plugins for name, f in a.plugin.filters.items()},
        )
        drawings = Drawings(theme)
        self.studio = studio_of(theme, assets, drawings, site.files, site.settings.config.social_cards)
        self.cards = Cards(
            self.studio.digest if self.studio else "",
            site.settings.base_path,
            drawings,
            picture=self.reader.picture,
            plain=self.plain,
            tone=self.env.filters["tone"],
            place=self.reader.place,
            note=self._note,
        )
        self.env.globals |= {
            "site": self.reader,
            "theme": NotedOptions(theme.options, self.notes),
            "asset": self.asset,
            "t": self.say,
            "interface_language": self.interface_language,
            "drawing": drawings.picture,
        }
        self.env.filters |= {"drawing_name": drawings.choose, "lang_attribute": self.lang_attribute}
        self.options = theme.options
        self.sections = getattr(theme.options, "home", ())
        self._macros: dict[str, tuple[Any, tuple[Any, ...]]] = {}

    # one route

    def render(self, route: Route) -> Output:
        """Return the output of `route`; after an error its bytes are empty and the diagnostics say why."""
        noted = self.notes.turn_page()
        page = self.site.pages.get(route.page_id)
        self.language = page.lang if page else self.site.settings.config.language
        span = page.span if page else Span(self.site.settings.path)
        noindex, text = True, ""
        drawn: tuple[Variation, ...] = ()
        try:
            if page:
                self.reader.known(page.id)
            here = here_of(route, page, self.reader, self.say)
            noindex = here.noindex
            if route.plugin:
                data = self._plugin(route)
            else:
                text, drawn = self._pictured(self._template(route, page, here))
                text = with_directions(self._with_claim(text))
                if not here.canonical:  # a theme may write the link without asking whether there is an address
                    text = _EMPTY_CANONICAL.sub("", text)
                data = text.encode()
            if self.finish and route.output.endswith(".html"):
                text = self.finish(data.decode())
                data = text.encode()
        except Problem as problem:
            place = self._template_line(problem)
            for d in problem.diagnostics:
                self._note(replace(d, span=place) if place and not d.span.line else d)
            data = b""
        except TemplateError as error:
            self._note(self._template_fault(error, route, span))
            data = b""
        except Exception as error:
            self._note(self._failure(error, route, span))
            data = b""
        if data and route.output.endswith(".html"):
            noted.extend(markup_faults(text or data.decode(), span, self.site.settings.config))
            noted.extend(self._blocked(text or data.decode(), page))
        if self.studio:
            noted.extend(self._lettering_faults([n for n in noted if isinstance(n, Card)], span))
        kinds: dict[type, list[Any]] = {kind: [] for kind in get_args(Noted)}
        for note in dict.fromkeys(noted):
            kinds[note.__class__].append(note)
        return Output(
            path=route.output,
            content=data,
            url=route.url,
            kind=route.kind,
            source=page.source if page else "",
            noindex=noindex,
            in_sitemap=route.in_sitemap,
            **facts_of(route.output, text or data.decode(errors="replace")),
            broken=tuple(sorted(note.url for note in kinds[Broken])),
            assets=tuple(sorted(note.name for note in kinds[Asked])),
            diagnostics=tuple(kinds[Diagnostic]),
            reads=tuple(kinds[Read]),
            pictures=(*drawn, *kinds[Variation]),
            cards=tuple(kinds[Card]),
        )

    def _blocked(self, html: str, page: Page | None) -> Iterator[Diagnostic]:
        """Report what a page asks for and its policy forbids; without a policy of ours nothing is."""
        if self.own_policy is None:
            return
        for found in blocked_in(html, self.own_policy):
            message = (
                f"browsers will block `{cut(found.written, 80)}`: the policy of the page forbids it ({found.directive})"
            )
            yield fault(BLOCKED_BY_POLICY, self._written_at(found.written, page), message, hint=found.hint)

    def _written_at(self, written: str, page: Page | None) -> Span:
        """Return where the text of a page says `written`, else where a template of the site does."""
        root, templates = self.words.root, self.loader.folders[0]
        files = [root / page.source] if page and page.source else []
        for file in (*files, *(path for path in files_below(templates, root)[0] if path.suffix == ".html")):
            before, found, _ = read_as_text(file).partition(written.partition("\n")[0])
            if found:
                line = before.count("\n") + 1
                return Span(file.relative_to(root).as_posix(), line, len(before) - before.rfind("\n"), len(found))
        return page.span if page else Span(self.site.settings.path)

    def _lettering_faults(self, cards: Iterable[Card], span: Span) -> Iterator[Diagnostic]:
        """Report letters that no font has, once for a page."""
        found = (lacking_letters(card, self.studio) for card in cards if self.studio)
        letters = tuple(dict.fromkeys(letter for letters in found for letter in letters))
        if letters:
            named = "".join(letters[:_MOST_LETTERS]) + ("…" if len(letters) > _MOST_LETTERS else "")
            message = f"the share image leaves out words, because no font has the letters `{named}`"
            yield fault(codes.LACKING_LETTERS, span, message, hint=self._font_hint())

    def _font_hint(self) -> str:
        """Return what is wrong with the fonts that are named for share images; nothing when nothing is."""
        for name in self.site.settings.config.social_cards.fonts:
            if name not in self.assets:
                near = nearest(name, self.assets)
                return f"there is no `{name}` in `assets/`" + (f"; did you mean `{near}`?" if near else "")
            if not is_font(self.assets[name].data):
                return f"`{name}` is no font that can be read"
        return ""

    def answer(self, read: Read) -> bytes:
        """Ask again what was asked of an earlier site, and return the digest of the answer of this one."""
        if read not in self.notes.answers:
            self.notes.quiet = True
            try:
                self.notes.answers[read] = self.notes.digest(self._asked_again(read))
            except Exception:  # what cannot be asked any more has another answer, whatever it is
                self.notes.answers[read] = b""
            finally:
                self.notes.quiet = False
        return self.notes.answers[read]

    def _asked_again(self, read: Read) -> Any:
        match read.what:
            case "template":
                return self.loader.digest(*read.of)
            case "words":
                return self.words.table(*read.of)
            case "spoken":
                return self.words.spoken(*read.of)
            case "asset":
                return self.assets[read.of[0]].output if read.of[0] in self.assets else ""
            case "theme":
                return getattr(self.options, read.of[0], None)
            case "site":
                return getattr(self.reader, read.of[0])
            case "everything":
                return None
            case _:
                named = {key: self._argument(value) for key, value in read.named}
                return getattr(self.reader, read.what)(*map(self._argument, read.of), **named)

    def _argument(self, value: Any) -> Any:
        if isinstance(value, PageKey):
            return self.site.pages[value.page]
        return self.site.terms[value.taxonomy][value.term] if isinstance(value, TermKey) else value

    def _plugin(self, route: Route) -> bytes:
        active = self.plugins[route.plugin]
        assert active.plugin.render is not None
        return active.plugin.render(route, self.reader, active.options)

    def _template(self, route: Route, page: Page | None, here: Here) -> str:
        name = self._template_name(route, page)
        context = context_of(route, self.reader) | {"sections": self._sections(route)}
        context["head_extras"] = partial(self._head_extras, here, page)
        return self.env.get_template(name).render(here=here, page=page, **context)

    def _pictured(self, text: str) -> tuple[str, tuple[Variation, ...]]:
        """Return a page with its pictures, and how it wants them drawn; one that cannot be shown is a fault."""
        if "<img" not in text:
            return text, ()
        settings = self.site.settings
        shown = with_pictures(text, settings.base_path, settings.config.images, self.reader.picture)
        for path in shown.broken:
            message = f"the picture cannot be shown: {self.pictures[path].trouble}"
            self._note(fault(codes.BAD_PICTURE, Span(self.site.files.get(path, path)), message))
        return shown.html, shown.variations

    def _with_claim(self, text: str) -> str:
        """Return a page that says of cookies and other hosts what is true of it, where its template wants that said."""
        if _CLAIM not in text:
            return text
        loads = loads_of(text.replace(_CLAIM, ""), self.assets_by_url)
        site = self.site.settings.config.base_url
        at_once = [host for host in loads.at_once if host != urlsplit(site).hostname]
        on_request = [host for host in loads.on_request if host != urlsplit(site).hostname]
        is_clean = not at_once and loads.is_known and not may_load_more(self.site.settings)
        claims = {_CLAIM_KEY: is_clean, "contacts_hosts": at_once, "contacts_on_request": on_request}
        words = self.words.table(self.language)  # a theme with words of its own may lack some of these
        said = [
            self.words.say(self.language, key, **({"hosts": ", ".join(hosts)} if isinstance(hosts, list) else {}))
            for key, hosts in claims.items()
            if hosts and key in words
        ]
        return text.replace(_CLAIM, escape(" ".join(said), quote=False))

    def _sections(self, route: Route) -> tuple[str, ...]:
        if route.kind != "home":
            return ()
        self.notes.read(Read("theme", ("home",)), getattr(self.options, "home", None))
        return tuple(self.sections)

    def _head_extras(self, here: Here, page: Page | None) -> Markup:
        """Return what plugins put into the head of a page; one that fails does not keep the others from it."""
        parts = []
        for active in self.plugins.values():
            if active.plugin.head is None:
                continue
            try:
                parts.append(active.plugin.head(here, page, self.reader, active.options))
            except Problem as problem:
                self.notes.noted.extend(problem.diagnostics)
            except Exception as error:
                name = active.plugin.name
                message = f"the plugin `{name}` failed in `head` on {here.url}: {type(error).__name__}: {error}"
                self._note(fault(codes.PLUGIN_FAILED, active.span, message))
        return Markup("\n".join(part for part in parts if part))

    def _template_name(self, route: Route, page: Page | None) -> str:
        name = route.template if "." in route.template else f"{route.template}.html"
        self.notes.read(Read("template", (name,)), self.loader.digest(name))
        if page is None or self.loader.find(name):
            return name
        near = nearest(name, self.loader.list_templates())
        asked = self.site.settings.places.get(f"collections.{page.collection}.template", page.span)
        place = place_in(self.site.places.get(page.id, {}), asked, "template")
        message, hint = f"there is no template `{route.template}`", f"did you mean `{near}`?" if near else ""
        self._note(fault(codes.TEMPLATE_UNKNOWN, place, message, hint=hint))
        return TEMPLATES[page.kind]

    def _note(self, what: Noted) -> None:
        self.notes.noted.append(what)

    # what templates call

    def asset(self, name: str) -> str:
        """Return the URL of an asset; an unknown name is a fault with the nearest known one."""
        asset = self.assets.get(name)
        self.notes.read(Read("asset", (name,)), asset.output if asset else "")
        if asset is None:
            near = nearest(name, self.assets)
            raise Problem(
                fault(
                    codes.ASSET_MISSING,
                    Span(f"assets/{name}"),
                    f"there is no asset `{name}`",
                    hint=f"did you mean `{near}`?" if near else "put it in `assets/`",
                )
            )
        self._note(Asked(name))
        return self.site.settings.base_path + encode_file(asset.output)

    def say(self, key: str, **values: Any) -> str:
        """Return interface words in the language of the page being written."""
        table = self.words.table(self.language)
        self.notes.read(_words_read(self.language), table)
        words = table.get(key) if not values else None
        if words.__class__ is not str:
            words = self.words.say(self.language, key, **values)
        return _CLAIM if key == _CLAIM_KEY else words  # nobody knows what a page loads before it is finished

    def interface_language(self) -> str:
        """Return the language that `t` speaks on the page being written."""
        language = self.words.spoken(self.language)
        self.notes.read(Read("spoken", (self.language,)), language)
        return language

    def lang_attribute(self, tag: str) -> Markup:
        """Return the ` lang="…"` of words in the language `tag`; nothing where the whole page is in it (WCAG 3.1.2)."""
        languages = {self.language.lower(), self.interface_language().lower()}
        return Markup(f' lang="{escape(tag)}"') if tag and languages != {tag.lower()} else Markup("")

    def shared(self, here: Here, page: Page | None) -> Shared | None:
        """Return the picture that other services show beside a link to a page; it is drawn with the site."""
        self.reader.look()
        authors = self.reader.authors(page) if page else ()
        business, host = self.reader.business, urlsplit(self.reader.base_url).hostname or ""
        firm = Firm(self.reader.title, business.tagline if business else "", host.removeprefix("www."))
        return self.cards.shared(here, page, firm, authors, self.language)

    def plain(self, text: str, language: str = "") -> str:
        """Return a line of Markdown as the words that readers see, without tags."""
        shown: Markup = self.env.filters["inline_markdown"](text, language)
        return shown.striptags()

    def menu_and_faults(self, name: str, current: str) -> tuple[tuple[MenuLink, ...], tuple[Noted, ...]]:
        """Return a menu, and what is wrong with the addresses in it, which is not noted yet."""
        noted = self.notes.noted
        before = len(noted)
        links = tuple(self.menu(name, current))
        faults = tuple(noted[before:])
        del noted[before:]
        return links, faults

    def menu(self, name: str, current: str) -> list[MenuLink]:
        """Return the links of a menu with the one that leads to `current` marked."""
        config = self.site.settings.config
        entries = [(e.text, e.url) for e in getattr(config.menus, name, ())]
        if name == "main" and not entries:
            entries = [
                (self.say(f"menu_{lists}"), url)
                for lists in ("stories", "testimonials", "quotes", "blog", "about")
                if (url := self.reader.url_of(lists))
            ]
            return [MenuLink(text, url, url == current) for text, url in entries]
        root = Page(
            id="",
            kind="page",
            collection="",
            source=self.site.settings.path,
            span=Span(self.site.settings.path),
            url=self.reader.home,
            permalink="",
            output="",
            slug="",
            title="",
            lang="",
        )
        links = []
        for number, (text, address) in enumerate(entries, start=1):
            place = place_in(self.site.settings.places, root.span, f"menus.{name}[{number}].url")
            url = self.address(address, "link", root, place)
            links.append(MenuLink(text, url, url == current, config.language))
        return links

    # bodies

    def body(self, page: Page) -> BodyView:
        """Return the body of `page` with links resolved and components rendered."""
        return BodyView(self.reader.segments(page), lambda segments: self.compose(segments, page))

    def compose(self, segments: Segments, page: Page) -> str:
        """Join `segments` as they stand on `page`."""
        return "".join(segment if isinstance(segment, str) else self._segment(segment, page) for segment in segments)

    def _segment(self, segment: Reference | Component, page: Page) -> str:
        if isinstance(segment, Component):
            return self._component(segment, page)
        return escape(self.address(segment.target, segment.role, page, Span(page.source, segment.line)))

    def address(self, target: str, role: str, page: Page, place: Span) -> str:
        """Return the URL of `target` as `page` uses it; what leads nowhere is noted with its place."""
        is_elsewhere = is_external(target) and is_safe(target)
        resolved = Resolved(target) if is_elsewhere else self.reader.resolved(page, target, role)
        if resolved.fault:
            self._note(replace(resolved.fault, span=place))
            self._note(Broken(resolved.url))
        return resolved.url

    def _component(self, call: Component, page: Page) -> str:
        place, given = Span(page.source, call.line), call.args
        if call.name in ("quote", "story") and isinstance(wanted := given.get("id"), str):
            item = self.reader.item(call.name, wanted)
            if isinstance(item, Diagnostic):
                if item.code != codes.HELD_BACK_LINK.id:
                    self._note(replace(item, span=place))
                return ""
            given = given | {"id": item}
        given = given | {
            k: self.reader.slug_of_term(_TERM_ARGS[k], str(v)) for k, v in given.items() if v and k in _TERM_ARGS
        }
        roles = {"src": "image", "poster": "image"}
        args = {
            k: self.address(str(v), roles.get(k, "link"), page, place) if k in _ADDRESS_ARGS else v
            for k, v in given.items()
        }
        body = Markup(self.compose(call.body, page))
        sections = tuple((s.title, Markup(self.compose(s.body, page))) for s in call.sections)
        if call.name not in self._macros:
            self._macros[call.name] = self.notes.listen(lambda: self._macro(call.name))
        macro, noted = self._macros[call.name]
        self.notes.noted.extend(noted)
        return str(macro(args, body, sections, call.lines))

    def _macro(self, name: str) -> Any:
        return self.env.get_template(f"components/{name}.html").make_module({}).render  # type: ignore[attr-defined]

    def item(self, kind: str, wanted: str) -> str | Diagnostic:
        """Return the id of the item that a component names, or a fault; one that is held back is just left out."""
        place = Span("")
        wanted = wanted.replace("#", "/") if "." not in wanted else wanted
        known = {self._short(p): p for p in self.reader.pages((kind,))}
        if wanted in known or self.reader.page(wanted):
            return known[wanted].id if wanted in known else wanted
        held = {
            h.id.rpartition("#")[2].removesuffix("/index.md").rpartition("/")[2].removesuffix(".md")
            for h in self.site.held_back
            if h.kind == kind
        }
        is_unread = any(source_kind in (kind, f"{kind}s") for source_kind in self.site.unread.values())
        if wanted.rpartition("/")[2] in held or self.reader.held_back(wanted) or is_unread:
            return fault(codes.HELD_BACK_LINK, place, f"the {kind} `{wanted}` is held back")
        near = nearest(wanted, known)
        return fault(
            codes.UNKNOWN_ITEM,
            place,
            f"there is no {kind} `{wanted}`",
            hint=f"did you mean `{near}`?" if near else "",
        )

    def _short(self, page: Page) -> str:
        parent = self.site.pages.get(page.parent)
        return f"{parent.slug}/{page.slug}" if parent else page.slug

    # faults

    def _template_fault(self, error: TemplateError, route: Route, span: Span) -> Diagnostic:
        if isinstance(error, TemplateNotFound):
            near = nearest(str(error.name), self.loader.list_templates())
            return fault(
                codes.TEMPLATE_MISSING,
                self._template_line(error) or span,
                f"there is no template `{error.name}`",
                hint=f"did you mean `{near}`?" if near else "",
            )
        if isinstance(error, TemplateSyntaxError):
            place = Span(self._shown(error.filename), error.lineno)
            return fault(codes.TEMPLATE_SYNTAX, place, f"the template cannot be read: {_in_short(error.message or '')}")
        if isinstance(error, SecurityError):
            return self._refusal(error, route, span)
        return self._failure(error, route, span)

    def _refusal(self, error: SecurityError, route: Route, span: Span) -> Diagnostic:
        """Return what the sandbox says of a template."""
        place = self._template_line(error) or span
        related = (span,) if span.path and place != span else ()
        if isinstance(error, OutOfBounds):
            return fault(codes.TEMPLATE_BOUNDS, place, str(error), related=related)
        return fault(codes.TEMPLATE_REACH, place, str(error), related=related)

    def _failure(self, error: Exception, route: Route, span: Span) -> Diagnostic:
        if route.plugin:
            return fault(
                codes.PLUGIN_FAILED,
                span,
                f"the plugin `{route.plugin}` failed on {route.output}: {type(error).__name__}: {error}",
            )
        place = self._template_line(error)
        why, hint = (
            _unknown_name(error) if isinstance(error, UndefinedError) else (f"{type(error).__name__}: {error}", "")
        )
        if place is None:
            return fault(codes.TEMPLATE_FAILED, span, f"{route.url} could not be written: {why}", hint=hint)
        related = (span,) if span.path else ()
        return fault(codes.TEMPLATE_FAILED, place, f"a page could not be written: {why}", hint=hint, related=related)

    def _template_line(self, error: Exception) -> Span | None:
        trace, found = error.__traceback__, None
        while trace:
            name = trace.tb_frame.f_code.co_filename
            if name.endswith(".html"):
                found = Span(self._shown(name), trace.tb_lineno)
            trace = trace.tb_next
        return found

    def _shown(self, filename: str | None) -> str:
        """Return a template's path as people know it: below the site, or with its theme's name."""
        path = Path(filename or "template")
        root = self.loader.folders[0].parent
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
        for folder in self.loader.folders:
            if path.is_relative_to(folder):
                return f"{folder.parent.name}/templates/{path.relative_to(folder).as_posix()}"
        return path.name


def _policy_of(site: Site) -> Mapping[str, tuple[str, ...]] | None:
    """Return what the config allows every page besides what it is seen to use; None when no policy is made from it."""
    options = next((a.options for a in site.settings.plugins if a.plugin.name == "headers"), None)
    if options is None or "_headers" in site.files:
        return None
    names = {name.lower() for rule in options.rules for name in rule.values}
    return None if "content-security-policy" in names else options.csp


def facts_of(path: str, text: str) -> dict[str, Any]:
    """Return what the stages after this one need to know of a file, by names of `Output`; only pages have such."""
    if not text or not path.endswith(".html"):
        return {}
    return {
        "csp": needs_of(text),
        "links": links_of(text),
        "anchors": anchors_of(text),
        "posts": posts_of(text),
    }


_NO_ATTRIBUTE = re.compile(r"'(?:[\w.]+\.)?(\w+) object' has no attribute '(\w+)'")
_KNOWN = (*Page.__struct_fields__, *Here.__struct_fields__, *Image.__struct_fields__, *Person.__struct_fields__)


def _unknown_name(error: UndefinedError) -> tuple[str, str]:
    """Return what a template asked for that is not there, in our own words, and what it may have meant."""
    match = _NO_ATTRIBUTE.search(str(error))
    if not match:
        return str(error).replace("'", "`"), ""
    near = nearest(match[2], _KNOWN)
    return f"a {match[1]} has no `{match[2]}`", f"did you mean `{near}`?" if near else ""


def _in_short(message: str) -> str:
    """Return Jinja's words for a fault of syntax without its guesses."""
    sentences = [s for s in message.rstrip(".").split(". ") if "probably" not in s and "expecting" not in s]
    return "; ".join(s[:1].lower() + s[1:] for s in sentences) or message
