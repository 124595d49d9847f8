"""Trial: a theme renders every type of page with nothing in it, with as little as possible, and with nasty words.

The sites for it stand in `trials/`. What the owner's templates may ask for is taken from their own site: its plugins,
`params` and `data/`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic
from caresite.core.temporary import temporary_folder
from caresite.core.values import plain
from caresite.core.walk import files_below
from caresite.engine.build import Built, Options, build
from caresite.engine.page_faults import faults_of

__all__ = ["TRIALS", "Finding", "Trial", "try_theme"]

TRIALS = ("empty", "little", "nasty")
_FOLDERS = ("themes", "templates", "assets", "i18n", "drawings", "data")
_SEPARATOR = re.compile(r"^-- (.+) --\n", re.MULTILINE)
_PLANTED = "planted"
_MARKUP = f'<b class="{_PLANTED}">Bold</b>'
_WITHOUT_LOOKS = frozenset(("redirect",))


class Finding(NamedTuple):
    """What is wrong with pages of one trial; `pages` has their addresses."""

    message: str
    pages: tuple[str, ...]


class Trial(NamedTuple):
    """How one site came out: the diagnostics of its build, and what is wrong with its pages, `kinds` of them."""

    name: str
    kinds: frozenset[str]
    pages: int
    diagnostics: tuple[Diagnostic, ...]
    findings: tuple[Finding, ...]


def try_theme(root: Path, settings: Settings, now: datetime) -> tuple[Trial, ...]:
    """Return how the theme of the site in `root` bears each of the trials. Nothing is written below `root`."""
    return tuple(_tried(root, settings, name, now) for name in TRIALS)


def _tried(root: Path, settings: Settings, name: str, now: datetime) -> Trial:
    with temporary_folder("trial") as site:
        for part in _FOLDERS:
            for file in files_below(root / part, root)[0]:
                target = site / file.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        for path, text in _files(name).items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_text(text, encoding="utf-8")
        (site / "caresite.yaml").write_text(json.dumps(_config(settings, name)), encoding="utf-8")
        built = build(site, Options(now=now, publish=False, finish=False))
        return _seen(name, built)


def _files(name: str) -> Mapping[str, str]:
    text = (Path(__file__).parent / "trials" / f"{name}.site").read_text(encoding="utf-8")
    _, *parts = _SEPARATOR.split(text.replace("PLANTED", _MARKUP))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _config(settings: Settings, name: str) -> dict[str, Any]:
    nasty = name == "nasty"
    return {
        "title": f"{_MARKUP} & Sons" if nasty else "Trial",
        "base_url": "https://example.org/trial/",
        "timezone": settings.config.timezone,
        "language": settings.config.language,
        "theme": {"name": "hearth"} | plain(settings.theme),
        "plugins": [active.plugin.name for active in settings.plugins],
        "params": settings.config.params,
        "business": {"name": _MARKUP if nasty else "Trial", "email": "hello@example.org"},
        **({"pagination": {"per_page": 1}} if nasty else {}),
    }


def _seen(name: str, built: Built) -> Trial:
    pages = [o for o in built.outputs if o.path.endswith(".html") and o.data and o.kind not in _WITHOUT_LOOKS]
    found: dict[str, list[str]] = {}
    for output in pages:
        for message in faults_of(output.data.decode(), _PLANTED):
            found.setdefault(message, []).append(output.url)
    findings = tuple(Finding(message, tuple(urls)) for message, urls in found.items())
    kinds = frozenset(output.kind for output in pages)
    return Trial(name, kinds, len(pages), _of_the_theme(built.diagnostics), findings)


def _of_the_theme(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the errors, and what is said of templates and words; the trials' own content is no concern of a theme."""
    return tuple(d for d in diagnostics if d.severity == "error" or d.code.startswith(("T", "P")))
