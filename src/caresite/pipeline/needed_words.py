"""Interface words that a theme brings, or inherits: those that are asked for outside of its own templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import decode_text, may_be_read
from caresite.core.values import Table, plain, read_yaml
from caresite.core.walk import is_file

__all__ = ["NEEDED", "lacking_words", "read_table", "read_words"]

NEEDED: Mapping[str, str] = {
    "home": "The first step of the trail above every page.",
    "menu_stories": "The menu, when the config has none: the customer stories.",
    "menu_testimonials": "The menu: the wall of love.",
    "menu_quotes": "The menu: the quotes.",
    "menu_blog": "The menu: the blog.",
    "menu_about": "The menu: the page `about`.",
    "title_blog": "The title of the blog.",
    "title_stories": "The title of the customer stories.",
    "title_wall": "The title of the wall of love.",
    "title_quotes_index": "The title of all collections of quotes.",
    "title_authors": "The title of the authors.",
    "title_archive": "The title of the archive.",
    "title_archive_year": "The title of one year of the archive; has `{year}`.",
    "title_tags": "The title of all tags.",
    "title_categories": "The title of all categories.",
    "title_series": "The title of all series.",
    "title_best": "The title of the best stories of a year; has `{year}`.",
    "title_404": "The title of the page for addresses that do not exist.",
    "title_search": "The title of the index from A to Z.",
    "title_send_your_story": "The title of the form for stories.",
    "title_thanks": "The title of the page that thanks for one.",
    "filter_three_or_fewer": "The filter of the wall for ratings of three stars or fewer.",
    "anonymous_author": "The author of a quote, when nobody knows.",
    "edited": "Below words that were changed, for search engines.",
    "edited_for": "The same with what was changed; has `{kinds}`.",
    "edited_typo": "What was changed: spelling.",
    "edited_length": "What was changed: length.",
    "edited_clarity": "What was changed: clarity.",
    "edited_translation": "What was changed: the language.",
    "edited_redaction": "What was changed: details were left out.",
    "edited_approved": "That the author agreed to the changes.",
}


def lacking_words(theme: str, table: Mapping[str, Any]) -> Diagnostic:
    """Return a fault that names all of these words that are not in `table`: one page asked for one of them."""
    lacking = ", ".join(f"`{key}`" for key in NEEDED if key not in table)
    message = f"the theme `{theme}` has no parent, and a page asks for words that it lacks: {lacking}"
    hint = "bring those of the pages you have in its `i18n/en.yaml`, or name a `parent: hearth` in its `theme.yaml`"
    return fault(codes.BAD_WORDS, Span(f"themes/{theme}/i18n/en.yaml"), message, hint=hint)


def read_words(path: Path) -> dict[str, Any]:
    """Return the words of a language file by key; none when there is no such file. Raises Problem for a broken one."""
    words: dict[str, Any] = plain(read_table(path))
    return words


def read_table(path: Path) -> Table:
    """Return what a language file says with the places of its keys. Raises Problem for a broken one."""
    name = f"i18n/{path.name}"
    if not is_file(path) or not may_be_read(path, path.parents[1]):
        return Table({}, {}, Span(name))
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise Problem(fault(codes.UNREADABLE, Span(name), message)) from None
    value = read_yaml(decode_text(data, name)[0], name)
    return value if isinstance(value, Table) else Table({}, {}, Span(name))
