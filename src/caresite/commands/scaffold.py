"""What a new file says: front matter out of a kind's declaration, or the site's own archetype."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.schema import Field, fields_of
from caresite.kinds import KINDS, Consent

__all__ = ["LIKELY", "Start", "fill_archetype", "front_matter", "help_of", "list_item", "yaml_text"]

LIKELY: Mapping[str, tuple[str, ...]] = {
    "post": ("title", "date", "draft", "authors", "tags", "summary", "description", "image"),
    "page": ("title", "date", "draft", "description"),
    "story": (
        "title",
        "date",
        "draft",
        "style",
        "summary",
        "author.name",
        "author.display",
        "author.role",
        "author.company",
        "customer.name",
        "customer.industry",
        "customer.location",
        "outcome",
        "products",
        "tags",
        "image",
        "relation",
    ),
    "testimonial": (
        "title",
        "date",
        "draft",
        "author.name",
        "author.display",
        "author.role",
        "author.company",
        "rating",
        "source",
        "products",
        "tags",
        "relation",
    ),
    "quote": ("id", "title", "text", "author", "source", "status", "context", "tags", "draft"),
    "author": ("name", "role", "bio", "photo", "links"),
}
"""The keys a scaffold offers, in order; the other keys of the kind are only named."""

_ONLY_WHEN_GIVEN = {"page": ("date",), "testimonial": ("title",), "quote": ("title",)}
_PLAIN = re.compile(r"[^\W_](?:[\w ’.!?()&/-]*[\w’.!?()])?")
_WORDS_WITH_MEANING = frozenset(("null", "true", "false", "yes", "no", "on", "off"))
_WIDTH = 100


class Start(NamedTuple):
    """What is known of the new thing when it is made; `values` go by key, `author.name` for a nested one."""

    kind: str
    title: str
    slug: str
    values: Mapping[str, Any]
    today: datetime


def front_matter(start: Start) -> str:
    """Return the keys of a new thing as YAML lines, each with its help; what is not known yet stays empty."""
    return "\n".join(_lines(start)) + "\n"


def list_item(start: Start, indent: str) -> str:
    """Return the keys of a new thing as one item of a YAML list, without help."""
    lines = [line for line in _lines(start) if not line.lstrip().startswith("#")]
    return "".join(f"{indent}{'- ' if n == 0 else '  '}{line}\n" for n, line in enumerate(lines))


def help_of(kind: str) -> str:
    """Return what each key of `kind` means, as comment lines."""
    fields = (_field(KINDS[kind], key) for key in LIKELY[kind])
    return "".join(f"# {field.name}: {field.doc.help}\n" for field in fields)


def _lines(start: Start) -> Iterator[str]:
    record = KINDS[start.kind]
    offered = [key for key in LIKELY[start.kind] if _is_offered(start, key)]
    above = ""
    for key in offered:
        parent, _, child = key.rpartition(".")
        if parent and parent != above:
            yield from _help(_field(record, parent))
            yield f"{parent}:"
        above = parent
        field = _field(_field(record, parent).shape.record, child) if parent else _field(record, key)
        indent = "  " if parent else ""
        yield from (indent + line for line in _help(field))
        yield indent + _line(field, start.values.get(key))
    if start.kind == "story":
        yield from _STORY_PARTS
    if any(field.name == "consent" for field in fields_of(record)) and start.kind != "quote":
        yield from _consent(start.today)
    named = {key.partition(".")[0] for key in offered} | {"consent"} | ({"metrics"} if start.kind == "story" else set())
    rest = ", ".join(field.name for field in fields_of(record) if field.name not in named)
    yield from _comment(f"There are also: {rest}.")


_STORY_PARTS = (
    "# What came of it, in figures. Each needs its period and its source.",
    "# metrics:",
    '#   - {label: visits, value: "3", period: in one week, source: the job sheet}',
    "# Three wins may close the text: yours, the customer's, and what it let the customer do next.",
    "# ::: wins",
    "# ### Ours",
    "# A customer who sends others to us.",
    "# ### Theirs",
    "# A door that closes.",
    "# ### And then",
    "# The shop no longer heats the street.",
    "# :::",
)


def _is_offered(start: Start, key: str) -> bool:
    return key not in _ONLY_WHEN_GIVEN.get(start.kind, ()) or bool(start.values.get(key))


def _field(record: type[Struct], name: str) -> Field:
    return next(field for field in fields_of(record) if field.name == name)


def _help(field: Field) -> Iterator[str]:
    choices = f" One of {', '.join(field.shape.choices)}." if field.shape.kind == "choice" else ""
    yield from _comment(field.doc.help + choices)


def _comment(text: str) -> Iterable[str]:
    return (f"# {line}" for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False))


def _line(field: Field, value: Any) -> str:
    if value is None and field.shape.kind == "choice":
        value = field.default
    if value in (None, "", ()):
        return f"{field.name}:"
    return f"{field.name}: {_yaml(value)}"


def _yaml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return f"{value:%Y-%m-%d}" if (value.hour, value.minute) == (0, 0) else f"{value:%Y-%m-%d %H:%M}"
        case tuple() | list():
            return "[" + ", ".join(_yaml(item) for item in value) + "]"
        case _:
            return yaml_text(str(value))


def yaml_text(text: str) -> str:
    """Return `text` as a YAML value that is read back as exactly this text."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_WITH_MEANING:
        return text
    return json.dumps(text, ensure_ascii=False)


def _consent(today: datetime) -> Iterator[str]:
    """Show how consent is recorded, as comments: only the person it is asked of can give it."""
    how = _field(Consent, "how")
    yield from _comment("Their yes. These words are shown only once it stands here.")
    yield "# consent:"
    yield f"#   at: {today:%Y-%m-%d}"
    yield "#   scopes: [publish_text, publish_name, publish_company]   # also publish_photo, marketing_reuse, …"
    yield f"#   how: email-reply   # or {', '.join(c for c in how.shape.choices if c != 'email-reply')}"


def fill_archetype(text: str, path: str, start: Start) -> str:
    """Return the site's archetype at `path` filled with title, slug, date, authors and tags.

    Raises Problem when the template in it is wrong.
    """
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.filters["yaml"] = lambda value: _yaml(value)
    try:
        return environment.from_string(text).render(
            title=start.title,
            slug=start.slug,
            date=_yaml(start.values.get("date") or start.today),
            authors=list(start.values.get("authors") or ()),
            tags=list(start.values.get("tags") or ()),
        )
    except TemplateSyntaxError as error:
        raise Problem(
            fault(codes.TEMPLATE_SYNTAX, Span(path, error.lineno), f"the archetype cannot be read: {error.message}")
        ) from None
    except TemplateError as error:
        hint = "an archetype knows title, slug, date, authors and tags"
        raise Problem(fault(codes.TEMPLATE_FAILED, Span(path), f"the archetype failed: {error}", hint=hint)) from None
