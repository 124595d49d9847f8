"""The configuration: every option declared once, read from `caresite.yaml`, its overlays and the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.deployments import Deployment, read_deployments
from caresite.core.diagnostics import Code, Diagnostic, Problem, Severity, Span, fault, place_in
from caresite.core.files import decode_text
from caresite.core.intake import Form, IncomingSource
from caresite.core.plugins import BUILT_IN, GUARDS, ActivePlugin, load_plugin
from caresite.core.ranking import Ranking
from caresite.core.receivers import with_receivers
from caresite.core.salvage import Salvaged, salvage
from caresite.core.schema import Doc, Reading, decode
from caresite.core.site_root import CONFIG_NAMES
from caresite.core.suggest import nearest
from caresite.core.urls import canonical_base_url, check_address, encode_path
from caresite.core.values import Scalar, Sequence, Table, Value, read_toml, read_yaml

__all__ = [
    "CONFIG_NAMES",
    "NETLIFY_FILE",
    "PRIVATE_FOLDER",
    "SOURCE_FOLDERS",
    "STANDARD_PAGES",
    "Address",
    "Business",
    "Checks",
    "Collection",
    "Config",
    "Images",
    "MarkdownConfig",
    "MenuEntry",
    "Menus",
    "Pagination",
    "PluginChoice",
    "Profile",
    "Seo",
    "Settings",
    "SocialCards",
    "Taxonomy",
    "Testimonials",
    "built_in_permalink",
    "is_language_tag",
    "load_config",
    "place_in_config",
    "read_config",
]

NETLIFY_FILE = "netlify.toml"
PRIVATE_FOLDER = "private"
STANDARD_PAGES = ("archive", "search", "send-your-story", "manage-my-story", "how-we-check")
SOURCE_FOLDERS = frozenset(
    (
        "content",
        "themes",
        "templates",
        "static",
        "assets",
        "data",
        "private",
        "consent",
        "archetypes",
        ".git",
        ".caresite",
        "src",
    )
)
_FOREIGN = {
    "baseurl": "the site's address is `base_url` here",
    "url": "the site's address is `base_url` here",
    "siteurl": "the site's address is `base_url` here",
    "site": "the site's address is `base_url` here",
    "sitename": "the site's name is `title` here",
    "sitetitle": "the site's name is `title` here",
    "blogtitle": "the site's name is `title` here",
    "pagetitle": "the site's name is `title` here",
    "languagecode": "the language is `language` here",
    "defaultcontentlanguage": "the language is `language` here",
    "defaultlanguage": "the language is `language` here",
    "defaultlang": "the language is `language` here",
    "defaultlocale": "the language is `language` here",
    "locale": "the language is `language` here",
    "lang": "the language is `language` here",
    "tz": "the timezone is `timezone` here",
    "publishdir": "the output folder is `output_dir` here",
    "destination": "the output folder is `output_dir` here",
    "publicdir": "the output folder is `output_dir` here",
    "sitedir": "the output folder is `output_dir` here",
    "outputpath": "the output folder is `output_dir` here",
    "outputfolder": "the output folder is `output_dir` here",
    "extra": "a bag of your own is `params` here",
    "menu": "menus are `menus` here",
    "permalink": "address patterns are `permalinks`, one for each collection",
    "paginate": "lists are cut by `pagination: {per_page: 10}` here",
    "paginateby": "lists are cut by `pagination: {per_page: 10}` here",
    "defaultpagination": "lists are cut by `pagination: {per_page: 10}` here",
    "markup": "Markdown is set up under `markdown` here",
    "rss": "feeds are set up under `feeds` here",
    "generatefeeds": "feeds are set up under `feeds` here",
    "author": "people go in `content/authors/`, the firm in `business`",
}


class Address(Struct, frozen=True, kw_only=True):
    """A postal address."""

    street: Annotated[str, Doc("Street and number.")] = ""
    locality: Annotated[str, Doc("Town.", peers=("city", "town"))] = ""
    region: Annotated[str, Doc("County or state.", peers=("state", "county"))] = ""
    postal_code: Annotated[str, Doc("Postcode.", peers=("postcode", "zip"))] = ""
    country: Annotated[str, Doc("Country.")] = ""


class Profile(Struct, frozen=True, kw_only=True):
    """A page of the firm elsewhere; a bare string is its `url`."""

    __shorthand__ = "url"

    url: Annotated[str, Doc("Its address.", address=True)]
    name: Annotated[str, Doc("How to call it.")] = ""


class Business(Struct, frozen=True, kw_only=True):
    """Who is behind the site: for the footer, the contact page and search engines."""

    name: Annotated[str, Doc("The name customers know.")] = ""
    legal_name: Annotated[str, Doc("The registered name.")] = ""
    type: Annotated[str, Doc("The schema.org type: `Organization`, `LocalBusiness` or a kind of it.")] = "Organization"
    tagline: Annotated[str, Doc("One line for the footer.")] = ""
    email: Annotated[str, Doc("Where customers write.")] = ""
    phone: Annotated[str, Doc("Where customers call.")] = ""
    address: Annotated[Address | None, Doc("Where customers come.")] = None
    hours: Annotated[tuple[str, ...], Doc("Opening hours, a line each.")] = ()
    areas: Annotated[tuple[str, ...], Doc("Places served.", split=True)] = ()
    founded: Annotated[str, Doc("Since when.")] = ""
    profiles: Annotated[tuple[Profile, ...], Doc("Pages of the firm elsewhere.")] = ()


class Collection(Struct, frozen=True, kw_only=True):
    """A folder of content of one kind."""

    kind: Annotated[
        Literal["post", "page", "story", "testimonial", "quotes", "author", ""], Doc("What its files are.")
    ] = ""
    path: Annotated[str, Doc("Its folder, from the site's root.")] = ""
    permalink: Annotated[str, Doc("The pattern of its pages' addresses.", example="/blog/:year/:slug/")] = ""
    first_permalink: Annotated[
        str,
        Doc(
            "The pattern before `permalink` was changed, if it was: feeds go on to know entries by their first addresses.",
            example="/blog/:slug/",
        ),
    ] = ""
    index: Annotated[str, Doc("The address of its list.")] = ""
    title: Annotated[str, Doc("The title of its list, unless its `_index.md` has one.")] = ""
    per_page: Annotated[int, Doc("How many a list page holds; 0 takes `pagination.per_page`.", ge=0)] = 0
    template: Annotated[str, Doc("A template for its pages instead of the kind's.")] = ""


class Taxonomy(Struct, frozen=True, kw_only=True):
    """A way of grouping pages; a bare string is its `path`."""

    __shorthand__ = "path"

    path: Annotated[str, Doc("Where its pages stand.", example="/tags/")] = ""
    field: Annotated[str, Doc("The front matter key with the terms; its own name when empty.")] = ""
    title: Annotated[str, Doc("Its name on pages.")] = ""
    per_page: Annotated[int, Doc("How many a term page holds; 0 takes `pagination.per_page`.", ge=0)] = 0


class Pagination(Struct, frozen=True, kw_only=True):
    """How lists are cut into pages."""

    per_page: Annotated[int, Doc("How many entries a list page holds.", ge=1, le=1000)] = 10
    path: Annotated[str, Doc("The part of the address before the number: `/blog/page/2/`.")] = "page"


class Seo(Struct, frozen=True, kw_only=True):
    """How search engines treat the site."""

    noindex: Annotated[bool, Doc("Ask search engines to leave the whole site out. For previews.")] = False


class MarkdownConfig(Struct, frozen=True, kw_only=True):
    """How Markdown is read."""

    raw_html: Annotated[bool, Doc("Whether HTML in your own texts is kept. In customers' words it never is.")] = True
    typographer: Annotated[bool, Doc("Whether straight quotes and dots become typographic ones.")] = True
    linkify: Annotated[bool, Doc("Whether bare addresses become links.")] = True
    heading_ids: Annotated[bool, Doc("Whether headings get ids to link to.")] = True
    highlight: Annotated[bool, Doc("Whether code blocks are coloured at build time.")] = True


class MenuEntry(Struct, frozen=True, kw_only=True):
    """One link of a menu."""

    text: Annotated[str, Doc("Its words.", peers=("name", "title"))]
    url: Annotated[
        str,
        Doc(
            "Where it leads: a path on this site, a source path, or an https address.",
            address=True,
            peers=("path", "href", "pageref"),
        ),
    ]


class Menus(Struct, frozen=True, kw_only=True):
    """The menus of the site. Without `main`, the lists that exist make one."""

    main: Annotated[tuple[MenuEntry, ...], Doc("In the header.")] = ()
    footer: Annotated[tuple[MenuEntry, ...], Doc("In the footer.")] = ()


class Testimonials(Struct, frozen=True, kw_only=True):
    """What the wall of love claims to be: a selection, or all reviews (16 CFR 465.7; UCPD 7(6))."""

    mode: Annotated[
        Literal["curated", "reviews"],
        Doc("`curated` is a selection and says so; `reviews` shows all and says how they are checked."),
    ] = "curated"
    show_average: Annotated[bool, Doc("Whether an average is shown. Only in `reviews`.")] = False
    selection_note: Annotated[str, Doc("The sentence a curated wall shows; a plain one when empty.")] = ""
    verification_note: Annotated[str, Doc("How reviews are checked. Shown; needed in `reviews`.")] = ""


class Checks(Struct, frozen=True, kw_only=True):
    """How strict the build is. An error stops the build; a warning is only printed."""

    links: Annotated[
        Literal["error", "warning"],
        Doc(
            "Links to source files and headings that do not exist. Links to addresses that the site does not have are a "
            "warning of the build; `check` and `deploy` refuse them, unless this is `warning`."
        ),
    ] = "error"
    images: Annotated[
        Literal["error", "warning"],
        Doc("Pictures that do not exist. With a path from the root it is a warning that `check` and `deploy` refuse."),
    ] = "error"


class Images(Struct, frozen=True, kw_only=True):
    """How pictures are made ready for the web. The files you write are left as they are."""

    formats: Annotated[
        tuple[Literal["avif", "webp"], ...],
        Doc("The small formats that stand beside a picture's own; none makes builds faster and pages heavier."),
    ] = ("avif", "webp")
    widths: Annotated[
        tuple[int, ...], Doc("The widths in pixels that a picture is made in; it is never made larger than it is.")
    ] = (480, 800, 1200, 1800)
    quality: Annotated[
        Literal["small", "balanced", "fine"], Doc("Small files, or every detail; `fine` suits a photographer.")
    ] = "balanced"
    max_megapixels: Annotated[
        int, Doc("Pictures with more are refused, as they could exhaust the computer that opens them.", ge=1, le=400)
    ] = 60


class SocialCards(Struct, frozen=True, kw_only=True):
    """The share images that other services show beside a link to a page."""

    enabled: Annotated[
        bool, Doc("Whether they are drawn. Without them a page's own picture is shown, if it has one.")
    ] = True
    fonts: Annotated[
        tuple[str, ...],
        Doc(
            "Fonts in `assets/` for letters that the theme's lack; Latin, Greek, Cyrillic, Hebrew and Arabic are there."
        ),
    ] = ()


class PluginChoice(Struct, frozen=True, kw_only=True):
    """Which plugins are in use. A bare list is `only`. What a private folder holds is searched for in any case."""

    __shorthand__ = "only"
    __list_shorthand__ = "only"

    only: Annotated[tuple[str, ...], Doc("The plugins in use, in order, in place of the usual ones.")] = BUILT_IN
    add: Annotated[tuple[str, ...], Doc("Plugins in use besides.", example="[hours]")] = ()
    remove: Annotated[tuple[str, ...], Doc("Plugins that are not in use.", example="[search]")] = ()


class Config(Struct, frozen=True, kw_only=True):
    """The config of a site: `caresite.yaml`."""

    title: Annotated[str, Doc("The site's name.", example="Harbour Vets")]
    base_url: Annotated[
        str,
        Doc(
            "The address people type, with a path if the site stands below one.",
            example="https://www.example.com/",
        ),
    ]
    timezone: Annotated[str, Doc("The zone that dates without one are in.", example="Europe/London")]
    description: Annotated[str, Doc("One or two sentences about the site.")] = ""
    language: Annotated[str, Doc("The language tag of the site: `en`, `en-GB`, `de`, `es`.")] = "en"
    sample: Annotated[
        bool, Doc("Whether the people on this site are made up. Every page says so, and deploy asks first.")
    ] = False
    theme: Annotated[
        Any,
        Doc(
            "The theme's name, or `name:` with the theme's own options; `trusted:` names themes that run without the sandbox.",
            example="hearth",
        ),
    ] = "hearth"
    output_dir: Annotated[str, Doc("Where the site is written.")] = "public"
    business: Annotated[Business | None, Doc("Who is behind the site.")] = None
    collections: Annotated[
        dict[str, Collection],
        Doc("Folders of content, by name. blog, stories, quotes, testimonials, pages and authors are there already."),
    ] = {}
    taxonomies: Annotated[
        dict[str, Taxonomy],
        Doc(
            "Further ways of grouping pages, by name. tags, categories, series, industries and products are there already."
        ),
    ] = {}
    permalinks: Annotated[
        dict[str, str],
        Doc(
            "Address patterns by collection, and the addresses of archive, search, send-your-story, manage-my-story and "
            "how-we-check.",
            example="{blog: /blog/:year/:slug/, search: /suche/}",
        ),
    ] = {}
    pagination: Annotated[Pagination, Doc("How lists are cut.")] = Pagination()
    seo: Annotated[Seo, Doc("How search engines treat the site.")] = Seo()
    markdown: Annotated[MarkdownConfig, Doc("How Markdown is read.")] = MarkdownConfig()
    menus: Annotated[Menus, Doc("The menus.")] = Menus()
    plugins: Annotated[
        PluginChoice,
        Doc(
            "The plugins in use: `add:` and `remove:` change the usual list; a list of names replaces it.",
            example="{add: [hours]}",
        ),
    ] = PluginChoice()
    testimonials: Annotated[Testimonials, Doc("What the wall of love claims to be.")] = Testimonials()
    forms: Annotated[dict[str, Form], Doc("Forms by which stories and messages come in, by name.")] = {}
    sources: Annotated[
        dict[str, IncomingSource], Doc("Where `caresite stories pull` looks for what came in, by name.")
    ] = {}
    deploy: Annotated[
        dict[str, Any],
        Doc("Where the site is deployed, by a name of your choice. The keys of each target are listed below."),
    ] = {}
    ranking: Annotated[
        dict[str, Ranking],
        Doc("How the best stories of a year are found, by year. An editor's `place` in the stories otherwise."),
    ] = {}
    check: Annotated[Checks, Doc("How strict the build is.")] = Checks()
    images: Annotated[Images, Doc("How pictures are made ready for the web.")] = Images()
    social_cards: Annotated[SocialCards, Doc("The share images of pages.")] = SocialCards()
    params: Annotated[dict[str, Any], Doc("Anything your own templates need, as `site.params`.")] = {}


class Settings(Struct, frozen=True, kw_only=True):
    """The config as the pipeline uses it: completed with defaults, plugins loaded.

    `guards` are plugins that are switched off, and take their last look all the same. `is_on_netlify` when a file or a target shows that Netlify serves the site; `shows_netlify` names it. `places` says where each value stands, by its path: `collections.blog.template`, `menus.main[2].url`.
    """

    config: Config
    collections: dict[str, Collection]
    taxonomies: dict[str, Taxonomy]
    plugins: tuple[ActivePlugin, ...]
    guards: tuple[ActivePlugin, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    is_on_netlify: bool = False
    shows_netlify: str = ""
    theme: Table
    base_path: str
    """The path of `base_url`, percent-encoded as in every address that is written: `/my%20shop/`."""
    zone: ZoneInfo
    path: str
    places: Mapping[str, Span] = {}
    digest: str = ""

    def address_of(self, page: str) -> str:
        """Return the address of one of the `STANDARD_PAGES`."""
        return self.base_path.rstrip("/") + _folder_address(self.config.permalinks.get(page, page))


_COLLECTIONS = {
    "blog": Collection(kind="post", path="content/blog", permalink="/blog/:slug/", index="/blog/"),
    "stories": Collection(kind="story", path="content/stories", permalink="/stories/:slug/", index="/stories/"),
    "quotes": Collection(kind="quotes", path="content/quotes", permalink="/quotes/:slug/", index="/quotes/"),
    "testimonials": Collection(
        kind="testimonial",
        path="content/testimonials",
        permalink="/testimonials/#:slug",
        index="/testimonials/",
        per_page=24,
    ),
    "pages": Collection(kind="page", path="content/pages", permalink="/:section/:slug/", index=""),
    "authors": Collection(kind="author", path="content/authors", permalink="/authors/:slug/", index="/authors/"),
}
_TAXONOMIES = {
    "tags": Taxonomy(path="/tags/", field="tags"),
    "categories": Taxonomy(path="/categories/", field="categories"),
    "series": Taxonomy(path="/series/", field="series"),
    "industry": Taxonomy(path="/stories/industry/", field="industry"),
    "product": Taxonomy(path="/stories/product/", field="products"),
}
_STAND_INS = {"title": "Untitled", "base_url": "https://example.com/", "timezone": "UTC"}
_LISTED_KINDS = ("post", "page", "story", "testimonial", "quotes", "author")
_TOKENS = frozenset((":year", ":month", ":day", ":slug", ":title", ":section", ":category", ":author", ":id"))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def load_config(
    root: Path,
    *,
    files: tuple[str, ...] = (),
    env: str = "",
    environ: Mapping[str, str] | None = None,
    base_url: str = "",
) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """Read the site's config, its overlay for `env`, further `files` (later wins) and `CARESITE__…` variables.

    Raises Problem with every fault found when the site cannot be built from it; returns warnings otherwise.
    """
    settings, found = read_config(root, files=files, env=env, environ=environ, base_url=base_url)
    if settings is None or any(d.severity == "error" for d in found):
        raise Problem(*found)
    return settings, found


def read_config(
    root: Path,
    *,
    files: tuple[str, ...] = (),
    env: str = "",
    environ: Mapping[str, str] | None = None,
    base_url: str = "",
) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """Read the config as `load_config` does, and return all that is wrong with it.

    With an error among that, the settings are what is left without the values refused: good for looking at the rest,
    not for building. Raises Problem when a file cannot be read at all.
    """
    table, main = _read_tables(root, files, env)
    table = _with_environment(table, environ or {})
    found: list[Diagnostic] = []
    reading = Reading(ZoneInfo("UTC"), found.append, unknown="error", foreign=_FOREIGN)
    plugins, table, guards = _take_plugins(table, reading, has_private=(root / PRIVATE_FOLDER).is_dir())
    deployments = read_deployments(table.entries.get("deploy"), reading)
    config, _ = decode(table, Config, reading)
    whole = Salvaged(config, reading.places, frozenset())
    if config is None:
        refused = frozenset(d.span for d in found if d.severity == "error")
        left = salvage(table, Config, refused, _STAND_INS)
        if left is None:
            return None, tuple(found)
        whole = left
    config = replace(whole.record, base_url=base_url) if base_url else whole.record
    targets = (f"the target `{deployment.name}`" for deployment in deployments if deployment.host == "netlify")
    shows_netlify = f"`{NETLIFY_FILE}`" if (root / NETLIFY_FILE).is_file() else next(targets, "")
    on_netlify = bool(shows_netlify)
    email = config.business.email if config.business else ""
    config = replace(config, forms=with_receivers(_with_address(config), on_netlify=on_netlify, email=email))
    review = _Review(config, main, whole.places, [])
    settings = replace(
        _complete(review, table, plugins),
        guards=guards,
        deployments=deployments,
        is_on_netlify=on_netlify,
        shows_netlify=shows_netlify,
    )
    found.extend(d for d in review.found if d.span not in whole.torn)  # no fault follows from one that was told
    return settings, tuple(found)


def _with_address(config: Config) -> dict[str, Form]:
    """Return the forms; the first for stories has the address of `send-your-story`, unless it has one of its own."""
    first = next((name for name, form in config.forms.items() if form.kind not in ("contact", "vote")), "")
    address = config.permalinks.get("send-your-story", "")
    if not (first and address) or config.forms[first].page:
        return config.forms
    return config.forms | {first: replace(config.forms[first], page=address)}


def place_in_config(settings: Settings, *paths: str) -> Span:
    """Return where the first of `paths` that was written stands, else the config as a whole."""
    return place_in(settings.places, Span(settings.path), *paths)


def is_language_tag(text: str) -> bool:
    """Tell whether `text` has the form of a language tag: `en`, `en-GB` (BCP 47)."""
    return _LANGUAGE.fullmatch(text) is not None


def _read_tables(root: Path, files: tuple[str, ...], env: str) -> tuple[Table, str]:
    main = next((name for name in CONFIG_NAMES if (root / name).is_file()), "")
    if not main and not files:
        hint = "run the command in your site's folder, name it with `-C DIR`, or make a site with `caresite init`"
        message = f"there is no `caresite.yaml` in {root.resolve().name or root} or a folder above it"
        raise Problem(fault(codes.NO_CONFIG, Span("caresite.yaml"), message, hint=hint))
    names = list(files) or [main]
    if env:
        overlay = next((n for n in (f"caresite.{env}.yaml", f"caresite.{env}.yml") if (root / n).is_file()), "")
        if not overlay:
            message = f"there is no overlay `caresite.{env}.yaml` for the environment “{env}”"
            raise Problem(fault(codes.BAD_OVERRIDE, Span(f"caresite.{env}.yaml"), message))
        names.append(overlay)
    tables = [_read_table(root / name, name) for name in names]
    merged = tables[0]
    for table in tables[1:]:
        merged = _merge(merged, table)
    return merged, names[0]


def _read_table(path: Path, name: str) -> Table:
    try:
        text, _ = decode_text(path.read_bytes(), name)
    except OSError as error:
        raise Problem(fault(codes.UNREADABLE, Span(name), f"the config cannot be read: {error.strerror}")) from None
    value = read_toml(text, name) if name.endswith(".toml") else read_yaml(text, name)
    if isinstance(value, Scalar) and value.is_null:
        return Table({}, {}, Span(name, 1))
    if not isinstance(value, Table):
        raise Problem(fault(codes.NOT_A_MAPPING, value.span, "the config is not made of `key: value` lines"))
    return value


def _merge(below: Table, above: Table) -> Table:
    entries, keys = dict(below.entries), dict(below.keys)
    for key, value in above.entries.items():
        old = entries.get(key)
        if key == "plugins" and isinstance(old, Sequence) and isinstance(value, Table):
            old = Table({"only": old}, {"only": old.span}, old.span)  # `add` and `remove` change the list below
        entries[key] = _merge(old, value) if isinstance(old, Table) and isinstance(value, Table) else value
        keys[key] = above.keys[key]
    return Table(entries, keys, below.span)


def _with_environment(table: Table, environ: Mapping[str, str]) -> Table:
    for name in sorted(environ):
        if name.startswith("CARESITE__"):
            span = Span(name, 0)
            value: Value = Scalar(environ[name], False, span)
            for part in reversed(name.removeprefix("CARESITE__").lower().split("__")):
                value = Table({part: value}, {part: span}, span)
            assert isinstance(value, Table)
            table = _merge(table, value)
    return table


def _take_plugins(
    table: Table, reading: Reading, *, has_private: bool
) -> tuple[tuple[ActivePlugin, ...], Table, tuple[ActivePlugin, ...]]:
    """Load the plugins that the config chooses and take their own sections out of it; the guards come last."""
    entries = dict(table.entries)
    chosen = _chosen_plugins(table, reading)
    active = tuple(_loaded(chosen, entries, reading))
    guarding = {name: table.span for name in GUARDS if has_private and name not in chosen}
    guards = tuple(_loaded(guarding, entries, reading))
    for name in BUILT_IN:  # options of a built-in that is switched off are not a fault
        if not any(a.plugin.name == name for a in active):
            entries.pop(name, None)
    return active, Table(entries, table.keys, table.span), guards


def _chosen_plugins(table: Table, reading: Reading) -> dict[str, Span]:
    """Return the plugins in use, in order, each with the place that names it."""
    value = table.entries.get("plugins")
    usual = dict.fromkeys(BUILT_IN, table.span)
    if not isinstance(value, Table):
        return usual if value is None else _named_plugins(value)
    only = value.entries.get("only")
    chosen = usual if only is None else _named_plugins(only)
    chosen |= _named_plugins(value.entries.get("add"))
    for name, span in _named_plugins(value.entries.get("remove")).items():
        if name not in chosen and name not in BUILT_IN:
            near = nearest(name, chosen)
            hint = f"did you mean `{near}`?" if near else f"in use are: {', '.join(chosen)}"
            message = f"`plugins.remove` names `{name}`, which is not in use"
            reading.report(fault(codes.UNKNOWN_REMOVAL, span, message, hint=hint))
        chosen.pop(name, None)
    return chosen


def _named_plugins(value: Value | None) -> dict[str, Span]:
    items = value.items if isinstance(value, Sequence) else (value,)
    return {item.text: item.span for item in items if isinstance(item, Scalar) and not item.is_null}


def _loaded(names: Mapping[str, Span], entries: dict[str, Value], reading: Reading) -> Iterator[ActivePlugin]:
    """Yield each plugin with its options, which are taken out of the `entries` of the config."""
    for name, span in names.items():
        try:
            plugin = load_plugin(name, span)
        except Problem as problem:
            for diagnostic in problem.diagnostics:
                reading.report(diagnostic)
            continue
        section = plugin.section or plugin.name
        options = _plugin_options(plugin.options, section, entries.pop(section, None), reading)
        yield ActivePlugin(plugin, options, span)


def _plugin_options(record: type[Struct], section: str, value: Value | None, reading: Reading) -> Any:
    if value is None or (isinstance(value, Scalar) and value.is_null):
        return record()
    listed = getattr(record, "__list_shorthand__", "")
    if isinstance(value, Sequence) and listed:
        value = Table({listed: value}, {listed: value.span}, value.span)
    if not isinstance(value, Table):
        reading.report(fault(codes.WRONG_TYPE, value.span, f"`{section}` must be a mapping of `key: value` lines"))
        return record()
    options, _ = decode(value, record, reading, f"{section}.")
    return options or record()


class _Review(NamedTuple):
    """A config that was read, where each of its values stands, and what is wrong with it."""

    config: Config
    path: str
    places: Mapping[str, Span]
    found: list[Diagnostic]

    def report(
        self, code: Code, places: tuple[str, ...], message: str, hint: str = "", *, severity: Severity | None = None
    ) -> None:
        """Note a fault at the first of `places` that was written, else at the top of the file."""
        place = place_in(self.places, Span(self.path, 1), *places)
        self.found.append(fault(code, place, message, hint=hint, severity=severity))


def _complete(review: _Review, table: Table, plugins: tuple[ActivePlugin, ...]) -> Settings:
    config = review.config
    zone = _zone(review)
    base_url = _base_url(review)
    if not is_language_tag(config.language):
        review.report(codes.BAD_LANGUAGE, ("language",), f"`{config.language}` is not a language tag")
    if config.testimonials.show_average and config.testimonials.mode == "curated":
        message = "an average of a selection would mislead; `show_average` needs `mode: reviews`"
        review.report(codes.RATING_FILTERED, ("testimonials.show_average",), message)
    if config.testimonials.mode == "reviews" and not config.testimonials.verification_note:
        message = "`testimonials.verification_note` is missing; pages of reviews must say how they are checked"
        review.report(codes.MISSING_KEY, ("testimonials.mode",), message, severity="warning")
    _check_address(review, config.pagination.path, ("pagination.path",))
    pagination = replace(config.pagination, path=encode_path(config.pagination.path))
    collections = _collections(review)
    _check_output_dir(
        review, {collection.path.strip("/").split("/")[0].casefold() for collection in collections.values()}
    )
    return Settings(
        config=replace(config, pagination=pagination, base_url=base_url),
        collections=collections,
        taxonomies=_taxonomies(review),
        plugins=plugins,
        theme=_theme(table, review),
        base_path=urlsplit(base_url).path,
        zone=zone,
        path=review.path,
        places=review.places,
    )


def _theme(table: Table, review: _Review) -> Table:
    theme = table.entries.get("theme", Scalar("", False, Span(review.path)))
    if isinstance(theme, Scalar):
        name = Scalar("hearth", False, theme.span) if theme.is_null else theme
        return Table({"name": name}, {"name": theme.span}, theme.span)
    if isinstance(theme, Table):
        return theme
    review.report(codes.WRONG_TYPE, ("theme",), "`theme` must be a name, or `name:` with options")
    return Table({}, {}, theme.span)


def _zone(review: _Review) -> ZoneInfo:
    name = review.config.timezone
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        zones = available_timezones()
        near = nearest(name, zones) or next((z for z in sorted(zones) if z.lower().endswith("/" + name.lower())), "")
        hint = f"did you mean `{near}`?" if near else ""
        review.report(codes.BAD_TIMEZONE, ("timezone",), f"`{name}` is not a timezone", hint)
        return ZoneInfo("UTC")


def _base_url(review: _Review) -> str:
    base_url = review.config.base_url
    try:
        return canonical_base_url(base_url)
    except ValueError as error:
        hint = f"did you mean `https://{base_url}`?" if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/.*)?", base_url) else ""
        message = f"`{base_url}` is not a web address" + (f": {error}" if not hint else "")
        review.report(codes.BAD_BASE_URL, ("base_url",), message, hint)
        return _STAND_INS["base_url"]


def _check_output_dir(review: _Review, sources: set[str]) -> None:
    name = review.config.output_dir
    parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".")]
    leaves = name.startswith(("/", "\\", "~")) or ".." in parts or (parts and ":" in parts[0])
    if not parts or leaves or parts[0].casefold() in SOURCE_FOLDERS | sources:
        hint = "use a folder of its own, such as `public`"
        review.report(codes.BAD_OUTPUT_DIR, ("output_dir",), f"`{name}` cannot be the output folder", hint)


def built_in_permalink(collection: str) -> str:
    """Return the address pattern that a collection has when the config says nothing of it."""
    built_in = _COLLECTIONS.get(collection)
    return built_in.permalink if built_in else f"/{collection}/:slug/"


def _collections(review: _Review) -> dict[str, Collection]:
    merged = dict(_COLLECTIONS)
    for name, given in review.config.collections.items():
        old = merged.get(
            name, Collection(path=f"content/{name}", permalink=built_in_permalink(name), index=f"/{name}/")
        )
        changes = {key: value for key in Collection.__struct_fields__ if (value := getattr(given, key))}
        if given.index:
            changes["index"] = _folder_address(given.index)
        merged[name] = replace(old, **changes)
        if not merged[name].kind:
            message, hint = f"the collection `{name}` needs a `kind`", f"one of {', '.join(_LISTED_KINDS)}"
            review.report(codes.BAD_COLLECTION, (f"collections.{name}",), message, hint)
    for name, pattern in review.config.permalinks.items():
        if name in merged:
            merged[name] = replace(merged[name], permalink=pattern)
            continue
        if name in STANDARD_PAGES:
            _check_address(review, pattern, (f"permalinks.{name}",))
            continue
        near = nearest(name, (*merged, *STANDARD_PAGES))
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(merged)}"
        review.report(codes.BAD_COLLECTION, (f"permalinks.{name}",), f"there is no collection `{name}`", hint)
    folders: dict[str, str] = {}
    for name, collection in merged.items():
        _check_pattern(review, name, collection, "permalink")
        if collection.first_permalink:
            _check_pattern(review, name, collection, "first_permalink")
        _check_address(review, collection.index, (f"collections.{name}.index", f"collections.{name}"))
        _check_folder(review, name, collection.path, folders)
    return merged


def _folder_address(path: str) -> str:
    return encode_path("/" + "".join(f"{part}/" for part in path.split("/") if part))


def _check_folder(review: _Review, name: str, path: str, folders: dict[str, str]) -> None:
    folder, places = path.strip("/"), (f"collections.{name}.path", f"collections.{name}", "collections")
    first = folder.split("/")[0].casefold()
    if first in (SOURCE_FOLDERS - {"content", "src"}) | {""} or ".." in folder.split("/"):
        message, hint = f"the folder `{path}` cannot be a collection", f"use one such as `content/{name}`"
        review.report(codes.BAD_COLLECTION, places, message, hint)
    if folder in folders:
        message = f"`{name}` and `{folders[folder]}` are both in `{folder}`"
        review.report(codes.BAD_COLLECTION, places, message)
    folders[folder] = name


def _check_pattern(review: _Review, name: str, collection: Collection, key: str) -> None:
    pattern = getattr(collection, key)
    places = (f"collections.{name}.{key}", f"permalinks.{name}", f"collections.{name}")
    for token in re.findall(r":[a-z_]+", pattern):
        if token not in _TOKENS:
            near = nearest(token, _TOKENS)
            message, hint = f"the pattern of `{name}` has no token `{token}`", f"did you mean `{near}`?" if near else ""
            review.report(codes.BAD_PATTERN, places, message, hint)
    if not re.search(r":(slug|title|id)", pattern):
        message = f"the pattern of `{name}` gives every page the same address"
        review.report(codes.BAD_PATTERN, places, message, "add `:slug`")
    address = re.sub(r":[a-z_]+", "x", pattern)
    _check_address(review, address.partition("#")[0] if collection.kind == "testimonial" else address, places)


def _check_address(review: _Review, address: str, places: tuple[str, ...]) -> None:
    try:
        check_address(address)
    except ValueError as error:
        review.report(codes.BAD_ADDRESS, places, f"`{address}` cannot be an address: {error}")


def _taxonomies(review: _Review) -> dict[str, Taxonomy]:
    merged = dict(_TAXONOMIES)
    for name, given in review.config.taxonomies.items():
        old = merged.get(name, Taxonomy(path=f"/{name}/", field=name))
        changes = {key: value for key in Taxonomy.__struct_fields__ if (value := getattr(given, key))}
        merged[name] = replace(old, **changes | {"path": encode_path(given.path or old.path)})
        places = (f"taxonomies.{name}.path", f"taxonomies.{name}", "taxonomies")
        _check_address(review, merged[name].path, places)
        if not re.fullmatch(r"\w[\w-]*", name):
            message, hint = f"`{name}` cannot be the name of a taxonomy", "use letters, digits and hyphens"
            review.report(codes.BAD_COLLECTION, places, message, hint)
    return merged
