"""The reference pages of the docs, out of the declarations they describe.

`python -m caresite.reference docs/reference` writes them.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

import caresite.core
from caresite.cli import cli
from caresite.commands.schemas import built_in_plugins
from caresite.core.config import Config
from caresite.core.deployments import TargetOptions, load_target, target_names
from caresite.core.diagnostics import Code, Span
from caresite.core.files import decode_text
from caresite.core.plugins import NoOptions
from caresite.core.rules import Rule, all_rules, remedy_of, rules_by_code
from caresite.core.schema import Doc, Field, Shape, fields_of, first_line
from caresite.core.values import plain, read_yaml
from caresite.kinds import KINDS, Content
from caresite.kinds.content import Disclosed
from caresite.pipeline.components import COMPONENTS, Argument, ComponentSpec
from caresite.pipeline.needed_words import NEEDED, read_words
from caresite.pipeline.themes import bundled_themes

__all__ = [
    "all_codes",
    "commands",
    "components",
    "config",
    "diagnostics",
    "front_matter",
    "main",
    "pages",
    "rules",
    "theme",
    "words",
]

_NOTE = "<!-- Written by `python -m caresite.reference docs/reference`: change the declarations, not this page. -->"
_AREAS = {
    "C": "The config",
    "Y": "Reading YAML and TOML",
    "V": "Values",
    "D": "Files",
    "U": "Addresses",
    "L": "Links and pictures",
    "K": "Consent and words of customers",
    "Q": "Quotes and figures",
    "M": "Markdown and components",
    "T": "Templates",
    "P": "Plugins",
    "S": "Stories that come in",
    "R": "Best stories",
    "J": "Structured data",
    "B": "The output folder",
    "H": "Going online",
}
_RULE_AREAS = {
    "C": "Consent and privacy",
    "D": "Genuineness and disclosure",
    "I": "Selection, editing, ranking",
    "M": "Structured data",
    "Q": "Quotes",
    "S": "What strangers send",
}
_KIND_TITLES = {
    "post": "Post",
    "page": "Page",
    "story": "Story",
    "testimonial": "Testimonial",
    "quotes": "Quote collection",
    "quote": "Quote",
    "author": "Author",
    "section": "Text of a list",
    "term": "Text of a term",
}

Rows = Iterable[tuple[str, ...]]


def pages() -> dict[str, str]:
    """Return every reference page by file name."""
    return {
        "config.md": config(),
        "front-matter.md": front_matter(),
        "components.md": components(),
        "diagnostics.md": diagnostics(),
        "rules.md": rules(),
        "commands.md": commands(),
        "theme-hearth.md": theme(),
        "theme-ledger.md": theme("ledger"),
        "words.md": words(),
    }


# the config


def config() -> str:
    """Return the page of `caresite.yaml`."""
    intro = (
        "The settings of a site stand in `caresite.yaml` at its root; `caresite.yml` and `caresite.toml` are read "
        "too. `title`, `base_url` and `timezone` are enough. A key that is not listed here is an error.\n\n"
        "`-e NAME` lays `caresite.NAME.yaml` over it. A variable `CARESITE__SECTION__KEY` sets one key: "
        "`CARESITE__SEO__NOINDEX=true`. What comes later wins: file, overlay, variable, option of the command."
    )
    parts = [_page("The config", intro), _table_of(Config, path="")]
    parts.extend(_below(Config, "", _path_title))
    parts.append("## Sections of plugins\n\nThese plugins are in use unless `plugins` names others.")
    for plugin in built_in_plugins():
        if plugin.options is not NoOptions:
            name = plugin.section or plugin.name
            parts.append(f"### `{name}`\n\n{_intro_of(plugin.options)}\n\n{_table_of(plugin.options, path=name)}")
            parts.extend(_below(plugin.options, name, _path_title, level=4))
    return _joined([*parts, *_targets()])


def _targets() -> Iterator[str]:
    """Yield the sections of where a site goes online: what all targets have, and each by itself."""
    yield (
        "## `deploy.NAME`\n\nWhere the site is deployed. Each entry has these keys, and those of its target.\n\n"
        + _table_of(TargetOptions, path="deploy.NAME")
    )
    for name in target_names():
        options = load_target(name, Span("deploy")).options
        yield f"### `target: {name}`\n\n{_intro_of(options)}\n\n{_table_of(options, without=TargetOptions)}"


def _path_title(path: str, record: type[Struct]) -> str:
    return f"`{path}`"


# front matter


def front_matter() -> str:
    """Return the page of the keys that each kind of content understands."""
    intro = (
        "The keys at the top of a text, in YAML between two lines `---` or in TOML between two lines `+++`. A list "
        "of quotes, testimonials or authors in a YAML file has the same keys, once for each item.\n\n"
        "A key that is not listed here is kept for your templates, in `page.params`; in stories, testimonials and "
        "quotes it is left out, and what you put below `params` there may not hold an e-mail address. Names that other "
        "tools use are understood, and a note tells the one used here."
    )
    parts = [_page("Front matter", intro), f"## Every kind\n\n{_table_of(Content)}"]
    parts.append(f"## Words of customers\n\nStories and testimonials.\n\n{_table_of(Disclosed, without=Content)}")
    for kind, record in KINDS.items():
        own = _table_of(record, without=_shared_part(record))
        table = own or "No keys besides those of every kind."
        parts.append(f"## {_KIND_TITLES[kind]}\n\n{_intro_of(record)}\n\n{table}")
    parts.append("## Values with keys of their own")
    seen: set[type[Struct]] = set()
    everything: tuple[type[Struct], ...] = (Content, Disclosed, *KINDS.values())
    for each in everything:
        parts.extend(_below(each, "", _record_title, level=3, seen=seen))
    return _joined(parts)


def _shared_part(record: type[Content]) -> type[Content]:
    return Disclosed if issubclass(record, Disclosed) else Content


def _record_title(path: str, record: type[Struct]) -> str:
    return _words(record.__name__)


def _words(name: str) -> str:
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return spaced[:1].upper() + spaced[1:]


# tables of declared fields


def _table_of(record: type[Struct], *, path: str = "-", without: type[Struct] | None = None) -> str:
    """Return the table of a record's fields; `path` names nested ones by key, `-` by record."""
    inherited = {field.name for field in fields_of(without)} if without else set()
    fields = [field for field in fields_of(record) if field.name not in inherited]
    rows = ((f"`{f.name}`", _type_of(f.shape, f.doc, f.name, path), _default_of(f), _help_of(f)) for f in fields)
    return _table(("key", "value", "default", "what it does"), rows) if fields else ""


