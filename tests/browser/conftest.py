"""What the tests of finished pages share: the sites on a host, a Chromium, the checkers that `make tools` brings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import Visit
from browser.host import serving
from browser.sites import SITES, Site, site_called

_MODULES = Path(__file__).resolve().parents[1] / "tools" / "node_modules"


@pytest.fixture(scope="session")
def sites() -> Mapping[str, Site]:
    """Return the built sites by name; every worker builds its own, which takes a few seconds."""
    return {name: site_called(name) for name in SITES}


@pytest.fixture(scope="session")
def origins(sites: Mapping[str, Site]) -> Iterator[Mapping[str, str]]:
    """Serve each site on a port of its own and return the origins by the sites' names."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(serving(site.files, site.base_path)) for name, site in sites.items()}


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Iterator[Visit]:
    """Return a visitor with a usual browser, who is shared by all tests: a new one takes half a second."""
    with Visit(browser) as visit:
        yield visit


@pytest.fixture
def visit(visitor: Visit) -> Visit:
    """Return the visitor, who has forgotten what went wrong before and wishes for nothing."""
    visitor.begin()
    return visitor


@pytest.fixture(scope="session")
def visit_zoomed(browser: Browser) -> Iterator[Visit]:
    """Return a visitor at 400 % in a window of 1280 by 1024 (WCAG 1.4.10)."""
    with Visit(browser, viewport={"width": 320, "height": 256}, device_scale_factor=4) as visit:
        yield visit


@pytest.fixture(scope="session")
def visit_without_scripts(browser: Browser) -> Iterator[Visit]:
    """Return a visitor whose browser runs no scripts."""
    with Visit(browser, java_script_enabled=False) as visit:
        yield visit


@pytest.fixture
def page(visit: Visit) -> Page:
    """Return the tab of the visit."""
    return visit.page


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return the script of axe-core."""
    script = _MODULES / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip("axe-core is not here: make tools")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def nu_checker() -> tuple[str, ...]:
    """Return the command of the Nu HTML checker, to be followed by options and files."""
    jar = _MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    java = shutil.which("java")
    if not java:
        pytest.skip("there is no Java on this machine: apt-get install default-jre-headless")
    if not jar.is_file():
        pytest.skip("the Nu HTML checker is not here: make tools")
    return (java, "-jar", str(jar))


@pytest.fixture(scope="session")
def html_validate() -> tuple[str, ...]:
    """Return the command of html-validate with our rules, to be followed by options and folders."""
    script = _MODULES / "html-validate" / "bin" / "html-validate.mjs"
    node = shutil.which("node")
    if not node:
        pytest.skip("there is no Node.js on this machine: apt-get install nodejs npm")
    if not script.is_file():
        pytest.skip("html-validate is not here: make tools")
    return (node, str(script), "--config", str(_MODULES.parent / "html-validate.json"))
