"""What all tests share: small sites, the material that lies outside the project, and the rule that CI skips nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from caresite.testing import BuiltSite, build_site

ROOT = Path(__file__).resolve().parent.parent
collect_ignore = ["broken", "golden", "tools"]  # sites, one of which has a link that leads in circles
SMALL_CONFIG = """\
title: Example
base_url: https://example.com/
timezone: Europe/London
theme: plain
plugins: []
"""

hypothesis.settings.register_profile(
    "caresite",
    deadline=None,  # other work on the machine is no fault of ours
    phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
)
hypothesis.settings.load_profile("caresite")


# the command line


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the golden sites become as expected")


# what `make fast` leaves out: browsers, servers, and whatever takes its time
FAST = "not slow"
SLOW_FOLDERS = frozenset(
    ("browser", "deploy", "docs", "engine", "features", "fixtures", "hosts", "preview", "properties")
)
SLOW_MODULES = {  # each takes more than seven seconds of a processor, or starts servers or disks
    "cli": ("build", "check", "main", "serve", "theme", "theme_files"),
    "pipeline": ("cards", "full_disk", "hidden_names", "left_out_pictures", "palette", "sandbox"),
    "submissions": (
        "guard",
        "imap",
        "interrupted",
        "leaks",
        "leaks_unpublished",
        "odd_imap",
        "services",
        "story_to_page",
    ),
    "tests": ("broken", "conftest", "hostile", "odd_files"),
    "themes": ("hearth_options",),
}
_SLOW_FIXTURES = frozenset(("browser", "checkers", "chromium", "java"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: needs a browser, a server or much time; `make fast` leaves it out")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is slow before it is imported, which would take half of the time."""
    return True if config.option.markexpr == FAST and _is_slow_file(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow by where it is, what it asks for, and the time it claims."""
    for item in items:
        if _is_slow(item):
            item.add_marker(pytest.mark.slow)


def _is_slow(item: pytest.Item) -> bool:
    claimed = item.get_closest_marker("timeout")
    usual = float(item.config.getini("timeout") or 0)
    return (
        _is_slow_file(item.path)
        or not _SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        or (claimed is not None and claimed.args[0] > usual)
    )


def _is_slow_file(path: Path) -> bool:
    folder = path if path.is_dir() else path.parent
    return folder.name in SLOW_FOLDERS or path.stem.removeprefix("test_") in SLOW_MODULES.get(folder.name, ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail what was skipped, when `CI=true`: there, everything that a test needs can be installed."""
    report = yield
    return _without_skips(report, item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    return _without_skips(report, collector.nodeid)


def _without_skips(report: Any, name: str) -> Any:
    if os.environ.get("CI") == "true" and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{name} was skipped, which CI does not allow: {reason}"
    return report


# small sites


SmallSite = Callable[..., BuiltSite]


@cache
def _plain_theme() -> Mapping[str, bytes]:
    folder = ROOT / "tests" / "themes" / "plain"
    return {
        f"themes/plain/{p.relative_to(folder).as_posix()}": p.read_bytes() for p in folder.rglob("*.*") if p.is_file()
    }


@pytest.fixture(scope="session")
def small_site() -> SmallSite:
    """Return a function that builds the site in a text, with a theme of a few lines, no plugins, and more `config`."""

    def build(text: str = "", *, config: str = "", files: Mapping[str, bytes] | None = None, **how: Any) -> BuiltSite:
        base = "".join(
            line + "\n" for line in SMALL_CONFIG.splitlines() if f"\n{line.partition(':')[0]}:" not in "\n" + config
        )
        given = {"caresite.yaml": (base + config).encode(), **_plain_theme(), **(files or {})}
        return build_site(text, files=given, **how)

    return build


# what lies outside the project


@pytest.fixture(scope="session")
def shared_fixtures() -> Path:
    """Return the folder of other people's real content, which is not part of the project."""
    folder = ROOT.parent / "shared" / "fixtures"
    if not folder.is_dir():
        pytest.skip(f"there is no folder `../shared/fixtures` beside {ROOT.name}/ with real content to read")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the Chromium of this machine."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        pytest.skip("there is no Chromium: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def java() -> str:
    """Return the Java of this machine, which runs the HTML checker."""
    found = shutil.which("java")
    if not found:
        pytest.skip("there is no Java: apt-get install default-jre-headless")
    return found


@pytest.fixture(scope="session")
def checkers() -> Path:
    """Return the folder of the HTML and accessibility checkers."""
    folder = ROOT / "tests" / "tools" / "node_modules"
    if not folder.is_dir():
        pytest.skip("there are no HTML checkers: make tools")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a running Chromium with an empty profile, which can reach this machine only; one for all tests here."""
    path = shutil.which("chromium")
    if not path:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    from browser.chromium import launched

    with sync_playwright() as playwright, launched(playwright, path) as running:
        yield running
