"""Interface words: what pages say besides their content, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape
from msgspec.structs import replace

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.numbers import rounded
from caresite.core.suggest import nearest
from caresite.pipeline.needed_words import NEEDED, lacking_words, read_table, read_words
from caresite.pipeline.themes import Theme

__all__ = ["Words", "date_in", "language_in", "locale_of", "number_in", "percent_in", "written_date_in"]

_NO_SHAPE = re.compile(r"[{}]|\d{4}")


@lru_cache(maxsize=32)
def locale_of(language: str) -> Locale:
    """Return the CLDR locale of a language tag; its language alone, then English, when the tag is unknown."""
    for tag in (language, language.split("-")[0], "en"):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("CLDR knows English")


@lru_cache(maxsize=4096)
def date_in(language: str, moment: datetime, shape: str) -> str:
    """Return a date as people of `language` write it; `shape` is a CLDR style or pattern."""
    return str(format_date(moment, shape, locale_of(language)))


_WRITTEN = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


def written_date_in(language: str, text: str) -> str:
    """Return a date such as `1897-06-02` or `1897-06` as people of `language` write it; any other text as it is."""
    match = _WRITTEN.fullmatch(text.strip())
    try:
        day = date(int(match[1]), int(match[2]), int(match[3] or 1)) if match else None
    except ValueError:
        return text
    if match is None or day is None:
        return text
    if match[3]:
        return str(format_date(day, "long", locale_of(language)))
    return str(format_skeleton("yMMMM", day, locale=locale_of(language)))


@lru_cache(maxsize=4096)
def number_in(language: str, number: float) -> str:
    """Return a number with the separators of `language`."""
    return str(format_decimal(number, locale=locale_of(language)))


@lru_cache(maxsize=4096)
def percent_in(language: str, number: float) -> str:
    """Return a share of 1 as a percentage in the manner of `language`."""
    return str(format_percent(rounded(number, 2), locale=locale_of(language)))


@lru_cache(maxsize=256)
def language_in(language: str, tag: str) -> str:
    """Return what people of `language` call the language with `tag`; the tag itself when nobody knows it."""
    return str(locale_of(language).languages.get(tag.split("-")[0].lower(), tag))


@lru_cache(maxsize=4096)
def _plural_form(language: str, number: float) -> str:
    return str(locale_of(language).plural_form(number))


class Words:
    """The interface words of one site, in every language it uses; `language` is the site's own."""

    def __init__(self, theme: Theme, plugin_folders: tuple[Path, ...] = (), language: str = "en") -> None:
        self.language = language
        self.theme = theme.layers[-1].name
        self.root = theme.layers[0].folder
        self.folders = (*plugin_folders, *(layer.folder / "i18n" for layer in reversed(theme.layers)))
        self._tables: dict[str, Mapping[str, Any]] = {}

    def table(self, language: str) -> Mapping[str, Any]:
        """Return all words of `language`: region over language over English, the site over the theme over plugins.

        Where nobody wrote words in it they are those of the site's language.
        """
        if language not in self._tables:
            merged: dict[str, Any] = {}
            for tag in _widening(self.spoken(language)):
                for folder in self.folders:
                    merged |= read_words(folder / f"{tag}.yaml")
            self._tables[language] = merged
        return self._tables[language]

    def spoken(self, language: str) -> str:
        """Return the language that pages in `language` have their words in: itself, else the site's, else English."""
        for spoken in (language, self.language):
            if any((folder / f"{tag}.yaml").is_file() for tag in {spoken, _base(spoken)} for folder in self.folders):
                return spoken
        return "en"

    def say(self, language: str, key: str, **values: Any) -> str:
        """Return the words for `key` with `values` filled in; `n` chooses the plural form.

        Raises Problem when no language file has the key.
        """
        table = self.table(language)
        words = table.get(key)
        if isinstance(words, dict):
            number = values.get("n", 1)
            form = _plural_form(self.spoken(language), number)
            words = words.get(form, words.get("other", ""))
            if isinstance(number, (int, float)):
                values = {**values, "n": number_in(language, number)}
        if words is None and key in NEEDED:
            raise Problem(lacking_words(self.theme, self.table("en")))
        if words is None:
            near = nearest(key, table)
            raise Problem(
                fault(
                    codes.BAD_WORDS,
                    Span("i18n/en.yaml"),
                    f"there are no words for `{key}`",
                    hint=f"did you mean `{near}`?" if near else "",
                )
            )
        if not values:
            return str(words)
        if not _has_names_only(str(words)):
            raise Problem(self._beyond_names(language, key))
        if any(isinstance(value, Markup) for value in values.values()):
            return Markup(escape(str(words))).format(**values)
        return str(words).format(**values)

    def _beyond_names(self, language: str, key: str) -> Diagnostic:
        place = Span(f"i18n/{language}.yaml")
        for tag in _widening(self.spoken(language)):
            for folder in self.folders:
                if span := read_table(folder / f"{tag}.yaml").keys.get(key):
                    place = replace(span, path=self._shown(folder / f"{tag}.yaml"))
        hint = "write `{name}`, with nothing but the name of the value; for a brace itself write `{{`"
        return fault(codes.BAD_WORDS, place, f"the words for `{key}` cannot be filled in", hint=hint)

    def _shown(self, file: Path) -> str:
        inside = file.is_relative_to(self.root)
        return file.relative_to(self.root if inside else file.parents[2]).as_posix()


def _base(language: str) -> str:
    return language.split("-")[0]


def _widening(language: str) -> Iterable[str]:
    """Return the names of the files with the words of a language; the last has the last word."""
    return dict.fromkeys(("en", _base(language), language))


@lru_cache(maxsize=4096)
def _has_names_only(words: str) -> bool:
    """Tell whether words ask for values by name, as `{name.x}` could lead from a value to anything in Python."""
    try:
        fields = [(name, shape) for _, name, shape, _ in Formatter().parse(words) if name is not None]
    except ValueError:
        return False
    return all(name.isidentifier() and not _NO_SHAPE.search(shape or "") for name, shape in fields)