def _below(
    record: type[Struct],
    path: str,
    title: Callable[[str, type[Struct]], str],
    *,
    level: int = 2,
    seen: set[type[Struct]] | None = None,
) -> Iterator[str]:
    """Yield a section for each record inside `record`; with `seen`, once for each record."""
    for field in fields_of(record):
        inner, suffix = _inner(field.shape)
        if inner is None or (seen is not None and inner in seen):
            continue
        if seen is not None:
            seen.add(inner)
        here = f"{path}.{field.name}{suffix}".lstrip(".")
        by = here if title is _path_title else "-"
        yield f"{'#' * level} {title(here, inner)}\n\n{_intro_of(inner)}\n\n{_table_of(inner, path=by)}"
        yield from _below(inner, here, title, level=level, seen=seen)


def _inner(shape: Shape) -> tuple[type[Struct] | None, str]:
    if shape.kind == "record":
        return shape.record, ""
    if shape.kind in ("list", "map") and shape.item:
        return _inner(shape.item)[0], "[]" if shape.kind == "list" else ".NAME"
    return None, ""


def _intro_of(record: type[Struct]) -> str:
    return first_line(record.__doc__ or "")


def _type_of(shape: Shape, doc: Doc, name: str, path: str) -> str:
    match shape.kind:
        case "choice":
            return "one of " + ", ".join(f"`{choice}`" for choice in shape.choices if choice)
        case "list":
            assert shape.item is not None
            return f"list of {_plural(_type_of(shape.item, doc, f'{name}[]', path))}"
        case "map":
            assert shape.item is not None
            return f"names with {_plural(_type_of(shape.item, doc, f'{name}.NAME', path))}"
        case "record":
            return _record_link(shape, name, path)
        case "int" | "float":
            return ("whole number" if shape.kind == "int" else "number") + _bounds(doc)
        case _:
            return {"text": "text", "bool": "true or false", "date": "date", "any": "anything"}[shape.kind]


