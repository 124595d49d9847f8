"""Plugins are found by entry point, and what goes wrong in one is told with its name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caresite.testing import BuiltSite, build_site

CONFIG = "title: Example\nbase_url: https://example.com/\ntimezone: Europe/London\nplugins: [mine]\n"
HEAD = """\
from caresite.core.model import Output, Route
from caresite.core.plugins import Plugin

def route(path, **more):
    return Route(output=path, url="/" + path, kind="data", plugin="mine", **more)

"""
BuildWith = Callable[..., BuiltSite]


@pytest.fixture
def build_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BuildWith]:
    """Return a function that builds a site with the plugin in a text, which is installed under the name `mine`."""
    info = tmp_path / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.3\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[caresite.plugins]\nmine = caresite_test_plugin:PLUGIN\n")
    monkeypatch.syspath_prepend(tmp_path)

    def build(code: str, **files: str) -> BuiltSite:
        (tmp_path / "caresite_test_plugin.py").write_text(HEAD + code)
        importlib.invalidate_caches()
        given = {path.replace("__", "/"): text.encode() for path, text in files.items()}
        return build_site(files={"caresite.yaml": CONFIG.encode(), **given})

    yield build
    sys.modules.pop("caresite_test_plugin", None)


def plugin(fields: str) -> str:
    return f'PLUGIN = Plugin(name="mine", version="1", {fields})\n'


def errors(site: BuiltSite) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in site.diagnostics if d.severity == "error"]


def test_a_route_is_rendered_by_its_plugin(build_with: BuildWith) -> None:
    code = plugin('routes=lambda s, o: [route("x.txt")], render=lambda r, reader, o: reader.title.encode()')
    assert build_with(code).text("/x.txt") == "Example"


def test_a_file_made_from_all_pages_sees_them(build_with: BuildWith) -> None:
    code = plugin('rendered=lambda s, outs, o: [Output(path="n.txt", content=str(len(outs)).encode())]')
    site = build_with(code)
    assert int(site.text("/n.txt")) == len(site.outputs) - 1


def test_a_plugin_adds_to_the_head_of_each_page(build_with: BuildWith) -> None:
    code = plugin('head=lambda here, page, reader, o: f"<meta name=mine content={here.kind}>"')
    assert "<meta name=mine content=home>" in build_with(code).html("/")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0\n", "cannot be loaded: ZeroDivisionError"),
        ("import nothing_like_it\n", "cannot be loaded: ModuleNotFoundError"),
        ("PLUGIN = {}\n", "not a caresite Plugin record"),
        (plugin("routes=lambda s, o: 1 / 0"), "failed in `routes`: ZeroDivisionError"),
        (plugin('routes=lambda s, o: [route("x")], render=lambda r, e, o: 1 / 0'), "failed on x: ZeroDivisionError"),
        (plugin("rendered=lambda s, outs, o: 1 / 0"), "failed in `rendered`: ZeroDivisionError"),
        (plugin("checks=lambda s, outs, o: 1 / 0"), "failed in `checks`: ZeroDivisionError"),
    ],
)
def test_a_plugin_that_fails_is_named_and_nothing_is_published(build_with: BuildWith, code: str, said: str) -> None:
    site = build_with(code)
    assert [(code, said in message and "`mine`" in message) for code, message in errors(site)] == [("P101", True)]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a\\\\x", "", "C:x", "a//b"])
def test_a_plugin_that_wants_out_is_refused(build_with: BuildWith, path: str) -> None:
    by_route = build_with(plugin(f'routes=lambda s, o: [route("{path}")], render=lambda r, e, o: b"x"'))
    assert [code for code, _ in errors(by_route)] == ["P102"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "index.html", "INDEX.html", "robots.txt"])
def test_a_finished_file_outside_or_over_another_is_refused(build_with: BuildWith, path: str) -> None:
    code = plugin(f'rendered=lambda s, outs, o: [Output(path="{path}", content=b"x")]')
    site = build_with(code, **{"static__robots.txt": "User-agent: *"})
    assert [code for code, _ in errors(site)] == ["P102"]
    assert site.outputs.get(path) != b"x"


def test_a_route_that_a_page_has_is_a_collision(build_with: BuildWith) -> None:
    site = build_with(plugin('routes=lambda s, o: [route("index.html")], render=lambda r, e, o: b"x"'))
    assert [code for code, _ in errors(site)] == ["U101"]
