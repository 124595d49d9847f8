"""One broken site per code: what caresite says of it, to the letter.

`tests/broken/<code>-<name>/` is a site with as little in it as shows one fault, and `expected.txt` what is said. A
folder without a code in front has several faults at once. `make.py` adds to a site what git cannot hold: `make(folder)`
is called with the copy, `OPTIONS` are options of the build; `find(folder)` returns what is found by something else than
a build. After a message was changed on purpose, write what is said
now with `python -m pytest tests/test_broken.py --update-golden`, and read the difference before it is committed.
"""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from caresite.core import codes, codes_deploy, codes_markdown, codes_rules, codes_stories
from caresite.core.diagnostics import Code, Diagnostic, format_text
from caresite.engine.build import Options, build

FOLDER = Path(__file__).parent / "broken"
THEMES = Path(__file__).parent / "themes"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CODES = {
    f"{code.id}-{code.name}": code
    for module in (codes, codes_deploy, codes_markdown, codes_rules, codes_stories)
    for code in vars(module).values()
    if isinstance(code, Code)
}
SITES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def test_every_code_has_a_broken_site() -> None:
    assert sorted(CODES) == [name for name in SITES if name[0].isupper()]


def test_no_two_codes_share_an_id_or_a_name() -> None:
    assert len({code.id for code in CODES.values()}) == len({code.name for code in CODES.values()}) == len(CODES)


@pytest.mark.parametrize("name", SITES)
def test_a_broken_site_is_told_what_is_wrong(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    root, options, find = copied(FOLDER / name, tmp_path / "site")
    monkeypatch.syspath_prepend(root / "plugins")
    found = find(root) if find else found_by_building(root, options)
    said, expected = report(root, found, CODES.get(name)), FOLDER / name / "expected.txt"
    if pytestconfig.getoption("--update-golden"):
        expected.write_text(said, encoding="utf-8")
    assert str(tmp_path) not in said, "a message names a place on this computer"
    assert said == expected.read_text(encoding="utf-8")
    assert name not in CODES or CODES[name].id in {diagnostic.code for diagnostic in found}


def found_by_building(root: Path, options: dict[str, Any]) -> tuple[Diagnostic, ...]:
    built = build(root, Options(now=NOW, **options))
    assert (built.published is None) == any(d.severity == "error" for d in built.diagnostics)
    return built.diagnostics


Find = Callable[[Path], tuple[Diagnostic, ...]]


def copied(site: Path, root: Path) -> tuple[Path, dict[str, Any], Find | None]:
    """Copy a site, add what git cannot hold, and return it with the options of its build, or what is done instead.

    A site that does without a theme or templates of its own gets a theme of a few lines, which is read sooner.
    """
    shutil.copytree(site, root, symlinks=True, ignore=shutil.ignore_patterns("expected.txt", "make.py", "__pycache__"))
    made = runpy.run_path(str(site / "make.py")) if (site / "make.py").exists() else {}
    if "make" in made:
        made["make"](root)
    config = root / "caresite.yaml"
    if (root / "templates").exists() or not config.exists() or "theme:" in config.read_text(encoding="utf-8"):
        return root, made.get("OPTIONS", {}), made.get("find")
    shutil.copytree(THEMES, root / "themes")
    return root, {"environ": {"CARESITE__THEME": "plain"}, **made.get("OPTIONS", {})}, made.get("find")


def report(root: Path, found: Iterable[Diagnostic], code: Code | None) -> str:
    """Return what is said of a site: errors and warnings, and notes where the code itself is one."""
    with_notes = code is not None and code.severity == "note"
    shown = [d for d in found if with_notes or d.severity != "note"]
    texts = {d.span.path: text_of(root, d) for d in shown}
    return "\n\n".join(format_text(d, texts) for d in shown) + "\n"


def text_of(root: Path, diagnostic: Diagnostic) -> str:
    path = root / diagnostic.span.path
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
