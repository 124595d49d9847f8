"""Templates: the Jinja environment, with the filters and globals that themes rely on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from functools import partial
from math import isfinite
from pathlib import Path
from types import CodeType
from typing import Any, Literal
from urllib.parse import urlsplit

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
)
from jinja2.environment import TemplateModule
from jinja2.filters import do_round
from jinja2.runtime import Context
from markupsafe import Markup, escape

import caresite
from caresite.core.files import decode_text, lies_within, may_be_read
from caresite.core.numbers import rounded
from caresite.core.urls import encode_path, slug_of, stays_inside
from caresite.core.walk import files_below
from caresite.pipeline.compiled_templates import kept_templates
from caresite.pipeline.frames import map_frame, map_link, video_frame
from caresite.pipeline.macros import MacroMemory, PlainContext, RememberingCodeGenerator, macro_of
from caresite.pipeline.markdown import Markdown
from caresite.pipeline.notes import Read
from caresite.pipeline.sandbox import Sandbox, bounded
from caresite.pipeline.themes import Theme
from caresite.pipeline.words import date_in, language_in, number_in, percent_in, written_date_in

try:
    from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]
except ImportError:  # it is not public

    def escape_text(s: str, /) -> str:
        """Return text with the signs of HTML as entities."""
        return str(escape(s))


__all__ = [
    "Say",
    "SiteEnvironment",
    "SiteLoader",
    "SiteTemplate",
    "date_iso",
    "environment",
]

Say = Callable[..., str]
_MOST_PLACES = 15  # that a float has
_PACKAGE = Path(caresite.__file__).parent


class SiteLoader(BaseLoader):
    """Finds a template in the site, the theme, its parents, then plugins.

    `hearth/base.html` names the theme's own, whatever stands above it.
    """

    def __init__(self, theme: Theme, plugin_folders: tuple[Path, ...]) -> None:
        self.folders = tuple(layer.folder / "templates" for layer in theme.layers) + plugin_folders
        self.by_theme = {layer.name: layer.folder / "templates" for layer in theme.layers[1:]}
        self.trusted = (
            *(layer.folder / "templates" for layer in theme.layers if layer.trusted),
            *(folder for folder in plugin_folders if folder.is_relative_to(_PACKAGE)),
        )
        self._found: dict[str, Path | None] = {}
        self._trusts: dict[Path, bool] = {}
        self._digests: dict[str, bytes] = {}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self.find(template)
        if path is None:
            raise TemplateNotFound(template)
        text, _ = decode_text(path.read_bytes(), f"templates/{template}")
        return text, str(path), lambda: True

    def find(self, template: str) -> Path | None:
        """Return the file of a template, or None."""
        if template not in self._found:
            self._found[template] = self._find(template)
        return self._found[template]

    def digest(self, template: str) -> bytes:
        """Return a digest of what a template says; nothing when there is none of that name."""
        if template not in self._digests:
            path = self.find(template)
            self._digests[template] = hashlib.sha256(path.read_bytes()).digest() if path else b""
            self._digests[template] += b"" if path is None or self.trusts(path) else b"sandbox"
        return self._digests[template]

    def trusts(self, path: Path) -> bool:
        """Tell whether the template in the file `path` runs without the sandbox."""
        if path not in self._trusts:
            self._trusts[path] = any(lies_within(path, folder) for folder in self.trusted)
        return self._trusts[path]

    def _find(self, template: str) -> Path | None:
        if not stays_inside(template):
            return None
        for folder in self.folders:
            if may_be_read(folder / template, folder.parent):
                return folder / template
        theme, _, rest = template.partition("/")
        own = self.by_theme.get(theme)
        return own / rest if own and may_be_read(own / rest, own.parent) else None

    def list_templates(self) -> list[str]:
        found = ((folder, path) for folder in self.folders for path in files_below(folder, folder.parent)[0])
        return sorted({path.relative_to(folder).as_posix() for folder, path in found if path.suffix == ".html"})


def _escaped(value: Any) -> str:
    """Return what a template prints of a value, a plain string even where it was HTML, as it is joined to others."""
    kind = value.__class__
    if kind is str:
        return escape_text(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return value.__html__() if hasattr(value, "__html__") else escape_text(str(value))


class SiteTemplate(Template):
    """A template whose module, once made, serves whoever imports it: there are no other globals than ours."""

    _noted: tuple[Any, ...] = ()

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """Return the template that was compiled to `code`, which escapes without a `Markup` for each value."""
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__["escape"] = _escaped
        return made

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        notes = self.environment.notes  # type: ignore[attr-defined]
        if self._module is None:
            self._module, self._noted = notes.listen(self.make_module)
        else:
            notes.noted.extend(self._noted)
        return self._module


class SiteEnvironment(Sandbox):
    """An environment whose globals never change: a template is looked up once, and imported once."""

    template_class = SiteTemplate
    code_generator_class = RememberingCodeGenerator
    context_class = PlainContext
    unchecked_getattr = Environment.getattr

    def __init__(self, memory: MacroMemory, **options: Any) -> None:
        super().__init__(**options)
        self.notes = memory.notes
        self._known: dict[str, Template] = {}
        self.macro = partial(macro_of, memory, self)

    def trusts(self, filename: str | None) -> bool:
        """Tell whether the template in this file runs without the sandbox."""
        return filename is not None and isinstance(self.loader, SiteLoader) and self.loader.trusts(Path(filename))

    def _load_template(self, name: str, globals: Any) -> Template:
        assert isinstance(self.loader, SiteLoader)
        self.notes.read(Read("template", (name,)), self.loader.digest(name))
        if name not in self._known:
            self._known[name] = super()._load_template(name, globals)
        return self._known[name]


def environment(
    loader: SiteLoader,
    memory: MacroMemory,
    *,
    markdown: Markdown,
    base_url: str,
    filters: Mapping[str, Callable[..., Any]],
) -> Environment:
    """Return the environment: autoescape is on, undefined names are faults, the language is asked at use."""
    language = memory.language
    env = SiteEnvironment(
        memory,
        loader=loader,
        autoescape=True,
        optimized=False,  # it works out filters of fixed values, which are not fixed for every site and language
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=kept_templates(),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    env.filters |= {
        "date_long": lambda moment: date_in(language(), moment, "long"),
        "date_medium": lambda moment: date_in(language(), moment, "medium"),
        "date_iso": date_iso,
        "written_date": lambda text: written_date_in(language(), str(text)),
        "month_year": lambda moment: date_in(language(), moment, "MMMM y"),
        "month": lambda moment: date_in(language(), moment, "MMMM"),
        "day_month": lambda moment: date_in(language(), moment, "d MMM"),
        "round": bounded(_round),
        "number": lambda value: number_in(language(), value),
        "percent": lambda value: percent_in(language(), value),
        "language_name": lambda tag: language_in(language(), str(tag)),
        "inline_markdown": lambda text, tag="": Markup(_inline(markdown, text, tag or language())),
        "markdown": lambda text, tag="": Markup(markdown.render_block(str(text), tag or language())),
        "initials": _initials,
        "slug": lambda text: slug_of(str(text)),
        "tone": _tone,
        "absolute": lambda url: _absolute(base_url, url),
        "words": _words,
        "video_frame": video_frame,
        "map_frame": map_frame,
        "map_link": map_link,
        "host": lambda url: (urlsplit(url).hostname or url).removeprefix("www."),
        **filters,
    }
    return env


def _round(value: float, precision: int = 0, method: Literal["common", "ceil", "floor"] = "common") -> float:
    """Round as Jinja does, but a half up: Python rounds it to the nearest even number."""
    if method != "common" or not isfinite(value):
        return do_round(value, precision, method)
    return rounded(float(value), min(precision, _MOST_PLACES))


def _inline(markdown: Markdown, text: str, language: str) -> str:
    return markdown.render_inline(" ".join(str(text).split()), language)


def date_iso(moment: datetime) -> str:
    """Return a moment for machines: a day alone when it is midnight (ISO 8601)."""
    return moment.date().isoformat() if not (moment.hour or moment.minute) else moment.isoformat()


def _initials(name: str) -> str:
    letters = [part[0] for part in re.findall(r"\w[\w'’.-]*", str(name))]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper()


def _tone(text: object) -> int:
    return hashlib.md5(str(text).encode(), usedforsecurity=False).digest()[0] % 6 + 1


def _absolute(base_url: str, url: str) -> str:
    parts = urlsplit(base_url)
    if not url.startswith("/"):
        return url
    if url.startswith("//"):
        return f"{parts.scheme}:{url}"
    return f"{parts.scheme}://{parts.netloc}{encode_path(url)}"


def _words(text: str, count: int) -> str:
    parts = str(text).split()
    return " ".join(parts) if len(parts) <= count else " ".join(parts[:count]).rstrip(",;:.–—-") + "…"
