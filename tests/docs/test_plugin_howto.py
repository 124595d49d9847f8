"""The plugin of the how-to page, installed as the page says, works in a site; and each built-in can be taken out."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite.cli import cli
from caresite.core.config import load_config
from caresite.core.plugins import BUILT_IN, GROUP, Plugin
from caresite.testing import BuiltSite, build_site
from docs.walk import DOCS, in_process, walk

CONFIG = "title: Example\nbase_url: https://example.com/\ntimezone: Europe/London\n"
PACKAGE = "plugins/caresite-hours"


def install(package: Path, shelf: Path) -> None:
    """Put `package` on the shelf as pip does: its modules, and a `dist-info` folder with its entry points."""
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))
    for name in project["tool"]["hatch"]["build"]["targets"]["wheel"]["include"]:
        (shelf / name).write_bytes((package / name).read_bytes())
    about = project["project"]
    info = shelf / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.3\nName: {about['name']}\nVersion: {about['version']}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in named.items())
        for group, named in about["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


def commands(text: str, folder: Path) -> tuple[str, Path]:
    """Run the commands of the page. A check may find something: the page shows what."""
    if text.strip() != "caresite check":
        return in_process(text, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = CliRunner().invoke(cli, ["check"], catch_exceptions=False)
    return result.output, folder


@pytest.fixture
def site_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a site in which everything on the page has been done, with the package installed."""
    shelf, root = tmp_path / "shelf", tmp_path / "site"
    shelf.mkdir()
    root.mkdir()
    (root / "caresite.yaml").write_text(CONFIG)
    monkeypatch.syspath_prepend(shelf)

    def run(text: str, folder: Path) -> tuple[str, Path]:
        if not list(shelf.iterdir()):
            install(root / PACKAGE, shelf)
        return commands(text, folder)

    yield walk(DOCS / "how-to" / "plugin.md", root, run)
    sys.modules.pop("caresite_hours", None)
    importlib.invalidate_caches()


def test_the_page_is_true_and_its_site_has_what_it_promises(site_folder: Path) -> None:
    published = site_folder / "public"
    assert "<li>Tuesday: 9 to 17.30</li>" in (published / "opening" / "index.html").read_text("utf-8")
    assert '"Sunday": "closed"' in (published / "hours.json").read_text("utf-8")
    assert not build_site(root=site_folder).ok  # the hours with which the page ends


@pytest.mark.parametrize("theme", ["hearth", "ledger"])
def test_its_template_works_in_both_themes(site_folder: Path, theme: str) -> None:
    config = site_folder / "caresite.yaml"
    config.write_text(config.read_text("utf-8") + f"theme: {theme}\n", encoding="utf-8")
    (site_folder / "data/hours.yaml").write_text("Tuesday: 9:00-17:30\n", encoding="utf-8")
    site = build_site(root=site_folder)
    assert site.ok, site.report
    assert "<li>Tuesday: 9 to 17.30</li>" in site.text("/opening/")


def test_the_page_leaves_the_usual_plugins_on(site_folder: Path) -> None:
    settings, _ = load_config(site_folder)
    assert [active.plugin.name for active in settings.plugins] == [*BUILT_IN, "hours"]


def test_the_tests_on_the_page_pass(site_folder: Path) -> None:
    space: dict[str, object] = {}
    exec(compile((site_folder / PACKAGE / "test_caresite_hours.py").read_text("utf-8"), "test", "exec"), space)
    tests = [test for name, test in space.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        assert callable(test)
        test()


def test_an_option_of_the_plugin_is_declared_like_the_config(site_folder: Path) -> None:
    config = CONFIG + "plugins: [hours]\nhours: {file: opening.json}\n"
    data = {"data/hours.yaml": b"Monday: closed\n"}
    assert "opening.json" in build_site(files={"caresite.yaml": config.encode(), **data}).outputs
    misspelt = config.replace("file:", "fiel:")
    (fault,) = build_site(files={"caresite.yaml": misspelt.encode(), **data}).diagnostics
    assert (fault.code, "`file`" in fault.hint) == ("V206", True)


def test_a_plugin_that_is_not_installed_is_named() -> None:
    config = (CONFIG + "plugins: [hours]\n").encode()
    site = build_site(files={"caresite.yaml": config})
    assert [d.code for d in site.diagnostics] == ["C105"]


def test_every_field_of_a_plugin_is_on_the_page() -> None:
    page = (DOCS / "how-to" / "plugin.md").read_text("utf-8")
    fields = set(Plugin.__struct_fields__) - {"name", "version", "section"}
    assert {field for field in fields if f"| `{field}` |" not in page} == set()


# the built-in ones

EVERYTHING = """
-- caresite.yaml --
title: Example
base_url: https://example.com/
timezone: Europe/London
plugins: [PLUGINS]
FORMS
embeds: [https://shop.example]
-- netlify.toml --
# how Netlify builds this site
-- content/blog/a.md --
---
title: A
date: 2026-01-02
tags: [care]
aliases: [/old/]
---
Text.
-- content/quotes/q.yaml --
- {id: a, text: Listen., status: anonymous}
"""
MADE_BY = {
    "feeds": {"feed.xml", "rss.xml", "feed.json", "blog/feed.xml", "tags/care/feed.xml", "quotes/feed.xml"},
    "sitemap": {"sitemap.xml", "robots.txt"},
    "structured_data": set(),
    "quotes_json": {"quotes/index.json", "quotes/q/index.json", "quotes/calendar.json", "quotes/today/index.html"},
    "redirects": {"_redirects", "old/index.html"},
    "headers": {"_headers"},
    "search": set(),  # its names change with what is in them; they are looked at by its own tests
    "embeds": {"embed/quotes/q/a/index.html"},
    "submissions": {"write/index.html", "write/thanks/index.html", "write/problem/index.html"},
}


def with_plugins(*names: str) -> BuiltSite:
    forms = "forms: {contact: {kind: contact, page: /write/}}" if "submissions" in names else ""
    site = build_site(EVERYTHING.replace("PLUGINS", ", ".join(names)).replace("FORMS", forms))
    assert site.ok, site.report
    return site


def test_every_built_in_is_installed_and_tested_here() -> None:
    assert set(BUILT_IN) == set(MADE_BY)
    assert set(BUILT_IN) <= {entry.name for entry in entry_points(group=GROUP)}


@pytest.mark.parametrize("name", BUILT_IN)
def test_taking_a_built_in_out_takes_its_files_and_nothing_else(name: str) -> None:
    alone, others = set(with_plugins(name).outputs), [plugin for plugin in BUILT_IN if plugin != name]
    own = alone - set(with_plugins().outputs)
    assert MADE_BY[name] <= own
    whole, without = set(with_plugins(*BUILT_IN).outputs), set(with_plugins(*others).outputs)
    assert without <= whole
    assert {path for path in whole - without if not path.startswith("assets/")} == own


def test_structured_data_is_in_the_pages_and_leaves_with_its_plugin() -> None:
    assert "application/ld+json" in with_plugins("structured_data").html("/blog/a/")
    assert "application/ld+json" not in with_plugins(*(p for p in BUILT_IN if p != "structured_data")).html("/blog/a/")
