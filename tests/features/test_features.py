"""Built-in features are plugins like any other: taking one out takes its output away and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from caresite.core.diagnostics import Span
from caresite.core.plugins import BUILT_IN, load_plugin

MADE = {
    "feeds": lambda path: path.endswith(("feed.xml", "rss.xml", "feed.json")),
    "sitemap": lambda path: path in ("sitemap.xml", "robots.txt"),
    "quotes_json": lambda path: path.startswith("quotes/") and (
        path.endswith(("index.json", "calendar.json", ".js")) or path == "quotes/today/index.html"
    ),
    "structured_data": lambda path: False,
    "redirects": lambda path: path in ("_redirects", "old/index.html"),
    "headers": lambda path: path == "_headers",
    "search": lambda path: path.startswith("search/search."),
    "embeds": lambda path: False,
    "submissions": lambda path: False,
}  # fmt: skip


@pytest.fixture
def content(sample: Any) -> str:
    return str(sample.content).replace("title: Third\n", "title: Third\naliases: [/old/]\n")


@pytest.mark.parametrize("name", BUILT_IN)
def test_feature_loads_by_its_entry_point(name: str) -> None:
    plugin = load_plugin(name, Span("caresite.yaml"))
    assert plugin.name == name
    assert plugin.options() == plugin.options()


@pytest.mark.parametrize("name", BUILT_IN)
def test_taking_a_feature_out_takes_its_files_and_nothing_else(sample: Any, content: str, name: str) -> None:
    whole = sample.build(content=content)
    assert whole.ok, whole.report
    rest = sample.build(f"plugins: [{', '.join(p for p in BUILT_IN if p != name)}]\n", content=content)
    assert rest.ok, rest.report
    gone = whole.outputs.keys() - rest.outputs.keys()
    assert gone == {path for path in whole.outputs if MADE[name](path)}
    assert gone or name in ("structured_data", "embeds", "submissions")  # one adds to pages, two need to be asked
    assert not rest.outputs.keys() - whole.outputs.keys()
    if name in ("redirects", "headers", "sitemap"):
        assert all(rest.outputs[path] == whole.outputs[path] for path in rest.outputs)


def test_a_site_without_features_still_builds(sample: Any, content: str) -> None:
    site = sample.build("plugins: []\nfeeds: {limit: 3}\nredirects: [{from: /a, to: /}]\n", content=content)
    assert site.ok, site.report
    assert not any(made(path) for path in site.outputs for made in MADE.values())