def _plural(type_text: str) -> str:
    return type_text if type_text in ("text", "anything") or type_text.startswith(("[", "one of")) else f"{type_text}s"


def _record_link(shape: Shape, name: str, path: str) -> str:
    if path == "-":
        words = _words(shape.record.__name__)
        return f"[{words.lower()}](#{words.lower().replace(' ', '-')})"
    where = f"{path}.{name}".lstrip(".")
    return f"[keys](#{_anchor(where)})"


def _anchor(heading: str) -> str:
    """Return the id that a heading gets on the usual hosts: letters, digits, hyphens and underscores stay."""
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _bounds(doc: Doc) -> str:
    if doc.ge is not None and doc.le is not None:
        return f", {doc.ge:g} to {doc.le:g}"
    return f", at least {doc.ge:g}" if doc.ge is not None else f", at most {doc.le:g}" if doc.le is not None else ""


def _default_of(field: Field) -> str:
    if field.required:
        return "needed"
    return _shown(field.default)


def _shown(value: Any) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case str() | int() | float() if value not in ("", 0):
            return f"`{value}`"
        case tuple() | list() if value and all(isinstance(item, str) for item in value):
            return f"`[{', '.join(value)}]`"
        case _:
            return ""


def _help_of(field: Field) -> str:
    text = field.doc.help
    if field.doc.example:
        text += f" Example: `{field.doc.example}`."
    if field.doc.peers:
        text += " Also read: " + ", ".join(f"`{peer}`" for peer in field.doc.peers) + "."
    return text


# components


def components() -> str:
    """Return the page of the blocks that texts may hold."""
    intro = (
        "A component is a block in a text: it begins with three colons and a name, and ends with three colons.\n\n"
        '```markdown\n::: callout tip title="Before you call"\nHave the number on the back at hand.\n:::\n```\n\n'
        "An argument is a word, or `name=value`; a value of several words stands in quotation marks. A component "
        "that holds another has one colon more than the inner one."
    )
    return _joined([_page("Components", intro), *(_component(spec) for spec in COMPONENTS)])


def _component(spec: ComponentSpec) -> str:
    bodies = {
        "none": "Nothing stands inside.",
        "markdown": "Any Markdown stands inside.",
        "lines": "Lines stand inside, each read by itself.",
        "sections": f"{spec.sections or 'One or more'} sections stand inside, each with a heading.".capitalize(),
    }
    parts = [f"## {spec.name}", f"{spec.help} {bodies[spec.body]}"]
    if spec.args:
        rows = ((f"`{arg.name}`", _argument_type(arg), _argument_default(arg), arg.help) for arg in spec.args)
        parts.append(_table(("argument", "value", "default", "what it does"), rows))
    if spec.example:
        parts.append(f"```markdown\n{spec.example}\n```")
    return "\n\n".join(parts)


def _argument_type(arg: Argument) -> str:
    names = {"str": "text", "bool": "true or false", "int": "whole number", "point": "two numbers"}
    text = "one of " + ", ".join(f"`{c}`" for c in arg.choices) if arg.type == "choice" else names[arg.type]
    if arg.least:
        text += f", at least {arg.least}"
    return text + (", also without its name" if arg.positional else "")


