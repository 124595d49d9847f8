"""The configuration: every option declared once, read from `caresite.yaml`, its overlays and the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import decode_text
from caresite.core.plugins import BUILT_IN, ActivePlugin, load_plugin
from caresite.core.schema import Doc, Reading, decode
from caresite.core.suggest import nearest
from caresite.core.values import Scalar, Sequence, Table, Value, read_toml, read_yaml

__all__ = ["Business", "Checks", "Collection", "Config", "MenuEntry", "Settings", "Taxonomy", "load_config"]

CONFIG_NAMES = ("caresite.yaml", "caresite.yml", "caresite.toml")
SOURCE_FOLDERS = frozenset(
    "content themes templates static assets data private consent archetypes .git .caresite src".split()
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

    url: Annotated[str, Doc("Its address.")]
    name: Annotated[str, Doc("How to call it.")] = ""


class Business(Struct, frozen=True, kw_only=True):
    """Who is behind the site: for the footer, the contact page and search engines."""

    name: Annotated[str, Doc("The name customers know.")] = ""
    legal_name: Annotated[str, Doc("The registered name.")] = ""
    type: Annotated[str, Doc("The schema.org type: `Organization`, `LocalBusiness` or a kind of it.")] = (
        "Organization"
    )
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
    """What search engines are told."""

    noindex: Annotated[bool, Doc("Ask search engines to leave the whole site out. For previews.")] = False


class MarkdownConfig(Struct, frozen=True, kw_only=True):
    """How Markdown is read."""

    raw_html: Annotated[
        bool, Doc("Whether HTML in your own texts is kept. In customers' words it never is.")
    ] = True
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
    """How strict the build is. An error keeps the site as it is; a warning is only told."""

    links: Annotated[
        Literal["error", "warning"], Doc("Links to source files and headings that do not exist.")
    ] = "error"
    images: Annotated[Literal["error", "warning"], Doc("Pictures that do not exist.")] = "error"


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
        Any, Doc("The theme's name, or `name:` with the theme's own options.", example="hearth")
    ] = "hearth"
    output_dir: Annotated[str, Doc("Where the site is written.")] = "public"
    business: Annotated[Business | None, Doc("Who is behind the site.")] = None
    collections: Annotated[
        dict[str, Collection],
        Doc(
            "Folders of content, by name. blog, stories, quotes, testimonials, pages and authors are there already."
        ),
    ] = {}
    taxonomies: Annotated[
        dict[str, Taxonomy],
        Doc(
            "Further ways of grouping pages, by name. tags, categories, series, industries and products are there already."
        ),
    ] = {}
    permalinks: Annotated[
        dict[str, str], Doc("Address patterns by collection.", example="blog: /blog/:year/:slug/")
    ] = {}
    pagination: Annotated[Pagination, Doc("How lists are cut.")] = Pagination()
    seo: Annotated[Seo, Doc("What search engines are told.")] = Seo()
    markdown: Annotated[MarkdownConfig, Doc("How Markdown is read.")] = MarkdownConfig()
    menus: Annotated[Menus, Doc("The menus.")] = Menus()
    plugins: Annotated[
        tuple[str, ...], Doc("The plugins in use, in order. Naming any replaces this list.")
    ] = BUILT_IN
    testimonials: Annotated[Testimonials, Doc("What the wall of love claims to be.")] = Testimonials()
    check: Annotated[Checks, Doc("How strict the build is.")] = Checks()
    params: Annotated[dict[str, Any], Doc("Anything your own templates need, as `site.params`.")] = {}


class Settings(Struct, frozen=True, kw_only=True):
    """The config as the pipeline uses it: completed with defaults, plugins loaded."""

    config: Config
    collections: dict[str, Collection]
    taxonomies: dict[str, Taxonomy]
    plugins: tuple[ActivePlugin, ...]
    theme: Table
    base_path: str
    zone: ZoneInfo
    path: str
    digest: str = ""


_COLLECTIONS = {
    "blog": Collection(kind="post", path="content/blog", permalink="/blog/:slug/", index="/blog/"),
    "stories": Collection(
        kind="story", path="content/stories", permalink="/stories/:slug/", index="/stories/"
    ),
    "quotes": Collection(kind="quotes", path="content/quotes", permalink="/quotes/:slug/", index="/quotes/"),
    "testimonials": Collection(
        kind="testimonial",
        path="content/testimonials",
        permalink="/testimonials/#:slug",
        index="/testimonials/",
        per_page=24,
    ),
    "pages": Collection(kind="page", path="content/pages", permalink="/:section/:slug/", index=""),
    "authors": Collection(
        kind="author", path="content/authors", permalink="/authors/:slug/", index="/authors/"
    ),
}
_TAXONOMIES = {
    "tags": Taxonomy(path="/tags/", field="tags"),
    "categories": Taxonomy(path="/categories/", field="categories"),
    "series": Taxonomy(path="/series/", field="series"),
    "industry": Taxonomy(path="/stories/industry/", field="industry"),
    "product": Taxonomy(path="/stories/product/", field="products"),
}
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
    table, main = _read_tables(root, files, env)
    table = _with_environment(table, environ or {})
    found: list[Diagnostic] = []
    plugins, table = _take_plugins(table, found)
    reading = Reading(ZoneInfo("UTC"), found.append, unknown="error", foreign=_FOREIGN)
    config, _ = decode(table, Config, reading)
    if config is None or any(d.severity == "error" for d in found):
        raise Problem(*found)
    if base_url:
        config = replace(config, base_url=base_url)
    settings = _complete(config, table, plugins, main, found)
    if any(d.severity == "error" for d in found):
        raise Problem(*found)
    return settings, tuple(found)


def _read_tables(root: Path, files: tuple[str, ...], env: str) -> tuple[Table, str]:
    main = next((name for name in CONFIG_NAMES if (root / name).is_file()), "")
    if not main and not files:
        hint = "run the command in your site's folder, name it with `-C DIR`, or make a site with `caresite init`"
        raise Problem(
            fault(
                codes.NO_CONFIG,
                Span("caresite.yaml"),
                f"there is no `caresite.yaml` in {root.resolve().name or root}",
                hint=hint,
            )
        )
    names = list(files) or [main]
    if env:
        overlay = next(
            (n for n in (f"caresite.{env}.yaml", f"caresite.{env}.yml") if (root / n).is_file()), ""
        )
        if not overlay:
            raise Problem(
                fault(
                    codes.BAD_OVERRIDE,
                    Span(f"caresite.{env}.yaml"),
                    f"there is no overlay `caresite.{env}.yaml` for the environment “{env}”",
                )
            )
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
        raise Problem(
            fault(codes.UNREADABLE, Span(name), f"the config cannot be read: {error.strerror}")
        ) from None
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


def _take_plugins(table: Table, found: list[Diagnostic]) -> tuple[tuple[ActivePlugin, ...], Table]:
    """Load the plugins that the config names and take their own sections out of it."""
    named = table.entries.get("plugins")
    names = [(name, table.span) for name in BUILT_IN]
    if isinstance(named, Sequence):
        names = [(item.text, item.span) for item in named.items if isinstance(item, Scalar)]
    elif isinstance(named, Scalar):
        names = [] if named.is_null else [(named.text, named.span)]
    active, entries = [], dict(table.entries)
    for name, span in dict(names).items():
        try:
            plugin = load_plugin(name, span)
        except Problem as problem:
            found.extend(problem.diagnostics)
            continue
        section = plugin.section or plugin.name
        value = entries.pop(section, None)
        options = _plugin_options(plugin.options, section, value, found)
        active.append(ActivePlugin(plugin, options))
    for name in BUILT_IN:  # options of a built-in that is switched off are not a fault
        if not any(a.plugin.name == name for a in active):
            entries.pop(name, None)
    return tuple(active), Table(entries, table.keys, table.span)


def _plugin_options(record: type[Struct], section: str, value: Value | None, found: list[Diagnostic]) -> Any:
    if value is None or (isinstance(value, Scalar) and value.is_null):
        return record()
    listed = getattr(record, "__list_shorthand__", "")
    if isinstance(value, Sequence) and listed:
        value = Table({listed: value}, {listed: value.span}, value.span)
    if not isinstance(value, Table):
        found.append(
            fault(codes.WRONG_TYPE, value.span, f"`{section}` must be a mapping of `key: value` lines")
        )
        return record()
    options, _ = decode(value, record, Reading(ZoneInfo("UTC"), found.append, unknown="error"))
    return options or record()


def _complete(
    config: Config, table: Table, plugins: tuple[ActivePlugin, ...], path: str, found: list[Diagnostic]
) -> Settings:
    zone = _zone(config.timezone, _span(table, "timezone", path), found)
    base_path = _base_path(config.base_url, _span(table, "base_url", path), found)
    if not _LANGUAGE.fullmatch(config.language):
        found.append(
            fault(
                codes.BAD_LANGUAGE,
                _span(table, "language", path),
                f"`{config.language}` is not a language tag",
            )
        )
    if config.testimonials.show_average and config.testimonials.mode == "curated":
        message = "an average of a selection would mislead; `show_average` needs `mode: reviews`"
        found.append(fault(codes.RATING_FILTERED, _span(table, "testimonials", path), message))
    _check_output_dir(config.output_dir, _span(table, "output_dir", path), found)
    theme = table.entries.get("theme", Scalar("hearth", False, Span(path)))
    if isinstance(theme, Scalar):
        theme = Table({"name": theme}, {"name": theme.span}, theme.span)
    if not isinstance(theme, Table):
        found.append(fault(codes.WRONG_TYPE, theme.span, "`theme` must be a name, or `name:` with options"))
        theme = Table({}, {}, Span(path))
    return Settings(
        config=config,
        collections=_collections(config, table, path, found),
        taxonomies=_taxonomies(config),
        plugins=plugins,
        theme=theme,
        base_path=base_path,
        zone=zone,
        path=path,
    )


def _span(table: Table, key: str, path: str) -> Span:
    value = table.entries.get(key)
    return value.span if value else Span(path, 1)


def _zone(name: str, span: Span, found: list[Diagnostic]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        zones = available_timezones()
        near = nearest(name, zones) or next(
            (z for z in sorted(zones) if z.lower().endswith("/" + name.lower())), ""
        )
        hint = f"did you mean `{near}`?" if near else "use a name such as `Europe/London`"
        found.append(fault(codes.BAD_TIMEZONE, span, f"`{name}` is not a timezone", hint=hint))
        return ZoneInfo("UTC")


def _base_path(base_url: str, span: Span, found: list[Diagnostic]) -> str:
    try:
        parts = urlsplit(base_url)
        good = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and not parts.query
            and not parts.fragment
        )
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"\\]", base_url):
        hint = (
            f"did you mean `https://{base_url}`?"
            if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/.*)?", base_url)
            else ""
        )
        found.append(fault(codes.BAD_BASE_URL, span, f"`{base_url}` is not a web address", hint=hint))
        return "/"
    return "/" + "".join(f"{part}/" for part in parts.path.split("/") if part)


def _check_output_dir(name: str, span: Span, found: list[Diagnostic]) -> None:
    parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".")]
    leaves = name.startswith(("/", "\\", "~")) or ".." in parts or (parts and ":" in parts[0])
    if not parts or leaves or parts[0].casefold() in SOURCE_FOLDERS:
        found.append(
            fault(
                codes.BAD_OUTPUT_DIR,
                span,
                f"`{name}` cannot be the output folder",
                hint="use a folder of its own, such as `public`",
            )
        )


def _collections(config: Config, table: Table, path: str, found: list[Diagnostic]) -> dict[str, Collection]:
    merged = dict(_COLLECTIONS)
    span = _span(table, "collections", path)
    for name, given in config.collections.items():
        old = merged.get(
            name, Collection(kind="", path=f"content/{name}", permalink=f"/{name}/:slug/", index=f"/{name}/")
        )
        changes = {key: value for key in Collection.__struct_fields__ if (value := getattr(given, key))}
        merged[name] = replace(old, **changes)
        if not merged[name].kind:
            found.append(
                fault(
                    codes.BAD_COLLECTION,
                    span,
                    f"the collection `{name}` needs a `kind`",
                    hint="one of post, page, story, testimonial, quotes, author",
                )
            )
    for name, pattern in config.permalinks.items():
        if name not in merged:
            near = nearest(name, merged)
            found.append(
                fault(
                    codes.BAD_COLLECTION,
                    _span(table, "permalinks", path),
                    f"there is no collection `{name}`",
                    hint=f"did you mean `{near}`?" if near else "",
                )
            )
            continue
        merged[name] = replace(merged[name], permalink=pattern)
    folders: dict[str, str] = {}
    for name, collection in merged.items():
        _check_pattern(name, collection.permalink, table, path, found)
        folder = collection.path.strip("/")
        if ".." in folder.split("/") or folder.startswith(("private", ".caresite")):
            found.append(
                fault(codes.BAD_COLLECTION, span, f"the folder `{collection.path}` cannot be a collection")
            )
        if folder in folders:
            found.append(
                fault(codes.BAD_COLLECTION, span, f"`{name}` and `{folders[folder]}` are both in `{folder}`")
            )
        folders[folder] = name
    return merged


def _check_pattern(name: str, pattern: str, table: Table, path: str, found: list[Diagnostic]) -> None:
    key = "permalinks" if "permalinks" in table.entries else "collections"
    for token in re.findall(r":[a-z_]+", pattern):
        if token not in _TOKENS:
            near = nearest(token, _TOKENS)
            hint = f"did you mean `{near}`?" if near else f"tokens are {' '.join(sorted(_TOKENS))}"
            found.append(
                fault(
                    codes.BAD_PATTERN,
                    _span(table, key, path),
                    f"the pattern of `{name}` has no token `{token}`",
                    hint=hint,
                )
            )
    if not re.search(r":(slug|title|id)", pattern):
        found.append(
            fault(
                codes.BAD_PATTERN,
                _span(table, key, path),
                f"the pattern of `{name}` gives every page the same address",
                hint="add `:slug`",
            )
        )


def _taxonomies(config: Config) -> dict[str, Taxonomy]:
    merged = dict(_TAXONOMIES)
    for name, given in config.taxonomies.items():
        old = merged.get(name, Taxonomy(path=f"/{name}/", field=name))
        changes = {key: value for key in Taxonomy.__struct_fields__ if (value := getattr(given, key))}
        merged[name] = replace(old, **changes)
    return merged
