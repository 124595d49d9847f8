"""The preview of the theme is held to what its pages are held to: valid HTML, nothing for axe-core, no faults."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from browser.chromium import Visit
from browser.host import serving
from caresite.core.config import load_config
from caresite.engine.clock import moment
from caresite.engine.preview import preview
from caresite.pipeline.themes import load_theme

ROOT = Path(__file__).resolve().parents[2]
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], iframes: false})"


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    settings, _ = load_config(ROOT)
    theme, _ = load_theme(ROOT, settings)
    outputs, found = preview(settings, theme, moment(settings.zone, "2026-11-22"))
    assert not found
    return {output.path: output.data for output in outputs}


@pytest.fixture(scope="module")
def origin(files: Mapping[str, bytes]) -> Iterator[str]:
    with serving(files, "/") as origin:
        yield origin


def test_the_nu_checker_finds_no_error(files: Mapping[str, bytes], nu_checker: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "preview.html").write_bytes(files["index.html"])
    command = [*nu_checker, "--errors-only", "--format", "json", str(tmp_path / "preview.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [f"{m['lastLine']}: {m['message']}" for m in json.loads(done.stderr)["messages"]] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(origin: str, visit: Visit, axe_source: str, width: int) -> None:
    page = visit.go(origin, "/")
    visit.look(width, color_scheme="dark", reduced_motion="reduce")
    page.evaluate(axe_source)
    violations = page.evaluate(_RUN, _TAGS)["violations"]
    assert [f"{v['id']}: {node['target']}" for v in violations for node in v["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [fault for fault in visit.faults if "tour.mp4" not in fault] == []
