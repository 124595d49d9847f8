"""Themes: where templates, assets and interface words come from, and the options a theme declares."""

from __future__ import annotations

import contextlib
import json
import re
import types
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

import caresite
from caresite.core import codes
from caresite.core.config import Settings
from caresite.core.cut_text import cut_faults, reason_and_hint
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.files import decode_text, may_be_read, read_as_text
from caresite.core.schema import Doc, Reading, decode
from caresite.core.suggest import nearest
from caresite.core.values import Scalar, Sequence, Table, plain, read_yaml
from caresite.core.walk import is_file

__all__ = ["SITE", "Layer", "Theme", "about_theme", "bundled_themes", "is_built_in", "load_theme"]

BUILT_IN = ("hearth", "ledger")
SITE = "site"  # what the layer of the site's own files is called
_KEPT_KEYS = ("name", "trusted")  # of `theme` in the config; all others are options of the theme
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


class Layer(Struct, frozen=True):
    """One folder that may hold `templates/`, `assets/` and `i18n/`; an earlier layer wins by path.

    The templates of one that is `trusted` run without the sandbox.
    """

    name: str
    folder: Path
    trusted: bool = False


class Theme(Struct, frozen=True):
    """A loaded theme: its layers, from the site down to the last parent, and its options as the site sets them.

    `places` says where the config sets each option; `voices` has the fonts in `assets/` that share images are set in,
    for `business` and `customer`; `colors` has colours of the theme's own, by mode and name, that stand in place of
    those that are made from the brand.
    """

    name: str
    version: str
    layers: tuple[Layer, ...]
    options: Any
    record: Any
    places: Mapping[str, Span] = {}
    voices: Mapping[str, tuple[str, ...]] = {}
    colors: Mapping[str, Mapping[str, str]] = {}


def bundled_themes() -> Path:
    """Return the folder of caresite's own themes: in the package, or in the source tree beside it."""
    package = Path(caresite.__file__).parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent.parent / "themes"


def is_built_in(folder: Path) -> bool:
    """Tell whether a theme's folder is one that comes with caresite, wherever a link to it stands."""
    return folder.resolve() in [(bundled_themes() / name).resolve() for name in BUILT_IN]


def load_theme(root: Path, settings: Settings) -> tuple[Theme, tuple[Diagnostic, ...]]:
    """Return the theme that the config names, with its parents. Raises Problem when it cannot be used."""
    found: list[Diagnostic] = []
    named = settings.theme.entries.get("name")
    name = named.text if isinstance(named, Scalar) else "hearth"
    span = named.span if named else settings.theme.span
    trusted = _trusted(root, settings.theme)
    layers = [Layer(SITE, root, SITE in trusted)]
    declared: dict[str, Any] = {}
    voices: dict[str, tuple[str, ...]] = {}
    colors: dict[str, dict[str, str]] = {}
    version = ""
    following, seen = name, []
    while following:
        if following in seen:
            raise Problem(fault(codes.UNKNOWN_THEME, span, f"the theme `{following}` is its own parent"))
        seen.append(following)
        folder = _find(root, following, span)
        about = about_theme(folder, following, found)
        layers.append(Layer(following, folder, is_built_in(folder) or following in trusted - {SITE}))
        declared = {**_options(about, following), **declared}
        voices = {**_voices(about), **voices}
        colors = colors or _colors(about, following)
        version = version or str(about.get("version", ""))
        following = str(about.get("parent") or "")
    try:
        record = _known_record(json.dumps(declared, default=str))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"the options in its `theme.yaml` cannot be used: {type(error).__name__}: {error}"
        raise Problem(fault(codes.UNKNOWN_THEME, Span(f"themes/{name}/theme.yaml"), message)) from None
    table = Table(
        {k: v for k, v in settings.theme.entries.items() if k not in _KEPT_KEYS},
        settings.theme.keys,
        settings.theme.span,
    )
    reading = Reading(ZoneInfo("UTC"), found.append, unknown="error")
    options, _ = decode(table, record, reading, "theme.")
    bad_colors = _bad_colors(declared, options, table)
    found = [d for d in found if d.code != codes.CUT_TEXT.id or not any(b.span.line == d.span.line for b in bad_colors)]
    found.extend(bad_colors)
    for layer in layers:
        found.extend(_cut_translations(layer.folder, root))
    if options is None or any(d.severity == "error" for d in found):
        raise Problem(*found)
    return Theme(name, version, tuple(layers), options, record, reading.places, voices, colors), tuple(found)


def _find(root: Path, name: str, span: Span) -> Path:
    places = (root / "themes" / name, bundled_themes() / name)
    for place in places:
        if re.fullmatch(r"[\w-]+", name) and is_file(place / "theme.yaml"):
            return place
    known = _known_themes(root)
    near = nearest(name, known)
    raise Problem(
        fault(
            codes.UNKNOWN_THEME,
            span,
            f"there is no theme `{name}`",
            hint=f"did you mean `{near}`?" if near else f"there are: {', '.join(sorted(known))}",
        )
    )


def _cut_translations(folder: Path, root: Path) -> Iterable[Diagnostic]:
    """Report the interface texts of the site and its own themes that YAML cut."""
    for path in sorted((folder / "i18n").glob("*.yaml")) if folder.is_relative_to(root) else ():
        text, shown = read_as_text(path), path.relative_to(root).as_posix()
        with contextlib.suppress(Problem):  # what cannot be read is reported where it is used
            yield from cut_faults(read_yaml(text, shown)) if "#" in text or "&" in text else ()


def _known_themes(root: Path) -> set[str]:
    folders = [folder for folder in (root / "themes", bundled_themes()) if folder.is_dir()]
    return {path.name for folder in folders for path in folder.iterdir() if is_file(path / "theme.yaml")}