def _argument_default(arg: Argument) -> str:
    return "needed" if arg.required else _shown(arg.default)


# diagnostics


def all_codes() -> tuple[Code, ...]:
    """Return every fault that caresite can report, by area and number."""
    modules = [
        importlib.import_module(f"{caresite.core.__name__}.{module.name}")
        for module in pkgutil.iter_modules(caresite.core.__path__)
        if module.name.startswith("codes")
    ]
    found = {id(v): v for module in modules for v in vars(module).values() if isinstance(v, Code)}
    return tuple(sorted(found.values(), key=lambda code: (list(_AREAS).index(code.id[0]), code.id)))


def diagnostics() -> str:
    """Return the page of every fault, each with an anchor of its code in small letters."""
    intro = (
        "Everything caresite can find wrong, by its code. An error keeps the site on disk as it is; a warning and a "
        "note do not. `caresite build --strict` takes every warning for an error."
    )
    parts = [_page("Diagnostics", intro)]
    for letter, area in _AREAS.items():
        parts.append(f"## {area}")
        parts.extend(_diagnostic(code) for code in all_codes() if code.id[0] == letter)
    return _joined(parts)


def _diagnostic(code: Code) -> str:
    head = f'<a id="{code.id.lower()}"></a>\n\n### {code.id} {code.name} ({code.severity})'
    ids = ", ".join(f"[{rule}](rules.md#{rule.lower()})" for rule in rules_by_code().get(code.id, ()))
    return f"{head}\n\n{code.summary} {code.advice}" + (f" Rule {ids}." if ids else "")


# rules


def rules() -> str:
    """Return the page of the rules for customers' words, each with an anchor of its id in small letters."""
    intro = (
        "What caresite holds the words of customers to. `caresite check consent` looks through all of it, and "
        "`caresite check` and every build tell of what is broken. Nothing here is legal advice.\n\n"
        "A rule is kept by a *check*, which reports a fault; by the *gate*, which also withholds what breaks it; by a "
        "*command*, which refuses; or by the *pages*, which are made so that it cannot be broken."
    )
    parts = [_page("Rules for words of customers", intro)]
    for letter, area in _RULE_AREAS.items():
        parts.append(f"## {area}")
        parts.extend(_rule(rule) for rule in all_rules() if rule.id[0] == letter)
    return _joined(parts)


def _rule(rule: Rule) -> str:
    faults = ", ".join(f"[{code}](diagnostics.md#{code.lower()})" for code in rule.codes)
    lines = (
        f'<a id="{rule.id.lower()}"></a>\n\n### {rule.id} ({rule.severity})\n\n{rule.rule}',
        f"Kept by: {rule.kept}" + (f", {faults}." if faults else "."),
        rule.how,
        f"What to do: {remedy_of(rule)}" if rule.codes else "",
        f"From: {rule.basis}.",
    )
    return "\n\n".join(line for line in lines if line)


# commands


def commands() -> str:
    """Return the page of the command line."""
    intro = (
        "`caresite [OPTIONS] COMMAND [ARGS]`. The general options may also stand after the command.\n\n"
        "Exit codes: 0 all is well, 1 something is wrong with the site, 2 the command was used wrongly, 3 the network "
        "or a host failed, 130 it was interrupted."
    )
    context = click.Context(cli, info_name="caresite", help_option_names=["-h", "--help"])
    parts = [_page("Commands", intro), "## General options", _options(cli, context)]
    parts.extend(_command(*each) for each in _all_commands(cli, context))
    return _joined(parts)


def _all_commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield every command of `group`; a group within it by its commands."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield command, inner
        if isinstance(command, click.Group):
            yield from _all_commands(command, inner)


