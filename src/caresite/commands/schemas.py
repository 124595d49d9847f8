"""`caresite schema`: JSON Schema of the config, of a kind's front matter, or of the theme's options."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from msgspec import Struct

from caresite.commands.session import Session
from caresite.core.config import Config, Settings
from caresite.core.deployments import load_target, target_names
from caresite.core.diagnostics import Problem, Span
from caresite.core.files import write_atomically
from caresite.core.plugins import BUILT_IN, NoOptions, Plugin, load_plugin
from caresite.core.schema import json_schema
from caresite.core.suggest import nearest
from caresite.core.values import Table
from caresite.kinds import KINDS
from caresite.pipeline.themes import Theme, load_theme

__all__ = ["built_in_plugins", "config_schema", "default_theme", "run", "schema_of"]


def run(session: Session, name: str, output: Path | None) -> int:
    """Print the schema called `name`, or write it to `output`."""
    import msgspec

    schema = msgspec.json.format(msgspec.json.encode(schema_of(session, name)), indent=2)
    if output is None:
        click.echo(schema)
        return 0
    write_atomically(output, schema + b"\n")
    session.say(f"Wrote {session.shown(output)}")
    return 0


def schema_of(session: Session, name: str) -> dict[str, Any]:
    """Return the schema of `config`, `theme` or a kind. Raises BadParameter for any other name."""
    if name == "config":
        return config_schema(_plugins(session), _theme(session))
    if name == "theme":
        theme = _theme(session)
        return json_schema(theme.record, title=f"options of the theme {theme.name}", open_ended=False)
    if name in KINDS:
        return json_schema(KINDS[name], title=f"front matter of a {name}")
    known = ("config", "theme", *KINDS)
    near = nearest(name, known)
    advice = f"did you mean “{near}”?" if near else f"there are {', '.join(known)}"
    raise click.BadParameter(f"there is no schema “{name}”; {advice}", param_hint="NAME")


def config_schema(plugins: tuple[Plugin, ...], theme: Theme) -> dict[str, Any]:
    """Return the schema of `caresite.yaml` with the sections of `plugins` and the options of `theme`."""
    schema = json_schema(Config, title="caresite.yaml", open_ended=False)
    properties, definitions = schema["properties"], schema.setdefault("$defs", {})
    for plugin in plugins:
        if plugin.options is not NoOptions:
            properties[plugin.section or plugin.name] = _section(plugin.options, definitions)
    properties["deploy"] |= _deploy(definitions)
    options = _embedded(json_schema(theme.record, open_ended=False), definitions)
    trusted = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    options["properties"] = {"name": {"type": "string"}, "trusted": trusted, **options["properties"]}
    properties["theme"] = {
        "anyOf": [{"type": "string"}, options],
        "description": properties["theme"]["description"],
    }
    return schema


def _section(record: type[Struct], definitions: dict[str, Any]) -> dict[str, Any]:
    section = _embedded(json_schema(record, open_ended=False), definitions)
    listed = getattr(record, "__list_shorthand__", "")
    return {"anyOf": [section, section["properties"][listed]]} if listed else section


def _deploy(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return what entries of `deploy` may say: one called like a target is that target, any other names it."""
    named, others = {}, []
    for name in target_names():
        target = _embedded(json_schema(load_target(name, Span("deploy")).options, open_ended=False), definitions)
        about = {**target["properties"]["target"], "const": name}
        named[name] = {**target, "properties": {**target["properties"], "target": about}}
        others.append({**named[name], "required": ["target", *target.get("required", ())]})
    return {"properties": named, "additionalProperties": {"anyOf": others}}


def _embedded(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    definitions.update(schema.pop("$defs", {}))
    return {key: value for key, value in schema.items() if key not in ("$schema", "title")}


def default_theme() -> Theme:
    """Return caresite's own theme, as a site without any settings would have it."""
    theme, _ = load_theme(Path(), _bare_settings())
    return theme


def _bare_settings() -> Settings:
    config = Config(title="", base_url="https://example.com/", timezone="UTC")
    return Settings(
        config=config,
        collections={},
        taxonomies={},
        plugins=(),
        theme=Table({}, {}, Span("caresite.yaml")),
        base_path="/",
        zone=ZoneInfo("UTC"),
        path="caresite.yaml",
    )


def _theme(session: Session) -> Theme:
    try:
        theme, _ = load_theme(session.root, session.settings())
    except Problem:  # editors want a schema above all while the config has a fault
        return default_theme()
    return theme


def _plugins(session: Session) -> tuple[Plugin, ...]:
    try:
        return tuple(active.plugin for active in session.settings().plugins)
    except Problem:
        return built_in_plugins()


def built_in_plugins() -> tuple[Plugin, ...]:
    """Return the plugins that every site has unless it names others."""
    return tuple(load_plugin(name, Span("plugins")) for name in BUILT_IN)