def _trusted(root: Path, table: Table) -> frozenset[str]:
    """Return the names below `theme.trusted`. Raises Problem for one that is neither `site` nor a theme."""
    given = table.entries.get("trusted")
    if given is None:
        return frozenset()
    names = given.items if isinstance(given, Sequence) else (given,)
    known = {SITE, *_known_themes(root)}
    for name in names:
        if not isinstance(name, Scalar) or name.text not in known:
            wrong = f", not “{name.text}”" if isinstance(name, Scalar) else ""
            near = nearest(name.text, known) if isinstance(name, Scalar) else ""
            message = f"`trusted` must be names of themes, or `{SITE}` for the templates of the site{wrong}"
            hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(sorted(known))}"
            raise Problem(fault(codes.NOT_A_CHOICE, name.span, message, hint=hint))
    return frozenset(name.text for name in names if isinstance(name, Scalar))


def about_theme(folder: Path, name: str, found: list[Diagnostic] | None = None) -> dict[str, Any]:
    """Return what the `theme.yaml` in `folder` says; nothing when it is no mapping. Cut text is added to `found`."""
    path = f"themes/{name}/theme.yaml"
    if not may_be_read(folder / "theme.yaml", folder):
        return {}
    text, _ = decode_text((folder / "theme.yaml").read_bytes(), path)
    value = read_yaml(text, path)
    if found is not None:
        found.extend(cut_faults(value))
    about = plain(value)
    return about if isinstance(about, dict) else {}


def _colors(about: dict[str, Any], name: str) -> dict[str, dict[str, str]]:
    """Return the colours that a theme has by itself: `palette: {light: {paper: "#ffffff"}}`."""
    modes = about.get("palette") or {}
    colors = modes.values() if isinstance(modes, dict) else (None,)
    given = [value for mode in colors for value in (mode.values() if isinstance(mode, dict) else (None,))]
    if not all(isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value) for value in given):
        message = '`palette` must have colours such as "#f5f5f3" by name, below `light` and `dark`'
        raise Problem(fault(codes.UNKNOWN_THEME, Span(f"themes/{name}/theme.yaml"), message))
    return dict(modes)


def _options(about: dict[str, Any], name: str) -> dict[str, Any]:
    options = about.get("options") or {}
    if not isinstance(options, dict):
        raise Problem(fault(codes.UNKNOWN_THEME, Span(f"themes/{name}/theme.yaml"), "`options` must be a mapping"))
    for key, declared in options.items():
        if not isinstance(declared, dict) or declared.get("type") not in _TYPES:
            message = f"the option `{key}` needs a type: one of {', '.join(sorted(_TYPES))}"
            raise Problem(fault(codes.UNKNOWN_THEME, Span(f"themes/{name}/theme.yaml"), message))
    return dict(options)


def _voices(about: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    voices = about.get("voices")
    given = voices.items() if isinstance(voices, dict) else ()
    return {str(name): tuple(map(str, fonts)) for name, fonts in given if isinstance(fonts, list)}


@lru_cache(maxsize=16)
def _known_record(declared: str) -> type[Struct]:
    """Return the record for options declared alike, given as JSON: one for all builds of a preview."""
    return _record(json.loads(declared))


def _record(declared: dict[str, Any], name: str = "ThemeOptions") -> type[Struct]:
    """Build the record of the theme's options, so that they are decoded and documented like the config."""
    fields: list[Any] = []
    for key, about in declared.items():
        kind, default = _TYPES[about["type"]]({"key": key, **about})
        example = "" if about.get("example") is None else str(about["example"])
        fields.append((key, Annotated[kind, Doc(str(about.get("help", "")), example=example)], default))
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True)


def _literal(choices: list[Any]) -> Any:
    return Literal[tuple(str(choice) for choice in choices)]


def _list_type(about: dict[str, Any]) -> tuple[Any, Any]:
    item: Any = _literal(about["of"]) if about.get("of") else str
    return types.GenericAlias(tuple, (item, ...)), tuple(str(v) for v in about.get("default") or ())


def _map_type(about: dict[str, Any]) -> tuple[Any, Any]:
    name = str(about["key"]).title().replace("_", "") + "Options"
    record = _record(about.get("keys") or {}, name)
    return record, record()


_TYPES: dict[str, Any] = {
    "string": lambda about: (str, str(about.get("default") or "")),
    "color": lambda about: (str, str(about.get("default") or "")),
    "bool": lambda about: (bool, bool(about.get("default"))),
    "int": lambda about: (int, int(about.get("default") or 0)),
    "choice": lambda about: (_literal(about["choices"]), str(about["default"])),
    "list": _list_type,
    "map": _map_type,
}


_COLOR_HINT = 'write the colour in quotes: `"#9b1c4b"`'


def _bad_colors(declared: dict[str, Any], options: Any, table: Table) -> list[Diagnostic]:
    found = []
    for key, about in declared.items():
        value = getattr(options, key, "") if options is not None else ""
        given = table.entries.get(key)
        if about["type"] == "color" and isinstance(given, Scalar) and given.is_null:
            reason, hint = reason_and_hint(given) if given.comment else ("has no value", _COLOR_HINT)
            message = f"`{key}` {reason}"
            found.append(fault(codes.NOT_A_CHOICE, table.keys.get(key, given.span), message, hint=hint))
        if about["type"] == "color" and value and not _COLOR.fullmatch(value):
            hint = _COLOR_HINT if not value.startswith("#") else "three or six digits 0-9 a-f after the #"
            found.append(
                fault(
                    codes.NOT_A_CHOICE,
                    table.entries[key].span,
                    f"`{key}` must be a colour such as #9b1c4b, not “{value}”",
                    hint=hint,
                )
            )
    return found