def _command(command: click.Command, context: click.Context) -> str:
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    text = " ".join((command.help or "").split("\n\n")[0].split())
    more = [" ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n")[1:]]
    return "\n\n".join(
        part
        for part in (
            f"## {context.command_path.removeprefix('caresite ')}",
            f"`{usage}`",
            text,
            *more,
            _options(command, context),
        )
        if part
    )


def _options(command: click.Command, context: click.Context) -> str:
    found = [p for p in command.get_params(context) if isinstance(p, click.Option) and not p.hidden]
    rows = ((_option_names(p, context), p.help or "", _option_default(p)) for p in found)
    return _table(("option", "what it does", "default"), rows)


def _option_names(option: click.Option, context: click.Context) -> str:
    short_first = sorted(option.opts, key=len)  # click keeps the names of `--help` in a set
    names = ", ".join(f"`{name}`" for name in (*short_first, *option.secondary_opts))
    return names if option.is_flag else f"{names} {option.make_metavar(context)}"


def _option_default(option: click.Option) -> str:
    return f"`{option.default}`" if option.show_default and option.default else ""


# the theme


def theme(name: str = "hearth") -> str:
    """Return the page of a bundled theme's options."""
    path = bundled_themes() / name / "theme.yaml"
    about = plain(read_yaml(decode_text(path.read_bytes(), path.name)[0], path.name))
    intro = (
        f"{about['description']}\n\nThe options stand in `caresite.yaml` below `theme`:\n\n"
        f'```yaml\ntheme:\n  name: {name}\n  brand: "#1f6152"\n```'
    )
    parent = about.get("parent")
    more = f"It has the options of [{parent}](theme-{parent}.md) too. These are its own, or have another default here:"
    parts = [_page(f"The theme {name}", intro), *([more] if parent else ()), _theme_table(about["options"])]
    return _joined(parts)


def _theme_table(options: dict[str, Any], above: str = "") -> str:
    return _table(("option", "value", "default", "what it does"), _theme_rows(options, above))


def _theme_rows(options: dict[str, Any], above: str) -> Iterator[tuple[str, ...]]:
    for key, about in options.items():
        if about["type"] == "map":
            yield f"`{above}{key}`", "keys", "", about["help"]
            yield from _theme_rows(about["keys"], f"{above}{key}.")
        else:
            yield f"`{above}{key}`", _theme_type(about), _shown(about.get("default")), about["help"]


def words(name: str = "hearth") -> str:
    """Return the page of the interface words that a theme brings besides those of its templates."""
    intro = (
        "What pages say besides your texts stands in `i18n/en.yaml`, `i18n/de.yaml` and so on: of the theme, of the "
        "themes it inherits from, and of your site, which wins. A language takes from English what it does not have. "
        "Pages in a language without a file have the words of your site's language."
        "\n\n"
        "These words are asked for outside of templates. A theme with `parent: hearth` inherits them; a theme without "
        f"a parent brings those of the pages it has. The right column is what `{name}` says in English."
    )
    said = read_words(bundled_themes() / name / "i18n/en.yaml")
    rows = ((f"`{key}`", where, str(said[key])) for key, where in NEEDED.items())
    return _joined([_page("Words of a theme", intro), _table(("key", "where it stands", name), rows)])


def _theme_type(about: dict[str, Any]) -> str:
    names = {"string": "text", "color": "colour", "bool": "true or false", "int": "whole number"}
    if about["type"] == "choice":
        return "one of " + ", ".join(f"`{choice}`" for choice in about["choices"])
    if about["type"] == "list":
        return "list of " + ", ".join(f"`{choice}`" for choice in about["of"]) if about.get("of") else "list of text"
    return names[about["type"]]


# pages


def _page(title: str, intro: str) -> str:
    return f"# {title}\n\n{_NOTE}\n\n{intro}"


def _table(heads: tuple[str, ...], rows: Rows) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write every page into the folder named; returns 2 when none is."""
    if len(arguments) != 1:
        print("usage: python -m caresite.reference FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
