"""Titles and descriptions: no two pages that search engines may list have the same."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from pathlib import Path

import pytest

from caresite.engine.build import Options, build
from caresite.engine.clock import moment, site_zone
from caresite.testing import NOW, BuiltSite, build_site

ROOT = Path(__file__).resolve().parents[2]
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text, publish_name, publish_company], how: letter}"


def many() -> str:
    """Return a site with every kind of filter and numbered list, and one name for terms of all taxonomies."""
    config = (
        "-- caresite.yaml --\ntitle: Lab\ndescription: We mend.\nbase_url: https://example.com/\ntimezone: UTC\n"
        "pagination: {per_page: 2}\ncollections: {testimonials: {per_page: 2}}\n"
        "business: {name: Lab, email: hello@lab.example}\nranking: {2026: {method: bayes}}\n"
    )
    parts = [
        config,
        *(
            f"-- content/{f}/_index.md --\n---\ntitle: All {f}\ndescription: What we have of {f}.\n---\n"
            for f in ("blog", "stories", "testimonials")
        ),
        "-- content/authors/ana.yaml --\nname: Ana Bell\n",
        "-- content/pages/bread.md --\n---\ntitle: Bread\n---\nWe bake.\n",
    ]
    for number in range(5):
        head = f"title: T{number}\ndate: 2026-01-0{number + 1}\ntags: [Bread, Ana Bell]\n"
        story = (
            f"{head.replace('T', 'Story ', 1)}industry: Bread\nproducts: [Bread]\ncustomer: {{name: Roe}}\n{CONSENT}\n"
        )
        parts.append(
            f"-- content/blog/p{number}.md --\n---\n{head}categories: [Bread]\nauthors: [ana]\n---\nText {number}.\n"
        )
        parts.append(f"-- content/stories/s{number}.md --\n---\n{story}---\nStory text {number}.\n")
        praise = f"rating: {number % 3 + 1}\ntags: [Bread]\n{CONSENT}\n"
        parts.append(f"-- content/testimonials/t{number}.md --\n---\n{praise}---\nWell {number}.\n")
    return "".join(parts)


def repeated(site: BuiltSite, pattern: str) -> dict[str, list[str]]:
    """Return what several pages that may be listed say where `pattern` looks, with their paths."""
    said: dict[str, list[str]] = defaultdict(list)
    for output in site.built.outputs:
        if output.path.endswith(".html") and output.kind != "redirect" and not output.noindex:
            found = re.search(pattern, output.data.decode())
            if found:
                said[unescape(found[1])].append(output.path)
    assert len(said) > 20
    return {words: paths for words, paths in said.items() if len(paths) > 1}


@pytest.fixture(scope="module", params=["sample", "many", "many-ledger"])
def site(request: pytest.FixtureRequest) -> BuiltSite:
    if request.param == "sample":
        return BuiltSite(ROOT, build(ROOT, Options(now=moment(site_zone(ROOT), NOW), publish=False)))
    built = build_site(
        many() if request.param == "many" else many().replace("title: Lab", "title: Lab\ntheme: ledger", 1)
    )
    assert built.ok, built.report
    return built


@pytest.mark.parametrize("pattern", [r"<title>([^<]*)</title>", r'<meta name="description" content="([^"]*)">'])
def test_no_two_pages_that_may_be_listed_say_the_same(site: BuiltSite, pattern: str) -> None:
    assert repeated(site, pattern) == {}


def test_what_may_not_be_listed_is_in_no_sitemap_and_no_search(site: BuiltSite) -> None:
    hidden = [output for output in site.built.outputs if output.noindex and output.path.endswith(".html")]
    assert {"thanks", "404"} <= {output.kind for output in hidden}
    assert not [output.path for output in hidden if f"{output.url}</loc>" in site.text("sitemap.xml")]
    assert [output.path for output in hidden if b'content="noindex"' not in output.data] == []
